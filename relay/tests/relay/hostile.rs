//! Peers that mean ill, or are broken. Each is got rid of, with a code where it still understands one, and nothing is left.

use crate::common::{Broadcaster, Heard, Raw, TestServer, Viewer, blob, chunk, now};
use blobcast_relay::{Config, Limits, Timing};
use blobcast_wire::Text;
use std::time::{Duration, Instant};

const BLOB: &str = "/publish/lobby/blob?session=s";

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
        let mut raw = Raw::connect(server.address).await;
        raw.say(&format!(
            "GET /view/{name}/blob?session=s HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: blobcast.v1\r\n\r\n"
        ))
        .await;
        let head = raw.head().await;
        // HTTP itself knows no such URL, or the protocol no such name.
        if !head.starts_with("HTTP/1.1 400") {
            assert!(head.starts_with("HTTP/1.1 101"), "{name:?}: {head}");
            assert_eq!(raw.closed().await, 4400, "{name:?}");
        }
    }
    server.until_empty().await;
}

#[tokio::test]
async fn frames_that_break_rfc_6455() {
    let server = TestServer::start().await;
    let text = 0x81;
    for (what, frames) in [
        ("a reserved bit", &[(text | 0x40, &b"hi"[..])][..]),
        ("another reserved bit", &[(text | 0x10, b"hi")]),
        ("an opcode that is reserved", &[(0x83, b"hi")]),
        ("a control opcode that is reserved", &[(0x8b, b"hi")]),
        ("a continuation of nothing", &[(0x80, b"hi")]),
        ("a message within a message", &[(0x01, b"hi"), (text, b"ho")]),
        ("a ping in fragments", &[(0x09, b"hi")]),
        ("a ping that is too long", &[(0x89, &[0; 126])]),
        ("a close of one byte", &[(0x88, &[3])]),
        ("a close code that must not be sent", &[(0x88, &[0x03, 0xee])]),
    ] {
        let mut raw = Raw::open(server.address, BLOB).await;
        for (first, payload) in frames {
            raw.frame(*first, payload).await;
        }
        assert_eq!(raw.closed().await, 1002, "{what}");
    }
    let mut raw = Raw::open(server.address, BLOB).await;
    raw.frame(text, b"\xff\xfe").await;
    assert_eq!(raw.closed().await, 1007, "text that is no UTF-8");
    server.until_empty().await;
}

#[tokio::test]
async fn a_message_in_fragments_is_one_message() {
    let server = TestServer::start().await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let mut chunks = Broadcaster::open_chunk(&server, "lobby", "s").await;
    let mut blobs = Raw::open(server.address, BLOB).await;
    let segment = now();
    let message = blob(segment, 1, "a blob in pieces").encode();
    let (first, rest) = message.split_at(10);
    blobs.frame(0x02, first).await;
    blobs.frame(0x89, b"a ping is allowed here").await;
    for byte in rest {
        blobs.frame(0x00, &[*byte]).await;
    }
    blobs.frame(0x80, b"").await;
    chunks.text_like(|text| matches!(text, Text::Have { seq: 1, .. })).await;
    assert_eq!(viewer.blob.piece().await.body, "a blob in pieces");
}

/// It is dropped when it says so, not when it has filled the memory.
#[tokio::test]
async fn messages_that_are_too_big_in_what_they_announce() {
    let server = TestServer::start().await;
    let mut raw = Raw::open(server.address, BLOB).await;
    raw.send(&[&[0x82, 0xff], &u64::MAX.to_be_bytes()[..], &[0; 4]].concat()).await;
    let code = raw.closed().await;
    assert!([1002, 1009].contains(&code), "{code}");

    let mut raw = Raw::open(server.address, BLOB).await;
    raw.send(&[&[0x82, 0xff], &(9_u64 << 20).to_be_bytes()[..], &[0; 4]].concat()).await;
    assert_eq!(raw.closed().await, 1009);

    // A viewer's, which may say no more than 4 KiB.
    let mut raw = Raw::open(server.address, "/view/lobby/chunk?session=v").await;
    raw.send(&[0x81, 0x80 | 126, 0x10, 0x01, 0, 0, 0, 0]).await;
    assert_eq!(raw.closed().await, 1009);
    server.until_empty().await;
}

/// Nobody waits for its end: of what is not whole yet each socket keeps as much as a message may have.
#[tokio::test]
async fn fragments_that_become_too_much() {
    let server = TestServer::limited(Limits { max_message_bytes: 10_000, ..Limits::DEFAULT }).await;
    for (path, opcode, len) in [
        ("/view/lobby/chunk?session=v", 0x01, 3000),
        ("/view/lobby/blob?session=v", 0x02, 3000),
        (BLOB, 0x02, 6000),
        ("/publish/lobby/chunk?session=s", 0x01, 6000),
    ] {
        let mut raw = Raw::open(server.address, path).await;
        raw.frame(opcode, &vec![b'x'; len]).await;
        raw.frame(0x00, &vec![b'x'; len]).await;
        let (code, reason) = raw.closed_with().await;
        assert_eq!(code, 1009, "{path}: {reason}");
        drop(raw);
        server.until_empty().await;
    }
}

/// There is nothing to keep of them, but they would be read for ever.
#[tokio::test]
async fn fragments_in_which_nothing_is() {
    let server = TestServer::limited(Limits { max_message_bytes: 10_000, ..Limits::DEFAULT }).await;
    for (path, opcode) in [
        ("/view/lobby/chunk?session=v", 0x01),
        ("/view/lobby/blob?session=v", 0x01),
        (BLOB, 0x02),
        ("/publish/lobby/chunk?session=s", 0x01),
    ] {
        let mut raw = Raw::open(server.address, path).await;
        raw.frame(opcode, b"").await;
        raw.frame(0x89, b"").await;
        raw.send(&[0x00, 0x80, 0, 0, 0, 0].repeat(4000)).await;
        let (code, reason) = raw.closed_with().await;
        assert_eq!(
            (code, reason.as_str()),
            (1009, "a message came in too many frames: send it in fewer"),
            "{path}"
        );
        drop(raw);
        server.until_empty().await;
    }
}

#[tokio::test]
async fn a_frame_that_never_comes_whole() {
    let server = TestServer::start().await;
    let mut raw = Raw::open(server.address, BLOB).await;
    raw.send(&[0x82, 0x80 | 100, 0, 0, 0, 0, 1, 2, 3]).await;
    drop(raw);
    server.until_empty().await;
}

#[tokio::test]
async fn messages_that_lie_about_their_lengths() {
    let server = TestServer::start().await;
    let good = blob(now(), 1, "x").encode();
    let with = |at: usize, bytes: &[u8]| {
        let mut message = good.clone();
        message[at..at + bytes.len()].copy_from_slice(bytes);
        message
    };
    for (what, message) in [
        ("a type longer than the message", with(2, &[0xff, 0x00])),
        ("a type of 65535 characters", with(2, &[0xff, 0xff])),
        ("a type of none", with(2, &[0, 0])),
        ("a body of none", good[..good.len() - 1].to_vec()),
        ("half a header", good[..12].to_vec()),
        ("nothing", Vec::new()),
        ("seq 0", with(4, &[0; 4])),
        ("segment 0", with(8, &[0; 8])),
        ("a segment that JavaScript cannot hold", with(8, &[0xff; 8])),
        ("a kind of its own", with(1, &[7])),
        ("a type that is no text", with(24, &[0xff])),
    ] {
        let mut raw = Raw::open(server.address, BLOB).await;
        raw.frame(0x82, &message).await;
        assert_eq!(raw.closed().await, 4400, "{what}");
    }
    server.until_empty().await;
}

/// A segment of four billion pieces has no next one: a viewer would be sent the last one for ever.
#[tokio::test]
async fn the_last_number_there_is() {
    let server = TestServer::start().await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let mut segment = now();
    for (first, more) in [(u32::MAX, &[][..]), (u32::MAX - 1, &["-one"]), (u32::MAX - 2, &["-one", "-two"])] {
        segment += 1;
        let mut broadcaster = Broadcaster::open(&server, "lobby", &format!("b{first}")).await;
        broadcaster.blob.send(&blob(segment, first, "head")).await;
        if let Some((_refused, taken)) = more.split_last() {
            viewer.until(|viewer| viewer.watched.segments.contains_key(&segment)).await;
            for (body, seq) in more.iter().zip(first..) {
                broadcaster.chunk.send(&chunk(segment, seq, *body)).await;
            }
            viewer.until_rebuilt(segment, format!("head{}", taken.concat()).as_bytes(), Some(true)).await;
        }
        let (code, reason) = broadcaster.blob.closed().await;
        assert_eq!(code, 4400, "{reason}");
        assert!(reason.contains("no number left"), "{reason}");
    }
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

#[tokio::test]
async fn one_bad_peer_leaves_the_others_alone() {
    let server = TestServer::start().await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    let mut bad = Raw::open(server.address, "/view/lobby/blob?session=bad").await;
    bad.frame(0x82, b"media?").await;
    assert_eq!(bad.closed().await, 4400);
    broadcaster.chunk(segment, 1, "-one").await;
    broadcaster.until_have(segment, 2).await;
    loop {
        if let Heard::Piece(piece) = viewer.chunk.next().await {
            assert_eq!(piece.body, "-one");
            break;
        }
    }
}
