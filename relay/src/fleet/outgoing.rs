//! What is broadcast at this relay, on its way to the others and into the stream.

use super::{
    Fleet, PATIENCE, SUBJECTS,
    note::{Claim, Note},
    receipts::Receipts,
    subject,
    uplink::{Place, Uplink},
};
use crate::relay::Presence;
use async_nats::{Message, StatusCode};
use blobcast_wire::Live;
use bytes::Bytes;
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

#[derive(Debug)]
pub(super) struct Outgoing {
    uplink: Option<Uplink>,
    receipts: Receipts,
    /// Where the stream answers to.
    inbox: String,
    /// Its broadcaster went while the broker was away: what is owed of it waits until it is known who came after it.
    is_late: bool,
    /// The stream's copy of its segment was rolled up by one that it has replaced.
    is_rolled_up: bool,
    /// When the stream got its segment again for that reason.
    mended: Option<Instant>,
}

impl Outgoing {
    pub(super) fn new(inbox: String) -> Self {
        let receipts = Receipts::default();
        Self { uplink: None, receipts, inbox, is_late: false, is_rolled_up: false, mended: None }
    }

    /// The subject of all answers.
    pub(super) fn answers(&self) -> String {
        format!("{}.*", self.inbox)
    }

    /// Sends what is new of this relay's own broadcaster.
    pub(super) async fn send(&mut self, fleet: &Fleet, room: &Presence) {
        let here = room.owner_here();
        if let Some((owner, since)) = here
            && self.uplink.as_ref().is_none_or(|uplink| uplink.owner != owner)
        {
            self.uplink = Some(Uplink::new(owner, Claim { since, relay: fleet.id }));
        }
        // One that has gone is still to be heard to its end; one that was replaced from elsewhere is not.
        if here.is_none() && room.has_owner() {
            self.uplink = None;
        }
        let Some(uplink) = self.uplink.as_mut().filter(|_| here.is_some() || !self.is_late) else { return };
        let metrics = &room.relay().metrics.fleet;
        let claim = uplink.claim;
        // While the broker is away the place stays where it is, as long as the relay keeps what is there.
        while fleet.is_connected()
            && let Some((frame, place)) = room.with(|broadcast| uplink.next(broadcast))
        {
            let headers = Note { claim, state: None }.headers(place.is_start());
            let message = frame.message();
            let len = message.len() as u64;
            let reply = Some(format!("{}.{}", self.inbox, self.receipts.expect(place)));
            if fleet.send(subject(SUBJECTS, room.name()), reply, headers, message).await {
                metrics.sent.inc_by(len);
            } else if fleet.is_connected() {
                uplink.lose();
            } else {
                uplink.go_back(place);
            }
        }
        metrics.gaps.inc_by(uplink.gaps());
        if here.is_none() && fleet.is_connected() {
            let state = Some(room.state().0);
            self.uplink = None;
            let headers = Note { claim, state }.headers(true);
            fleet.send(subject(SUBJECTS, room.name()), None, headers, Bytes::new()).await;
        }
    }

    /// Says that the broadcaster here is still there, which may have nothing to send.
    pub(super) async fn beat(&self, fleet: &Fleet, room: &Presence) {
        let Some(uplink) = &self.uplink else { return };
        let headers = Note { claim: uplink.claim, state: Some(Live::Live) }.headers(false);
        fleet.send(subject(SUBJECTS, room.name()), None, headers, Bytes::new()).await;
    }

    /// Hears what another relay sends. A broadcaster that this one has replaced may not know that yet, and roll up what the stream has.
    pub(super) fn hear(&mut self, message: &Message) {
        let Some(uplink) = &self.uplink else { return };
        // Two relays of one and the same first segment have one broadcaster, which has moved: one of them has no more of it to send.
        if Note::rolled_up_by(message).is_some_and(|claim| claim.since < uplink.claim.since) {
            self.is_rolled_up = true;
            self.receipts.lose();
        }
    }

    /// The stream gets the segment once more, if it was rolled up. Not more often than this: all relays get it, and a broadcaster whose
    /// relay refuses the later claim, since its clock is wrong, goes on.
    pub(super) async fn mend(&mut self, fleet: &Fleet, room: &Presence, every: Duration) {
        if !self.is_rolled_up || self.mended.is_some_and(|mended| mended.elapsed() < every) {
            return;
        }
        self.is_rolled_up = false;
        self.mended = Some(Instant::now());
        if let Some(uplink) = &mut self.uplink {
            uplink.begin_again();
        }
        self.send(fleet, room).await;
    }

    /// The broker is there again: what may have been lost on the way to it is sent once more.
    pub(super) async fn come_back(&mut self, fleet: &Fleet, room: &Presence) {
        // Its end would take away what the stream has of another broadcaster at another relay.
        self.is_late = room.owner_here().is_none();
        let place = self.receipts.start_again();
        self.repeat(fleet, room, place).await;
    }

    /// It is known who came after a broadcaster that went while the broker was away.
    pub(super) async fn catch_up(&mut self, fleet: &Fleet, room: &Presence) {
        self.is_late = false;
        self.send(fleet, room).await;
    }

    /// The stream has been made again: what nobody got, since there was none, is sent once more.
    pub(super) async fn fill(&mut self, fleet: &Fleet, room: &Presence) {
        let place = self.receipts.unheard();
        self.repeat(fleet, room, place).await;
    }

    /// Sends what is from this place on once more, and what is new.
    async fn repeat(&mut self, fleet: &Fleet, room: &Presence, place: Option<Place>) {
        if let (Some(uplink), Some(place)) = (&mut self.uplink, place) {
            uplink.go_back(place);
        }
        self.send(fleet, room).await;
    }

    /// Takes the stream's answer to a piece.
    pub(super) fn receive(&mut self, fleet: &Fleet, room: &Presence, answer: &Message) {
        let Err(why) = self.receipts.hear(answer) else { return };
        if answer.status == Some(StatusCode::NO_RESPONDERS) {
            fleet.no_stream.notify_one();
        }
        self.spoil(fleet, room, 1, &why);
    }

    /// What has not been answered for long is not in the stream.
    pub(super) fn give_up(&mut self, fleet: &Fleet, room: &Presence) {
        let count = self.receipts.give_up(PATIENCE);
        if count > 0 {
            fleet.no_stream.notify_one();
            self.spoil(fleet, room, count, "it does not answer");
        }
    }

    /// So many pieces are not in the stream: nobody should begin with those before them.
    fn spoil(&mut self, fleet: &Fleet, room: &Presence, count: u64, why: &str) {
        room.relay().metrics.fleet.unstored.inc_by(count);
        fleet.warn_unstored(why);
        if let Some(up_to) = self.receipts.spoil() {
            let (stream, name) = (Arc::clone(&fleet.stream), room.name().clone());
            tokio::spawn(async move { stream.forget(&name, up_to).await });
        }
    }
}
