//! Viewers that come back, and viewers that do not read.

use crate::common::{Broadcaster, ClientSocket, Heard, TestServer, Viewer, blob, cut_short, facts, now};
use blobcast_relay::Timing;
use blobcast_wire::{Live, Text};
use std::time::Duration;

impl Viewer {
    /// Loses the chunk socket, and opens another one.
    async fn reopen_chunk(&mut self, server: &TestServer) {
        let path = format!("/view/lobby/chunk?session=v{}", self.query().1);
        self.chunk = ClientSocket::open(server, &path).await;
    }

    /// Loses the blob socket, and opens another one.
    async fn reopen_blob(&mut self, server: &TestServer) {
        let path = format!("/view/lobby/blob?session=v{}", self.query().0);
        self.blob = ClientSocket::open(server, &path).await;
    }
}

#[tokio::test]
async fn a_viewer_that_lost_a_socket_gets_nothing_twice_and_misses_nothing() {
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.chunk(segment, 1, "-1").await;
    viewer.until_rebuilt(segment, b"head-1", None).await;
    viewer.reopen_chunk(&server).await;
    broadcaster.chunk(segment, 2, "-2").await;
    viewer.until_rebuilt(segment, b"head-1-2", None).await;
    viewer.reopen_blob(&server).await;
    broadcaster.last(segment, 3, "-3").await;
    broadcaster.begin(segment + 1, "next").await;
    viewer.until_rebuilt(segment, b"head-1-2-3", Some(false)).await;
    viewer.until_rebuilt(segment + 1, b"next", None).await;
    viewer.reopen_chunk(&server).await;
    broadcaster.last(segment + 1, 1, "-end").await;
    viewer.until_rebuilt(segment + 1, b"next-end", Some(false)).await;
    assert_eq!(viewer.bytes, "head-1-2-3next-end".len(), "once each");
}

#[tokio::test]
async fn a_viewer_that_lost_both_sockets_goes_on_over_the_end_of_a_segment() {
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.chunk(segment, 1, "-1").await;
    viewer.until_rebuilt(segment, b"head-1", None).await;
    broadcaster.chunk(segment, 2, "-2").await;
    broadcaster.last(segment, 3, "-3").await;
    broadcaster.begin(segment + 1, "next").await;
    broadcaster.until_have(segment + 1, 1).await;
    viewer.reassembly.reconnected();
    // The other socket is lost, too: whichever comes first does not matter.
    let (blob, chunk) = viewer.query();
    viewer.chunk = ClientSocket::open(&server, &format!("/view/lobby/chunk?session=w{chunk}")).await;
    viewer.blob = ClientSocket::open(&server, &format!("/view/lobby/blob?session=w{blob}")).await;
    viewer.until_rebuilt(segment, b"head-1-2-3", Some(false)).await;
    viewer.until_rebuilt(segment + 1, b"next", None).await;
    assert_eq!(viewer.bytes, "head-1-2-3next".len(), "once each");
}

#[tokio::test]
async fn a_viewer_goes_on_at_a_relay_that_has_its_piece_only_in_a_blob() {
    let segment = now();
    let before = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&before, "lobby", "b").await;
    let mut viewer = Viewer::open(&before, "lobby", "v").await;
    broadcaster.begin(segment, "head").await;
    broadcaster.chunk(segment, 1, "-1").await;
    viewer.until_rebuilt(segment, b"head-1", None).await;
    // The relay ends; the viewer is at the next one first.
    let after = TestServer::start().await;
    viewer.reassembly.reconnected();
    viewer.reopen_blob(&after).await;
    viewer.reopen_chunk(&after).await;
    let mut broadcaster = Broadcaster::open(&after, "lobby", "b").await;
    broadcaster.blob.send(&blob(segment, 4, "head-1-2-3")).await;
    broadcaster.chunk(segment, 4, "-4").await;
    viewer.until_rebuilt(segment, b"head-1-2-3-4", None).await;
    assert!(!viewer.texts.iter().any(|text| matches!(text, Text::Skip { .. })));
}

#[tokio::test]
async fn a_viewer_whose_place_is_not_kept_is_skipped() {
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    for segment in segment..segment + 3 {
        broadcaster.begin(segment, "head").await;
        broadcaster.last(segment, 1, "-end").await;
    }
    broadcaster.until_have(segment + 2, 2).await;
    let mut blob =
        ClientSocket::open(&server, &format!("/view/lobby/blob?session=v&segment={segment}")).await;
    let path = format!("/view/lobby/chunk?session=v&segment={segment}&seq=1");
    let mut chunk = ClientSocket::open(&server, &path).await;
    assert!(matches!(chunk.next().await, Heard::Text(Text::State { state: Live::Live, .. })));
    assert_eq!(facts(chunk.piece().await), cut_short(segment, 1));
    assert_eq!(chunk.next().await, Heard::Text(Text::Skip { from: segment, to: segment + 2 }));
    let piece = chunk.piece().await;
    assert_eq!((piece.segment, piece.seq), (segment + 2, 1));
    assert_eq!(blob.piece().await.segment, segment + 2);
}

/// Neither the others nor the relay's memory mind it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_that_does_not_read_is_skipped_to_the_newest_segment() {
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let mut slow = Viewer::open(&server, "lobby", "slow").await;
    let mut quick = Viewer::open(&server, "lobby", "quick").await;
    let first = now();
    // A few segments are more than the sockets' buffers hold, but less than a viewer holds for order.
    let (segments, pieces, piece) = (12, 40, vec![7; 64 << 10]);
    let whole = pieces as usize * piece.len();
    for segment in first..first + segments {
        broadcaster.begin(segment, piece.clone()).await;
        for seq in 1..pieces - 1 {
            broadcaster.chunk(segment, seq, piece.clone()).await;
        }
        broadcaster.last(segment, pieces - 1, piece.clone()).await;
        quick.until(|viewer| viewer.watched.segments.get(&segment).is_some_and(|s| s.ended.is_some())).await;
        assert_eq!(quick.watched.segments.remove(&segment).unwrap().bytes.len(), whole);
    }
    let newest = first + segments - 1;
    slow.until(|viewer| viewer.watched.segments.get(&newest).is_some_and(|s| s.ended.is_some())).await;
    assert_eq!(slow.watched.segments[&newest].bytes.len(), whole);
    let skips = slow.texts.iter().filter(|text| matches!(text, Text::Skip { .. })).count();
    assert!((1..4).contains(&skips), "{skips}");
    assert!(slow.watched.segments.len() < segments as usize);
    for (number, segment) in &slow.watched.segments {
        let is_cut = segment.bytes.len() < whole;
        assert_eq!(segment.ended, Some(is_cut), "{number}: a prefix is marked as one");
        assert_eq!(slow.ends[number], 1, "{number} ends once");
    }
    assert!(!quick.texts.iter().any(|text| matches!(text, Text::Skip { .. })));
}

#[tokio::test]
async fn a_viewer_that_never_reads_is_closed_and_told_why() {
    let timing = Timing {
        idle_time: Duration::from_millis(100),
        stuck_time: Duration::from_millis(200),
        ..Timing::default()
    };
    let server = TestServer::timed(timing).await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let mut stuck = Viewer::open(&server, "lobby", "stuck").await;
    let first = now();
    let closed = server.until("it is gone", |streams| streams["streams"][0]["viewers"] == 0);
    let flood = async {
        for segment in first.. {
            broadcaster.begin(segment, vec![7; 1 << 20]).await;
            broadcaster.last(segment, 1, vec![7; 1 << 20]).await;
            broadcaster.until_have(segment, 2).await;
        }
    };
    tokio::select! {
        () = closed => {}
        () = flood => {}
    }
    let (code, reason) = loop {
        if let Heard::Closed(code, reason) = stuck.chunk.next().await {
            break (code, reason);
        }
    };
    assert_eq!(code, 4408, "{reason}");
    drop(stuck);
    server.until_metric(r#"blobcast_closed_sockets_total{role="view",code="4408"}"#, 1).await;
    server.until_metric(r#"blobcast_refused_sockets_total{role="view",reason="stuck"}"#, 1).await;
}

#[tokio::test]
async fn the_state_is_said_again_now_and_then() {
    let timing = Timing { state_every: Duration::from_millis(50), ..Timing::default() };
    let server = TestServer::timed(timing).await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    viewer.until(|viewer| viewer.texts.len() == 4).await;
    assert_eq!(viewer.texts[3], Text::State { state: Live::Waiting, viewers: 1 });
}

#[tokio::test]
async fn a_viewer_that_is_gone_without_a_word_is_noticed() {
    let timing = Timing { idle_time: Duration::from_millis(200), ..Timing::default() };
    let server = TestServer::timed(timing).await;
    let mut alive = Viewer::open(&server, "lobby", "alive").await;
    // This one's sockets stay open, but nobody reads them, so nobody answers pings.
    let _dead = Viewer::open(&server, "lobby", "dead").await;
    server.until("two", |streams| streams["streams"][0]["viewers"] == 2).await;
    let gone = server.until("the loss", |streams| streams["streams"][0]["viewers"] == 1);
    tokio::select! {
        () = gone => {}
        () = alive.until(|_| false) => {}
    }
}

#[tokio::test]
async fn nothing_is_left_when_everybody_has_left() {
    let timing = Timing { grace: Duration::from_millis(50), ..Timing::default() };
    let server = TestServer::timed(timing).await;
    for round in 0..20 {
        // Another session each time: the same one would be waited for in its grace.
        let mut broadcaster = Broadcaster::open(&server, "lobby", &format!("b{round}")).await;
        let mut viewer = Viewer::open(&server, "lobby", "v").await;
        let other = Viewer::open(&server, "hall", "v").await;
        let segment = now();
        broadcaster.begin(segment, "head").await;
        viewer.until_rebuilt(segment, b"head", None).await;
        if round % 2 == 0 {
            broadcaster.finish().await;
            viewer.blob.close(1000).await;
            viewer.chunk.close(1001).await;
        }
        drop(other);
    }
    server.until_empty().await;
}
