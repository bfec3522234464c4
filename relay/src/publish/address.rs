//! A relay's address, as the flag has it. Pure.

use axum::http::Uri;
use std::fmt;

/// A relay's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) is_tls: bool,
    pub(super) host: String,
    pub(super) port: u16,
    /// What stands before the relay's own paths.
    pub(super) base: String,
}

impl Address {
    /// Reads `ws://HOST[:PORT][/BASE]` or the same with `wss`.
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        let wrong =
            || format!("{url} is no relay's address: it is like ws://127.0.0.1:8080 or wss://relay.example");
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let is_tls = match uri.scheme_str() {
            Some("ws" | "http") => false,
            Some("wss" | "https") => true,
            _ => return Err(wrong()),
        };
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(wrong)?.to_owned();
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        Ok(Self { is_tls, host, port, base: uri.path().trim_end_matches('/').to_owned() })
    }

    /// Host and port.
    pub(super) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}://{}{}", if self.is_tls { "wss" } else { "ws" }, self.authority(), self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_a_host_and_perhaps_a_base() {
        let address = |url| Address::parse(url).map(|it| (it.is_tls, it.authority(), it.base));
        assert_eq!(address("ws://127.0.0.1:8080"), Ok((false, "127.0.0.1:8080".into(), String::new())));
        assert_eq!(address("wss://host/live/"), Ok((true, "host:443".into(), "/live".into())));
        assert_eq!(address("ws://[::1]:9"), Ok((false, "[::1]:9".into(), String::new())));
        for wrong in ["", "host", "rtmp://host", "ws://", "ws:///x", "127.0.0.1:8080"] {
            let error = address(wrong).expect_err(wrong);
            assert!(error.contains("ws://127.0.0.1:8080"), "{error}");
        }
    }
}
