//! What a broadcaster is told, and what becomes of its broadcast when it ends, is lost or replaced.

use crate::common::{
    Broadcaster, ClientSocket, Heard, TestServer, Viewer, blob, cut_short, facts, now, soon,
};
use blobcast_relay::Timing;
use blobcast_wire::{Live, Text};
use std::time::Duration;
use tokio::time::Instant;

const GRACE: Duration = Duration::from_millis(400);

fn short_grace() -> Timing {
    Timing { grace: GRACE, ..Timing::default() }
}

#[tokio::test]
async fn have_tells_what_has_arrived() {
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    let is_have = |text: &Text| matches!(text, Text::Have { .. });
    let have = broadcaster.chunk.text_like(is_have).await;
    assert_eq!(have, Text::Have { segment, seq: 1, last: segment }, "after a blob");
    broadcaster.chunk(segment, 2, "-two").await;
    broadcaster.chunk(segment, 1, "-one").await;
    let have = broadcaster.chunk.text_like(is_have).await;
    assert_eq!(have, Text::Have { segment, seq: 3, last: segment }, "while data flows");
    // Another session, that has sent nothing yet.
    let mut other = Broadcaster::open_chunk(&server, "lobby", "c").await;
    let _blob = Broadcaster::open_blob(&server, "lobby", "c").await;
    assert_eq!(other.text().await, Text::Have { segment: 0, seq: 0, last: segment });
}

#[tokio::test]
async fn the_broadcaster_hears_how_many_watch_at_most_once_a_second() {
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    broadcaster.chunk.text_like(|text| matches!(text, Text::State { viewers: 0, .. })).await;
    let start = Instant::now();
    let first = Viewer::open(&server, "lobby", "v1").await;
    let _second = Viewer::open(&server, "lobby", "v2").await;
    let two = broadcaster.chunk.text_like(|text| matches!(text, Text::State { .. })).await;
    assert_eq!(two, Text::State { state: Live::Waiting, viewers: 2 });
    assert!(start.elapsed() > Duration::from_millis(700), "{:?}", start.elapsed());
    drop(first);
    let one = broadcaster.chunk.text_like(|text| matches!(text, Text::State { .. })).await;
    assert_eq!(one, Text::State { state: Live::Waiting, viewers: 1 });
}

#[tokio::test]
async fn a_finished_broadcast_is_ended() {
    let server = TestServer::start().await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.last(segment, 1, "-end").await;
    broadcaster.finish().await;
    viewer.until(|viewer| viewer.state() == Some(Live::Ended)).await;
    viewer.until_rebuilt(segment, b"head-end", Some(false)).await;
    drop(viewer);
    server.until_empty().await;
}

#[tokio::test]
async fn one_socket_closed_with_1000_is_not_the_end() {
    let server = TestServer::timed(short_grace()).await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.until_have(segment, 1).await;
    broadcaster.blob.close(1000).await;
    drop(broadcaster.chunk);
    viewer.until(|viewer| viewer.state() == Some(Live::Waiting) && viewer.texts.len() > 1).await;
}

#[tokio::test]
async fn a_lost_broadcaster_has_a_grace_and_then_its_segment_is_cut_short() {
    let server = TestServer::timed(short_grace()).await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.chunk(segment, 1, "-one").await;
    viewer.until_rebuilt(segment, b"head-one", None).await;
    let lost = Instant::now();
    drop(broadcaster);
    assert_eq!(facts(viewer.chunk.piece().await), cut_short(segment, 2));
    assert!(lost.elapsed() >= GRACE);
    let Heard::Text(state) = viewer.chunk.next().await else { panic!("no state") };
    assert_eq!(state, Text::State { state: Live::Waiting, viewers: 1 });
    drop(viewer);
    server.until_empty().await;
}

#[tokio::test]
async fn a_lost_broadcaster_that_comes_back_in_time_goes_on() {
    let server = TestServer::timed(Timing { grace: Duration::from_secs(60), ..Timing::default() }).await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.chunk(segment, 1, "-one").await;
    viewer.until_rebuilt(segment, b"head-one", None).await;
    drop(broadcaster);
    // Both sockets and one viewer's two, until the broadcaster's are gone: its grace is one task.
    server.until("the loss", |streams| streams["tasks"] == 3).await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    broadcaster.last(segment, 2, "-end").await;
    broadcaster.begin(segment + 1, "next").await;
    viewer.until_rebuilt(segment, b"head-one-end", Some(false)).await;
    viewer.until_rebuilt(segment + 1, b"next", None).await;
    assert!(!viewer.texts.contains(&Text::State { state: Live::Waiting, viewers: 2 }));
}

#[tokio::test]
async fn a_lost_broadcaster_heals_with_a_glued_blob() {
    let server = TestServer::start().await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.chunk(segment, 1, "-1").await;
    viewer.until_rebuilt(segment, b"head-1", None).await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    // Pieces 2, 3 and 4 were lost; 5 comes early.
    broadcaster.chunk(segment, 5, "-5").await;
    broadcaster.blob.send(&blob(segment, 5, "head-1-2-3-4")).await;
    for (seq, body) in [(2, "-2-3-4"), (3, ""), (4, ""), (5, "-5")] {
        let piece = viewer.chunk.piece().await;
        assert_eq!((piece.seq, &piece.body[..]), (seq, body.as_bytes()));
    }
    // A newcomer does not see the seam.
    let mut newcomer = Viewer::open(&server, "lobby", "n").await;
    let snapshot = newcomer.blob.piece().await;
    assert_eq!((snapshot.seq, &snapshot.body[..]), (6, &b"head-1-2-3-4-5"[..]));
}

#[tokio::test]
async fn a_blob_may_heal_only_so_much() {
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.blob.send(&blob(segment, 2 + 65_536, "head and more")).await;
    let (code, reason) = broadcaster.blob.closed().await;
    assert_eq!((code, reason.as_str()), (4400, "blob heals 65537 pieces, at most 65536: begin a segment"));
    assert_eq!(broadcaster.chunk.closed().await.0, 4400, "both sockets hear it");
}

#[tokio::test]
async fn another_broadcaster_takes_over_with_its_first_blob() {
    let server = TestServer::start().await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let mut old = Broadcaster::open(&server, "lobby", "old").await;
    let segment = now();
    old.begin(segment, "head").await;
    old.chunk(segment, 1, "-one").await;
    viewer.until_rebuilt(segment, b"head-one", None).await;
    // That it is here changes nothing yet.
    let mut new = Broadcaster::open(&server, "lobby", "new").await;
    old.chunk(segment, 2, "-two").await;
    viewer.until_rebuilt(segment, b"head-one-two", None).await;
    new.begin(segment + 1, "new head").await;
    viewer.until_rebuilt(segment, b"head-one-two", Some(true)).await;
    viewer.until_rebuilt(segment + 1, b"new head", None).await;
    for socket in [&mut old.blob, &mut old.chunk] {
        let (code, reason) = socket.closed().await;
        assert_eq!(
            (code, reason.as_str()),
            (4409, "another broadcaster took over: a name has one at a time, so take another or start again")
        );
    }
    new.last(segment + 1, 1, "-end").await;
    viewer.until_rebuilt(segment + 1, b"new head-end", Some(false)).await;
    assert!(viewer.texts.iter().all(|text| !matches!(text, Text::State { state: Live::Ended, .. })));
}

#[tokio::test]
async fn what_comes_early_waits_for_what_is_before_it() {
    let server = TestServer::start().await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.chunk(segment, 1, "-one").await;
    broadcaster.begin(segment, "head").await;
    viewer.until_rebuilt(segment, b"head-one", None).await;
    // The next segment's blob outruns this one's end.
    broadcaster.begin(segment + 1, "next").await;
    broadcaster.blob.send_text(r#"{"type":"ping","t":1}"#).await;
    broadcaster.blob.text().await;
    let streams = server.streams().await;
    assert_eq!(streams["streams"][0]["segment"], segment);
    broadcaster.last(segment, 2, "-end").await;
    viewer.until_rebuilt(segment, b"head-one-end", Some(false)).await;
    viewer.until_rebuilt(segment + 1, b"next", None).await;
}

#[tokio::test]
async fn a_broadcaster_that_was_away_for_too_long_is_told_by_have() {
    let server = TestServer::timed(short_grace()).await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    viewer.until_rebuilt(segment, b"head", None).await;
    drop(broadcaster);
    viewer.until(|viewer| viewer.state() == Some(Live::Waiting) && viewer.texts.len() > 2).await;
    let mut chunk = Broadcaster::open_chunk(&server, "lobby", "b").await;
    let _blob = Broadcaster::open_blob(&server, "lobby", "b").await;
    assert_eq!(chunk.text().await, Text::Have { segment: 0, seq: 0, last: segment });
}

#[tokio::test]
async fn the_newest_number_of_a_name_outlives_its_room() {
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.last(segment, 1, "").await;
    broadcaster.until_have(segment, 2).await;
    broadcaster.finish().await;
    server.until_empty().await;
    let mut chunk = Broadcaster::open_chunk(&server, "lobby", "c").await;
    let mut blob_socket = Broadcaster::open_blob(&server, "lobby", "c").await;
    assert_eq!(chunk.text().await, Text::Have { segment: 0, seq: 0, last: segment });
    blob_socket.send(&blob(segment, 1, "again")).await;
    chunk.text_like(|text| matches!(text, Text::State { .. })).await;
    assert_eq!(chunk.text().await, Text::Have { segment: 0, seq: 0, last: segment }, "passed over");
}

#[tokio::test]
async fn a_relay_that_ends_tells_everybody_to_come_back() {
    let mut server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let mut alone = ClientSocket::open(&server, "/view/hall/blob?session=s").await;
    server.stop();
    let sockets =
        [&mut broadcaster.blob, &mut broadcaster.chunk, &mut viewer.blob, &mut viewer.chunk, &mut alone];
    for socket in sockets {
        assert_eq!(socket.closed().await, (1012, "the relay restarts: connect again".into()));
    }
    soon("the end", server.ended()).await;
}
