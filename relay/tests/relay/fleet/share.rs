//! Broadcasts that go from one relay to the others.

use super::{relays, until_connected};
use crate::common::{Broadcaster, MIME, Nats, Program, Viewer, now, relay};
use blobcast_relay::Timing;
use blobcast_wire::{Kind, Live, Text};
use std::time::Duration;

#[tokio::test]
async fn viewers_of_any_relay_get_every_byte_of_a_broadcast_live_or_from_the_stream() {
    let nats = Nats::start().await;
    let [here, there, elsewhere] = relays(&nats, Timing::DEFAULT).await;
    let mut early = Viewer::open(&there, "a/b", "early").await;
    assert_eq!(early.state(), Some(Live::Waiting));
    let mut broadcaster = Broadcaster::open(&here, "a/b", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.chunk(segment, 1, vec![1; 100_000]).await;
    let so_far = [&b"head"[..], &[1; 100_000]].concat();
    early.until_rebuilt(segment, &so_far, None).await;
    early.until(|viewer| viewer.state() == Some(Live::Live)).await;

    let mut late = Viewer::open(&elsewhere, "a/b", "late").await;
    late.until_rebuilt(segment, &so_far, None).await;
    broadcaster.last(segment, 2, "-end").await;
    broadcaster.begin(segment + 1, "next").await;
    for viewer in [&mut early, &mut late] {
        viewer.until_rebuilt(segment, &[&so_far[..], b"-end"].concat(), Some(false)).await;
        viewer.until_rebuilt(segment + 1, b"next", None).await;
    }

    // The stream holds no more than the current segment.
    let mut newcomer = Viewer::open(&elsewhere, "a/b", "newcomer").await;
    let blob = newcomer.blob.piece().await;
    assert_eq!((blob.segment, &blob.body[..]), (segment + 1, &b"next"[..]));
    assert!(matches!(blob.kind, Kind::Blob { mime } if mime == MIME));
}

#[tokio::test]
async fn the_end_of_a_broadcast_is_heard_at_every_relay_and_by_those_that_come_later() {
    let nats = Nats::start().await;
    let [here, there, elsewhere] = relays(&nats, Timing::DEFAULT).await;
    let mut viewer = Viewer::open(&there, "lobby", "v").await;
    let mut broadcaster = Broadcaster::open(&here, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    viewer.until_rebuilt(segment, b"head", None).await;
    broadcaster.finish().await;
    viewer.until_rebuilt(segment, b"head", Some(true)).await;
    viewer.until(|viewer| viewer.state() == Some(Live::Ended)).await;
    let mut newcomer = Viewer::open(&elsewhere, "lobby", "n").await;
    newcomer.until(|viewer| viewer.state() == Some(Live::Ended)).await;
    assert!(newcomer.watched.segments.is_empty());

    // What comes next, at another relay, is the next broadcast.
    let mut again = Broadcaster::open(&elsewhere, "lobby", "c").await;
    again.begin(segment + 1, "again").await;
    for viewer in [&mut viewer, &mut newcomer] {
        viewer.until_rebuilt(segment + 1, b"again", None).await;
    }
}

#[tokio::test]
async fn a_broadcaster_at_another_relay_takes_over_and_the_first_is_told() {
    let nats = Nats::start().await;
    let [here, there, elsewhere] = relays(&nats, Timing::DEFAULT).await;
    let mut viewers = [Viewer::open(&here, "lobby", "v").await, Viewer::open(&elsewhere, "lobby", "w").await];
    let mut first = Broadcaster::open(&here, "lobby", "first").await;
    let segment = now();
    first.begin(segment, "first").await;
    for viewer in &mut viewers {
        viewer.until_rebuilt(segment, b"first", None).await;
    }
    let mut second = Broadcaster::open(&there, "lobby", "second").await;
    second.begin(segment + 1, "second").await;
    assert_eq!(first.chunk.closed().await.0, 4409);
    assert_eq!(first.blob.closed().await.0, 4409);
    second.chunk(segment + 1, 1, "-more").await;
    for viewer in &mut viewers {
        viewer.until_rebuilt(segment, b"first", Some(true)).await;
        viewer.until_rebuilt(segment + 1, b"second-more", None).await;
    }
    second.until_have(segment + 1, 2).await;
    let mut third = Broadcaster::open(&elsewhere, "lobby", "third").await;
    third.begin(segment + 2, "third").await;
    assert_eq!(second.chunk.closed().await.0, 4409);
    for viewer in &mut viewers {
        viewer.until_rebuilt(segment + 2, b"third", None).await;
    }
}

#[tokio::test]
async fn two_broadcasters_that_begin_at_once_end_as_one() {
    let nats = Nats::start().await;
    let [here, there, elsewhere] = relays(&nats, Timing::DEFAULT).await;
    let mut viewer = Viewer::open(&elsewhere, "lobby", "v").await;
    let mut early = Broadcaster::open(&here, "lobby", "early").await;
    let mut late = Broadcaster::open(&there, "lobby", "late").await;
    let segment = now();
    // The later claim is the earlier message, and the other one has a segment after it already.
    late.begin(segment + 1, "late").await;
    early.begin(segment, "early").await;
    viewer.until_rebuilt(segment + 1, b"late", None).await;
    late.last(segment + 1, 1, "-end").await;
    late.begin(segment + 10, "goes on").await;
    viewer.until_rebuilt(segment + 10, b"goes on", None).await;
    assert_eq!(early.chunk.closed().await.0, 4409);
    late.chunk(segment + 10, 1, "!").await;
    viewer.until_rebuilt(segment + 10, b"goes on!", None).await;
}

#[tokio::test]
async fn two_broadcasters_that_could_not_hear_each_other_end_as_one_and_nobody_loses_a_piece_before() {
    let mut nats = Nats::start().await;
    // Nothing counts as lost so soon.
    let timing = Timing { lease: Duration::from_secs(60), ..Timing::DEFAULT };
    let [here, there, elsewhere] = relays(&nats, timing).await;
    let mut viewer = Viewer::open(&elsewhere, "lobby", "v").await;
    let mut early = Broadcaster::open(&here, "lobby", "early").await;
    let segment = now();
    early.begin(segment, "first").await;
    early.begin(segment + 10, "early").await;
    viewer.until_rebuilt(segment + 10, b"early", None).await;
    nats.kill().await;
    for relay in [&here, &there, &elsewhere] {
        until_connected(relay, false).await;
    }
    let mut late = Broadcaster::open(&there, "lobby", "late").await;
    late.begin(segment + 5, "late").await;
    late.until_have(segment + 5, 1).await;
    nats.restart().await;
    for relay in [&here, &there, &elsewhere] {
        until_connected(relay, true).await;
    }
    // Its claim is the later one, but its segment is not.
    let heard = elsewhere.metric("blobcast_fleet_received_bytes_total").await;
    late.begin(segment + 6, "late").await;
    elsewhere.until_metric("blobcast_fleet_received_bytes_total", heard + 1).await;
    early.chunk(segment + 10, 1, "-more").await;
    viewer.until_rebuilt(segment + 10, b"early-more", None).await;
    // With its next segment it has the name.
    late.begin(segment + 20, "goes on").await;
    viewer.until_rebuilt(segment + 20, b"goes on", None).await;
    assert_eq!(early.chunk.closed().await.0, 4409);
}

#[tokio::test]
async fn a_relay_that_dies_leaves_its_segment_to_the_others_and_its_broadcaster_goes_on_there() {
    let nats = Nats::start().await;
    let [here, there] = relays(&nats, Timing::DEFAULT).await;
    let dying = Program::run(relay().args(["--listen", "127.0.0.1:0", "--nats", &nats.url()])).await;
    let dead = here.seen_at(dying.address);
    let mut broadcaster = Broadcaster::open(&dead, "lobby", "b").await;
    let mut viewer = Viewer::open(&there, "lobby", "v").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.chunk(segment, 1, "-one").await;
    viewer.until_rebuilt(segment, b"head-one", None).await;
    dying.kill().await;

    let mut newcomer = Viewer::open(&here, "lobby", "n").await;
    newcomer.until_rebuilt(segment, b"head-one", None).await;
    let mut broadcaster = Broadcaster::open(&here, "lobby", "b").await;
    broadcaster.begin(segment + 1, "next").await;
    for viewer in [&mut viewer, &mut newcomer] {
        viewer.until_rebuilt(segment, b"head-one", Some(true)).await;
        viewer.until_rebuilt(segment + 1, b"next", None).await;
        let was_away = |text: &Text| matches!(text, Text::State { state: Live::Waiting | Live::Ended, .. });
        assert!(!viewer.texts.iter().skip(1).any(was_away), "{:?}", viewer.texts);
    }
}

#[tokio::test]
async fn a_broadcaster_whose_relay_is_not_heard_of_any_more_is_waited_for() {
    let nats = Nats::start().await;
    let timing = Timing { lease: Duration::from_secs(1), ..Timing::DEFAULT };
    let [here, there] = relays(&nats, timing).await;
    let mut broadcaster = Broadcaster::open(&here, "lobby", "b").await;
    let mut viewer = Viewer::open(&there, "lobby", "v").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    viewer.until_rebuilt(segment, b"head", None).await;
    here.ended().await;
    viewer.until(|viewer| viewer.state() == Some(Live::Waiting)).await;
    viewer.until_rebuilt(segment, b"head", Some(true)).await;
}

#[tokio::test]
async fn a_broadcast_that_stands_still_is_live_and_who_has_gone_is_forgotten() {
    let nats = Nats::start().await;
    let lease = Duration::from_millis(900);
    let timing =
        Timing { lease, linger: Duration::from_millis(300), state_every: lease * 3, ..Timing::DEFAULT };
    let [here, there] = relays(&nats, timing).await;
    let mut broadcaster = Broadcaster::open(&here, "lobby", "b").await;
    let mut viewer = Viewer::open(&there, "lobby", "v").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    viewer.until_rebuilt(segment, b"head", None).await;
    viewer.until(|viewer| viewer.state() == Some(Live::Live)).await;
    let said = viewer.texts.len();
    // What is said every now and then comes after three leases.
    viewer.until(|viewer| viewer.texts.len() > said).await;
    assert_eq!(viewer.state(), Some(Live::Live));
    drop(viewer);
    there.until_empty().await;
    broadcaster.chunk(segment, 1, "-more").await;
    broadcaster.until_have(segment, 2).await;
    Viewer::open(&there, "lobby", "w").await.until_rebuilt(segment, b"head-more", None).await;
}

#[tokio::test]
async fn a_name_that_nobody_broadcasts_is_let_go_with_its_last_viewer() {
    let nats = Nats::start().await;
    let timing = Timing { linger: Duration::from_secs(600), ..Timing::DEFAULT };
    let [here] = relays(&nats, timing).await;
    drop(Viewer::open(&here, "nobody", "v").await);
    here.until_empty().await;
}

#[tokio::test]
async fn viewers_are_counted_over_the_whole_fleet() {
    let nats = Nats::start().await;
    let timing = Timing { lease: Duration::from_millis(1500), ..Timing::DEFAULT };
    let [here, there, elsewhere] = relays(&nats, timing).await;
    let mut broadcaster = Broadcaster::open(&here, "lobby", "b").await;
    let _near = Viewer::open(&here, "lobby", "v").await;
    let far = Viewer::open(&there, "lobby", "w").await;
    let _more = [Viewer::open(&elsewhere, "lobby", "x").await, Viewer::open(&elsewhere, "lobby", "y").await];
    let so_many = |count| move |text: &Text| matches!(text, Text::State { viewers, .. } if *viewers == count);
    broadcaster.chunk.text_like(so_many(4)).await;
    elsewhere.until("all viewers", |streams| streams["streams"][0]["viewers"] == 4).await;
    drop(far);
    broadcaster.chunk.text_like(so_many(3)).await;
    // A relay that has gone takes its viewers with it.
    elsewhere.ended().await;
    broadcaster.chunk.text_like(so_many(1)).await;
}
