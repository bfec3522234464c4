//! The house: all rooms, the clock, and what is the same for every socket.

use crate::{
    archive::Archive,
    broadcast::Broadcast,
    clock::Clock,
    limits::{Limit, Limits},
    metrics::Metrics,
    room::Room,
    ticket::{Ticket, Tickets},
    timing::Timing,
};
use blobcast_wire::{Name, Segment};
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap},
    ops::Deref,
    sync::Arc,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How many names with nobody in their room have their newest segment number remembered.
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
    /// What Prometheus is told.
    pub(crate) metrics: Metrics,
    /// Where segments are kept for longer.
    pub(crate) archive: Option<Archive>,
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
    /// Each room and how many are present.
    open: BTreeMap<Name, (Arc<Room>, usize)>,
    /// The newest segment number of names whose room is closed.
    last: HashMap<Name, Segment>,
}

/// Somebody in a room. The room closes when the last one is dropped.
#[derive(Debug)]
#[must_use = "the room closes when nobody is present"]
pub(crate) struct Presence {
    relay: Arc<Relay>,
    name: Name,
    room: Arc<Room>,
}

impl Relay {
    /// A house with no open room.
    pub(crate) fn new(
        timing: Timing,
        limits: Limits,
        clock: Clock,
        metrics: Metrics,
        archive: Option<Archive>,
    ) -> Arc<Self> {
        Arc::new(Self {
            clock,
            timing,
            limits,
            metrics,
            archive,
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
        let Rooms { open, last } = &mut *rooms;
        let (room, present) = open.entry(name.clone()).or_insert_with(|| {
            let last = last.remove(name).unwrap_or(0);
            let shelf = self.archive.as_ref().map(|archive| archive.shelf(name));
            (Arc::new(Room::new(Broadcast::new(last).archived(shelf))), 0)
        });
        *present += 1;
        Presence { relay: Arc::clone(self), name: name.clone(), room: Arc::clone(room) }
    }

    /// The open rooms, by name.
    pub(crate) fn rooms(&self) -> Vec<(Name, Arc<Room>)> {
        let rooms = self.rooms.lock();
        rooms.open.iter().map(|(name, (room, _))| (name.clone(), Arc::clone(room))).collect()
    }
}

impl Rooms {
    /// Remembers a closed room's newest number, so that it is not used again. Numbers are times, so the
    /// smallest is the one that is needed least.
    fn remember(&mut self, name: Name, last: Segment) {
        if last == 0 {
            return;
        }
        self.last.insert(name, last);
        if self.last.len() > MAX_REMEMBERED {
            let oldest = self.last.iter().min_by_key(|&(_, last)| last).map(|(name, _)| name.clone());
            oldest.and_then(|name| self.last.remove(&name));
        }
    }
}

impl Presence {
    /// The house.
    pub(crate) fn relay(&self) -> &Arc<Relay> {
        &self.relay
    }

    /// A viewer comes to this room, which has so many already.
    pub(crate) fn admit_viewer(&self, others: usize) -> Result<Ticket, Limit> {
        if others >= self.relay.limits.max_viewers_per_broadcast {
            return Err(Limit::ViewersPerBroadcast);
        }
        self.relay.viewers.take().ok_or(Limit::Viewers)
    }

    /// A broadcaster comes to this room, which has so many already.
    pub(crate) fn admit_broadcaster(&self, others: usize) -> Result<Arc<Ticket>, Limit> {
        if others >= MAX_BROADCASTERS {
            return Err(Limit::Broadcasters);
        }
        self.room.go_on_air(|| self.relay.broadcasts.take()).ok_or(Limit::Broadcasts)
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
        let Some((_, present)) = rooms.open.get_mut(&self.name) else { return };
        *present -= 1;
        if *present == 0 {
            rooms.open.remove(&self.name);
            let last = self.room.with(|broadcast| broadcast.last());
            rooms.remember(self.name.clone(), last);
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
        let relay = Relay::new(Timing::default(), Limits::default(), clock, Metrics::new(), None);
        let name: Name = "lobby".parse().expect("a name");
        let first = relay.enter(&name);
        let second = relay.enter(&name);
        assert!(Arc::ptr_eq(&first.room, &second.room));
        drop(first);
        assert_eq!(relay.rooms().len(), 1);
        drop(second);
        assert_eq!(relay.rooms().len(), 0);
        assert!(relay.rooms.lock().last.is_empty(), "nothing was broadcast, so there is nothing to remember");
    }

    #[test]
    fn closed_rooms_are_remembered_up_to_a_bound() {
        let mut rooms = Rooms::default();
        for number in 1..=MAX_REMEMBERED as u64 + 1 {
            rooms.remember(format!("room-{number}").parse().expect("a name"), number);
        }
        assert_eq!(rooms.last.len(), MAX_REMEMBERED);
        assert_eq!(rooms.last.values().min(), Some(&2));
    }
}
