//! What the other relays send of a name, put in order and handed to the room, as a broadcaster's is.

use super::{
    Spell,
    joining::Early,
    note::{Claim, Note},
};
use crate::{broadcast::Refusal, relay::Presence};
use blobcast_wire::{HELD_FOR, Kind, Live, Message, Piece, Reassembly, Segment};
use bytes::Bytes;
use std::time::Duration;
use tokio::time::Instant;
use tracing::{debug, warn};

/// The broadcaster of a name, on another relay.
#[derive(Debug, Default)]
pub(super) struct Downlink {
    source: Option<Source>,
    early: Early,
    /// That the clocks are apart.
    ahead: Spell,
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
    /// It goes on, as could be heard: nothing can be missing unnoticed.
    is_live: bool,
    /// What was missing when it was last asked for.
    asked: Option<(Segment, u32)>,
}

impl Downlink {
    /// Takes a message. `id`: this relay's.
    pub(super) fn hear(&mut self, room: &Presence, id: u64, message: &async_nats::Message) {
        match read(room, id, message) {
            Some((claim, Said::State(state))) => self.hear_state(room, claim, state),
            Some((claim, Said::Piece(piece))) => self.hear_piece(room, claim, piece, true),
            None => {}
        }
    }

    /// The stream is looked at: what goes on with it is held meanwhile.
    pub(super) fn look(&mut self) {
        self.early.look();
    }

    /// Takes what was in the stream.
    pub(super) fn take(&mut self, room: &Presence, id: u64, messages: &[async_nats::Message]) {
        let (mut pieces, mut states) = (Vec::new(), Vec::new());
        for (claim, said) in messages.iter().filter_map(|message| read(room, id, message)) {
            match said {
                Said::State(state) => states.push((claim, state)),
                Said::Piece(piece) => pieces.push((claim, piece)),
            }
        }
        let newest = pieces.iter().map(|(claim, _)| *claim).max();
        let position = self.source.as_ref().and_then(|source| source.reassembly.position());
        let goes_on =
            position.is_some_and(|(segment, _)| pieces.iter().all(|(_, piece)| piece.segment == segment));
        let pieces = if goes_on { Some(pieces) } else { self.early.join(pieces) };
        for (claim, piece) in pieces.into_iter().flatten() {
            self.hear_piece(room, claim, piece, false);
        }
        // The end of one that was replaced says nothing of who came after it, even if that segment is of no use.
        for (claim, state) in states.into_iter().filter(|(claim, _)| Some(*claim) >= newest) {
            self.hear_state(room, claim, state);
        }
    }

    /// The stream does not have what it should: from the next blob on.
    pub(super) fn wait_for_the_next(&mut self) {
        self.early.give_up();
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

    fn hear_piece(&mut self, room: &Presence, claim: Claim, piece: Message<Bytes>, is_live: bool) {
        if self.source.as_ref().is_none_or(|source| source.claim != claim) && !self.admit(room, claim, &piece)
        {
            if self.source.is_none() {
                self.early.hold(claim, piece);
            }
            return;
        }
        let Some(source) = &mut self.source else { return };
        source.heard = Instant::now();
        source.is_live |= is_live;
        let begins = matches!(piece.kind, Kind::Blob { .. }).then_some(piece.segment);
        let now = source.began.elapsed();
        let mut pieces = source.reassembly.push(piece, now);
        // A blob follows all of the segment before it, and has rolled that up: what is missing there will not come.
        if source.reassembly.position().map(|(segment, _)| segment) < begins {
            pieces.extend(source.reassembly.expire(now + HELD_FOR));
        }
        self.publish(room, pieces);
    }

    /// Another broadcaster than the one before: from its first blob on, and if its claim is the later one.
    fn admit(&mut self, room: &Presence, claim: Claim, piece: &Message<Bytes>) -> bool {
        let before = self.source.as_ref().filter(|source| room.belongs_to(source.number));
        if !matches!(piece.kind, Kind::Blob { .. }) || before.is_some_and(|before| claim < before.claim) {
            return false;
        }
        let position = before.and_then(|before| before.reassembly.position());
        let goes_on = position.is_some_and(|(segment, _)| segment == piece.segment);
        let clock = room.relay().clock.micros();
        if !goes_on && let Err(refusal) = room.with(|broadcast| broadcast.admits(piece.segment, clock)) {
            // Nobody here could show it. Whoever is seen now goes on until there is a later one.
            self.tell(room, refusal);
            if self.source.is_none() {
                self.wait_for_the_next();
            }
            return false;
        }
        match &mut self.source {
            // The same segment by way of another relay, since the broadcaster has moved: it is gone on with.
            Some(source) if goes_on => source.claim = claim,
            source => {
                let now = Instant::now();
                self.early = Early::default();
                *source = Some(Source {
                    claim,
                    number: room.number_publisher(),
                    reassembly: Reassembly::new(),
                    has_begun: false,
                    began: now,
                    heard: now,
                    is_live: false,
                    asked: None,
                });
            }
        }
        true
    }

    /// Says why a segment is refused; of clocks that are apart, what viewers here miss for as long as they are.
    fn tell(&self, room: &Presence, refusal: Refusal) {
        match refusal {
            Refusal::Ahead { by } if self.ahead.begins() => warn!(
                "{} from another relay is refused: its segment begins {} ms ahead of the clock here; keep the clocks of all relays in step (NTP)",
                room.name(),
                by / 1000
            ),
            refusal => debug!("another relay's broadcaster: {refusal}"),
        }
    }

    fn publish(&mut self, room: &Presence, pieces: Vec<Piece<Bytes>>) {
        let Some(source) = &mut self.source else { return };
        for piece in pieces {
            let now = room.relay().clock.micros();
            if let Err(refusal) = room.publish(source.number, None, !source.has_begun, piece, now) {
                // It is taken again from a later segment on.
                self.tell(room, refusal);
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

    /// Whether something is missing that was not before.
    pub(super) fn has_new_hole(&mut self) -> bool {
        let Some(source) = &mut self.source else { return false };
        let missing = source.reassembly.missing();
        let is_new = missing.is_some() && missing != source.asked;
        source.asked = missing;
        is_new
    }

    /// Whether it has all that there is.
    pub(super) fn is_settled(&self) -> bool {
        self.source.as_ref().is_some_and(|source| source.is_live && source.reassembly.missing().is_none())
    }

    fn leave(&mut self, room: &Presence, finished: bool) {
        if let Some(source) = self.source.take() {
            self.wait_for_the_next();
            room.leave(source.number, finished);
        }
    }
}

/// What a message says.
enum Said {
    Piece(Message<Bytes>),
    State(Live),
}

/// Reads a message, if it is not of a broadcaster that this relay's own has replaced.
fn read(room: &Presence, id: u64, message: &async_nats::Message) -> Option<(Claim, Said)> {
    let note = Note::read(message.headers.as_ref()?)?;
    let mine = room.owner_here().map(|(_, since)| Claim { since, relay: id });
    if note.claim.relay == id || mine.is_some_and(|mine| note.claim < mine) {
        return None;
    }
    if let Some(state) = note.state {
        return Some((note.claim, Said::State(state)));
    }
    room.relay().metrics.fleet.received.inc_by(message.payload.len() as u64);
    match Message::decode(&message.payload) {
        Ok(piece) => Some((note.claim, Said::Piece(piece))),
        Err(error) => {
            debug!("another relay sent what is no message: {error}");
            None
        }
    }
}
