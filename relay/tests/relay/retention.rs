//! What the archive does not keep.

use crate::common::{
    Broadcaster, ClientSocket, Program, TestServer, Viewer,
    archive::{file_name, leave},
    metric, now, relay, soon,
};
use blobcast_relay::{Config, Retention};
use blobcast_wire::Segment;
use serde_json::Value;
use std::{fs, path::Path, time::Duration};
use tempfile::TempDir;
use tokio::{process::Command, time::sleep};

const HOUR: u64 = 3_600_000_000;

async fn server(folder: &TempDir, retention: Retention) -> TestServer {
    TestServer::keeping(folder.path(), Config { retention, ..Config::default() }).await
}

/// A finished file of 2 s, as an earlier relay has left it.
fn keep(folder: &TempDir, name: &str, segment: Segment, bytes: usize) {
    leave(folder.path(), name, &file_name(segment, Some(2000), "vp8"), vec![0; bytes]);
}

/// The numbers of a name's files.
fn kept(folder: &Path) -> Vec<Segment> {
    let files = fs::read_dir(folder).into_iter().flatten();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let number = |name: String| name.split_once("Z-")?.1.split(['-', '.']).next()?.parse().ok();
    let mut numbers: Vec<_> = names.filter(|name| !name.starts_with('.')).filter_map(number).collect();
    numbers.sort();
    numbers
}

/// The numbers that a list has.
async fn listed(server: &TestServer, name: &str) -> Vec<Segment> {
    let list: Value = serde_json::from_str(&server.get(&format!("/archive/{name}")).await.1).unwrap();
    list["segments"].as_array().unwrap().iter().map(|segment| segment["number"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn what_is_too_old_goes_with_its_folders_and_nothing_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let now = now();
    keep(&folder, "old/deep", now - 3 * HOUR, 10);
    keep(&folder, "old/deep", now - 2 * HOUR, 20);
    keep(&folder, "both", now - 2 * HOUR, 30);
    keep(&folder, "both", now - HOUR / 2, 1);
    keep(&folder, "of-others", now - 2 * HOUR, 40);
    fs::write(folder.path().join("of-others/notes.txt"), "").unwrap();
    keep(&folder, "no.name", now - 2 * HOUR, 1);
    let retention = Retention { max_age: Some(Duration::from_secs(3600)), ..Retention::default() };
    let server = server(&folder, retention).await;
    server.until_metric("blobcast_archive_removed_segments_total", 4).await;
    assert_eq!(server.metric("blobcast_archive_removed_bytes_total").await, 100);
    soon("empty folders to go", async {
        while folder.path().join("old").exists() {
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!(kept(&folder.path().join("both")), [now - HOUR / 2]);
    assert_eq!(listed(&server, "both").await, [now - HOUR / 2]);
    assert!(listed(&server, "old/deep").await.is_empty());
    assert!(folder.path().join("of-others/notes.txt").exists());
    assert_eq!(kept(&folder.path().join("no.name")), [now - 2 * HOUR]);
    // Where a folder was is room for another.
    let mut broadcaster = Broadcaster::open(&server, "old/deep", "b").await;
    broadcaster.begin(now, "head").await;
    broadcaster.last(now, 1, "").await;
    server.until_metric("blobcast_archived_segments_total", 1).await;
    assert_eq!(listed(&server, "old/deep").await, [now]);
}

/// An operator has linked the whole archive, and in it what somebody else keeps.
#[cfg(unix)]
#[tokio::test]
async fn behind_a_link_in_the_archive_nothing_is_removed_finished_listed_served_or_written_but_the_archive_may_be_one()
 {
    use std::os::unix::fs::symlink;
    let (disk, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let now = now();
    keep(&disk, "lobby", now - 2 * HOUR, 10);
    for folder in ["of-others", "of-others/deep"] {
        keep(&elsewhere, folder, now - 3 * HOUR, 10);
        let unfinished = format!(".{}.part", file_name(now - 4 * HOUR, None, "vp8"));
        leave(elsewhere.path(), folder, &unfinished, "head");
    }
    symlink(elsewhere.path().join("of-others"), disk.path().join("of-others")).unwrap();
    let place = tempfile::tempdir().unwrap();
    let archive = place.path().join("archive");
    symlink(disk.path(), &archive).unwrap();
    let retention = Retention { max_age: Some(Duration::from_secs(3600)), ..Retention::default() };
    let server = TestServer::keeping(&archive, Config { retention, ..Config::default() }).await;
    server.until_metric("blobcast_archive_removed_segments_total", 1).await;
    keep(&disk, "kept", now - HOUR / 2, 10);
    let file = file_name(now - HOUR / 2, Some(2000), "vp8");
    let linked = file_name(now - HOUR / 4, Some(2000), "vp8");
    symlink(disk.path().join("kept").join(&file), disk.path().join("kept").join(&linked)).unwrap();
    assert!(server.get(&format!("/archive/kept/{file}")).await.0.contains(" 200 "));
    assert!(
        server.get(&format!("/archive/kept/{linked}")).await.0.contains(" 404 "),
        "nor what is a link itself"
    );
    let of_others = file_name(now - 3 * HOUR, Some(2000), "vp8");
    for name in ["of-others", "of-others/deep"] {
        assert!(listed(&server, name).await.is_empty());
        assert!(server.get(&format!("/archive/{name}/{of_others}")).await.0.contains(" 404 "));
        let mut broadcaster = Broadcaster::open(&server, name, "b").await;
        broadcaster.begin(now, "head").await;
        broadcaster.last(now, 1, "").await;
        broadcaster.until_have(now, 2).await;
    }
    server.until_metric("blobcast_archive_lost_segments_total", 2).await;
    // It has looked once more.
    keep(&disk, "hall", now - 2 * HOUR, 10);
    let mut broadcaster = Broadcaster::open(&server, "hall", "b").await;
    broadcaster.begin(now, "head").await;
    broadcaster.last(now, 1, "").await;
    server.until_metric("blobcast_archive_removed_segments_total", 2).await;
    assert_eq!(kept(&disk.path().join("hall")), [now]);
    for folder in ["of-others", "of-others/deep"] {
        let folder = elsewhere.path().join(folder);
        assert_eq!(kept(&folder), [now - 3 * HOUR]);
        let files = fs::read_dir(&folder).unwrap().filter(|file| file.as_ref().unwrap().path().is_file());
        assert_eq!(files.count(), 2, "and what was unfinished is that still");
    }
}

#[tokio::test]
async fn the_oldest_go_when_there_is_too_much_and_what_is_live_goes_on() {
    const SEGMENTS: u64 = 40;
    const BYTES: u64 = 10_000;
    let folder = tempfile::tempdir().unwrap();
    let first = now();
    keep(&folder, "before", first - HOUR, 5 * BYTES as usize);
    keep(&folder, "before", first - HOUR / 2, 5 * BYTES as usize);
    let (max_bytes, max_bytes_per_broadcast) = (Some(14 * BYTES), Some(12 * BYTES));
    let retention = Retention { max_bytes, max_bytes_per_broadcast, ..Retention::default() };
    let server = server(&folder, retention).await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let body = vec![7; BYTES as usize];
    for number in first..first + SEGMENTS {
        broadcaster.begin(number, body.clone()).await;
        broadcaster.last(number, 1, "").await;
        viewer.until_rebuilt(number, &body, Some(false)).await;
    }
    server.until_metric("blobcast_archived_segments_total", SEGMENTS).await;
    // 12 of the name may stay, and of the 2 that are older than these there is room for none.
    server.until_metric("blobcast_archive_removed_segments_total", SEGMENTS - 12 + 2).await;
    let newest: Vec<_> = (first + SEGMENTS - 12..first + SEGMENTS).collect();
    assert_eq!(kept(&folder.path().join("lobby")), newest);
    assert_eq!(listed(&server, "lobby").await, newest);
    assert!(!folder.path().join("before").exists() || kept(&folder.path().join("before")).is_empty());
    assert_eq!(server.metric("blobcast_archive_lost_segments_total").await, 0);
}

/// A file system of 1 MB. Only the relay sees it.
fn on_a_small_disk(folder: &Path) -> Command {
    let mut command = Command::new("unshare");
    let mount = r#"mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@""#;
    command.args(["--mount", "sh", "-c", mount]).arg(folder);
    command
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_costs_whole_segments_and_nothing_live_and_what_is_removed_makes_room_again() {
    const BYTES: usize = 100_000;
    let folder = tempfile::tempdir().unwrap();
    if !on_a_small_disk(folder.path()).arg("true").output().await.is_ok_and(|out| out.status.success()) {
        return eprintln!("skipped: this machine does not let a test mount a small file system");
    }
    let mut command = on_a_small_disk(folder.path());
    command.arg(relay().as_std().get_program()).args(["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]);
    command.args(["--max-segments-per-second", "1000000", "--max-bytes-per-second", "1000000000"]);
    command.args(["--archive-max-age", "3s", "--archive"]).arg(folder.path());
    let mut program = Program::run(&mut command).await;
    let admin = program.admin().await;
    let metric = async |name: &str| metric(admin, name).await;
    let connect = async |path: String| ClientSocket::connect(program.address, &path).await.unwrap();
    let mut viewer = connect("/view/lobby/blob?session=v".into()).await;
    let _partner = connect("/view/lobby/chunk?session=v".into()).await;
    let (blob, chunk) = ("/publish/lobby/blob?session=b", "/publish/lobby/chunk?session=b");
    let mut broadcaster =
        Broadcaster { blob: connect(blob.into()).await, chunk: connect(chunk.into()).await };
    let mut send = async |number| {
        broadcaster.begin(number, vec![7; BYTES]).await;
        broadcaster.last(number, 1, "").await;
        let piece = viewer.piece().await;
        assert_eq!((piece.segment, piece.body.len()), (number, BYTES), "it goes on");
    };
    let first = now();
    for number in first..first + 20 {
        send(number).await;
    }
    // 10 of them are as large as the disk.
    soon("all to be kept or lost", async {
        while metric("blobcast_archived_segments_total").await
            + metric("blobcast_archive_lost_segments_total").await
            < 20
        {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let (kept, lost) = (
        metric("blobcast_archived_segments_total").await,
        metric("blobcast_archive_lost_segments_total").await,
    );
    assert!((5..=10).contains(&kept) && lost == 20 - kept, "{kept} kept, {lost} lost");
    let list: Value = serde_json::from_str(&program.get("/archive/lobby").await.1).unwrap();
    let segments = list["segments"].as_array().unwrap();
    assert_eq!(segments.len() as u64, kept);
    assert!(segments.iter().all(|segment| segment["bytes"] == BYTES), "whole ones: {list}");
    soon("room again", async {
        let mut number = first + 20;
        while metric("blobcast_archived_segments_total").await == kept {
            send(number).await;
            number += 1;
            sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    assert!(metric("blobcast_archive_removed_segments_total").await > 0);
    program.terminate().await;
    let log = program.ended().await;
    assert_eq!(log.matches("WARN").count(), 1, "{log}");
    assert!(log.contains("No space left on device"), "{log}");
}
