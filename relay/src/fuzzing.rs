//! What is fuzzed here, for any bytes at all: each function holds what comes of them to what is promised. `npm run fuzz` calls them, and
//! `npm test` does with the corpus and with what is like it.

use crate::{
    archive::{Catalogue, Label},
    ask::Ask,
    cursor::{
        Cursor,
        bench::{Bench, NOW, START, Viewer},
    },
    farewell::Farewell,
    http::{
        admit::Wanted,
        handshake::{choose_protocol, token},
    },
    segment::Kept,
    span::Span,
    tokens::{Claims, Denied, Key},
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, header::SEC_WEBSOCKET_PROTOCOL},
};
use blobcast_wire::{
    BEARER_PREFIX, HELD_FOR, Kind, MAX_AHEAD, MAX_SEGMENT, Message, Reassembly, Role, SUBPROTOCOL, Segment,
};
use bytes::Bytes;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, encode};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::{Component, Path},
    time::Duration,
};

/// So many messages are taken from a cursor that a stranger has sent anywhere.
const PLENTY: usize = 1000;

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

/// Messages of a broadcaster that need not mean well, a viewer that does and one that does not, four bytes each step.
pub fn broadcast(bytes: &[u8]) {
    let mut scene = Scene::new();
    bytes.as_chunks::<4>().0.iter().for_each(|step| scene.step(*step));
    scene.end();
}

/// A relay and those around it.
struct Scene {
    /// What puts the broadcaster's messages in order, and its time.
    inbox: Reassembly<Bytes>,
    now: Duration,
    bench: Bench,
    viewer: Viewer,
    stranger: Cursor,
    /// What there was of each segment, as the relay kept it.
    published: BTreeMap<Segment, Vec<u8>>,
}

impl Scene {
    fn new() -> Self {
        Self {
            inbox: Reassembly::new(),
            now: START,
            bench: Bench::new(),
            viewer: Viewer::default(),
            stranger: Cursor::default(),
            published: BTreeMap::new(),
        }
    }

    fn step(&mut self, step: [u8; 4]) {
        let [what, segment, seq, len] = step;
        let (bench, viewer) = (&mut self.bench, &mut self.viewer);
        let position = viewer.reassembly.position();
        match what % 16 {
            0 => self.publish(message(Kind::Blob { mime: "video/webm".into() }, step)),
            1..=3 => self.publish(message(Kind::Chunk, step)),
            4 => self.publish(message(Kind::LastChunk { cut_short: len > 127 }, step)),
            5 => viewer.send(bench.chunk()),
            6 => viewer.blobs.extend(bench.blob()),
            7 => {
                let out = viewer.chunks.pop_front();
                viewer.receive(out);
            }
            8 => {
                let out = viewer.blobs.pop_front();
                viewer.receive(out);
            }
            9 => {
                viewer.chunks.clear();
                bench.cursor.ask_chunk(position);
            }
            10 => {
                viewer.blobs.clear();
                bench.cursor.ask_blob(position.map(|(segment, _)| segment));
            }
            11 => {
                viewer.chunks.clear();
                viewer.blobs.clear();
                viewer.reassembly.reconnected();
                bench.cursor = Cursor::default();
                bench.cursor.ask_chunk(position);
                bench.cursor.ask_blob(position.map(|(segment, _)| segment));
            }
            12 => {
                self.now += HELD_FOR / 2;
                let pieces = self.inbox.expire(self.now);
                self.take(pieces);
            }
            13 => self.leave(len > 127),
            14 => self.stranger.ask_blob((len > 15).then(|| number(segment))),
            _ => self.stranger.ask_chunk((len > 15).then(|| (number(segment), piece(seq)))),
        }
        self.send_stranger();
    }

    fn publish(&mut self, message: Message<Bytes>) {
        let pieces = self.inbox.push(message, self.now);
        self.take(pieces);
    }

    fn take(&mut self, pieces: Vec<blobcast_wire::Piece<Bytes>>) {
        for piece in pieces {
            if self.bench.broadcast.take(piece, NOW).is_err() {
                return self.leave(false);
            }
            if let Some(kept) = self.bench.broadcast.current() {
                self.published.insert(kept.number(), content(kept));
            }
        }
    }

    /// The broadcaster goes, and what comes next is another one.
    fn leave(&mut self, finished: bool) {
        self.bench.broadcast.leave(finished);
        self.inbox = Reassembly::new();
    }

    /// Whatever it asks for, there is an end to what it gets.
    fn send_stranger(&mut self) {
        let Bench { broadcast, .. } = &mut self.bench;
        let mut sent = 0;
        loop {
            let blob = self.stranger.next_blob(broadcast);
            let chunk = self.stranger.next_chunk(broadcast, NOW);
            if blob.is_none() && chunk.is_none() {
                return;
            }
            sent += 1;
            assert!(sent < PLENTY, "it never ends");
        }
    }

    /// The wires hold from now on, and nobody broadcasts any more.
    fn end(mut self) {
        self.leave(true);
        let (bench, viewer) = (&mut self.bench, &mut self.viewer);
        let mut sent = 0;
        loop {
            viewer.send(bench.chunk());
            viewer.blobs.extend(bench.blob());
            let (blob, chunk) = (viewer.blobs.pop_front(), viewer.chunks.pop_front());
            if blob.is_none() && chunk.is_none() {
                break;
            }
            viewer.receive(chunk);
            viewer.receive(blob);
            sent += 1;
            assert!(sent < PLENTY, "it never ends");
        }
        for round in 1..20 {
            let pieces = viewer.reassembly.expire(START + round * HELD_FOR);
            pieces.into_iter().for_each(|piece| viewer.read(piece));
        }
        assert_eq!(viewer.reassembly.held(), 0);
        for (number, (bytes, ended)) in &viewer.rebuilt {
            assert!(self.published[number].starts_with(bytes), "{number} is what was broadcast");
            assert!(ended, "{number} has an end");
        }
    }
}

/// Everything that is kept of a segment.
fn content(kept: &Kept) -> Vec<u8> {
    let chunks = (kept.first()..kept.next()).filter_map(|seq| kept.chunk(seq));
    let messages = [kept.opening()].into_iter().chain(chunks);
    messages.flat_map(|frame| Message::decode(&frame.message()).expect("a message").body).collect()
}

fn message(kind: Kind, [what, segment, seq, len]: [u8; 4]) -> Message<Bytes> {
    // Different ones, and a blob has at least one.
    let body: Vec<_> = (0..=len % 32).map(|at| at ^ what ^ seq).collect();
    Message { kind, segment: number(segment), seq: piece(seq), sent: 0, body: body.into() }
}

/// A segment of one byte: the first ones, and those that are ahead of the relay's clock.
fn number(byte: u8) -> Segment {
    match byte {
        254 => NOW + MAX_AHEAD,
        255 => NOW + MAX_AHEAD + 1,
        _ => Segment::from(byte / 8) + 1,
    }
}

/// A seq of one byte: the first ones, and the last there are.
fn piece(byte: u8) -> u32 {
    match byte {
        0 => 1,
        250.. => u32::MAX - u32::from(255 - byte),
        _ => byte.into(),
    }
}

#[cfg(test)]
#[path = "../../fuzz/corpus.rs"]
mod corpus;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_gets_in_with_nothing_but_a_token_of_ours() {
        corpus::feed("door", 1000, door);
    }

    #[test]
    fn viewers_get_what_was_broadcast_in_order_and_no_more() {
        corpus::feed("broadcast", 2000, broadcast);
    }
}
