//! A broker that is away, or hangs.

use super::{relays, until_connected};
use crate::common::{Broadcaster, Nats, TestServer, Viewer, now};
use blobcast_relay::Timing;
use std::time::Duration;

#[tokio::test]
async fn what_is_sent_while_the_broker_is_away_is_seen_here_at_once_and_elsewhere_when_it_is_back() {
    let mut nats = Nats::start().await;
    // Nothing counts as lost so soon.
    let timing = Timing { lease: Duration::from_secs(60), ..Timing::DEFAULT };
    let [here, there] = relays(&nats, timing).await;
    let mut near = Viewer::open(&here, "lobby", "near").await;
    let mut far = Viewer::open(&there, "lobby", "far").await;
    let mut broadcaster = Broadcaster::open(&here, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    far.until_rebuilt(segment, b"head", None).await;
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
async fn who_comes_while_the_broker_hangs_has_the_segment_when_it_goes_on() {
    let nats = Nats::start().await;
    let timing = Timing { lease: Duration::from_secs(60), ..Timing::DEFAULT };
    let [here, there] = relays(&nats, timing).await;
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
