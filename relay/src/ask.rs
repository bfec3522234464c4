//! What a socket asks for, read from its URL. Pure.

use blobcast_wire::{Endpoint, MAX_SEGMENT, Segment};

/// The longest session id, characters.
const MAX_SESSION_LEN: usize = 64;

/// A socket's URL, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ask {
    /// Which of the four sockets.
    pub(crate) endpoint: Endpoint,
    /// What ties the peer's two sockets together.
    pub(crate) session: String,
    /// The segment that a reconnecting viewer has.
    pub(crate) segment: Option<Segment>,
    /// Its next piece.
    pub(crate) seq: Option<u32>,
}

impl Ask {
    /// Reads path and query. Parameters that this version does not know are ignored.
    ///
    /// # Errors
    /// What is wrong, as one sentence.
    pub(crate) fn parse(path: &str, query: &str) -> Result<Self, String> {
        let endpoint = Endpoint::parse(path).map_err(|error| error.to_string())?;
        let get = |key| parameter(query, key);
        let session = get("session").filter(|session| is_session(session)).ok_or(
            "session=ID is missing: 1 to 64 letters, digits, '_' or '-', random, the same for both sockets",
        )?;
        let segment = get("segment")
            .map(|text| number(text, MAX_SEGMENT).ok_or("segment is no number from 1 on"))
            .transpose()?;
        let seq = get("seq")
            .map(|text| number(text, u32::MAX.into()).ok_or("seq is no number from 1 on"))
            .transpose()?;
        if seq.is_some() && segment.is_none() {
            return Err("seq says nothing without its segment: send both".into());
        }
        Ok(Self { endpoint, session: session.into(), segment, seq: seq.map(|seq| seq as u32) })
    }

    /// The piece that a viewer's chunk socket goes on with.
    pub(crate) fn place(&self) -> Option<(Segment, u32)> {
        Some((self.segment?, self.seq?))
    }
}

/// A parameter of a query, as it stands there. One without a value is empty.
pub(crate) fn parameter<'a>(query: &'a str, key: &str) -> Option<&'a str> {
    let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.find(|pair| pair.0 == key).map(|pair| pair.1)
}

fn is_session(text: &str) -> bool {
    (1..=MAX_SESSION_LEN).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// A number from 1 on.
fn number(text: &str, max: u64) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && (1..=max).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use blobcast_wire::{Role, Socket};

    #[test]
    fn reads_what_a_viewer_asks() {
        let ask = Ask::parse("/view/a/b/chunk", "token=x&session=s-1_A&segment=7&seq=3&later").expect("good");
        assert_eq!((ask.endpoint.role, ask.endpoint.socket), (Role::View, Socket::Chunk));
        assert_eq!((ask.endpoint.name.as_str(), ask.session.as_str()), ("a/b", "s-1_A"));
        assert_eq!(ask.place(), Some((7, 3)));
        let ask = Ask::parse("/view/a/blob", "session=s").expect("good");
        assert_eq!((ask.segment, ask.place()), (None, None));
    }

    #[test]
    fn says_what_is_wrong() {
        let long = format!("session={}", "a".repeat(65));
        for (path, query, what) in [
            ("/view/lobby", "session=s", "sockets are"),
            ("/view/a.b/blob", "session=s", "name is"),
            ("/view/%61/blob", "session=s", "name is"),
            ("/view/a/blob", "", "session=ID"),
            ("/view/a/blob", "session=", "session=ID"),
            ("/view/a/blob", "session", "session=ID"),
            ("/view/a/blob", "session=s&segment", "segment"),
            ("/view/a/blob", "session=a%20b", "session=ID"),
            ("/view/a/blob", &long, "session=ID"),
            ("/view/a/blob", "session=s&segment=x", "segment"),
            ("/view/a/blob", "session=s&segment=+1", "segment"),
            ("/view/a/blob", "session=s&segment=0", "segment"),
            ("/view/a/blob", "session=s&segment=9007199254740992", "segment"),
            ("/view/a/chunk", "session=s&segment=1&seq=-1", "seq"),
            ("/view/a/chunk", "session=s&segment=1&seq=4294967296", "seq"),
            ("/view/a/chunk", "session=s&seq=1", "seq"),
        ] {
            let error = Ask::parse(path, query).expect_err(query);
            assert!(error.contains(what), "{path}?{query}: {error}");
        }
    }
}
