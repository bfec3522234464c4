//! Tickets, of which there is a number: who has one counts until it is dropped.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// How many tickets there are, and how many are out.
#[derive(Debug)]
pub(crate) struct Tickets {
    most: usize,
    out: AtomicUsize,
}

/// One or several that are out. Dropping it gives them back.
#[derive(Debug)]
#[must_use = "the ticket is given back when this is dropped"]
pub(crate) struct Ticket {
    from: Arc<Tickets>,
    count: usize,
}

impl Tickets {
    /// So many tickets, and none is out.
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, out: AtomicUsize::new(0) })
    }

    /// Takes a ticket, if one is left.
    pub(crate) fn take(self: &Arc<Self>) -> Option<Ticket> {
        self.take_many(1)
    }

    /// Takes so many, if they are left.
    pub(crate) fn take_many(self: &Arc<Self>, count: usize) -> Option<Ticket> {
        let more = |out: usize| out.checked_add(count).filter(|&out| out <= self.most);
        self.out.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Ticket { from: Arc::clone(self), count })
    }

    /// How many are out.
    pub(crate) fn out(&self) -> usize {
        self.out.load(Ordering::Relaxed)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.from.out.fetch_sub(self.count, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_given_back_when_it_is_dropped() {
        let tickets = Tickets::new(2);
        let (first, second) = (tickets.take(), tickets.take());
        assert!(first.is_some() && second.is_some());
        assert!(tickets.take().is_none());
        drop(first);
        assert_eq!(tickets.out(), 1);
        assert!(tickets.take().is_some());
    }

    #[test]
    fn several_are_taken_together_or_not_at_all() {
        let tickets = Tickets::new(10);
        let seven = tickets.take_many(7);
        assert!(seven.is_some() && tickets.take_many(4).is_none());
        assert!(tickets.take_many(usize::MAX).is_none());
        assert_eq!(tickets.out(), 7);
        let three = tickets.take_many(3);
        assert!(three.is_some());
        drop(seven);
        assert_eq!(tickets.out(), 3);
    }
}
