//! A WebSocket's handshake, as far as it is in the headers. Pure.

use super::header_list::items;
use crate::ask::parameter;
use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderValue, Method, Uri, Version,
        header::{CONNECTION, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE},
    },
};
use base64::{Engine, prelude::BASE64_STANDARD};
use blobcast_wire::{BEARER_PREFIX, SUBPROTOCOL};
use sha1_smol::Sha1;

/// What RFC 6455 makes both sides hash.
const WEBSOCKET_GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Ours if it is offered. If not, any that is: a browser hides the reason of the refusal unless one of its
/// offers was taken. Never a token, which is no protocol.
pub(crate) fn choose_protocol(headers: &HeaderMap) -> Option<String> {
    let mut first = None;
    offers(headers)
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

/// The token: among the protocols, or for clients that can give none in the query.
pub(crate) fn token(request: &Request) -> Option<&str> {
    let in_query = || token_in_query(request.uri());
    offers(request.headers()).find_map(|offer| offer.strip_prefix(BEARER_PREFIX)).or_else(in_query)
}

/// The token that is in the query.
pub(crate) fn token_in_query(uri: &Uri) -> Option<&str> {
    parameter(uri.query().unwrap_or_default(), "token")
}

fn offers(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    items(headers, SEC_WEBSOCKET_PROTOCOL)
}

/// What a WebSocket handshake is answered with; `None` if the request is none.
pub(crate) fn accept_key(request: &Request) -> Option<HeaderValue> {
    let has = |name, token: &str| items(request.headers(), name).any(|item| item.eq_ignore_ascii_case(token));
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
    use axum::body::Body;

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
    fn a_token_comes_among_the_protocols_or_in_the_query() {
        for (offers, query, found) in [
            ("blobcast.v1, bearer.a.b-c_d", "", Some("a.b-c_d")),
            ("bearer.abc,blobcast.v1", "token=other", Some("abc")),
            ("blobcast.v1", "session=s&token=abc", Some("abc")),
            ("blobcast.v1", "session=s&mytoken=abc", None),
        ] {
            let request = Request::get(format!("/view/lobby/blob?{query}"));
            let request =
                request.header(SEC_WEBSOCKET_PROTOCOL, offers).body(Body::empty()).expect("a request");
            assert_eq!(token(&request), found, "{offers} {query}");
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
