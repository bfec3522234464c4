//! Frames: what RFC 6455 has rules for.

use super::BLOB;
use crate::common::{Broadcaster, Raw, TestServer, Viewer, blob, now};
use blobcast_relay::Limits;
use blobcast_wire::Text;

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
