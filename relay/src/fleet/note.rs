//! What travels beside a piece: whose it is, and what the broadcast is.

use async_nats::{HeaderMap, Message, header::NATS_ROLLUP};
use blobcast_wire::{Live, Segment};
use std::{fmt, str::FromStr};

const CLAIM: &str = "Blobcast-Claim";
const STATE: &str = "Blobcast-State";

/// A broadcaster's claim to its name: the later one wins. Numbers of segments are times and grow per name, so its first segment's is
/// later than that of whoever it takes over from, on whichever relay; nobody has to be asked, and a broker that has lost its memory
/// changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Claim {
    /// Its first segment.
    pub(super) since: Segment,
    /// The relay where it is.
    pub(super) relay: u64,
}

/// The headers of a message of the fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) claim: Claim,
    /// What the broadcast is, in a message that is no piece.
    pub(super) state: Option<Live>,
}

impl Note {
    /// Headers that say this. `is_start`: what came before is of no use to newcomers from here on.
    pub(super) fn headers(self, is_start: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CLAIM, self.claim.to_string());
        if let Some(state) = self.state {
            headers.insert(STATE, state.as_str());
        }
        if is_start {
            headers.insert(NATS_ROLLUP, "sub");
        }
        headers
    }

    /// What a message's headers say; `None` if it is not the fleet's.
    pub(super) fn read(headers: &HeaderMap) -> Option<Self> {
        let claim = headers.get(CLAIM)?.as_str().parse().ok()?;
        let state = match headers.get(STATE) {
            Some(said) => Some(
                [Live::Live, Live::Waiting, Live::Ended]
                    .into_iter()
                    .find(|it| it.as_str() == said.as_str())?,
            ),
            None => None,
        };
        Some(Self { claim, state })
    }

    /// Whose message has rolled up what the stream had before it, if it has.
    pub(super) fn rolled_up_by(message: &Message) -> Option<Claim> {
        let headers = message.headers.as_ref()?;
        headers.get(NATS_ROLLUP)?;
        Self::read(headers).map(|note| note.claim)
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{:016x}", self.since, self.relay)
    }
}

impl FromStr for Claim {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (since, relay) = text.split_once('-').ok_or(())?;
        let since = since.parse().map_err(|_| ())?;
        Ok(Self { since, relay: u64::from_str_radix(relay, 16).map_err(|_| ())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_say_what_they_were_made_of() {
        let claim = Claim { since: 1_700_000_000_000_000, relay: 7 };
        for state in [None, Some(Live::Live), Some(Live::Waiting), Some(Live::Ended)] {
            let note = Note { claim, state };
            assert_eq!(Note::read(&note.headers(true)), Some(note));
            assert_eq!(note.headers(true).get("Nats-Rollup").map(|value| value.as_str()), Some("sub"));
            assert_eq!(note.headers(false).get("Nats-Rollup"), None);
        }
        assert_eq!(Note::read(&HeaderMap::new()), None);
        let mut foreign = HeaderMap::new();
        foreign.insert(CLAIM, "soon");
        assert_eq!(Note::read(&foreign), None);
    }

    #[test]
    fn the_later_claim_wins_and_of_two_at_once_always_the_same() {
        let claim = |since, relay| Claim { since, relay };
        assert!(claim(2, 1) > claim(1, 9));
        assert!(claim(2, 2) > claim(2, 1));
    }
}
