//! A broadcast, from its broadcaster's messages to what its viewers are sent.

use crate::{
    cursor::{
        Cursor,
        bench::{Bench, NOW, START, Viewer},
    },
    segment::Kept,
};
use blobcast_wire::{HELD_FOR, Kind, MAX_AHEAD, Message, Piece, Reassembly, Segment};
use bytes::Bytes;
use std::{collections::BTreeMap, time::Duration};

/// So many messages are taken from a cursor that a stranger has sent anywhere.
const PLENTY: usize = 1000;

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

    fn take(&mut self, pieces: Vec<Piece<Bytes>>) {
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
