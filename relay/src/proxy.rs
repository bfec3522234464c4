//! Who is behind a proxy. Pure.

use ipnet::IpNet;
use std::{error::Error, fmt, net::IpAddr, str::FromStr};

/// An address, or a network such as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

/// A text that is neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkError;

impl Network {
    fn holds(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

/// Whether a connection from this address is a proxy's.
pub(crate) fn is_trusted(address: IpAddr, trusted: &[Network]) -> bool {
    let address = address.to_canonical();
    trusted.iter().any(|network| network.holds(address))
}

/// Whose request this is. Each proxy appends to `X-Forwarded-For` whom it was called by, and anyone may send one that begins
/// with lies. So it is read from its end, as far as the proxies are trusted.
/// <https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For>
pub(crate) fn client_of<'a>(
    peer: IpAddr,
    forwarded_for: impl DoubleEndedIterator<Item = &'a str>,
    trusted: &[Network],
) -> IpAddr {
    let mut client = peer.to_canonical();
    for hop in forwarded_for.flat_map(|value| value.split(',')).rev() {
        if !is_trusted(client, trusted) {
            break;
        }
        let Some(address) = address_of(hop.trim()) else { break };
        client = address;
    }
    client
}

/// An address as proxies write it: some add a port.
pub(crate) fn address_of(hop: &str) -> Option<IpAddr> {
    let address =
        hop.parse().ok().or_else(|| hop.parse().ok().map(|with_port: std::net::SocketAddr| with_port.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let network = text.parse().or_else(|_| text.parse().map(|one: IpAddr| IpNet::from(one)));
        network.map(Self).map_err(|_| NetworkError)
    }
}

impl fmt::Display for NetworkError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a proxy is an address or a network: 127.0.0.1, 10.0.0.0/8 or fd00::/8")
    }
}

impl Error for NetworkError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_is_the_last_address_that_a_trusted_proxy_tells() {
        let trusted = ["127.0.0.1", "10.0.0.0/8"].map(|text| text.parse().expect("a network"));
        for (peer, headers, client) in [
            ("127.0.0.1", &["192.0.2.7"][..], "192.0.2.7"),
            // Whoever is no proxy may say what it likes.
            ("192.0.2.1", &["192.0.2.7"], "192.0.2.1"),
            ("127.0.0.1", &["6.6.6.6, 192.0.2.7"], "192.0.2.7"),
            ("127.0.0.1", &["6.6.6.6,192.0.2.7 , 10.1.2.3"], "192.0.2.7"),
            ("127.0.0.1", &["6.6.6.6", "192.0.2.7", "10.1.2.3"], "192.0.2.7"),
            ("::ffff:127.0.0.1", &["::ffff:192.0.2.7"], "192.0.2.7"),
            ("127.0.0.1", &["192.0.2.7:51234"], "192.0.2.7"),
            ("127.0.0.1", &["[2001:db8::1]:51234"], "2001:db8::1"),
            ("127.0.0.1", &["unknown"], "127.0.0.1"),
            ("127.0.0.1", &["192.0.2.7, unknown"], "127.0.0.1"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["10.9.9.9"], "10.9.9.9"),
        ] {
            let found = client_of(peer.parse().expect("an address"), headers.iter().copied(), &trusted);
            assert_eq!(found.to_string(), client, "{peer} {headers:?}");
        }
    }

    #[test]
    fn what_is_no_network_is_said_so() {
        for text in ["", "localhost", "10.0.0.0/33", "10.0.0", "*"] {
            assert_eq!(text.parse::<Network>(), Err(NetworkError), "{text}");
        }
    }
}
