//! Two sockets, one peer.

use crate::common::{Broadcaster, ClientSocket, Heard, TestServer, Viewer, blob, now};
use blobcast_relay::Timing;
use blobcast_wire::{Live, Text};
use std::time::{Duration, Instant};

const ALONE: &str =
    "the session's other socket is not here: open both; a load balancer must balance by session";

fn hasty() -> Timing {
    Timing { pair_within: Duration::from_millis(200), ..Timing::default() }
}

#[tokio::test]
async fn the_sockets_may_come_in_any_order() {
    let server = TestServer::start().await;
    for (first, second) in [("blob", "chunk"), ("chunk", "blob")] {
        let open = async |role, socket| {
            ClientSocket::open(&server, &format!("/{role}/lobby/{socket}?session={first}-first")).await
        };
        let (one, other) = (open("publish", first).await, open("publish", second).await);
        let mut chunk = if first == "chunk" { one } else { other };
        assert!(matches!(chunk.next().await, Heard::Text(Text::Have { segment: 0, seq: 0, .. })));
        assert!(matches!(chunk.next().await, Heard::Text(Text::State { state: Live::Waiting, .. })));
        let (one, other) = (open("view", first).await, open("view", second).await);
        let mut chunk = if first == "chunk" { one } else { other };
        assert!(matches!(chunk.next().await, Heard::Text(Text::State { state: Live::Waiting, .. })));
    }
}

#[tokio::test]
async fn a_socket_whose_partner_does_not_come_is_told_why() {
    let server = TestServer::timed(hasty()).await;
    for path in ["/publish/lobby/blob", "/publish/lobby/chunk", "/view/lobby/blob", "/view/lobby/chunk"] {
        let mut socket = ClientSocket::open(&server, &format!("{path}?session=s")).await;
        let (code, reason) = socket.closed().await;
        assert_eq!(code, 4424, "{path}");
        assert_eq!(reason, ALONE);
    }
    server.until_empty().await;
}

#[tokio::test]
async fn a_socket_that_stays_alone_for_longer_than_the_grace_is_told_why() {
    let grace = Duration::from_millis(600);
    let timing = Timing { grace, pair_within: Duration::from_millis(500), ..Timing::default() };
    let server = TestServer::timed(timing).await;
    let lone = async |role: &str, lost: usize| {
        let mut sockets = Vec::new();
        for socket in ["blob", "chunk"] {
            let path = format!("/{role}/lobby/{socket}?session=s{lost}");
            sockets.push(ClientSocket::open(&server, &path).await);
        }
        // Said when the two are a pair.
        sockets[1].text().await;
        let lone = Instant::now();
        drop(sockets.remove(lost));
        assert_eq!(sockets[0].closed().await, (4424, ALONE.into()), "{role}");
        assert!(lone.elapsed() >= grace);
    };
    tokio::join!(lone("publish", 0), lone("publish", 1), lone("view", 0), lone("view", 1));
    server.until_empty().await;
}

#[tokio::test]
async fn a_partner_that_comes_back_in_time_finds_everything_as_it_was() {
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.until_have(segment, 1).await;
    let Broadcaster { blob, chunk } = broadcaster;
    drop(chunk);
    server.until("the loss", |streams| streams["tasks"] == 1).await;
    let mut broadcaster = Broadcaster { blob, chunk: Broadcaster::open_chunk(&server, "lobby", "b").await };
    broadcaster.last(segment, 1, "-end").await;
    broadcaster.until_have(segment, 2).await;
    broadcaster.begin(segment + 1, "next").await;
    broadcaster.until_have(segment + 1, 1).await;
}

/// Otherwise a link that lets one of two through would keep a segment open for ever.
#[tokio::test]
async fn a_lone_socket_that_comes_and_goes_does_not_prolong_the_grace() {
    let timing = Timing {
        grace: Duration::from_millis(300),
        pair_within: Duration::from_millis(200),
        ..Timing::default()
    };
    let server = TestServer::timed(timing).await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    viewer.until_rebuilt(segment, b"head", None).await;
    drop(broadcaster);
    let mut closed = 0;
    let flapping = async {
        loop {
            let mut blob = Broadcaster::open_blob(&server, "lobby", "b").await;
            assert_eq!(blob.closed().await.0, 4424);
            closed += 1;
        }
    };
    tokio::select! {
        () = flapping => {}
        () = viewer.until_rebuilt(segment, b"head", Some(true)) => {}
    }
    assert!(closed < 4, "{closed}");
}

#[tokio::test]
async fn sockets_of_other_sessions_names_and_roles_are_no_partners() {
    let server = TestServer::timed(hasty()).await;
    let mut socket = ClientSocket::open(&server, "/view/lobby/blob?session=s").await;
    let _others = [
        ClientSocket::open(&server, "/view/lobby/chunk?session=S").await,
        ClientSocket::open(&server, "/view/hall/chunk?session=s").await,
        ClientSocket::open(&server, "/publish/lobby/chunk?session=s").await,
    ];
    assert_eq!(socket.closed().await.0, 4424);
}

#[tokio::test]
async fn a_ping_is_answered_before_the_partner_comes() {
    let server = TestServer::start().await;
    for path in ["/publish/lobby/blob", "/view/lobby/blob", "/view/lobby/chunk"] {
        let mut socket = ClientSocket::open(&server, &format!("{path}?session=s")).await;
        let before = now();
        socket.send_text(r#"{"type":"ping","t":12.5}"#).await;
        let Text::Pong { t, now: relay } = socket.text().await else { panic!("no pong") };
        assert_eq!(t, 12.5);
        // The relay's clock was set by this machine's.
        assert!((relay * 1000.0 - before as f64).abs() < 5e6, "{relay}");
    }
}

#[tokio::test]
async fn unknown_texts_are_ignored() {
    let server = TestServer::start().await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    for text in [r#"{"type":"later"}"#, "{}", "nonsense", "", r#"{"type":"ping"}"#] {
        viewer.chunk.send_text(text).await;
    }
    viewer.chunk.send_text(r#"{"type":"ping","t":1}"#).await;
    assert!(matches!(viewer.chunk.text().await, Text::Pong { .. }));
}

#[tokio::test]
async fn a_second_socket_of_a_kind_takes_the_place_of_the_first() {
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.until_have(segment, 1).await;
    // Nothing waits for a partner: it is here.
    let mut chunk = Broadcaster::open_chunk(&server, "lobby", "b").await;
    assert!(matches!(chunk.next().await, Heard::Text(Text::Have { segment: s, seq: 1, .. }) if s == segment));
    let (code, reason) = broadcaster.chunk.closed().await;
    assert_eq!(
        (code, reason.as_str()),
        (1000, "a newer socket of the same session took this one's place: use that one")
    );
    broadcaster.chunk = chunk;
    broadcaster.chunk(segment, 1, "-one").await;
    broadcaster.until_have(segment, 2).await;

    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    viewer.until_rebuilt(segment, b"head-one", None).await;
    let after = format!("/view/lobby/blob?session=v&segment={segment}");
    let newer = ClientSocket::open(&server, &after).await;
    assert_eq!(viewer.blob.closed().await.0, 1000);
    viewer.blob = newer;
    broadcaster.last(segment, 2, "-end").await;
    broadcaster.blob.send(&blob(segment + 1, 1, "next")).await;
    viewer.until_rebuilt(segment + 1, b"next", None).await;
    server.until("one viewer", |streams| streams["streams"][0]["viewers"] == 1).await;
}
