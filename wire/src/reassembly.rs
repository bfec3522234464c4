//! From two sockets without an order between them back to one run of pieces.
//!
//! The relay puts a broadcaster's two sockets through this, the player the relay's. Each socket keeps its own
//! order, so a blob that arrives says that no older blob will; apart from that anything may come early, late
//! or twice.
//!
//! 1. A blob of the segment being read with a higher seq continues it: its bytes past those already read are
//!    the missing pieces.
//! 2. A piece that is early is held: at most [`HELD_BYTES`] and [`HELD_FOR`].
//! 3. When that is not enough the segment is given up. It stays a playable prefix, and reading goes on with
//!    the next blob.

use crate::{
    Body, Kind, Message, Segment,
    held::{Held, Place},
};
use std::time::Duration;

/// How much is held for order, in bytes.
pub const HELD_BYTES: usize = 8 << 20;

/// How long something is held for order.
pub const HELD_FOR: Duration = Duration::from_secs(5);

/// The next thing to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<B> {
    /// A segment begins with this blob.
    Begin(Message<B>),
    /// It continues.
    Continue {
        /// The segment.
        segment: Segment,
        /// The first piece in the body.
        seq: u32,
        /// The piece after the body: `seq + 1` unless a blob healed a loss.
        next: u32,
        /// When the newest piece in it was sent, µs.
        sent: u64,
        /// Container bytes.
        body: B,
    },
    /// It ends, with these last bytes.
    End {
        /// The segment.
        segment: Segment,
        /// The last piece.
        seq: u32,
        /// The rest will never come.
        cut_short: bool,
        /// When it was sent, µs.
        sent: u64,
        /// Container bytes; none when the receiver itself gave the segment up.
        body: B,
    },
}

/// The segment being read.
#[derive(Debug)]
struct Reading {
    segment: Segment,
    /// The piece that comes next.
    next: u32,
    /// Bytes read so far.
    len: usize,
    sent: u64,
    phase: Phase,
}

#[derive(Debug, PartialEq, Eq)]
enum Phase {
    Open,
    /// A piece is missing and was waited for long enough: only a blob helps now.
    Broken,
    Ended,
}

/// Puts messages in order. Time is an argument, from any clock that does not go back.
#[derive(Debug)]
pub struct Reassembly<B> {
    reading: Option<Reading>,
    /// Blobs of later segments.
    blobs: Held<B>,
    /// Chunks that are early.
    chunks: Held<B>,
    /// Since when something is held without any progress.
    stuck_since: Option<Duration>,
    /// Both sockets are new: if the next blob has a lower number, it is read all the same.
    fresh: bool,
}

impl<B> Default for Reassembly<B> {
    fn default() -> Self {
        Self {
            reading: None,
            blobs: Held::default(),
            chunks: Held::default(),
            stuck_since: None,
            fresh: true,
        }
    }
}

impl<B: Body + Default> Reassembly<B> {
    /// A reader that takes whatever segment comes first.
    pub fn new() -> Self {
        Self::default()
    }

    /// A reader that has all of a segment, from elsewhere, and takes what follows it.
    pub fn after(segment: Segment) -> Self {
        let reading = Reading { segment, next: u32::MAX, len: 0, sent: 0, phase: Phase::Ended };
        Self { reading: Some(reading), fresh: false, ..Self::default() }
    }

    /// Both sockets are new ones: what was held is dropped, and a blob of any number is taken next, since
    /// the relay behind them may be another. A segment that goes on is gone on with.
    pub fn reconnected(&mut self) {
        self.fresh = true;
        self.blobs = Held::default();
        self.chunks = Held::default();
        self.stuck_since = None;
    }

    /// The segment being read and its next piece: what a reconnecting chunk socket asks for.
    pub fn position(&self) -> Option<(Segment, u32)> {
        self.reading.as_ref().map(|reading| (reading.segment, reading.next))
    }

    /// The first piece that is missing while later ones are here.
    pub fn missing(&self) -> Option<(Segment, u32)> {
        self.position().filter(|position| self.chunks.has_from(*position))
    }

    /// Bytes held for order, as they are counted against [`HELD_BYTES`].
    pub fn held(&self) -> usize {
        self.blobs.cost() + self.chunks.cost()
    }

    /// Takes a message from either socket; returns what can be read now.
    pub fn push(&mut self, message: Message<B>, now: Duration) -> Vec<Piece<B>> {
        let mut out = Vec::new();
        if matches!(message.kind, Kind::Blob { .. }) {
            self.push_blob(message, &mut out);
        } else {
            self.push_chunk(message);
        }
        self.advance(&mut out);
        if self.held() > HELD_BYTES {
            self.give_up(&mut out);
        }
        self.note_progress(now, !out.is_empty());
        out
    }

    /// Lets time pass: gives up what was waited for long enough. Call it now and then, a few times in
    /// [`HELD_FOR`].
    pub fn expire(&mut self, now: Duration) -> Vec<Piece<B>> {
        let mut out = Vec::new();
        if self.stuck_since.is_some_and(|since| now.saturating_sub(since) >= HELD_FOR) {
            self.give_up(&mut out);
            self.note_progress(now, true);
        }
        out
    }

    fn push_blob(&mut self, blob: Message<B>, out: &mut Vec<Piece<B>>) {
        let fresh = std::mem::take(&mut self.fresh);
        let Some(reading) = &mut self.reading else { return self.begin(blob, out) };
        if blob.segment == reading.segment {
            let more = blob.seq > reading.next && blob.body.len() >= reading.len;
            if more && reading.phase != Phase::Ended {
                out.push(Piece::Continue {
                    segment: blob.segment,
                    seq: reading.next,
                    next: blob.seq,
                    sent: blob.sent,
                    body: blob.body.tail(reading.len),
                });
                *reading = Reading {
                    segment: blob.segment,
                    next: blob.seq,
                    len: blob.body.len(),
                    sent: blob.sent,
                    phase: Phase::Open,
                };
                self.chunks.drop_before((blob.segment, blob.seq));
            }
        } else if blob.segment > reading.segment {
            self.hold_blob(blob);
        } else if fresh {
            self.cut(out);
            self.begin(blob, out);
        }
    }

    fn push_chunk(&mut self, chunk: Message<B>) {
        let place: Place = (chunk.segment, chunk.seq);
        let wanted = self.fresh || self.position().is_none_or(|position| place >= position);
        // A relay that skips a viewer ends the segment where that viewer is, and may have sent the piece of that
        // number before: the end is what holds.
        let ends = chunk.kind == Kind::LastChunk { cut_short: true };
        if wanted && (ends || self.chunks.get(place).is_none()) {
            self.chunks.put(place, chunk);
        }
    }

    fn hold_blob(&mut self, blob: Message<B>) {
        let place = (blob.segment, 0);
        if self.blobs.get(place).is_none_or(|held| held.seq < blob.seq) {
            self.blobs.put(place, blob);
        }
    }

    /// Reads on: chunks in order, and the next blob when the segment is over.
    fn advance(&mut self, out: &mut Vec<Piece<B>>) {
        loop {
            self.drain(out);
            if self.reading.as_ref().is_none_or(|reading| reading.phase == Phase::Open) {
                return;
            }
            let Some(blob) = self.blobs.take_first() else { return };
            self.cut(out);
            self.begin(blob, out);
        }
    }

    /// Reads the chunks that are next in the segment.
    fn drain(&mut self, out: &mut Vec<Piece<B>>) {
        let Some(reading) = &mut self.reading else { return };
        while reading.phase != Phase::Ended {
            let Some(chunk) = self.chunks.take((reading.segment, reading.next)) else { return };
            let Message { segment, seq, sent, kind, body } = chunk;
            reading.len += body.len();
            reading.next = seq.saturating_add(1);
            reading.sent = sent;
            reading.phase = Phase::Open;
            out.push(match kind {
                Kind::LastChunk { cut_short } => {
                    reading.phase = Phase::Ended;
                    Piece::End { segment, seq, cut_short, sent, body }
                }
                _ => Piece::Continue { segment, seq, next: reading.next, sent, body },
            });
        }
    }

    fn begin(&mut self, blob: Message<B>, out: &mut Vec<Piece<B>>) {
        self.reading = Some(Reading {
            segment: blob.segment,
            next: blob.seq,
            len: blob.body.len(),
            sent: blob.sent,
            phase: Phase::Open,
        });
        self.chunks.drop_before((blob.segment, blob.seq));
        out.push(Piece::Begin(blob));
    }

    /// Ends the segment being read, if it has not ended.
    fn cut(&mut self, out: &mut Vec<Piece<B>>) {
        let Some(reading) = &mut self.reading else { return };
        if reading.phase == Phase::Ended {
            return;
        }
        reading.phase = Phase::Ended;
        out.push(Piece::End {
            segment: reading.segment,
            seq: reading.next,
            cut_short: true,
            sent: reading.sent,
            body: B::default(),
        });
    }

    /// What was waited for does not come: goes on with the next blob, now or when there is one.
    fn give_up(&mut self, out: &mut Vec<Piece<B>>) {
        loop {
            if let Some(reading) = &mut self.reading
                && reading.phase == Phase::Open
            {
                reading.phase = Phase::Broken;
            }
            if self.blobs.is_empty() {
                self.chunks = Held::default();
            }
            self.advance(out);
            if self.held() <= HELD_BYTES {
                return;
            }
        }
    }

    fn note_progress(&mut self, now: Duration, progress: bool) {
        let holding = !self.chunks.is_empty() || !self.blobs.is_empty();
        self.stuck_since = match self.stuck_since {
            _ if !holding => None,
            Some(since) if !progress => Some(since),
            _ => Some(now),
        };
    }
}
