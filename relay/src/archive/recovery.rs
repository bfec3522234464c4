//! What a relay that was killed, or a machine that lost its power, has left unfinished: found at the start, while the relay is live already,
//! and finished by the writer, one at a time in between. Of two finished files of one segment the shorter one goes: the longer had its name
//! already, and was about to take its place.

use super::{
    compare::{Change, read_finished},
    label::Label,
    place::Place,
    writer::Order,
};
use blobcast_container::Stored;
use blobcast_wire::{Name, Segment};
use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs, io,
    path::Path,
    sync::mpsc::{Sender, channel},
};
use tracing::{info, warn};

/// Finds all that is unfinished in an archive, and has it finished.
pub(super) fn recover(root: &Path, orders: &Sender<Order>) {
    let mut finished = 0;
    let is_over = look(root, None, &mut |place| {
        let (done, waits) = channel();
        let is_ordered = orders.send(Order::Recover { place, done }).is_ok();
        // Meanwhile the writer takes what is live.
        let Some(is_new) = is_ordered.then(|| waits.recv().ok()).flatten() else { return false };
        finished += u64::from(is_new);
        true
    });
    if is_over && finished > 0 {
        info!("the archive has {finished} segments more, which were unfinished when a relay ended");
    }
}

/// Looks through the folder of a name and all below it; without a name, through all. `false`: the relay ends.
fn look(root: &Path, name: Option<&Name>, found: &mut impl FnMut(Place) -> bool) -> bool {
    let folder = name.map_or(root.into(), |name| root.join(name.as_str()));
    let mut finished = BTreeMap::new();
    // What cannot be read cannot be written to either, which is told when somebody does.
    for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
        let Some(file) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let goes_on = if is_folder {
            let below = name.map_or(file.clone(), |name| format!("{name}/{file}")).parse();
            below.map_or(true, |below| look(root, Some(&below), found))
        } else if let Some(label) = name.and_then(|_| Label::parse(&file)) {
            keep_longest(&folder, &mut finished, label);
            true
        } else {
            let place = name.cloned().zip(Label::parse_unfinished(&file));
            place.is_none_or(|(name, label)| found(Place { name, label }))
        };
        if !goes_on {
            return false;
        }
    }
    true
}

/// Of two with one number.
fn keep_longest(folder: &Path, finished: &mut BTreeMap<Segment, Label>, label: Label) {
    let mut known = match finished.entry(label.number) {
        Entry::Vacant(entry) => {
            entry.insert(label);
            return;
        }
        Entry::Occupied(known) => known,
    };
    let (shorter, longer) =
        if known.get().duration < label.duration { (known.get(), &label) } else { (&label, known.get()) };
    match replace(folder, shorter, longer) {
        Ok(true) => info!("the archive keeps {shorter} no longer: {longer} has all of it"),
        Ok(false) => warn!("{shorter} is in no list: {longer} has its number, and other frames"),
        Err(error) => warn!("{shorter} stays in the archive beside {longer}, and is in no list: {error}"),
    }
    if known.get().duration < label.duration {
        known.insert(label);
    }
}

/// Removes the first of two finished files of a folder, if the second has all that is in it. Whether it did.
fn replace(folder: &Path, older: &Label, newer: &Label) -> io::Result<bool> {
    let [older, newer] = [older, newer].map(|label| folder.join(label.to_string()));
    let bytes = read_finished(&newer)?;
    let is_in_it = matches!(Change::between(&older, &newer, Stored::read(&bytes).as_ref())?, Change::Longer);
    if is_in_it {
        fs::remove_file(older)?;
    }
    Ok(is_in_it)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::catalogue::Catalogue;
    use std::time::Duration;

    /// A segment in normal form.
    const SEGMENT: &[u8] = include_bytes!("../../../fuzz/corpus/archive/chromium-camera-vp8-opus");

    /// What a crash leaves between the two last steps of `finish`.
    #[test]
    fn of_two_files_of_one_segment_the_shorter_goes_if_the_longer_has_all_of_it() {
        let root = tempfile::tempdir().expect("a folder");
        let name: Name = "lobby".parse().expect("a name");
        let folder = root.path().join("lobby");
        let write = |number, bytes: &[u8]| {
            let place = Place::new(&name, number, "video/webm;codecs=vp8,opus");
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(place.unfinished(root.path()), bytes).expect("a file");
            let finished = super::super::finish::finish(&Catalogue::new(root.path()), &place);
            finished.expect("room").expect("a new file").label.to_string()
        };
        let keep = |file: &str| fs::read(folder.join(file)).expect("a file");
        let mut expected = Vec::new();
        for number in [7, 8] {
            let short = write(number, &SEGMENT[..SEGMENT.len() / 2]);
            let bytes = keep(&short);
            expected.push(write(number, SEGMENT));
            fs::write(folder.join(short), bytes).expect("room");
        }
        // One of another segment, as nothing but a hand puts it there.
        let other = Label::new(7, "video/webm").lasting(Some(Duration::from_millis(1))).to_string();
        fs::write(folder.join(&other), "mine").expect("room");
        expected.push(other);
        assert!(look(root.path(), None, &mut |_| true));
        let files = fs::read_dir(folder).expect("a folder");
        let mut files: Vec<_> =
            files.map(|file| file.expect("a file").file_name().into_string().expect("text")).collect();
        files.sort();
        expected.sort();
        assert_eq!(files, expected);
    }

    #[test]
    fn unfinished_segments_of_all_names_are_found_and_nothing_else() {
        let root = tempfile::tempdir().expect("a folder");
        let place =
            |name: &str, number| Place::new(&name.parse().expect("a name"), number, "video/webm;codecs=vp8");
        let expected = [place("a", 1), place("a", 2), place("a/b/c", 1)];
        for place in &expected {
            fs::create_dir_all(place.folder(root.path())).expect("a folder");
            fs::write(place.unfinished(root.path()), "").expect("a file");
        }
        fs::write(place("a", 3).finished(root.path(), None), "").expect("a file");
        fs::write(root.path().join(".lock"), "").expect("a file");
        fs::create_dir(root.path().join(".git")).expect("a folder");
        fs::copy(
            expected[0].unfinished(root.path()),
            root.path().join(".git").join(expected[0].label.unfinished()),
        )
        .expect("a copy");
        let mut found = Vec::new();
        assert!(look(root.path(), None, &mut |place| {
            found.push(place);
            true
        }));
        found.sort_by_key(|place| (place.name.as_str().to_owned(), place.label.number));
        assert_eq!(found, expected);
        assert!(!look(root.path(), None, &mut |_| false));
    }
}
