//! From a recorder's data to the messages of a segment. Pure.
//!
//! The data is tidied on its way, so a message ends at the edge of a block. The first one, the blob, holds the
//! whole init segment and at least one block; a recorder's first data may be a single byte.

use blobcast_container::{Error, Tidy};
use blobcast_wire::{Body, Kind, Message, Segment};

/// So many bytes become one message at the most, with the block that they are in the middle of.
const PART: usize = 2 << 20;

/// Messages of one segment, as its recorder gives data.
#[derive(Debug, Default)]
pub struct Cutter {
    /// Its number; `None` before the blob.
    segment: Option<Segment>,
    tidy: Tidy,
    /// The next piece; 0 before the blob.
    seq: u32,
    len: usize,
    failure: Option<Error>,
    ended: bool,
}

impl Cutter {
    /// Whether its blob was made.
    pub fn has_begun(&self) -> bool {
        self.segment.is_some()
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Takes data; gives the messages that it is enough for. `number` is asked for the segment's when it begins.
    pub fn data<B>(
        &mut self,
        data: &[u8],
        mime: &str,
        sent: u64,
        number: impl FnOnce() -> Segment,
    ) -> Vec<Message<B>>
    where
        B: Body + for<'a> From<&'a [u8]>,
    {
        let mut messages = Vec::new();
        let mut number = Some(number);
        // After a sleep all that was recorded before may come in one piece.
        for part in data.chunks(PART) {
            if self.ended || self.failure.is_some() {
                break;
            }
            self.failure = self.tidy.push(part).err();
            if !self.tidy.has_block() {
                continue;
            }
            let tidy = self.tidy.take();
            if tidy.is_empty() {
                continue;
            }
            let kind = if self.has_begun() { Kind::Chunk } else { Kind::Blob { mime: mime.to_owned() } };
            let segment = self.segment.or_else(|| number.take().map(|number| number()));
            self.segment = segment;
            messages.extend(segment.map(|segment| self.message(segment, kind, sent, B::from(&tidy))));
        }
        messages
    }

    /// Why the recording cannot be read any further, if it cannot: [`end`](Self::end) the segment, cut short.
    pub fn failure(&self) -> Option<Error> {
        self.failure
    }

    /// The recorder has stopped, or cannot go on. Nothing, if the segment never began or has ended.
    pub fn end<B: Body + Default>(&mut self, sent: u64, cut_short: bool) -> Option<Message<B>> {
        let segment = self.segment.filter(|_| !self.ended);
        self.ended = true;
        segment.map(|segment| self.message(segment, Kind::LastChunk { cut_short }, sent, B::default()))
    }

    /// Pictures in the segment so far.
    pub fn pictures(&self) -> u32 {
        self.tidy.pictures()
    }

    /// Bytes in the segment so far.
    pub fn len(&self) -> usize {
        self.len
    }

    fn message<B: Body>(&mut self, segment: Segment, kind: Kind, sent: u64, body: B) -> Message<B> {
        // A blob of one piece says 1, which is also the first chunk's seq.
        let seq = self.seq.max(1);
        self.seq = if matches!(kind, Kind::Blob { .. }) { 1 } else { seq.saturating_add(1) };
        self.len += body.len();
        Message { kind, segment, seq, sent, body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The EBML header of WebM, a Segment, one track, a Cluster of unknown size and one block.
    const HEAD: &[u8] = b"\x1A\x45\xDF\xA3\x87\x42\x82\x84webm\
        \x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\
        \x16\x54\xAE\x6B\x88\xAE\x86\xD7\x81\x01\x83\x81\x01\
        \x1F\x43\xB6\x75\xFF\xE7\x81\x00\xA3\x84\x81\x00\x00\x80";
    const BLOCK: &[u8] = b"\xA3\x84\x81\x00\x05\x00";

    fn feed(cutter: &mut Cutter, data: &[u8]) -> Option<Message<Vec<u8>>> {
        let mut messages = cutter.data(data, "video/webm", 5, || 9);
        assert_eq!((cutter.failure(), messages.len() <= 1), (None, true));
        messages.pop()
    }

    /// A block of so many bytes.
    fn block(time: u16, len: u32) -> Vec<u8> {
        let [high, low] = time.to_be_bytes();
        let mut block = vec![0xA3];
        block.extend((0x1000_0000 | (len + 4)).to_be_bytes());
        block.extend([0x81, high, low, 0x00]);
        block.resize(block.len() + len as usize, 7);
        block
    }

    #[test]
    fn the_blob_waits_for_the_first_block_however_it_is_cut() {
        for cut in 1..HEAD.len() {
            let mut cutter = Cutter::default();
            assert_eq!(feed(&mut cutter, &HEAD[..cut]), None);
            assert!(!cutter.has_begun());
            let blob = feed(&mut cutter, &HEAD[cut..]).expect("a block is there");
            assert_eq!((blob.segment, blob.seq), (9, 1));
            assert!(matches!(blob.kind, Kind::Blob { .. }));
            assert_eq!(cutter.len(), blob.body.len());
        }
    }

    #[test]
    fn a_slice_of_ten_minutes_ends_before_thirty_seconds_and_fits_into_messages() {
        let second = |second: u16| block(second * 1000, 400_000);
        // Times have 16 bits, so what comes after the sleep is in a cluster of its own.
        let cluster = b"\x1F\x43\xB6\x75\xFF\xE7\x83\x09\x27\xC0";
        let slice =
            [HEAD.to_vec(), (0..30).flat_map(second).collect(), cluster.to_vec(), block(0, 9)].concat();
        let mut cutter = Cutter::default();
        let messages: Vec<Message<Vec<u8>>> = cutter.data(&slice, "video/webm", 5, || 9);
        assert_eq!(cutter.failure(), Some(Error::TooLong));
        assert!(messages.len() > 5, "{} messages", messages.len());
        let largest = messages.iter().map(|message| message.body.len()).max();
        assert!(largest.is_some_and(|largest| largest < blobcast_wire::MAX_MESSAGE_LEN));
        let all: usize = messages.iter().map(|message| message.body.len()).sum();
        assert!(all > 30 * 400_000, "all before the sleep is sent");
        let last: Message<Vec<u8>> = cutter.end(6, true).expect("an end");
        assert_eq!(last.seq as usize, messages.len());
    }

    #[test]
    fn chunks_are_counted_from_one_and_the_last_one_ends_it() {
        let mut cutter = Cutter::default();
        assert_eq!(cutter.end::<Vec<u8>>(5, false), None, "a segment that never began has no end");
        let mut cutter = Cutter::default();
        feed(&mut cutter, HEAD);
        assert_eq!(feed(&mut cutter, &[]), None, "empty data is no piece");
        let seqs: Vec<_> = (0..3).filter_map(|_| feed(&mut cutter, BLOCK)).map(|chunk| chunk.seq).collect();
        assert_eq!(seqs, [1, 2, 3]);
        let last: Message<Vec<u8>> = cutter.end(6, true).expect("an end");
        assert_eq!((last.seq, last.kind), (4, Kind::LastChunk { cut_short: true }));
        assert_eq!(feed(&mut cutter, BLOCK), None, "nothing follows the end");
        assert_eq!(cutter.end::<Vec<u8>>(6, true), None, "which comes once");
    }
}
