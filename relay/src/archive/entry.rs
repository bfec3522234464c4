//! The live side: what a broadcast does with its pieces. It never waits.

use super::{ledger::Ledger, place::Place, writer::Order};
use crate::{
    quota::PIECE,
    ticket::{Ticket, Tickets},
};
use blobcast_wire::{Name, Segment};
use bytes::Bytes;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
    mpsc::Sender,
};

/// Where all orders are given.
#[derive(Debug)]
pub(super) struct Desk {
    orders: Sender<Order>,
    /// A ticket for each byte that may wait for the disk.
    backlog: Arc<Tickets>,
    ledger: Arc<Ledger>,
    /// Counts segments.
    count: AtomicU64,
}

/// Where the segments of one name go.
#[derive(Debug)]
pub(crate) struct Shelf {
    desk: Arc<Desk>,
    name: Name,
}

/// A segment on its way to the disk. It is finished when this is dropped.
#[derive(Debug)]
#[must_use = "the segment is finished when this is dropped"]
pub(crate) struct Entry {
    desk: Arc<Desk>,
    id: u64,
    place: Place,
    is_lost: bool,
}

impl Desk {
    pub(super) fn new(orders: Sender<Order>, backlog: Arc<Tickets>, ledger: Arc<Ledger>) -> Self {
        Self { orders, backlog, ledger, count: AtomicU64::new(0) }
    }

    /// Nobody takes it when the relay ends, and then nothing is to be done about it.
    pub(super) fn order(&self, order: Order) {
        let _ = self.orders.send(order);
    }

    /// Room for so many bytes. A piece in which nothing is takes some all the same.
    fn load(&self, len: usize) -> Option<Ticket> {
        self.backlog.take_many(len.max(PIECE as usize))
    }
}

impl Shelf {
    pub(super) fn new(desk: Arc<Desk>, name: Name) -> Self {
        Self { desk, name }
    }

    /// A segment begins. `None` if the disk is too far behind.
    pub(crate) fn begin(&self, segment: Segment, mime: &str, body: &Bytes) -> Option<Entry> {
        let place = Place::new(&self.name, segment, mime);
        let Some(load) = self.desk.load(body.len()) else {
            self.desk.ledger.lose(&place, TOO_SLOW);
            return None;
        };
        let id = self.desk.count.fetch_add(1, Ordering::Relaxed);
        self.desk.order(Order::Begin { id, place: place.clone() });
        self.desk.order(Order::Write { id, body: body.clone(), load });
        Some(Entry { desk: Arc::clone(&self.desk), id, place, is_lost: false })
    }
}

impl Entry {
    /// It goes on. If the disk is too far behind, all of it is lost: there are no files with holes.
    pub(crate) fn write(&mut self, body: &Bytes) {
        if self.is_lost || body.is_empty() {
            return;
        }
        let id = self.id;
        match self.desk.load(body.len()) {
            Some(load) => self.desk.order(Order::Write { id, body: body.clone(), load }),
            None => {
                self.is_lost = true;
                self.desk.ledger.lose(&self.place, TOO_SLOW);
                self.desk.order(Order::Discard { id });
            }
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if !self.is_lost {
            self.desk.order(Order::Finish { id: self.id });
        }
    }
}

const TOO_SLOW: &str = "the disk is too far behind (--archive-backlog-bytes)";

#[cfg(test)]
mod tests {
    use super::{super::ledger::Figures, *};
    use std::sync::mpsc::{Receiver, channel};

    fn shelf(backlog: usize) -> (Shelf, Receiver<Order>, Figures) {
        let (orders, taken) = channel();
        let figures = Figures::default();
        let desk = Desk::new(orders, Tickets::new(backlog), Arc::new(Ledger::new(figures.clone())));
        (Shelf::new(Arc::new(desk), "lobby".parse().expect("a name")), taken, figures)
    }

    fn words(taken: &Receiver<Order>) -> Vec<&'static str> {
        let word = |order| match order {
            Order::Begin { .. } => "begin",
            Order::Write { .. } => "write",
            Order::Finish { .. } => "finish",
            Order::Discard { .. } => "discard",
            Order::Recover { .. } => "recover",
            Order::Stop { .. } => "stop",
        };
        taken.try_iter().map(word).collect()
    }

    #[test]
    fn pieces_are_shared_and_a_segment_is_finished_when_it_is_let_go() {
        let (shelf, taken, _) = shelf(1000);
        let body = Bytes::from_static(b"a body");
        let mut entry = shelf.begin(7, "video/webm", &body).expect("room");
        entry.write(&Bytes::new());
        drop(entry);
        let orders: Vec<_> = taken.try_iter().collect();
        let [Order::Begin { .. }, Order::Write { body: written, .. }, Order::Finish { .. }] = &orders[..]
        else {
            panic!("{orders:?}")
        };
        assert_eq!(written.as_ptr(), body.as_ptr());
    }

    #[test]
    fn a_segment_that_finds_no_room_is_lost_whole_and_the_next_one_is_taken_when_there_is_some() {
        let (shelf, taken, figures) = shelf(1000);
        let large = Bytes::from(vec![0; 600]);
        let mut entry = shelf.begin(1, "video/webm", &large).expect("room");
        entry.write(&large);
        entry.write(&Bytes::from_static(b"there would be room for this"));
        assert!(shelf.begin(2, "video/webm", &large).is_none());
        assert_eq!(figures.lost.get(), 2);
        drop(entry);
        // Taking the orders is what makes room.
        assert_eq!(words(&taken), ["begin", "write", "discard"]);
        drop(shelf.begin(3, "video/webm", &large).expect("room again"));
        assert_eq!(words(&taken), ["begin", "write", "finish"]);
    }

    #[test]
    fn pieces_in_which_nearly_nothing_is_fill_the_backlog_too() {
        let (shelf, taken, figures) = shelf(10 * PIECE as usize);
        let body = Bytes::from_static(b"x");
        let mut entry = shelf.begin(1, "video/webm", &body).expect("room");
        (0..100).for_each(|_| entry.write(&body));
        assert_eq!(taken.try_iter().count(), 1 + 10 + 1);
        assert_eq!(figures.lost.get(), 1);
    }
}
