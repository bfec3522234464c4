//! Its files.

use super::{keep, server};
use crate::common::{TestServer, archive::START, request};
use blobcast_relay::Config;
use std::fs;

#[tokio::test]
async fn a_file_is_sent_whole_or_in_ranges_and_may_be_kept_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder).await;
    let file = keep(folder.path(), "lobby", START, 2000, "0123456789");
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
    let server = TestServer::keeping(&archive, Config::default()).await;
    let file = keep(&archive, "a", START, 2000, "secret");
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
