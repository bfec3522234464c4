//! Several relays and a real NATS server: any of them serves any viewer of any broadcast.

use crate::common::{Broadcaster, MIME, Nats, Program, TestServer, Viewer, now, relay, soon};
use blobcast_relay::{Config, Limits, Server, Timing};
use blobcast_wire::{Kind, Live, Text};
use std::time::{Duration, Instant};

/// Relays of one fleet.
async fn relays<const N: usize>(nats: &Nats, timing: Timing) -> [TestServer; N] {
    let mut relays = Vec::new();
    for _ in 0..N {
        relays.push(TestServer::with(Config { timing, ..nats.config() }).await);
    }
    relays.try_into().unwrap_or_else(|_| unreachable!())
}

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
async fn while_the_broker_is_away_viewers_here_go_on_and_others_get_the_next_segment_whole() {
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
    broadcaster.chunk(segment, 1, "-lost").await;
    near.until_rebuilt(segment, b"head-lost", None).await;
    here.until_metric("blobcast_fleet_lost_pieces_total", 1).await;

    nats.restart().await;
    until_connected(&here, true).await;
    until_connected(&there, true).await;
    broadcaster.chunk(segment, 2, "-of no use").await;
    near.until_rebuilt(segment, b"head-lost-of no use", None).await;
    broadcaster.last(segment, 3, "-end").await;
    broadcaster.begin(segment + 1, "next").await;
    broadcaster.chunk(segment + 1, 1, "-more").await;
    for viewer in [&mut near, &mut far] {
        viewer.until_rebuilt(segment + 1, b"next-more", None).await;
    }
    assert_eq!(here.metric("blobcast_fleet_lost_pieces_total").await, 1, "the rest was not tried");
    // The stream is there again.
    let other = TestServer::with(nats.config()).await;
    Viewer::open(&other, "lobby", "n").await.until_rebuilt(segment + 1, b"next-more", None).await;
}

async fn until_connected(relay: &TestServer, is_connected: bool) {
    soon("the connection to the broker", async {
        while relay.metric("blobcast_fleet_connected").await != u64::from(is_connected) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
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

#[tokio::test]
async fn a_broker_that_takes_no_large_messages_is_told_of_at_the_start() {
    let nats = Nats::taking(1 << 20).await;
    let error = Server::bind(&nats.config()).await.unwrap_err().to_string();
    assert!(error.contains("1048576 bytes") && error.contains("max_payload"), "{error}");
    assert!(error.contains("--max-message-bytes 1048064"), "{error}");
    let limits = Limits { max_message_bytes: 1_048_064, ..Limits::DEFAULT };
    Server::bind(&Config { limits, ..nats.config() }).await.unwrap();
}

#[tokio::test]
async fn a_broker_that_is_not_there_is_told_of_at_the_start() {
    let mut nats = Nats::start().await;
    nats.kill().await;
    let error = Server::bind(&nats.config()).await.unwrap_err().to_string();
    assert!(error.contains("--nats"), "{error}");
}

/// What docs/OPERATIONS.md says it costs: `cargo test --release -p blobcast-relay --test relay figures -- --ignored --nocapture`.
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

fn print(what: &str, mut times: Vec<Duration>) {
    times.sort();
    println!("{what}: p50 {:.2?}, p99 {:.2?}", times[times.len() / 2], times[times.len() * 99 / 100]);
}
