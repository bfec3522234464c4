//! Recordings of real browsers, cut off after every byte and damaged in every byte: what is whole until there is given, and no more comes
//! out than went in.

mod common;

use blobcast_container::{Head, Part, Remux, Stored};
use common::{Normal, normal, recordings};
use std::time::{Duration, Instant};

/// Recordings that are no longer than this are taken whole, bytes.
const SHORT: usize = 20_000;

/// So much of the others: all that is in a head, and a second of pictures and sound, bytes. With TESTS=long they are taken whole, too.
const LEN: usize = 8_000;

/// What may be made up of sound that is missing, bytes: the shortest packets, for as long as these recordings are.
const MADE_UP: usize = 100_000;

/// How long one of them may take, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(2);

/// A recording or its beginning, with how much of its normal form is whole after each of its bytes.
struct Recording {
    name: String,
    bytes: Vec<u8>,
    normal: Vec<u8>,
    whole: Vec<usize>,
}

fn recorded() -> impl Iterator<Item = Recording> {
    let is_long = std::env::var("TESTS").is_ok_and(|tests| tests == "long");
    recordings().into_iter().map(move |(path, mut bytes)| {
        if bytes.len() > SHORT && !is_long {
            bytes.truncate(LEN);
        }
        let mut one = Normal::default();
        let mut given = Vec::new();
        let mut whole = vec![0];
        for byte in &bytes {
            one.push(&[*byte]).expect("a good recording");
            given.extend(one.take());
            whole.push(given.len());
        }
        Recording { name: path.display().to_string(), bytes, normal: given, whole }
    })
}

/// What a recording gives before it ends or is found to be damaged.
fn given(bytes: &[u8]) -> Vec<u8> {
    let began = Instant::now();
    let mut one = Normal::default();
    let _ = one.push(bytes);
    let given = one.take();
    assert!(began.elapsed() < PATIENCE, "it took {:?}", began.elapsed());
    given
}

/// How many bytes a player makes of a segment, whether it is damaged or not.
fn played(bytes: &[u8]) -> usize {
    let began = Instant::now();
    let mut remux = Remux::default();
    let _ = remux.push(bytes).and_then(|()| remux.flush());
    let parts = remux.take();
    assert!(began.elapsed() < PATIENCE, "it took {:?}", began.elapsed());
    let len = |part: &Part| match part {
        Part::Init(bytes) | Part::Media(bytes) => bytes.len(),
    };
    parts.iter().map(len).sum()
}

#[test]
fn cut_off_after_any_byte_it_gives_what_is_whole() {
    for Recording { name, bytes, normal, whole } in recorded() {
        for (len, whole) in whole.iter().enumerate() {
            assert!(given(&bytes[..len]) == normal[..*whole], "{name}, {len} bytes of it");
        }
    }
}

#[test]
fn damaged_in_any_byte_it_gives_what_came_before() {
    for Recording { name, mut bytes, normal, whole } in recorded() {
        for at in 0..bytes.len() {
            bytes[at] ^= 0xFF;
            let given = given(&bytes);
            bytes[at] ^= 0xFF;
            assert!(given.starts_with(&normal[..whole[at]]), "{name} at {at}");
            assert!(given.len() <= 2 * bytes.len(), "{name} at {at}");
        }
    }
}

#[test]
fn cut_off_or_damaged_a_segment_makes_a_player_write_little_more_than_there_was() {
    for Recording { name, bytes, .. } in recorded() {
        let mut segment = normal(&bytes);
        for at in 0..segment.len() {
            let most = 2 * segment.len() + MADE_UP;
            assert!(played(&segment[..at]) < most, "{name}, {at} bytes of it");
            segment[at] ^= 0xFF;
            assert!(played(&segment) < most, "{name} at {at}");
            segment[at] ^= 0xFF;
        }
    }
}

#[test]
fn cut_off_or_damaged_a_kept_segment_is_a_file_of_what_comes_before() {
    for Recording { name, bytes, .. } in recorded() {
        let mut segment = normal(&bytes);
        let whole = segment.clone();
        let whole = Stored::read(&whole).expect("frames");
        let file = whole.seekable().expect("a file");
        for at in 0..segment.len() {
            let cut = Stored::read(&segment[..at]);
            assert!(cut.as_ref().is_none_or(|cut| whole.begins_with(cut)), "{name}, {at} bytes of it");
            segment[at] ^= 0xFF;
            let began = Instant::now();
            let damaged = Stored::read(&segment);
            // Damage to its head or in a frame is nothing that anybody would notice here.
            let made = damaged.and_then(|damaged| damaged.seekable().ok());
            assert!(began.elapsed() < PATIENCE, "it took {:?}", began.elapsed());
            assert!(made.is_none_or(|made| made.len() < 2 * file.len()), "{name} at {at}");
            segment[at] ^= 0xFF;
        }
        let mut file = file;
        for at in 0..file.len() {
            file[at] ^= 0xFF;
            let _ = (Head::read(&file), Stored::read(&file));
            file[at] ^= 0xFF;
        }
    }
}
