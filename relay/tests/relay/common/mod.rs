//! Peers that are pleasant to read.

pub(crate) mod archive;
mod cable;
pub(crate) mod client;
pub(crate) mod ffmpeg;
pub(crate) mod film;
mod nats;
mod operator;
mod pair;
mod peers;
mod program;
mod raw;
pub(crate) mod secret;
mod server;
mod socket;
mod watched;

pub(crate) use cable::Cable;
pub(crate) use nats::{Nats, run as run_nats};
pub(crate) use operator::Operator;
pub(crate) use pair::{Client, Duplex, Pair};
pub(crate) use peers::{Broadcaster, Viewer};
pub(crate) use program::{Program, relay};
pub(crate) use raw::Raw;
pub(crate) use secret::Secret;
pub(crate) use server::{TestServer, dial, fetch, metric, request};
pub(crate) use socket::{ClientSocket, Heard};
pub(crate) use watched::{Rebuilt, Watched};

use blobcast_wire::{Kind, Message, Resend, Segment};
use bytes::Bytes;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::timeout;

/// How long anything may take before a test gives up.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);

/// The type of every recording here.
pub(crate) const MIME: &str = "video/webm;codecs=vp8";

/// Waits, but not for ever.
#[track_caller]
pub(crate) fn soon<T>(what: &'static str, future: impl Future<Output = T>) -> impl Future<Output = T> {
    let caller = std::panic::Location::caller();
    async move {
        match timeout(DEADLINE, future).await {
            Ok(done) => done,
            Err(_) => panic!("{what} did not come in time, at {caller}"),
        }
    }
}

/// Numbers below a bound, the same in every run.
pub(crate) fn random(seed: u64) -> impl FnMut(u32) -> u32 {
    let mut state = seed;
    move |bound| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32 % bound
    }
}

/// A segment number that starts now.
pub(crate) fn now() -> Segment {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as Segment
}

/// A blob that opens a segment, or has `seq` pieces glued in.
pub(crate) fn blob(segment: Segment, seq: u32, body: impl Into<Bytes>) -> Message<Bytes> {
    Message { kind: Kind::Blob { mime: MIME.into() }, segment, seq, sent: segment, body: body.into() }
}

/// A chunk.
pub(crate) fn chunk(segment: Segment, seq: u32, body: impl Into<Bytes>) -> Message<Bytes> {
    Message { kind: Kind::Chunk, segment, seq, sent: segment, body: body.into() }
}

/// A segment's last chunk.
pub(crate) fn last(segment: Segment, seq: u32, body: impl Into<Bytes>) -> Message<Bytes> {
    Message { kind: Kind::LastChunk { cut_short: false }, ..chunk(segment, seq, body) }
}

/// What a broadcaster sends again, as a message.
pub(crate) fn message_of(resend: Resend<'_, Bytes>) -> Message<Bytes> {
    match resend {
        Resend::Again(message) => message.clone(),
        Resend::CutShort(segment, seq) => {
            Message { kind: Kind::LastChunk { cut_short: true }, ..chunk(segment, seq, "") }
        }
        Resend::Glued(glued) => {
            Message { sent: glued.sent(), ..blob(glued.segment(), glued.seq(), glued.parts().concat()) }
        }
    }
}

/// The empty last chunk of a segment whose rest will never come.
pub(crate) fn cut_short(segment: Segment, seq: u32) -> (Segment, u32, Kind, Bytes) {
    (segment, seq, Kind::LastChunk { cut_short: true }, Bytes::new())
}

/// A message without its time.
pub(crate) fn facts(message: Message<Bytes>) -> (Segment, u32, Kind, Bytes) {
    (message.segment, message.seq, message.kind, message.body)
}
