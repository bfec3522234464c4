//! Whether a request comes from this machine. Pure.
//!
//! Nothing else reaches a port on loopback. But a page's host name may be made to point there
//! (<https://en.wikipedia.org/wiki/DNS_rebinding>), and then its own browser takes the relay for that page's server; and a
//! proxy or a tunnel on this machine may ask for anybody. Both show in what a request says.

use crate::proxy::address_of;
use axum::http::{
    HeaderMap, Uri,
    header::{FORWARDED, HOST},
};
use std::{fmt, net::IpAddr};

/// Who is not from this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stranger {
    /// It asks for another host.
    Host,
    /// A proxy asks for somebody else.
    Forwarded,
}

/// Finds out by its headers whose request it is. A dev server that proxies for pages of this machine is no stranger, even if it
/// says for whom.
pub(crate) fn stranger(headers: &HeaderMap) -> Option<Stranger> {
    if !asks_for_loopback(headers) {
        return Some(Stranger::Host);
    }
    let mut values = headers.get_all("x-forwarded-for").iter();
    let is_own = values.all(|value| value.to_str().is_ok_and(|hops| hops.split(',').all(is_own_address)));
    (!is_own || headers.contains_key(FORWARDED)).then_some(Stranger::Forwarded)
}

/// Whether the host that a request names is this machine.
pub(crate) fn asks_for_loopback(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter().peekable();
    hosts.peek().is_some()
        && hosts.all(|host| host.to_str().ok().and_then(host_of).is_some_and(|host| is_loopback(&host)))
}

/// The host in a `Host` header, without its port and in lower case.
pub(crate) fn host_of(header: &str) -> Option<String> {
    header.parse::<Uri>().ok()?.host().map(str::to_ascii_lowercase)
}

/// Whether a host, in lower case, is this machine by its name or address.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn is_own_address(hop: &str) -> bool {
    address_of(hop.trim()).is_some_and(|address| address.is_loopback())
}

impl Stranger {
    /// One word for it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Forwarded => "proxy",
        }
    }
}

impl fmt::Display for Stranger {
    /// As long as fits in the reason of a close frame.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Host => "host refused: without a key the relay is for localhost: set one (--token-secret FILE), or say --open",
            Self::Forwarded => {
                "proxy refused: without a key the relay is for this machine: set one (--token-secret FILE), or say --open"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        let mut headers = HeaderMap::new();
        for (name, value) in pairs.iter().map(pair) {
            headers.append(name, value);
        }
        headers
    }

    #[test]
    fn only_the_names_and_addresses_of_this_machine_are_asked_for() {
        for host in
            ["localhost", "LocalHost:8080", "demo.localhost:1", "127.0.0.1", "127.9.9.9:80", "[::1]:8080"]
        {
            assert_eq!(stranger(&headers(&[("host", host)])), None, "{host}");
        }
        for host in [
            "evil.com",
            "evil.com:8080",
            "localhost.evil.com",
            "127.0.0.1.evil.com",
            "evillocalhost",
            "192.168.0.7:8080",
            "0.0.0.0:8080",
            "[::2]",
            "",
        ] {
            assert_eq!(stranger(&headers(&[("host", host)])), Some(Stranger::Host), "{host:?}");
        }
        assert_eq!(stranger(&headers(&[])), Some(Stranger::Host));
        assert_eq!(stranger(&headers(&[("host", "localhost"), ("host", "evil.com")])), Some(Stranger::Host));
    }

    #[test]
    fn who_is_spoken_for_is_this_machine_too() {
        let asked = |name, value| stranger(&headers(&[("host", "localhost:8080"), (name, value)]));
        for hops in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "127.0.0.1, ::1", "127.0.0.1:51234"] {
            assert_eq!(asked("x-forwarded-for", hops), None, "{hops}");
        }
        for hops in ["192.0.2.1", "127.0.0.1, 192.0.2.1", "192.0.2.1, 127.0.0.1", "unknown", ""] {
            assert_eq!(asked("x-forwarded-for", hops), Some(Stranger::Forwarded), "{hops:?}");
        }
        assert_eq!(asked("forwarded", "for=192.0.2.1"), Some(Stranger::Forwarded));
    }

    #[test]
    fn what_is_said_fits_a_close_frame() {
        for stranger in [Stranger::Host, Stranger::Forwarded] {
            assert!(stranger.to_string().len() <= 123, "{stranger}");
        }
    }
}
