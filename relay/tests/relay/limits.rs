//! How much of everything there may be. What is too much is closed with a code and a reason that names the flag.

use crate::common::{Broadcaster, ClientSocket, TestServer, Viewer, blob, now, soon};
use blobcast_relay::Limits;
use std::time::Duration;

/// Opens a socket that is refused: the seconds to wait, and the rest of the reason.
async fn refused(server: &TestServer, path: &str) -> (u32, String) {
    ClientSocket::open(server, path).await.limited().await
}

#[tokio::test]
async fn messages_may_be_smaller_than_the_protocol_permits() {
    let server = TestServer::limited(Limits { max_message_bytes: 2048, ..Limits::DEFAULT }).await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, vec![1; 1900]).await;
    broadcaster.until_have(segment, 1).await;
    broadcaster.blob.send(&blob(segment + 1, 1, vec![1; 2048])).await;
    assert_eq!(broadcaster.blob.closed().await.0, 1009);
    assert_eq!(
        broadcaster.chunk.closed().await,
        (1009, "a message was too large: send at most 2048 bytes".into())
    );
}

/// The viewers' segment ends, and the broadcaster goes on with the next one when its seconds are over.
#[tokio::test]
async fn a_segment_that_is_too_large() {
    let server = TestServer::limited(Limits { max_segment_bytes: 1000, ..Limits::DEFAULT }).await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, vec![1; 600]).await;
    broadcaster.chunk(segment, 1, vec![1; 400]).await;
    broadcaster.until_have(segment, 2).await;
    broadcaster.chunk(segment, 2, "1").await;
    let (seconds, reason) = broadcaster.chunk.limited().await;
    assert_eq!(seconds, 5);
    assert!(reason.contains("--max-segment-bytes"), "{reason}");
    broadcaster.blob.limited().await;
    viewer.until_rebuilt(segment, &[1; 1000], Some(true)).await;
    let mut again = Broadcaster::open(&server, "lobby", "b").await;
    again.begin(segment + 1, vec![1; 60]).await;
    again.until_have(segment + 1, 1).await;
}

/// A blob that claims to heal 65,000 pieces is a few bytes on the line, and 65,000 messages in the relay.
#[tokio::test]
async fn a_segment_of_too_many_pieces_in_which_nothing_is() {
    let server = TestServer::limited(Limits { max_segment_bytes: 1 << 20, ..Limits::DEFAULT }).await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.blob.send(&blob(segment, 65_000, "head")).await;
    let (_, reason) = broadcaster.blob.limited().await;
    assert!(reason.contains("--max-segment-bytes"), "{reason}");
}

#[tokio::test]
async fn more_names_than_the_relay_broadcasts() {
    let server = TestServer::limited(Limits { max_broadcasts: 1, ..Limits::DEFAULT }).await;
    let first = Broadcaster::open(&server, "lobby", "first").await;
    let (seconds, reason) = refused(&server, "/publish/other/blob?session=s").await;
    assert_eq!(seconds, 10);
    assert!(reason.contains("--max-broadcasts"), "{reason}");
    // A takeover is no broadcast more, and waiting viewers are none.
    let second = Broadcaster::open(&server, "lobby", "second").await;
    let viewer = Viewer::open(&server, "other", "v").await;
    first.finish().await;
    assert!(refused(&server, "/publish/other/blob?session=s").await.1.contains("--max-broadcasts"));
    second.finish().await;
    drop(viewer);
    server.until_empty().await;
    Broadcaster::open(&server, "other", "third").await;
}

#[tokio::test]
async fn more_viewers_than_a_broadcast_or_the_relay_takes() {
    let limits = Limits { max_viewers: 3, max_viewers_per_broadcast: 2, ..Limits::DEFAULT };
    let server = TestServer::limited(limits).await;
    let _first = Viewer::open(&server, "lobby", "first").await;
    let _second = Viewer::open(&server, "lobby", "second").await;
    let (seconds, reason) = refused(&server, "/view/lobby/blob?session=third").await;
    assert_eq!(seconds, 10);
    assert!(reason.contains("--max-viewers-per-broadcast"), "{reason}");
    let third = Viewer::open(&server, "other", "third").await;
    let (_, reason) = refused(&server, "/view/more/chunk?session=fourth").await;
    assert!(reason.contains("(--max-viewers)"), "{reason}");
    // A socket that is replaced is no viewer more.
    ClientSocket::open(&server, "/view/other/blob?session=third")
        .await
        .send_text(r#"{"type":"ping","t":1}"#)
        .await;
    drop(third);
    server.until("two viewers", |streams| streams["streams"].as_array().unwrap().len() == 1).await;
    Viewer::open(&server, "more", "fourth").await;
    assert_eq!(server.metric(r#"blobcast_closed_sockets_total{role="view",code="4429"}"#).await, 2);
}

/// Broadcasters that have not begun cost the relay what it holds for order, so a name has not any number of them.
#[tokio::test]
async fn a_crowd_of_broadcasters_at_one_name() {
    let server = TestServer::start().await;
    let mut crowd = Vec::new();
    for number in 0..16 {
        crowd.push(Broadcaster::open_blob(&server, "lobby", &format!("s{number}")).await);
    }
    for socket in &mut crowd {
        socket.send_text(r#"{"type":"ping","t":1}"#).await;
        socket.text().await;
    }
    assert!(refused(&server, "/publish/lobby/blob?session=more").await.1.contains("broadcasters wait"));
}

#[tokio::test]
async fn more_connections_than_an_address_may_have() {
    let limits = Limits { max_connections_per_address: 2, ..Limits::DEFAULT };
    let server = TestServer::limited(limits).await;
    let viewer = Viewer::open(&server, "lobby", "v").await;
    let (seconds, reason) = refused(&server, "/view/lobby/blob?session=w").await;
    assert_eq!(seconds, 30);
    assert!(reason.contains("--max-connections-per-address"), "{reason}");
    // Pages are still served, so that a client can ask how the relay is.
    let mut page = silent(&server).await;
    page.say("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let head = page.head().await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    // A connection that is one too many is that for as long as it lasts, and others may have gone by then.
    assert!(head.contains("connection: close"), "{head}");
    assert_eq!(page.hung_up().await, "ok");
    // What goes far beyond is dropped without a word.
    let _more = (silent(&server).await, silent(&server).await);
    let mut flood = silent(&server).await;
    assert_eq!(flood.hung_up().await, "");
    assert!(server.metric("blobcast_dropped_connections_total").await >= 1);
    drop((viewer, _more));
    soon("room", async {
        while ClientSocket::connect(server.address, "/view/lobby/blob?session=x").await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

async fn silent(server: &TestServer) -> crate::common::Raw {
    crate::common::Raw::connect(server.address).await
}
