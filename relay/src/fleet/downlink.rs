//! What the other relays send of a name, put in order and handed to the room, as a broadcaster's is.

use super::note::{Claim, Note};
use crate::relay::Presence;
use blobcast_wire::{Kind, Live, Message, Piece, Reassembly, Segment};
use bytes::Bytes;
use std::time::Duration;
use tokio::time::Instant;
use tracing::debug;

/// The broadcaster of a name, on another relay.
#[derive(Debug, Default)]
pub(super) struct Downlink {
    source: Option<Source>,
}

#[derive(Debug)]
struct Source {
    claim: Claim,
    /// Its number in the room.
    number: u64,
    reassembly: Reassembly<Bytes>,
    has_begun: bool,
    began: Instant,
    heard: Instant,
    /// What was missing when it was last asked for.
    asked: Option<(Segment, u32)>,
}

impl Downlink {
    /// Takes a message. `id`: this relay's.
    pub(super) fn hear(&mut self, room: &Presence, id: u64, message: &async_nats::Message) {
        let Some(note) = message.headers.as_ref().and_then(Note::read) else { return };
        let mine = room.owner_here().map(|(_, since)| Claim { since, relay: id });
        if note.claim.relay == id || mine.is_some_and(|mine| note.claim < mine) {
            return;
        }
        if let Some(state) = note.state {
            return self.hear_state(room, note.claim, state);
        }
        room.relay().metrics.fleet.received.inc_by(message.payload.len() as u64);
        match Message::decode(&message.payload) {
            Ok(piece) => self.hear_piece(room, note.claim, piece),
            Err(error) => debug!("another relay sent what is no message: {error}"),
        }
    }

    fn hear_state(&mut self, room: &Presence, claim: Claim, state: Live) {
        match &mut self.source {
            Some(source) if source.claim == claim => {
                if state == Live::Live {
                    source.heard = Instant::now();
                } else {
                    self.leave(room, state == Live::Ended);
                }
            }
            Some(_) => {}
            None if state == Live::Ended => room.hear_of_the_end(),
            None => {}
        }
    }

    fn hear_piece(&mut self, room: &Presence, claim: Claim, piece: Message<Bytes>) {
        if self.source.as_ref().is_none_or(|source| source.claim != claim) && !self.admit(room, claim, &piece)
        {
            return;
        }
        let Some(source) = &mut self.source else { return };
        source.heard = Instant::now();
        let pieces = source.reassembly.push(piece, source.began.elapsed());
        self.publish(room, pieces);
    }

    /// Another broadcaster than the one before: from its first blob on, and if its claim is the later one.
    fn admit(&mut self, room: &Presence, claim: Claim, piece: &Message<Bytes>) -> bool {
        let before = self.source.as_ref().filter(|source| room.belongs_to(source.number));
        if !matches!(piece.kind, Kind::Blob { .. }) || before.is_some_and(|before| claim < before.claim) {
            return false;
        }
        let position = before.and_then(|before| before.reassembly.position());
        match &mut self.source {
            // The same segment by way of another relay, since the broadcaster has moved: it is gone on with.
            Some(source) if position.is_some_and(|(segment, _)| segment == piece.segment) => {
                source.claim = claim
            }
            source => {
                let now = Instant::now();
                *source = Some(Source {
                    claim,
                    number: room.number_publisher(),
                    reassembly: Reassembly::new(),
                    has_begun: false,
                    began: now,
                    heard: now,
                    asked: None,
                });
            }
        }
        true
    }

    fn publish(&mut self, room: &Presence, pieces: Vec<Piece<Bytes>>) {
        let Some(source) = &mut self.source else { return };
        for piece in pieces {
            let now = room.relay().clock.micros();
            if let Err(refusal) = room.publish(source.number, None, !source.has_begun, piece, now) {
                // It is taken again from a later segment on.
                debug!("another relay's broadcaster: {refusal}");
                return self.leave(room, false);
            }
            source.has_begun = true;
        }
    }

    /// Lets time pass: gives up what was waited for long enough, and a relay that has not been heard of in this time.
    pub(super) fn expire(&mut self, room: &Presence, lease: Duration) {
        let Some(source) = &mut self.source else { return };
        if source.heard.elapsed() > lease {
            return self.leave(room, false);
        }
        let pieces = source.reassembly.expire(source.began.elapsed());
        self.publish(room, pieces);
    }

    /// Whether something is missing that has not been asked for.
    pub(super) fn is_to_heal(&mut self) -> bool {
        let Some(source) = &mut self.source else { return false };
        let missing = source.reassembly.missing();
        let is_new = missing.is_some() && missing != source.asked;
        source.asked = missing;
        is_new
    }

    fn leave(&mut self, room: &Presence, finished: bool) {
        if let Some(source) = self.source.take() {
            room.leave(source.number, finished);
        }
    }
}
