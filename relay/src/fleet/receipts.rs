//! What the stream says of the pieces that were sent to it. It says so later, and nothing waits for it.

use super::uplink::Place;
use async_nats::{Message, StatusCode};
use serde::Deserialize;
use std::{collections::VecDeque, time::Duration};
use tokio::time::Instant;

/// The pieces of a name that the stream has not answered yet.
#[derive(Debug, Default)]
pub(super) struct Receipts {
    /// How many were sent.
    sent: u64,
    /// Oldest first.
    awaited: VecDeque<Awaited>,
    /// The newest place in the stream that it has told of.
    stored: u64,
    /// Whether the stream has all of a segment, so far.
    is_whole: bool,
    /// The first piece since the last answer that was waited for long enough.
    silent: Option<Place>,
    /// The first piece that nobody got at all, neither the stream nor another relay.
    unheard: Option<Place>,
}

#[derive(Debug)]
struct Awaited {
    number: u64,
    place: Place,
    since: Instant,
}

/// An answer. <https://docs.nats.io/reference/reference-protocols/nats_api_reference#publishing-to-streams>
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    seq: u64,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    description: String,
}

impl Receipts {
    /// A piece is sent; the answer comes with this number.
    pub(super) fn expect(&mut self, place: Place) -> u64 {
        self.sent += 1;
        self.awaited.push_back(Awaited { number: self.sent, place, since: Instant::now() });
        self.sent
    }

    /// Takes an answer.
    ///
    /// # Errors
    /// Why the stream does not have a piece.
    pub(super) fn hear(&mut self, message: &Message) -> Result<(), String> {
        let number = message.subject.rsplit('.').next().and_then(|token| token.parse().ok());
        let place = self.awaited.iter().position(|awaited| Some(awaited.number) == number);
        let Some(awaited) = place.and_then(|place| self.awaited.remove(place)) else { return Ok(()) };
        self.silent = None;
        if message.status == Some(StatusCode::NO_RESPONDERS) {
            self.unheard = self.unheard.or(Some(awaited.place));
        }
        let stored = read(message)?;
        // A blob has rolled up what was before it. What it says counts: a stream that was made again begins with 1.
        self.stored = if awaited.place.is_start() { stored } else { self.stored.max(stored) };
        self.is_whole |= awaited.place.is_start();
        Ok(())
    }

    /// How many have not been answered for so long. They count as not stored from now on.
    pub(super) fn give_up(&mut self, patience: Duration) -> u64 {
        let late = self.awaited.partition_point(|awaited| awaited.since.elapsed() > patience);
        let first = self.awaited.front().filter(|_| late > 0).map(|awaited| awaited.place);
        self.silent = self.silent.or(first);
        self.awaited.drain(..late).count() as u64
    }

    /// The connection is another one: nothing is awaited any more. The first piece that may have been lost with the one before.
    pub(super) fn start_again(&mut self) -> Option<Place> {
        let first = self.awaited.drain(..).next().map(|awaited| awaited.place);
        self.unheard.take().or(self.silent.take()).or(first)
    }

    /// The stream has been made again: the first piece that nobody got.
    pub(super) fn unheard(&mut self) -> Option<Place> {
        self.unheard.take()
    }

    /// What the stream had of the segment is gone.
    pub(super) fn lose(&mut self) {
        self.is_whole = false;
    }

    /// The stream does not have a piece: up to here, what it has of the segment is of no use to newcomers. It is said once
    /// for each segment.
    pub(super) fn spoil(&mut self) -> Option<u64> {
        std::mem::take(&mut self.is_whole).then_some(self.stored)
    }
}

/// A piece's place in the stream, or why it has none.
fn read(message: &Message) -> Result<u64, String> {
    if message.status == Some(StatusCode::NO_RESPONDERS) {
        return Err("it is not there".into());
    }
    match serde_json::from_slice(&message.payload) {
        Ok(Answer { error: None, seq }) => Ok(seq),
        Ok(Answer { error: Some(refusal), .. }) => Err(refusal.description),
        Err(error) => Err(format!("its answer is none: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOB: Place = Place { segment: 5, seq: None };
    const CHUNK: Place = Place { segment: 5, seq: Some(1) };

    fn answer(number: u64, text: &'static str) -> Message {
        Message {
            subject: format!("_INBOX.x.{number}").into(),
            reply: None,
            payload: text.into(),
            headers: None,
            status: None,
            description: None,
            length: 0,
        }
    }

    fn stored(number: u64) -> Message {
        answer(number, r#"{"stream":"BLOBCAST","seq":40}"#)
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_piece_spoils_what_is_stored_of_its_segment_once() {
        let mut receipts = Receipts::default();
        let [blob, chunk, another] =
            [None, Some(1), Some(2)].map(|seq| receipts.expect(Place { segment: 5, seq }));
        assert_eq!(receipts.hear(&stored(blob)), Ok(()));
        let refused = |number| {
            answer(number, r#"{"error":{"code":503,"err_code":10077,"description":"full"},"seq":0}"#)
        };
        assert_eq!(receipts.hear(&refused(chunk)), Err("full".into()));
        assert_eq!(receipts.spoil(), Some(40));
        assert_eq!(receipts.hear(&refused(another)), Err("full".into()));
        assert_eq!(receipts.spoil(), None);
        let blob = receipts.expect(BLOB);
        assert_eq!(receipts.hear(&stored(blob)), Ok(()));
        assert_eq!(receipts.spoil(), Some(40));
        let blob = receipts.expect(BLOB);
        assert_eq!(receipts.hear(&stored(blob)), Ok(()));
        receipts.lose();
        assert_eq!(receipts.spoil(), None, "there is nothing of it to take away");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_that_was_made_again_counts_from_its_beginning() {
        let mut receipts = Receipts::default();
        let blob = receipts.expect(BLOB);
        assert_eq!(receipts.hear(&stored(blob)), Ok(()));
        // All that it had is gone, and what it gets from now on has smaller numbers.
        for (seq, said) in
            [(None, r#"{"stream":"BLOBCAST","seq":3}"#), (Some(1), r#"{"stream":"BLOBCAST","seq":4}"#)]
        {
            let number = receipts.expect(Place { segment: 6, seq });
            assert_eq!(receipts.hear(&answer(number, said)), Ok(()));
        }
        assert_eq!(receipts.spoil(), Some(4), "what comes later is another segment");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_never_answered_counts_as_not_stored_and_nothing_counts_twice() {
        const SECOND: Duration = Duration::from_secs(1);
        let mut receipts = Receipts::default();
        let first = receipts.expect(BLOB);
        tokio::time::advance(SECOND * 2).await;
        let second = receipts.expect(CHUNK);
        assert_eq!(receipts.give_up(SECOND), 1);
        assert_eq!(receipts.give_up(SECOND), 0);
        assert_eq!(receipts.hear(&stored(first)), Ok(()));
        assert_eq!(receipts.spoil(), None, "the answer came too late to be believed");
        assert_eq!(
            receipts.hear(&answer(second, "nonsense")).map_err(|error| error.contains("none")),
            Err(true)
        );
        let nobody =
            Message { status: Some(StatusCode::NO_RESPONDERS), ..answer(receipts.expect(CHUNK), "") };
        assert_eq!(receipts.hear(&nobody), Err("it is not there".into()));
        assert_eq!(receipts.hear(&nobody), Ok(()));
        assert_eq!((receipts.unheard(), receipts.unheard()), (Some(CHUNK), None));
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_have_been_lost_with_a_connection_begins_with_what_was_not_answered() {
        const SECOND: Duration = Duration::from_secs(1);
        let mut receipts = Receipts::default();
        assert_eq!(receipts.start_again(), None);
        let blob = receipts.expect(BLOB);
        assert_eq!(receipts.hear(&stored(blob)), Ok(()));
        assert_eq!(receipts.start_again(), None);
        receipts.expect(CHUNK);
        tokio::time::advance(SECOND * 2).await;
        let later = Place { segment: 6, seq: None };
        receipts.expect(later);
        assert_eq!(receipts.give_up(SECOND), 1);
        assert_eq!(receipts.start_again(), Some(CHUNK));
        receipts.expect(later);
        assert_eq!(receipts.start_again(), Some(later));
        assert_eq!(receipts.start_again(), None);
    }
}
