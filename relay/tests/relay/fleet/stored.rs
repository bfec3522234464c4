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

#[tokio::test]
async fn who_has_read_the_stream_leaves_no_consumer_there() {
    let nats = Nats::start().await;
    let [here, there] = relays(&nats, Timing::DEFAULT).await;
    let mut broadcaster = Broadcaster::open(&here, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    nats.until_stream(|info| info.state.messages > 0).await;
    Viewer::open(&there, "lobby", "v").await.until_rebuilt(segment, b"head", None).await;
    // By themselves they would go after 30 s.
    nats.until_stream(|info| info.state.consumer_count == 0).await;
}

#[tokio::test]
async fn the_broker_keeps_no_more_than_two_segments_of_a_broadcast() {
    const BROADCASTS: u64 = 4;
    const CHUNKS: u32 = 16;
    const BYTES: u64 = 64 << 10;
    const SEGMENT: u64 = (CHUNKS as u64 + 1) * BYTES;
    let nats = Nats::start().await;
    let [here] = relays(&nats, Timing::DEFAULT).await;
    let before = nats.memory();
    let mut broadcasters = Vec::new();
    for number in 0..BROADCASTS {
        broadcasters.push(Broadcaster::open(&here, &format!("lobby/{number}"), "b").await);
    }
    let (mut most, mut segment) = (0, now());
    for _ in 0..4 {
        segment += 1;
        for broadcaster in &mut broadcasters {
            broadcaster.begin(segment, vec![1; BYTES as usize]).await;
            for seq in 1..CHUNKS {
                broadcaster.chunk(segment, seq, vec![1; BYTES as usize]).await;
            }
            broadcaster.last(segment, CHUNKS, vec![1; BYTES as usize]).await;
            broadcaster.until_have(segment, CHUNKS + 1).await;
            most = most.max(nats.stream().await.unwrap().state.bytes);
        }
    }
    // When all has come there is one of each.
    nats.until_stream(|info| info.state.messages == BROADCASTS * u64::from(CHUNKS + 1)).await;
    let kept = nats.stream().await.unwrap().state.bytes;
    let page = nats.page("/jsz").await;
    let jetstream = page["memory"].as_u64().unwrap();
    let process = nats.memory().saturating_sub(before) as u64;
    let in_segments = |bytes: u64| bytes as f64 / (BROADCASTS * SEGMENT) as f64;
    println!(
        "of {BROADCASTS} broadcasts with segments of {SEGMENT} bytes the stream keeps {:.2} segments each, at most {:.2} meanwhile, \
         JetStream counts {:.2}, and the whole process has grown by {:.2}",
        in_segments(kept),
        in_segments(most),
        in_segments(jetstream),
        in_segments(process)
    );
    assert!(in_segments(most.max(kept).max(jetstream)) <= 2.0);
}
