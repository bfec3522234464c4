//! A file that is being written. It has its own name only when it is whole and on the disk.

use super::place::Place;
use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

/// A file under a temporary name, which is gone when this is dropped.
///
/// After a crash it stays: it is a beginning that can be played, and a broadcaster that comes back sends the segment once more,
/// from its start, to the same place.
#[derive(Debug)]
pub(super) struct Unfinished {
    file: File,
    temporary: PathBuf,
    finished: PathBuf,
    len: u64,
}

impl Unfinished {
    /// An empty file for a segment, in place of what a crash may have left of it.
    pub(super) fn create(root: &Path, place: &Place) -> io::Result<Self> {
        let temporary = place.unfinished(root);
        let create = || fs::create_dir_all(place.folder(root)).and_then(|()| File::create(&temporary));
        // The keeper removes a folder that is empty, also in between.
        let has_gone = |error: &io::Error| error.kind() == ErrorKind::NotFound;
        let file = create().or_else(|error| if has_gone(&error) { create() } else { Err(error) })?;
        Ok(Self { file, temporary, finished: place.finished(root, None), len: 0 })
    }

    /// Appends.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.len += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Gives it its name; how many bytes it has.
    pub(super) fn finish(self) -> io::Result<u64> {
        // A name may reach the disk before the bytes do, and then stand on an empty file after a power failure.
        self.file.sync_all()?;
        // The segment that a relay ended with comes again, longer, to the one that follows it. Nothing else takes a file's place.
        if !is_beginning(&self.finished, &self.temporary)? {
            return Err(io::Error::new(ErrorKind::AlreadyExists, "another file of that name is there"));
        }
        fs::rename(&self.temporary, &self.finished)?;
        Ok(self.len)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // If it has got its name there is nothing under the other.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Whether a file has just the bytes that another one begins with, or is not there.
fn is_beginning(shorter: &Path, longer: &Path) -> io::Result<bool> {
    let mut shorter = match File::open(shorter) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
        file => BufReader::new(file?),
    };
    let longer = File::open(longer)?;
    loop {
        let expected = shorter.fill_buf()?;
        let len = expected.len();
        let mut found = Vec::with_capacity(len);
        (&longer).take(len as u64).read_to_end(&mut found)?;
        if found != expected {
            return Ok(false);
        }
        if len == 0 {
            return Ok(true);
        }
        shorter.consume(len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, bytes: &[u8]) -> io::Result<u64> {
        let mut file = Unfinished::create(root, &place())?;
        file.write(bytes)?;
        file.finish()
    }

    fn place() -> Place {
        Place::new(&"a/b".parse().expect("a name"), 7, "video/webm")
    }

    fn files(root: &Path) -> usize {
        fs::read_dir(root.join("a/b")).expect("a folder").count()
    }

    #[test]
    fn it_has_its_name_when_it_is_finished_and_not_before() {
        let root = tempfile::tempdir().expect("a folder");
        let mut file = Unfinished::create(root.path(), &place()).expect("a file");
        file.write(b"one").expect("room");
        assert!(!place().finished(root.path(), None).exists());
        assert_eq!(fs::read(place().unfinished(root.path())).expect("a file"), b"one");
        assert_eq!(file.finish().expect("finished"), 3);
        assert_eq!(fs::read(place().finished(root.path(), None)).expect("a file"), b"one");
        assert_eq!(files(root.path()), 1);
    }

    #[test]
    fn what_is_dropped_leaves_nothing() {
        let root = tempfile::tempdir().expect("a folder");
        let mut file = Unfinished::create(root.path(), &place()).expect("a file");
        file.write(b"one").expect("room");
        drop(file);
        assert_eq!(files(root.path()), 0);
    }

    #[test]
    fn only_what_begins_with_all_of_a_file_takes_its_place() {
        let root = tempfile::tempdir().expect("a folder");
        let long = vec![7; 100_000];
        assert_eq!(write(root.path(), &long[..50_000]).expect("the first"), 50_000);
        assert_eq!(write(root.path(), &long).expect("the same, longer"), 100_000);
        let mut other = long.clone();
        other[70_000] = 8;
        other.push(7);
        for other in [&long[..99_999], &other, b""] {
            let refused = write(root.path(), other).map_err(|error| error.kind());
            assert_eq!(refused, Err(ErrorKind::AlreadyExists), "{} bytes", other.len());
        }
        assert_eq!(fs::read(place().finished(root.path(), None)).expect("a file"), long);
        assert_eq!(files(root.path()), 1);
    }
}
