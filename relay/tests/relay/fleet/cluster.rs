//! Brokers that are one cluster, of which one dies.

use super::rolling::{Gaps, Rolling};
use crate::common::{Nats, TestServer, Viewer, soon};
use blobcast_relay::Config;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

/// How long viewers elsewhere may wait.
const GAP: Duration = Duration::from_secs(2);
/// How long a newcomer may wait.
const JOIN: Duration = Duration::from_secs(10);
/// How long the servers may take to agree on who leads.
const ELECTION: Duration = Duration::from_secs(40);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_broker_that_leads_the_stream_may_die() {
    lose(|leader, _| leader).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_broker_that_a_broadcasters_relay_is_connected_to_may_die() {
    lose(|_, own| own).await;
}

/// Kills one of three brokers in mid-broadcast: it is chosen by the one that leads the stream, and the one that the broadcaster's
/// relay is connected to.
async fn lose(choose: impl FnOnce(usize, usize) -> usize) {
    let mut cluster = Nats::cluster().await;
    let config = Nats::config_of(&cluster.each_ref());
    let there = TestServer::with(config.clone()).await;
    let leader = leader(&cluster[0]).await;
    let own = (leader + 1) % cluster.len();
    // It hears of the others from the one that it is told of, and begins with that.
    let mut fleet = config.fleet.clone();
    fleet.nats = vec![cluster[own].url()];
    let here = TestServer::with(Config { fleet, ..config.clone() }).await;
    let elsewhere = TestServer::with(config).await;

    let mut viewer = Viewer::open(&there, "lobby", "viewer").await;
    let broadcast = Rolling::start(&here, "lobby").await;
    let first = broadcast.segment();
    viewer.until(|viewer| viewer.reassembly.position().is_some_and(|(segment, _)| segment > first)).await;
    let gaps = Gaps::of(viewer);
    // In the middle of a segment.
    sleep(Duration::from_millis(500)).await;
    let killed = choose(leader, own);
    cluster[killed].kill().await;
    let dead = Instant::now();

    let mut newcomer = Viewer::open(&elsewhere, "lobby", "newcomer").await;
    let came = Instant::now();
    newcomer.until(|viewer| viewer.reassembly.position().is_some()).await;
    let join = came.elapsed();
    // Until the others have agreed on what is whose.
    let survivor = (killed + 1) % cluster.len();
    let next = timeout(ELECTION, async {
        loop {
            if let Some(next) = leader_at(&cluster[survivor]).await
                && next != killed
            {
                return next;
            }
        }
    })
    .await
    .expect("another leader");
    println!("the stream is led by {next} instead of {leader}, {:.1?} after {killed} died", dead.elapsed());
    // Two segments more, which are stored again.
    gaps.until_at(broadcast.segment() + 1).await;
    gaps.until_at(broadcast.segment() + 1).await;
    let new = TestServer::with(Nats::config_of(&[&cluster[survivor]])).await;
    let mut late = Viewer::open(&new, "lobby", "late").await;
    let came = Instant::now();
    late.until(|viewer| viewer.reassembly.position().is_some()).await;
    let (longest, later) = (gaps.longest().await, came.elapsed());
    println!("longest gap elsewhere {longest:.2?}; joins: at once {join:.2?}, later {later:.2?}");
    assert!(longest <= GAP, "{longest:?}");
    assert!(join <= JOIN && later <= JOIN, "{join:?} {later:?}");
}

/// Who leads the stream.
async fn leader(nats: &Nats) -> usize {
    soon("a leader", async {
        loop {
            if let Some(leader) = leader_at(nats).await {
                return leader;
            }
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await
}

/// The same, if this one knows.
async fn leader_at(nats: &Nats) -> Option<usize> {
    nats.stream().await?.cluster?.leader?.parse().ok()
}
