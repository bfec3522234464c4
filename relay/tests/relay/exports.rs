//! What is kept of a name as one film, by HTTP and by `blobcast-relay export`.

use crate::common::{
    Broadcaster, TestServer, blob, fetch,
    film::{Probed, duration_of, film, normal, probe, seekable},
    last, relay, soon,
};
use blobcast_relay::{Config, Limits, Timing};
use blobcast_wire::Segment;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, UNIX_EPOCH},
};
use tempfile::TempDir;

const START: Segment = 1_795_653_808_123_456;

/// Another codec.
const VP9: &[u8] = include_bytes!("../../../container/tests/recordings/chromium-camera-vp9-opus.webm");

async fn server(folder: &TempDir) -> TestServer {
    let limits =
        Limits { max_segments_per_second: u32::MAX, max_bytes_per_second: u64::MAX, ..Limits::default() };
    TestServer::with(Config { archive: Some(folder.path().into()), limits, ..Config::default() }).await
}

/// A finished file as an earlier relay has left it.
fn keep(folder: &Path, name: &str, number: Segment, segment: &[u8]) -> PathBuf {
    let file = path_of(folder, name, number, duration_of(segment));
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, seekable(segment)).unwrap();
    file
}

fn path_of(folder: &Path, name: &str, number: Segment, millis: u64) -> PathBuf {
    let start = humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_micros(number));
    let start = start.to_string().replace(':', "-");
    folder.join(name).join(format!("{start}-{number}-{millis}ms-vp8+opus.webm"))
}

/// What ffprobe finds in what came.
fn probed(folder: &TempDir, film: &[u8]) -> Probed {
    let file = folder.path().join("film.webm");
    fs::write(&file, film).unwrap();
    probe(&file)
}

/// So many times as much.
fn times(one: &Probed, count: usize) -> Vec<(String, usize)> {
    one.frames.iter().map(|(codec, frames)| (codec.clone(), frames * count)).collect()
}

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

#[tokio::test]
async fn a_file_that_goes_while_it_is_sent_ends_the_answer_short() {
    let folder = tempfile::tempdir().unwrap();
    let film = film();
    // More than sockets hold.
    let files: Vec<_> = (0..200)
        .map(|index| keep(folder.path(), "lobby", START + index * duration_of(&film) * 1000, &film))
        .collect();
    let server = server(&folder).await;
    let mut tcp = crate::common::dial(server.address).await.unwrap();
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    tcp.write_all(b"GET /export/lobby HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut begun = vec![0; 1000];
    crate::common::soon("an answer", tcp.read_exact(&mut begun)).await.unwrap();
    let begun = String::from_utf8_lossy(&begun).to_lowercase();
    let len = begun
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap()
        .parse::<usize>()
        .unwrap();
    fs::remove_file(files.last().unwrap()).unwrap();
    let mut rest = Vec::new();
    let _ = crate::common::soon("the end", tcp.read_to_end(&mut rest)).await;
    assert!(rest.len() < len - 1000 && rest.len() > len / 2, "{} of {len}", rest.len());
    assert_eq!(server.get("/healthz").await.1, "ok");
}

#[tokio::test]
async fn the_program_writes_the_same_film_without_a_relay() {
    let (folder, here) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let film = film();
    for index in 0..3 {
        keep(folder.path(), "school/1", START + index * duration_of(&film) * 1000, &film);
    }
    let export = async |arguments: &[&str]| {
        let mut program = relay();
        program.current_dir(here.path()).args(["export", "--archive"]).arg(folder.path());
        program.args(arguments).output().await.unwrap()
    };
    let server = server(&folder).await;
    let all = fetch(server.address, "/export/school/1", "").await.1;
    let out = export(&["--name", "school/1", "-"]).await;
    assert!(out.status.success() && out.stdout == all, "{}", String::from_utf8_lossy(&out.stderr));
    let out = export(&["--name", "school/1"]).await;
    let file = "school-1 2026-11-26 00.43.28.webm";
    assert_eq!(String::from_utf8_lossy(&out.stdout), format!("{file}\n"));
    assert!(fs::read(here.path().join(file)).unwrap() == all);
    let out = export(&["--name", "school/1", "--from", "2026-11-26T00:43:32Z", "part.webm"]).await;
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let part = fs::read(here.path().join("part.webm")).unwrap();
    assert!(part == fetch(server.address, "/export/school/1?from=2026-11-26T00:43:32Z", "").await.1);
    assert!(part.len() < all.len());
    let out = export(&["--name", "school/1", "--from", "-60000", "-"]).await;
    assert!(
        String::from_utf8_lossy(&out.stderr).contains("has nothing of this name in this time"),
        "it is older"
    );
    for (arguments, said) in [
        (&["--name", "school/1", "part.webm"][..], "part.webm is there already: choose another name"),
        (&["--name", "lobby"], "the archive has nothing of this name in this time that plays"),
        (&["--name", "lobby", "--from", "2", "--to", "1"], "to is before from: exchange them"),
    ] {
        let out = export(arguments).await;
        assert_eq!(out.status.code(), Some(1));
        let error = String::from_utf8(out.stderr).unwrap();
        assert!(
            error.starts_with(&format!("blobcast-relay: {said}")) && error.lines().count() == 1,
            "{error}"
        );
    }
    let nowhere = relay().args(["export", "--archive", "nowhere", "--name", "a"]).output().await.unwrap();
    let error = String::from_utf8(nowhere.stderr).unwrap();
    assert!(error.contains("nowhere is no folder: say with --archive DIR"), "{error}");
    assert_eq!(fs::read_dir(here.path()).unwrap().count(), 2, "nothing half done");
}

#[tokio::test]
async fn an_export_that_is_stopped_leaves_nothing_and_one_that_is_killed_nothing_under_its_name() {
    let (folder, here) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let film = film();
    let millis = duration_of(&film);
    let first = keep(folder.path(), "lobby", START, &film);
    // So many that it takes a while; on the disk they are one.
    for index in 1..4000 {
        let number = START + index * millis * 1000;
        fs::hard_link(&first, path_of(folder.path(), "lobby", number, millis)).unwrap();
    }
    let files = || {
        let files = fs::read_dir(here.path()).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    for signal in ["INT", "TERM", "KILL"] {
        let mut program = relay();
        program.current_dir(here.path()).args(["export", "--archive"]).arg(folder.path());
        program.args(["--name", "lobby", "film.webm"]).stderr(Stdio::piped()).kill_on_drop(true);
        let export = program.spawn().unwrap();
        let id = export.id().unwrap().to_string();
        soon("the beginning", async {
            while files().is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
        .await;
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
        let out = soon("the end", export.wait_with_output()).await.unwrap();
        let error = String::from_utf8(out.stderr).unwrap();
        if signal == "KILL" {
            assert_eq!(files(), ["film.webm.part"]);
            break;
        }
        assert_eq!(out.status.code(), Some(1), "{signal}: {error}");
        assert_eq!(error, "blobcast-relay: stopped before the film was whole: there is none of it\n");
        assert!(files().is_empty(), "{signal}: {:?}", files());
    }
    let mut again = relay();
    again.current_dir(here.path()).args(["export", "--archive"]).arg(folder.path());
    let out = again.args(["--name", "lobby", "film.webm"]).output().await.unwrap();
    let error = String::from_utf8(out.stderr).unwrap();
    assert!(
        error.contains("film.webm.part is there already: another export writes it, or one was killed"),
        "{error}"
    );
}

#[tokio::test]
async fn who_stops_reading_is_given_up_and_its_files_are_closed() {
    let folder = tempfile::tempdir().unwrap();
    let film = film();
    // More than sockets hold.
    let millis = duration_of(&film);
    let first = keep(folder.path(), "lobby", START, &film);
    for index in 1..400 {
        let number = START + index * millis * 1000;
        fs::hard_link(&first, path_of(folder.path(), "lobby", number, millis)).unwrap();
    }
    let large = folder.path().join("hall").join(first.file_name().unwrap());
    fs::create_dir_all(large.parent().unwrap()).unwrap();
    fs::File::create(&large).unwrap().set_len(100_000_000).unwrap();
    let timing = Timing { stuck_time: Duration::from_millis(200), ..Timing::DEFAULT };
    let archive = Some(folder.path().into());
    let server = TestServer::with(Config { archive, timing, ..Config::default() }).await;
    let file = format!("/archive/hall/{}", first.file_name().unwrap().to_str().unwrap());
    for path in ["/export/lobby", &file] {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut tcp = crate::common::dial(server.address).await.unwrap();
        tcp.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).await.unwrap();
        let mut begun = [0; 12];
        soon("an answer", tcp.read_exact(&mut begun)).await.unwrap();
        assert_eq!(&begun, b"HTTP/1.1 200", "{path}");
        // Nothing is read: its connection goes, not only its answer.
        soon("the end of the connection", async {
            // The one that asks for this is there, too.
            while server.metric("blobcast_connections").await > 1 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
    }
}
