//! How many connections each address has.

use parking_lot::Mutex;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

/// The addresses that have connections.
#[derive(Debug)]
pub(crate) struct Addresses {
    most: usize,
    present: Mutex<HashMap<IpAddr, usize>>,
}

/// A connection of an address. Dropping it counts one less.
#[derive(Debug)]
#[must_use = "the connection counts until this is dropped"]
pub(crate) struct Visit {
    addresses: Arc<Addresses>,
    address: IpAddr,
    /// How many the address had with this one.
    count: usize,
}

impl Addresses {
    /// Each may have so many.
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, present: Mutex::default() })
    }

    /// Counts a connection, even one too many: who has to hear of it is told over that connection.
    pub(crate) fn enter(self: &Arc<Self>, address: IpAddr) -> Visit {
        let address = household(address);
        let mut present = self.present.lock();
        let count = present.entry(address).or_default();
        *count += 1;
        Visit { addresses: Arc::clone(self), address, count: *count }
    }
}

impl Visit {
    /// The address had as many as it may have already.
    pub(crate) fn is_too_many(&self) -> bool {
        self.count > self.addresses.most
    }

    /// It had so many more that one goes without a word.
    pub(crate) fn is_flood(&self) -> bool {
        self.count > self.addresses.most.saturating_mul(2)
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut present = self.addresses.present.lock();
        let Some(count) = present.get_mut(&self.address) else { return };
        *count -= 1;
        if *count == 0 {
            present.remove(&self.address);
        }
    }
}

/// One customer of a provider: an IPv4 address, or a /64 of IPv6, of which everybody has plenty of addresses.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_count_while_they_last() {
        let addresses = Addresses::new(1);
        let enter = |address: &str| addresses.enter(address.parse().expect("an address"));
        let first = enter("192.0.2.1");
        assert!(!first.is_too_many());
        let second = enter("::ffff:192.0.2.1");
        assert!(second.is_too_many() && !second.is_flood());
        assert!(enter("192.0.2.1").is_flood());
        assert!(!enter("192.0.2.2").is_too_many());
        drop((first, second));
        assert!(!enter("192.0.2.1").is_too_many());
        let _home = enter("2001:db8::1");
        assert!(enter("2001:db8::ffff:0:0:1").is_too_many());
        assert!(!enter("2001:db8:0:1::1").is_too_many());
    }

    #[test]
    fn nothing_is_left_of_who_has_gone() {
        let addresses = Addresses::new(1);
        drop(addresses.enter(Ipv6Addr::LOCALHOST.into()));
        assert!(addresses.present.lock().is_empty());
    }
}
