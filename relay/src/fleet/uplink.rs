//! A broadcaster's way to the other relays: a place in its broadcast, as a viewer's. No client, no clock.

use super::note::Claim;
use crate::{broadcast::Broadcast, frame::Frame};
use blobcast_wire::Segment;

/// Where the other relays are in what is broadcast here.
#[derive(Debug)]
pub(super) struct Uplink {
    /// Whose it is: a broadcaster's number in the room.
    pub(super) owner: u64,
    pub(super) claim: Claim,
    segment: Segment,
    next: Next,
    gaps: u64,
}

/// Where a message is in a broadcast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) segment: Segment,
    /// `None`: the segment's blob.
    pub(super) seq: Option<u32>,
}

impl Place {
    /// Whether a segment begins here.
    pub(super) fn is_start(self) -> bool {
        self.seq.is_none()
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Next {
    /// The segment's blob.
    Blob,
    /// The chunk of this seq.
    Chunk(u32),
    /// Something of the segment was lost: the blob of the one after it.
    Segment,
}

impl Uplink {
    /// At the first segment of a broadcaster.
    pub(super) fn new(owner: u64, claim: Claim) -> Self {
        Self { owner, claim, segment: claim.since, next: Next::Blob, gaps: 0 }
    }

    /// The next message. Who is a segment behind goes on with one that is kept, as viewers do.
    pub(super) fn next(&mut self, broadcast: &Broadcast) -> Option<(Frame, Place)> {
        loop {
            let kept = broadcast.find(self.segment).filter(|_| self.next != Next::Segment);
            if let Some(kept) = kept {
                let segment = self.segment;
                match self.next {
                    Next::Blob => {
                        self.next = Next::Chunk(kept.first());
                        return Some((kept.opening(), Place { segment, seq: None }));
                    }
                    Next::Chunk(seq) => {
                        if let Some(chunk) = kept.chunk(seq) {
                            self.next = Next::Chunk(seq.saturating_add(1));
                            return Some((chunk, Place { segment, seq: Some(seq) }));
                        }
                    }
                    Next::Segment => {}
                }
                if !kept.has_ended() {
                    return None;
                }
            }
            let after = broadcast.after(self.segment)?.number();
            if kept.is_none() && self.next != Next::Segment && !broadcast.follows(self.segment, self.seq()) {
                self.gaps += 1;
            }
            self.segment = after;
            self.next = Next::Blob;
        }
    }

    /// The piece that comes next.
    fn seq(&self) -> u32 {
        if let Next::Chunk(seq) = self.next { seq } else { 0 }
    }

    /// What it gave could not be sent: the rest of the segment is of no use to anyone.
    pub(super) fn lose(&mut self) {
        self.next = Next::Segment;
        self.gaps += 1;
    }

    /// What it gave from this place on may not have arrived.
    pub(super) fn go_back(&mut self, place: Place) {
        if place.segment < self.claim.since {
            return; // It was of the broadcaster before.
        }
        self.segment = place.segment;
        self.next = place.seq.map_or(Next::Blob, Next::Chunk);
    }

    /// The segment that it is in is wanted once more, from its blob on; one of which something was lost is not.
    pub(super) fn begin_again(&mut self) {
        if self.next != Next::Segment {
            self.next = Next::Blob;
        }
    }

    /// How often something was left out since this was asked last.
    pub(super) fn gaps(&mut self) -> u64 {
        std::mem::take(&mut self.gaps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use blobcast_wire::{Kind, Message, Piece};
    use bytes::Bytes;

    fn begin(broadcast: &mut Broadcast, segment: Segment) {
        let kind = Kind::Blob { mime: "video/webm".into() };
        let blob = Message { kind, segment, seq: 1, sent: 1, body: Bytes::from_static(b"head") };
        broadcast.take(Piece::Begin(blob), 100).expect("admitted");
    }

    fn go_on(broadcast: &mut Broadcast, segment: Segment, seq: u32) {
        let body = Bytes::from_static(b"more");
        broadcast.take(Piece::Continue { segment, seq, next: seq + 1, sent: 1, body }, 100).expect("taken");
    }

    /// Segment and seq of all it gives.
    fn given(uplink: &mut Uplink, broadcast: &Broadcast) -> Vec<(Segment, u32, bool)> {
        std::iter::from_fn(|| uplink.next(broadcast))
            .map(|(frame, place)| {
                let message = Message::decode(&frame.message()).expect("a message");
                (message.segment, message.seq, place.is_start())
            })
            .collect()
    }

    fn uplink(since: Segment) -> Uplink {
        Uplink::new(1, Claim { since, relay: 1 })
    }

    #[test]
    fn gives_every_piece_once_and_in_order() {
        let mut broadcast = Broadcast::new(0);
        let mut uplink = uplink(5);
        assert_eq!(given(&mut uplink, &broadcast), []);
        begin(&mut broadcast, 5);
        assert_eq!(given(&mut uplink, &broadcast), [(5, 1, true)]);
        go_on(&mut broadcast, 5, 1);
        begin(&mut broadcast, 6);
        assert_eq!(given(&mut uplink, &broadcast), [(5, 1, false), (5, 2, false), (6, 1, true)]);
    }

    #[test]
    fn begins_with_its_broadcasters_first_segment() {
        let mut broadcast = Broadcast::new(0);
        begin(&mut broadcast, 5);
        begin(&mut broadcast, 6);
        assert_eq!(given(&mut uplink(6), &broadcast), [(6, 1, true)]);
    }

    #[test]
    fn after_a_loss_the_next_segment_starts_clean() {
        let mut broadcast = Broadcast::new(0);
        let mut uplink = uplink(5);
        begin(&mut broadcast, 5);
        given(&mut uplink, &broadcast);
        uplink.lose();
        go_on(&mut broadcast, 5, 1);
        assert_eq!(given(&mut uplink, &broadcast), []);
        begin(&mut broadcast, 6);
        go_on(&mut broadcast, 6, 1);
        assert_eq!(given(&mut uplink, &broadcast), [(6, 1, true), (6, 1, false)]);
    }

    #[test]
    fn goes_on_with_what_is_kept_when_it_was_too_slow() {
        let mut broadcast = Broadcast::new(0);
        let mut uplink = uplink(5);
        (5..9).for_each(|segment| begin(&mut broadcast, segment));
        assert_eq!(given(&mut uplink, &broadcast), [(7, 1, true), (7, 1, false), (8, 1, true)]);
        assert_eq!(uplink.gaps(), 1);
    }

    #[test]
    fn gives_once_more_what_may_not_have_arrived() {
        let mut broadcast = Broadcast::new(0);
        let mut uplink = uplink(5);
        begin(&mut broadcast, 5);
        let (_, blob) = uplink.next(&broadcast).expect("the blob");
        (1..4).for_each(|seq| go_on(&mut broadcast, 5, seq));
        let (_, first) = uplink.next(&broadcast).expect("a chunk");
        given(&mut uplink, &broadcast);
        uplink.go_back(first);
        assert_eq!(given(&mut uplink, &broadcast), [(5, 1, false), (5, 2, false), (5, 3, false)]);
        begin(&mut broadcast, 6);
        uplink.go_back(blob);
        assert_eq!(given(&mut uplink, &broadcast)[..2], [(5, 1, true), (5, 1, false)]);
        assert_eq!(uplink.gaps(), 0);
    }

    #[test]
    fn gives_its_segment_once_more_but_not_one_with_a_hole() {
        let mut broadcast = Broadcast::new(0);
        let mut uplink = uplink(5);
        begin(&mut broadcast, 5);
        go_on(&mut broadcast, 5, 1);
        given(&mut uplink, &broadcast);
        uplink.begin_again();
        assert_eq!(given(&mut uplink, &broadcast), [(5, 1, true), (5, 1, false)]);
        uplink.lose();
        uplink.begin_again();
        assert_eq!(given(&mut uplink, &broadcast), []);
    }
}
