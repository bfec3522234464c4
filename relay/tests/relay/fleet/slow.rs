//! Relays that do not take what comes.

use super::{
    relays,
    rolling::{Gaps, Rolling},
};
use crate::common::{Broadcaster, Nats, Program, TestServer, Viewer, metric, now, relay, soon};
use blobcast_relay::{Config, FleetOptions, Timing};
use std::time::{Duration, Instant};
use tokio::time::sleep;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_stands_still_costs_the_others_nothing_and_goes_on_with_what_is_current() {
    const STANDS_STILL: Duration = Duration::from_secs(5);
    let nats = Nats::start().await;
    let timing = Timing { state_every: Duration::from_secs(1), ..Timing::DEFAULT };
    let [here, there] = relays(&nats, timing).await;
    let stopped = Program::run(relay().args(["--listen", "127.0.0.1:0", "--nats", &nats.url()])).await;
    let slow = here.seen_at(stopped.address);
    let broadcast = Rolling::start(&here, "lobby").await;
    let first = broadcast.segment();
    let mut viewers =
        [Viewer::open(&there, "lobby", "viewer").await, Viewer::open(&slow, "lobby", "slow").await];
    for viewer in &mut viewers {
        viewer.until(|viewer| viewer.reassembly.position().is_some_and(|(segment, _)| segment > first)).await;
    }
    let [there, slow] = viewers.map(Gaps::of);
    stopped.signal("-STOP").await;
    sleep(STANDS_STILL).await;
    let longest = there.longest().await;
    let current = broadcast.segment();
    stopped.signal("-CONT").await;
    let goes_on = Instant::now();
    slow.until_at(current).await;
    let healed = goes_on.elapsed();
    slow.until_at(broadcast.segment() + 1).await;
    println!(
        "longest gap at the other relay {longest:.2?}; {healed:.2?} until the slow one was at the current segment"
    );
    assert!(longest < Duration::from_secs(1), "{longest:?}");
    assert!(healed < Duration::from_secs(3), "{healed:?}");
}

#[tokio::test]
async fn what_a_relay_did_not_take_in_time_is_read_from_the_stream_or_the_next_segment_is_whole() {
    const CHUNKS: u32 = 300;
    let nats = Nats::start().await;
    let config = nats.config();
    let fleet = FleetOptions { nats_backlog: 8, ..config.fleet.clone() };
    let [here] = relays(&nats, Timing::DEFAULT).await;
    let narrow = TestServer::with(Config { fleet, ..config }).await;
    let mut near = Viewer::open(&here, "lobby", "near").await;
    let mut far = Viewer::open(&narrow, "lobby", "far").await;
    let mut broadcaster = Broadcaster::open(&here, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    far.until_rebuilt(segment, b"head", None).await;
    // All at once.
    nats.signal("-STOP").await;
    for seq in 1..=CHUNKS {
        broadcaster.chunk(segment, seq, "+").await;
    }
    broadcaster.until_have(segment, CHUNKS + 1).await;
    nats.signal("-CONT").await;
    let whole = [&b"head"[..], &[b'+'; CHUNKS as usize]].concat();
    near.until_rebuilt(segment, &whole, None).await;
    narrow.until_metric("blobcast_fleet_dropped_messages_total", 1).await;
    broadcaster.last(segment, CHUNKS + 1, "-end").await;
    broadcaster.begin(segment + 1, "next").await;
    far.until_rebuilt(segment + 1, b"next", None).await;
    let got = &far.watched.segments[&segment].bytes;
    let all = [&whole[..], b"-end"].concat();
    println!("{} of {} bytes were had all the same", got.len(), all.len());
    assert!(all.starts_with(got), "a hole in the middle");
}

#[tokio::test]
async fn what_waits_for_a_broker_that_takes_nothing_is_bounded_in_bytes_and_the_segment_after_it_is_whole() {
    const SEGMENTS: u64 = 40;
    const BYTES: usize = 4 << 20;
    let nats = Nats::start().await;
    let [there] = relays(&nats, Timing::DEFAULT).await;
    let hasty = ["--max-segments-per-second", "1000000", "--max-bytes-per-second", "1000000000"];
    let at = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--nats", &nats.url()];
    let mut program = Program::run(relay().args(at).args(hasty)).await;
    let admin = program.admin().await;
    let here = there.seen_at(program.address);
    let mut far = Viewer::open(&there, "lobby", "far").await;
    let mut broadcaster = Broadcaster::open(&here, "lobby", "b").await;
    let first = now();
    let mut send = async |segment, body: Vec<u8>| {
        broadcaster.begin(segment, body).await;
        broadcaster.last(segment, 1, "").await;
        broadcaster.until_have(segment, 2).await;
    };
    // What it has at any time: two segments, and what its sockets read into.
    for segment in first..first + 4 {
        send(segment, vec![1; BYTES]).await;
    }
    far.until(|viewer| viewer.watched.segments.contains_key(&(first + 3))).await;
    let before = program.memory();
    nats.signal("-STOP").await;
    let mut most = 0;
    for segment in first + 4..first + SEGMENTS {
        send(segment, vec![1; BYTES]).await;
        most = most.max(program.memory());
    }
    // By now it may count as away.
    nats.signal("-CONT").await;
    soon("a gap", async {
        while metric(admin, "blobcast_fleet_gaps_total").await == 0 {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let grown = most.saturating_sub(before) >> 20;
    println!("of {} MB that came meanwhile {grown} MB were kept", (SEGMENTS - 4) * (BYTES as u64 >> 20));
    // With the 16 MiB that may wait it is 19 to 32, with three times as much 56 to 69.
    assert!(grown < 52, "{grown} MB");
    send(first + SEGMENTS, b"next".into()).await;
    far.until_rebuilt(first + SEGMENTS, b"next", Some(false)).await;
}
