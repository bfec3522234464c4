//! The house: all rooms, the clock, and what is the same for every socket.

mod company;
mod presence;

pub(crate) use self::{company::Company, presence::Presence};

use crate::{
    archive::Archive,
    clock::Clock,
    config::Config,
    fleet::{Fleet, accompany},
    limits::Limits,
    metrics::Metrics,
    quota::Quota,
    room::{Past, Room},
    ticket::Tickets,
    timing::Timing,
};
use blobcast_wire::Name;
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, OnceLock},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How many names with nobody in their room are remembered.
const MAX_REMEMBERED: usize = 4096;

/// Everything the sockets share.
#[derive(Debug)]
pub(crate) struct Relay {
    /// The clock that all peers go by.
    pub(crate) clock: Clock,
    /// How long things may take.
    pub(crate) timing: Timing,
    /// How much there may be.
    pub(crate) limits: Limits,
    /// A newcomer may only watch what is broadcast.
    no_waiting: bool,
    /// What Prometheus is told.
    pub(crate) metrics: Metrics,
    /// Where segments are kept for longer.
    pub(crate) archive: Option<Archive>,
    /// The other relays, if there are any.
    pub(crate) fleet: OnceLock<Arc<Fleet>>,
    /// Cancelled when the relay should get no more to do.
    pub(crate) draining: CancellationToken,
    /// Cancelled when it ends.
    pub(crate) stopping: CancellationToken,
    /// One task for each socket.
    pub(crate) tasks: TaskTracker,
    /// One task for each connection that has not become a socket.
    pub(crate) connections: TaskTracker,
    /// One for each viewer.
    pub(crate) viewers: Arc<Tickets>,
    /// One for each name that has a broadcaster.
    broadcasts: Arc<Tickets>,
    rooms: Mutex<Rooms>,
}

#[derive(Debug, Default)]
struct Rooms {
    open: BTreeMap<Name, Open>,
    /// Names whose room is closed.
    past: HashMap<Name, Past>,
}

/// An open room.
#[derive(Debug)]
struct Open {
    room: Arc<Room>,
    /// How many are present.
    present: usize,
    /// Whether one of them is the one that keeps in touch with the other relays.
    has_companion: bool,
}

impl Relay {
    /// A house with no open room.
    pub(crate) fn new(
        config: &Config,
        clock: Clock,
        metrics: Metrics,
        archive: Option<Archive>,
    ) -> Arc<Self> {
        let Config { timing, limits, no_waiting, .. } = *config;
        Arc::new(Self {
            clock,
            timing,
            limits,
            no_waiting,
            metrics,
            archive,
            fleet: OnceLock::new(),
            draining: CancellationToken::new(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            connections: TaskTracker::new(),
            viewers: Tickets::new(limits.max_viewers),
            broadcasts: Tickets::new(limits.max_broadcasts),
            rooms: Mutex::default(),
        })
    }

    /// Enters the room of a name, and opens it if it is closed.
    pub(crate) fn enter(self: &Arc<Self>, name: &Name) -> Presence {
        let mut rooms = self.rooms.lock();
        let Rooms { open, past } = &mut *rooms;
        let open = open.entry(name.clone()).or_insert_with(|| {
            let unknown = || Past { last: 0, quota: Quota::full(&self.limits, self.clock.micros()) };
            let shelf = self.archive.as_ref().map(|archive| archive.shelf(name));
            let room = Arc::new(Room::new(past.remove(name).unwrap_or_else(unknown), shelf));
            Open { room, present: 0, has_companion: false }
        });
        if let Some(fleet) = self.fleet.get().filter(|_| !open.has_companion) {
            open.has_companion = true;
            let company = Company::of(open.enter(self, name));
            tokio::spawn(accompany(Arc::clone(fleet), company));
        }
        open.enter(self, name)
    }

    /// The open rooms, by name.
    pub(crate) fn rooms(&self) -> Vec<(Name, Arc<Room>)> {
        let rooms = self.rooms.lock();
        rooms.open.iter().map(|(name, open)| (name.clone(), Arc::clone(&open.room))).collect()
    }
}

impl Open {
    fn enter(&mut self, relay: &Arc<Relay>, name: &Name) -> Presence {
        self.present += 1;
        Presence { relay: Arc::clone(relay), name: name.clone(), room: Arc::clone(&self.room) }
    }
}

impl Rooms {
    /// Remembers a closed room's newest number, so that it is not used again, and what was used of its quota. Numbers are
    /// times, so the smallest is the one that is needed least.
    fn remember(&mut self, name: Name, mut past: Past, now: u64) {
        if past.last == 0 && past.quota.is_full(now) {
            return;
        }
        self.past.insert(name, past);
        if self.past.len() > MAX_REMEMBERED {
            let oldest = self.past.iter().min_by_key(|(_, past)| past.last).map(|(name, _)| name.clone());
            oldest.and_then(|name| self.past.remove(&name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn a_room_is_open_while_somebody_is_present() {
        let clock = Clock::start(SystemTime::now());
        let relay = Relay::new(&Config::default(), clock, Metrics::new(), None);
        let name: Name = "lobby".parse().expect("a name");
        let first = relay.enter(&name);
        let second = relay.enter(&name);
        assert!(Arc::ptr_eq(&first.room, &second.room));
        drop(first);
        assert_eq!(relay.rooms().len(), 1);
        drop(second);
        assert_eq!(relay.rooms().len(), 0);
        assert!(relay.rooms.lock().past.is_empty(), "nothing was broadcast, so there is nothing to remember");
    }

    #[test]
    fn closed_rooms_are_remembered_up_to_a_bound() {
        let mut rooms = Rooms::default();
        let quota = Quota::full(&Limits::DEFAULT, 0);
        for last in 1..=MAX_REMEMBERED as u64 + 1 {
            let past = Past { last, quota: quota.clone() };
            rooms.remember(format!("room-{last}").parse().expect("a name"), past, 0);
        }
        assert_eq!(rooms.past.len(), MAX_REMEMBERED);
        assert_eq!(rooms.past.values().map(|past| past.last).min(), Some(2));
    }
}
