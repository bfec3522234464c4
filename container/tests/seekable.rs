//! Segments as files in which players can seek, and many such files as one: what ffprobe finds in them.

mod common;

use blobcast_container::{Export, Head, Layout, Stored};
use common::{Packet, duration, frames, normal, packets, recordings, sought, write};
use proptest::prelude::*;
use std::path::Path;

/// A segment as a file, and how long it plays, ms.
fn seekable(segment: &[u8]) -> (Vec<u8>, u32) {
    let stored = Stored::read(segment).expect("frames");
    (stored.seekable().expect("not too many keyframes"), stored.duration())
}

fn head(file: &[u8]) -> Head {
    Head::read(file).expect("a head").expect("all of it")
}

fn copied(layout: &Layout, files: &[Vec<u8>]) -> Vec<u8> {
    let mut out = layout.head().to_vec();
    for piece in (0..).map_while(|index| layout.piece(index)) {
        out.extend(piece.head);
        out.extend_from_slice(&files[piece.file][piece.range.start as usize..piece.range.end as usize]);
    }
    assert_eq!(out.len() as u64, layout.len());
    out
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

/// When they are, and how large.
fn of_kind(packets: &[Packet], kind: &str) -> Vec<(i64, usize)> {
    packets.iter().filter(|packet| packet.kind == kind).map(|packet| (packet.time, packet.size)).collect()
}

#[test]
fn ffprobe_reads_the_same_frames_and_how_long_they_last() {
    for (path, bytes) in recordings() {
        let segment = normal(&bytes);
        let (file, millis) = seekable(&segment);
        let name = name(&path);
        let (before, after) =
            (write(&format!("segment-{name}"), &segment), write(&format!("file-{name}"), &file));
        let all = packets(&after);
        for kind in ["video", "audio"] {
            assert_eq!(of_kind(&packets(&before), kind), of_kind(&all, kind), "{name}");
        }
        let mut counts = [frames(&before), frames(&after)]
            .map(|counts| counts.lines().map(str::to_owned).collect::<Vec<_>>());
        counts.iter_mut().for_each(|counts| counts.sort());
        assert_eq!(counts[0], counts[1], "{name}");
        assert!((duration(&after) - f64::from(millis)).abs() < 0.5, "{name}: {} {millis}", duration(&after));
        let newest = all.iter().map(|packet| packet.time).max().expect("packets");
        assert!((newest + 1..newest + 150).contains(&i64::from(millis)), "{name}: {newest} {millis}");
    }
}

#[test]
fn a_player_that_seeks_gets_the_keyframe_before() {
    // Two keyframes and more: segments of a recording, one behind the other in one segment.
    let bytes =
        recordings().into_iter().find(|(path, _)| name(path) == "chromium-camera-vp8.webm").expect("one").1;
    let one = seekable(&normal(&bytes));
    let mut export = Export::default();
    let mut files = Vec::new();
    for index in 0..4 {
        assert!(export.add(index * u64::from(one.1), head(&one.0)));
        files.push(one.0.clone());
    }
    let long = copied(&export.layout().expect("an export"), &files);
    let file = write("sought.webm", &long);
    for index in 0..4 {
        let start = index * i64::from(one.1);
        assert_eq!(sought(&file, "v", start + i64::from(one.1) / 2), start, "{index}");
    }
    // And a file that was one segment has a cluster for each of them.
    if one.1 * 4 < 30_000 {
        let (again, millis) = seekable(&long);
        assert!(again == long);
        assert_eq!(millis, one.1 * 4);
    }
}

#[test]
fn an_export_has_all_frames_of_its_files_and_each_once() {
    let all: Vec<_> =
        recordings().into_iter().map(|(path, bytes)| (name(&path), seekable(&normal(&bytes)))).collect();
    let mut exports = 0;
    for (first, _) in &all {
        let (mut export, mut files, mut expected, mut end) = (Export::default(), Vec::new(), Vec::new(), 0);
        // Those behind it that can follow it. Browsers differ in the CodecDelay of their sound, which ffprobe takes off, so they are of one browser.
        for (name, (file, millis)) in all.iter().skip_while(|(name, _)| name != first) {
            let is_same_browser = name.split('-').next() == first.split('-').next();
            if is_same_browser && export.add(end, head(file)) {
                let packets = packets(&write(&format!("part-{name}"), file));
                expected.extend(
                    packets.into_iter().map(|packet| Packet { time: packet.time + end as i64, ..packet }),
                );
                files.push(file.clone());
                end += u64::from(*millis);
            }
        }
        if files.len() < 2 {
            continue;
        }
        exports += 1;
        let exported = copied(&export.layout().expect("an export"), &files);
        let file = write(&format!("export-{first}"), &exported);
        let found = packets(&file);
        for kind in ["video", "audio"] {
            assert_eq!(of_kind(&found, kind), of_kind(&expected, kind), "{first}");
        }
        assert!((duration(&file) - end as f64).abs() < 0.5, "{first}");
        frames(&file);
    }
    assert!(exports >= 3, "{exports} exports");
}

#[test]
fn tracks_have_the_same_numbers_whichever_was_recorded_first() {
    let find = |wanted: &str| recordings().into_iter().find(|(path, _)| name(path) == wanted).expect("one").1;
    let mut export = Export::default();
    // The first number is that of the sound in the one, and of the pictures in the other.
    for (index, name) in
        ["chromium-camera-vp8-opus.webm", "firefox-camera-vp8-opus.webm"].into_iter().enumerate()
    {
        assert!(export.add(index as u64 * 10_000, head(&seekable(&normal(&find(name))).0)), "{name}");
    }
    for name in ["chromium-camera-vp9-opus.webm", "chromium-camera-vp8.webm", "chromium-microphone-opus.webm"]
    {
        assert!(!export.add(20_000, head(&seekable(&normal(&find(name))).0)), "{name}");
    }
}

#[test]
fn the_segment_that_comes_again_begins_with_what_there_was() {
    let (_, bytes) = recordings().swap_remove(3);
    let segment = normal(&bytes);
    let whole = Stored::read(&segment).expect("frames");
    let file = Stored::read(&segment[..segment.len() / 2]).expect("frames").seekable().expect("a file");
    let half = Stored::read(&file).expect("frames");
    assert!(whole.begins_with(&half) && !half.begins_with(&whole));
    let mut other = segment.clone();
    *other.last_mut().expect("bytes") ^= 1;
    let other = Stored::read(&other).expect("frames");
    assert!(!whole.begins_with(&other) && !other.begins_with(&whole) && other.begins_with(&half));
}

#[test]
fn what_is_in_no_normal_form_is_left_as_it_is() {
    let (_, bytes) = recordings().swap_remove(3);
    let segment = normal(&bytes);
    assert!(Stored::read(&segment).is_some());
    let then = |bytes: &[u8]| Stored::read(&[&segment[..], bytes].concat()).is_some();
    assert!(!then(&[0xA0, 0x86, 0xA1, 0x84, 0x81, 0, 7, 9]), "a group");
    assert!(!then(&[0xA3, 0x85, 0x81, 0, 9, 0x06, 1]), "lacing");
    assert!(!then(&[0xE7, 0x82, 0x80, 0, 0xA3, 0x85, 0x81, 0, 9, 0x80, 1]), "longer than 30 s");
    assert!(then(&[0; 4096]), "a disk's rest of a power failure");
    for bytes in [&b""[..], b"head-1-2", &segment[..100]] {
        assert!(Stored::read(bytes).is_none());
    }
}

fn any_segment() -> impl Strategy<Value = Vec<u8>> {
    let all: Vec<_> = recordings().into_iter().map(|(_, bytes)| normal(&bytes)).collect();
    prop::sample::select(all)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_head_needs_no_more_than_what_is_before_the_first_cluster(segment in any_segment(), cut in any::<prop::sample::Index>()) {
        let (file, _) = seekable(&segment);
        let first = file.windows(4).position(|window| window == [0x1F, 0x43, 0xB6, 0x75]).expect("a cluster");
        let len = cut.index(first + 13);
        let read = Head::read(&file[..len]).expect("nothing wrong");
        prop_assert_eq!(read.is_some(), len >= first + 12, "{} of {}", len, first);
        if let Some(read) = read {
            prop_assert_eq!(read, head(&file));
        }
    }

    #[test]
    fn cut_off_anywhere_it_is_a_file_of_what_is_whole(segment in any_segment(), cut in any::<prop::sample::Index>()) {
        let len = cut.index(segment.len());
        if let Some(part) = Stored::read(&segment[..len]) {
            let whole = Stored::read(&segment).expect("frames");
            prop_assert!(whole.begins_with(&part));
            let (file, millis) = seekable(&segment[..len]);
            prop_assert_eq!(head(&file).duration, f64::from(millis));
            let read = Stored::read(&file).expect("frames");
            prop_assert!(read.begins_with(&part) && part.begins_with(&read));
        }
    }
}
