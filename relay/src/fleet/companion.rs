//! Whoever enters a room of a relay in a fleet has company: one task that sends what is broadcast here to the other relays, and
//! brings what is broadcast there.

use super::{
    AUDIENCES, Fleet, SUBJECTS, audience::Audience, downlink::Downlink, looks::Looks, outgoing::Outgoing,
    subject,
};
use crate::relay::Company;
use async_nats::{Error, HeaderMap, Message};
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
    room: Company,
    outgoing: Outgoing,
    downlink: Downlink,
    looks: Looks,
    audience: Audience,
}

/// What the stream holds of a name.
type Read = Result<Vec<Message>, Error>;

/// Keeps a room company until nobody else has been in it for a while.
pub(crate) async fn accompany(fleet: Arc<Fleet>, room: Company) {
    let relay = Arc::clone(room.relay());
    let mut it = Companion::new(fleet, room);
    let (name, client) = (it.room.name(), &it.fleet.client);
    let live = client.subscribe(subject(SUBJECTS, name)).await;
    let audiences = client.subscribe(subject(AUDIENCES, name)).await;
    let answers = client.subscribe(it.outgoing.answers()).await;
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
                it.outgoing.catch_up(&it.fleet, &it.room).await;
            }
            () = it.looks.due() => read = it.read(),
            Some(answer) = answers.next() => it.outgoing.receive(&it.fleet, &it.room, &answer),
            Some(message) = audiences.next() => it.audience.hear(&message.payload),
            Ok(()) = bell.changed() => it.outgoing.send(&it.fleet, &it.room).await,
            Ok(()) = connects.changed() => {
                it.looks.now();
                it.outgoing.come_back(&it.fleet, &it.room).await;
            }
            Ok(()) = made.changed() => it.outgoing.fill(&it.fleet, &it.room).await,
            _ = tick.tick() => {
                it.downlink.expire(&it.room, relay.timing.lease);
                it.count(beat).await;
                it.outgoing.give_up(&it.fleet, &it.room);
                it.outgoing.mend(&it.fleet, &it.room, relay.timing.lease).await;
                if beaten.elapsed() >= beat {
                    beaten = Instant::now();
                    it.outgoing.beat(&it.fleet, &it.room).await;
                }
                let since = *alone_since.get_or_insert_with(Instant::now);
                // Who asks for one name after another that nobody broadcasts is not to have all of them followed.
                let is_broadcast = it.room.with(|broadcast| broadcast.current().is_some());
                let linger = if is_broadcast { relay.timing.linger } else { Duration::ZERO };
                if !it.room.is_alone() {
                    alone_since = None;
                } else if since.elapsed() >= linger && it.room.dismiss() {
                    return;
                }
            }
            // Its broadcasters come back at another relay, and nobody need hear that they were away.
            () = relay.stopping.cancelled() => return,
        }
    }
}

impl Companion {
    fn new(fleet: Arc<Fleet>, room: Company) -> Self {
        let outgoing = Outgoing::new(fleet.client.new_inbox());
        let (downlink, looks, audience) = Default::default();
        Self { fleet, room, outgoing, downlink, looks, audience }
    }

    /// Takes what another relay sends.
    fn hear(&mut self, message: &Message) {
        self.outgoing.hear(message);
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

    /// Tells the other relays how many watch here, and the room how many watch there.
    async fn count(&mut self, every: Duration) {
        self.room.watched_elsewhere_by(self.audience.elsewhere(every));
        let count = self.room.audience() as u32;
        if let Some(said) = self.audience.say(self.fleet.id, count, every) {
            self.fleet.send(subject(AUDIENCES, self.room.name()), None, HeaderMap::new(), said.into()).await;
        }
    }
}
