//! Disks that hang or refuse.

use super::{
    broadcaster, end, expected, files, keeper_with_backlog, name_of, program, unfinished, until_kept,
};
use crate::common::{Broadcaster, Viewer, now, soon};
use std::{fs, process::Command};

/// Opening a FIFO waits until somebody reads it: a disk that hangs.
#[tokio::test]
async fn a_disk_that_hangs_costs_whole_segments_of_the_archive_and_nothing_live() {
    let folder = tempfile::tempdir().unwrap();
    let server = keeper_with_backlog(&folder, 100_000).await;
    let segment = now();
    let pipe = unfinished(&folder, "lobby", segment);
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    broadcaster.begin(segment, "head").await;
    broadcaster.last(segment, 1, "-end").await;
    viewer.until_rebuilt(segment, b"head-end", Some(false)).await;
    let body = |number: u64| vec![number as u8; 10_000];
    for number in 1..=20 {
        broadcaster.begin(segment + number, body(number)).await;
        broadcaster.last(segment + number, 1, body(number)).await;
        let whole = body(number).repeat(2);
        viewer.until_rebuilt(segment + number, &whole, Some(false)).await;
    }
    // Four wait for the disk, of the fifth there was no room for the end, for the others there was none at all.
    assert_eq!(server.metric("blobcast_archived_segments_total").await, 0);
    assert_eq!(server.metric("blobcast_archive_lost_segments_total").await, 16);
    let read = tokio::task::spawn_blocking(move || fs::read(pipe).unwrap());
    assert_eq!(soon("the disk", read).await.unwrap(), b"head-end");
    until_kept(&server, 4).await;
    broadcaster.begin(segment + 21, "it goes on").await;
    broadcaster.last(segment + 21, 1, "").await;
    until_kept(&server, 5).await;
    // A FIFO is no file that could be finished.
    assert_eq!(server.metric("blobcast_archive_lost_segments_total").await, 17);
    let whole: Vec<_> = (1..=4).map(|number| body(number).repeat(2)).collect();
    let kept = [1, 2, 3, 4].map(|number| ("lobby", segment + number, &whole[number as usize - 1][..]));
    let mut all = expected(kept);
    all.extend(expected([("lobby", segment + 21, b"it goes on")]));
    assert_eq!(files(&folder), all);
}

/// /dev/full says that the disk is full.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_that_refuses_is_told_once_and_other_broadcasts_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let program = program(&folder).await;
    let segment = now();
    std::os::unix::fs::symlink("/dev/full", unfinished(&folder, "lobby", segment)).unwrap();
    fs::write(folder.path().join("archive/hall"), "in the way of a folder").unwrap();
    let mut peers = Vec::new();
    for name in ["lobby", "hall", "kitchen"] {
        let mut peer = broadcaster(program.address, name).await;
        peer.begin(segment, "head").await;
        peer.last(segment, 1, "-end").await;
        peer.begin(segment + 1, "next").await;
        peer.last(segment + 1, 1, "").await;
        peer.until_have(segment + 1, 2).await;
        peers.push(peer);
    }
    let log = end(program, peers).await;
    assert_eq!(log.matches("WARN").count(), 1, "{log}");
    assert!(log.contains(&format!("has lost lobby/{}: No space left on device", name_of(segment))), "{log}");
    let mut whole = expected([
        ("lobby", segment + 1, b"next"),
        ("kitchen", segment, b"head-end"),
        ("kitchen", segment + 1, b"next"),
    ]);
    whole.insert("hall".into(), b"in the way of a folder".into());
    assert_eq!(files(&folder), whole);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_is_a_link_is_told_once_and_does_not_hide_a_disk_that_refuses() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let program = program(&folder).await;
    let segment = now();
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("archive/of-others")).unwrap();
    std::os::unix::fs::symlink("/dev/full", unfinished(&folder, "lobby", segment)).unwrap();
    let mut peers = Vec::new();
    for name in ["of-others", "of-others/deep", "lobby"] {
        let mut peer = broadcaster(program.address, name).await;
        for segment in [segment, segment + 1] {
            peer.begin(segment, "head").await;
            peer.last(segment, 1, "-end").await;
            peer.until_have(segment, 2).await;
        }
        peers.push(peer);
    }
    let log = end(program, peers).await;
    assert_eq!(log.matches("WARN").count(), 2, "{log}");
    assert!(log.contains("does not keep of-others:") && log.contains("archive/of-others is a link"), "{log}");
    assert!(log.contains(&format!("has lost lobby/{}: No space left on device", name_of(segment))), "{log}");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}
