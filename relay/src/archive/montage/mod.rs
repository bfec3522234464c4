//! Segments of a name one behind the other as one film (`/export/`, `blobcast-relay export`): laid out first, to the byte, and then
//! read piece by piece. In memory are heads and what is being read.
//!
//! `takes`: which segments. `head`: where in each file everything is. `line`: when each begins. `reader`: the bytes. `no_film`: why not.

mod head;
mod line;
mod no_film;
mod reader;
mod takes;

pub(crate) use no_film::MontageError;
pub(crate) use reader::Reader;
pub(crate) use takes::Takes;

use super::{Catalogue, Label, Recording};
use crate::span::Span;
use blobcast_container::{Export, Layout};
use blobcast_wire::{Name, Segment};
use head::head;
use line::Line;
use std::{
    io::{self, ErrorKind},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Segments as one film, laid out.
#[derive(Debug)]
pub(crate) struct Montage {
    layout: Layout,
    /// Bytes of all.
    pub(crate) len: u64,
    takes: Arc<Takes>,
    /// Which of them are in it, by their places. There is one at least.
    kept: Vec<usize>,
}

impl Montage {
    /// Lays out what a name has in a span. It waits for the disk, and opens no more files once it is called off.
    pub(crate) fn open(
        catalogue: &Catalogue,
        name: &Name,
        span: Span,
        is_called_off: &AtomicBool,
    ) -> Result<Self, MontageError> {
        Self::lay_out(Arc::new(Takes::choose(catalogue, name, span)?), is_called_off)
    }

    /// Lays these out, the same.
    pub(crate) fn lay_out(takes: Arc<Takes>, is_called_off: &AtomicBool) -> Result<Self, MontageError> {
        let (mut export, mut line, mut kept) = (Export::default(), Line::default(), Vec::new());
        for (index, label) in takes.recordings.iter().map(|recording| &recording.label).enumerate() {
            if is_called_off.load(Relaxed) {
                return Err(MontageError::CalledOff);
            }
            let Some(head) = head(&takes.folder.join(label.to_string())).map_err(MontageError::Disk)? else {
                continue;
            };
            let place = line.place(label.number, label.end());
            // Times do not go back, whatever the clocks of broadcasters did.
            let place = ((place + 500) / 1000).max(export.newest().unwrap_or(0));
            if !export.add(place, head) {
                return Err(MontageError::Change(label.number));
            }
            kept.push(index);
        }
        if kept.is_empty() {
            return Err(MontageError::Nothing);
        }
        let damaged = |error| MontageError::Disk(io::Error::new(ErrorKind::InvalidData, error));
        let layout = export.layout().map_err(damaged)?;
        Ok(Self { len: layout.len(), layout, takes, kept })
    }

    /// What it was made of.
    pub(crate) fn takes(&self) -> &Takes {
        &self.takes
    }

    /// What its file is called.
    pub(crate) fn file_name(&self, name: &Name) -> String {
        let start = humantime::format_rfc3339_seconds(moment(self.label(0).number)).to_string();
        let start = start.trim_end_matches('Z').replace('T', " ").replace(':', ".");
        format!("{} {start}.webm", name.as_str().replace('/', "-"))
    }

    /// Its type.
    pub(crate) fn mime(&self) -> String {
        self.label(0).kind.mime()
    }

    /// What tells it from one that was asked for at another time.
    pub(crate) fn tag(&self) -> String {
        let (first, last) = (self.label(0).number, self.label(self.kept.len() - 1).number);
        format!("\"{first}-{last}-{}\"", self.len)
    }

    /// How much memory it takes, bytes, more or less: of each cluster a line in the head, and twice as much to find it by.
    pub(crate) fn weight(&self) -> usize {
        3 * self.layout.head().len() + self.takes.recordings.len() * size_of::<Recording>()
    }

    /// Reads so many of its bytes from there on.
    pub(crate) fn read(self: Arc<Self>, from: u64, len: u64) -> Reader {
        Reader::new(self, from, len)
    }

    /// Of one of its files, by its place in the film.
    fn label(&self, file: usize) -> &Label {
        &self.takes.recordings[self.kept[file]].label
    }

    fn path(&self, file: usize) -> PathBuf {
        self.takes.folder.join(self.label(file).to_string())
    }
}

fn moment(number: Segment) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_off_opens_no_files() {
        let root = tempfile::tempdir().expect("a folder");
        let name = "lobby".parse().expect("a name");
        let label = Label::new(7, "video/webm;codecs=vp8").lasting(Some(Duration::from_secs(2)));
        let catalogue = Catalogue::new(root.path());
        // It would be a failure to open a folder.
        std::fs::create_dir_all(root.path().join("lobby").join(label.to_string())).expect("a folder");
        catalogue.add(&name, Recording { label, bytes: 1 });
        let open =
            |flag| Montage::open(&catalogue, &name, Span::ALL, &AtomicBool::new(flag)).expect_err("none");
        assert!(matches!(open(true), MontageError::CalledOff));
        assert!(matches!(open(false), MontageError::Disk(_)));
    }
}
