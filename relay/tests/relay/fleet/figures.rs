//! What docs/OPERATIONS.md says that a fleet costs.

use super::relays;
use crate::common::{Broadcaster, Nats, Viewer, now};
use blobcast_relay::Timing;
use std::time::{Duration, Instant};

/// `cargo test --release -p blobcast-relay --test relay figures -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "prints figures, and needs a quiet machine"]
async fn figures_of_what_another_relay_adds() {
    const CHUNKS: u32 = 250;
    const JOINS: u32 = 50;
    let nats = Nats::start().await;
    let [here, there] = relays(&nats, Timing::DEFAULT).await;
    let mut broadcaster = Broadcaster::open(&here, "lobby", "b").await;
    let segment = now();
    let watch = |viewer: Viewer| {
        tokio::spawn(async move {
            let mut viewer = viewer;
            let mut came = Vec::new();
            while came.len() < CHUNKS as usize {
                viewer.chunk.piece().await;
                came.push(Instant::now());
            }
            came
        })
    };
    let mut viewers =
        [Viewer::open(&here, "lobby", "near").await, Viewer::open(&there, "lobby", "far").await];
    broadcaster.begin(segment, "head").await;
    for viewer in &mut viewers {
        viewer.until_rebuilt(segment, b"head", None).await;
    }
    let [near, far] = viewers.map(watch);
    let mut tick = tokio::time::interval(Duration::from_millis(40));
    for seq in 1..=CHUNKS {
        tick.tick().await;
        broadcaster.chunk(segment, seq, vec![1; 64 << 10]).await;
    }
    let (near, far) = (near.await.unwrap(), far.await.unwrap());
    let added = near.into_iter().zip(far).map(|(near, far)| far.saturating_duration_since(near));
    print("64 KiB later at another relay", added.collect());

    let mut joins = [Vec::new(), Vec::new()];
    for number in 0..JOINS {
        let name = format!("join-{number}");
        let mut broadcaster = Broadcaster::open(&here, &name, "b").await;
        let segment = now();
        broadcaster.begin(segment, vec![1; 64 << 10]).await;
        for seq in 1..20 {
            broadcaster.chunk(segment, seq, vec![1; 16 << 10]).await;
        }
        broadcaster.until_have(segment, 20).await;
        for (session, times) in ["first", "second"].into_iter().zip(&mut joins) {
            let asked = Instant::now();
            let mut viewer = Viewer::open(&there, &name, session).await;
            viewer.until(|viewer| viewer.reassembly.position() == Some((segment, 20))).await;
            times.push(asked.elapsed());
        }
    }
    let [first, second] = joins;
    print("a join of 368 KiB where nobody watched", first);
    print("the same where somebody did", second);
}

/// Prints median and the worst of a hundred.
pub(super) fn print(what: &str, mut times: Vec<Duration>) {
    times.sort();
    println!("{what}: p50 {:.2?}, p99 {:.2?}", times[times.len() / 2], times[times.len() * 99 / 100]);
}
