//! Whoever enters a room of a relay in a fleet has company: one task that sends what is broadcast here to the other relays, and
//! brings what is broadcast there.

use super::{
    AUDIENCES, Fleet, PATIENCE, SUBJECTS,
    audience::Audience,
    downlink::Downlink,
    looks::Looks,
    note::{Claim, Note},
    receipts::Receipts,
    subject,
    uplink::{Place, Uplink},
};
use crate::relay::Presence;
use async_nats::{Error, HeaderMap, Message, StatusCode};
use blobcast_wire::Live;
use bytes::Bytes;
use futures_util::StreamExt;
use std::{sync::Arc, time::Duration};
use tokio::{
    select,
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval},
};
use tracing::warn;

/// How finely time is measured here.
const TICK: Duration = Duration::from_millis(250);

/// How often a relay says that its broadcaster is there: so many times in the time after which it counts as lost.
const BEATS: u32 = 3;

struct Companion {
    fleet: Arc<Fleet>,
    room: Presence,
    uplink: Option<Uplink>,
    receipts: Receipts,
    /// Where the stream answers to.
    inbox: String,
    downlink: Downlink,
    looks: Looks,
    audience: Audience,
    /// Its broadcaster went while the broker was away: what is owed of it waits until it is known who came after it.
    is_late: bool,
}

/// What the stream holds of a name.
type Read = Result<Vec<Message>, Error>;

/// Keeps a room company until nobody else has been in it for a while.
pub(crate) async fn accompany(fleet: Arc<Fleet>, room: Presence) {
    let relay = Arc::clone(room.relay());
    let mut it = Companion::new(fleet, room);
    let (name, client) = (it.room.name(), &it.fleet.client);
    let live = client.subscribe(subject(SUBJECTS, name)).await;
    let audiences = client.subscribe(subject(AUDIENCES, name)).await;
    let answers = client.subscribe(format!("{}.*", it.inbox)).await;
    let (mut live, mut audiences, mut answers) = match (live, audiences, answers) {
        (Ok(live), Ok(audiences), Ok(answers)) => (live, audiences, answers),
        (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => {
            return warn!("cannot follow {name} on the other relays: {error}");
        }
    };
    let mut connects = it.fleet.connects.clone();
    connects.mark_unchanged();
    let mut made = it.fleet.made.clone();
    made.mark_unchanged();
    let mut bell = it.room.bell();
    bell.mark_changed();
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let beat = relay.timing.lease / BEATS;
    let (mut beaten, mut alone_since) = (Instant::now(), None);
    // Subscribed first: what comes after that which the stream holds is heard, and what comes twice is dropped.
    let mut read = it.read();
    loop {
        select! {
            message = live.next() => match message {
                Some(message) => it.hear(&message),
                None => return,
            },
            Some(read) = read.recv() => {
                it.take(read);
                it.is_late = false;
                it.send().await;
            }
            () = it.looks.due() => read = it.read(),
            Some(answer) = answers.next() => it.receive(&answer),
            Some(message) = audiences.next() => it.audience.hear(&message.payload),
            Ok(()) = bell.changed() => it.send().await,
            Ok(()) = connects.changed() => it.come_back().await,
            Ok(()) = made.changed() => {
                let place = it.receipts.unheard();
                it.repeat(place).await;
            }
            _ = tick.tick() => {
                it.downlink.expire(&it.room, relay.timing.lease);
                it.count(relay.timing.lease).await;
                it.give_up();
                if beaten.elapsed() >= beat {
                    beaten = Instant::now();
                    it.beat().await;
                }
                let since = *alone_since.get_or_insert_with(Instant::now);
                // Who asks for one name after another that nobody broadcasts is not to have all of them followed.
                let is_broadcast = it.room.with(|broadcast| broadcast.current().is_some());
                let linger = if is_broadcast { relay.timing.linger } else { Duration::ZERO };
                if !it.room.is_alone() {
                    alone_since = None;
                } else if since.elapsed() >= linger && it.room.dismiss_companion() {
                    return;
                }
            }
            // Its broadcasters come back at another relay, and nobody need hear that they were away.
            () = relay.stopping.cancelled() => return,
        }
    }
}

impl Companion {
    fn new(fleet: Arc<Fleet>, room: Presence) -> Self {
        let inbox = fleet.client.new_inbox();
        let (receipts, downlink, looks, audience) = Default::default();
        Self { fleet, room, uplink: None, receipts, inbox, downlink, looks, audience, is_late: false }
    }

    /// Takes what another relay sends.
    fn hear(&mut self, message: &Message) {
        self.downlink.hear(&self.room, self.fleet.id, message);
        if self.downlink.has_new_hole() {
            self.looks.soon();
        }
    }

    /// Looks at the stream. The receiver gets what was there.
    fn read(&mut self) -> mpsc::Receiver<Read> {
        self.looks.done();
        self.downlink.look();
        let (out, read) = mpsc::channel(1);
        let (stream, name) = (Arc::clone(&self.fleet.stream), self.room.name().clone());
        // Who does not want it any more has dropped the receiver.
        tokio::spawn(async move { out.send(stream.read(&name).await).await });
        read
    }

    /// Takes what was in the stream.
    fn take(&mut self, read: Read) {
        match read {
            Ok(messages) => {
                self.downlink.take(&self.room, self.fleet.id, &messages);
                if !self.downlink.is_settled() && !self.looks.in_vain() {
                    self.downlink.wait_for_the_next();
                }
            }
            Err(error) => {
                if self.fleet.unread.begins() {
                    warn!("the fleet's stream cannot be read: {error}; who comes waits for the next segment");
                }
                self.looks.failed();
            }
        }
    }

    /// Takes the stream's answer to a piece.
    fn receive(&mut self, answer: &Message) {
        let Err(why) = self.receipts.hear(answer) else { return };
        if answer.status == Some(StatusCode::NO_RESPONDERS) {
            self.fleet.no_stream.notify_one();
        }
        self.spoil(1, &why);
    }

    /// What has not been answered for long is not in the stream.
    fn give_up(&mut self) {
        let count = self.receipts.give_up(PATIENCE);
        if count > 0 {
            self.fleet.no_stream.notify_one();
            self.spoil(count, "it does not answer");
        }
    }

    /// So many pieces are not in the stream: nobody should begin with those before them.
    fn spoil(&mut self, count: u64, why: &str) {
        self.room.relay().metrics.fleet.unstored.inc_by(count);
        self.fleet.warn_unstored(why);
        if let Some(up_to) = self.receipts.spoil() {
            let (stream, name) = (Arc::clone(&self.fleet.stream), self.room.name().clone());
            tokio::spawn(async move { stream.forget(&name, up_to).await });
        }
    }

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
        let Some(uplink) = self.uplink.as_mut().filter(|_| here.is_some() || !self.is_late) else { return };
        let metrics = &self.room.relay().metrics.fleet;
        let claim = uplink.claim;
        // While the broker is away the place stays where it is, as long as the relay keeps what is there.
        while self.fleet.is_connected()
            && let Some((frame, place)) = self.room.with(|broadcast| uplink.next(broadcast))
        {
            let headers = Note { claim, state: None }.headers(place.is_start());
            let message = frame.message();
            let len = message.len() as u64;
            let reply = Some(format!("{}.{}", self.inbox, self.receipts.expect(place)));
            if self.fleet.send(subject(SUBJECTS, self.room.name()), reply, headers, message).await {
                metrics.sent.inc_by(len);
            } else if self.fleet.is_connected() {
                uplink.lose();
            } else {
                uplink.go_back(place);
            }
        }
        metrics.gaps.inc_by(uplink.gaps());
        if here.is_none() && self.fleet.is_connected() {
            let state = Some(self.room.state().0);
            self.uplink = None;
            let headers = Note { claim, state }.headers(true);
            self.fleet.send(subject(SUBJECTS, self.room.name()), None, headers, Bytes::new()).await;
        }
    }

    /// The broker is there again: what may have been lost on the way to it is sent once more, and what came meanwhile is read.
    async fn come_back(&mut self) {
        self.looks.now();
        // Its end would take away what the stream has of another broadcaster at another relay.
        self.is_late = self.room.owner_here().is_none();
        let place = self.receipts.start_again();
        self.repeat(place).await;
    }

    /// Sends what is from this place on once more, and what is new.
    async fn repeat(&mut self, place: Option<Place>) {
        if let (Some(uplink), Some(place)) = (&mut self.uplink, place) {
            uplink.go_back(place);
        }
        self.send().await;
    }

    /// Tells the other relays how many watch here, and the room how many watch there.
    async fn count(&mut self, lease: Duration) {
        self.room.watched_elsewhere_by(self.audience.elsewhere(lease));
        let count = self.room.audience() as u32;
        if let Some(said) = self.audience.say(self.fleet.id, count, lease / BEATS) {
            self.fleet.send(subject(AUDIENCES, self.room.name()), None, HeaderMap::new(), said.into()).await;
        }
    }

    /// Says that the broadcaster here is still there, which may have nothing to send.
    async fn beat(&self) {
        let Some(uplink) = &self.uplink else { return };
        let headers = Note { claim: uplink.claim, state: Some(Live::Live) }.headers(false);
        self.fleet.send(subject(SUBJECTS, self.room.name()), None, headers, Bytes::new()).await;
    }
}
