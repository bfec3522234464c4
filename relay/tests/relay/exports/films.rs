//! What is in a film, and of what there is none.

use super::{keep, probed, server, times};
use crate::common::{
    Broadcaster, TestServer,
    archive::START,
    blob, fetch,
    film::{Probed, duration_of, film, normal, seekable},
    last,
};
use std::{
    fs,
    time::{Duration, UNIX_EPOCH},
};

/// Another codec.
const VP9: &[u8] = include_bytes!("../../../../container/tests/recordings/chromium-camera-vp9-opus.webm");

#[tokio::test]
async fn all_that_was_broadcast_is_one_film_in_which_pauses_are_closed_up() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = server(&folder).await;
    let film = film();
    let millis = duration_of(&film);
    // Two that tile, and two after a minute of nothing.
    let numbers = [0, millis * 1000, 60_000_000, 60_000_000 + millis * 1000].map(|at| START + at);
    let mut broadcaster = Broadcaster::open(&server, "school/1", "b").await;
    for number in numbers {
        let (head, rest) = film.split_at(film.len() / 2);
        broadcaster.blob.send(&blob(number, 1, head.to_vec())).await;
        broadcaster.chunk.send(&last(number, 1, rest.to_vec())).await;
    }
    server.until_metric("blobcast_archived_segments_total", 4).await;
    // What nobody can play is in no film.
    broadcaster.blob.send(&blob(START + 90_000_000, 1, "no WebM")).await;
    broadcaster.chunk.send(&last(START + 90_000_000, 1, "")).await;
    server.until_metric("blobcast_archived_segments_total", 5).await;
    let one = probed(&elsewhere, &seekable(&film));

    let (head, all) = fetch(server.address, "/export/school/1", "").await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    for header in [
        "content-type: video/webm",
        &format!("content-length: {}", all.len()),
        "content-disposition: attachment; filename=\"school-1 2026-11-26 00.43.28.webm\"",
        "cache-control: no-store",
        "accept-ranges: bytes",
    ] {
        assert!(head.contains(header), "{header}: {head}");
    }
    let Probed { duration, frames } = probed(&elsewhere, &all);
    assert_eq!(frames, times(&one, 4));
    assert!((duration - 4.0 * millis as f64).abs() < 2.0, "{duration} of {millis} ms each");

    for (query, count) in [
        ("from=2026-11-26T00:44:00Z".into(), 2),
        ("to=2026-11-26T00:44:00Z".into(), 2),
        ("from=2026-11-26T00:43:29Z&to=2026-11-26T00:43:30Z".into(), 1),
        // From the beginning of one on, and only until then.
        (format!("from={}", numbers[1] as f64 / 1000.0), 3),
        (format!("to={}", numbers[1] as f64 / 1000.0), 1),
    ] {
        let (head, part) = fetch(server.address, &format!("/export/school/1?{query}"), "").await;
        assert!(head.starts_with("http/1.1 200"), "{query}: {head}");
        assert_eq!(probed(&elsewhere, &part).frames, times(&one, count), "{query}");
    }
}

#[tokio::test]
async fn what_is_no_film_is_one_clear_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let film = film();
    let next = START + duration_of(&film) * 1000;
    keep(folder.path(), "lobby", START, &film);
    keep(folder.path(), "lobby", next, &normal(VP9));
    // Its name says that it plays, and it is something else.
    fs::write(keep(folder.path(), "hall", START, &film), "no WebM").unwrap();
    let server = server(&folder).await;
    let time = humantime::format_rfc3339_micros(UNIX_EPOCH + Duration::from_micros(next));
    let change = format!(
        "the recording has other tracks or codecs from {time} on: ask for two parts, one with to={time} and one with from={time}\n"
    );
    let nothing = "the archive has nothing of this name in this time that plays: ask for another time, or for all without from and to\n";
    for (path, status, said) in [
        ("/export/lobby", 409, &*change),
        ("/export/lobby?to=2026-11-25T00:00:00Z", 404, nothing),
        ("/export/kitchen", 404, nothing),
        ("/export/hall", 404, nothing),
        (
            "/export/lobby?from=2026-11-26T00:43:28Z&limit=1",
            400,
            "a film has no limit: say its time with from and to\n",
        ),
        ("/export/lobby?from=2&to=1", 400, "to is before from: exchange them\n"),
        ("/export/lobby/x.webm", 404, "no name has a dot: ask for /export/NAME?from=&to=\n"),
    ] {
        let (head, body) = server.get(path).await;
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{path}: {head}");
        assert_eq!(body, said, "{path}");
    }
    // What it says to do helps.
    for query in [format!("to={time}"), format!("from={time}")] {
        let (head, part) = fetch(server.address, &format!("/export/lobby?{query}"), "").await;
        assert!(head.starts_with("http/1.1 200"), "{query}: {head}");
        let elsewhere = tempfile::tempdir().unwrap();
        assert_eq!(probed(&elsewhere, &part).frames.len(), 2);
    }
    let keeps_nothing = TestServer::start().await;
    let (head, body) = keeps_nothing.get("/export/lobby").await;
    assert!(head.starts_with("http/1.1 404"), "{head}");
    assert_eq!(body, "this relay keeps no archive: start it with --archive DIR\n");
}
