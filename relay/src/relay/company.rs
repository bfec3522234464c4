//! The one in a room that keeps in touch with the other relays.

use super::Presence;
use std::ops::Deref;

/// The one in a room that keeps in touch with the other relays. However it goes, whoever comes next brings another.
#[derive(Debug)]
pub(crate) struct Company {
    presence: Presence,
    is_dismissed: bool,
}

impl Company {
    /// It is present. Its room knows that it has one.
    pub(super) fn of(presence: Presence) -> Self {
        Self { presence, is_dismissed: false }
    }

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
    use crate::{clock::Clock, config::Config, metrics::Metrics, relay::Relay};
    use blobcast_wire::Name;
    use std::time::SystemTime;

    #[test]
    fn a_companion_that_goes_can_be_followed_by_another_and_leaves_that_one_alone() {
        let clock = Clock::start(SystemTime::now());
        let relay = Relay::new(&Config::default(), clock, Metrics::new(), None);
        let name: Name = "lobby".parse().expect("a name");
        let has_companion = || relay.rooms.lock().open[&name].has_companion;
        let come = || {
            relay.rooms.lock().open.get_mut(&name).expect("open").has_companion = true;
            Company::of(relay.enter(&name))
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
}
