//! What a socket is closed with: a code that a program understands and a reason that a person does.

use crate::{limits::Limit, loopback::Stranger, tokens::Denied};
use blobcast_wire::Close;
use std::fmt::Display;

/// The longest reason that fits a close frame, bytes: a control frame's 125 less the code's two.
const MAX_REASON_LEN: usize = 123;

/// A close code and its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Farewell {
    /// The code.
    pub(crate) close: Close,
    /// What happened and what to do, cut to what a close frame holds.
    pub(crate) reason: String,
    /// What it is called where refusals are counted, if its code does not say that.
    name: Option<&'static str>,
}

impl Farewell {
    /// A code with a reason.
    pub(crate) fn new(close: Close, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        reason.truncate(reason.floor_char_boundary(MAX_REASON_LEN));
        Self { close, reason, name: None }
    }

    /// What it is counted as among the refusals, if it is one.
    pub(crate) fn refusal(&self) -> Option<&'static str> {
        self.name.or(match self.close {
            Close::BadMessage => Some("protocol"),
            Close::TooBig => Some("message-size"),
            Close::OriginRefused => Some("origin"),
            Close::NoBroadcast => Some("no-broadcast"),
            Close::TooSlow => Some("stuck"),
            Close::NoPartner => Some("no-partner"),
            _ => None,
        })
    }

    /// The peer said something that the protocol does not know.
    pub(crate) fn bad(reason: impl ToString) -> Self {
        Self::new(Close::BadMessage, reason.to_string())
    }

    /// A message does not read: the peer is of another version, or no client of ours.
    pub(crate) fn foreign(error: impl Display) -> Self {
        Self::bad(format!("{error}: use the same version on both sides"))
    }

    /// A limit was reached.
    pub(crate) fn limit(limit: Limit) -> Self {
        Self { name: Some(limit.name()), ..Self::new(Close::Limit, limit.to_string()) }
    }

    /// The relay is open to this machine only.
    pub(crate) fn stranger(stranger: Stranger) -> Self {
        Self { name: Some(stranger.name()), ..Self::new(Close::OriginRefused, stranger.to_string()) }
    }

    /// Nobody broadcasts, and viewers may not wait for it.
    pub(crate) fn no_broadcast() -> Self {
        Self::new(Close::NoBroadcast, "nobody broadcasts under this name: come when the broadcast has begun")
    }

    /// The token does not permit it, or does not any more.
    pub(crate) fn denied(denied: Denied) -> Self {
        Self { name: Some(denied.name()), ..Self::new(Close::Unauthorized, denied.to_string()) }
    }

    /// The partner did not come, or is gone for too long. That is a broken link's doing, or a load balancer's.
    pub(crate) fn alone() -> Self {
        let reason =
            "the session's other socket is not here: open both; a load balancer must balance by session";
        Self::new(Close::NoPartner, reason)
    }

    /// The peer does not read.
    pub(crate) fn stuck() -> Self {
        Self::new(Close::TooSlow, "nothing was read here for too long: connect again when the line is faster")
    }

    /// The relay ends.
    pub(crate) fn restarting() -> Self {
        Self::new(Close::Restarting, "the relay restarts: connect again")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let farewell = Farewell::bad("ä".repeat(100));
        assert_eq!(farewell.reason, "ä".repeat(61));
        assert_eq!(Farewell::bad("short").reason, "short");
    }
}
