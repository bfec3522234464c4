//! Recordings made up here, for what no browser records today: real ones are in recordings.rs.

mod common;

use blobcast_container::{Error, Tidy};
use common::{Normal, normal};
use proptest::prelude::*;

const VIDEO: u8 = 1;
const AUDIO: u8 = 2;

/// An element with a size of one to four bytes.
fn element(id: &[u8], content: &[u8]) -> Vec<u8> {
    let len = content.len() as u32;
    let size = if len < 0x7F { vec![0x80 | len as u8] } else { (0x1000_0000 | len).to_be_bytes().to_vec() };
    [id, &size, content].concat()
}

/// An element with a size of four bytes.
fn long(id: &[u8], content: &[u8]) -> Vec<u8> {
    [id, &(0x1000_0000 | content.len() as u32).to_be_bytes(), content].concat()
}

#[derive(Clone, Debug)]
struct Block {
    track: u8,
    time: i16,
    is_key: bool,
    in_group: bool,
    frame: Vec<u8>,
}

impl Block {
    fn bytes(&self) -> Vec<u8> {
        let flags = if self.is_key && !self.in_group { 0x80 } else { 0 };
        let content = [&[0x80 | self.track], &self.time.to_be_bytes()[..], &[flags], &self.frame].concat();
        if !self.in_group {
            return element(&[0xA3], &content);
        }
        let reference = if self.is_key { vec![] } else { element(&[0xFB], &[0xFE]) };
        let additions = element(&[0x75, 0xA1], b"alpha");
        element(&[0xA0], &[element(&[0xA1], &content), additions, reference].concat())
    }
}

impl Block {
    /// A SimpleBlock whose size has four bytes.
    fn bytes_with_long_size(&self) -> Vec<u8> {
        let simple = self.bytes();
        let content = &simple[if simple[1] & 0x80 != 0 { 2 } else { 5 }..];
        long(&[0xA3], content)
    }
}

#[derive(Clone, Debug)]
struct Cluster {
    timestamp: u16,
    known_size: bool,
    blocks: Vec<Block>,
}

impl Cluster {
    fn bytes(&self) -> Vec<u8> {
        let mut content = element(&[0xE7], &self.timestamp.to_be_bytes());
        content.extend(element(&[0xAB], &[1]));
        content.extend(self.blocks.iter().flat_map(Block::bytes));
        if self.known_size {
            return element(&[0x1F, 0x43, 0xB6, 0x75], &content);
        }
        [&[0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], content.as_slice()]
            .concat()
    }
}

fn ebml_header() -> Vec<u8> {
    element(&[0x1A, 0x45, 0xDF, 0xA3], b"\x42\x82\x84webm")
}

fn info(scale: u32) -> Vec<u8> {
    element(&[0x15, 0x49, 0xA9, 0x66], &element(&[0x2A, 0xD7, 0xB1], &scale.to_be_bytes()))
}

/// Tracks of these kinds, numbered in this order; `uids` are theirs, as a recorder makes them up.
fn tracks(kinds: [u8; 2], uids: [&[u8]; 2]) -> Vec<u8> {
    let track = |number: u8| {
        let (kind, uid) = (kinds[usize::from(number) - 1], uids[usize::from(number) - 1]);
        let numbers = [element(&[0xD7], &[number]), element(&[0x73, 0xC5], uid)].concat();
        element(&[0xAE], &[numbers, about(kind, 1)].concat())
    };
    element(&[0x16, 0x54, 0xAE, 0x6B], &[track(1), track(2)].concat())
}

/// What else is said of a track; what the video says of its alpha plane.
fn about(kind: u8, alpha: u8) -> Vec<u8> {
    let video = if kind == VIDEO { element(&[0x53, 0xC0], &[alpha]) } else { vec![] };
    [element(&[0x83], &[kind]), element(&[0xE0], &video)].concat()
}

/// The tracks in normal form.
fn normal_tracks() -> Vec<u8> {
    let track = |number: u8| {
        let numbers = [element(&[0xD7], &[number]), element(&[0x73, 0xC5], &[number])].concat();
        long(&[0xAE], &[numbers, about(number, 0)].concat())
    };
    long(&[0x16, 0x54, 0xAE, 0x6B], &[track(VIDEO), track(AUDIO)].concat())
}

fn recording(clusters: &[Cluster]) -> Vec<u8> {
    recording_of(&tracks([VIDEO, AUDIO], [b"7 bytes", b"random"]), clusters)
}

fn recording_of(tracks: &[u8], clusters: &[Cluster]) -> Vec<u8> {
    let mut bytes = ebml_header();
    bytes.extend([0x18, 0x53, 0x80, 0x67, 0xFF]);
    bytes.extend(element(&[0xEC], &[0; 9]));
    bytes.extend(info(1_000_000));
    bytes.extend(tracks);
    bytes.extend(clusters.iter().flat_map(Cluster::bytes));
    bytes.extend(element(&[0x1C, 0x53, 0xBB, 0x6B], b"cues"));
    bytes
}

fn clusters() -> impl Strategy<Value = Vec<Cluster>> {
    let frame = prop::collection::vec(any::<u8>(), 1..200);
    let block = (VIDEO..=AUDIO, -5_i16..500, any::<bool>(), any::<bool>(), frame)
        .prop_map(|(track, time, is_key, in_group, frame)| Block { track, time, is_key, in_group, frame });
    let cluster = (5_u16..29_000, any::<bool>(), prop::collection::vec(block, 0..5));
    let cluster =
        cluster.prop_map(|(timestamp, known_size, blocks)| Cluster { timestamp, known_size, blocks });
    prop::collection::vec(cluster, 1..5)
}

/// What is expected of a recording: written down the short way.
fn tidied(clusters: &[Cluster]) -> Vec<u8> {
    let mut bytes = ebml_header();
    bytes.extend([0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
    bytes.extend([info(1_000_000), normal_tracks()].concat());
    bytes.extend([0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xE7, 0x81, 0x00]);
    let head = bytes.len();
    let all = clusters.iter().flat_map(|cluster| {
        let timestamp = i16::try_from(cluster.timestamp).expect("under 32767");
        cluster.blocks.iter().map(move |block| Block { time: timestamp + block.time, ..block.clone() })
    });
    let (mut newest, mut has_picture) = (0, false);
    for mut block in all {
        block.in_group = false;
        block.is_key |= block.track == AUDIO;
        has_picture |= block.track == VIDEO && block.is_key;
        if block.track == VIDEO && !has_picture {
            continue;
        }
        newest = newest.max(block.time);
        block.time = newest;
        bytes.extend(block.bytes_with_long_size());
    }
    // No frame, no segment.
    if head == bytes.len() { vec![] } else { bytes }
}

proptest! {
    #[test]
    fn all_clusters_become_one_in_normal_form(clusters in clusters()) {
        prop_assert_eq!(normal(&recording(&clusters)), tidied(&clusters));
    }

    #[test]
    fn tidying_twice_changes_nothing(clusters in clusters()) {
        let once = normal(&recording(&clusters));
        prop_assert_eq!(normal(&once), once);
    }
}

fn picture(time: i16) -> Block {
    Block { track: VIDEO, time, is_key: true, in_group: false, frame: vec![1] }
}

fn cluster(timestamp: u16, blocks: &[Block]) -> Cluster {
    Cluster { timestamp, known_size: false, blocks: blocks.to_vec() }
}

/// What tidying one recording ends with, and what it gave until then.
fn tidy_until_error(bytes: &[u8]) -> (Error, Vec<u8>) {
    let mut normal = Normal::default();
    (normal.push(bytes).expect_err("a bad recording"), normal.take())
}

#[test]
fn tracks_are_alike_whatever_numbers_and_uids_a_recorder_gave_them() {
    let sound = Block { track: AUDIO, ..picture(9) };
    let usual = [cluster(0, &[picture(0), sound.clone()])];
    let swapped = [cluster(0, &[Block { track: 2, ..picture(0) }, Block { track: 1, ..sound }])];
    for uids in [[&b"7 bytes"[..], b"random"], [b"1", b"another"], [b"", b""]] {
        let recordings = [
            recording_of(&tracks([VIDEO, AUDIO], uids), &usual),
            recording_of(&tracks([AUDIO, VIDEO], uids), &swapped),
        ];
        assert_eq!(recordings.map(|recording| normal(&recording)), [tidied(&usual), tidied(&usual)]);
    }
}

#[test]
fn a_segment_ends_before_thirty_seconds() {
    let good = [cluster(29_999, &[picture(0)])];
    Normal::default().push(&recording(&good)).expect("not yet");
    // A slice that begins before a sleep and ends ten minutes later, in one piece.
    let slept =
        [cluster(29_999, &[picture(0)]), cluster(60_000, &[picture(0)]), cluster(60_040, &[picture(0)])];
    assert_eq!(tidy_until_error(&recording(&slept)), (Error::TooLong, tidied(&good)));
    let late = cluster(0, &[picture(0), picture(30_000)]);
    assert_eq!(tidy_until_error(&recording(&[late])), (Error::TooLong, tidied(&[cluster(0, &[picture(0)])])));
}

#[test]
fn what_is_not_understood_ends_it_with_what_was_whole() {
    let good = [cluster(0, &[picture(0)])];
    let then = |bad: Vec<u8>| {
        let mut bytes = recording(&good);
        bytes.extend(bad);
        let (error, whole) = tidy_until_error(&bytes);
        assert_eq!(whole, tidied(&good));
        error
    };
    assert_eq!(then(element(&[0xA3], &[0x81, 0, 9, 0x06, 1])), Error::Laced);
    assert_eq!(then(element(&[0xA3], &[0x83, 0, 9, 0x80, 1])), Error::Damaged, "an unknown track");
    assert_eq!(then(element(&[0xA3], &[0x81, 0])), Error::Damaged, "no room for a time");
    assert_eq!(then(element(&[0xA0], &element(&[0xFB], &[1]))), Error::Damaged, "a group without a block");
    assert_eq!(then(element(&[0xB5], &[0])), Error::Damaged, "an element that does not belong here");
    assert_eq!(then(vec![0x00]), Error::Damaged, "no element at all");
    assert_eq!(then(vec![0xA3, 0xFF]), Error::Damaged, "a block of unknown size");
    assert_eq!(then(vec![0xA3, 0x08, 0x7F, 0xFF, 0xFF, 0xFF]), Error::TooLarge);
}

#[test]
fn what_is_no_webm_is_said_so() {
    assert_eq!(Tidy::default().push(b"\x00\x00\x00\x20ftypisom"), Err(Error::Damaged));
    assert_eq!(Tidy::default().push(&[0x1F, 0x43, 0xB6, 0x75, 0xFF]), Err(Error::Damaged));
    let matroska = element(&[0x1A, 0x45, 0xDF, 0xA3], b"\x42\x82\x88matroska");
    assert_eq!(Tidy::default().push(&matroska), Err(Error::Damaged));
    let head = [ebml_header(), vec![0x18, 0x53, 0x80, 0x67, 0xFF]].concat();
    let nanoseconds = [&head[..], &info(1)].concat();
    assert_eq!(Tidy::default().push(&nanoseconds), Err(Error::TimestampScale));
    let no_tracks = [&head[..], &cluster(0, &[]).bytes()].concat();
    assert_eq!(Tidy::default().push(&no_tracks), Err(Error::Damaged));
}
