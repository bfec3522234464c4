//! Whatever is lost on the way to a relay, and whenever it says what it has: its bytes are those recorded.

use blobcast_wire::{Blob, HELD_FOR, Kind, Message, Outbox, Piece, Reassembly, Resend, Segment};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

type Bytes = Vec<u8>;

const NOW: u64 = 1_000;

/// What a relay has of a broadcast: bytes, and once it ended whether it was cut short.
#[derive(Clone, Debug, Default, PartialEq)]
struct Rebuilt {
    bytes: Bytes,
    ended: Option<bool>,
}

/// A relay, as far as a broadcaster can tell.
#[derive(Debug, Default)]
struct Relay {
    reassembly: Reassembly<Bytes>,
    last: Segment,
    rebuilt: BTreeMap<Segment, Rebuilt>,
}

impl Relay {
    fn receive(&mut self, message: Message<Bytes>) {
        let reading = self.reassembly.position().map_or(0, |(segment, _)| segment);
        let is_blob = matches!(message.kind, Kind::Blob { .. });
        if is_blob && message.segment > reading && message.segment <= self.last {
            return; // Another session was there before: passed over.
        }
        for piece in self.reassembly.push(message, Duration::ZERO) {
            self.read(piece);
        }
    }

    fn expire(&mut self, now: Duration) {
        for piece in self.reassembly.expire(now) {
            self.read(piece);
        }
    }

    fn read(&mut self, piece: Piece<Bytes>) {
        match piece {
            Piece::Begin(blob) => {
                assert!(self.rebuilt.values().all(|rebuilt| rebuilt.ended.is_some()), "one after the other");
                assert!(blob.segment > self.last, "numbers grow");
                self.last = blob.segment;
                self.rebuilt.insert(blob.segment, Rebuilt { bytes: blob.body, ended: None });
            }
            Piece::Continue { segment, body, .. } => self.open(segment).bytes.extend(body),
            Piece::End { segment, body, cut_short, .. } => {
                let rebuilt = self.open(segment);
                rebuilt.bytes.extend(body);
                rebuilt.ended = Some(cut_short);
            }
        }
    }

    fn open(&mut self, segment: Segment) -> &mut Rebuilt {
        let rebuilt = self.rebuilt.get_mut(&segment).expect("begun");
        assert_eq!(rebuilt.ended, None, "nothing comes after the end");
        rebuilt
    }

    fn is_whole(&self, segment: Segment) -> bool {
        self.rebuilt.get(&segment).is_some_and(|rebuilt| rebuilt.ended == Some(false))
    }

    fn have(&self) -> (Segment, u32, Segment) {
        let (segment, seq) = self.reassembly.position().unwrap_or((0, 0));
        (segment, seq, self.last)
    }
}

/// A broadcaster, two wires with messages on them, and a relay.
#[derive(Debug, Default)]
struct Bench {
    outbox: Outbox<Bytes>,
    /// What the relay said last.
    had: (Segment, u32),
    may_send: bool,
    blobs: VecDeque<Message<Bytes>>,
    chunks: VecDeque<Message<Bytes>>,
    relay: Relay,
    /// What ought to be in the outbox.
    kept: VecDeque<Segment>,
    /// Segments of which something was not kept until a relay had it, or whose rest was refused.
    given_up: BTreeSet<Segment>,
    /// Segments that this relay has ended.
    closed: BTreeSet<Segment>,
}

impl Bench {
    fn record(&mut self, message: Message<Bytes>) {
        if matches!(message.kind, Kind::Blob { .. }) {
            self.kept.push_back(message.segment);
            if self.kept.len() > 2 {
                let oldest = self.kept.pop_front().filter(|oldest| !self.relay.is_whole(*oldest));
                self.given_up.extend(oldest);
            }
        }
        if self.outbox.keep(message.clone()) && self.may_send {
            self.send(message);
        }
    }

    fn send(&mut self, message: Message<Bytes>) {
        let is_blob = matches!(message.kind, Kind::Blob { .. });
        if is_blob { self.blobs.push_back(message) } else { self.chunks.push_back(message) }
    }

    /// The relay says what it has, and is heard.
    fn hear_have(&mut self) {
        let (segment, seq, last) = self.relay.have();
        self.had = (segment, seq);
        let newest = self.outbox.newest();
        if self.outbox.have(segment, seq, last, NOW) {
            self.given_up.extend(newest);
        }
        self.kept.retain(|&number| !self.relay.is_whole(number) && (number == segment || number > last));
    }

    fn send_missing(&mut self) {
        self.may_send = true;
        let (segment, seq) = self.had;
        let again: Vec<_> = self.outbox.missing(segment, seq).into_iter().map(message).collect();
        again.into_iter().for_each(|message| self.send(message));
    }

    fn lose_blobs(&mut self) {
        self.blobs.clear();
        if self.may_send {
            self.send_missing(); // By what the relay said last: nobody tells more when only this socket is new.
        }
    }

    fn lose_chunks(&mut self) {
        self.chunks.clear();
        self.may_send = false;
    }

    fn deliver(&mut self, blob: bool) {
        let message = if blob { self.blobs.pop_front() } else { self.chunks.pop_front() };
        message.into_iter().for_each(|message| self.relay.receive(message));
    }
}

fn message(resend: Resend<'_, Bytes>) -> Message<Bytes> {
    match resend {
        Resend::Again(message) => message.clone(),
        Resend::CutShort(segment, seq) => {
            let kind = Kind::LastChunk { cut_short: true };
            Message { kind, segment, seq, sent: 0, body: Bytes::new() }
        }
        Resend::Glued(blob) => whole(&blob),
    }
}

fn whole(blob: &Blob<Bytes>) -> Message<Bytes> {
    let mime = blob.mime().to_owned();
    let body = blob.parts().concat();
    Message { kind: Kind::Blob { mime }, segment: blob.segment(), seq: blob.seq(), sent: blob.sent(), body }
}

/// Segments of two to seven pieces, each a few bytes that name segment and piece.
fn recording(lengths: &[u32]) -> VecDeque<Message<Bytes>> {
    let segment = |(segment, &count): (Segment, &u32)| {
        (0..count).map(move |piece| {
            let kind = match piece {
                0 => Kind::Blob { mime: "video/webm".into() },
                _ if piece + 1 < count => Kind::Chunk,
                _ => Kind::LastChunk { cut_short: false },
            };
            let body = vec![segment as u8, piece as u8, 7];
            Message { kind, segment, seq: piece.max(1), sent: 0, body }
        })
    };
    (1..).zip(lengths).flat_map(segment).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn what_a_relay_rebuilds_is_what_was_recorded(
        lengths in prop::collection::vec(2_u32..8, 1..8),
        steps in prop::collection::vec(0_u8..50, 0..300),
    ) {
        let mut recorded = recording(&lengths);
        let newest = lengths.len() as Segment;
        let whole = |number: Segment| -> Bytes {
            let count = lengths[number as usize - 1];
            (0..count).flat_map(|piece| [number as u8, piece as u8, 7]).collect()
        };
        let mut bench = Bench { may_send: true, ..Bench::default() };
        // The first segment that the relay which is there in the end could have got.
        let mut first = 1;
        for step in steps {
            match step {
                0..=14 => recorded.pop_front().into_iter().for_each(|message| bench.record(message)),
                15..=24 => bench.deliver(true),
                25..=39 => bench.deliver(false),
                40..=43 => bench.hear_have(),
                44 => bench.lose_blobs(),
                45 => bench.lose_chunks(),
                46 | 47 if !bench.may_send => {
                    bench.hear_have();
                    bench.send_missing();
                }
                48 => {
                    // The session was lost for longer than the grace, and the open segment was ended.
                    bench.lose_chunks();
                    bench.lose_blobs();
                    bench.relay.reassembly = Reassembly::new();
                    for (&number, rebuilt) in &mut bench.relay.rebuilt {
                        if rebuilt.ended.is_none() {
                            rebuilt.ended = Some(true);
                            bench.closed.insert(number);
                        }
                    }
                }
                49 => {
                    bench.lose_chunks();
                    bench.lose_blobs();
                    bench.relay = Relay::default();
                    bench.closed.clear();
                    let next = recorded.iter().find(|message| matches!(message.kind, Kind::Blob { .. }));
                    first = bench.kept.front().copied().or(next.map(|blob| blob.segment)).unwrap_or(newest + 1);
                }
                _ => {}
            }
        }
        recorded.into_iter().for_each(|message| bench.record(message));
        // The wires hold from now on.
        if !bench.may_send {
            bench.hear_have();
        }
        bench.send_missing();
        while !bench.blobs.is_empty() || !bench.chunks.is_empty() {
            bench.deliver(true);
            bench.deliver(false);
        }
        // Blobs that were on their way when the rest of their segments was given up: the relay waits, but not for
        // ever.
        (1..=newest as u32).for_each(|times| bench.relay.expire(times * HELD_FOR));
        bench.hear_have();
        prop_assert!(bench.outbox.is_delivered());
        for (&number, rebuilt) in &bench.relay.rebuilt {
            prop_assert!(whole(number).starts_with(&rebuilt.bytes), "{number} is a prefix");
            prop_assert!(rebuilt.ended.is_some(), "{number} has ended");
            if rebuilt.ended == Some(false) {
                prop_assert_eq!(&rebuilt.bytes, &whole(number));
            }
        }
        // Everything that was kept and not closed has arrived whole.
        let lost = &bench.given_up | &bench.closed;
        for number in (first..=newest).filter(|number| !lost.contains(number)) {
            let expected = Rebuilt { bytes: whole(number), ended: Some(false) };
            prop_assert_eq!(bench.relay.rebuilt.get(&number), Some(&expected), "{}", number);
        }
    }
}
