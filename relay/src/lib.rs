//! The blobcast relay: it keeps the current segment of each broadcast, hands it to newcomers and passes chunks
//! on. It knows messages, never media.
//!
//! ```text
//! http ─► upgrade ─► Socket ─► publisher ─► Reassembly ─► Broadcast ─► Cursor ─► viewer ─► Line
//!          (ask,                (session)                  (segment)             (session)
//!           origin)                           room, relay ──────── fan ────────────►
//! ```
//!
//! Without sockets and clocks, to be read and tested by themselves:
//!
//! * `ask`: what a socket wants, from its URL. `origin`: which web pages may connect.
//! * `segment`, `broadcast`: shared, immutable pieces, and what is kept of them.
//! * `cursor`: a viewer is a place in a broadcast. No queue, no copy.
//!
//! What drives them:
//!
//! * `socket`: one WebSocket as events. `publisher`, `viewer`: one `select!` for each socket.
//! * `fan` hands all viewers the next piece in one go, by their `line`s: a socket's task is left asleep.
//! * `session`: two sockets are one peer. `room`: one name. `relay`: all of it.
//! * [`Server`] is the way in; [`Config`] what it can be told.

mod ask;
mod broadcast;
mod clock;
mod config;
mod cursor;
mod end;
mod fan;
mod farewell;
mod frame;
mod http;
mod line;
mod origin;
mod publisher;
mod relay;
mod room;
mod segment;
mod server;
mod session;
mod socket;
mod upgrade;
mod viewer;

pub use config::{Config, Timing};
pub use origin::{Origin, OriginError};
pub use server::Server;
