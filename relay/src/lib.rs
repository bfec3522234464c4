//! The blobcast relay: it keeps the current segment of each broadcast, hands it to newcomers and passes chunks
//! on. It knows messages, never media: what looks into them (`archive`, `http/live`) is not on the way of anything live.
//!
//! ```text
//! door ─► http/upgrade ─► socket ─► publisher ─► Reassembly ─► broadcast ─► cursor ─► viewer ─► line
//!          (ask,                    (session,                  (segment)             (session)
//!           origin,                 quota)           room, relay ──────── fan ────────────►
//!           tokens)
//! ```
//!
//! Who comes in, and may they:
//!
//! * `door`: a port, and who is at it. `tls`: the certificate, and what is sealed by it. `patient`: who takes nothing of an answer is given up.
//! * `ask`: what a socket wants, from its URL. `origin`: which web pages may connect. `loopback`: who is from this machine. `proxy`: who is
//!   behind a proxy. `tokens`: who may do what.
//! * `limits`: how much there may be. `quota`, `bucket`: what one name has used, and how fast. `addresses`, `ticket`, `descriptors`: what
//!   there is a number of.
//! * `http`: all that is asked for. `span`: from when to when. `turns`: work that is done so many at a time.
//!
//! What is live:
//!
//! * `relay`: all rooms. `room`: one name. `session`: two sockets are one peer. `publisher`, `viewer`: one `select!` for each socket.
//! * `broadcast`, `segment`: shared, immutable pieces, and what is kept of them. `cursor`: a viewer is a place in a broadcast; no queue, no copy.
//! * `fan` hands all viewers the next piece in one go, by their `line`s: a socket's task is left asleep. `frame`: a piece, as it is sent.
//! * `socket`: one WebSocket as events. `farewell`: what it is closed with. `end`: how its driver ended.
//! * `clock`: the one that everybody sets theirs by. `timing`: how long things may take. `metrics`: what Prometheus is told.
//! * `fleet`: several relays that share their broadcasts, by NATS.
//!
//! Beside it: `archive` keeps segments on disk, by threads of its own; `retention`: how much of it stays; `export` writes it as one film. `publish` is
//! a broadcaster without a browser, by the same protocol. `fuzzing`: what is promised of any bytes at all.
//!
//! [`Server`] is the way in (`server`); [`Config`] what it can be told (`config`); [`StartError`] why it does not start (`start_error`).

mod addresses;
mod archive;
mod ask;
mod broadcast;
mod bucket;
mod clock;
mod config;
mod cursor;
mod descriptors;
mod door;
mod end;
mod export;
mod fan;
mod farewell;
mod fleet;
mod frame;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod http;
mod limits;
mod line;
mod loopback;
mod metrics;
mod origin;
mod patient;
mod proxy;
mod publish;
mod publisher;
mod quota;
mod relay;
mod retention;
mod room;
mod segment;
mod server;
mod session;
mod socket;
mod span;
mod start_error;
mod ticket;
mod timing;
mod tls;
mod tokens;
mod turns;
mod viewer;

pub use config::{Config, LogFormat};
pub use export::{Export, ExportError};
pub use fleet::{FleetError, FleetOptions};
pub use limits::Limits;
pub use origin::{Origin, OriginError};
pub use proxy::{Network, NetworkError};
pub use publish::Publish;
pub use retention::Retention;
pub use server::Server;
pub use start_error::StartError;
pub use timing::Timing;
pub use tls::{Certificate, CertificateError};
pub use tokens::{KeyError, Mint, MintError};

#[cfg(test)]
mod tests {
    #[test]
    fn the_map_of_the_modules_has_each_of_them() {
        let text = include_str!("lib.rs");
        let modules = text
            .lines()
            .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'));
        let map: String = text.lines().filter(|line| line.starts_with("//!")).collect();
        let is_there = |name: &str| map.contains(&format!("`{name}`"));
        let missing: Vec<_> = modules.filter(|name| !is_there(name)).collect();
        assert_eq!(missing, [""; 0]);
    }
}
