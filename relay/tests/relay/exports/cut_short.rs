//! Answers that end before the film does.

use super::{keep, path_of, server};
use crate::common::{
    TestServer,
    archive::START,
    dial,
    film::{duration_of, film},
    soon,
};
use blobcast_relay::{Config, Timing};
use std::{fs, time::Duration};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn a_file_that_goes_while_it_is_sent_ends_the_answer_short() {
    let folder = tempfile::tempdir().unwrap();
    let film = film();
    // More than sockets hold.
    let files: Vec<_> = (0..200)
        .map(|index| keep(folder.path(), "lobby", START + index * duration_of(&film) * 1000, &film))
        .collect();
    let server = server(&folder).await;
    let mut tcp = dial(server.address).await.unwrap();
    tcp.write_all(b"GET /export/lobby HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut begun = vec![0; 1000];
    soon("an answer", tcp.read_exact(&mut begun)).await.unwrap();
    let begun = String::from_utf8_lossy(&begun).to_lowercase();
    let len = begun
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap()
        .parse::<usize>()
        .unwrap();
    fs::remove_file(files.last().unwrap()).unwrap();
    let mut rest = Vec::new();
    let _ = soon("the end", tcp.read_to_end(&mut rest)).await;
    assert!(rest.len() < len - 1000 && rest.len() > len / 2, "{} of {len}", rest.len());
    assert_eq!(server.get("/healthz").await.1, "ok");
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
        let mut tcp = dial(server.address).await.unwrap();
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
