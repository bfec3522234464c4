//! A segment that is being written: its bytes as they come.

use super::place::Place;
use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

/// A file under a temporary name, which is gone when this is dropped.
///
/// After a crash it stays: it is a beginning that can be played, and the next relay finishes it.
#[derive(Debug)]
pub(super) struct Unfinished {
    file: Arc<File>,
    path: PathBuf,
    /// Something was written that may not be on the disk.
    is_unsaved: bool,
}

impl Unfinished {
    /// An empty file for a segment.
    pub(super) fn create(root: &Path, place: &Place) -> io::Result<Self> {
        let path = place.unfinished(root);
        let create = || fs::create_dir_all(place.folder(root)).and_then(|()| File::create(&path));
        // The keeper removes a folder that is empty, also in between.
        let has_gone = |error: &io::Error| error.kind() == ErrorKind::NotFound;
        let file = create().or_else(|error| if has_gone(&error) { create() } else { Err(error) })?;
        Ok(Self { file: Arc::new(file), path, is_unsaved: false })
    }

    /// Appends.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.is_unsaved = true;
        (&*self.file).write_all(bytes)
    }

    /// The file, if something was written since the last call.
    pub(super) fn unsaved(&mut self) -> Option<Arc<File>> {
        std::mem::take(&mut self.is_unsaved).then(|| Arc::clone(&self.file))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // If it is finished there is nothing under this name.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place::new(&"a/b".parse().expect("a name"), 7, "video/webm")
    }

    #[test]
    fn it_is_there_under_its_own_name_until_it_is_dropped() {
        let root = tempfile::tempdir().expect("a folder");
        let mut file = Unfinished::create(root.path(), &place()).expect("a file");
        file.write(b"one").expect("room");
        assert_eq!(fs::read(place().unfinished(root.path())).expect("a file"), b"one");
        drop(file);
        assert_eq!(fs::read_dir(root.path().join("a/b")).expect("a folder").count(), 0);
    }

    #[test]
    fn what_was_written_is_to_be_saved_once() {
        let root = tempfile::tempdir().expect("a folder");
        let mut file = Unfinished::create(root.path(), &place()).expect("a file");
        assert!(file.unsaved().is_none());
        file.write(b"one").expect("room");
        assert!(file.unsaved().is_some());
        assert!(file.unsaved().is_none());
    }
}
