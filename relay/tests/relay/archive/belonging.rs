//! What belongs to the archive: its folder and nothing else, and to one relay at a time.

use super::{expected, files, keeper, program};
use crate::common::{Broadcaster, Raw, now, relay, soon};
use std::fs;

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
