//! The blobcast relay: it keeps the current segment of each broadcast, hands it to newcomers and passes chunks
//! on. It knows messages, never media: only its archive looks into them, when they are on the disk.
//!
//! ```text
//! door ─► http ─► upgrade ─► Socket ─► publisher ─► Reassembly ─► Broadcast ─► Cursor ─► viewer ─► Line
//!                  (ask,                (session,                  (segment)             (session)
//!                   origin,              quota)           room, relay ──────── fan ────────────►
//!                   access)
//! ```
//!
//! Without sockets and clocks, to be read and tested by themselves:
//!
//! * `ask`: what a socket wants, from its URL. `origin`: which web pages may connect. `access`, `claims`: who may do what, by their
//!   tokens. `proxy`: who is behind a proxy. `loopback`: who is from this machine. `span`: from when to when. `byte_range`: which part of a file. `retention`: how
//!   much of an archive stays.
//! * `limits`: how much there may be. `quota`: what one broadcast has used. `bucket`: how fast.
//! * `segment`, `broadcast`: shared, immutable pieces, and what is kept of them.
//! * `cursor`: a viewer is a place in a broadcast. No queue, no copy.
//!
//! What drives them:
//!
//! * `door`: one port, and who is at it. `patient`: who takes nothing of an answer is given up. `http` and `admin`: what is behind the public one and the operator's. `demo`: the pages
//!   that are compiled in.
//! * `socket`: one WebSocket as events. `publisher`, `viewer`: one `select!` for each socket.
//! * `caller`: who asks, and whether they have too many connections. `admit`: who may watch by plain HTTP, and `recordings`, `exports`: what they get of the archive.
//! * `live`: a broadcast by plain HTTP, as one WebM without end.
//! * `tls`: the certificate, and the handshake of a connection. `tls_session`: its bytes, sealed and opened.
//! * `fan` hands all viewers the next piece in one go, by their `line`s: a socket's task is left asleep.
//! * `fleet`: several relays that share their broadcasts, by NATS.
//! * `archive` keeps segments on disk, by a thread of its own.
//! * `session`: two sockets are one peer. `room`: one name. `relay`: all of it.
//! * `publish` is no part of the relay: it is a broadcaster without a browser, by the same protocol.
//! * `addresses`, `ticket`: what is counted, by guards. `turns`: work that is done so many at a time.
//! * [`Server`] is the way in; [`Config`] what it can be told.

mod access;
mod addresses;
mod admin;
mod admit;
mod archive;
mod ask;
mod broadcast;
mod bucket;
mod byte_range;
mod caller;
mod claims;
mod clock;
mod config;
mod cursor;
mod demo;
mod descriptors;
mod door;
mod end;
mod export;
mod exports;
mod fan;
mod farewell;
mod fleet;
mod frame;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod handshake;
mod header_list;
mod http;
mod key;
mod limits;
mod line;
mod live;
mod loopback;
mod metrics;
mod mint;
mod origin;
mod patient;
mod proxy;
mod publish;
mod publisher;
mod quota;
mod recordings;
mod relay;
mod retention;
mod room;
mod segment;
mod server;
mod session;
mod socket;
mod span;
mod start_error;
mod streams;
mod ticket;
mod timing;
mod tls;
mod tls_session;
mod turns;
mod upgrade;
mod viewer;

pub use config::{Config, LogFormat};
pub use export::{Export, ExportError};
pub use fleet::{FleetError, FleetOptions};
pub use key::KeyError;
pub use limits::Limits;
pub use mint::{Mint, MintError};
pub use origin::{Origin, OriginError};
pub use proxy::{Network, NetworkError};
pub use publish::Publish;
pub use retention::Retention;
pub use server::Server;
pub use start_error::StartError;
pub use timing::Timing;
pub use tls::{Certificate, CertificateError};
