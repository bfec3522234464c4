//! A broker that is away, or hangs.

use super::{
    relays,
    rolling::{Gaps, Rolling},
    until_connected,
};
use crate::common::{Broadcaster, Nats, Program, TestServer, Viewer, now, relay};
use blobcast_relay::Timing;
use blobcast_wire::{Live, Segment, Text};
use std::time::{Duration, Instant};

/// Nothing counts as lost so soon.
const PATIENT: Timing = Timing { lease: Duration::from_secs(60), ..Timing::DEFAULT };

/// A broadcast at a relay that has come to a viewer there and to one at another relay.
async fn broadcast(
    head: &'static str,
    here: &TestServer,
    there: &TestServer,
) -> (Broadcaster, Segment, [Viewer; 2]) {
    let near = Viewer::open(here, "lobby", "near").await;
    let mut far = Viewer::open(there, "lobby", "far").await;
    let mut broadcaster = Broadcaster::open(here, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, head).await;
    far.until_rebuilt(segment, head.as_bytes(), None).await;
    (broadcaster, segment, [near, far])
}

#[tokio::test]
async fn what_is_sent_while_the_broker_is_away_is_seen_here_at_once_and_elsewhere_when_it_is_back() {
    let mut nats = Nats::start().await;
    let [here, there] = relays(&nats, PATIENT).await;
    let (mut broadcaster, segment, [mut near, mut far]) = broadcast("head", &here, &there).await;
    nats.kill().await;
    until_connected(&here, false).await;
    until_connected(&there, false).await;
    broadcaster.chunk(segment, 1, "-late").await;
    near.until_rebuilt(segment, b"head-late", None).await;

    nats.restart().await;
    until_connected(&here, true).await;
    until_connected(&there, true).await;
    nats.until_stream(|_| true).await;
    far.until_rebuilt(segment, b"head-late", None).await;
    broadcaster.last(segment, 2, "-end").await;
    broadcaster.begin(segment + 1, "next").await;
    broadcaster.chunk(segment + 1, 1, "-more").await;
    for viewer in [&mut near, &mut far] {
        viewer.until_rebuilt(segment, b"head-late-end", Some(false)).await;
        viewer.until_rebuilt(segment + 1, b"next-more", None).await;
    }
    assert_eq!(here.metric("blobcast_fleet_gaps_total").await, 0);
    let other = TestServer::with(nats.config()).await;
    Viewer::open(&other, "lobby", "n").await.until_rebuilt(segment + 1, b"next-more", None).await;
}

#[tokio::test]
async fn after_more_than_the_relay_keeps_others_go_on_with_what_it_has() {
    let mut nats = Nats::start().await;
    let [here, there] = relays(&nats, PATIENT).await;
    let (mut broadcaster, segment, [mut near, mut far]) = broadcast("0", &here, &there).await;
    nats.kill().await;
    until_connected(&here, false).await;
    for number in 1..5 {
        broadcaster.begin(segment + number, number.to_string()).await;
        near.until_rebuilt(segment + number, number.to_string().as_bytes(), None).await;
    }
    nats.restart().await;
    until_connected(&here, true).await;
    until_connected(&there, true).await;
    broadcaster.begin(segment + 5, "5").await;
    far.until_rebuilt(segment + 5, b"5", None).await;
    far.until_rebuilt(segment, b"0", Some(true)).await;
    assert!(!far.watched.segments.contains_key(&(segment + 2)), "it is kept no longer");
    assert_eq!(here.metric("blobcast_fleet_gaps_total").await, 1);
}

#[tokio::test]
async fn who_comes_while_the_broker_hangs_has_the_segment_when_it_goes_on() {
    let nats = Nats::start().await;
    let [here, there] = relays(&nats, PATIENT).await;
    let mut broadcaster = Broadcaster::open(&here, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    nats.until_stream(|info| info.state.messages > 0).await;
    nats.signal("-STOP").await;
    until_connected(&there, false).await;
    let mut viewer = Viewer::open(&there, "lobby", "v").await;
    nats.signal("-CONT").await;
    viewer.until_rebuilt(segment, b"head", None).await;
}

#[tokio::test]
async fn an_end_that_is_told_late_does_not_end_whoever_came_after_it() {
    let nats = Nats::start().await;
    let [there, elsewhere] = relays(&nats, PATIENT).await;
    let mut program = Program::run(relay().args(["--listen", "127.0.0.1:0", "--nats", &nats.url()])).await;
    let here = there.seen_at(program.address);
    let mut near = Viewer::open(&here, "lobby", "near").await;
    let mut first = Broadcaster::open(&here, "lobby", "first").await;
    let segment = now();
    first.begin(segment, "first").await;
    near.until_rebuilt(segment, b"first", None).await;
    nats.signal("-STOP").await;
    until_connected(&there, false).await;
    until_connected(&elsewhere, false).await;
    program.until_logged("the NATS server is away").await;
    first.finish().await;
    near.until(|viewer| viewer.state() == Some(Live::Ended)).await;
    program.signal("-STOP").await;
    nats.signal("-CONT").await;
    until_connected(&there, true).await;
    until_connected(&elsewhere, true).await;
    let mut second = Broadcaster::open(&there, "lobby", "second").await;
    let segment = now();
    second.begin(segment, "second").await;
    second.until_have(segment, 1).await;
    Viewer::open(&elsewhere, "lobby", "early").await.until_rebuilt(segment, b"second", None).await;
    program.signal("-CONT").await;
    near.until_rebuilt(segment, b"second", None).await;
    let mut late = Viewer::open(&elsewhere, "lobby", "late").await;
    late.until_rebuilt(segment, b"second", None).await;
    assert!(!late.texts.iter().any(|text| matches!(text, Text::State { state: Live::Ended, .. })));
}

#[tokio::test]
async fn an_end_that_is_on_its_way_for_long_does_not_take_away_what_came_after_it() {
    let nats = Nats::start().await;
    let [here, there, elsewhere] = relays(&nats, PATIENT).await;
    let (mut broadcaster, segment, [mut near, _far]) = broadcast("head", &here, &there).await;
    broadcaster.chunk(segment, 1, "-more").await;
    near.until_rebuilt(segment, b"head-more", None).await;
    nats.until_stream(|info| info.state.messages == 2).await;
    // As of a relay that was cut off when its broadcaster went, before this one came.
    nats.roll_up("lobby", &[("Blobcast-Claim", "1-0000000000000001"), ("Blobcast-State", "ended")]).await;
    nats.until_stream(|info| info.state.messages == 2).await;
    let mut late = Viewer::open(&elsewhere, "lobby", "late").await;
    late.until_rebuilt(segment, b"head-more", None).await;
    broadcaster.last(segment, 2, "-end").await;
    for viewer in [&mut near, &mut late] {
        viewer.until_rebuilt(segment, b"head-more-end", Some(false)).await;
        assert!(!viewer.texts.iter().any(|text| matches!(text, Text::State { state: Live::Ended, .. })));
    }
}

/// With `TESTS=long` for 20 s.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_broker_hangs_viewers_here_see_no_gap_and_others_go_on_soon_after() {
    let is_full = std::env::var("TESTS").is_ok_and(|tests| tests == "long");
    let hangs = Duration::from_secs(if is_full { 20 } else { 5 });
    let nats = Nats::start().await;
    // Viewers hear something at least every second.
    let timing = Timing { state_every: Duration::from_secs(1), ..Timing::DEFAULT };
    let [here, there] = relays(&nats, timing).await;
    let [mut near, mut far] =
        [Viewer::open(&here, "lobby", "near").await, Viewer::open(&there, "lobby", "far").await];
    let broadcast = Rolling::start(&here, "lobby").await;
    let first = broadcast.segment();
    for viewer in [&mut near, &mut far] {
        viewer.until(|viewer| viewer.reassembly.position().is_some_and(|(segment, _)| segment > first)).await;
    }
    let (near, far) = (Gaps::of(near), Gaps::of(far));
    nats.signal("-STOP").await;
    let stopped = Instant::now();
    until_connected(&here, false).await;
    println!("noticed after {:.1?}", stopped.elapsed());
    until_connected(&there, false).await;
    tokio::time::sleep_until((stopped + hangs).into()).await;
    let newest = broadcast.segment();
    nats.signal("-CONT").await;
    let back = Instant::now();
    far.until_at(newest).await;
    let again = back.elapsed();
    until_connected(&here, true).await;
    far.until_at(broadcast.segment() + 1).await;
    let (near, far) = (near.longest().await, far.longest().await);
    println!(
        "broker away for {hangs:.1?}: longest gap here {near:.2?}, elsewhere {far:.2?}; there again after {again:.2?}"
    );
    assert!(near < Duration::from_secs(1), "{near:?}");
    assert!(again < Duration::from_secs(4), "{again:?}");
}
