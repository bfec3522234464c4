//! Parts of a film, and one that somebody has already.

use super::{keep, path_of, server};
use crate::common::{
    Broadcaster, Program,
    archive::START,
    blob, fetch,
    film::{duration_of, film},
    last, relay,
};
use std::fs;

#[tokio::test]
async fn a_film_comes_in_ranges_too() {
    let folder = tempfile::tempdir().unwrap();
    let film = film();
    for index in 0..3 {
        keep(folder.path(), "lobby", START + index * duration_of(&film) * 1000, &film);
    }
    let server = server(&folder).await;
    let get = async |headers: &str| fetch(server.address, "/export/lobby", headers).await;
    let (head, all) = get("").await;
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let len = all.len();
    for (from, to) in
        [(0, 0), (0, 999), (100, 70_000), (len / 3 - 5, len / 3 + 5), (len - 10, len - 1), (0, len - 1)]
    {
        let (head, part) = get(&format!("Range: bytes={from}-{to}\r\nIf-Range: {tag}\r\n")).await;
        assert!(head.starts_with("http/1.1 206"), "{head}");
        assert!(head.contains(&format!("content-range: bytes {from}-{to}/{len}")), "{head}");
        assert!(part == all[from..=to], "{from} to {to}");
    }
    // In pieces of an odd length it is the same.
    let mut pieces = Vec::new();
    while pieces.len() < len {
        let (_, piece) = get(&format!("Range: bytes={}-{}\r\n", pieces.len(), pieces.len() + 12_344)).await;
        pieces.extend(piece);
    }
    assert!(pieces == all);
    let (head, _) = get(&format!("Range: bytes={len}-\r\n")).await;
    assert!(
        head.starts_with("http/1.1 416") && head.contains(&format!("content-range: bytes */{len}")),
        "{head}"
    );
    let (head, other) = get("Range: bytes=5-9\r\nIf-Range: \"another\"\r\n").await;
    assert!(head.starts_with("http/1.1 200") && other == all, "{head}");
}

/// A player asks for hundreds of ranges.
#[tokio::test]
async fn no_file_is_opened_once_more_for_each_range() {
    let folder = tempfile::tempdir().unwrap();
    let film = film();
    let file = keep(folder.path(), "lobby", START, &film);
    keep(folder.path(), "lobby", START + duration_of(&film) * 1000, &film);
    let server = server(&folder).await;
    let get = async |headers: &str| fetch(server.address, "/export/lobby", headers).await;
    let (head, all) = get("").await;
    let tag = head.lines().find(|line| line.starts_with("etag: ")).unwrap();
    // Who opened it now would leave it out.
    fs::write(file, "no WebM").unwrap();
    let (head, part) = get("Range: bytes=0-99\r\n").await;
    assert!(head.contains(&format!("content-range: bytes 0-99/{}", all.len())), "{head}");
    assert!(head.contains(tag) && part == all[..100], "{head}");
    // The name has one more: that is another film.
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let number = START + 2 * duration_of(&film) * 1000;
    broadcaster.blob.send(&blob(number, 1, film.clone())).await;
    broadcaster.chunk.send(&last(number, 1, "")).await;
    server.until_metric("blobcast_archived_segments_total", 1).await;
    let (head, other) = get("").await;
    assert!(other.len().abs_diff(all.len()) < 1000, "without the file that is none: {}", other.len());
    assert!(!head.contains(tag), "{head}");
}

#[tokio::test]
async fn the_files_of_a_film_that_several_ask_for_at_once_are_opened_once() {
    let folder = tempfile::tempdir().unwrap();
    let film = film();
    let millis = duration_of(&film);
    let first = keep(folder.path(), "lobby", START, &film);
    // So many that it takes a while; on the disk they are one.
    for index in 1..1000 {
        let number = START + index * millis * 1000;
        fs::hard_link(&first, path_of(folder.path(), "lobby", number, millis)).unwrap();
    }
    // Whenever this one is opened, that is in the log.
    fs::write(path_of(folder.path(), "lobby", START + 1000 * millis * 1000, millis), "no WebM").unwrap();
    let program =
        Program::run(relay().args(["--listen", "127.0.0.1:0", "--archive"]).arg(folder.path())).await;
    let get = async || fetch(program.address, "/export/lobby", "Range: bytes=0-99\r\n").await;
    let parts = tokio::join!(get(), get(), get());
    for (head, part) in [&parts.0, &parts.1, &parts.2] {
        assert!(head.starts_with("http/1.1 206") && *part == parts.0.1, "{head}");
    }
    program.terminate().await;
    let log = program.ended().await;
    assert_eq!(log.matches("is left out of what is exported").count(), 1, "{log}");
}

#[tokio::test]
async fn a_film_that_somebody_has_is_not_sent_again_until_there_is_more_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let film = film();
    keep(folder.path(), "lobby", START, &film);
    let server = server(&folder).await;
    let get = async |headers: &str| fetch(server.address, "/export/lobby", headers).await;
    let (head, all) = get("").await;
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    for (headers, status) in [
        (format!("If-None-Match: {tag}\r\n"), 304),
        (format!("If-None-Match: \"another\", W/{tag}\r\nRange: bytes=0-3\r\n"), 304),
        ("If-None-Match: *\r\n".into(), 304),
        ("If-None-Match: \"another\"\r\n".into(), 200),
    ] {
        let (head, body) = get(&headers).await;
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{headers}: {head}");
        assert!(head.contains(&format!("etag: {tag}")), "{head}");
        assert!(if status == 304 { body.is_empty() } else { body == all }, "{headers}");
    }
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let number = START + duration_of(&film) * 1000;
    broadcaster.blob.send(&blob(number, 1, film.clone())).await;
    broadcaster.chunk.send(&last(number, 1, "")).await;
    server.until_metric("blobcast_archived_segments_total", 1).await;
    let (head, more) = get(&format!("If-None-Match: {tag}\r\n")).await;
    assert!(head.starts_with("http/1.1 200") && more.len() > all.len(), "{head}");
}
