//! Recordings of real browsers (tests/recordings), brought into normal form.

mod common;

use common::{Normal, Packet, frames, normal, packets, recordings, write};
use proptest::prelude::*;
use std::{collections::BTreeSet, path::Path};

#[test]
fn byte_by_byte_or_at_once_it_is_the_same_and_twice_changes_nothing() {
    for (path, bytes) in recordings() {
        let at_once = normal(&bytes);
        let mut one = Normal::default();
        let mut byte_by_byte = Vec::new();
        for byte in &bytes {
            one.push(&[*byte]).expect("a good recording");
            byte_by_byte.extend(one.take());
        }
        assert!(byte_by_byte == at_once, "{}", path.display());
        assert!(normal(&at_once) == at_once, "{}", path.display());
    }
}

#[test]
fn it_is_one_cluster_of_simple_blocks_without_alpha() {
    for (path, bytes) in recordings() {
        let tidied = normal(&bytes);
        let count = |id: &[u8]| tidied.windows(id.len()).filter(|window| *window == id).count();
        assert_eq!(count(&[0x1F, 0x43, 0xB6, 0x75]), 1, "clusters in {}", path.display());
        assert_eq!(count(&[0x53, 0xC0, 0x81, 0x01]), 0, "AlphaMode 1 in {}", path.display());
    }
}

#[test]
fn ffprobe_reads_the_same_frames() {
    for (path, bytes) in recordings() {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let file = write(&name, &normal(&bytes));
        let frame = |packet: Packet| (packet.kind, packet.time, packet.size);
        let same = packets(&path).into_iter().map(frame).eq(packets(&file).into_iter().map(frame));
        assert!(same, "{name}: other packets");
        // Pictures come first now, whatever the browser put first.
        let tracks = |file: &Path| frames(file).lines().map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(tracks(&path), tracks(&file), "{name}");
    }
}

/// A recording, by its place in the folder.
fn any_recording() -> impl Strategy<Value = Vec<u8>> {
    let all: Vec<_> = recordings().into_iter().map(|(_, bytes)| bytes).collect();
    prop::sample::select(all)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn it_does_not_matter_where_it_was_cut(
        bytes in any_recording(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..100),
    ) {
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.index(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let mut one = Normal::default();
        let mut out = Vec::new();
        for cut in cuts.windows(2) {
            one.push(&bytes[cut[0]..cut[1]]).expect("a good recording");
            out.extend(one.take());
        }
        prop_assert_eq!(out, normal(&bytes));
    }
}
