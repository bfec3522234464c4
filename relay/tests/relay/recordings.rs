//! The archive by HTTP.

use crate::common::{Broadcaster, TestServer, now, request};
use blobcast_relay::Config;
use blobcast_wire::Segment;
use serde_json::{Value, json};
use std::{
    fs,
    time::{Duration, UNIX_EPOCH},
};
use tempfile::TempDir;

async fn server(folder: &TempDir) -> TestServer {
    TestServer::with(Config { archive: Some(folder.path().into()), ..Config::default() }).await
}

/// A finished file of so many ms, as an earlier relay has left it.
fn keep(folder: &TempDir, name: &str, segment: Segment, millis: u64, bytes: &str) -> String {
    let start = humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_micros(segment));
    let file = format!("{}-{segment}-{millis}ms-vp8+opus.webm", start.to_string().replace(':', "-"));
    let path = folder.path().join(name);
    fs::create_dir_all(&path).unwrap();
    fs::write(path.join(&file), bytes).unwrap();
    file
}

async fn list(server: &TestServer, path: &str) -> Value {
    let (head, body) = server.get(path).await;
    assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
    assert!(head.contains("content-type: application/json"), "{head}");
    assert!(head.contains("cache-control: no-store"), "{head}");
    serde_json::from_str(&body).unwrap()
}

fn numbers(list: &Value) -> Vec<u64> {
    list["segments"].as_array().unwrap().iter().map(|segment| segment["number"].as_u64().unwrap()).collect()
}

const START: Segment = 1_795_653_808_123_456;

#[tokio::test]
async fn a_list_says_what_there_is_of_a_name_oldest_first_and_goes_on_while_it_is_live() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder).await;
    let before = now();
    let mut empty = list(&server, "/archive/a").await;
    let clock = empty.as_object_mut().unwrap().remove("now").unwrap().as_f64().unwrap();
    assert!((clock - before as f64 / 1000.0).abs() < 1000.0, "{clock}");
    assert_eq!(
        empty,
        json!({ "name": "a", "keeps": true, "from": null, "to": null, "segments": [], "more": false })
    );
    let mut broadcaster = Broadcaster::open(&server, "a", "b").await;
    let mut below = Broadcaster::open(&server, "a/b", "b").await;
    let segment = now();
    for number in [segment, segment + 1000] {
        broadcaster.begin(number, "head").await;
        broadcaster.last(number, 1, "-end").await;
    }
    broadcaster.begin(segment + 2000, "it is not finished").await;
    broadcaster.until_have(segment + 2000, 1).await;
    below.begin(segment, "of another").await;
    below.last(segment, 1, "").await;
    server.until_metric("blobcast_archived_segments_total", 3).await;
    let listed = list(&server, "/archive/a").await;
    assert_eq!(numbers(&listed), [segment, segment + 1000]);
    let first = &listed["segments"][0];
    assert_eq!(first["start"].as_f64().unwrap(), segment as f64 / 1000.0);
    assert_eq!((first["bytes"].as_u64(), first["type"].as_str()), (Some(8), Some("video/webm;codecs=vp8")));
    assert_eq!(listed["from"], first["start"]);
    assert_eq!(listed["name"], "a");
    // Its form is not known, and one that takes its place has the same name.
    assert_eq!(first.get("duration"), None);
    let (head, body) = server.get(first["url"].as_str().unwrap()).await;
    assert!(head.contains("cache-control: public, no-cache"), "{head}");
    assert_eq!(body, "head-end");
    assert_eq!(numbers(&list(&server, "/archive/a/b").await), [segment]);
    broadcaster.last(segment + 2000, 1, "").await;
    server.until_metric("blobcast_archived_segments_total", 4).await;
    assert_eq!(numbers(&list(&server, "/archive/a").await).len(), 3);
    // From a time before the relay's now, and no more than so many.
    keep(&folder, "hall", segment - 60_000_000, 2000, "a minute ago");
    keep(&folder, "hall", segment - 30_000_000, 2000, "half a minute ago");
    let half = list(&server, "/archive/hall?from=-45000").await;
    assert_eq!(numbers(&half), [segment - 30_000_000]);
    let one = list(&server, "/archive/hall?from=-90000&limit=1").await;
    assert_eq!((numbers(&one), &one["more"]), (vec![segment - 60_000_000], &json!(true)));
}

#[tokio::test]
async fn a_list_is_of_what_overlaps_from_one_time_to_another() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder).await;
    // 2 s each, one after the other, from 00:43:28.
    let start = START / 1_000_000 * 1_000_000;
    let file = keep(&folder, "school/1", start, 2000, "one");
    keep(&folder, "school/1", start + 2_000_000, 2000, "two");
    keep(&folder, "school/1", start + 4_000_000, 2000, "three");
    let all = list(&server, "/archive/school/1").await;
    let millis = (start / 1000) as f64;
    let first = json!({
        "number": start,
        "start": millis,
        "duration": 2000,
        "bytes": 3,
        "type": "video/webm;codecs=vp8,opus",
        "url": format!("/archive/school/1/{file}"),
    });
    assert_eq!(all["segments"][0], first);
    assert_eq!((&all["from"], &all["to"]), (&json!(millis), &json!(millis + 6000.0)));
    for (query, expected) in [
        ("from=2026-11-26T00:43:30Z", &[1, 2][..]),
        ("from=2026-11-26T00:43:29.999Z", &[0, 1, 2]),
        ("from=2026-11-26T02:43:30%2B02:00", &[1, 2]),
        ("to=2026-11-26T00:43:30Z", &[0]),
        ("from=2026-11-26T00:43:31Z&to=2026-11-26T00:43:31.5Z", &[1]),
        ("from=0&to=1", &[]),
        ("from=2026-11-27T00:00:00Z&token=none", &[]),
    ] {
        let listed = list(&server, &format!("/archive/school/1?{query}")).await;
        let expected: Vec<_> = expected.iter().map(|index| start + index * 2_000_000).collect();
        assert_eq!(numbers(&listed), expected, "{query}");
        assert_eq!((&listed["from"], &listed["to"]), (&all["from"], &all["to"]), "{query}");
    }
    let query = format!("from={}&to={}", millis + 1999.5, millis + 2000.0);
    assert_eq!(numbers(&list(&server, &format!("/archive/school/1?{query}")).await), [start]);
    for (query, said) in [
        (
            "from=yesterday",
            "from is no time since 1970: write ms since the epoch, RFC 3339 such as 2026-11-26T00:43:28Z, or ms before now such as -60000\n",
        ),
        (
            "from=0&to=",
            "to is no time since 1970: write ms since the epoch, RFC 3339 such as 2026-11-26T00:43:28Z, or ms before now such as -60000\n",
        ),
        ("from=2&to=1", "to is before from: exchange them\n"),
        ("limit", "limit is no number from 1 to 10000\n"),
        ("limit=0", "limit is no number from 1 to 10000\n"),
        ("limit=10001", "limit is no number from 1 to 10000\n"),
    ] {
        let (head, body) = server.get(&format!("/archive/school/1?{query}")).await;
        assert!(head.starts_with("http/1.1 400"), "{head}");
        assert_eq!(body, said);
    }
}

#[tokio::test]
async fn a_long_list_comes_in_parts_each_from_the_end_of_the_one_before() {
    const SEGMENTS: u64 = 10_050;
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder).await;
    for index in 0..SEGMENTS {
        keep(&folder, "long", START + index * 2_000_000, 2000, "");
    }
    let first = list(&server, "/archive/long").await;
    assert_eq!((numbers(&first).len(), &first["more"]), (10_000, &json!(true)));
    let last = first["segments"].as_array().unwrap().last().unwrap();
    let end = last["start"].as_f64().unwrap() + last["duration"].as_f64().unwrap();
    let second = list(&server, &format!("/archive/long?from={end}")).await;
    assert_eq!(second["more"], false);
    let all: Vec<_> = numbers(&first).into_iter().chain(numbers(&second)).collect();
    assert_eq!(all, (0..SEGMENTS).map(|index| START + index * 2_000_000).collect::<Vec<_>>());
    assert_eq!(second["to"], (START + SEGMENTS * 2_000_000) as f64 / 1000.0);
}

#[tokio::test]
async fn a_file_is_sent_whole_or_in_ranges_and_may_be_kept_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder).await;
    let file = keep(&folder, "lobby", START, 2000, "0123456789");
    let path = format!("/archive/lobby/{file}");
    let get = |headers: &'static str| request(server.address, "GET", &path, headers);
    let (head, body) = get("").await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    for header in [
        "content-type: video/webm",
        "content-length: 10",
        "accept-ranges: bytes",
        "cache-control: public, max-age=31536000, immutable",
        "x-content-type-options: nosniff",
    ] {
        assert!(head.contains(header), "{header}: {head}");
    }
    assert_eq!(body, "0123456789");
    for (range, said, expected) in [
        ("Range: bytes=0-3\r\n", "content-range: bytes 0-3/10", "0123"),
        ("Range: bytes=7-\r\n", "content-range: bytes 7-9/10", "789"),
        ("Range: bytes=-2\r\n", "content-range: bytes 8-9/10", "89"),
        ("Range: bytes=8-99\r\n", "content-range: bytes 8-9/10", "89"),
    ] {
        let (head, body) = get(range).await;
        assert!(head.starts_with("http/1.1 206") && head.contains(said), "{range}: {head}");
        assert!(head.contains("immutable"), "{head}");
        assert_eq!(body, expected, "{range}");
    }
    let (head, body) = get("Range: bytes=10-\r\n").await;
    assert!(head.starts_with("http/1.1 416") && head.contains("content-range: bytes */10"), "{head}");
    assert!(!head.contains("immutable") && !body.contains('9'), "{head}");
    // Several at once are answered by all of it, which is allowed, and what is no range says nothing.
    for range in ["bytes=0-1,3-4", "bytes=5-2", "bytes=a-b", "lines=1-2"] {
        let (head, body) = request(server.address, "GET", &path, &format!("Range: {range}\r\n")).await;
        assert!(head.starts_with("http/1.1 200"), "{range}: {head}");
        assert_eq!(body, "0123456789", "{range}");
    }

    let about = request(server.address, "HEAD", &path, "").await;
    let etag = head_line(&about, "etag: ");
    let modified = as_sent(&head_line(&about, "last-modified: "));
    for (expected, status) in
        [(&*etag, 206), (&*modified, 206), ("\"another\"", 200), ("Thu, 26 Nov 2020 00:43:28 GMT", 200)]
    {
        let headers = format!("Range: bytes=0-3\r\nIf-Range: {expected}\r\n");
        let (head, body) = request(server.address, "GET", &path, &headers).await;
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{headers}: {head}");
        assert_eq!(body.len(), if status == 206 { 4 } else { 10 }, "{headers}");
    }
    for (headers, status) in [
        (format!("If-None-Match: {etag}\r\n"), 304),
        (format!("If-None-Match: \"another\", {etag}\r\n"), 304),
        ("If-None-Match: \"another\"\r\n".into(), 200),
    ] {
        let (head, body) = request(server.address, "GET", &path, &headers).await;
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{headers}: {head}");
        assert_eq!(body.is_empty(), status == 304);
        assert!(head.contains("immutable"), "{head}");
    }
    let (head, body) = request(server.address, "HEAD", &path, "").await;
    assert!(head.contains("content-length: 10") && body.is_empty(), "{head}{body}");
    // Some write the plus as they like.
    assert_eq!(server.get(&path.replace('+', "%2B")).await.1, "0123456789");
}

/// A date as it was before all was made small.
fn as_sent(date: &str) -> String {
    let word = |word: &str| match word {
        "gmt" => "GMT".into(),
        _ => word[..1].to_uppercase() + &word[1..],
    };
    date.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn head_line((head, _): &(String, String), start: &str) -> String {
    head.lines().find_map(|line| line.strip_prefix(start)).unwrap().to_owned()
}

#[tokio::test]
async fn nothing_is_sent_but_finished_files_of_the_archive() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    fs::create_dir_all(&archive).unwrap();
    let server = TestServer::with(Config { archive: Some(archive.clone()), ..Config::default() }).await;
    let file = keep(&folder, "archive/a", START, 2000, "secret");
    // It was the same file, and outside it is another's.
    fs::copy(archive.join("a").join(&file), folder.path().join(&file)).unwrap();
    let unfinished = format!(".{}.part", file.replace("-2000ms", ""));
    for other in [&unfinished, ".lock", "notes.txt", "x.webm"] {
        fs::write(archive.join("a").join(other), "secret").unwrap();
    }
    assert_eq!(server.get(&format!("/archive/a/{file}")).await.1, "secret");
    let other = file.replace("2000ms", "2001ms");
    for path in [
        &unfinished,
        ".lock",
        "notes.txt",
        "x.webm",
        &other,
        &format!("../{file}"),
        &format!("../../{file}"),
        &format!("..%2f..%2f{file}"),
        &format!("%2e%2e/%2e%2e/{file}"),
        &format!("..%5c..%5c{file}"),
        &format!("%2fetc%2fpasswd/{file}"),
        &format!("{file}/"),
        &format!("{file}%00"),
        &format!("./{file}"),
        "..",
        ".",
        "../.lock",
    ] {
        let (head, body) = server.get(&format!("/archive/a/{path}")).await;
        assert!(head.starts_with("http/1.1 404"), "{path}: {head}");
        assert!(!body.contains("secret") && body.ends_with('\n') && body.len() > 20, "{path}: {body}");
    }
}

#[tokio::test]
async fn without_a_name_an_address_says_what_a_name_is() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder).await;
    for path in ["/archive/", "/export/", "/live/"] {
        let (head, body) = server.get(path).await;
        assert!(head.starts_with("http/1.1 404"), "{path}: {head}");
        assert!(
            body.starts_with("a broadcast's name is up to 8 parts") && body.ends_with('\n'),
            "{path}: {body}"
        );
    }
}
