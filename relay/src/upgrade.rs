//! From an HTTP request to a socket with a driver.
//!
//! Refusals come after the upgrade, as a close code with a reason: what HTTP would say to a WebSocket, browsers
//! hide from the page.

use crate::{
    ask::Ask, end::End, farewell::Farewell, http::App, line::Line, publisher, relay::Relay, socket::Socket,
    viewer,
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode, Version,
        header::{
            CONNECTION, HOST, ORIGIN, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
            SEC_WEBSOCKET_VERSION, UPGRADE,
        },
    },
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use blobcast_wire::{BEARER_PREFIX, Close, MAX_MESSAGE_LEN, Role, SUBPROTOCOL};
use hyper_util::{
    rt::TokioIo,
    server::conn::auto::upgrade::{Parts, downcast},
};
use sha1_smol::Sha1;
use std::sync::Arc;
use tokio::net::TcpStream;
use tracing::{debug, error, info};

/// What a viewer may send in one message, bytes: it has nothing to say but `ping`.
const MAX_VIEWER_MESSAGE_LEN: usize = 64 << 10;

/// What RFC 6455 makes both sides hash.
const WEBSOCKET_GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Answers on the four WebSocket paths.
pub(crate) async fn upgrade(State(app): State<Arc<App>>, mut request: Request) -> Response {
    let Some(accept) = accept_key(&request) else {
        let hint = "this is a WebSocket's address: connect with ws:// or wss://\n";
        return (StatusCode::UPGRADE_REQUIRED, [(SEC_WEBSOCKET_VERSION, "13")], hint).into_response();
    };
    let protocol = choose_protocol(request.headers());
    let verdict = judge(&app, &request, protocol.as_deref());
    let upgraded = hyper::upgrade::on(&mut request);
    let relay = Arc::clone(&app.relay);
    app.relay.tasks.spawn(async move {
        let Ok(upgraded) = upgraded.await else { return };
        let Ok(Parts { io, read_buf, .. }) = downcast::<TokioIo<TcpStream>>(upgraded) else {
            return error!("a connection is not the kind that is served here");
        };
        let is_publisher = matches!(&verdict, Ok(ask) if ask.endpoint.role == Role::Publish);
        let max_len = if is_publisher { MAX_MESSAGE_LEN } else { MAX_VIEWER_MESSAGE_LEN };
        let socket = Socket::new(Line::new(io.into_inner()), read_buf, max_len, &relay.timing);
        match verdict {
            Ok(ask) => serve(&relay, socket, &ask).await,
            Err(farewell) => {
                info!(code = farewell.close.code(), reason = farewell.reason, "refused");
                socket.close(&farewell).await;
            }
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

/// Runs a socket from its first message to its last.
async fn serve(relay: &Arc<Relay>, mut socket: Socket, ask: &Ask) {
    let presence = relay.enter(&ask.endpoint.name);
    debug!(endpoint = %ask.endpoint, "open");
    match ask.endpoint.role {
        Role::Publish => {
            let (seat, dismissed) = publisher::seat(presence, ask);
            let end = publisher::drive(&mut socket, &seat, dismissed).await;
            if let End::Refused(farewell) = &end {
                seat.session().dismiss(farewell);
            }
            // The grace begins at once; the peer hears meanwhile.
            tokio::join!(publisher::leave(seat, end.is_finish()), end.say(socket));
        }
        Role::View => {
            let (seat, dismissed, blocked) = viewer::seat(presence, ask, Arc::clone(socket.line()));
            let end = viewer::drive(&mut socket, &seat, dismissed, &blocked).await;
            if let End::Refused(farewell) = &end {
                seat.session().dismiss(farewell);
            }
            drop(seat);
            end.say(socket).await;
        }
    }
    debug!(endpoint = %ask.endpoint, "closed");
}

/// Whether this request may become a socket, and what it asks for.
fn judge(app: &App, request: &Request, protocol: Option<&str>) -> Result<Ask, Farewell> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let origin = request.headers().get(ORIGIN).map(|value| value.to_str().unwrap_or("(unreadable)"));
    if !app.gate.admits(origin, header(HOST)) {
        let origin = origin.unwrap_or_default();
        let reason = format!("origin refused: the relay needs --allow-origin {origin}");
        return Err(Farewell::new(Close::OriginRefused, reason));
    }
    if protocol != Some(SUBPROTOCOL) {
        return Err(Farewell::bad(format!("the subprotocol {SUBPROTOCOL} is missing")));
    }
    Ask::parse(request.uri().path(), request.uri().query().unwrap_or_default()).map_err(Farewell::bad)
}

/// Ours if it is offered. If not, any that is: a browser hides the reason of the refusal unless one of its
/// offers was taken. Never a token, which is no protocol.
fn choose_protocol(headers: &HeaderMap) -> Option<String> {
    let offers = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    let mut offers = offers.flat_map(|value| value.split(',')).map(str::trim);
    let mut first = None;
    offers
        .find(|offer| {
            let is_other = !offer.is_empty() && !offer.starts_with(BEARER_PREFIX);
            if first.is_none() && is_other {
                first = Some((*offer).to_owned());
            }
            *offer == SUBPROTOCOL
        })
        .map(str::to_owned)
        .or(first)
}

/// What a WebSocket handshake is answered with; `None` if the request is none.
fn accept_key(request: &Request) -> Option<HeaderValue> {
    let has = |name, token: &str| {
        let values = request.headers().get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|value| value.trim().eq_ignore_ascii_case(token))
    };
    let is_handshake = request.method() == Method::GET
        && request.version() == Version::HTTP_11
        && has(CONNECTION, "upgrade")
        && has(UPGRADE, "websocket")
        && has(SEC_WEBSOCKET_VERSION, "13");
    let key = request.headers().get(SEC_WEBSOCKET_KEY).filter(|_| is_handshake)?;
    let mut hash = Sha1::new();
    hash.update(key.as_bytes());
    hash.update(WEBSOCKET_GUID.as_bytes());
    HeaderValue::from_str(&BASE64_STANDARD.encode(hash.digest().bytes())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(offers: &[&str]) -> HeaderMap {
        let value = |offer: &&str| (SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_str(offer).expect("a header"));
        offers.iter().map(value).collect()
    }

    #[test]
    fn our_subprotocol_is_chosen_and_a_token_never() {
        for (offers, chosen) in [
            (&["blobcast.v1"][..], Some("blobcast.v1")),
            (&["bearer.abc, blobcast.v1"], Some("blobcast.v1")),
            (&["blobcast.v2", "blobcast.v1"], Some("blobcast.v1")),
            (&["bearer.abc", "blobcast.v2"], Some("blobcast.v2")),
            (&["bearer.abc"], None),
            (&[""], None),
            (&[], None),
        ] {
            assert_eq!(choose_protocol(&headers(offers)).as_deref(), chosen, "{offers:?}");
        }
    }

    #[test]
    fn the_handshake_is_answered_as_in_rfc_6455() {
        let request = |connection: &str| {
            Request::builder()
                .header(CONNECTION, connection)
                .header(UPGRADE, "websocket")
                .header(SEC_WEBSOCKET_VERSION, "13")
                .header(SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ==")
                .body(Body::empty())
                .expect("a request")
        };
        let accept = accept_key(&request("keep-alive, Upgrade"));
        assert_eq!(accept, Some(HeaderValue::from_static("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")));
        assert_eq!(accept_key(&request("close")), None);
    }
}
