//! The list of broadcasts, as JSON.

use crate::relay::Relay;
use axum::{
    Json,
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// The answer of `/streams`.
#[derive(Debug, Serialize)]
struct Streams {
    /// Sockets and their closing handshakes, and broadcasters in their grace.
    tasks: usize,
    streams: Vec<Stream>,
}

/// A broadcast that somebody sends or watches.
#[derive(Debug, Serialize)]
struct Stream {
    name: String,
    state: &'static str,
    viewers: u32,
    /// The current segment.
    #[serde(skip_serializing_if = "Option::is_none")]
    segment: Option<u64>,
    /// How many pieces of it are here.
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mime: Option<String>,
    /// How many bytes of it are here.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<usize>,
}

/// What is going on.
pub(crate) fn list(relay: &Relay) -> Response {
    let streams = relay.rooms().into_iter().map(|(name, room)| {
        let summary = room.summary();
        let (segment, seq, mime, bytes) = match summary.current {
            Some((segment, seq, mime, bytes)) => (Some(segment), Some(seq), Some(mime), Some(bytes)),
            None => (None, None, None, None),
        };
        let state = summary.state.as_str();
        Stream { name: name.to_string(), state, viewers: summary.viewers, segment, seq, mime, bytes }
    });
    let streams = Streams { tasks: relay.tasks.len(), streams: streams.collect() };
    ([(CACHE_CONTROL, "no-store")], Json(streams)).into_response()
}
