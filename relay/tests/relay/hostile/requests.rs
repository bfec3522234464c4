//! What comes before there is a WebSocket.

use super::BLOB;
use crate::common::{Raw, TestServer};
use blobcast_relay::{Config, Timing};
use std::time::{Duration, Instant};

#[tokio::test]
async fn handshakes_that_are_none() {
    let server = TestServer::start().await;
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    for (request, status) in [
        (
            format!("GET {BLOB} HTTP/1.1\r\nHost: localhost\r\n{upgrade}Sec-WebSocket-Version: 13\r\n\r\n"),
            426,
        ),
        (format!("GET {BLOB} HTTP/1.1\r\nHost: localhost\r\n{upgrade}{key}\r\n"), 426),
        (
            format!(
                "GET {BLOB} HTTP/1.1\r\nHost: localhost\r\n{upgrade}{key}Sec-WebSocket-Version: 8\r\n\r\n"
            ),
            426,
        ),
        (format!("GET {BLOB} HTTP/1.1\r\nHost: localhost\r\n{key}Sec-WebSocket-Version: 13\r\n\r\n"), 426),
        (
            format!(
                "GET {BLOB} HTTP/1.0\r\nHost: localhost\r\n{upgrade}{key}Sec-WebSocket-Version: 13\r\n\r\n"
            ),
            426,
        ),
        (
            format!(
                "POST {BLOB} HTTP/1.1\r\nHost: localhost\r\n{upgrade}{key}Sec-WebSocket-Version: 13\r\n\r\n"
            ),
            405,
        ),
        ("GET /view/lo\u{1}bby/blob?session=s HTTP/1.1\r\nHost: localhost\r\n\r\n".into(), 400),
        ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}, a TLS greeting\r\n\r\n".into(), 400),
        (format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "x".repeat(20_000)), 431),
        (format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(200)), 431),
    ] {
        let mut raw = Raw::connect(server.address).await;
        raw.say(&request).await;
        let head = raw.head().await;
        let line = request.lines().next().unwrap();
        assert!(head.split(' ').nth(1) == Some(status.to_string().as_str()), "{line:?}: {head}");
    }
    server.until_empty().await;
}

#[tokio::test]
async fn names_that_some_other_program_would_read_as_more() {
    let server = TestServer::start().await;
    for name in
        ["a.b", "..", "*", ">", "lobby>", "a%00", "a%0ab", "%2e%2e", "a%2Fb", "lobby\u{e4}", "a$b", "-a"]
    {
        let path = format!("/view/{name}/blob?session=s");
        let (mut raw, head) = Raw::ask(server.address, &path, "Host: localhost\r\n").await;
        // HTTP itself knows no such URL, or the protocol no such name.
        if !head.starts_with("HTTP/1.1 400") {
            assert!(head.starts_with("HTTP/1.1 101"), "{name:?}: {head}");
            assert_eq!(raw.closed().await, 4400, "{name:?}");
        }
    }
    server.until_empty().await;
}

#[tokio::test]
async fn heads_that_take_for_ever() {
    let timing = Timing { handshake_time: Duration::from_millis(300), ..Timing::default() };
    let server = TestServer::with(Config { timing, ..Config::default() }).await;
    let began = Instant::now();
    let mut silent = Raw::connect(server.address).await;
    let mut slow = Raw::connect(server.address).await;
    let mut idle = Raw::connect(server.address).await;
    idle.say("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert!(idle.head().await.starts_with("HTTP/1.1 200"));
    let feed = async {
        slow.say("GET / HTTP/1.1\r\n").await;
        // A header every so often, for as long as it is let.
        while slow.0.try_write(b"A: b\r\n").is_ok() && began.elapsed() < Duration::from_secs(8) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::join!(feed, silent.hung_up(), idle.hung_up());
    assert!(began.elapsed() < Duration::from_secs(8), "a slow head was fed for {:?}", began.elapsed());
    server.until_empty().await;
}
