//! What the archive has, in memory. The folders are what counts: a name is read from its own when it is first asked for, and what
//! the writer finishes meanwhile is added.

use super::{
    label::Label,
    record::{Record, Recording},
};
use crate::span::Span;
use blobcast_wire::{Name, Segment};
use parking_lot::Mutex;
use std::{
    collections::BTreeMap,
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

/// All names that were asked for or recorded to.
#[derive(Debug)]
pub(crate) struct Catalogue {
    root: PathBuf,
    records: Mutex<BTreeMap<Name, Record>>,
    /// Held by who reads a folder: that is done once, however many ask.
    reading: Mutex<()>,
}

/// What there is of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// When the first of all begins and the last ends, whatever was asked for.
    pub(crate) bounds: Option<(Segment, Segment)>,
    /// What was asked for, oldest first.
    pub(crate) recordings: Vec<Recording>,
    /// There are later ones.
    pub(crate) more: bool,
}

impl Catalogue {
    /// Of what is in an archive's folder. Nothing is read yet.
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.into(), records: Mutex::default(), reading: Mutex::default() }
    }

    /// The folder of all.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of one name's files.
    pub(crate) fn folder(&self, name: &Name) -> PathBuf {
        self.root.join(name.as_str())
    }

    /// Where one of them is, unless it is a link or behind one. It may have to wait for the disk.
    pub(crate) fn file(&self, name: &Name, file: &str) -> Option<PathBuf> {
        let path = self.folder(name).join(file);
        (link(&self.root, name).is_none() && !path.is_symlink()).then_some(path)
    }

    /// A file is there, or has taken the place of the one with its number.
    pub(crate) fn add(&self, name: &Name, recording: Recording) {
        self.records.lock().entry(name.clone()).or_default().put(recording);
    }

    /// A file is not there any more. One that has taken its place meanwhile is.
    pub(crate) fn remove(&self, name: &Name, label: &Label) {
        let mut records = self.records.lock();
        let Some(record) = records.get_mut(name) else { return };
        record.remove(label);
        if record.is_empty() {
            records.remove(name);
        }
    }

    /// The first so many segments of a name in a span. It may have to wait for the disk.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub(crate) fn list(&self, name: &Name, span: Span, most: usize) -> io::Result<Listing> {
        self.read(name)?;
        let records = self.records.lock();
        let Some(record) = records.get(name) else { return Ok(Listing::default()) };
        let (recordings, more) = record.list(span, most);
        Ok(Listing { bounds: record.bounds(), recordings, more })
    }

    /// Reads a name's folder, unless that was done.
    pub(crate) fn read(&self, name: &Name) -> io::Result<()> {
        let is_whole = || self.records.lock().get(name).is_some_and(Record::is_whole);
        if is_whole() {
            return Ok(());
        }
        let _reading = self.reading.lock();
        if is_whole() {
            return Ok(());
        }
        let found = if link(&self.root, name).is_some() { Vec::new() } else { files(&self.folder(name))? };
        let mut records = self.records.lock();
        // Names of which nothing is there are anybody's invention, and not remembered.
        if !found.is_empty() || records.contains_key(name) {
            records.entry(name.clone()).or_default().fill(found);
        }
        Ok(())
    }

    /// Looks at all that was read, at one moment.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&BTreeMap<Name, Record>) -> T) -> T {
        look(&self.records.lock())
    }
}

/// The link by which a name's folder is reached, if it is one or there is one above it in the archive. What is behind it is not the archive's: no
/// segment is looked for there, served from there, written there or removed. (The archive's own folder may be a link.)
pub(super) fn link(root: &Path, name: &Name) -> Option<PathBuf> {
    let mut folder = root.to_owned();
    let is_linked = name.as_str().split('/').any(|part| {
        folder.push(part);
        folder.is_symlink()
    });
    is_linked.then_some(folder)
}

/// The finished segments in a folder.
fn files(folder: &Path) -> io::Result<Vec<Recording>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => {
            return Ok(Vec::new());
        }
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let Some(label) = entry.file_name().to_str().and_then(Label::parse) else { continue };
        match entry.metadata() {
            Ok(about) if about.is_file() => found.push(Recording { label, bytes: about.len() }),
            // It was removed meanwhile.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Ok(_) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIME: &str = "video/webm;codecs=vp8";

    fn name(name: &str) -> Name {
        name.parse().expect("a name")
    }

    fn recording(number: Segment, bytes: u64) -> Recording {
        Recording { label: Label::new(number, MIME), bytes }
    }

    fn write(root: &Path, name: &str, file: impl ToString, bytes: &[u8]) {
        let folder = root.join(name);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(file.to_string()), bytes).expect("a file");
    }

    fn list(catalogue: &Catalogue, of: &str) -> Vec<Recording> {
        catalogue.list(&name(of), Span::ALL, 100).expect("a list").recordings
    }

    #[test]
    fn a_list_is_what_is_in_the_names_own_folder_and_finished() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        let catalogue = Catalogue::new(root);
        write(root, "a", Label::new(7, MIME), b"seven");
        write(root, "a", Label::new(5, MIME), b"five");
        write(root, "a", Label::new(6, MIME).unfinished(), b"not yet");
        write(root, "a", "notes.txt", b"of somebody");
        write(root, "a/b", Label::new(8, MIME), b"of a/b");
        fs::create_dir(root.join("a").join(Label::new(9, MIME).to_string())).expect("a folder");
        assert_eq!(list(&catalogue, "a"), [recording(5, 4), recording(7, 5)]);
        assert_eq!(list(&catalogue, "a/b"), [recording(8, 6)]);
        assert_eq!(list(&catalogue, "b"), []);
        assert_eq!(catalogue.look(BTreeMap::len), 2, "not what was only asked for");
    }

    #[test]
    fn what_is_added_before_and_after_the_folder_is_read_is_there_once() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        let catalogue = Catalogue::new(root);
        write(root, "a", Label::new(1, MIME), b"one");
        write(root, "a", Label::new(2, MIME), b"two");
        catalogue.add(&name("a"), recording(2, 3));
        assert_eq!(list(&catalogue, "a"), [recording(1, 3), recording(2, 3)]);
        catalogue.add(&name("a"), recording(3, 5));
        catalogue.add(&name("a"), recording(2, 30));
        assert_eq!(list(&catalogue, "a"), [recording(1, 3), recording(2, 30), recording(3, 5)]);
        for _ in 0..2 {
            catalogue.remove(&name("a"), &Label::new(1, MIME));
            assert_eq!(list(&catalogue, "a"), [recording(2, 30), recording(3, 5)]);
        }
    }
}
