//! The blobcast protocol, version 1, without sockets and without a browser.
//!
//! ```text
//! broadcaster ── Message ──► two sockets ──► Reassembly ──► Piece, Piece, Piece … in order
//!                                                             └─► Blob: blob ⊕ chunk = blob
//! ```
//!
//! * [`Message`]: one binary WebSocket message, a 24-byte header and a body.
//! * [`Reassembly`]: two sockets have no order between them; this gives back the pieces in theirs.
//! * [`Outbox`]: what a broadcaster keeps, for a relay that lost it.
//! * [`Blob`]: gluing, the one operation everything else is made of.
//! * [`Text`]: the JSON messages beside the media. [`Close`]: why a socket was closed.
//! * [`Endpoint`]: which of the four sockets a URL path names.
//! * [`Numbering`]: which number a segment gets, in the relay's clock, which is [`RelayClock`].
//! * [`Hearing`]: whether a socket is dead. [`backoff`]: when to come back.
//!
//! Broadcaster, relay and viewer use these same types; docs/PROTOCOL.md is the prose.

pub mod backoff;
mod blob;
mod body;
mod clock;
mod close;
mod endpoint;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod hearing;
mod held;
mod message;
mod name;
mod numbering;
mod outbox;
mod reassembly;
mod text;

pub use blob::{Blob, GlueError};
pub use body::Body;
pub use clock::{FIRST_PINGS, PING_EVERY, RelayClock, RelayTime};
pub use close::Close;
pub use endpoint::{Endpoint, EndpointError, Role, Socket};
pub use hearing::Hearing;
pub use message::{DecodeError, HEADER_LEN, Kind, MAX_MIME_LEN, Message, VERSION};
pub use name::{Name, NameError};
pub use numbering::Numbering;
pub use outbox::{Outbox, Resend};
pub use reassembly::{HELD_BYTES, HELD_FOR, Piece, Reassembly};
pub use text::{Live, Text};

/// The WebSocket subprotocol that both sides name.
pub const SUBPROTOCOL: &str = "blobcast.v1";

/// A token travels beside [`SUBPROTOCOL`] as a second subprotocol with this prefix.
pub const BEARER_PREFIX: &str = "bearer.";

/// The largest message anyone sends or takes, in bytes; larger ones are answered with [`Close::TooBig`].
pub const MAX_MESSAGE_LEN: usize = 8 << 20;

/// How far ahead of the relay's clock a segment may start, µs.
pub const MAX_AHEAD: u64 = 5_000_000;

/// A segment's number: when it started, in microseconds since the Unix epoch, in the relay's clock.
///
/// It stays below 2^53 (the year 2255), so that a JavaScript number holds it exactly.
pub type Segment = u64;

/// The largest segment number, 2^53 - 1: what a JavaScript number holds exactly.
pub const MAX_SEGMENT: Segment = (1 << 53) - 1;
