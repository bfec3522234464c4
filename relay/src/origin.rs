//! Which web pages may connect. Pure.
//!
//! A browser names the page's origin in every handshake and lets no page lie about it. Programs that are no
//! browser name none, and could name any: for them this is no gate, tokens are.

use crate::loopback::{host_of, is_loopback};
use axum::http::{
    HeaderMap, Uri,
    header::{HOST, ORIGIN},
};
use std::{fmt, str::FromStr};

/// A page's origin: scheme, host and port, as `--allow-origin` and browsers write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    scheme: String,
    host: String,
    port: Option<u16>,
}

/// A text that is no origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OriginError;

/// Who may connect.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    /// Listed by `--allow-origin`. If there are any, they come on top of the default.
    pub(crate) listed: Vec<Origin>,
    /// The relay listens on loopback, so nothing but this machine reaches it.
    pub(crate) on_loopback: bool,
}

impl Gate {
    /// Whether a request with these headers may go on.
    ///
    /// # Errors
    /// What its page is told.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<(), String> {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        let origin = headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or("(unreadable)"));
        if self.admits(origin, host) {
            return Ok(());
        }
        Err(format!("origin refused: the relay needs --allow-origin {}", origin.unwrap_or_default()))
    }

    /// Whether one with this origin and this host may.
    ///
    /// By default these may: programs without an origin; pages of the host that they connect to, whatever the
    /// port; and while the relay listens on loopback, pages that come from loopback.
    fn admits(&self, origin: Option<&str>, host: Option<&str>) -> bool {
        let Some(origin) = origin else { return true };
        // "null" (a sandboxed frame, a file) and whatever else is no origin
        let Ok(origin) = origin.parse::<Origin>() else { return false };
        host.and_then(host_of).as_ref() == Some(&origin.host)
            || (self.on_loopback && is_loopback(&origin.host))
            || self.listed.contains(&origin)
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let uri: Uri = text.parse().map_err(|_| OriginError)?;
        let scheme = uri.scheme_str().ok_or(OriginError)?.to_ascii_lowercase();
        let host = uri.host().filter(|host| !host.is_empty()).ok_or(OriginError)?.to_ascii_lowercase();
        let has_path = uri.path_and_query().is_some_and(|path| path.as_str() != "/");
        let has_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
        if has_path || has_user {
            return Err(OriginError);
        }
        // Browsers leave the default port out; a person may write it.
        let default = match scheme.as_str() {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        };
        Ok(Self { scheme, host, port: uri.port_u16().or(default) })
    }
}

impl fmt::Display for OriginError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an origin is a scheme, a host and perhaps a port: https://example.com")
    }
}

impl std::error::Error for OriginError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(on_loopback: bool, listed: &[&str]) -> Gate {
        Gate { listed: listed.iter().map(|text| text.parse().expect("an origin")).collect(), on_loopback }
    }

    #[test]
    fn programs_and_the_relays_own_host_may_connect() {
        let gate = gate(false, &[]);
        assert!(gate.admits(None, Some("live.example.com")));
        assert!(gate.admits(None, None));
        assert!(gate.admits(Some("https://live.example.com"), Some("live.example.com:8443")));
        assert!(gate.admits(Some("http://Live.Example.com:3000"), Some("live.example.COM")));
        assert!(gate.admits(Some("http://[2001:db8::1]:3000"), Some("[2001:db8::1]:8080")));
        assert!(!gate.admits(Some("https://example.com"), Some("live.example.com")));
        assert!(!gate.admits(Some("https://live.example.com.evil.com"), Some("live.example.com")));
        assert!(!gate.admits(Some("https://live.example.com"), None));
        assert!(!gate.admits(Some("null"), Some("live.example.com")));
        assert!(!gate.admits(Some(""), Some("")));
    }

    #[test]
    fn loopback_pages_may_connect_while_the_relay_is_on_loopback() {
        let pages = [
            "http://localhost:5173",
            "http://demo.localhost",
            "http://127.0.0.1:3000",
            "http://127.9.9.9",
            "https://[::1]:1",
        ];
        for page in pages {
            assert!(gate(true, &[]).admits(Some(page), Some("127.0.0.1:8080")), "{page}");
            assert!(!gate(false, &[]).admits(Some(page), Some("relay.example.com")), "{page}");
        }
        for page in
            ["http://localhost.evil.com", "http://127.0.0.1.evil.com", "http://evillocalhost", "file://"]
        {
            assert!(!gate(true, &[]).admits(Some(page), Some("127.0.0.1:8080")), "{page}");
        }
    }

    #[test]
    fn listed_origins_may_connect_as_they_are_written() {
        let gate = gate(false, &["https://example.com", "http://dev.example.com:3000/", "https://b.com:443"]);
        for page in
            ["https://example.com", "https://EXAMPLE.com:443", "http://dev.example.com:3000", "https://b.com"]
        {
            assert!(gate.admits(Some(page), Some("relay.net")), "{page}");
        }
        for page in
            ["http://example.com", "https://example.com:8443", "http://dev.example.com", "https://a.b.com"]
        {
            assert!(!gate.admits(Some(page), Some("relay.net")), "{page}");
        }
    }

    #[test]
    fn what_is_no_origin_is_said_so() {
        for text in ["", "example.com", "https://", "https://example.com/app", "https://me@example.com", "*"]
        {
            assert_eq!(text.parse::<Origin>(), Err(OriginError), "{text}");
        }
    }
}
