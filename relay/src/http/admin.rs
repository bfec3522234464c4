//! The routes of the admin port, for the machine's own people and programs.

use super::{healthz, readyz, streams};
use crate::{loopback::asks_for_loopback, metrics, relay::Relay};
use axum::{
    Router,
    extract::{Path, Request, State},
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_TYPE, ORIGIN},
    },
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{delete, get},
};
use std::sync::Arc;
use tracing::info;

/// All routes. On loopback they are for this machine alone, which a page is not, whatever its host name points to.
pub(crate) fn router(relay: Arc<Relay>, is_on_loopback: bool) -> Router {
    let router = Router::new()
        .route("/", get(|| async { HINT }))
        .route("/healthz", get(healthz))
        .route("/readyz", get(async |State(relay): State<Arc<Relay>>| readyz(&relay)))
        .route("/metrics", get(figures))
        .route("/streams", get(async |State(relay): State<Arc<Relay>>| streams::list(&relay)))
        .route("/broadcast/{*name}", delete(end))
        .with_state(relay);
    if is_on_loopback { router.layer(middleware::from_fn(refuse_other_hosts)) } else { router }
}

async fn refuse_other_hosts(request: Request, next: Next) -> Response {
    match asks_for_loopback(request.headers()) {
        true => next.run(request).await,
        false => {
            let hint = "host refused: the operator's port is for this machine, ask for it as localhost or 127.0.0.1\n";
            (StatusCode::FORBIDDEN, hint).into_response()
        }
    }
}

const HINT: &str = "GET /metrics, /streams, /healthz, /readyz; DELETE /broadcast/NAME ends a broadcast.\n";

async fn figures(State(relay): State<Arc<Relay>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], relay.metrics.say(&relay))
}

/// Ends a broadcast: its broadcaster is closed with 1000, which says not to come back, and its viewers see the end.
async fn end(State(relay): State<Arc<Relay>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    // Browsers name the page that asks, in each request that changes something; no page has any business here.
    if headers.contains_key(ORIGIN) {
        return (StatusCode::FORBIDDEN, "pages may not do this: use a program such as curl\n")
            .into_response();
    }
    let rooms = relay.rooms();
    let room = rooms.iter().find(|(open, _)| open.as_str() == name);
    match room.is_some_and(|(_, room)| room.end()) {
        true => {
            info!(name, "ended by the operator");
            StatusCode::NO_CONTENT.into_response()
        }
        false => (StatusCode::NOT_FOUND, "nobody broadcasts under this name: GET /streams lists all\n")
            .into_response(),
    }
}
