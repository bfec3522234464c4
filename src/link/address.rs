//! Where a link connects to: the URLs of its sockets, and the session that ties them together.

use super::Relays;
use crate::{
    dom,
    error::{Error, Kind},
    options::Token,
};
use blobcast_wire::{Endpoint, Name, Role, Segment, Socket as Which};
use std::rc::Rc;

/// Whom to connect to, and as what.
#[derive(Clone)]
pub struct Target {
    pub relays: Rc<Relays>,
    pub role: Role,
    pub name: Name,
    pub token: Token,
}

impl Target {
    /// The address of a socket. `position` is where a lost viewer goes on.
    pub fn url(&self, which: Which, session: &str, position: Option<(Segment, u32)>) -> String {
        let path = Endpoint { role: self.role, name: self.name.clone(), socket: which };
        format!("{}{path}?session={session}{}", self.relays.url(), resume(which, position))
    }

    /// The address of something that the relay answers by HTTP.
    pub fn page(&self, path: &str) -> String {
        let rest = self.relays.url().strip_prefix("ws").unwrap_or_default();
        format!("http{rest}{path}")
    }
}

/// The error of a connection that did not come about in `timeout` ms, and what the relay said last, if anything.
pub fn no_answer(relays: &Relays, timeout: u32, said: Option<&(u16, String)>) -> Error {
    let relay = relays.urls();
    let within = match timeout % 1_000 {
        0 => format!("{} s", timeout / 1_000),
        _ => format!("{timeout} ms"),
    };
    let Some((code, reason)) = said else {
        let message = format!(
            "no relay answered at {relay} within {within}; check that it runs there and that url names it"
        );
        return Error::new(Kind::Timeout, message);
    };
    let why = Error::closed(*code, reason).message;
    let message = format!("not connected to {relay} within {within}; what came last: {why}");
    Error { code: Some(*code), ..Error::new(Kind::Timeout, message) }
}

/// Where a socket goes on reading, as the tail of its query.
fn resume(which: Which, position: Option<(Segment, u32)>) -> String {
    match (which, position) {
        (_, None) => String::new(),
        (Which::Blob, Some((segment, _))) => format!("&segment={segment}"),
        (Which::Chunk, Some((segment, seq))) => format!("&segment={segment}&seq={seq}"),
    }
}

/// What ties the two sockets together. Who guesses it could put a socket of his in their place.
pub fn random_session() -> String {
    let mut bytes = [0; 16];
    if let Ok(crypto) = dom::window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    let mut session = String::new();
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            session.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    session
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_viewer_says_where_it_was() {
        let name = "a/b".parse().expect("a name");
        let relays = Rc::new(Relays::new(vec!["wss://host/base".into(), "wss://other".into()]));
        let target = Target { relays, role: Role::View, name, token: Token::default() };
        assert_eq!(target.url(Which::Blob, "s", None), "wss://host/base/view/a/b/blob?session=s");
        assert_eq!(
            target.url(Which::Blob, "s", Some((7, 3))),
            "wss://host/base/view/a/b/blob?session=s&segment=7"
        );
        assert_eq!(
            target.url(Which::Chunk, "s", Some((7, 3))),
            "wss://host/base/view/a/b/chunk?session=s&segment=7&seq=3"
        );
        assert_eq!(target.page("/healthz"), "https://host/base/healthz");
        target.relays.next(0.0);
        assert_eq!(target.url(Which::Blob, "s", None), "wss://other/view/a/b/blob?session=s");
        assert_eq!(target.page("/healthz"), "https://other/healthz");
    }

    #[test]
    fn a_timeout_tells_what_the_relay_said() {
        let relays = Relays::new(vec!["ws://host".into(), "ws://other".into()]);
        let silent = no_answer(&relays, 1500, None);
        assert!(
            silent.message.contains("no relay answered at ws://host, ws://other within 1500 ms"),
            "{silent}"
        );
        let alone = no_answer(&relays, 2_000, Some(&(4424, "balance by session".into())));
        assert!(
            alone.message.contains("within 2 s; what came last: balance by session (close code 4424)"),
            "{alone}"
        );
        assert_eq!((alone.kind, alone.code), (Kind::Timeout, Some(4424)));
    }
}
