//! What is kept on disk.

use crate::common::{
    Broadcaster, ClientSocket, Program, Raw, TestServer, Viewer, blob, chunk, last, now, relay, soon,
};
use blobcast_relay::{Config, Limits};
use blobcast_wire::Segment;
use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, UNIX_EPOCH},
};
use tempfile::TempDir;

/// What a real browser recorded.
const CLIP: &[u8] = include_bytes!("../../../container/tests/recordings/chromium-camera-vp8-opus.webm");

/// A relay in this process that keeps what it gets in a folder.
async fn keeper(folder: &TempDir) -> TestServer {
    keeper_with_backlog(folder, Config::default().archive_backlog_bytes).await
}

async fn keeper_with_backlog(folder: &TempDir, archive_backlog_bytes: usize) -> TestServer {
    let limits =
        Limits { max_segments_per_second: u32::MAX, max_bytes_per_second: u64::MAX, ..Limits::default() };
    let archive = Some(folder.path().join("archive"));
    TestServer::with(Config { archive, archive_backlog_bytes, limits, ..Config::default() }).await
}

/// The program, the same.
async fn program(folder: &TempDir) -> Program {
    Program::run(relay().args(["--listen", "127.0.0.1:0", "--archive"]).arg(folder.path().join("archive")))
        .await
}

/// A broadcaster of the program.
async fn broadcaster(relay: SocketAddr, name: &str) -> Broadcaster {
    let connect = async |socket: &str| {
        ClientSocket::connect(relay, &format!("/publish/{name}/{socket}?session=b")).await.unwrap()
    };
    Broadcaster { blob: connect("blob").await, chunk: connect("chunk").await }
}

/// Ends the program while these are connected; what it logged.
async fn end(program: Program, peers: impl IntoIterator<Item = Broadcaster>) -> String {
    program.terminate().await;
    for mut peer in peers {
        assert_eq!((peer.blob.closed().await.0, peer.chunk.closed().await.0), (1012, 1012));
    }
    program.ended().await
}

/// What a segment's file is called.
fn name_of(segment: Segment) -> String {
    let start = humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_micros(segment));
    format!("{}-{segment}-vp8.webm", start.to_string().replace(':', "-"))
}

/// Where a segment is until it is finished; the folder is made.
fn unfinished(folder: &TempDir, name: &str, segment: Segment) -> PathBuf {
    let folder = folder.path().join("archive").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder.join(format!(".{}.part", name_of(segment)))
}

/// All files of the archive but its lock, by their path in it.
fn files(folder: &TempDir) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let root = folder.path().join("archive");
    collect(&root, &root, &mut found);
    found.remove(".lock");
    found
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            found.insert(name, fs::read(path).unwrap());
        }
    }
}

fn expected<const N: usize>(segments: [(&str, Segment, &[u8]); N]) -> BTreeMap<String, Vec<u8>> {
    segments
        .map(|(name, segment, bytes)| (format!("{name}/{}", name_of(segment)), bytes.to_vec()))
        .into_iter()
        .collect()
}

async fn until_kept(server: &TestServer, segments: u64) {
    soon("segments in the archive", async {
        while server.metric("blobcast_archived_segments_total").await < segments {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_segment_is_a_file_with_just_the_bytes_that_were_sent() {
    let folder = tempfile::tempdir().unwrap();
    let server = keeper(&folder).await;
    let mut broadcaster = Broadcaster::open(&server, "school/1", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.chunk(segment, 1, "-1").await;
    // Pieces 2 and 3 were lost and are healed, 4 comes early.
    broadcaster.chunk(segment, 4, "-4").await;
    broadcaster.blob.send(&blob(segment, 4, "head-1-2-3")).await;
    broadcaster.until_have(segment, 5).await;
    broadcaster.last(segment, 5, "-end").await;
    broadcaster.begin(segment + 1, "second").await;
    broadcaster.last(segment + 1, 1, "").await;
    // A takeover cuts the third one short.
    broadcaster.begin(segment + 2, "third").await;
    broadcaster.chunk(segment + 2, 1, "-1").await;
    broadcaster.until_have(segment + 2, 2).await;
    let mut other = Broadcaster::open(&server, "school/1", "c").await;
    other.begin(segment + 3, "of another").await;
    other.last(segment + 3, 1, "-end").await;
    until_kept(&server, 4).await;
    let whole = expected([
        ("school/1", segment, b"head-1-2-3-4-end"),
        ("school/1", segment + 1, b"second"),
        ("school/1", segment + 2, b"third-1"),
        ("school/1", segment + 3, b"of another-end"),
    ]);
    assert_eq!(files(&folder), whole);
    let bytes: usize = whole.values().map(Vec::len).sum();
    assert_eq!(server.metric("blobcast_archived_bytes_total").await, bytes as u64);
    assert_eq!(server.metric("blobcast_archive_lost_segments_total").await, 0);
}

#[tokio::test]
async fn a_recording_of_a_real_browser_is_a_file_that_ffprobe_reads() {
    let folder = tempfile::tempdir().unwrap();
    let server = keeper(&folder).await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    let (head, rest) = CLIP.split_at(3000);
    broadcaster.begin(segment, head).await;
    for (seq, piece) in (1..).zip(rest.chunks(rest.len().div_ceil(7))) {
        broadcaster.chunk(segment, seq, piece).await;
    }
    broadcaster.until_have(segment, 8).await;
    drop(broadcaster);
    server.ended().await;
    let [(name, bytes)] = &files(&folder).into_iter().collect::<Vec<_>>()[..] else { panic!("one file") };
    assert!(bytes == CLIP, "{} of {} bytes", bytes.len(), CLIP.len());
    let mut probe = Command::new("ffprobe");
    probe.args(["-v", "error", "-count_frames", "-of", "csv=p=0"]);
    probe.args(["-show_entries", "stream=codec_name,nb_read_frames"]);
    let out = probe.arg(folder.path().join("archive").join(name)).output().expect("ffprobe, of ffmpeg");
    assert_eq!(String::from_utf8_lossy(&out.stderr), "");
    let tracks = String::from_utf8(out.stdout).unwrap();
    for codec in ["vp8", "opus"] {
        let frames =
            tracks.lines().find_map(|line| line.trim_end_matches(',').strip_prefix(codec)?.strip_prefix(','));
        assert!(frames.is_some_and(|frames| frames.parse::<u32>().unwrap() > 10), "{codec}: {tracks}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_no_time_has_anything_half_finished_a_files_name() {
    const SEGMENTS: u64 = 30;
    const PIECES: u32 = 20;
    const PIECE: usize = 5_000;
    static IS_OVER: AtomicBool = AtomicBool::new(false);
    let body = |number: u64| vec![number as u8; PIECE];
    let folder = tempfile::tempdir().unwrap();
    let server = keeper(&folder).await;
    let first = now();
    let path = folder.path().join("archive/lobby");
    let watcher = thread::spawn(move || {
        let mut looks = 0;
        while !IS_OVER.load(Relaxed) {
            for file in fs::read_dir(&path).into_iter().flatten() {
                let path = file.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap();
                if name.starts_with('.') {
                    continue;
                }
                let number: u64 = name.split(['-', '.']).nth_back(2).unwrap().parse().unwrap();
                let whole = vec![(number - first) as u8; PIECE * PIECES as usize];
                assert!(fs::read(&path).unwrap() == whole, "{name} is whole");
                looks += 1;
            }
        }
        looks
    });
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    for number in 0..SEGMENTS {
        let segment = first + number;
        broadcaster.begin(segment, body(number)).await;
        for seq in 1..PIECES - 1 {
            broadcaster.chunk(segment, seq, body(number)).await;
        }
        broadcaster.last(segment, PIECES - 1, body(number)).await;
    }
    until_kept(&server, SEGMENTS).await;
    IS_OVER.store(true, Relaxed);
    assert!(watcher.join().unwrap() > SEGMENTS, "the watcher saw files");
    assert_eq!(files(&folder).len() as u64, SEGMENTS);
}

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

#[tokio::test]
async fn whatever_a_name_has_in_it_nothing_leaves_the_archive() {
    let folder = tempfile::tempdir().unwrap();
    let server = keeper(&folder).await;
    for name in [
        "..",
        "../x",
        "a/../../x",
        "a/..",
        "%2e%2e/x",
        "a%2f..%2f..%2fx",
        ".",
        ".hidden",
        "a//b",
        "C:x",
        "a\\..\\x",
    ] {
        let mut raw = Raw::open(server.address, &format!("/publish/{name}/blob?session=b")).await;
        assert_eq!(raw.closed().await, 4400, "{name}");
    }
    let segment = now();
    let names = ["_", "__proto__", "CON", "a-/_-/0", "lock"];
    for name in names {
        let mut broadcaster = Broadcaster::open(&server, name, "b").await;
        broadcaster.begin(segment, name).await;
        broadcaster.last(segment, 1, "").await;
        broadcaster.until_have(segment, 2).await;
    }
    server.ended().await;
    assert_eq!(files(&folder), expected(names.map(|name| (name, segment, name.as_bytes()))));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "beside it is nothing");
}

#[tokio::test]
async fn an_archive_that_cannot_be_written_is_one_clear_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    fs::write(&file, "").unwrap();
    let output = relay().args(["--listen", "127.0.0.1:0", "--archive"]).arg(file.join("archive")).output();
    let output = soon("its end", output).await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    let expected =
        format!("blobcast-relay: cannot write to the archive {}: ", file.join("archive").display());
    assert!(error.starts_with(&expected) && error.contains("--archive DIR"), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}

#[tokio::test]
async fn an_archive_belongs_to_one_relay_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let first = program(&folder).await;
    let second =
        relay().args(["--listen", "127.0.0.1:0", "--archive"]).arg(folder.path().join("archive")).output();
    let second = soon("its end", second).await.unwrap();
    assert_eq!(second.status.code(), Some(1));
    let error = String::from_utf8(second.stderr).unwrap();
    assert!(error.contains("another relay writes to the archive"), "{error}");
    first.kill().await;
    program(&folder).await.kill().await;
}
