//! From an HTTP request to a socket with a driver.
//!
//! Refusals come after the upgrade, as a close code with a reason: what HTTP would say to a WebSocket, browsers
//! hide from the page.

use super::{
    App,
    caller::Caller,
    handshake::{accept_key, choose_protocol, token},
};
use crate::{
    ask::Ask,
    clock::{expired, unix_seconds},
    door::{Guest, give_up_after, take_over},
    end::End,
    farewell::Farewell,
    limits::Limit,
    line::Line,
    loopback::stranger,
    publisher,
    relay::{Presence, Relay},
    session::Seat,
    socket::Socket,
    tokens::Denied,
    viewer,
};
use axum::{
    body::Body,
    extract::{Extension, Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE},
    },
    response::{IntoResponse, Response},
};
use blobcast_wire::{Close, Endpoint, Role, SUBPROTOCOL};
use std::{
    convert::Infallible,
    future::pending,
    pin::{Pin, pin},
    sync::Arc,
};
use tokio::select;
use tracing::{debug, error, info};

/// What a viewer may send in one message, bytes: it has nothing to say but `ping`.
const MAX_VIEWER_MESSAGE_LEN: usize = 4 << 10;

/// What a socket may do.
#[derive(Debug)]
struct Pass {
    ask: Ask,
    /// When it has to go, seconds since the Unix epoch.
    until: Option<u64>,
}

/// Answers on the four WebSocket paths.
pub(crate) async fn upgrade(
    State(app): State<Arc<App>>,
    Extension(guest): Extension<Arc<Guest>>,
    mut request: Request,
) -> Response {
    let Some(accept) = accept_key(&request) else {
        let hint = "this is a WebSocket's address: connect with ws:// or wss://\n";
        return (StatusCode::UPGRADE_REQUIRED, [(SEC_WEBSOCKET_VERSION, "13")], hint).into_response();
    };
    let caller = Caller::of(&app, guest, request.headers());
    if caller.is_flood() {
        app.relay.metrics.dropped.inc();
        let hint = format!("{}\n", Limit::ConnectionsPerAddress);
        return (StatusCode::TOO_MANY_REQUESTS, hint).into_response();
    }
    let protocol = choose_protocol(request.headers());
    let verdict = judge(&app, &caller, &request, protocol.as_deref());
    let role = if request.uri().path().starts_with("/publish/") { Role::Publish } else { Role::View };
    let upgraded = hyper::upgrade::on(&mut request);
    let relay = Arc::clone(&app.relay);
    app.relay.tasks.spawn(async move {
        let Ok(upgraded) = upgraded.await else { return };
        let Some((tcp, tls, read)) = take_over(upgraded) else {
            return error!("a connection is not the kind that is served here");
        };
        let _ = give_up_after(&tcp, None);
        let max_len = match role {
            Role::Publish => relay.limits.max_message_bytes as usize,
            Role::View => MAX_VIEWER_MESSAGE_LEN,
        };
        let line = Line::new(tcp, tls);
        let max_texts = relay.limits.max_texts_per_second;
        let socket = Socket::new(line, read, max_len, max_texts, &relay.timing).await;
        match verdict {
            Ok(pass) => Box::pin(serve(&relay, socket, &pass, &caller)).await,
            Err(farewell) => Box::pin(refuse(&relay, socket, role, &farewell, &caller)).await,
        }
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    if let Some(protocol) = protocol.and_then(|protocol| HeaderValue::from_str(&protocol).ok()) {
        headers.insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    response
}

/// Whether this request may become a socket, and what it asks for.
fn judge(app: &App, caller: &Caller, request: &Request, protocol: Option<&str>) -> Result<Pass, Farewell> {
    if let Some(limit) = caller.is_beyond() {
        return Err(Farewell::limit(limit));
    }
    if app.is_private
        && let Some(stranger) = stranger(request.headers())
    {
        return Err(Farewell::stranger(stranger));
    }
    let refused = |reason: String| Farewell::new(Close::OriginRefused, reason);
    app.gate.check(request.headers()).map_err(refused)?;
    if protocol != Some(SUBPROTOCOL) {
        return Err(Farewell::bad(format!(
            "the subprotocol {SUBPROTOCOL} is missing: offer it, or use a relay of your version"
        )));
    }
    let query = request.uri().query().unwrap_or_default();
    let ask = Ask::parse(request.uri().path(), query).map_err(Farewell::bad)?;
    let (Endpoint { role, name, .. }, token) = (&ask.endpoint, token(request));
    let until = app.access.admit(*role, name, token, unix_seconds()).map_err(Farewell::denied)?;
    Ok(Pass { ask, until: until.filter(|_| app.enforces_exp) })
}

/// Runs a socket from its first message to its last.
async fn serve(relay: &Arc<Relay>, socket: Socket, pass: &Pass, caller: &Caller) {
    let endpoint = &pass.ask.endpoint;
    let presence = relay.enter(&endpoint.name);
    debug!(%endpoint, address = %caller.address, "open");
    // Each in a box of its own: a viewer's task is not to be as large as a broadcaster's.
    let served = match endpoint.role {
        Role::Publish => Box::pin(publish(presence, socket, pass)).await,
        Role::View => Box::pin(view(presence, socket, pass)).await,
    };
    match served {
        Ok(end) => {
            relay.metrics.end(endpoint.role, &end);
            debug!(%endpoint, code = end.code().map(Close::code), "closed");
        }
        Err((socket, farewell)) => Box::pin(refuse(relay, socket, endpoint.role, &farewell, caller)).await,
    }
}

/// Runs a broadcaster's socket, if there is room for it. How it ended.
async fn publish(presence: Presence, mut socket: Socket, pass: &Pass) -> Result<End, (Socket, Farewell)> {
    let (seat, dismissed) = match publisher::seat(presence, &pass.ask) {
        Ok(seated) => seated,
        Err(farewell) => return Err((socket, farewell)),
    };
    let end = run(&seat, pass.until, pin!(publisher::drive(&mut socket, &seat, dismissed))).await;
    // The grace begins at once; the peer hears meanwhile.
    tokio::join!(publisher::leave(seat, end.is_finish()), end.say(socket));
    Ok(end)
}

/// Runs a viewer's socket, if there is room for it. How it ended.
async fn view(presence: Presence, mut socket: Socket, pass: &Pass) -> Result<End, (Socket, Farewell)> {
    let line = Arc::clone(socket.line());
    let (seat, dismissed) = match viewer::seat(presence, &pass.ask, line) {
        Ok(seated) => seated,
        Err(farewell) => return Err((socket, farewell)),
    };
    let end = run(&seat, pass.until, pin!(viewer::drive(&mut socket, &seat, dismissed))).await;
    drop(seat);
    end.say(socket).await;
    Ok(end)
}

/// Runs a socket's driver to its end. A peer that is refused on one socket has to go with both.
async fn run<P>(seat: &Seat<P>, until: Option<u64>, driver: Pin<&mut impl Future<Output = End>>) -> End {
    let end = select! {
        end = driver => end,
        never = expire(until, seat) => match never {},
    };
    if let End::Refused(farewell) = &end {
        seat.session().dismiss(farewell);
    }
    end
}

/// Says why there will be no driver.
async fn refuse(relay: &Relay, socket: Socket, role: Role, farewell: &Farewell, caller: &Caller) {
    info!(code = farewell.close.code(), reason = farewell.reason, address = %caller.address, "refused");
    relay.metrics.refuse(role, farewell);
    socket.close(farewell).await;
}

/// Asks a socket to go when its token expires. It may come back with a fresh one, and goes on where it was.
async fn expire<P>(until: Option<u64>, seat: &Seat<P>) -> Infallible {
    expired(until).await;
    seat.excuse(&Farewell::denied(Denied::Expired));
    pending().await
}
