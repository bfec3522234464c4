//! How docs/OPERATIONS.md lays out a fleet, with its own samples: behind one nginx, and over leaf nodes of NATS.

use crate::{
    common::{Broadcaster, Nats, TestServer, Viewer, now, request, run_nats, soon},
    nginx::{nginx, sample},
};
use blobcast_relay::{Config, FleetOptions};
use serde_json::Value;
use std::{
    fs,
    net::{SocketAddr, TcpListener},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{process::Child, time::sleep};

const SESSIONS: usize = 12;

/// Bytes of a message that is easily told from all that is said beside it.
const SIZE: usize = 1_000_000;

#[tokio::test]
async fn behind_one_nginx_the_two_sockets_of_each_session_meet_at_one_of_the_relays() {
    let nats = Nats::start().await;
    let config = || Config { trust_proxy: vec!["127.0.0.2".parse().unwrap()], open: true, ..nats.config() };
    let relays = [TestServer::with(config()).await, TestServer::with(config()).await];
    let upstream = sample("OPERATIONS.md", "### How to lay one out", "```nginx\n");
    let upstream = upstream.replace("10.0.0.11:8080", &relays[0].address.to_string());
    let upstream = upstream.replace("10.0.0.12:8080", &relays[1].address.to_string());
    assert!(!upstream.contains(":8080"), "{upstream}");
    let folder = tempfile::tempdir().unwrap();
    let Some((_nginx, address)) = nginx("relays", &upstream, folder.path()).await else { return };
    let front = relays[0].seen_at(address);

    let mut broadcaster = Broadcaster::open(&front, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    let mut viewers = Vec::new();
    for number in 0..SESSIONS {
        viewers.push(Viewer::open(&front, "lobby", &format!("viewer-{number}")).await);
    }
    broadcaster.chunk(segment, 1, "-more").await;
    for viewer in &mut viewers {
        viewer.until_rebuilt(segment, b"head-more", None).await;
    }
    let [here, there] = &relays;
    let counts = [here.metric("blobcast_viewers").await, there.metric("blobcast_viewers").await];
    assert_eq!(counts.iter().sum::<u64>(), SESSIONS as u64);
    assert!(!counts.contains(&0), "each has some: {counts:?}");

    // When one has ended, whoever would come to it comes to the other, with both sockets.
    let [here, there] = relays;
    here.ended().await;
    for number in 0..SESSIONS {
        let mut viewer = Viewer::open(&front, "lobby", &format!("back-{number}")).await;
        viewer.until(|viewer| viewer.state().is_some()).await;
    }
    assert!(there.metric("blobcast_viewers").await > 0);
}

/// A server of a sample, on ports of its own.
struct Server {
    port: u16,
    monitor: u16,
    _folder: TempDir,
    _child: Child,
}

impl Server {
    /// The sample whose first line is this, with these replaced besides what tells machines apart.
    async fn of(name: &str, replaced: &[(&str, &str)]) -> Self {
        let [port, monitor] = [free_port(), free_port()];
        let folder = tempfile::tempdir().unwrap();
        let mut configuration = sample("OPERATIONS.md", "### How to lay one out", &format!("```\n# {name}"));
        configuration = configuration.split_once('\n').unwrap().1.into();
        let listen = format!("127.0.0.1:{port}");
        let store = folder.path().display().to_string();
        for (from, to) in [("0.0.0.0:4222", &*listen), ("/var/lib/nats", &store)].iter().chain(replaced) {
            configuration = configuration.replace(from, to);
        }
        assert!(configuration.contains(&listen), "{configuration}");
        configuration += &format!("http: \"127.0.0.1:{monitor}\"\n");
        fs::write(folder.path().join("nats.conf"), configuration).unwrap();
        let child = run_nats(&folder, port).await;
        Self { port, monitor, _folder: folder, _child: child }
    }

    async fn relay(&self) -> TestServer {
        let nats = vec![format!("nats://127.0.0.1:{}", self.port)];
        let fleet = FleetOptions { nats, nats_stream_bytes: 64 << 20, ..FleetOptions::default() };
        TestServer::with(Config { fleet, ..Config::default() }).await
    }

    /// Its leaf nodes, as it says itself. <https://docs.nats.io/running-a-nats-service/nats_admin/monitoring>
    async fn leaves(&self) -> Value {
        let monitor = SocketAddr::from(([127, 0, 0, 1], self.monitor));
        let mut page: Value =
            serde_json::from_str(&request(monitor, "GET", "/leafz", "").await.1).expect("JSON");
        page["leafs"].take()
    }

    /// Bytes that went to its one leaf node, once that has been quiet for a second: relays read the stream once more when they have
    /// followed for a moment.
    async fn quiet(&self) -> u64 {
        let sent = async || self.leaves().await[0]["out_bytes"].as_u64().expect("a number");
        let mut before = sent().await;
        soon("a quiet second", async {
            loop {
                sleep(Duration::from_secs(1)).await;
                let now = sent().await;
                if now - before < 10_000 {
                    return now;
                }
                before = now;
            }
        })
        .await
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn relays_at_a_leaf_node_and_at_its_hub_share_broadcasts_live_and_from_the_stream() {
    let link = format!("127.0.0.1:{}", free_port());
    let link = [("10.0.0.5:7422", &*link), ("0.0.0.0:7422", &link)];
    let hub = Server::of("hub.conf", &link).await;
    let leaf = Server::of("leaf.conf", &link).await;
    soon("the leaf node at its hub", async {
        while hub.leaves().await.as_array().is_none_or(Vec::is_empty) {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let (home, away, near) = (hub.relay().await, leaf.relay().await, leaf.relay().await);

    for (name, from, to) in [("there", &home, &away), ("back", &away, &home)] {
        let mut live = Viewer::open(to, name, "live").await;
        let mut broadcaster = Broadcaster::open(from, name, "b").await;
        let segment = now();
        broadcaster.begin(segment, "head").await;
        broadcaster.chunk(segment, 1, "-more").await;
        live.until_rebuilt(segment, b"head-more", None).await;
        // Nobody has asked for this name there: only the stream has it.
        let name = format!("{name}/late");
        let mut broadcaster = Broadcaster::open(from, &name, "b").await;
        broadcaster.begin(segment, "head").await;
        broadcaster.chunk(segment, 1, "-more").await;
        broadcaster.until_have(segment, 2).await;
        Viewer::open(to, &name, "late").await.until_rebuilt(segment, b"head-more", None).await;
    }

    // What nobody there watches stays at the hub, and what both relays there watch comes once.
    let (mut unseen, mut seen) =
        (Broadcaster::open(&home, "unseen", "b").await, Broadcaster::open(&home, "seen", "b").await);
    let segment = now();
    seen.begin(segment, "head").await;
    let mut viewers = [Viewer::open(&away, "seen", "v").await, Viewer::open(&near, "seen", "w").await];
    for viewer in &mut viewers {
        viewer.until_rebuilt(segment, b"head", None).await;
    }
    let before = hub.quiet().await;
    unseen.begin(segment, vec![1; SIZE]).await;
    unseen.until_have(segment, 1).await;
    seen.chunk(segment, 1, vec![2; SIZE]).await;
    for viewer in &mut viewers {
        viewer.until_rebuilt(segment, &[&b"head"[..], &[2; SIZE]].concat(), None).await;
    }
    let crossed = hub.quiet().await - before;
    println!(
        "{SIZE} bytes that two relays of a leaf node watch, and as many that they do not: {crossed} crossed"
    );
    assert!((SIZE as u64..SIZE as u64 * 3 / 2).contains(&crossed), "{crossed} bytes crossed");
}
