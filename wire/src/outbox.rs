//! What a broadcaster has sent and what must be sent again.
//!
//! The current segment is kept whole, since a relay that lacks it gets it as one glued blob; an earlier one
//! until the relay has all of it.

use crate::{Blob, Body, HEADER_LEN, Kind, MAX_AHEAD, MAX_MESSAGE_LEN, Message, Segment};

/// Segments kept while nobody takes them: the current and the one before, as the relay does.
const KEPT: usize = 2;

/// A segment's messages so far, the blob first.
type Sent<B> = Vec<Message<B>>;

/// Keeps the messages of a broadcast for as long as they may be asked for again.
#[derive(Debug)]
pub struct Outbox<B> {
    segments: Vec<Sent<B>>,
    /// The newest segment of which the relay has everything, its end too.
    whole: Segment,
}

/// Something to send again.
#[derive(Debug)]
pub enum Resend<'a, B> {
    /// A message as it was.
    Again(&'a Message<B>),
    /// The end of a segment at this piece: the rest of it is not kept any more.
    CutShort(Segment, u32),
    /// A segment from its start. What does not fit into one message follows [`Again`](Self::Again), and so does
    /// its end.
    Glued(Blob<B>),
}

impl<B> Default for Outbox<B> {
    fn default() -> Self {
        Self { segments: Vec::new(), whole: 0 }
    }
}

impl<B: Body> Outbox<B> {
    /// A message is about to be sent, or would be if a socket were there. `false`: it belongs to a segment
    /// that was given up, and need not be sent.
    pub fn keep(&mut self, message: Message<B>) -> bool {
        if matches!(message.kind, Kind::Blob { .. }) {
            self.segments.push(Vec::new());
            if self.segments.len() > KEPT {
                self.segments.remove(0);
            }
        } else if self.newest() != Some(message.segment) {
            return false;
        }
        if let Some(segment) = self.segments.last_mut() {
            segment.push(message);
        }
        true
    }

    /// The newest segment that is kept.
    pub fn newest(&self) -> Option<Segment> {
        self.segments.last().map(|sent| number(sent))
    }

    /// The newest message that is kept.
    pub fn last(&self) -> Option<&Message<B>> {
        self.segments.last()?.last()
    }

    /// Gives up everything: what follows of it is not kept either.
    pub fn clear(&mut self) {
        self.segments.clear();
    }

    /// A relay has everything of `segment` before piece `seq`; the newest number of this name, from anyone, is
    /// `last`; and `now` is its clock. What it has or does not take any more is kept no longer.
    ///
    /// `true`: that goes for the newest segment too, and the rest of it will not be taken either. A broadcaster
    /// begins the next one.
    #[must_use = "a segment that is refused has to be followed by another one"]
    pub fn have(&mut self, segment: Segment, seq: u32, last: Segment, now: u64) -> bool {
        let newest = self.newest();
        // All numbers up to `last` are closed: the relay has gone on, or took this session for lost, or another
        // one was there. A relay that was restarted may have an earlier clock, and takes none from its future.
        let is_open = |number| number > last && number <= now.saturating_add(MAX_AHEAD);
        self.segments.retain(|sent| number(sent) == segment || is_open(number(sent)));
        let is_refused = newest != self.newest();
        if self.find(segment).is_some_and(|known| is_whole(&self.segments[known], seq)) {
            self.segments.retain(|sent| number(sent) != segment);
            self.whole = segment;
        }
        is_refused
    }

    /// Whether the relay has everything up to the end.
    pub fn is_delivered(&self) -> bool {
        self.segments.is_empty()
    }

    /// How many container bytes are kept.
    pub fn bytes(&self) -> usize {
        self.segments.iter().flatten().map(|message| message.body.len()).sum()
    }

    /// What to send to a relay that has everything of `segment` before piece `seq`, in order. If that was said a
    /// while ago some of it comes twice, which the relay ignores.
    pub fn missing(&self, segment: Segment, seq: u32) -> Vec<Resend<'_, B>> {
        let known = self.find(segment);
        let mut missing = Vec::new();
        if known.is_none() && (segment == 0 || segment != self.whole) {
            // What it waits for is kept no longer, and ends where it is. Then all that is kept, in few messages.
            if segment > 0 && !self.segments.is_empty() {
                missing.push(Resend::CutShort(segment, seq));
            }
            self.segments.iter().for_each(|sent| glue(sent, &mut missing));
            return missing;
        }
        for message in self.segments.iter().skip(known.unwrap_or(0)).flatten() {
            let is_here = message.segment == segment
                && (message.seq < seq || matches!(message.kind, Kind::Blob { .. }));
            if !is_here {
                missing.push(Resend::Again(message));
            }
        }
        missing
    }

    fn find(&self, segment: Segment) -> Option<usize> {
        self.segments.iter().position(|sent| number(sent) == segment)
    }
}

fn number<B>(sent: &[Message<B>]) -> Segment {
    sent.first().map_or(0, |blob| blob.segment)
}

/// Whether all pieces before `seq` are all there are.
fn is_whole<B>(sent: &[Message<B>], seq: u32) -> bool {
    sent.last().is_some_and(|last| matches!(last.kind, Kind::LastChunk { .. }) && last.seq < seq)
}

/// Resends a segment as one blob, and what does not belong in it or does not fit.
fn glue<'a, B: Body>(sent: &'a [Message<B>], out: &mut Vec<Resend<'a, B>>) {
    let Some((first, mut rest)) = sent.split_first() else { return };
    let Some(mut blob) = Blob::open(first) else { return };
    while let Some((chunk, later)) = rest.split_first() {
        let len = HEADER_LEN + blob.mime().len() + blob.len() + chunk.body.len();
        if chunk.kind != Kind::Chunk || len > MAX_MESSAGE_LEN || blob.glue(chunk).is_err() {
            break;
        }
        rest = later;
    }
    out.push(Resend::Glued(blob));
    out.extend(rest.iter().map(Resend::Again));
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_000;

    fn message(kind: Kind, segment: Segment, seq: u32) -> Message<Vec<u8>> {
        Message { kind, segment, seq, sent: 0, body: vec![seq as u8; 2] }
    }

    fn blob(segment: Segment) -> Message<Vec<u8>> {
        message(Kind::Blob { mime: "video/webm".into() }, segment, 1)
    }

    fn chunk(segment: Segment, seq: u32) -> Message<Vec<u8>> {
        message(Kind::Chunk, segment, seq)
    }

    fn end(segment: Segment, seq: u32) -> Message<Vec<u8>> {
        message(Kind::LastChunk { cut_short: false }, segment, seq)
    }

    fn outbox(messages: impl IntoIterator<Item = Message<Vec<u8>>>) -> Outbox<Vec<u8>> {
        let mut outbox = Outbox::default();
        messages.into_iter().for_each(|message| assert!(outbox.keep(message)));
        outbox
    }

    /// Segment 10 with one chunk, ended, and segment 20 with one.
    fn two_segments() -> Outbox<Vec<u8>> {
        outbox([blob(10), chunk(10, 1), end(10, 2), blob(20), chunk(20, 1)])
    }

    /// A resend in words: `7.2` a message, `7:3` a glued blob of three pieces, `7.2X` an end.
    fn missing(outbox: &Outbox<Vec<u8>>, segment: Segment, seq: u32) -> String {
        let word = |resend| match resend {
            Resend::Again(message) => format!("{}.{}", message.segment, message.seq),
            Resend::CutShort(segment, seq) => format!("{segment}.{seq}X"),
            Resend::Glued(blob) => format!("{}:{}", blob.segment(), blob.seq()),
        };
        outbox.missing(segment, seq).into_iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn goes_on_where_the_relay_is() {
        let outbox = two_segments();
        assert_eq!(missing(&outbox, 10, 2), "10.2 20.1 20.1", "an end, a blob and a chunk");
        assert_eq!(missing(&outbox, 20, 1), "20.1");
        assert_eq!(missing(&outbox, 20, 2), "");
    }

    #[test]
    fn what_the_relay_has_whole_is_not_ended_again() {
        let mut outbox = two_segments();
        assert!(!outbox.have(10, 3, 10, NOW));
        assert_eq!(missing(&outbox, 10, 3), "20.1 20.1", "as it was: a blob and a chunk");
    }

    #[test]
    fn a_relay_that_lacks_them_gets_all_kept_segments_glued() {
        assert_eq!(missing(&two_segments(), 0, 0), "10:2 10.2 20:2");
        assert_eq!(missing(&outbox([blob(10), end(10, 1)]), 0, 0), "10:1 10.1");
        assert_eq!(missing(&Outbox::default(), 0, 0), "");
    }

    #[test]
    fn what_does_not_fit_into_one_message_follows_the_blob() {
        let big = |message| Message { body: vec![0; MAX_MESSAGE_LEN / 2 - 100], ..message };
        let outbox = outbox([blob(10), chunk(10, 1), chunk(10, 2), chunk(10, 3), end(10, 4)].map(big));
        assert_eq!(missing(&outbox, 0, 0), "10:2 10.2 10.3 10.4");
    }

    #[test]
    fn what_the_relay_has_closed_is_dropped() {
        for (last, refused, rest) in
            [(0, false, "10:2 10.2 20:2"), (10, false, "20:2"), (20, true, ""), (99, true, "")]
        {
            let mut outbox = two_segments();
            assert_eq!(outbox.have(0, 0, last, NOW), refused, "{last}");
            assert_eq!(missing(&outbox, 0, 0), rest, "{last}");
            assert_eq!(outbox.keep(chunk(20, 2)), !refused, "{last}");
        }
        let mut outbox = two_segments();
        assert!(!outbox.have(20, 1, 20, NOW), "this relay has closed nothing: the newest is this one");
        assert_eq!(missing(&outbox, 20, 1), "20.1");
    }

    #[test]
    fn a_relay_with_an_earlier_clock_takes_nothing_from_its_future() {
        let now = 1_000_000_000;
        let mut outbox = outbox([blob(now), end(now, 1), blob(now + 20)]);
        assert!(!outbox.have(0, 0, 0, now + 20 - MAX_AHEAD));
        assert!(outbox.have(0, 0, 0, now + 19 - MAX_AHEAD));
        assert_eq!(outbox.newest(), Some(now));
        assert!(!outbox.have(now, 1, now, 0), "what the relay has, it has");
        assert_eq!(missing(&outbox, now, 1), format!("{now}.1"));
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
        assert!(!outbox.have(10, 2, 10, NOW));
        assert_eq!(outbox.bytes(), 10, "the end is not there yet");
        assert!(!outbox.have(20, 1, 20, NOW));
        assert_eq!(outbox.bytes(), 4);
        assert_eq!(outbox.last(), Some(&chunk(20, 1)));
        outbox.keep(end(20, 2));
        assert!(!outbox.have(20, 3, 20, NOW));
        assert!(outbox.is_delivered() && outbox.last().is_none());
        for segment in [30, 40, 50] {
            outbox.keep(blob(segment));
        }
        assert_eq!(missing(&outbox, 40, 1), "50.1");
        assert_eq!(missing(&outbox, 30, 1), "30.1X 40:1 50:1", "every segment begun is ended");
    }
}
