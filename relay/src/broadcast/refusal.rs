//! Why a broadcaster's message is refused, as it is told what to do.

use super::MAX_HEALED;
use blobcast_wire::Segment;
use std::fmt;

/// Why a broadcaster's message is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Segment numbers grow per name, across sessions.
    NotLater {
        /// The one that was offered.
        segment: Segment,
        /// The newest there is.
        last: Segment,
    },
    /// A segment from the future: the broadcaster's idea of the relay's clock is wrong.
    Ahead {
        /// By how much, µs.
        by: u64,
    },
    /// A blob that heals more pieces than anyone records.
    TooMuchHealed(u32),
    /// No piece could follow this one but by its own number, for ever.
    NoNumberLeft,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLater { segment, last } => {
                write!(out, "segment {segment} is not later than {last}: begin a later one")
            }
            Self::Ahead { by } => {
                write!(out, "segment starts {} ms ahead of the relay's clock: ask it by ping", by / 1000)
            }
            Self::TooMuchHealed(pieces) => {
                write!(out, "blob heals {pieces} pieces, at most {MAX_HEALED}: begin a segment")
            }
            Self::NoNumberLeft => {
                out.write_str("the segment has no number left for a next piece: begin a segment")
            }
        }
    }
}
