//! A broadcaster: what its two sockets share, and the driver of each of them.

mod due;
mod inbox;

use self::{
    due::Due,
    inbox::{Inbox, expire, receive},
};
use crate::{
    ask::Ask,
    end::End,
    farewell::Farewell,
    relay::Presence,
    session::{Seat, Seated},
    socket::{Event, Socket},
    ticket::Ticket,
};
use blobcast_wire::{Segment, Socket as Which, Text};
use parking_lot::Mutex;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    select,
    sync::{Notify, oneshot},
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};

/// How often `have` is said while data flows, and how finely the patience for order is measured.
const TICK: Duration = Duration::from_millis(250);

/// What a broadcaster's two sockets share. Dropping it ends what it had begun.
#[derive(Debug)]
pub(crate) struct Publisher {
    presence: Presence,
    number: u64,
    inbox: Mutex<Inbox>,
    /// Rung when a blob has arrived, which the chunk socket acknowledges.
    blob_arrived: Notify,
    /// Which socket was closed with 1000, and did not come back.
    finished: [AtomicBool; 2],
    /// That its name is broadcast to counts as long as it is here.
    _on_air: Arc<Ticket>,
}

/// Seats a socket of a broadcaster, if there is room for it.
pub(crate) fn seat(presence: Presence, ask: &Ask) -> Result<Seated<Publisher>, Farewell> {
    let publishers = presence.publishers.clone();
    let which = ask.endpoint.socket;
    let make = |others| {
        let on_air = presence.admit_broadcaster(others)?;
        let inbox = Inbox::new(&presence.relay().limits);
        Ok(Publisher {
            number: presence.number_publisher(),
            presence,
            inbox: Mutex::new(inbox),
            blob_arrived: Notify::new(),
            finished: Default::default(),
            _on_air: on_air,
        })
    };
    publishers.seat(&ask.session, which, make, |publisher, _| {
        publisher.finished[which as usize].store(false, Ordering::Relaxed);
    })
}

impl Publisher {
    /// Its number in the room.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Whether both sockets were closed with 1000.
    fn has_finished(&self) -> bool {
        self.finished.iter().all(|finished| finished.load(Ordering::Relaxed))
    }

    /// Has it count as one that is done.
    pub(crate) fn finish(&self) {
        self.finished.iter().for_each(|finished| finished.store(true, Ordering::Relaxed));
    }

    /// Counts a message that came, whatever is in it.
    fn count(&self, len: usize) -> Result<(), Farewell> {
        self.presence.relay().metrics.received.inc_by(len as u64);
        self.presence.quota.lock().receive(len, self.now()).map_err(Farewell::limit)
    }

    fn now(&self) -> u64 {
        self.presence.relay().clock.micros()
    }

    /// The segment of this session, its next piece, and the newest number of the name, as `have` says it. All of
    /// one moment: a broadcaster takes a segment that is not later than the newest for closed, but the first.
    fn have(&self) -> (Segment, u32, Segment) {
        let inbox = self.inbox.lock();
        let (segment, seq) = inbox.position();
        (segment, seq, self.presence.with(|broadcast| broadcast.last()))
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.presence.leave(self.number, self.has_finished());
    }
}

/// Drives one socket until it ends.
pub(crate) async fn drive(
    socket: &mut Socket,
    seat: &Seat<Publisher>,
    mut dismissed: oneshot::Receiver<Farewell>,
) -> End {
    let publisher = seat.session().peer();
    let relay = publisher.presence.relay();
    let is_chunk = seat.socket() == Which::Chunk;
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let abandoned = seat.abandoned(&relay.timing);
    tokio::pin!(abandoned);
    let mut is_paired = false;
    let mut has_more = false;
    let mut due = Due::default();
    loop {
        select! {
            biased;
            Ok(farewell) = &mut dismissed => return End::Ours(farewell),
            () = relay.stopping.cancelled() => return End::Ours(Farewell::restarting()),
            () = &mut abandoned => return End::Ours(Farewell::alone()),
            () = seat.paired(), if !is_paired => {
                is_paired = true;
                (due.have, due.state, has_more) = (is_chunk, is_chunk, true);
            }
            event = socket.next(has_more) => match event {
                Event::Writable => match due.next(publisher) {
                    Some(text) => socket.put(&text),
                    None => has_more = false,
                },
                Event::Binary(raw) => if let Err(farewell) = receive(seat.session(), seat.socket(), &raw) {
                    return End::Refused(farewell);
                },
                Event::Text(text) => {
                    if let Err(farewell) = publisher.count(text.len()) {
                        return End::Refused(farewell);
                    }
                    if let Some(Text::Ping { t }) = Text::from_json(&text) {
                        (due.pong, has_more) = (Some(t), true);
                    }
                }
                Event::Closed(code) => return End::Theirs(code),
                Event::Broken(farewell) => return End::Refused(farewell),
                Event::Stuck => return End::Ours(Farewell::stuck()),
                Event::Lost => return End::Lost,
            },
            () = publisher.blob_arrived.notified(), if is_chunk && is_paired => {
                (due.have, has_more) = (true, true);
            }
            _ = tick.tick(), if is_chunk && is_paired => {
                if seat.has_partner() && let Err(farewell) = expire(seat.session(), TICK) {
                    return End::Refused(farewell);
                }
                due.look(publisher);
                has_more = true;
            }
        }
    }
}

/// Leaves the seat. The last socket of a broadcaster that has not finished waits for it to come back: only
/// when it does not is the broadcast over, which is this session's `Drop`.
///
/// The grace counts from when both sockets were here. A lone one that comes and goes gets nothing through, and
/// would keep the segment open for ever.
pub(crate) async fn leave(seat: Seat<Publisher>, is_finish: bool) {
    let session = Arc::clone(seat.session());
    if is_finish {
        session.peer().finished[seat.socket() as usize].store(true, Ordering::Relaxed);
    }
    drop(seat);
    let has_begun = session.peer().inbox.lock().has_begun;
    if session.has_socket() || session.is_dismissed() || session.peer().has_finished() || !has_begun {
        return;
    }
    let relay = Arc::clone(session.peer().presence.relay());
    let parted = session.parted().unwrap_or_else(Instant::now);
    select! {
        () = session.returned() => {}
        () = relay.stopping.cancelled() => {}
        () = sleep_until(parted + relay.timing.grace) => {}
    }
}
