//! The house: all rooms, the clock, and what is the same for every socket.

use crate::{
    archive::Archive,
    clock::Clock,
    config::Config,
    farewell::Farewell,
    fleet::{Fleet, accompany},
    limits::{Limit, Limits},
    metrics::Metrics,
    quota::Quota,
    room::{Past, Room},
    ticket::{Ticket, Tickets},
    timing::Timing,
};
use blobcast_wire::Name;
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap},
    ops::Deref,
    sync::{Arc, OnceLock},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How many names with nobody in their room are remembered.
const MAX_REMEMBERED: usize = 4096;

/// How many broadcasters may be in one room: one, another that takes over, and those whose page was reloaded.
const MAX_BROADCASTERS: usize = 16;

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

/// Somebody in a room. The room closes when the last one is dropped.
#[derive(Debug)]
#[must_use = "the room closes when nobody is present"]
pub(crate) struct Presence {
    relay: Arc<Relay>,
    name: Name,
    room: Arc<Room>,
}

/// The one in a room that keeps in touch with the other relays. However it goes, whoever comes next brings another.
#[derive(Debug)]
pub(crate) struct Company {
    presence: Presence,
    is_dismissed: bool,
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
            let room = Company { presence: open.enter(self, name), is_dismissed: false };
            tokio::spawn(accompany(Arc::clone(fleet), room));
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

impl Presence {
    /// The house.
    pub(crate) fn relay(&self) -> &Arc<Relay> {
        &self.relay
    }

    /// The room's name.
    pub(crate) fn name(&self) -> &Name {
        &self.name
    }

    /// Whether nobody else is present.
    pub(crate) fn is_alone(&self) -> bool {
        self.relay.rooms.lock().open.get(&self.name).is_some_and(|open| open.present == 1)
    }

    /// A viewer comes to this room, which has so many already. One that comes back has seen the broadcast, which may be late
    /// after a restart of the relay.
    pub(crate) fn admit_viewer(&self, others: usize, comes_back: bool) -> Result<Ticket, Farewell> {
        if self.relay.no_waiting && !comes_back && !self.room.is_broadcast() {
            return Err(Farewell::no_broadcast());
        }
        if others >= self.relay.limits.max_viewers_per_broadcast {
            return Err(Farewell::limit(Limit::ViewersPerBroadcast));
        }
        self.relay.viewers.take().ok_or_else(|| Farewell::limit(Limit::Viewers))
    }

    /// A broadcaster comes to this room, which has so many already.
    pub(crate) fn admit_broadcaster(&self, others: usize) -> Result<Arc<Ticket>, Farewell> {
        if others >= MAX_BROADCASTERS {
            return Err(Farewell::limit(Limit::Broadcasters));
        }
        let ticket = self.room.go_on_air(|| self.relay.broadcasts.take());
        ticket.ok_or_else(|| Farewell::limit(Limit::Broadcasts))
    }
}

impl Deref for Presence {
    type Target = Room;

    fn deref(&self) -> &Room {
        &self.room
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        let mut rooms = self.relay.rooms.lock();
        let Some(open) = rooms.open.get_mut(&self.name) else { return };
        open.present -= 1;
        if open.present == 0 {
            rooms.open.remove(&self.name);
            rooms.remember(self.name.clone(), self.room.past(), self.relay.clock.micros());
        }
    }
}

impl Company {
    /// It goes, if nobody else is present.
    pub(crate) fn dismiss(&mut self) -> bool {
        let mut rooms = self.presence.relay.rooms.lock();
        let open = rooms.open.get_mut(&self.presence.name).filter(|open| open.present == 1);
        if let Some(open) = open {
            open.has_companion = false;
            self.is_dismissed = true;
        }
        self.is_dismissed
    }
}

impl Deref for Company {
    type Target = Presence;

    fn deref(&self) -> &Presence {
        &self.presence
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        if !self.is_dismissed
            && let Some(open) = self.presence.relay.rooms.lock().open.get_mut(&self.presence.name)
        {
            open.has_companion = false;
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
    fn a_companion_that_goes_can_be_followed_by_another_and_leaves_that_one_alone() {
        let clock = Clock::start(SystemTime::now());
        let relay = Relay::new(&Config::default(), clock, Metrics::new(), None);
        let name: Name = "lobby".parse().expect("a name");
        let has_companion = || relay.rooms.lock().open[&name].has_companion;
        let come = || {
            relay.rooms.lock().open.get_mut(&name).expect("open").has_companion = true;
            Company { presence: relay.enter(&name), is_dismissed: false }
        };
        let viewer = relay.enter(&name);
        let mut ended = come();
        assert!(!ended.dismiss() && has_companion(), "there is a viewer");
        drop(ended);
        assert!(!has_companion());
        let mut dismissed = come();
        drop(viewer);
        assert!(dismissed.dismiss() && !has_companion());
        let _next = come();
        drop(dismissed);
        assert!(has_companion());
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
