//! Whatever order two sockets bring, a broadcast's bytes come out as they went in.

use blobcast_wire::{Blob, HELD_FOR, Kind, Message, Piece, Reassembly};
use proptest::prelude::*;
use std::{collections::BTreeMap, time::Duration};

type Bytes = Vec<u8>;

const START: Duration = Duration::from_secs(100);

/// A segment as it was recorded: its pieces, the first of which is the blob.
#[derive(Clone, Debug)]
struct Recorded {
    segment: u64,
    pieces: Vec<Bytes>,
    cut_short: bool,
}

impl Recorded {
    fn bytes(&self) -> Bytes {
        self.pieces.concat()
    }

    /// The segment's first `seq` pieces as one blob.
    fn blob(&self, seq: usize) -> Message<Bytes> {
        let kind = Kind::Blob { mime: "video/webm".into() };
        let body = self.pieces[..seq].concat();
        Message { kind, segment: self.segment, seq: seq as u32, sent: seq as u64, body }
    }

    fn chunk(&self, seq: usize) -> Message<Bytes> {
        let last = seq + 1 == self.pieces.len();
        let kind = if last { Kind::LastChunk { cut_short: self.cut_short } } else { Kind::Chunk };
        let body = self.pieces[seq].clone();
        Message { kind, segment: self.segment, seq: seq as u32, sent: seq as u64, body }
    }

    fn chunks(&self) -> impl Iterator<Item = Message<Bytes>> {
        (1..self.pieces.len()).map(|seq| self.chunk(seq))
    }
}

/// One to four segments of two to eight pieces, each a few bytes that name segment and piece.
fn broadcast() -> impl Strategy<Value = Vec<Recorded>> {
    prop::collection::vec((2_usize..9, any::<bool>(), 1_u64..1000), 1..5).prop_map(|segments| {
        let mut number = 1_000_000;
        let record = |(count, cut_short, step): (usize, bool, u64)| {
            number += step;
            let pieces = (0..count).map(|piece| vec![number as u8, (number >> 8) as u8, piece as u8]);
            Recorded { segment: number, pieces: pieces.collect(), cut_short }
        };
        segments.into_iter().map(record).collect()
    })
}

/// What a reader rebuilt: bytes and, once it ended, whether it was cut short.
#[derive(Clone, Debug, Default, PartialEq)]
struct Rebuilt {
    bytes: Bytes,
    ended: Option<bool>,
}

/// Reads pieces and holds them to the rules of order on the way.
#[derive(Debug, Default)]
struct Reader {
    segments: BTreeMap<u64, Rebuilt>,
    blob: Option<Blob<Bytes>>,
}

impl Reader {
    fn read(&mut self, pieces: Vec<Piece<Bytes>>) {
        for piece in pieces {
            match &piece {
                Piece::Begin(message) => {
                    let open = self.segments.values().any(|rebuilt| rebuilt.ended.is_none());
                    assert!(!open, "a segment begins while another is open");
                    let newest = self.segments.keys().next_back().copied().unwrap_or(0);
                    assert!(message.segment > newest, "segments come once and in order");
                    self.blob = Blob::open(message);
                    let rebuilt = Rebuilt { bytes: message.body.clone(), ended: None };
                    self.segments.insert(message.segment, rebuilt);
                }
                Piece::Continue { segment, body, .. } => {
                    self.blob.as_mut().expect("begun").glue_piece(&piece).expect("the next piece");
                    self.open(*segment).bytes.extend(body);
                }
                Piece::End { segment, body, cut_short, .. } => {
                    self.blob.as_mut().expect("begun").glue_piece(&piece).expect("the next piece");
                    let rebuilt = self.open(*segment);
                    rebuilt.bytes.extend(body);
                    rebuilt.ended = Some(*cut_short);
                }
            }
            let blob = self.blob.as_ref().expect("begun");
            assert_eq!(blob.parts().concat(), self.segments[&blob.segment()].bytes, "gluing gives the same");
        }
    }

    fn open(&mut self, segment: u64) -> &mut Rebuilt {
        let rebuilt = self.segments.get_mut(&segment).expect("begun");
        assert_eq!(rebuilt.ended, None, "nothing comes after the end");
        rebuilt
    }
}

fn whole(broadcast: &[Recorded]) -> BTreeMap<u64, Rebuilt> {
    let rebuilt = |recorded: &Recorded| Rebuilt { bytes: recorded.bytes(), ended: Some(recorded.cut_short) };
    broadcast.iter().map(|recorded| (recorded.segment, rebuilt(recorded))).collect()
}

/// Merges two sockets: each keeps its own order, `coins` decides whose turn it is.
fn interleave(
    blobs: Vec<Message<Bytes>>,
    chunks: Vec<Message<Bytes>>,
    coins: &[bool],
) -> Vec<Message<Bytes>> {
    let (mut blobs, mut chunks) = (blobs.into_iter().peekable(), chunks.into_iter().peekable());
    let mut coins = coins.iter().copied().cycle();
    let mut merged = Vec::new();
    while blobs.peek().is_some() || chunks.peek().is_some() {
        let from_blobs = chunks.peek().is_none() || (blobs.peek().is_some() && coins.next().unwrap_or(true));
        merged.extend(if from_blobs { blobs.next() } else { chunks.next() });
    }
    merged
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Any interleaving of the two sockets, chunks in any order, everything said again at any later time.
    #[test]
    fn rebuilds_the_same_bytes(
        broadcast in broadcast(),
        coins in prop::collection::vec(any::<bool>(), 1..64),
        again in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..16),
        shuffle in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let blobs = broadcast.iter().map(|recorded| recorded.blob(1)).collect();
        let mut chunks: Vec<_> = broadcast.iter().flat_map(Recorded::chunks).collect();
        if shuffle {
            // A late arrival among the chunks: any order at all.
            let mut state = seed;
            for at in (1..chunks.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                chunks.swap(at, (state >> 33) as usize % (at + 1));
            }
        }
        // The reader has been connected from the start, so its first message is the first blob or later chunks.
        let mut messages = interleave(blobs, chunks, &coins);
        for (what, when) in again {
            let what = what.index(messages.len());
            let when = what + 1 + when.index(messages.len() - what);
            messages.insert(when, messages[what].clone());
        }
        let mut reassembly = Reassembly::new();
        let mut reader = Reader::default();
        for message in messages {
            reader.read(reassembly.push(message, START));
        }
        prop_assert_eq!(reader.segments, whole(&broadcast));
        prop_assert_eq!(reassembly.held(), 0);
        prop_assert_eq!(reassembly.missing(), None);
    }

    /// A newcomer gets one glued blob and what follows, and rebuilds the same.
    #[test]
    fn joins_anywhere(broadcast in broadcast(), at in any::<prop::sample::Index>(), coins in prop::collection::vec(any::<bool>(), 1..64)) {
        let first = &broadcast[0];
        let seq = 1 + at.index(first.pieces.len() - 1);
        let blobs = std::iter::once(first.blob(seq)).chain(broadcast[1..].iter().map(|r| r.blob(1))).collect();
        let chunks = first.chunks().skip(seq - 1).chain(broadcast[1..].iter().flat_map(Recorded::chunks)).collect();
        let mut reassembly = Reassembly::new();
        let mut reader = Reader::default();
        for message in interleave(blobs, chunks, &coins) {
            reader.read(reassembly.push(message, START));
        }
        prop_assert_eq!(reader.segments, whole(&broadcast));
    }

    /// One chunk is lost. It is noticed; a later blob of the segment heals it without a trace, and without
    /// one the segment ends as a prefix when the next has begun.
    #[test]
    fn heals_a_loss_or_ends_it(broadcast in broadcast(), lost in any::<prop::sample::Index>(), heal in any::<bool>()) {
        let first = &broadcast[0];
        prop_assume!(first.pieces.len() >= 3);
        // Not the last one: that a segment's end is missing shows only later.
        let lost = 1 + lost.index(first.pieces.len() - 2);
        let mut reassembly = Reassembly::new();
        let mut reader = Reader::default();
        reader.read(reassembly.push(first.blob(1), START));
        for chunk in first.chunks().filter(|chunk| chunk.seq as usize != lost) {
            reader.read(reassembly.push(chunk, START));
        }
        prop_assert_eq!(reassembly.missing(), Some((first.segment, lost as u32)));
        if heal {
            reader.read(reassembly.push(first.blob(lost + 1), START));
            prop_assert_eq!(reassembly.missing(), None);
        }
        for recorded in &broadcast[1..] {
            for message in std::iter::once(recorded.blob(1)).chain(recorded.chunks()) {
                reader.read(reassembly.push(message, START));
            }
        }
        reader.read(reassembly.expire(START + HELD_FOR - Duration::from_millis(1)));
        let mut expected = whole(&broadcast);
        if !heal {
            let prefix = Rebuilt { bytes: first.pieces[..lost].concat(), ended: None };
            prop_assert_eq!(&reader.segments[&first.segment], &prefix, "nothing is given up early");
            reader.read(reassembly.expire(START + HELD_FOR));
            let ended = (broadcast.len() > 1).then_some(true);
            expected.insert(first.segment, Rebuilt { ended, ..prefix });
        }
        prop_assert_eq!(reader.segments, expected);
        prop_assert_eq!(reassembly.held(), 0);
    }
}

fn one(segment: u64, pieces: usize) -> Recorded {
    let pieces = (0..pieces).map(|piece| vec![piece as u8; 4]).collect();
    Recorded { segment, pieces, cut_short: false }
}

#[test]
fn chunks_that_outrun_their_blob_are_kept() {
    let recorded = one(7, 3);
    let mut reassembly = Reassembly::new();
    assert_eq!(reassembly.push(recorded.chunk(1), START), []);
    assert_eq!(reassembly.push(recorded.chunk(2), START), []);
    assert_eq!(reassembly.push(recorded.blob(1), START).len(), 3);
}

#[test]
fn an_end_made_by_the_relay_replaces_the_piece_of_its_number() {
    let recorded = one(7, 9);
    let mut reassembly = Reassembly::new();
    reassembly.push(recorded.blob(1), START);
    assert_eq!(reassembly.push(recorded.chunk(2), START), []);
    let end = Message { kind: Kind::LastChunk { cut_short: true }, body: vec![], ..recorded.chunk(2) };
    assert_eq!(reassembly.push(end, START), []);
    let pieces = reassembly.push(recorded.chunk(1), START);
    assert!(matches!(pieces[..], [Piece::Continue { .. }, Piece::End { seq: 2, cut_short: true, .. }]));
    assert_eq!(reassembly.held(), 0);
}

#[test]
fn two_new_sockets_take_a_lower_number() {
    let mut reassembly = Reassembly::new();
    let mut reader = Reader::default();
    reader.read(reassembly.push(one(9, 2).blob(1), START));
    assert_eq!(reassembly.push(one(5, 2).blob(1), START), [], "the same sockets: late, not new");
    reassembly.reconnected();
    let pieces = reassembly.push(one(5, 2).blob(1), START);
    assert!(matches!(pieces[..], [Piece::End { segment: 9, cut_short: true, .. }, Piece::Begin(_)]));
    assert_eq!(reassembly.position(), Some((5, 1)));
}

#[test]
fn the_next_blob_outruns_the_rest_of_a_segment_on_two_new_sockets() {
    let (first, second) = (one(9, 4), one(10, 2));
    let mut reassembly = Reassembly::new();
    let mut reader = Reader::default();
    reader.read(reassembly.push(first.blob(1), START));
    reader.read(reassembly.push(first.chunk(1), START));
    reassembly.reconnected();
    // The relay has gone on meanwhile: its blob socket is at the next segment, its chunk socket sends the rest.
    reader.read(reassembly.push(second.blob(1), START));
    reader.read(reassembly.push(first.chunk(2), START));
    reader.read(reassembly.push(first.chunk(3), START));
    reader.read(reassembly.push(second.chunk(1), START));
    assert_eq!(reader.segments, whole(&[first, second]));
}

#[test]
fn a_segment_goes_on_over_two_new_sockets() {
    let recorded = one(9, 6);
    let mut reassembly = Reassembly::new();
    let mut reader = Reader::default();
    reader.read(reassembly.push(recorded.blob(1), START));
    reader.read(reassembly.push(recorded.chunk(1), START));
    reassembly.reconnected();
    reader.read(reassembly.push(recorded.chunk(4), START));
    reader.read(reassembly.push(recorded.blob(4), START));
    reader.read(reassembly.push(recorded.chunk(5), START));
    assert_eq!(reader.segments, whole(&[recorded]));
}

#[test]
fn who_has_a_segment_from_elsewhere_goes_on_with_the_next_one() {
    let (first, second) = (one(9, 4), one(10, 2));
    let mut reassembly = Reassembly::after(9);
    let mut reader = Reader::default();
    assert_eq!(reassembly.position(), Some((9, u32::MAX)));
    assert_eq!(reassembly.push(first.blob(1), START), [], "it has that");
    assert_eq!(reassembly.push(first.chunk(3), START), []);
    let end = Message { kind: Kind::LastChunk { cut_short: true }, seq: u32::MAX, ..first.chunk(3) };
    assert_eq!(reassembly.push(end, START), [], "a relay that has less of it ends it");
    reader.read(reassembly.push(second.blob(1), START));
    reader.read(reassembly.push(second.chunk(1), START));
    assert_eq!((reader.segments, reassembly.held()), (whole(&[second]), 0));
}
