//! Real recordings with the durations of their frames written beside them.

mod common;

use blobcast_container::{Durations, Error};
use common::{Packet, packets, recordings, tidy, write};
use proptest::prelude::*;

/// All of a recording, in pieces of these lengths.
fn lasting(bytes: &[u8], mut next: impl FnMut() -> usize) -> Vec<u8> {
    let mut durations = Durations::default();
    let mut out = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, later) = rest.split_at(next().min(rest.len()));
        durations.push(piece).expect("normal form");
        out.extend(durations.take());
        rest = later;
    }
    durations.flush();
    out.extend(durations.take());
    out
}

#[test]
fn ffprobe_reads_the_same_frames_and_each_lasts_until_the_next() {
    for (path, bytes) in recordings() {
        let tidied = tidy(&bytes);
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let before = packets(&write(&format!("{name}-tidy.webm"), &tidied));
        let after = packets(&write(&format!("{name}-lasting.webm"), &lasting(&tidied, || usize::MAX)));
        let frame = |packet: &Packet| (packet.kind.clone(), packet.time, packet.size);
        let same = before.iter().map(frame).eq(after.iter().map(frame));
        assert!(same, "{name}: other frames");

        let pictures: Vec<_> = after.iter().filter(|packet| packet.kind == "video").collect();
        for pair in pictures.windows(2) {
            assert_eq!(pair[0].duration, pair[1].time - pair[0].time, "{name} at {} ms", pair[0].time);
        }
        for sound in after.iter().filter(|packet| packet.kind == "audio") {
            assert!([20, 60].contains(&sound.duration), "{name}: a packet of {} ms", sound.duration);
        }
    }
}

#[test]
fn byte_by_byte_or_at_once_it_is_the_same() {
    for (path, bytes) in recordings() {
        let tidied = tidy(&bytes);
        let at_once = lasting(&tidied, || usize::MAX);
        assert!(lasting(&tidied, || 1) == at_once, "{}", path.display());
    }
}

/// A recording of one video and one audio track in normal form, up to its first block.
fn start() -> Vec<u8> {
    let head = b"\x1A\x45\xDF\xA3\x87\x42\x82\x84webm\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF";
    let tracks = b"\x16\x54\xAE\x6B\x90\xAE\x86\xD7\x81\x01\x83\x81\x01\xAE\x86\xD7\x81\x02\x83\x81\x02";
    [&head[..], tracks, b"\x1F\x43\xB6\x75\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xE7\x81\x00"].concat()
}

fn picture(time: u16) -> Vec<u8> {
    let [high, low] = time.to_be_bytes();
    vec![0xA3, 0x85, 0x81, high, low, 0x00, b'P']
}

/// A packet of Opus that lasts 60 ms.
fn sound(time: u16) -> Vec<u8> {
    let [high, low] = time.to_be_bytes();
    vec![0xA3, 0x85, 0x82, high, low, 0x80, 0x18]
}

/// The times of the blocks in what came out, with their durations, ms.
fn blocks(bytes: &[u8]) -> Vec<(u16, u32)> {
    let ends = (0..bytes.len().saturating_sub(5)).filter(|&at| bytes[at..].starts_with(&[0x9B, 0x84]));
    let number = |range: std::ops::Range<usize>| bytes[range].iter().fold(0, |n, &b| n << 8 | u32::from(b));
    ends.map(|at| (number(at - 4..at - 2) as u16, number(at + 2..at + 6))).collect()
}

#[test]
fn a_picture_waits_for_the_next_one_and_sound_behind_it_waits_too() {
    let mut durations = Durations::default();
    durations.push(&[start(), picture(0), sound(10)].concat()).expect("normal form");
    assert_eq!(blocks(&durations.take()), []);
    durations.push(&[picture(40), sound(70)].concat()).expect("normal form");
    assert_eq!(blocks(&durations.take()), [(0, 40), (10, 60)]);
    durations.flush();
    assert_eq!(
        blocks(&durations.take()),
        [(40, 40), (70, 60)],
        "the last one lasts as long as the one before"
    );
    durations.flush();
    assert_eq!(blocks(&durations.take()), [], "nothing twice");
}

#[test]
fn the_last_picture_of_a_segment_lasts_a_moment_unless_it_is_the_only_one() {
    for (times, last) in [(&[0, 40][..], (40, 1)), (&[0], (0, 33))] {
        let mut durations = Durations::default();
        let pictures: Vec<_> = times.iter().flat_map(|&time| picture(time)).collect();
        durations.push(&[start(), pictures].concat()).expect("normal form");
        durations.end();
        assert_eq!(blocks(&durations.take()).last(), Some(&last));
    }
}

#[test]
fn a_picture_that_stands_still_does_not_hold_the_sound_for_ever() {
    let mut durations = Durations::default();
    durations.push(&[start(), picture(0)].concat()).expect("normal form");
    for time in (0..=480).step_by(60) {
        durations.push(&sound(time)).expect("normal form");
    }
    assert_eq!(blocks(&durations.take()), []);
    durations.push(&sound(540)).expect("normal form");
    let released = blocks(&durations.take());
    assert_eq!((released[0], released.len()), ((0, 540), 11));
    durations.push(&sound(600)).expect("normal form");
    assert_eq!(blocks(&durations.take()), [(600, 60)]);
}

#[test]
fn times_and_sizes_that_no_segment_has_are_refused() {
    let mut late = start();
    late.truncate(late.len() - 3);
    late.extend([0xE7, 0x88, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
    assert_eq!(Durations::default().push(&[late, picture(1)].concat()), Err(Error::TooLong));
    let huge = [start(), vec![0xA3, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00]].concat();
    assert_eq!(Durations::default().push(&huge), Err(Error::TooLarge));
}

proptest! {
    #[test]
    fn no_input_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>()) {
        let _ = Durations::default().push(&bytes);
        let mut damaged = [start(), picture(0), sound(10), picture(40)].concat();
        let at = at.index(damaged.len());
        damaged.splice(at..at, bytes);
        let mut durations = Durations::default();
        let _ = durations.push(&damaged);
        durations.flush();
    }
}
