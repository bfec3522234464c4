//! What was sent and what must be sent again. Pure.
//!
//! The current segment is kept whole, since a relay that lacks it gets it as one glued blob; an earlier one
//! until the relay has all of it.

use blobcast_wire::{Body, Kind, Message, Segment};
use std::collections::VecDeque;

/// Segments kept while nobody takes them: the current and the one before, as the relay does.
const KEPT: usize = 2;

/// A segment's messages so far, the blob first.
type Sent<B> = Vec<Message<B>>;

/// Keeps the messages of a broadcast for as long as they may be asked for again.
#[derive(Debug)]
pub struct Outbox<B> {
    segments: VecDeque<Sent<B>>,
}

impl<B> Default for Outbox<B> {
    fn default() -> Self {
        Self { segments: VecDeque::new() }
    }
}

impl<B: Body> Outbox<B> {
    /// A message is about to be sent, or would be if a socket were there. `false`: it belongs to a segment
    /// that was given up, and need not be sent.
    pub fn keep(&mut self, message: Message<B>) -> bool {
        if matches!(message.kind, Kind::Blob { .. }) {
            self.segments.push_back(Vec::new());
            if self.segments.len() > KEPT {
                self.segments.pop_front();
            }
        } else if self.newest() != Some(message.segment) {
            return false;
        }
        if let Some(segment) = self.segments.back_mut() {
            segment.push(message);
        }
        true
    }

    /// The newest segment that is kept.
    pub fn newest(&self) -> Option<Segment> {
        self.segments.back()?.first().map(|blob| blob.segment)
    }

    /// Gives up everything: what follows of it is not kept either.
    pub fn clear(&mut self) {
        self.segments.clear();
    }

    /// The relay has everything of `segment` before piece `seq`.
    pub fn have(&mut self, segment: Segment, seq: u32) {
        self.segments.retain(|sent| {
            let Some(last) = sent.last() else { return false };
            let arrived = last.segment < segment || last.segment == segment && last.seq < seq;
            !(arrived && is_end(last))
        });
    }

    /// Whether the relay has everything up to the end.
    pub fn is_delivered(&self) -> bool {
        self.segments.is_empty()
    }

    /// Bytes that are kept.
    pub fn len(&self) -> usize {
        self.segments.iter().flatten().map(|message| message.body.len()).sum()
    }

    /// What to send to a relay that has everything of `segment` before piece `seq`, in order.
    pub fn missing(&self, segment: Segment, seq: u32) -> Vec<Resend<'_, B>> {
        let known = self.segments.iter().position(|sent| sent[0].segment == segment);
        let Some(known) = known else {
            // It lacks what was being sent: the current segment, from its start, in one piece. What it waits
            // for is kept no longer, and ends where it is.
            let end = (segment > 0 && !self.segments.is_empty()).then_some(Resend::CutShort(segment, seq));
            return end.into_iter().chain(self.segments.back().map(|sent| Resend::Glued(sent))).collect();
        };
        let rest = self.segments[known].iter().skip(1).filter(move |chunk| chunk.seq >= seq);
        let later = self.segments.iter().skip(known + 1).flatten();
        rest.chain(later).map(Resend::Again).collect()
    }
}

/// Something to send again.
#[derive(Debug)]
pub enum Resend<'a, B> {
    /// A message as it was.
    Again(&'a Message<B>),
    /// The end of a segment at this piece.
    CutShort(Segment, u32),
    /// A segment's messages, to be glued into one blob.
    Glued(&'a [Message<B>]),
}

/// Splits a segment into the blob that glues all of it but its end, and its end, if it has ended.
pub fn glued<B: Body>(sent: &[Message<B>]) -> Option<(blobcast_wire::Blob<B>, Option<&Message<B>>)> {
    let (first, rest) = sent.split_first()?;
    let mut blob = blobcast_wire::Blob::open(first)?;
    let end = rest.last().filter(|last| is_end(last));
    for chunk in rest.iter().filter(|chunk| !is_end(chunk)) {
        blob.glue(chunk).ok()?;
    }
    Some((blob, end))
}

fn is_end<B>(message: &Message<B>) -> bool {
    matches!(message.kind, Kind::LastChunk { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: Kind, segment: Segment, seq: u32) -> Message<Vec<u8>> {
        Message { kind, segment, seq, sent: 0, body: vec![seq as u8; 2] }
    }

    fn blob(segment: Segment) -> Message<Vec<u8>> {
        message(Kind::Blob { mime: "video/webm".into() }, segment, 1)
    }

    fn end(segment: Segment, seq: u32) -> Message<Vec<u8>> {
        message(Kind::LastChunk { cut_short: false }, segment, seq)
    }

    /// Segment 10 with two chunks, ended, and segment 20 with one.
    fn two_segments() -> Outbox<Vec<u8>> {
        let mut outbox = Outbox::default();
        let chunk = |segment, seq| message(Kind::Chunk, segment, seq);
        for message in [blob(10), chunk(10, 1), end(10, 2), blob(20), chunk(20, 1)] {
            outbox.keep(message);
        }
        outbox
    }

    fn again(outbox: &Outbox<Vec<u8>>, segment: Segment, seq: u32) -> Vec<(Segment, u32, bool)> {
        let name = |resend| match resend {
            Resend::Again(message) => (message.segment, message.seq, false),
            Resend::CutShort(segment, seq) => (segment, seq, false),
            Resend::Glued(sent) => {
                let (blob, _) = glued(sent).expect("a segment");
                (blob.segment(), blob.seq(), true)
            }
        };
        outbox.missing(segment, seq).into_iter().map(name).collect()
    }

    #[test]
    fn goes_on_where_the_relay_is() {
        let outbox = two_segments();
        assert_eq!(again(&outbox, 10, 2), [(10, 2, false), (20, 1, false), (20, 1, false)]);
        assert_eq!(again(&outbox, 20, 1), [(20, 1, false)]);
        assert_eq!(again(&outbox, 20, 2), []);
    }

    #[test]
    fn a_relay_that_lacks_the_segment_gets_it_glued() {
        assert_eq!(again(&two_segments(), 0, 0), [(20, 2, true)]);
        assert_eq!(again(&Outbox::default(), 0, 0), []);
    }

    #[test]
    fn the_rest_of_what_was_given_up_is_not_kept() {
        let mut outbox = two_segments();
        outbox.clear();
        assert!(!outbox.keep(end(20, 2)));
        assert!(outbox.keep(blob(30)));
        assert!(outbox.keep(end(30, 1)));
    }

    #[test]
    fn forgets_what_has_arrived_and_what_is_too_old() {
        let mut outbox = two_segments();
        outbox.have(10, 2);
        assert_eq!(outbox.len(), 10, "the end is not there yet");
        outbox.have(20, 1);
        assert_eq!(outbox.len(), 4);
        outbox.keep(end(20, 2));
        outbox.have(20, 3);
        assert!(outbox.is_delivered());
        for segment in [30, 40, 50] {
            outbox.keep(blob(segment));
        }
        assert_eq!(again(&outbox, 40, 1), [(50, 1, false)]);
        assert_eq!(again(&outbox, 30, 1), [(30, 1, false), (50, 1, true)], "every segment begun is ended");
    }
}
