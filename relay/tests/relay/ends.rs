//! Every segment begun ends with exactly one last chunk, whoever cannot go on. (Skipped viewers are in viewer.rs,
//! what a lost broadcaster leaves is in broadcaster.rs.)

use crate::common::{Broadcaster, ClientSocket, TestServer, Viewer, blob, chunk, last, now};
use blobcast_relay::Timing;
use blobcast_wire::{Kind, Live, Segment, Text};
use std::time::Duration;

/// A viewer, a broadcaster, and a segment that has begun.
async fn begun(server: &TestServer) -> (Viewer, Broadcaster, Segment) {
    let mut viewer = Viewer::open(server, "lobby", "v").await;
    let mut broadcaster = Broadcaster::open(server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.chunk(segment, 1, "-one").await;
    viewer.until_rebuilt(segment, b"head-one", None).await;
    (viewer, broadcaster, segment)
}

/// The viewer's next segment is whole, and the ones before it have ended once.
async fn next_and_once(viewer: &mut Viewer, broadcaster: &mut Broadcaster, next: Segment) {
    broadcaster.begin(next, "next").await;
    broadcaster.last(next, 1, "-end").await;
    viewer.until_rebuilt(next, b"next-end", Some(false)).await;
    assert!(viewer.watched.segments.values().all(|segment| segment.ended.is_some()));
    assert!(viewer.ends.values().all(|&ends| ends == 1), "{:?}", viewer.ends);
    assert_eq!(viewer.ends.len(), viewer.watched.segments.len());
}

#[tokio::test]
async fn a_broadcaster_that_stops() {
    let server = TestServer::start().await;
    let (mut viewer, mut broadcaster, segment) = begun(&server).await;
    broadcaster.last(segment, 2, "-end").await;
    broadcaster.finish().await;
    viewer.until(|viewer| viewer.state() == Some(Live::Ended)).await;
    viewer.until_rebuilt(segment, b"head-one-end", Some(false)).await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "c").await;
    next_and_once(&mut viewer, &mut broadcaster, segment + 1).await;
}

#[tokio::test]
async fn a_broadcaster_that_gives_the_rest_up() {
    let server = TestServer::start().await;
    let (mut viewer, mut broadcaster, segment) = begun(&server).await;
    let kind = Kind::LastChunk { cut_short: true };
    broadcaster.chunk.send(&blobcast_wire::Message { kind, ..chunk(segment, 2, "-two") }).await;
    viewer.until_rebuilt(segment, b"head-one-two", Some(true)).await;
    next_and_once(&mut viewer, &mut broadcaster, segment + 1).await;
}

/// It does not keep what the relay waits for: it says so, and sends what it keeps.
#[tokio::test]
async fn a_broadcaster_that_comes_back_too_late_for_the_rest() {
    let server = TestServer::start().await;
    let (mut viewer, _, segment) = begun(&server).await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    broadcaster.blob.send(&blob(segment + 7, 3, "seven")).await;
    let kind = Kind::LastChunk { cut_short: true };
    broadcaster.chunk.send(&blobcast_wire::Message { kind, ..chunk(segment, 2, "") }).await;
    broadcaster.last(segment + 7, 3, "-end").await;
    viewer.until_rebuilt(segment, b"head-one", Some(true)).await;
    viewer.until_rebuilt(segment + 7, b"seven-end", Some(false)).await;
    next_and_once(&mut viewer, &mut broadcaster, segment + 8).await;
}

#[tokio::test]
async fn a_broadcaster_that_was_replaced_and_says_more() {
    let server = TestServer::start().await;
    let (mut viewer, mut old, segment) = begun(&server).await;
    let mut new = Broadcaster::open(&server, "lobby", "new").await;
    new.begin(segment + 1, "new").await;
    viewer.until_rebuilt(segment, b"head-one", Some(true)).await;
    old.chunk(segment, 2, "-two").await;
    old.last(segment, 3, "-end").await;
    new.last(segment + 1, 1, "-end").await;
    viewer.until_rebuilt(segment + 1, b"new-end", Some(false)).await;
    next_and_once(&mut viewer, &mut new, segment + 2).await;
}

#[tokio::test]
async fn a_broadcaster_that_was_lost_and_heals_too_late() {
    let timing = Timing { grace: Duration::from_millis(100), ..Timing::default() };
    let server = TestServer::timed(timing).await;
    let (mut viewer, broadcaster, segment) = begun(&server).await;
    drop(broadcaster);
    viewer.until_rebuilt(segment, b"head-one", Some(true)).await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    broadcaster.blob.send(&blob(segment, 3, "head-one-two")).await;
    broadcaster.last(segment, 3, "-end").await;
    next_and_once(&mut viewer, &mut broadcaster, segment + 1).await;
    assert_eq!(viewer.watched.segments[&segment].bytes, b"head-one");
}

#[tokio::test]
async fn a_loss_that_is_healed_just_before_the_end() {
    let server = TestServer::start().await;
    let (mut viewer, mut broadcaster, segment) = begun(&server).await;
    broadcaster.last(segment, 4, "-end").await;
    broadcaster.blob.send(&blob(segment, 4, "head-one-two-three")).await;
    viewer.until_rebuilt(segment, b"head-one-two-three-end", Some(false)).await;
    // Once more, from a broadcaster that does not know that it has arrived.
    broadcaster.blob.send(&blob(segment, 4, "head-one-two-three")).await;
    broadcaster.last(segment, 4, "-end").await;
    next_and_once(&mut viewer, &mut broadcaster, segment + 1).await;
}

/// The relay waits for as long as the protocol says, which is what this test takes.
#[tokio::test]
async fn a_loss_that_is_not_healed_in_time() {
    let server = TestServer::start().await;
    let (mut viewer, mut broadcaster, segment) = begun(&server).await;
    broadcaster.chunk(segment, 3, "-three").await;
    broadcaster.begin(segment + 1, "one").await;
    viewer.until_rebuilt(segment, b"head-one", Some(true)).await;
    viewer.until_rebuilt(segment + 1, b"one", None).await;
    // Too late.
    broadcaster.blob.send(&blob(segment, 4, "head-one-two-three")).await;
    broadcaster.last(segment, 4, "-end").await;
    broadcaster.last(segment + 1, 1, "-end").await;
    viewer.until_rebuilt(segment + 1, b"one-end", Some(false)).await;
    next_and_once(&mut viewer, &mut broadcaster, segment + 2).await;
}

/// A relay that ends does not end segments: their broadcasters go on elsewhere. Who finds nothing there is told.
#[tokio::test]
async fn a_relay_that_ends() {
    let mut before = TestServer::start().await;
    let (mut viewer, mut broadcaster, segment) = begun(&before).await;
    before.stop();
    for socket in [&mut viewer.chunk, &mut viewer.blob, &mut broadcaster.chunk] {
        assert_eq!(socket.closed().await.0, 1012, "and no piece before that");
    }
    assert!(viewer.ends.is_empty());
    let server = TestServer::start().await;
    let go_on = async |viewer: &mut Viewer, session: &str| {
        let (after, from) = viewer.query();
        viewer.reassembly.reconnected();
        let path = format!("/view/lobby/blob?session={session}{after}");
        viewer.blob = ClientSocket::open(&server, &path).await;
        let path = format!("/view/lobby/chunk?session={session}{from}");
        viewer.chunk = ClientSocket::open(&server, &path).await;
    };
    go_on(&mut viewer, "v").await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    broadcaster.blob.send(&blob(segment, 2, "head-one")).await;
    broadcaster.chunk.send(&last(segment, 2, "-end")).await;
    viewer.until_rebuilt(segment, b"head-one-end", Some(false)).await;
    next_and_once(&mut viewer, &mut broadcaster, segment + 1).await;
    assert!(!viewer.texts.iter().any(|text| matches!(text, Text::Skip { .. })));
    // Another viewer was in a segment that nobody brings.
    let mut other = Viewer::open(&server, "hall", "o").await;
    let mut broadcaster = Broadcaster::open(&server, "hall", "b").await;
    let lost = segment - 1;
    broadcaster.begin(lost, "lost").await;
    other.until_rebuilt(lost, b"lost", None).await;
    go_on(&mut other, "o").await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "c").await;
    next_and_once(&mut other, &mut broadcaster, segment + 2).await;
    assert_eq!(other.watched.segments[&lost].ended, Some(true));
}
