//! Whoever enters a room of a relay in a fleet has company: one task that sends what is broadcast here to the other relays, and
//! brings what is broadcast there.

use super::{
    AUDIENCES, Fleet, SUBJECTS,
    audience::Audience,
    downlink::Downlink,
    note::{Claim, Note},
    subject,
    uplink::Uplink,
};
use crate::relay::Presence;
use async_nats::HeaderMap;
use blobcast_wire::Live;
use bytes::Bytes;
use futures_util::StreamExt;
use std::{sync::Arc, time::Duration};
use tokio::{
    select,
    time::{Instant, MissedTickBehavior, interval},
};
use tracing::warn;

/// How finely time is measured here.
const TICK: Duration = Duration::from_millis(250);

/// The stream may get a piece a moment after those who follow live: it is read once more when that is over.
const SETTLED: Duration = Duration::from_millis(500);

/// How often a relay says that its broadcaster is there: so many times in the time after which it counts as lost.
const BEATS: u32 = 3;

struct Companion {
    fleet: Arc<Fleet>,
    room: Presence,
    uplink: Option<Uplink>,
    downlink: Downlink,
    audience: Audience,
}

/// Keeps a room company until nobody else has been in it for a while.
pub(crate) async fn accompany(fleet: Arc<Fleet>, room: Presence) {
    let relay = Arc::clone(room.relay());
    let name = room.name();
    let live = fleet.client.subscribe(subject(SUBJECTS, name)).await;
    let audiences = fleet.client.subscribe(subject(AUDIENCES, name)).await;
    let (mut live, mut audiences) = match (live, audiences) {
        (Ok(live), Ok(audiences)) => (live, audiences),
        (Err(error), _) | (_, Err(error)) => {
            return warn!("cannot follow {} on the other relays: {error}", room.name());
        }
    };
    // Subscribed first: what comes after that which the stream holds is heard, and what comes twice is dropped.
    let mut stored = fleet.read(room.name());
    let mut bell = room.bell();
    bell.mark_changed();
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let beat = relay.timing.lease / BEATS;
    let joined = Instant::now();
    let (mut beaten, mut alone_since, mut is_settled) = (joined, None, false);
    let mut it =
        Companion { fleet, room, uplink: None, downlink: Downlink::default(), audience: Audience::default() };
    loop {
        select! {
            message = live.next() => match message {
                Some(message) => it.downlink.hear(&it.room, it.fleet.id, &message),
                None => return,
            },
            Some(message) = stored.recv() => it.downlink.hear(&it.room, it.fleet.id, &message),
            Some(message) = audiences.next() => it.audience.hear(&message.payload),
            Ok(()) = bell.changed() => it.send().await,
            _ = tick.tick() => {
                it.downlink.expire(&it.room, relay.timing.lease);
                let settles = !is_settled && stored.is_closed() && joined.elapsed() >= SETTLED;
                is_settled |= settles;
                if it.downlink.is_to_heal() || settles {
                    stored = it.fleet.read(it.room.name());
                }
                it.count(relay.timing.lease).await;
                if beaten.elapsed() >= beat {
                    beaten = Instant::now();
                    it.beat().await;
                }
                let since = *alone_since.get_or_insert_with(Instant::now);
                if !it.room.is_alone() {
                    alone_since = None;
                } else if since.elapsed() >= relay.timing.linger && it.room.dismiss_companion() {
                    return;
                }
            }
            // Its broadcasters come back at another relay, and nobody need hear that they were away.
            () = relay.stopping.cancelled() => return,
        }
    }
}

impl Companion {
    /// Sends what is new of this relay's own broadcaster.
    async fn send(&mut self) {
        let here = self.room.owner_here();
        if let Some((owner, since)) = here
            && self.uplink.as_ref().is_none_or(|uplink| uplink.owner != owner)
        {
            self.uplink = Some(Uplink::new(owner, Claim { since, relay: self.fleet.id }));
        }
        // One that has gone is still to be heard to its end; one that was replaced from elsewhere is not.
        if here.is_none() && self.room.has_owner() {
            self.uplink = None;
        }
        let Some(uplink) = &mut self.uplink else { return };
        let metrics = &self.room.relay().metrics.fleet;
        let claim = uplink.claim;
        while let Some((frame, is_start)) = self.room.with(|broadcast| uplink.next(broadcast)) {
            let headers = Note { claim, state: None }.headers(is_start);
            let message = frame.message();
            let len = message.len() as u64;
            if self.fleet.send(subject(SUBJECTS, self.room.name()), headers, message).await {
                metrics.sent.inc_by(len);
            } else {
                metrics.lost.inc();
                uplink.lose();
            }
        }
        if here.is_none() {
            let state = Some(self.room.state().0);
            self.uplink = None;
            let headers = Note { claim, state }.headers(true);
            self.fleet.send(subject(SUBJECTS, self.room.name()), headers, Bytes::new()).await;
        }
    }

    /// Tells the other relays how many watch here, and the room how many watch there.
    async fn count(&mut self, lease: Duration) {
        self.room.watched_elsewhere_by(self.audience.elsewhere(lease));
        let count = self.room.audience() as u32;
        if let Some(said) = self.audience.say(self.fleet.id, count, lease / BEATS) {
            self.fleet.send(subject(AUDIENCES, self.room.name()), HeaderMap::new(), said.into()).await;
        }
    }

    /// Says that the broadcaster here is still there, which may have nothing to send.
    async fn beat(&self) {
        let Some(uplink) = &self.uplink else { return };
        let headers = Note { claim: uplink.claim, state: Some(Live::Live) }.headers(false);
        self.fleet.send(subject(SUBJECTS, self.room.name()), headers, Bytes::new()).await;
    }
}
