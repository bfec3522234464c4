//! Who is in a room: a viewer, a broadcaster, or the one that keeps in touch with the other relays.

use super::Relay;
use crate::{farewell::Farewell, limits::Limit, room::Room, ticket::Ticket};
use blobcast_wire::Name;
use std::{ops::Deref, sync::Arc};

/// How many broadcasters may be in one room: one, another that takes over, and those whose page was reloaded.
const MAX_BROADCASTERS: usize = 16;

/// Somebody in a room. The room closes when the last one is dropped.
#[derive(Debug)]
#[must_use = "the room closes when nobody is present"]
pub(crate) struct Presence {
    pub(super) relay: Arc<Relay>,
    pub(super) name: Name,
    pub(super) room: Arc<Room>,
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
