//! The writer: one thread that does what it is told, in order, and may wait for the disk.

use super::{catalogue::Catalogue, ledger::Ledger, place::Place, record::Recording, unfinished::Unfinished};
use crate::ticket::Ticket;
use bytes::Bytes;
use std::{collections::HashMap, path::Path, sync::mpsc::Receiver};
use tokio::sync::oneshot;

/// What is to be done about a segment.
#[derive(Debug)]
pub(super) enum Order {
    /// It begins.
    Begin { id: u64, place: Place },
    /// It goes on. The load counts until this is written.
    Write { id: u64, body: Bytes, load: Ticket },
    /// That was all of it.
    Finish { id: u64 },
    /// The rest will never come.
    Discard { id: u64 },
    /// The relay ends: all that is there is finished.
    Stop { done: oneshot::Sender<()> },
}

/// The files that are being written. What fails is lost, and forgotten: orders for it come to nothing.
struct Writer<'a> {
    root: &'a Path,
    ledger: &'a Ledger,
    catalogue: &'a Catalogue,
    files: HashMap<u64, (Place, Unfinished)>,
}

/// Does what comes, until it is told to stop or nobody can tell it anything any more.
pub(super) fn write(root: &Path, orders: &Receiver<Order>, ledger: &Ledger, catalogue: &Catalogue) {
    let mut writer = Writer { root, ledger, catalogue, files: HashMap::new() };
    let mut done = None;
    for order in orders {
        match order {
            Order::Begin { id, place } => writer.begin(id, place),
            Order::Write { id, body, load } => {
                writer.write(id, &body);
                drop(load);
            }
            Order::Finish { id } => writer.finish(id),
            Order::Discard { id } => drop(writer.files.remove(&id)),
            Order::Stop { done: told } => {
                done = Some(told);
                break;
            }
        }
    }
    let rest: Vec<_> = writer.files.keys().copied().collect();
    rest.into_iter().for_each(|id| writer.finish(id));
    // Whoever asked may have waited for long enough.
    let _ = done.map(|done| done.send(()));
}

impl Writer<'_> {
    fn begin(&mut self, id: u64, place: Place) {
        match Unfinished::create(self.root, &place) {
            Ok(file) => drop(self.files.insert(id, (place, file))),
            Err(error) => self.ledger.lose(&place, error),
        }
    }

    fn write(&mut self, id: u64, body: &[u8]) {
        let Some((place, file)) = self.files.get_mut(&id) else { return };
        if let Err(error) = file.write(body) {
            self.ledger.lose(place, error);
            self.files.remove(&id);
        }
    }

    fn finish(&mut self, id: u64) {
        let Some((place, file)) = self.files.remove(&id) else { return };
        match file.finish() {
            Ok(bytes) => {
                self.catalogue.add(&place.name, Recording { label: place.label, bytes });
                self.ledger.keep(bytes);
            }
            Err(error) => self.ledger.lose(&place, error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::ledger::Figures, *};
    use crate::ticket::Tickets;
    use std::{fs, sync::mpsc::channel};

    #[test]
    fn when_it_is_to_stop_or_nobody_is_left_what_is_there_is_finished() {
        for is_told in [true, false] {
            let root = tempfile::tempdir().expect("a folder");
            let place = Place::new(&"lobby".parse().expect("a name"), 7, "video/webm");
            let (orders, taken) = channel();
            let (done, mut finished) = oneshot::channel();
            let load = Tickets::new(4).take_many(4).expect("tickets");
            let mut given = vec![
                Order::Begin { id: 1, place: place.clone() },
                Order::Write { id: 1, body: Bytes::from_static(b"head"), load },
            ];
            given.extend(is_told.then_some(Order::Stop { done }));
            given.into_iter().for_each(|order| orders.send(order).expect("a reader"));
            drop(orders);
            let catalogue = Catalogue::new(root.path());
            write(root.path(), &taken, &Ledger::new(Figures::default()), &catalogue);
            let listed = catalogue.look(|names| names[&place.name].bytes());
            assert_eq!(listed, 4);
            assert_eq!(fs::read(place.finished(root.path(), None)).expect("a file"), b"head");
            assert_eq!(finished.try_recv().is_ok(), is_told);
        }
    }
}
