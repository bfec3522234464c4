//! WebM as a stream: what a broadcaster does to a browser's recording, and a viewer to what it plays.
//!
//! ```text
//! recording ─► Tidy ─► frames ─► [Handover] ─► Cutter, Writer ─► segment ─► … ─► Remux ─► player
//! ```
//!
//! **Normal form.** Browsers write a cluster every 0.1 to 30 s. What plays it by MediaSource suffers from that: where
//! frames are missing at the edge of a cluster Chromium drops the picture up to the next keyframe (inside one it knows
//! how long the frame before lasts), and Firefox plays the first cluster only. So a segment is one cluster, of
//! unknown size, and the times of its blocks are counted from its beginning. What else differs from browser to browser
//! and from recorder to recorder is made alike: tracks have the numbers and the UIDs of their order, pictures first (for others a player
//! would begin anew); there is no alpha plane (WebKit refuses a video that says it has one), a block is a SimpleBlock, a packet of sound says
//! that it is a keyframe, times never go back (from one track to the other only where the two were recorded apart), and no picture comes before
//! the first keyframe.
//!
//! **Nothing else is touched**: frames stay as they were encoded, but for the one bit that hides a picture which a handover
//! recorded twice.
//!
//! **Files.** What is kept is a [`Stored`] segment, of which a file is made in which players can seek; and of many such files an
//! [`Export`] makes one, whose clusters are copied as they are.
//!
//! The container is Matroska, <https://www.rfc-editor.org/rfc/rfc9559>, in EBML,
//! <https://www.rfc-editor.org/rfc/rfc8794>.

mod apart;
mod block;
mod choice;
mod colours;
mod cues;
mod cutter;
mod ebml;
mod error;
mod export;
mod frame;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod handover;
mod head;
mod opus;
mod place;
mod remux;
mod seekable;
mod sound;
mod steady;
mod stored;
mod tidy;
mod tracks;
mod writer;

pub use apart::with_sound;
pub use choice::{Announced, TrackKind, announced, only};
pub use colours::Colours;
pub use cues::cues;
pub use cutter::Cutter;
pub use error::Error;
pub use export::{Export, Layout, Piece};
pub use frame::Frame;
pub use handover::{Handover, Joint, Likeness, Tail};
pub use head::Head;
pub use place::{GAP, place};
pub use remux::{Part, Remux};
pub use steady::Steady;
pub use stored::Stored;
pub use tidy::Tidy;
pub use writer::Writer;
