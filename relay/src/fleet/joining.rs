//! Whether a newcomer can begin with what the stream has.

use super::note::Claim;
use blobcast_wire::{Kind, Message};
use bytes::Bytes;

/// How much is held of what is heard before there is anything that it could follow, bytes.
const EARLY_BYTES: usize = 32 << 20;

/// A piece, and whose it is.
type Claimed = (Claim, Message<Bytes>);

/// What is heard before what it follows has come from the stream.
#[derive(Debug, Default)]
pub(super) struct Early {
    pieces: Vec<Claimed>,
    bytes: usize,
    /// It will not come: nothing is held.
    is_over: bool,
}

impl Early {
    /// The stream is looked at: what goes on with it is held meanwhile.
    pub(super) fn look(&mut self) {
        if self.is_over {
            *self = Self::default();
        }
    }

    /// Takes what was heard.
    pub(super) fn hold(&mut self, claim: Claim, piece: Message<Bytes>) {
        if self.is_over {
            return;
        }
        self.bytes += piece.body.len();
        self.pieces.push((claim, piece));
        if self.bytes > EARLY_BYTES {
            self.give_up();
        }
    }

    /// What was in the stream and what was heard since, in order, if it is whole.
    pub(super) fn join(&self, stored: Vec<Claimed>) -> Option<Vec<Claimed>> {
        whole(stored, &self.pieces)
    }

    /// The stream does not have what it should.
    pub(super) fn give_up(&mut self) {
        *self = Self { is_over: true, ..Self::default() };
    }
}

/// The newest segment of what was read from the stream, with what was heard meanwhile: without a hole, or `None`. The stream may lack
/// pieces that it refused, or be a moment behind those who follow live.
fn whole(stored: Vec<Claimed>, heard: &[Claimed]) -> Option<Vec<Claimed>> {
    let begin = stored.iter().rposition(|(_, piece)| matches!(piece.kind, Kind::Blob { .. }))?;
    let (claim, blob) = &stored[begin];
    let (claim, segment, mut next) = (*claim, blob.segment, blob.seq);
    let mut pieces = vec![stored[begin].clone()];
    // Two connections of one relay have no order between them.
    let mut rest: Vec<_> = stored.into_iter().skip(begin + 1).chain(heard.iter().cloned()).collect();
    rest.sort_by_key(|(_, piece)| (piece.segment, piece.seq));
    for (of, piece) in rest {
        if of != claim || (piece.segment, piece.seq) < (segment, next) {
            continue;
        }
        if (piece.segment, piece.seq) > (segment, next) {
            return None; // A hole; or the segment is over, and the blob of the one after it was not stored.
        }
        next += 1;
        pieces.push((of, piece));
    }
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(since: u64, segment: u64, seq: u32, kind: Kind) -> Claimed {
        (Claim { since, relay: 1 }, Message { kind, segment, seq, sent: 0, body: Bytes::new() })
    }

    fn blob(segment: u64) -> Claimed {
        piece(1, segment, 1, Kind::Blob { mime: "video/webm".into() })
    }

    fn chunks<const N: usize>(segment: u64, numbers: [u32; N]) -> Vec<Claimed> {
        numbers.into_iter().map(|seq| piece(1, segment, seq, Kind::Chunk)).collect()
    }

    fn numbers(pieces: Option<Vec<Claimed>>) -> Option<Vec<(u64, u32)>> {
        pieces.map(|pieces| pieces.iter().map(|(_, piece)| (piece.segment, piece.seq)).collect())
    }

    #[test]
    fn what_was_heard_goes_on_where_the_stream_ends_or_before() {
        let stored = || [vec![blob(5)], chunks(5, [1, 2])].concat();
        assert_eq!(numbers(whole(stored(), &[])), Some(vec![(5, 1), (5, 1), (5, 2)]));
        assert_eq!(numbers(whole(stored(), &chunks(5, [2, 3]))), Some(vec![(5, 1), (5, 1), (5, 2), (5, 3)]));
        assert_eq!(numbers(whole(stored(), &chunks(5, [4]))), None);
        assert_eq!(numbers(whole(stored(), &chunks(6, [1]))), None);
    }

    #[test]
    fn a_hole_in_the_stream_is_noticed() {
        assert_eq!(numbers(whole([vec![blob(5)], chunks(5, [1, 3])].concat(), &[])), None);
        assert_eq!(
            numbers(whole([vec![blob(5)], chunks(5, [2, 1])].concat(), &[])),
            Some(vec![(5, 1), (5, 1), (5, 2)])
        );
        assert_eq!(numbers(whole(chunks(5, [1, 2]), &[])), None);
        assert_eq!(numbers(whole(Vec::new(), &[])), None);
    }

    #[test]
    fn the_newest_blob_counts_and_what_another_broadcaster_sent_after_it_does_not() {
        let other = piece(0, 9, 7, Kind::Chunk);
        let stored = [vec![blob(5)], chunks(5, [1, 3]), vec![blob(6), other], chunks(6, [1])].concat();
        assert_eq!(numbers(whole(stored, &chunks(5, [4]))), Some(vec![(6, 1), (6, 1)]));
    }
}
