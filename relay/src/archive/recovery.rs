//! What a relay that was killed, or a machine that lost its power, has left unfinished: found at the start, while the relay is live already,
//! and finished by the writer, one at a time in between.

use super::{label::Label, place::Place, writer::Order};
use blobcast_wire::Name;
use std::{
    fs,
    path::Path,
    sync::mpsc::{Sender, channel},
};
use tracing::info;

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
    // What cannot be read cannot be written to either, which is told when somebody does.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Some(file) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let goes_on = if is_folder {
            let below = name.map_or(file.clone(), |name| format!("{name}/{file}")).parse();
            below.map_or(true, |below| look(root, Some(&below), found))
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

#[cfg(test)]
mod tests {
    use super::*;

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
