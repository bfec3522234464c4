//! One segment as the relay keeps it: every piece ready to send, and the blob that they glue to.

use crate::{
    archive::{Entry, Shelf},
    frame::Frame,
};
use blobcast_wire::{Blob, HEADER_LEN, Kind, MAX_MESSAGE_LEN, Message, Segment};
use bytes::Bytes;

/// A kept segment. Its pieces are whole messages in shared, immutable memory: sending one to a thousand
/// viewers copies nothing, and the glued blob's parts are views of the same bytes.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The pieces that fit in one message, glued: what a newcomer gets. Never the last chunk, so that a
    /// newcomer hears the end too.
    blob: Blob<Bytes>,
    /// The blob as it opened the segment here.
    opening: Frame,
    /// The seq of the first chunk: 1, or more if the segment came to this relay as a glued blob.
    first: u32,
    chunks: Vec<Frame>,
    /// When the newest piece was sent, µs.
    sent: u64,
    ended: bool,
    /// The blob as one message, for newcomers.
    snapshot: Option<Snapshot>,
    /// Its copy on the disk, while it goes on.
    entry: Option<Entry>,
}

/// A glued blob as it was at some moment.
#[derive(Clone, Debug, PartialEq)]
struct Snapshot {
    /// The seq of the chunk that follows it.
    seq: u32,
    frame: Frame,
}

/// The newest chunk of a segment: all that most viewers lack.
#[derive(Clone, Debug)]
pub(crate) struct Tail {
    /// The segment.
    pub(crate) segment: Segment,
    /// The chunk's seq.
    pub(crate) seq: u32,
    /// Whether the segment ends with it.
    pub(crate) is_last: bool,
    /// The chunk.
    pub(crate) frame: Frame,
}

impl Kept {
    /// Opens a segment; `None` if the message is no blob.
    pub(crate) fn open(message: Message<Bytes>) -> Option<Self> {
        let (opening, message) = own(message);
        let blob = Blob::open(&message)?;
        let Message { seq, sent, .. } = message;
        Some(Self {
            blob,
            opening,
            first: seq,
            chunks: Vec::new(),
            sent,
            ended: false,
            snapshot: None,
            entry: None,
        })
    }

    /// Has it kept on the disk, too, from its start; before anything continues it.
    pub(crate) fn archive(&mut self, shelf: &Shelf) {
        self.entry = self.blob.parts().first().and_then(|body| shelf.begin(self.number(), self.mime(), body));
    }

    /// The segment's number.
    pub(crate) fn number(&self) -> Segment {
        self.blob.segment()
    }

    /// The recording's type.
    pub(crate) fn mime(&self) -> &str {
        self.blob.mime()
    }

    /// The seq of the first chunk that is kept by itself.
    pub(crate) fn first(&self) -> u32 {
        self.first
    }

    /// The seq of the next chunk to come.
    pub(crate) fn next(&self) -> u32 {
        self.first.saturating_add(self.chunks.len() as u32)
    }

    /// When the newest piece was sent, µs.
    pub(crate) fn sent(&self) -> u64 {
        self.sent
    }

    /// Whether the last chunk is here.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// How many bytes its messages hold.
    pub(crate) fn len(&self) -> usize {
        [&self.opening].into_iter().chain(&self.chunks).map(Frame::message_len).sum()
    }

    /// The blob that opened it here.
    pub(crate) fn opening(&self) -> Frame {
        self.opening.clone()
    }

    /// A chunk, if it is here.
    pub(crate) fn chunk(&self, seq: u32) -> Option<Frame> {
        let at = seq.checked_sub(self.first)?;
        self.chunks.get(at as usize).cloned()
    }

    /// The newest chunk, if there is one.
    pub(crate) fn tail(&self) -> Option<Tail> {
        let frame = self.chunks.last()?.clone();
        Some(Tail { segment: self.number(), seq: self.next() - 1, is_last: self.ended, frame })
    }

    /// Appends pieces `seq` up to (not including) `next`, whose bytes came as one. The first of them carries
    /// the bytes and the others nothing, so that every viewer's numbering stays whole.
    pub(crate) fn continues(&mut self, seq: u32, next: u32, sent: u64, body: Bytes) {
        self.push(seq, sent, Kind::Chunk, body);
        for seq in seq.saturating_add(1)..next {
            self.push(seq, sent, Kind::Chunk, Bytes::new());
        }
    }

    /// Appends the last chunk.
    pub(crate) fn ends(&mut self, cut_short: bool, sent: u64, body: Bytes) {
        self.push(self.next(), sent, Kind::LastChunk { cut_short }, body);
        self.ended = true;
        self.entry = None;
    }

    /// Nobody begins with it any more.
    pub(crate) fn retire(&mut self) {
        self.snapshot = None;
    }

    /// The glued blob as one message and the seq of the chunk that follows it.
    ///
    /// One that is on its way to somebody is shared with who comes meanwhile, while it lacks no more than a quarter, which comes as
    /// chunks: a crowd that comes at once does not have one made for it with every piece.
    pub(crate) fn snapshot(&mut self) -> (u32, Frame) {
        if self.blob.seq() == self.first {
            return (self.first, self.opening());
        }
        let whole = HEADER_LEN + self.blob.mime().len() + self.blob.len();
        let is_good = |snapshot: &mut Snapshot| {
            let len = snapshot.frame.message_len();
            snapshot.seq == self.blob.seq() || whole <= len + len / 4 && !snapshot.frame.bytes().is_unique()
        };
        let Snapshot { seq, frame } = self.snapshot.take_if(is_good).unwrap_or_else(|| {
            let prefix = self.blob.prefix();
            let parts = self.blob.parts().iter().map(|part| &part[..]);
            Snapshot { seq: self.blob.seq(), frame: Frame::binary([&prefix[..]].into_iter().chain(parts)) }
        });
        self.snapshot = Some(Snapshot { seq, frame: frame.clone() });
        (seq, frame)
    }

    fn push(&mut self, seq: u32, sent: u64, kind: Kind, body: Bytes) {
        if self.ended || seq != self.next() {
            debug_assert!(false, "the reassembly gives pieces in order, and none after the last");
            return;
        }
        let is_last = kind != Kind::Chunk;
        let (frame, chunk) = own(Message { kind, segment: self.number(), seq, sent, body });
        self.chunks.push(frame);
        self.sent = sent;
        if let Some(entry) = &mut self.entry {
            entry.write(&chunk.body);
        }
        let glued = HEADER_LEN + self.blob.mime().len() + self.blob.len() + chunk.body.len();
        // Past the largest message the blob stays as it is; a newcomer reads the rest as chunks.
        if !is_last && glued <= MAX_MESSAGE_LEN && self.blob.glue(&chunk).is_ok() {
            // What nobody is being sent need not be kept for who comes meanwhile.
            self.snapshot.take_if(|snapshot| snapshot.frame.bytes().is_unique());
        }
    }
}

/// A message as a frame of its own, and itself with its body as a view of that: what came may be a view of a
/// much larger read buffer, which would be kept alive with it.
fn own(message: Message<Bytes>) -> (Frame, Message<Bytes>) {
    let prefix = message.prefix();
    let frame = Frame::binary([&prefix[..], &message.body]);
    let body = frame.message().slice(prefix.len()..);
    (frame, Message { body, ..message })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(seq: u32, body: &'static [u8]) -> Kept {
        let kind = Kind::Blob { mime: "video/webm".into() };
        Kept::open(Message { kind, segment: 7, seq, sent: 1, body: Bytes::from_static(body) })
            .expect("a blob")
    }

    fn decode(frame: &Frame) -> Message<Bytes> {
        Message::decode(&frame.message()).expect("a message")
    }

    #[test]
    fn a_snapshot_is_what_was_glued_and_is_made_once() {
        let mut kept = open(1, b"head");
        assert_eq!(kept.snapshot(), (1, kept.opening()));
        kept.continues(1, 2, 2, Bytes::from_static(b"-one"));
        kept.continues(2, 3, 3, Bytes::from_static(b"-two"));
        let (seq, snapshot) = kept.snapshot();
        let message = decode(&snapshot);
        assert_eq!((seq, message.seq, message.sent, &message.body[..]), (3, 3, 3, &b"head-one-two"[..]));
        assert_eq!(kept.snapshot().1.bytes().as_ptr(), snapshot.bytes().as_ptr());
        assert_eq!(decode(&kept.chunk(2).expect("kept")).body, "-two");
        assert_eq!((kept.chunk(0), kept.chunk(3)), (None, None));
    }

    #[test]
    fn a_snapshot_that_is_on_its_way_is_shared_until_it_lacks_a_quarter() {
        let mut kept = open(1, b"head");
        kept.continues(1, 2, 2, Bytes::from(vec![1; 1000]));
        let (seq, on_its_way) = kept.snapshot();
        kept.continues(2, 3, 3, Bytes::from(vec![2; 200]));
        assert_eq!(kept.snapshot(), (seq, on_its_way.clone()));
        kept.continues(3, 4, 4, Bytes::from(vec![3; 200]));
        assert_eq!(kept.snapshot().0, 4, "lacks 400 of 1000");
        drop(on_its_way);
        kept.continues(4, 5, 5, Bytes::from_static(b"-end"));
        assert_eq!(kept.snapshot().0, 5, "nobody is being sent the one before");
    }

    #[test]
    fn the_last_chunk_stays_out_of_the_snapshot() {
        let mut kept = open(1, b"head");
        kept.ends(false, 2, Bytes::from_static(b"-end"));
        assert_eq!(kept.snapshot(), (1, kept.opening()));
        assert_eq!(decode(&kept.chunk(1).expect("kept")).kind, Kind::LastChunk { cut_short: false });
        assert!(kept.has_ended());
    }

    #[test]
    fn a_healed_loss_keeps_every_number() {
        let mut kept = open(3, b"head");
        kept.continues(3, 6, 9, Bytes::from_static(b"healed"));
        let bodies: Vec<_> = (3..6).map(|seq| decode(&kept.chunk(seq).expect("kept")).body).collect();
        assert_eq!(bodies, [&b"healed"[..], b"", b""]);
        assert_eq!((kept.first(), kept.next(), kept.snapshot().0), (3, 6, 6));
    }

    #[test]
    fn a_snapshot_stops_at_the_largest_message() {
        let mut kept = open(1, b"head");
        let big = Bytes::from(vec![1; MAX_MESSAGE_LEN / 2]);
        for seq in 1..4 {
            kept.continues(seq, seq + 1, 1, big.clone());
        }
        let (seq, snapshot) = kept.snapshot();
        assert_eq!(seq, 2);
        assert!(Message::decode(&snapshot.message()).is_ok());
        assert_eq!(kept.next(), 4);
    }
}
