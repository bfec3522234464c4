//! What the stream keeps for newcomers, and what it refuses.

use super::relays;
use crate::common::{Broadcaster, Nats, TestServer, Viewer, now};
use blobcast_relay::{Config, FleetOptions, Timing};

#[tokio::test]
async fn what_a_full_stream_refuses_is_counted_and_no_newcomer_gets_a_segment_with_a_hole() {
    let nats = Nats::start().await;
    let config = nats.config();
    let fleet = FleetOptions { nats_stream_bytes: 256 << 10, ..config.fleet };
    let config = Config { fleet, ..config };
    let here = TestServer::with(config.clone()).await;
    let there = TestServer::with(config.clone()).await;
    let mut early = Viewer::open(&there, "lobby", "early").await;
    let mut broadcaster = Broadcaster::open(&here, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, vec![1; 100 << 10]).await;
    broadcaster.chunk(segment, 1, vec![2; 50 << 10]).await;
    let so_far = [vec![1; 100 << 10], vec![2; 50 << 10]].concat();
    early.until_rebuilt(segment, &so_far, None).await;
    assert_eq!(here.metric("blobcast_fleet_unstored_pieces_total").await, 0);
    broadcaster.chunk(segment, 2, vec![3; 200 << 10]).await;
    broadcaster.chunk(segment, 3, "small").await;
    let so_far = [so_far, vec![3; 200 << 10], b"small".to_vec()].concat();
    early.until_rebuilt(segment, &so_far, None).await;
    here.until_metric("blobcast_fleet_unstored_pieces_total", 1).await;
    // What there is of the segment is of no use, and makes room.
    nats.until_stream(|info| info.state.bytes < 50 << 10).await;

    let elsewhere = TestServer::with(config).await;
    let mut late = Viewer::open(&elsewhere, "lobby", "late").await;
    broadcaster.last(segment, 4, "-end").await;
    broadcaster.begin(segment + 1, "next").await;
    for viewer in [&mut early, &mut late] {
        viewer.until_rebuilt(segment + 1, b"next", None).await;
    }
    early.until_rebuilt(segment, &[&so_far[..], b"-end"].concat(), Some(false)).await;
    assert!(!late.watched.segments.contains_key(&segment), "a segment with a hole");
    // It is stored again.
    let other = TestServer::with(nats.config()).await;
    let mut newcomer = Viewer::open(&other, "lobby", "newcomer").await;
    newcomer.until_rebuilt(segment + 1, b"next", None).await;
    assert_eq!(here.metric("blobcast_fleet_unstored_pieces_total").await, 1);
    assert_eq!(here.metric("blobcast_fleet_gaps_total").await, 0);
}

#[tokio::test]
async fn a_stream_that_was_taken_away_is_made_again_and_has_the_next_segment() {
    let nats = Nats::start().await;
    let [here, there] = relays(&nats, Timing::DEFAULT).await;
    let mut near = Viewer::open(&here, "lobby", "near").await;
    let mut broadcaster = Broadcaster::open(&here, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    near.until_rebuilt(segment, b"head", None).await;
    nats.until_stream(|info| info.state.messages > 0).await;
    nats.delete_stream().await;
    broadcaster.chunk(segment, 1, "-one").await;
    here.until_metric("blobcast_fleet_unstored_pieces_total", 1).await;
    nats.until_stream(|_| true).await;
    broadcaster.last(segment, 2, "-end").await;
    broadcaster.begin(segment + 1, "next").await;
    near.until_rebuilt(segment + 1, b"next", None).await;
    nats.until_stream(|info| info.state.messages == 1).await;
    Viewer::open(&there, "lobby", "far").await.until_rebuilt(segment + 1, b"next", None).await;
}
