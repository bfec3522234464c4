//! The routes.

use crate::{config::Config, origin::Gate, relay::Relay, upgrade::upgrade};
use axum::{
    Json, Router,
    extract::State,
    http::{
        HeaderValue,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL},
    },
    response::IntoResponse,
    routing::get,
};
use serde::Serialize;
use std::sync::Arc;
use tower_http::{services::ServeDir, set_header::SetResponseHeader};

/// What the routes share.
#[derive(Debug)]
pub(crate) struct App {
    /// The house.
    pub(crate) relay: Arc<Relay>,
    /// Which pages may connect.
    pub(crate) gate: Gate,
}

/// All routes.
pub(crate) fn router(app: App, config: &Config) -> Router {
    let router = Router::new()
        .route("/healthz", get(healthz))
        .route("/streams", get(streams))
        .route("/publish/{*rest}", get(upgrade))
        .route("/view/{*rest}", get(upgrade))
        .with_state(Arc::new(app));
    let router = match &config.package {
        Some(folder) => router.nest_service("/blobcast", files(folder)),
        None => router,
    };
    match &config.www {
        Some(folder) => router.fallback_service(files(folder)),
        None => router.route("/", get(|| async { HINT })),
    }
}

/// What the root says when there are no pages.
const HINT: &str =
    "This is a blobcast relay. Pages connect to it by WebSocket; with --www DIR it serves them too.\n";

/// A folder. Browsers ask again each time: after a new build, an old script beside a new wasm does not run.
fn files(folder: &std::path::Path) -> SetResponseHeader<ServeDir, HeaderValue> {
    SetResponseHeader::overriding(ServeDir::new(folder), CACHE_CONTROL, HeaderValue::from_static("no-cache"))
}

/// Open to every page: a client that lost the relay asks here, by fetch, when it is back.
async fn healthz() -> impl IntoResponse {
    ([(ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (CACHE_CONTROL, "no-store")], "ok")
}

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

async fn streams(State(app): State<Arc<App>>) -> impl IntoResponse {
    let rooms = app.relay.rooms().into_iter();
    let streams = rooms.map(|(name, room)| {
        let summary = room.summary();
        let (segment, seq, mime, bytes) = match summary.current {
            Some((segment, seq, mime, bytes)) => (Some(segment), Some(seq), Some(mime), Some(bytes)),
            None => (None, None, None, None),
        };
        let state = summary.state.as_str();
        Stream { name: name.to_string(), state, viewers: summary.viewers, segment, seq, mime, bytes }
    });
    let streams = Streams { tasks: app.relay.tasks.len(), streams: streams.collect() };
    ([(CACHE_CONTROL, "no-store")], Json(streams))
}
