//! What comes before there is a socket.

use crate::{
    archive::{Catalogue, Label},
    ask::Ask,
    farewell::Farewell,
    http::{
        admit::Wanted,
        handshake::{choose_protocol, token},
    },
    span::Span,
    tokens::{Claims, Denied, Key},
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, header::SEC_WEBSOCKET_PROTOCOL},
};
use blobcast_wire::{BEARER_PREFIX, MAX_SEGMENT, Role, SUBPROTOCOL};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, encode};
use serde_json::Value;
use std::path::{Component, Path};

/// Seconds or µs since the Unix epoch: a time in 1970.
const NOW: u64 = 1_000_000;

/// What a stranger says before anybody knows who it is, a line each: the URL's path and query, the subprotocols, and what may be a token.
pub fn door(bytes: &[u8]) {
    let mut lines = bytes.splitn(3, |byte| *byte == b'\n').map(<[u8]>::to_vec);
    let mut line = || lines.next().unwrap_or_default();
    let (url, offers, secret) = (line(), line(), line());
    if let (Ok(url), Ok(offers)) = (String::from_utf8(url), HeaderValue::from_bytes(&offers)) {
        let (path, query) = url.split_once('?').unwrap_or((&url, ""));
        match Ask::parse(path, query) {
            Ok(ask) => {
                assert_eq!(ask.endpoint.to_string(), path);
                assert!((1..=64).contains(&ask.session.len()) && ask.session.is_ascii());
                assert!(ask.segment.is_none_or(|segment| (1..=MAX_SEGMENT).contains(&segment)));
                assert!(ask.seq.is_none_or(|seq| seq > 0 && ask.segment.is_some()));
            }
            Err(why) => assert!(why.len() <= Farewell::bad(&why).reason.len(), "the reason is cut: {why}"),
        }
        shelf(path, query);
        if let Ok(request) = Request::get(&url).header(SEC_WEBSOCKET_PROTOCOL, offers).body(Body::empty()) {
            let chosen = choose_protocol(request.headers());
            assert!(chosen.is_none_or(|chosen| {
                (chosen == SUBPROTOCOL || !chosen.starts_with(BEARER_PREFIX))
                    && HeaderValue::from_str(&chosen).is_ok()
            }));
            if let Some(token) = token(&request) {
                assert_eq!(key(b"the relay's").verify(token), Err(Denied::Forged));
            }
        }
    }
    let Ok(secret) = String::from_utf8(secret) else { return };
    assert_eq!(key(b"the relay's").verify(&secret), Err(Denied::Forged), "nobody has signed this");
    sign(&secret);
}

/// What is asked of the archive.
fn shelf(path: &str, query: &str) {
    if let Ok(span) = Span::parse(query, NOW) {
        assert!(span.from <= span.to);
    }
    let Ok(Wanted { name, file }) = Wanted::parse(path) else { return };
    let Some(file) = file else { return };
    let Some(label) = Label::parse(&file) else { return };
    assert_eq!(label.to_string(), file, "there is one name for a segment");
    assert!(label.number <= label.end());
    let at = Catalogue::new(Path::new("/archive")).folder(&name).join(&file);
    assert!(
        at.strip_prefix("/archive")
            .is_ok_and(|inner| inner.components().all(|part| matches!(part, Component::Normal(_))))
    );
    assert!(!Path::new(&file).is_absolute() && !file.starts_with('.'));
}

/// The same as what somebody signs who has the key.
fn sign(claims: &str) {
    let Ok(claims) = serde_json::from_str::<Value>(claims) else { return };
    let token =
        encode(&Header::default(), &claims, &EncodingKey::from_secret(b"the relay's")).expect("a token");
    assert_eq!(key(b"another").verify(&token), Err(Denied::Forged));
    let Ok(read) = key(b"the relay's").verify(&token) else { return };
    assert_eq!(
        serde_json::from_value::<Claims>(claims).as_ref().ok(),
        Some(&read),
        "it says what was signed"
    );
    let again = serde_json::to_value(&read).expect("JSON");
    assert_eq!(serde_json::from_value::<Claims>(again).ok(), Some(read.clone()), "it reads back");
    let name = "lobby/1".parse().expect("a name");
    for role in [Role::Publish, Role::View] {
        if read.permit(role, &name, NOW).is_ok() {
            assert!(read.exp > NOW);
        }
    }
}

fn key(secret: &[u8]) -> Key {
    Key::new(DecodingKey::from_secret(secret), Algorithm::HS256)
}
