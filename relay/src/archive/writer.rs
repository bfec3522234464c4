//! The writer: one thread that does what it is told, in order, and may wait for the disk.

use super::{
    catalogue::{Catalogue, link},
    finish::finish,
    ledger::Ledger,
    place::Place,
    saver::Saver,
    unfinished::Unfinished,
};
use crate::ticket::Ticket;
use bytes::Bytes;
use std::{
    collections::HashMap,
    fs,
    io::ErrorKind,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender},
};
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
    /// A relay before this one has left it unfinished. `done` hears whether something came of it.
    Recover { place: Place, done: Sender<bool> },
    /// The relay ends: all that is there is finished.
    Stop { done: oneshot::Sender<()> },
}

/// The files that are being written. What fails is lost, and forgotten: orders for it come to nothing.
struct Writer<'a> {
    ledger: &'a Ledger,
    catalogue: &'a Catalogue,
    files: HashMap<u64, (Place, Unfinished)>,
}

/// Does what comes, until it is told to stop or nobody can tell it anything any more.
pub(super) fn write(orders: &Receiver<Order>, ledger: &Ledger, catalogue: &Catalogue, mut saver: Saver) {
    let mut writer = Writer { ledger, catalogue, files: HashMap::new() };
    let done = loop {
        match orders.recv_timeout(saver.wait()) {
            Ok(Order::Begin { id, place }) => writer.begin(id, place),
            Ok(Order::Write { id, body, load }) => {
                writer.write(id, &body);
                drop(load);
            }
            Ok(Order::Finish { id }) => writer.finish(id),
            Ok(Order::Discard { id }) => writer.discard(id),
            Ok(Order::Recover { place, done }) => {
                // Whoever asked may be gone.
                let _ = done.send(writer.recover(&place));
            }
            Ok(Order::Stop { done }) => break Some(done),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break None,
        }
        saver.save(|| writer.files.values_mut().filter_map(|(_, file)| file.unsaved()).collect());
    };
    let rest: Vec<_> = writer.files.keys().copied().collect();
    rest.into_iter().for_each(|id| writer.finish(id));
    // Whoever asked may have waited for long enough.
    let _ = done.map(|done| done.send(()));
}

impl Writer<'_> {
    fn begin(&mut self, id: u64, place: Place) {
        if let Some(link) = link(self.catalogue.root(), &place.name) {
            return self.ledger.refuse(&place, link);
        }
        // It comes again after a crash. If it goes no further than it did, there is as much of it as there was.
        self.recover(&place);
        self.set_aside(&place);
        match Unfinished::create(self.catalogue.root(), &place) {
            Ok(file) => drop(self.files.insert(id, (place, file))),
            Err(error) => self.ledger.lose(&place, error),
        }
    }

    fn write(&mut self, id: u64, body: &[u8]) {
        let Some((place, file)) = self.files.get_mut(&id) else { return };
        if let Err(error) = file.write(body) {
            self.ledger.lose(place, error);
            self.discard(id);
        }
    }

    fn discard(&mut self, id: u64) {
        let Some((place, file)) = self.files.remove(&id) else { return };
        drop(file);
        self.recover(&place);
    }

    fn finish(&mut self, id: u64) {
        // If that fails, nothing stays of it: the disk would fill up.
        let Some((place, file)) = self.files.remove(&id) else { return };
        self.keep(&place);
        drop(file);
        self.recover(&place);
    }

    /// What a crash has left could not be finished, and is not to be lost before it has come again.
    fn set_aside(&self, place: &Place) {
        let root = self.catalogue.root();
        let (part, before) = (place.unfinished(root), place.before(root));
        if fs::symlink_metadata(&part).is_ok_and(|about| about.is_file()) && !before.exists() {
            let _ = fs::rename(part, before);
        }
    }

    /// Whether it is a segment more.
    fn recover(&mut self, place: &Place) -> bool {
        if self.files.values().any(|(live, _)| live == place) {
            return false;
        }
        let root = self.catalogue.root();
        let (part, before) = (place.unfinished(root), place.before(root));
        let is_more = self.recover_part(place);
        if part.exists() || fs::rename(before, part).is_err() {
            return is_more;
        }
        self.recover_part(place) || is_more
    }

    fn recover_part(&mut self, place: &Place) -> bool {
        let part = place.unfinished(self.catalogue.root());
        match fs::symlink_metadata(&part) {
            Ok(about) if about.is_file() && about.len() > 0 => self.keep(place),
            Ok(about) if about.is_file() => {
                let _ = fs::remove_file(part);
                false
            }
            _ => false,
        }
    }

    fn keep(&mut self, place: &Place) -> bool {
        match finish(self.catalogue, place) {
            Ok(Some(recording)) => {
                let bytes = recording.bytes;
                self.catalogue.add(&place.name, recording);
                self.ledger.keep(bytes);
                return true;
            }
            Ok(None) => {}
            Err(error) => {
                self.ledger.lose(place, &error);
                if error.kind() == ErrorKind::AlreadyExists {
                    let _ = fs::remove_file(place.unfinished(self.catalogue.root()));
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{super::ledger::Figures, *};
    use crate::ticket::Tickets;
    use std::sync::mpsc::channel;

    /// A segment in normal form.
    const SEGMENT: &[u8] = include_bytes!("../../../fuzz/corpus/archive/chromium-camera-vp8-opus");

    #[test]
    fn what_a_crash_has_left_outlives_a_disk_that_fails_and_a_segment_that_comes_again_and_ends_earlier() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        let place = Place::new(&"lobby".parse().expect("a name"), 7, "video/webm;codecs=vp8,opus");
        let folder = place.folder(root);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(place.unfinished(root), SEGMENT).expect("a file");
        // In the way of what is finished.
        let whole = place.unfinished(root).with_extension("whole");
        fs::create_dir(&whole).expect("a folder");
        let (catalogue, ledger) = (Catalogue::new(root), Ledger::new(Figures::default()));
        let mut writer = Writer { ledger: &ledger, catalogue: &catalogue, files: HashMap::new() };
        for is_cut in [true, false] {
            writer.begin(1, place.clone());
            writer.write(1, &SEGMENT[..SEGMENT.len() / 2]);
            if is_cut {
                writer.discard(1)
            } else {
                writer.finish(1)
            }
            assert!(fs::read(place.unfinished(root)).expect("a file") == SEGMENT);
        }
        writer.begin(1, place.clone());
        writer.write(1, &SEGMENT[..SEGMENT.len() / 2]);
        fs::remove_dir(whole).expect("a folder");
        writer.finish(1);
        let [file] = &fs::read_dir(folder).expect("a folder").collect::<Vec<_>>()[..] else {
            panic!("one file")
        };
        let path = file.as_ref().expect("a file").path();
        let kept = fs::read(path).expect("a file");
        assert!(
            kept == blobcast_container::Stored::read(SEGMENT).expect("frames").seekable().expect("a file")
        );
    }

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
            let saver = Saver::start().expect("a thread");
            write(&taken, &Ledger::new(Figures::default()), &catalogue, saver);
            let listed = catalogue.look(|names| names[&place.name].bytes());
            assert_eq!(listed, 4);
            assert_eq!(fs::read(place.finished(root.path(), None)).expect("a file"), b"head");
            assert_eq!(finished.try_recv().is_ok(), is_told);
        }
    }
}
