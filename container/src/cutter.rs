//! From a segment's frames to its messages. Pure.
//!
//! A message ends at the edge of a block. The first one, the blob, holds the whole init segment and at least one
//! block; a recorder's first data may be a single byte.

use crate::{Error, Frame, Writer};
use blobcast_wire::{Body, Kind, Message, Segment};

/// So many bytes become one message at the most, with the block that they are in the middle of.
const PART: usize = 2 << 20;

/// Messages of one segment, as its frames come.
#[derive(Debug)]
pub struct Cutter {
    segment: Segment,
    mime: String,
    writer: Writer,
    /// Its beginning in the time of its recording, ms.
    base: i64,
    /// The next piece; 0 before the blob.
    seq: u32,
    len: usize,
    pictures: u32,
    ended: bool,
}

impl Cutter {
    /// Begins a segment; `base` is its beginning in the time of the recording, ms, as its writer was told.
    pub fn new(segment: Segment, mime: String, writer: Writer, base: i64) -> Self {
        Self { segment, mime, writer, base, seq: 0, len: 0, pictures: 0, ended: false }
    }

    /// Takes frames; gives their messages. After an error, [`end`](Self::end) the segment, cut short.
    pub fn write<B>(&mut self, frames: &[Frame], sent: u64) -> (Vec<Message<B>>, Result<(), Error>)
    where
        B: Body + for<'a> From<&'a [u8]>,
    {
        let mut messages = Vec::new();
        if self.ended {
            return (messages, Ok(()));
        }
        let mut has_frame = false;
        for frame in frames {
            if let Err(error) = self.writer.add(frame) {
                messages.extend(has_frame.then(|| self.piece(sent)));
                return (messages, Err(error));
            }
            has_frame = true;
            self.pictures += u32::from(frame.is_video);
            // After a sleep all that was recorded before may come in one piece.
            if self.writer.pending() >= PART {
                messages.push(self.piece(sent));
                has_frame = false;
            }
        }
        messages.extend(has_frame.then(|| self.piece(sent)));
        (messages, Ok(()))
    }

    /// Nothing follows. Nothing, if it never gave a blob or has ended.
    pub fn end<B: Body + Default>(&mut self, sent: u64, cut_short: bool) -> Option<Message<B>> {
        let has_end = self.ended || self.seq == 0;
        self.ended = true;
        (!has_end).then(|| self.message(Kind::LastChunk { cut_short }, sent, B::default()))
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// The segment's number.
    pub fn segment(&self) -> Segment {
        self.segment
    }

    /// Its beginning in the time of its recording, ms.
    pub fn base(&self) -> i64 {
        self.base
    }

    /// Pictures in the segment so far.
    pub fn pictures(&self) -> u32 {
        self.pictures
    }

    /// Bytes in the segment so far.
    pub fn bytes(&self) -> usize {
        self.len
    }

    fn piece<B: Body + for<'a> From<&'a [u8]>>(&mut self, sent: u64) -> Message<B> {
        let kind = if self.seq == 0 { Kind::Blob { mime: self.mime.clone() } } else { Kind::Chunk };
        let body = self.writer.take();
        self.message(kind, sent, B::from(&body))
    }

    fn message<B: Body>(&mut self, kind: Kind, sent: u64, body: B) -> Message<B> {
        // A blob of one piece says 1, which is also the first chunk's seq.
        let seq = self.seq.max(1);
        self.seq = if matches!(kind, Kind::Blob { .. }) { 1 } else { seq.saturating_add(1) };
        self.len += body.len();
        Message { kind, segment: self.segment, seq, sent, body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tidy;

    /// The EBML header of WebM, a Segment, one video track, a Cluster of unknown size.
    const HEAD: &[u8] = b"\x1A\x45\xDF\xA3\x87\x42\x82\x84webm\
        \x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\
        \x16\x54\xAE\x6B\x88\xAE\x86\xD7\x81\x01\x83\x81\x01\
        \x1F\x43\xB6\x75\xFF\xE7\x81\x00";

    /// A recording's frames at these times, ms, each of so many bytes; and its init segment.
    fn recorded(times: impl IntoIterator<Item = u16>, len: u32) -> (Vec<u8>, Vec<Frame>) {
        let mut recording = HEAD.to_vec();
        for time in times {
            let [high, low] = time.to_be_bytes();
            recording.push(0xA3);
            recording.extend((0x1000_0000 | (len + 4)).to_be_bytes());
            recording.extend([0x81, high, low, 0x80]);
            recording.resize(recording.len() + len as usize, 7);
        }
        let mut tidy = Tidy::default();
        tidy.push(&recording).expect("a good recording");
        (tidy.init().to_vec(), tidy.take())
    }

    fn cutter(init: &[u8], base: i64) -> Cutter {
        Cutter::new(9, "video/webm".into(), Writer::new(init, base), base)
    }

    fn write(cutter: &mut Cutter, frames: &[Frame]) -> Vec<Message<Vec<u8>>> {
        let (messages, failure) = cutter.write(frames, 5);
        assert_eq!(failure, Ok(()));
        messages
    }

    #[test]
    fn a_blob_then_chunks_counted_from_one_and_the_last_one_ends_it() {
        let (init, frames) = recorded([0, 33, 66], 5);
        assert_eq!(cutter(&init, 0).end::<Vec<u8>>(5, false), None, "a segment that never began has no end");
        let mut cutter = cutter(&init, 0);
        assert_eq!(write(&mut cutter, &[]), [], "no frames, no piece");
        let messages: Vec<_> = frames.chunks(1).flat_map(|frame| write(&mut cutter, frame)).collect();
        assert_eq!(messages[0].kind, Kind::Blob { mime: "video/webm".into() });
        assert!(messages[0].body.starts_with(&init));
        assert_eq!(
            messages[1..].iter().map(|chunk| (&chunk.kind, chunk.seq)).collect::<Vec<_>>(),
            [(&Kind::Chunk, 1), (&Kind::Chunk, 2)]
        );
        assert_eq!(cutter.pictures(), 3);
        let len: usize = messages.iter().map(|message| message.body.len()).sum();
        assert_eq!(cutter.bytes(), len);
        let last: Message<Vec<u8>> = cutter.end(6, true).expect("an end");
        assert_eq!((last.segment, last.seq, last.kind), (9, 3, Kind::LastChunk { cut_short: true }));
        assert_eq!(write(&mut cutter, &frames), [], "nothing follows the end");
        assert_eq!(cutter.end::<Vec<u8>>(6, true), None, "which comes once");
    }

    #[test]
    fn times_count_from_its_base() {
        let (init, frames) = recorded([4_000, 4_033], 5);
        let mut cutter = cutter(&init, 4_000);
        let body = write(&mut cutter, &frames).remove(0).body;
        assert!(body.ends_with(&[0x81, 0, 33, 0x80, 7, 7, 7, 7, 7]));
    }

    #[test]
    fn a_slice_of_ten_minutes_ends_before_thirty_seconds_and_fits_into_messages() {
        let (init, frames) = recorded((0..32).map(|second| second * 1_000), 400_000);
        let mut cutter = cutter(&init, 0);
        let (messages, failure) = cutter.write::<Vec<u8>>(&frames, 5);
        assert_eq!(failure, Err(Error::TooLong));
        assert!(messages.len() >= 5, "{} messages", messages.len());
        let largest = messages.iter().map(|message| message.body.len()).max();
        assert!(largest.is_some_and(|largest| largest < blobcast_wire::MAX_MESSAGE_LEN));
        let all: usize = messages.iter().map(|message| message.body.len()).sum();
        assert!((30 * 400_000..31 * 400_000).contains(&all), "all before the thirtieth second is sent");
        let last: Message<Vec<u8>> = cutter.end(6, true).expect("an end");
        assert_eq!(last.seq as usize, messages.len());
    }
}
