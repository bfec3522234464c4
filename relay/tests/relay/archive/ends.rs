//! Relays that end, or are killed, while they write.

use super::{broadcaster, end, expected, files, name_lasting, name_of, program, unfinished};
use crate::common::{
    blob, chunk,
    film::{duration_of, film, probe, seekable},
    last, now, soon,
};
use std::{collections::BTreeMap, fs, time::Duration};

#[tokio::test]
async fn at_sigterm_what_is_there_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let program = program(&folder).await;
    let segment = now();
    let mut peers = Vec::new();
    for name in ["lobby", "hall"] {
        let mut broadcaster = broadcaster(program.address, name).await;
        broadcaster.begin(segment, name).await;
        broadcaster.chunk(segment, 1, "-one").await;
        broadcaster.until_have(segment, 2).await;
        peers.push(broadcaster);
    }
    let log = end(program, peers).await;
    assert_eq!(files(&folder), expected([("lobby", segment, b"lobby-one"), ("hall", segment, b"hall-one")]));
    assert!(!log.contains("WARN"), "{log}");
}

#[tokio::test]
async fn after_a_crash_the_broadcaster_sends_the_segment_once_more_and_it_is_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let first = program(&folder).await;
    let segment = now();
    let mut peer = broadcaster(first.address, "lobby").await;
    peer.begin(segment, "head").await;
    peer.chunk(segment, 1, "-one").await;
    peer.until_have(segment, 2).await;
    let part = unfinished(&folder, "lobby", segment);
    soon("the bytes on the disk", async {
        while fs::read(&part).unwrap_or_default() != b"head-one" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    first.kill().await;
    assert_eq!(files(&folder).into_keys().collect::<Vec<_>>(), [format!("lobby/.{}.part", name_of(segment))]);

    // The next relay is ended while it has more of it, and the one after that gets all.
    let second = program(&folder).await;
    let mut peer = broadcaster(second.address, "lobby").await;
    peer.blob.send(&blob(segment, 3, "head-one-two")).await;
    peer.until_have(segment, 3).await;
    end(second, [peer]).await;
    assert_eq!(files(&folder), expected([("lobby", segment, b"head-one-two")]));

    let third = program(&folder).await;
    let mut peer = broadcaster(third.address, "lobby").await;
    peer.blob.send(&blob(segment, 3, "head-one-two")).await;
    peer.chunk.send(&chunk(segment, 3, "-three")).await;
    peer.chunk.send(&last(segment, 4, "-end")).await;
    peer.until_have(segment, 5).await;
    end(third, [peer]).await;
    assert_eq!(files(&folder), expected([("lobby", segment, b"head-one-two-three-end")]));

    // Whoever may publish to a name cannot replace what was kept of it.
    let fourth = program(&folder).await;
    let mut peer = broadcaster(fourth.address, "lobby").await;
    peer.begin(segment, "another with the same number").await;
    peer.last(segment, 1, "").await;
    peer.until_have(segment, 2).await;
    let log = end(fourth, [peer]).await;
    assert!(log.contains("another file of that name is there"), "{log}");
    assert_eq!(files(&folder), expected([("lobby", segment, b"head-one-two-three-end")]));
}

#[tokio::test]
async fn what_a_killed_relay_has_left_is_finished_by_the_next_one_and_the_whole_segment_takes_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let first = program(&folder).await;
    let (segment, film) = (now(), film());
    let (one, rest) = film.split_at(film.len() / 3);
    let (two, three) = rest.split_at(rest.len() / 2);
    let part = unfinished(&folder, "lobby", segment);
    let mut peer = broadcaster(first.address, "lobby").await;
    peer.begin(segment, one.to_vec()).await;
    peer.until_have(segment, 1).await;
    soon("the bytes on the disk", async {
        while fs::read(&part).unwrap_or_default() != one {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    first.kill().await;
    // What else is there: one that never had anything, one that is in no normal form, and what no relay has written.
    fs::write(unfinished(&folder, "hall", segment), "").unwrap();
    fs::write(unfinished(&folder, "school/1", segment), "no WebM").unwrap();
    fs::write(folder.path().join("archive/notes.part"), "mine").unwrap();

    // Nobody broadcasts: it is finished all the same, cut off after its last whole block.
    let mut second = program(&folder).await;
    second.until_logged("the archive has 2 segments more").await;
    let short = name_lasting(segment, duration_of(one));
    let expected = BTreeMap::from([
        ("notes.part".to_owned(), b"mine".to_vec()),
        (format!("school/1/{}", name_of(segment)), b"no WebM".to_vec()),
        (format!("lobby/{short}"), seekable(one)),
    ]);
    assert_eq!(files(&folder), expected);
    let begun = probe(&folder.path().join("archive/lobby").join(short));

    // It comes again, with more and with all of it: by its frames it is the same.
    let mut peer = broadcaster(second.address, "lobby").await;
    peer.blob.send(&blob(segment, 3, [one, two].concat())).await;
    peer.until_have(segment, 3).await;
    end(second, [peer]).await;
    let third = program(&folder).await;
    let mut peer = broadcaster(third.address, "lobby").await;
    peer.blob.send(&blob(segment, 3, [one, two].concat())).await;
    peer.chunk.send(&last(segment, 3, three.to_vec())).await;
    peer.until_have(segment, 4).await;
    let log = end(third, [peer]).await;
    assert!(!log.contains("WARN"), "{log}");
    let whole = name_lasting(segment, duration_of(&film));
    let found = files(&folder);
    assert_eq!(
        found.keys().filter(|file| file.starts_with("lobby")).collect::<Vec<_>>(),
        [&format!("lobby/{whole}")]
    );
    assert!(found[&format!("lobby/{whole}")] == seekable(&film));
    let all = probe(&folder.path().join("archive/lobby").join(whole));
    assert!(all.duration > begun.duration && all.frames > begun.frames, "{begun:?} {all:?}");

    // One that begins like it and goes no further brings nothing new; another one with its number is lost.
    let fourth = program(&folder).await;
    let mut peer = broadcaster(fourth.address, "lobby").await;
    peer.begin(segment, one.to_vec()).await;
    peer.until_have(segment, 1).await;
    let log = end(fourth, [peer]).await;
    assert!(!log.contains("WARN"), "{log}");
    let fifth = program(&folder).await;
    let mut peer = broadcaster(fifth.address, "lobby").await;
    let mut other = film.clone();
    *other.last_mut().unwrap() ^= 1;
    peer.begin(segment, other).await;
    peer.until_have(segment, 1).await;
    let log = end(fifth, [peer]).await;
    assert!(log.contains("another file of that name is there"), "{log}");
    assert_eq!(files(&folder), found);
}
