//! What is asked for by HTTP: the routes of the public port, and what is behind each.
//!
//! * `upgrade`, `handshake`: a WebSocket, which leaves HTTP here.
//! * `admit`: who may watch by plain HTTP. `live`: a broadcast as one WebM without end. `recordings`: what the archive has, and its files.
//!   `exports`: that as one film.
//! * `demo`: the pages that are compiled in. `streams`: the list of broadcasts. `admin`: the routes of the operator's port.
//! * `caller`: who asks, and whether they have too many connections. `byte_range`, `header_list`: what some headers say.

pub(crate) mod admin;
pub(crate) mod admit;
mod byte_range;
mod caller;
mod demo;
mod exports;
pub(crate) mod handshake;
mod header_list;
mod live;
mod recordings;
mod streams;
mod upgrade;

use self::{admit::for_viewers, upgrade::upgrade};
use crate::{
    addresses::Addresses, config::Config, loopback::stranger, origin::Gate, proxy::Network, relay::Relay,
    tokens::Access,
};
use axum::{
    Router,
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL},
    },
    middleware::{self, Next},
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
    /// Only this machine may connect, and it is asked for nothing.
    pub(crate) is_private: bool,
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
    // Without a name they say what that is.
    let viewed = Router::new()
        .route("/archive/", get(recordings::get))
        .route("/export/", get(exports::get))
        .route("/live/", get(live::get))
        .route("/archive/{*rest}", get(recordings::get))
        .route("/export/{*rest}", get(exports::get))
        .route("/live/{*rest}", get(live::get));
    let pages = pages(&app, config).merge(for_viewers(viewed, &app));
    let pages = if app.is_private { pages.layer(middleware::from_fn(refuse_strangers)) } else { pages };
    let sockets = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(async |State(app): State<Arc<App>>| readyz(&app.relay)))
        .route("/publish/{*rest}", get(upgrade))
        .route("/view/{*rest}", get(upgrade));
    pages.merge(sockets.with_state(app))
}

fn pages(app: &Arc<App>, config: &Config) -> Router {
    let mut pages = Router::new();
    if config.public_list {
        let list = async |State(app): State<Arc<App>>| streams::list(&app.relay);
        pages = pages.route("/streams", get(list).with_state(Arc::clone(app)));
    }
    pages = match &config.package {
        Some(folder) => pages.nest_service("/blobcast", files(folder)),
        None if config.no_demo => pages,
        None => pages.route("/blobcast/{*file}", get(demo::page)),
    };
    match &config.www {
        Some(folder) => pages.fallback_service(files(folder)),
        None if config.no_demo => pages.route("/", get(|| async { HINT })),
        None => pages.fallback_service(get(demo::page)),
    }
}

/// Whoever is not from this machine hears what to do; a socket hears it by its close code.
async fn refuse_strangers(request: Request, next: Next) -> Response {
    match stranger(request.headers()) {
        Some(stranger) => (StatusCode::FORBIDDEN, format!("{stranger}\n")).into_response(),
        None => next.run(request).await,
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
