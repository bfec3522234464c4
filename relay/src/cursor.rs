//! A viewer is a cursor into a broadcast: it owns no piece, only its place. No sockets, no clock of its own.
//!
//! The chunk socket leads: it alone joins, moves on and skips. The blob socket follows, one segment ahead at
//! most, and no chunk is sent before the blob of its segment was taken. So a socket that is stuck or away holds
//! the other one back, instead of having it send what the viewer will have to throw away.

use crate::{broadcast::Broadcast, frame::Frame, segment::Kept};
use blobcast_wire::{Kind, MAX_AHEAD, Message, Segment, Text};
use bytes::Bytes;
use std::collections::VecDeque;

/// Something to send.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Out {
    /// A binary message, shared with every other viewer.
    Piece(Frame),
    /// A text message.
    Text(Text),
}

/// How many blobs are remembered as begun: sockets do not hold more than a few.
const MAX_BEGUN: usize = 8;

/// A viewer's place in a broadcast.
#[derive(Debug, Default)]
pub(crate) struct Cursor {
    /// The chunk socket's place; `None` before its first segment.
    at: Option<Place>,
    /// Where it came in, by joining, coming back or skipping: blobs before that are of no use.
    entered: Segment,
    /// The blob socket's place: the newest segment whose blob it has taken, or the viewer has.
    after: Option<Segment>,
    /// The blobs that were taken and may still be on their way or being read.
    begun: VecDeque<Taken>,
    /// A glued blob that the blob socket is to take next: the join, or a healing one.
    glued: Option<(Taken, Frame)>,
    /// The segment that was healed last.
    healed: Option<Segment>,
    /// It is to be healed once more: the blob may have been lost with its socket.
    again: Option<Segment>,
    /// What the chunk socket says before it goes on: the ends of skipped segments, and `skip`.
    owed: VecDeque<Out>,
    /// It has been asked for something to send: sockets that come from now on are new ones of a known viewer.
    started: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    segment: Segment,
    /// The piece to send next.
    seq: u32,
    /// The viewer has got this segment's last chunk.
    ended: bool,
}

/// A blob, by its segment and seq.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Taken {
    segment: Segment,
    seq: u32,
}

impl Place {
    fn after(blob: Taken) -> Self {
        Self { segment: blob.segment, seq: blob.seq, ended: false }
    }
}

impl Taken {
    fn opening(kept: &Kept) -> Self {
        Self { segment: kept.number(), seq: kept.first() }
    }
}

impl Cursor {
    /// A new blob socket. `after`: the newest segment whose blob the viewer has, if it has one.
    pub(crate) fn ask_blob(&mut self, after: Option<Segment>) {
        let Some(segment) = after else {
            // What was sent before its first blob is of no use: it joins again. (Unless both sockets are new, and
            // the other one knows better.)
            if self.started {
                *self = Self::default();
            }
            return;
        };
        // It has a blob of this segment, but perhaps not the one that heals it.
        self.again = self.healed.filter(|&healed| healed == segment);
        self.glued = None;
        self.after = Some(segment);
    }

    /// A new chunk socket. `from`: the piece it goes on with, if the viewer has any.
    pub(crate) fn ask_chunk(&mut self, from: Option<(Segment, u32)>) {
        let place = match from {
            Some((segment, seq)) => {
                self.begun.retain(|blob| blob.segment >= segment);
                self.after.get_or_insert(segment);
                Some(Place { segment, seq, ended: false })
            }
            // If it was sent anything, its first blob is still on the way: the chunks that follow it.
            None => self.begun.front().map(|&blob| Place::after(blob)),
        };
        if let Some(place) = place {
            self.owed.clear();
            self.enter(place);
        }
    }

    /// The chunk socket goes on when the blob socket has taken something.
    pub(crate) fn waits_for_blob(&self) -> bool {
        self.glued.is_some() || self.at.is_some_and(|at| !at.ended && !self.has_begun(at.segment))
    }

    /// The next message for the blob socket. The chunk socket may have something to send after it.
    pub(crate) fn next_blob(&mut self, broadcast: &Broadcast) -> Option<Frame> {
        self.started = true;
        if self.glued.is_none() {
            self.glued = self.again.take().and_then(|segment| broadcast.find(segment)).map(glued);
        }
        if self.glued.is_none() {
            let at = self.at?;
            let kept = broadcast.find(at.segment)?;
            if at.seq < kept.first() {
                self.heal(at, kept);
            }
        }
        let (taken, blob) = match self.glued.take() {
            Some(glued) => glued,
            None => {
                let next = broadcast.after(self.after.unwrap_or(0).max(self.entered.saturating_sub(1)))?;
                (Taken::opening(next), next.opening())
            }
        };
        self.after = Some(taken.segment);
        self.begun.retain(|blob| blob.segment != taken.segment);
        self.begun.push_back(taken);
        if self.begun.len() > MAX_BEGUN {
            self.begun.pop_front();
        }
        Some(blob)
    }

    /// The next message for the chunk socket. `now` is the relay's clock, µs.
    pub(crate) fn next_chunk(&mut self, broadcast: &mut Broadcast, now: u64) -> Option<Out> {
        self.started = true;
        loop {
            if let Some(owed) = self.owed.pop_front() {
                return Some(owed);
            }
            let Some(at) = self.at else {
                self.join(broadcast)?;
                continue;
            };
            let Some(kept) = broadcast.find(at.segment) else {
                if broadcast.follows(at.segment, at.seq) {
                    self.at = Some(Place::after(Taken::opening(broadcast.after(at.segment)?)));
                    continue;
                }
                if broadcast.current()?.number() < at.segment && at.segment <= now.saturating_add(MAX_AHEAD) {
                    // This relay was restarted, and its broadcaster sends what it keeps, oldest first: the segment
                    // is still to come, or a later one. A number from the future, however, was another clock's.
                    return None;
                }
                self.skip(at, broadcast.resume(at.segment)?, now);
                continue;
            };
            if self.glued.is_some() || !self.has_begun(at.segment) {
                return None;
            }
            if at.seq < kept.first() {
                self.heal(at, kept);
                continue;
            }
            if let Some(chunk) = kept.chunk(at.seq) {
                let seq = at.seq.saturating_add(1);
                self.at = Some(Place { seq, ended: kept.has_ended() && seq == kept.next(), ..at });
                return Some(Out::Piece(chunk));
            }
            if !kept.has_ended() {
                return None;
            }
            if at.seq > kept.next() && !at.ended {
                // It ended here before the piece that another relay had given this viewer.
                self.at = Some(Place { ended: true, ..at });
                return Some(end(Taken { segment: at.segment, seq: at.seq }, now));
            }
            let next = broadcast.after(at.segment)?;
            self.at = Some(Place::after(Taken::opening(next)));
        }
    }

    /// The chunk that comes next for a viewer who has all there is, if nothing can come before it.
    pub(crate) fn lacks(&self) -> Option<(Segment, u32)> {
        let at = self.at.filter(|at| !at.ended && !self.waits_for_blob() && self.owed.is_empty())?;
        Some((at.segment, at.seq))
    }

    /// The viewer has had the chunks before `seq`, none of which was the last.
    pub(crate) fn went_on_to(&mut self, seq: u32) {
        self.at = self.at.map(|at| Place { seq, ..at });
    }

    fn enter(&mut self, place: Place) {
        self.at = Some(place);
        self.entered = place.segment;
    }

    /// Whether the viewer has, or is being sent, the segment's blob.
    fn has_begun(&self, segment: Segment) -> bool {
        self.after.is_some_and(|after| after >= segment)
    }

    /// Begins with the current segment as one blob and the chunks from there.
    fn join(&mut self, broadcast: &mut Broadcast) -> Option<()> {
        let (segment, seq, blob) = broadcast.join()?;
        let joined = Taken { segment, seq };
        if self.after == Some(segment) {
            // The viewer has this blob, and did not say how much of it: all chunks, and it picks.
            self.enter(Place { segment, seq: 1, ended: false });
        } else {
            self.enter(Place::after(joined));
            self.glued = Some((joined, blob));
        }
        Some(())
    }

    /// The pieces this viewer lacks are here only inside the blob, which continues what it has.
    fn heal(&mut self, at: Place, kept: &Kept) {
        let opening = Taken::opening(kept);
        if self.begun.contains(&opening) {
            self.at = Some(Place { seq: opening.seq, ..at });
        } else {
            self.glued = Some(glued(kept));
            self.healed = Some(opening.segment);
        }
    }

    /// The viewer's place is not kept any more (or was another relay's): on to another segment. Every
    /// segment begun ends with exactly one last chunk, the one whose blob went ahead too.
    fn skip(&mut self, at: Place, to: &Kept, now: u64) {
        let was_sent = self.begun.iter().any(|blob| blob.segment == at.segment);
        if !at.ended && (was_sent || self.has_begun(at.segment)) {
            self.owed.push_back(end(Taken { segment: at.segment, seq: at.seq }, now));
        }
        let passed_over = at.segment + 1..to.number();
        let ahead = self.begun.iter().filter(|blob| passed_over.contains(&blob.segment));
        self.owed.extend(ahead.map(|&blob| end(blob, now)));
        self.owed.push_back(Out::Text(Text::Skip { from: at.segment, to: to.number() }));
        // A number above that was another relay's.
        self.after = self.after.filter(|&after| after <= to.number());
        self.glued = None;
        self.enter(Place::after(Taken::opening(to)));
    }
}

/// The blob that opened a segment here, as what the blob socket takes next.
fn glued(kept: &Kept) -> (Taken, Frame) {
    (Taken::opening(kept), kept.opening())
}

/// An empty last chunk after a blob or a later piece: the rest of the segment will never come to this viewer.
fn end(Taken { segment, seq }: Taken, now: u64) -> Out {
    let kind = Kind::LastChunk { cut_short: true };
    Out::Piece(Frame::binary([&Message { kind, segment, seq, sent: now, body: Bytes::new() }.encode()[..]]))
}

#[cfg(any(test, fuzzing))]
pub(crate) mod bench;
#[cfg(test)]
mod tests;
