//! Messages: what docs/PROTOCOL.md has rules for.

use super::BLOB;
use crate::common::{Broadcaster, Heard, Raw, TestServer, Viewer, blob, chunk, now};

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
