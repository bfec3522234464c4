//! From a recorder's data to the messages of a segment. Pure.
//!
//! The first data of a recording may be a single byte (Chromium with a short timeslice). A blob must hold at
//! least the whole init segment, so data is gathered until the first cluster begins; that is piece 0, the
//! blob. Everything after it is a chunk.

use blobcast_wire::{Body, Kind, Message, Segment};

/// The EBML id of a WebM Cluster, <https://www.rfc-editor.org/rfc/rfc9559#name-cluster-element>.
const CLUSTER: [u8; 4] = [0x1F, 0x43, 0xB6, 0x75];

/// Messages of one segment, as its recorder gives data.
#[derive(Debug)]
pub struct Cutter<B> {
    segment: Segment,
    /// What came before the blob could be sent.
    head: Vec<u8>,
    /// The next piece; 0 before the blob.
    seq: u32,
    _body: std::marker::PhantomData<B>,
}

impl<B: Body + Default> Cutter<B> {
    pub fn new(segment: Segment) -> Self {
        Self { segment, head: Vec::new(), seq: 0, _body: std::marker::PhantomData }
    }

    /// Takes data. `bytes` reads it, and is called only until the blob is complete; `whole` makes a body of
    /// all that was read.
    pub fn data(
        &mut self,
        data: B,
        mime: &str,
        sent: u64,
        bytes: impl FnOnce(&B) -> Vec<u8>,
        whole: impl FnOnce(&[u8]) -> B,
    ) -> Option<Message<B>> {
        if data.is_empty() {
            return None;
        }
        if self.seq > 0 {
            return Some(self.message(Kind::Chunk, sent, data));
        }
        self.head.extend(bytes(&data));
        if !self.head.windows(CLUSTER.len()).any(|window| window == CLUSTER) {
            return None;
        }
        let head = std::mem::take(&mut self.head);
        Some(self.message(Kind::Blob { mime: mime.to_owned() }, sent, whole(&head)))
    }

    /// The recorder has stopped. Nothing, if the segment never began.
    pub fn end(&mut self, sent: u64, cut_short: bool) -> Option<Message<B>> {
        (self.seq > 0).then(|| self.message(Kind::LastChunk { cut_short }, sent, B::default()))
    }

    fn message(&mut self, kind: Kind, sent: u64, body: B) -> Message<B> {
        // A blob of one piece says 1, which is also the first chunk's seq.
        let seq = self.seq.max(1);
        self.seq = if matches!(kind, Kind::Blob { .. }) { 1 } else { seq.saturating_add(1) };
        Message { kind, segment: self.segment, seq, sent, body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: [u8; 10] = [0x1A, 0x45, 0xDF, 0xA3, 0x80, 0x1F, 0x43, 0xB6, 0x75, 0xFF];

    fn feed(cutter: &mut Cutter<Vec<u8>>, data: &[u8]) -> Option<Message<Vec<u8>>> {
        cutter.data(data.to_vec(), "video/webm", 5, Vec::clone, <[u8]>::to_vec)
    }

    #[test]
    fn the_blob_waits_for_the_init_segment_however_it_is_cut() {
        for cut in 1..HEAD.len() {
            let mut cutter = Cutter::new(9);
            let early = feed(&mut cutter, &HEAD[..cut]);
            let blob =
                early.clone().or_else(|| feed(&mut cutter, &HEAD[cut..])).expect("a cluster has begun");
            assert_eq!((blob.segment, blob.seq), (9, 1));
            assert!(matches!(blob.kind, Kind::Blob { .. }));
            assert_eq!(blob.body, if early.is_some() { &HEAD[..cut] } else { &HEAD[..] });
        }
    }

    #[test]
    fn chunks_are_counted_from_one_and_the_last_one_ends_it() {
        let mut cutter = Cutter::new(9);
        assert_eq!(cutter.end(5, false), None, "a segment that never began has no end");
        feed(&mut cutter, &HEAD);
        assert_eq!(feed(&mut cutter, &[]), None, "empty data is no piece");
        let seqs: Vec<_> = (0..3).filter_map(|_| feed(&mut cutter, &[1])).map(|chunk| chunk.seq).collect();
        assert_eq!(seqs, [1, 2, 3]);
        let last = cutter.end(6, true).expect("an end");
        assert_eq!((last.seq, last.kind), (4, Kind::LastChunk { cut_short: true }));
    }
}
