//! The routes of the public port.

use crate::{
    access::Access, addresses::Addresses, config::Config, demo, origin::Gate, proxy::Network, relay::Relay,
    streams, upgrade::upgrade,
};
use axum::{
    Router,
    extract::State,
    http::{
        HeaderValue, StatusCode,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use std::sync::Arc;
use tower_http::{services::ServeDir, set_header::SetResponseHeader};

/// What the routes share.
#[derive(Debug)]
pub(crate) struct App {
    /// The house.
    pub(crate) relay: Arc<Relay>,
    /// Which pages may connect.
    pub(crate) gate: Gate,
    /// Who may do what.
    pub(crate) access: Access,
    /// A socket is closed when its token expires.
    pub(crate) enforces_exp: bool,
    /// Who has how many connections.
    pub(crate) addresses: Arc<Addresses>,
    /// The proxies that are believed whom they speak for.
    pub(crate) proxies: Vec<Network>,
}

/// All routes.
pub(crate) fn router(app: Arc<App>, config: &Config) -> Router {
    let mut router = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(async |State(app): State<Arc<App>>| readyz(&app.relay)))
        .route("/publish/{*rest}", get(upgrade))
        .route("/view/{*rest}", get(upgrade));
    if config.public_list {
        router = router.route("/streams", get(async |State(app): State<Arc<App>>| streams::list(&app.relay)));
    }
    let router = router.with_state(app);
    let router = match &config.package {
        Some(folder) => router.nest_service("/blobcast", files(folder)),
        None if config.no_demo => router,
        None => router.route("/blobcast/{*file}", get(demo::page)),
    };
    match &config.www {
        Some(folder) => router.fallback_service(files(folder)),
        None if config.no_demo => router.route("/", get(|| async { HINT })),
        None => router.fallback_service(get(demo::page)),
    }
}

/// What the root says when there are no pages.
const HINT: &str =
    "This is a blobcast relay. Pages connect to it by WebSocket; with --www DIR it serves them too.\n";

/// A folder. Browsers ask again each time: after a new build, an old script beside a new wasm does not run.
fn files(folder: &std::path::Path) -> SetResponseHeader<ServeDir, HeaderValue> {
    SetResponseHeader::overriding(ServeDir::new(folder), CACHE_CONTROL, HeaderValue::from_static("no-cache"))
}

/// Whether it runs. Open to every page: a client that lost the relay asks here, by fetch, when it is back.
pub(crate) async fn healthz() -> impl IntoResponse {
    ([(ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (CACHE_CONTROL, "no-store")], "ok")
}

/// Whether a load balancer should send it more.
pub(crate) fn readyz(relay: &Relay) -> Response {
    let (status, word) = match relay.draining.is_cancelled() {
        true => (StatusCode::SERVICE_UNAVAILABLE, "draining"),
        false => (StatusCode::OK, "ok"),
    };
    (status, [(CACHE_CONTROL, "no-store")], word).into_response()
}
