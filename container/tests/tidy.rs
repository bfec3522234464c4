//! Recordings made up here, as browsers write them: real ones are played end to end.

use blobcast_container::{Error, Tidy};
use proptest::prelude::*;

/// An element with a size of one to four bytes.
fn element(id: &[u8], content: &[u8]) -> Vec<u8> {
    let len = content.len() as u32;
    let size = if len < 0x7F { vec![0x80 | len as u8] } else { (0x1000_0000 | len).to_be_bytes().to_vec() };
    [id, &size, content].concat()
}

fn block(time: i16, data: &[u8]) -> Vec<u8> {
    [&[0x81], &time.to_be_bytes()[..], &[0x80], data].concat()
}

#[derive(Clone, Debug)]
struct Cluster {
    timestamp: u16,
    known_size: bool,
    blocks: Vec<(i16, Vec<u8>, bool)>,
}

impl Cluster {
    fn bytes(&self) -> Vec<u8> {
        let mut content = element(&[0xE7], &self.timestamp.to_be_bytes());
        for (time, data, in_group) in &self.blocks {
            let block = block(*time, data);
            content.extend(match in_group {
                true => element(&[0xA0], &[element(&[0x9B], &[33]), element(&[0xA1], &block)].concat()),
                false => element(&[0xA3], &block),
            });
        }
        if self.known_size {
            return element(&[0x1F, 0x43, 0xB6, 0x75], &content);
        }
        [&[0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], content.as_slice()]
            .concat()
    }
}

fn recording(clusters: &[Cluster]) -> Vec<u8> {
    let mut bytes = element(&[0x1A, 0x45, 0xDF, 0xA3], b"\x42\x82\x84webm");
    bytes.extend([0x18, 0x53, 0x80, 0x67, 0xFF]);
    bytes.extend(element(&[0xEC], &[0; 9]));
    bytes.extend(element(&[0x15, 0x49, 0xA9, 0x66], b"info"));
    bytes.extend(element(&[0x16, 0x54, 0xAE, 0x6B], &[7; 200]));
    bytes.extend(clusters.iter().flat_map(Cluster::bytes));
    bytes.extend(element(&[0x1C, 0x53, 0xBB, 0x6B], b"cues"));
    bytes
}

fn clusters() -> impl Strategy<Value = Vec<Cluster>> {
    let block = (-5_i16..500, prop::collection::vec(any::<u8>(), 1..200), any::<bool>());
    let cluster = (5_u16..30_000, any::<bool>(), prop::collection::vec(block, 0..5));
    let cluster =
        cluster.prop_map(|(timestamp, known_size, blocks)| Cluster { timestamp, known_size, blocks });
    prop::collection::vec(cluster, 1..5)
}

/// What is expected of a recording: written down the short way.
fn tidied(clusters: &[Cluster]) -> Vec<u8> {
    let mut blocks = clusters.iter().flat_map(|cluster| {
        cluster.blocks.iter().map(|(time, data, in_group)| {
            (i16::try_from(cluster.timestamp).expect("under 32767") + time, data.clone(), *in_group)
        })
    });
    let one = Cluster { timestamp: 0, known_size: false, blocks: blocks.by_ref().collect() };
    let mut bytes = element(&[0x1A, 0x45, 0xDF, 0xA3], b"\x42\x82\x84webm");
    bytes.extend([0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
    bytes.extend(element(&[0x15, 0x49, 0xA9, 0x66], b"info"));
    bytes.extend(element(&[0x16, 0x54, 0xAE, 0x6B], &[7; 200]));
    let cluster = one.bytes();
    // The timestamp 0 is written in one byte.
    bytes.extend(&cluster[..12]);
    bytes.extend([0xE7, 0x81, 0x00]);
    bytes.extend(&cluster[16..]);
    bytes
}

fn tidy(bytes: &[u8]) -> Vec<u8> {
    let mut tidy = Tidy::default();
    tidy.push(bytes).expect("a good recording");
    tidy.take()
}

proptest! {
    #[test]
    fn all_clusters_become_one(clusters in clusters()) {
        prop_assert_eq!(tidy(&recording(&clusters)), tidied(&clusters));
    }

    #[test]
    fn it_does_not_matter_where_it_was_cut(clusters in clusters(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20)) {
        let bytes = recording(&clusters);
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.index(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let mut tidy_one = Tidy::default();
        let mut out = Vec::new();
        for cut in cuts.windows(2) {
            tidy_one.push(&bytes[cut[0]..cut[1]]).expect("a good recording");
            out.extend(tidy_one.take());
        }
        prop_assert_eq!(out, tidied(&clusters));
    }

    #[test]
    fn tidying_twice_changes_nothing(clusters in clusters()) {
        let once = tidy(&recording(&clusters));
        prop_assert_eq!(tidy(&once), once);
    }

    #[test]
    fn no_input_panics(mut bytes in prop::collection::vec(any::<u8>(), 0..300), clusters in clusters(), at in any::<prop::sample::Index>()) {
        let _ = Tidy::default().push(&bytes);
        let mut damaged = recording(&clusters);
        let at = at.index(damaged.len());
        damaged.splice(at..at, bytes.drain(..));
        let _ = Tidy::default().push(&damaged);
    }
}

#[test]
fn a_time_beyond_a_cluster_ends_it_with_what_was_whole() {
    let cluster = |timestamp| Cluster { timestamp, known_size: false, blocks: vec![(0, vec![1], false)] };
    let mut tidy = Tidy::default();
    assert!(!tidy.has_block());
    assert_eq!(tidy.push(&recording(&[cluster(32_767), cluster(32_768)])), Err(Error::TooLong));
    assert!(tidy.has_block());
    assert_eq!(tidy.take(), tidied(&[cluster(32_767)]));
}

#[test]
fn what_is_no_webm_is_said_so() {
    assert_eq!(Tidy::default().push(b"\x00\x00\x00\x20ftypisom"), Err(Error::Damaged));
    assert_eq!(Tidy::default().push(b"\x42\x82\x84webm"), Err(Error::Damaged));
    let mut huge = recording(&[]);
    huge.extend([0x1F, 0x43, 0xB6, 0x75, 0xFF, 0xA3, 0x08, 0x7F, 0xFF, 0xFF, 0xFF]);
    assert_eq!(Tidy::default().push(&huge), Err(Error::TooLarge));
}
