//! Viewers against a broadcast, without sockets: the wires between them are queues that can be cut.

use super::{
    bench::{Bench, NOW, START, Viewer},
    *,
};
use blobcast_wire::{HELD_FOR, Piece};
use proptest::prelude::*;

fn body(segment: Segment, seq: u32) -> Bytes {
    format!("<{segment}.{seq}>").into()
}

fn begin(segment: Segment) -> Piece<Bytes> {
    begin_glued(segment, 1)
}

/// A segment that reaches the relay as one blob of `seq` pieces.
fn begin_glued(segment: Segment, seq: u32) -> Piece<Bytes> {
    let kind = Kind::Blob { mime: "video/webm".into() };
    let pieces: Vec<_> = (0..seq).map(|seq| body(segment, seq)).collect();
    Piece::Begin(Message { kind, segment, seq, sent: 1, body: pieces.concat().into() })
}

fn chunk(segment: Segment, seq: u32) -> Piece<Bytes> {
    Piece::Continue { segment, seq, next: seq + 1, sent: 1, body: body(segment, seq) }
}

fn last(segment: Segment, seq: u32) -> Piece<Bytes> {
    Piece::End { segment, seq, cut_short: false, sent: 1, body: body(segment, seq) }
}

/// What a broadcaster sends again to a restarted relay: the first `done` pieces of all, but only of the newest
/// segments.
fn again(lengths: &[u32], done: u32, newest: usize) -> Vec<Piece<Bytes>> {
    let mut left = done;
    let mut segments = Vec::new();
    for (number, &count) in (1..).zip(lengths) {
        let here = left.min(count);
        left -= here;
        let mut pieces = Vec::new();
        if here > 0 {
            pieces.push(begin_glued(number, here.min(count - 1)));
        }
        if here == count {
            pieces.push(last(number, count - 1));
        }
        segments.push(pieces);
    }
    segments.retain(|pieces| !pieces.is_empty());
    segments.drain(..segments.len().saturating_sub(newest));
    segments.concat()
}

/// A segment of `count` pieces.
fn segment(number: Segment, count: u32) -> Vec<Piece<Bytes>> {
    let middle = (1..count - 1).map(|seq| chunk(number, seq));
    std::iter::once(begin(number)).chain(middle).chain([last(number, count - 1)]).collect()
}

/// A message in words: `7.2` a chunk, `7:3` a blob of three pieces, `7.2!` a last chunk, `7.2X` one that cuts
/// short.
fn word(out: &Out) -> String {
    match out {
        Out::Text(Text::Skip { from, to }) => format!("skip {from}-{to}"),
        Out::Text(text) => text.to_json(),
        Out::Piece(raw) => {
            let Message { kind, segment, seq, .. } = Message::decode(&raw.message()).expect("a message");
            match kind {
                Kind::Blob { .. } => format!("{segment}:{seq}"),
                Kind::Chunk => format!("{segment}.{seq}"),
                Kind::LastChunk { cut_short: false } => format!("{segment}.{seq}!"),
                Kind::LastChunk { cut_short: true } => format!("{segment}.{seq}X"),
            }
        }
    }
}

impl Bench {
    fn take(&mut self, pieces: impl IntoIterator<Item = Piece<Bytes>>) {
        for piece in pieces {
            self.broadcast.take(piece, NOW).expect("admitted");
        }
    }

    /// Everything there is for the chunk socket while the blob socket is stuck.
    fn chunks(&mut self) -> String {
        std::iter::from_fn(|| self.chunk()).map(|out| word(&out)).collect::<Vec<_>>().join(" ")
    }

    /// Everything there is for the blob socket while the chunk socket is stuck.
    fn blobs(&mut self) -> String {
        std::iter::from_fn(|| self.blob()).map(|out| word(&out)).collect::<Vec<_>>().join(" ")
    }

    /// Everything there is for both: blobs, chunks.
    fn both(&mut self) -> [String; 2] {
        let mut all = [Vec::new(), Vec::new()];
        loop {
            let outs = [self.chunk(), self.blob()];
            if outs == [None, None] {
                return [all[1].join(" "), all[0].join(" ")];
            }
            for (all, out) in all.iter_mut().zip(outs) {
                all.extend(out.as_ref().map(word));
            }
        }
    }
}

#[test]
fn a_newcomer_gets_one_blob_and_the_chunks_that_follow() {
    let mut bench = Bench::new();
    assert_eq!(bench.both(), ["", ""]);
    bench.take([begin(7), chunk(7, 1), chunk(7, 2)]);
    assert_eq!(bench.chunks(), "", "no chunk goes before its blob");
    bench.take([chunk(7, 3), last(7, 4)]);
    bench.take(segment(8, 3));
    assert_eq!(bench.both(), ["7:3 8:1", "7.3 7.4! 8.1 8.2!"]);
}

#[test]
fn a_newcomer_between_two_segments_hears_the_end() {
    let mut bench = Bench::new();
    bench.take(segment(7, 4));
    assert_eq!(bench.both(), ["7:3", "7.3!"]);
}

#[test]
fn a_newcomer_after_the_broadcast_gets_nothing() {
    let mut bench = Bench::new();
    bench.take(segment(7, 4));
    bench.broadcast.leave(true);
    assert_eq!(bench.both(), ["", ""]);
}

#[test]
fn a_viewer_that_falls_out_is_skipped_and_what_it_had_begun_is_ended() {
    let mut bench = Bench::new();
    bench.take([begin(1), chunk(1, 1)]);
    assert_eq!(bench.both(), ["1:2", ""]);
    bench.take([chunk(1, 2), last(1, 3), begin(2)]);
    assert_eq!(bench.blobs(), "2:1", "the blob socket may be one segment ahead");
    bench.take([last(2, 1), begin(3), last(3, 1), begin(4)]);
    assert_eq!(bench.blobs(), "", "and no more than that");
    assert_eq!(bench.chunks(), "1.2X 2.1X skip 1-4");
    bench.take([chunk(4, 1)]);
    assert_eq!(bench.both(), ["4:1", "4.1"]);
}

#[test]
fn a_viewer_whose_blob_socket_is_stuck_is_skipped_too() {
    let mut bench = Bench::new();
    bench.take([begin(1), chunk(1, 1)]);
    assert_eq!(bench.both(), ["1:2", ""]);
    bench.take([last(1, 2), begin(2), chunk(2, 1)]);
    assert_eq!(bench.chunks(), "1.2!");
    bench.take([last(2, 2), begin(3), last(3, 1), begin(4), last(4, 1)]);
    assert_eq!(bench.chunks(), "skip 2-4", "2 had not begun, so there is nothing to end");
    assert_eq!(bench.both(), ["4:1", "4.1!"]);
}

#[test]
fn a_segment_that_a_skipped_viewer_has_to_its_end_is_not_ended_twice() {
    let mut bench = Bench::new();
    bench.take([begin(1)]);
    assert_eq!(bench.both(), ["1:1", ""]);
    bench.take([last(1, 1)]);
    assert_eq!(bench.chunks(), "1.1!");
    bench.take([begin(2), last(2, 1), begin(3), last(3, 1), begin(4)]);
    assert_eq!(bench.both(), ["4:1", "skip 1-4"]);
}

#[test]
fn a_viewer_that_has_all_before_the_oldest_kept_segment_is_not_skipped() {
    let mut bench = Bench::new();
    bench.take([begin(1)]);
    assert_eq!(bench.both(), ["1:1", ""]);
    bench.take([last(1, 1)]);
    assert_eq!(bench.chunks(), "1.1!");
    bench.take([begin(2), last(2, 1), begin(3)]);
    let mut back = Cursor::default();
    back.ask_blob(Some(1));
    back.ask_chunk(Some((1, 2)));
    for cursor in [std::mem::take(&mut bench.cursor), back] {
        bench.cursor = cursor;
        assert_eq!(bench.both(), ["2:1 3:1", "2.1!"]);
    }
}

#[test]
fn a_reconnecting_viewer_goes_on_at_its_piece() {
    let mut bench = Bench::new();
    bench.take(segment(1, 5));
    bench.take([begin(2), chunk(2, 1)]);
    for (place, expected) in [
        ((1, 2), ["2:1", "1.2 1.3 1.4! 2.1"]),
        ((1, 5), ["2:1", "2.1"]),
        ((2, 1), ["", "2.1"]),
        ((2, 2), ["", ""]),
    ] {
        bench.cursor = Cursor::default();
        bench.cursor.ask_chunk(Some(place));
        bench.cursor.ask_blob(Some(place.0));
        assert_eq!(bench.both(), expected, "{place:?}");
    }
}

#[test]
fn a_viewer_of_another_relay_goes_on_whatever_the_numbers() {
    let ahead = NOW + MAX_AHEAD + 1;
    let other_clock = format!("{ahead}.2X skip {ahead}-7 7.1");
    for (place, chunks) in [((3, 2), "3.2X skip 3-7 7.1"), ((ahead, 2), &*other_clock)] {
        let mut bench = Bench::new();
        bench.cursor.ask_blob(Some(place.0));
        bench.cursor.ask_chunk(Some(place));
        assert_eq!(bench.both(), ["", ""], "nothing is known about it yet");
        bench.take([begin(7), chunk(7, 1)]);
        assert_eq!(bench.both(), ["7:1", chunks]);
    }
}

#[test]
fn a_viewer_waits_for_its_segment_at_a_relay_that_gets_an_earlier_one_first() {
    let mut bench = Bench::new();
    bench.cursor.ask_blob(Some(8));
    bench.cursor.ask_chunk(Some((8, 2)));
    bench.take([begin_glued(7, 5), last(7, 5)]);
    assert_eq!(bench.both(), ["", ""], "what was sent again is not what comes next");
    bench.take([begin_glued(8, 3), chunk(8, 3)]);
    assert_eq!(bench.both(), ["8:3", "8.3"]);
}

#[test]
fn the_blob_that_heals_goes_before_that_of_the_next_segment() {
    let mut bench = Bench::new();
    bench.cursor.ask_blob(Some(7));
    bench.cursor.ask_chunk(Some((7, 2)));
    bench.take([begin_glued(7, 5), last(7, 5), begin(8)]);
    assert_eq!(bench.blobs(), "7:5 8:1");
    assert_eq!(bench.chunks(), "7.5!");
}

#[test]
fn a_viewer_gets_all_that_was_sent_again_to_a_relay_without_its_place() {
    let mut bench = Bench::new();
    bench.cursor.ask_blob(Some(6));
    bench.cursor.ask_chunk(Some((6, 2)));
    bench.take([begin_glued(7, 5), last(7, 5), begin_glued(8, 3), chunk(8, 3)]);
    assert_eq!(bench.both(), ["7:5 8:3", "6.2X skip 6-7 7.5! 8.3"]);
}

#[test]
fn pieces_that_are_here_only_inside_a_blob_come_as_that_blob() {
    let mut bench = Bench::new();
    bench.cursor.ask_blob(Some(7));
    bench.cursor.ask_chunk(Some((7, 3)));
    bench.take([begin_glued(7, 5), chunk(7, 5)]);
    assert_eq!(bench.both(), ["7:5", "7.5"]);
    // The blob was lost on the way. That the viewer has one of this segment is true and no help.
    bench.cursor.ask_blob(Some(7));
    assert_eq!(bench.both(), ["7:5", ""]);
    // Also when the chunk socket has gone on meanwhile.
    bench.take([last(7, 6), begin(8), chunk(8, 1)]);
    assert_eq!(bench.chunks(), "7.6!");
    bench.cursor.ask_blob(Some(7));
    assert_eq!(bench.both(), ["7:5 8:1", "8.1"]);
}

#[test]
fn a_segment_that_ended_before_a_viewers_piece_is_ended_there() {
    let mut bench = Bench::new();
    bench.cursor.ask_blob(Some(7));
    bench.cursor.ask_chunk(Some((7, 9)));
    bench.take([begin_glued(7, 5), chunk(7, 5), last(7, 6)]);
    assert_eq!(bench.both(), ["", "7.9X"]);
    bench.take(segment(8, 2));
    assert_eq!(bench.both(), ["8:1", "8.1!"]);
}

#[test]
fn one_new_socket_leaves_the_other_one_alone() {
    let mut bench = Bench::new();
    bench.take([begin(7), chunk(7, 1), chunk(7, 2)]);
    assert_eq!(bench.both(), ["7:3", ""]);
    bench.take([chunk(7, 3), chunk(7, 4)]);
    assert_eq!(bench.both(), ["", "7.3 7.4"]);
    // 7.4 was lost on the way.
    bench.cursor.ask_chunk(Some((7, 4)));
    assert_eq!(bench.both(), ["", "7.4"]);
    bench.take([last(7, 5), begin(8)]);
    assert_eq!(bench.both(), ["8:1", "7.5!"]);
    // 8:1 was lost on the way.
    bench.cursor.ask_blob(Some(7));
    assert_eq!(bench.both(), ["8:1", ""]);
}

#[test]
fn a_viewer_that_lost_its_first_blob_joins_again() {
    let mut bench = Bench::new();
    bench.take([begin(7), chunk(7, 1)]);
    assert_eq!(bench.both(), ["7:2", ""]);
    bench.take([chunk(7, 2)]);
    assert_eq!(bench.chunks(), "7.2");
    bench.cursor.ask_blob(None);
    assert_eq!(bench.both(), ["7:3", ""]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// A broadcast, a viewer, two wires that are slow, and cut now and then; and a relay that is killed and comes
    /// back. Whatever happens, what the viewer has is in order, each segment a prefix of what was recorded; without
    /// a skip it is everything from the join on, and at the end it has the newest segment whole.
    #[test]
    fn what_a_viewer_rebuilds_is_what_was_recorded(
        lengths in prop::collection::vec(2_u32..8, 1..8),
        steps in prop::collection::vec(0_u8..42, 0..300),
    ) {
        let numbered = || (1..).zip(&lengths);
        let all: Vec<_> = numbered().flat_map(|(number, &count)| segment(number, count)).collect();
        // What the relay has not got yet; and how many pieces it, or the one before it, was given once.
        let mut recorded = VecDeque::from(all.clone());
        let mut done = 0;
        let whole = |number: Segment| -> Vec<u8> {
            (0..lengths[number as usize - 1]).flat_map(|seq| body(number, seq)).collect()
        };
        let mut bench = Bench::new();
        let mut viewer = Viewer::default();
        // One that is not kept any more when the next socket comes.
        let mut lost_a_blob = false;
        // The same, and the segment had begun already.
        let mut lost_a_cure = false;
        for step in steps {
            match step {
                0..=11 => {
                    bench.take(recorded.pop_front());
                    done = done.max(all.len() - recorded.len().min(all.len()));
                }
                12..=19 => viewer.send(bench.chunk()),
                20..=23 => viewer.blobs.extend(bench.blob()),
                24..=31 => { let out = viewer.chunks.pop_front(); viewer.receive(out); }
                32..=35 => { let out = viewer.blobs.pop_front(); viewer.receive(out); }
                36 | 37 => {
                    viewer.chunks.clear();
                    bench.cursor.ask_chunk(viewer.reassembly.position());
                }
                38 => {
                    lost_a_blob |= !viewer.blobs.is_empty();
                    lost_a_cure |= viewer.blobs.iter().any(|blob| viewer.is_read(blob));
                    viewer.blobs.clear();
                    bench.cursor.ask_blob(viewer.reassembly.position().map(|(segment, _)| segment));
                }
                _ => {
                    if step > 39 {
                        // A broadcaster keeps one or two segments.
                        bench.broadcast = Broadcast::new(0);
                        recorded = again(&lengths, done as u32, step as usize - 39).into();
                        recorded.extend(all[done..].iter().cloned());
                    }
                    viewer.blobs.clear();
                    viewer.chunks.clear();
                    viewer.reassembly.reconnected();
                    bench.cursor = Cursor::default();
                    bench.cursor.ask_chunk(viewer.reassembly.position());
                    bench.cursor.ask_blob(viewer.reassembly.position().map(|(segment, _)| segment));
                }
            }
        }
        // The wires hold from now on.
        loop {
            viewer.send(bench.chunk());
            viewer.blobs.extend(bench.blob());
            if viewer.blobs.is_empty() && viewer.chunks.is_empty() {
                if recorded.is_empty() { break; }
                bench.take(recorded.pop_front());
            }
            let (blob, chunk) = (viewer.blobs.pop_front(), viewer.chunks.pop_front());
            viewer.receive(chunk);
            viewer.receive(blob);
        }
        if viewer.was_skipped || lost_a_cure {
            // Skipped and cut off at once: that a segment has ended may then collide with a piece of it that had
            // come early, and is found out by waiting. So is what would have healed it, and is not kept any more.
            for round in 1..5 {
                let pieces = viewer.reassembly.expire(START + round * HELD_FOR);
                pieces.into_iter().for_each(|piece| viewer.read(piece));
            }
        }
        let newest = lengths.len() as Segment;
        for (&number, (bytes, ended)) in &viewer.rebuilt {
            prop_assert!(whole(number).starts_with(bytes), "{number}");
            prop_assert!(ended);
            if !(viewer.was_skipped || lost_a_cure) || number == newest {
                prop_assert_eq!(bytes, &whole(number));
            }
        }
        prop_assert!(viewer.rebuilt.contains_key(&newest));
        if !viewer.was_skipped && !lost_a_blob {
            let first = *viewer.rebuilt.keys().next().expect("the newest at least");
            prop_assert!(viewer.rebuilt.keys().copied().eq(first..=newest));
        }
        prop_assert_eq!(viewer.reassembly.missing(), None);
    }
}
