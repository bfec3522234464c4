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

/// A ticket that is out. Dropping it gives it back.
#[derive(Debug)]
#[must_use = "the ticket is given back when this is dropped"]
pub(crate) struct Ticket(Arc<Tickets>);

impl Tickets {
    /// So many tickets, and none is out.
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, out: AtomicUsize::new(0) })
    }

    /// Takes a ticket, if one is left.
    pub(crate) fn take(self: &Arc<Self>) -> Option<Ticket> {
        let more = |out| (out < self.most).then_some(out + 1);
        self.out.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Ticket(Arc::clone(self)))
    }

    /// How many are out.
    pub(crate) fn out(&self) -> usize {
        self.out.load(Ordering::Relaxed)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.out.fetch_sub(1, Ordering::Relaxed);
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
}
