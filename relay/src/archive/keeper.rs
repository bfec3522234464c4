//! The keeper: a thread that looks every few seconds whether something has to go.

use super::{catalogue::Catalogue, ledger::Figures, record::Recording};
use crate::{clock::Clock, retention::Retention};
use blobcast_wire::{Name, Segment};
use std::{
    collections::BTreeSet,
    fs::{self, DirEntry},
    io::{self, ErrorKind},
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError::Timeout},
    },
    time::Duration,
};
use tracing::{debug, warn};

/// How often it looks. So long an archive may be larger than it is to be.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How many files go between two looks at what there is.
const AT_ONCE: usize = 1000;

/// Who sees to it that an archive keeps no more than it is to.
#[derive(Debug)]
pub(super) struct Keeper {
    retention: Retention,
    catalogue: Arc<Catalogue>,
    clock: Clock,
    figures: Figures,
    /// That something could not be removed was said.
    is_failing: bool,
    /// What could not be removed since it began to look.
    failed: BTreeSet<(Name, Segment)>,
}

impl Keeper {
    pub(super) fn new(
        retention: Retention,
        catalogue: Arc<Catalogue>,
        clock: Clock,
        figures: Figures,
    ) -> Self {
        Self { retention, catalogue, clock, figures, is_failing: false, failed: BTreeSet::new() }
    }

    /// Does its work until nobody can tell it to stop any more.
    pub(super) fn keep(mut self, stop: &Receiver<()>) {
        // What counts is all that there is, not only what somebody has asked for.
        self.read(None);
        loop {
            self.tidy();
            if stop.recv_timeout(LOOK_EVERY) != Err(Timeout) {
                return;
            }
        }
    }

    /// Reads the folder of a name and all below it; without a name, all names.
    fn read(&self, name: Option<&Name>) {
        let folder = name.map_or(self.catalogue.root().into(), |name| self.catalogue.folder(name));
        let is_read = name.map_or(Ok(()), |name| self.catalogue.read(name));
        let entries = match is_read.and_then(|()| fs::read_dir(&folder)) {
            Ok(entries) => entries,
            Err(error) => {
                return warn!(
                    "{} stays as it is in the archive: it cannot be read: {error}",
                    folder.display()
                );
            }
        };
        // Not what a link leads to, as in `recovery`: it may be another archive.
        let is_folder = |entry: &DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
        for entry in entries.flatten().filter(is_folder) {
            let Some(part) = entry.file_name().to_str().map(str::to_owned) else { continue };
            let below = name.map_or(part.clone(), |name| format!("{name}/{part}"));
            if let Ok(below) = below.parse() {
                self.read(Some(&below));
                self.leave(&below);
            }
        }
    }

    /// Removes all that has to go and can be removed.
    fn tidy(&mut self) {
        self.failed.clear();
        while self.remove_some() {}
        if self.failed.is_empty() {
            self.is_failing = false;
        }
    }

    /// Removes some of it. Whether there may be more.
    fn remove_some(&mut self) -> bool {
        let now = self.clock.micros();
        let is_stuck =
            |name: &Name, number| !self.failed.is_empty() && self.failed.contains(&(name.clone(), number));
        let surplus =
            self.catalogue.look(|records| self.retention.surplus(records.iter(), now, AT_ONCE, is_stuck));
        for (name, recording) in &surplus {
            if let Err(error) = self.remove(name, recording) {
                self.failed.insert((name.clone(), recording.label.number));
                self.complain(&error);
            }
        }
        surplus
            .iter()
            .map(|(name, _)| name)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .for_each(|name| self.leave(name));
        surplus.len() == AT_ONCE
    }

    fn remove(&self, name: &Name, Recording { label, bytes }: &Recording) -> io::Result<()> {
        let file = self.catalogue.folder(name).join(label.to_string());
        match fs::remove_file(&file) {
            // Somebody else did, or a longer one of the same segment has taken its place.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.catalogue.remove(name, label);
                return Ok(());
            }
            removed => removed?,
        }
        debug!("the archive keeps {name}/{label} no longer");
        self.catalogue.remove(name, label);
        self.figures.removed.inc();
        self.figures.removed_bytes.inc_by(*bytes);
        Ok(())
    }

    /// Removes a name's folder and those above it, as long as they are empty.
    fn leave(&self, name: &Name) {
        let folders = Path::new(name.as_str()).ancestors().filter(|folder| !folder.as_os_str().is_empty());
        let _ = folders
            .map(|folder| fs::remove_dir(self.catalogue.root().join(folder)))
            .take_while(Result::is_ok)
            .count();
    }

    /// Once, until it goes well again.
    fn complain(&mut self, error: &io::Error) {
        if !self.is_failing {
            warn!("the archive cannot remove what is too old or too much: {error}; it goes on trying");
        }
        self.is_failing = true;
    }
}

#[cfg(test)]
mod tests {
    use super::{super::label::Label, *};
    use crate::span::Span;
    use std::time::SystemTime;

    #[test]
    fn what_took_its_place_meanwhile_stays() {
        let root = tempfile::tempdir().expect("a folder");
        let catalogue = Arc::new(Catalogue::new(root.path()));
        let name: Name = "a".parse().expect("a name");
        let recording = |number, seconds| {
            let label = Label::new(number, "video/webm").lasting(Some(Duration::from_secs(seconds)));
            Recording { label, bytes: 1 }
        };
        let (old, new, next) = (recording(7, 1), recording(7, 2), recording(8, 1));
        fs::create_dir(catalogue.folder(&name)).expect("a folder");
        for there in [&old, &next] {
            fs::write(catalogue.folder(&name).join(there.label.to_string()), "x").expect("a file");
        }
        let listed = || catalogue.list(&name, Span::ALL, 9).expect("a list").recordings;
        assert_eq!(listed(), [old.clone(), next.clone()]);
        let clock = Clock::start(SystemTime::now());
        let keeper = Keeper::new(Retention::default(), Arc::clone(&catalogue), clock, Figures::default());
        // It comes again, longer, between the look and the step.
        fs::rename(
            catalogue.folder(&name).join(old.label.to_string()),
            catalogue.folder(&name).join(new.label.to_string()),
        )
        .expect("room");
        catalogue.add(&name, new.clone());
        keeper.remove(&name, &old).expect("nothing to do");
        assert_eq!(listed(), [new, next]);
    }

    #[test]
    fn what_cannot_be_removed_keeps_nothing_else_from_going() {
        let root = tempfile::tempdir().expect("a folder");
        let catalogue = Arc::new(Catalogue::new(root.path()));
        let figures = Figures::default();
        let names: [Name; 2] = ["a", "b"].map(|name| name.parse().expect("a name"));
        let file = |name: &Name, number| {
            let label = Label::new(number, "video/webm");
            let file = catalogue.folder(name).join(label.to_string());
            catalogue.add(name, Recording { label, bytes: 1 });
            file
        };
        // A folder in a file's place cannot be removed as one.
        for number in 0..AT_ONCE as Segment {
            fs::create_dir_all(file(&names[0], number)).expect("a folder");
        }
        fs::create_dir(catalogue.folder(&names[1])).expect("a folder");
        let removable = file(&names[1], 7);
        fs::write(&removable, "x").expect("a file");
        let retention = Retention { max_age: Some(Duration::from_secs(1)), ..Retention::default() };
        let clock = Clock::start(SystemTime::now());
        let mut keeper = Keeper::new(retention, Arc::clone(&catalogue), clock, figures.clone());
        keeper.tidy();
        assert!(!removable.exists());
        assert_eq!((figures.removed.get(), keeper.failed.len(), keeper.is_failing), (1, AT_ONCE, true));
        // The next time it is tried again; what somebody else has removed is not counted.
        fs::remove_dir_all(catalogue.folder(&names[0])).expect("a folder");
        keeper.tidy();
        assert_eq!((figures.removed.get(), keeper.failed.len(), keeper.is_failing), (1, 0, false));
    }
}
