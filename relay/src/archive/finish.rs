//! From a segment's bytes as they came to a file in which players can seek.

use super::{catalogue::Catalogue, compare::Change, label::Label, place::Place, record::Recording};
use crate::span::Span;
use blobcast_container::Stored;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    time::Duration,
};

/// A segment that has more is kept as it came, bytes: making a file of it takes twice as much memory.
pub(super) const MOST: u64 = 64 << 20;

/// So many segments are looked at for the one with a number. No more of a name ever overlap.
const OVERLAPPING: usize = 1000;

/// Gives a place's unfinished file its name. What is in normal form becomes a file in which players can seek; anything else stays
/// as it came, and nobody knows how long it plays. `None`: all of it is there already.
///
/// # Errors
/// The unfinished file is where it was; what becomes of it is the writer's to say. [`ErrorKind::AlreadyExists`]: another segment of that number is there.
pub(super) fn finish(catalogue: &Catalogue, place: &Place) -> io::Result<Option<Recording>> {
    let folder = place.folder(catalogue.root());
    let part = place.unfinished(catalogue.root());
    let about = fs::metadata(&part)?;
    if !about.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is no file"));
    }
    let raw = if about.len() <= MOST { fs::read(&part)? } else { Vec::new() };
    let stored = Stored::read(&raw);
    let older = older(catalogue, place)?;
    let older = older.map(|label| (folder.join(label.to_string()), label)).filter(|(path, _)| path.exists());
    if let Some((path, label)) = &older {
        match Change::between(path, &part, stored.as_ref())? {
            Change::Longer => {}
            // An earlier relay kept it as it came.
            Change::Nothing if stored.is_some() && label.duration.is_none() => {}
            Change::Nothing => {
                fs::remove_file(&part)?;
                return Ok(None);
            }
            Change::Other => {
                return Err(io::Error::new(ErrorKind::AlreadyExists, "another file of that name is there"));
            }
        }
    }
    let made = stored.and_then(|stored| Some((stored.seekable().ok()?, stored.duration())));
    let (whole, bytes, duration) = match made {
        Some((bytes, millis)) => {
            let duration = Duration::from_millis(millis.into());
            (write_beside(&part, &bytes)?, bytes.len() as u64, Some(duration))
        }
        None => {
            // A name may reach the disk before the bytes do, and then stand on an empty file after a power failure.
            OpenOptions::new().write(true).open(&part)?.sync_all()?;
            (part.clone(), about.len(), None)
        }
    };
    let finished = place.finished(catalogue.root(), duration);
    fs::rename(&whole, &finished)?;
    // What was in its place, and what it was made of. After a crash in between the next relay removes both: `recovery`.
    for gone in older
        .into_iter()
        .map(|(path, _)| path)
        .chain([part])
        .filter(|gone| *gone != finished && *gone != whole)
    {
        match fs::remove_file(gone) {
            // The recovery did.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            removed => removed?,
        }
    }
    Ok(Some(Recording { label: place.label.clone().lasting(duration), bytes }))
}

/// What is there with the same number.
fn older(catalogue: &Catalogue, place: &Place) -> io::Result<Option<Label>> {
    let number = place.label.number;
    let listing = catalogue.list(&place.name, Span { from: number, to: number + 1 }, OVERLAPPING)?;
    Ok(listing.recordings.into_iter().map(|recording| recording.label).find(|label| label.number == number))
}

/// Writes a file to the disk under a name that nothing reads, and says which.
fn write_beside(part: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let beside = part.with_extension("whole");
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        // A name may reach the disk before the bytes do, and then stand on an empty file after a power failure.
        file.sync_all()
    });
    match written {
        Ok(()) => Ok(beside),
        Err(error) => {
            let _ = fs::remove_file(&beside);
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A segment in normal form.
    const SEGMENT: &[u8] = include_bytes!("../../../fuzz/corpus/archive/chromium-camera-vp8-opus");

    fn place() -> Place {
        Place::new(&"a/b".parse().expect("a name"), 7, "video/webm;codecs=vp8,opus")
    }

    fn write(root: &Path, bytes: &[u8]) -> io::Result<Option<Recording>> {
        fs::create_dir_all(place().folder(root)).expect("a folder");
        fs::write(place().unfinished(root), bytes).expect("a file");
        // What a catalogue has read is of no matter here.
        finish(&Catalogue::new(root), &place())
    }

    fn files(root: &Path) -> Vec<String> {
        let files = fs::read_dir(root.join("a/b")).expect("a folder");
        let mut files: Vec<_> =
            files.map(|file| file.expect("a file").file_name().into_string().expect("text")).collect();
        files.sort();
        files
    }

    fn refused(written: io::Result<Option<Recording>>) -> ErrorKind {
        written.expect_err("another one").kind()
    }

    #[test]
    fn what_is_in_normal_form_can_be_sought_in_and_its_name_says_how_long_it_plays() {
        let root = tempfile::tempdir().expect("a folder");
        let Recording { label, bytes } = write(root.path(), SEGMENT).expect("room").expect("a new file");
        let file = label.to_string();
        assert!(file.ends_with("ms-vp8+opus.webm"), "{file}");
        assert_eq!(files(root.path()), [&*file]);
        let read = fs::read(root.path().join("a/b").join(file)).expect("a file");
        assert_eq!(read.len() as u64, bytes);
        let head = blobcast_container::Head::read(&read).expect("a head").expect("all of it");
        assert_eq!(label.duration.map(|millis| f64::from(millis.get())), Some(head.duration));
    }

    #[test]
    fn what_is_not_stays_as_it_came() {
        let root = tempfile::tempdir().expect("a folder");
        let Recording { label, bytes } = write(root.path(), b"no WebM").expect("room").expect("a new file");
        assert_eq!((label.duration, bytes), (None, 7));
        assert_eq!(files(root.path()), [label.to_string()]);
    }

    #[test]
    fn only_what_begins_with_all_frames_of_a_file_takes_its_place() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        let short = write(root, &SEGMENT[..SEGMENT.len() / 2]).expect("room").expect("the first");
        assert_eq!(write(root, &SEGMENT[..SEGMENT.len() / 3]).expect("room"), None, "nothing new");
        assert_eq!(files(root), [short.label.to_string()]);
        let long = write(root, SEGMENT).expect("room").expect("the same, longer");
        assert_eq!(files(root), [long.label.to_string()]);
        assert_eq!(write(root, &SEGMENT[..SEGMENT.len() / 2]).expect("room"), None, "nothing new");
        assert_eq!(files(root), [long.label.to_string()]);
        let mut other = SEGMENT.to_vec();
        other[SEGMENT.len() / 2] ^= 1;
        for other in [&other[..], b"no WebM"] {
            assert_eq!(refused(write(root, other)), ErrorKind::AlreadyExists);
        }
        fs::remove_file(place().unfinished(root)).expect("it stayed");
        assert_eq!(files(root), [long.label.to_string()]);
    }

    #[test]
    fn without_frames_the_bytes_are_compared() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        let long = vec![7; 100_000];
        write(root, &long[..50_000]).expect("room").expect("the first");
        let kept = write(root, &long).expect("room").expect("the same, longer");
        assert_eq!(kept.bytes, 100_000);
        assert_eq!(write(root, &long[..99_999]).expect("room"), None, "nothing new");
        let mut other = long.clone();
        other[70_000] = 8;
        other.push(7);
        assert_eq!(refused(write(root, &other)), ErrorKind::AlreadyExists);
        let file = place().finished(root, None);
        assert_eq!(fs::read(file).expect("a file"), long);
    }
}
