//! With `--no-waiting`, only what is broadcast can be watched.

use crate::common::{Broadcaster, ClientSocket, TestServer, Viewer, now};
use blobcast_relay::Config;
use blobcast_wire::{Live, Text};

async fn server() -> TestServer {
    TestServer::with(Config { no_waiting: true, ..Config::default() }).await
}

async fn assert_refused(server: &TestServer, path: &str) {
    let (code, reason) = ClientSocket::open(server, path).await.closed().await;
    assert_eq!(code, 4404, "{reason}");
    assert!(reason.starts_with("nobody broadcasts under this name"), "{reason}");
}

#[tokio::test]
async fn a_viewer_of_what_nobody_broadcasts_is_refused() {
    let server = server().await;
    for which in ["blob", "chunk"] {
        assert_refused(&server, &format!("/view/lobby/{which}?session=s")).await;
    }
    server.until_empty().await;
    let refused = r#"blobcast_refused_sockets_total{role="view",reason="no-broadcast"}"#;
    assert_eq!(server.metric(refused).await, 2);

    // Somebody is about to begin.
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let mut early = Viewer::open(&server, "lobby", "early").await;
    assert_eq!(early.state(), Some(Live::Waiting));
    let segment = now();
    broadcaster.begin(segment, "head").await;
    early.until_rebuilt(segment, b"head", None).await;
    Viewer::open(&server, "lobby", "later").await.until_rebuilt(segment, b"head", None).await;
    assert_refused(&server, "/view/other/blob?session=s").await;

    // Who watched hears that it is over, and may stay: it may be broadcast again.
    broadcaster.last(segment, 1, "-end").await;
    broadcaster.until_have(segment, 2).await;
    broadcaster.finish().await;
    early.until(|viewer| viewer.state() == Some(Live::Ended)).await;
    assert_refused(&server, "/view/lobby/chunk?session=newcomer").await;
    let mut again = Broadcaster::open(&server, "lobby", "again").await;
    again.begin(segment + 1, "more").await;
    early.until_rebuilt(segment + 1, b"more", None).await;
}

/// The relay was restarted, and this viewer is back before its broadcaster.
#[tokio::test]
async fn a_viewer_that_comes_back_may_wait() {
    let server = server().await;
    let segment = now();
    let mut blob =
        ClientSocket::open(&server, &format!("/view/lobby/blob?session=s&segment={segment}")).await;
    let mut chunk =
        ClientSocket::open(&server, &format!("/view/lobby/chunk?session=s&segment={segment}&seq=2")).await;
    assert!(matches!(chunk.text().await, Text::State { state: Live::Waiting, .. }));
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    broadcaster.begin(segment + 1, "next").await;
    assert_eq!(blob.piece().await.body, "next");
}
