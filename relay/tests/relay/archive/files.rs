//! What is in a file, and that it is whole.

use super::{expected, files, keeper, name_lasting, until_kept};
use crate::common::{
    Broadcaster, blob,
    film::{Probed, duration_of, film, probe, seekable},
    now,
};
use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
};

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
async fn a_recording_of_a_real_browser_is_a_file_in_which_players_can_seek() {
    let folder = tempfile::tempdir().unwrap();
    let server = keeper(&folder).await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let (segment, film) = (now(), film());
    let (head, rest) = film.split_at(3000);
    broadcaster.begin(segment, head.to_vec()).await;
    for (seq, piece) in (1..).zip(rest.chunks(rest.len().div_ceil(7))) {
        broadcaster.chunk(segment, seq, piece.to_vec()).await;
    }
    broadcaster.until_have(segment, 8).await;
    drop(broadcaster);
    server.ended().await;
    let [(name, bytes)] = &files(&folder).into_iter().collect::<Vec<_>>()[..] else { panic!("one file") };
    let millis = duration_of(&film);
    assert_eq!(name, &format!("lobby/{}", name_lasting(segment, millis)));
    assert!(*bytes == seekable(&film), "{} bytes", bytes.len());
    let Probed { duration, frames } = probe(&folder.path().join("archive").join(name));
    assert!((duration - millis as f64).abs() < 1.0, "{duration} {millis}");
    let [(opus, packets), (vp8, pictures)] = &frames[..] else { panic!("{frames:?}") };
    assert_eq!((opus.as_str(), vp8.as_str()), ("opus", "vp8"));
    assert!(*packets > 10 && *pictures > 10, "{frames:?}");
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
