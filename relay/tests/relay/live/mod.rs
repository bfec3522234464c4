//! `GET /live/{name}`: a broadcast as one WebM without end.

mod reader;

use self::reader::{Reader, block, segment};
use crate::common::{
    Broadcaster, DEADLINE, Program, Secret, TestServer,
    ffmpeg::{TEST_CARD, VP8_OPUS, ffmpeg, packets},
    now, relay, request, soon,
};
use blobcast_relay::{Config, Limits, Timing};
use blobcast_wire::Segment;
use std::{env, process::Stdio, time::Duration};
use tokio::{
    net::TcpSocket,
    time::{sleep, timeout},
};

#[tokio::test]
async fn ffmpeg_reads_what_ffmpeg_broadcasts_over_restarts_without_a_gap() {
    let seconds: f64 = env::var("LIVE_SECONDS").map_or(4.0, |seconds| seconds.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let relay_here = Program::run(relay().args(["--listen", "127.0.0.1:0", "--public-list"])).await;
    let url = relay_here.url.replacen("http", "ws", 1);
    let mut filming =
        ffmpeg(&format!("-re {TEST_CARD} {VP8_OPUS} -cluster_time_limit 100 -")).spawn().unwrap();
    let pipe: Stdio = filming.stdout.take().unwrap().try_into().unwrap();
    let mut publish = relay();
    publish.args(["publish", "-", "--name", "a", "--interval", "600ms", "--url", &url]).stdin(pipe);
    let _publishing = publish.spawn().unwrap();
    let file = folder.path().join("read.webm");
    // Packets as they are, and decoded as well: what cannot be decoded is an error.
    let reading =
        format!("-i {}live/a -t {seconds} -c copy {} -t {seconds} -f null -", relay_here.url, file.display());
    let within = DEADLINE + Duration::from_secs_f64(2.0 * seconds);
    let read = timeout(within, ffmpeg(&reading).output()).await.expect("in time").unwrap();
    assert!(read.status.success());
    assert_eq!(String::from_utf8_lossy(&read.stderr), "");
    let all = packets(&file).await;
    for (is_video, each) in [(true, 1000.0 / 30.0), (false, 20.0)] {
        let times: Vec<_> = all.iter().filter(|it| it.is_video == is_video).map(|it| it.millis).collect();
        let steps = times.windows(2).map(|pair| pair[1] - pair[0]);
        let (least, most) =
            steps.fold((f64::MAX, 0.0_f64), |(least, most), step| (least.min(step), most.max(step)));
        // One that is missing would make it two.
        assert!(least > 0.0 && most < 1.5 * each, "video {is_video}: steps of {least} to {most} ms");
        let lasted = times.last().unwrap() - times[0];
        assert!(lasted > seconds * 1000.0 - 200.0, "{lasted} ms of {seconds} s");
        let expected = (lasted / each).round() as usize + 1;
        println!(
            "video {is_video}: {} packets, {expected} expected, steps of {least} to {most} ms",
            times.len()
        );
        // The clocks of ffmpeg and of the relay drift apart by some ms in a minute, which numbers follow.
        assert!(times.len().abs_diff(expected) <= 1, "video {is_video}, over {lasted} ms");
    }
}

#[tokio::test]
async fn it_begins_with_the_current_segment_goes_on_over_the_next_and_ends_with_the_broadcast() {
    let server = TestServer::start().await;
    let mut waiting = Reader::open(&server, "/live/a").await;
    assert!(waiting.head.starts_with("http/1.0 200") || waiting.head.starts_with("http/1.1 200"));
    assert!(
        waiting.head.contains("content-type: video/webm") && waiting.head.contains("cache-control: no-store")
    );
    assert!(waiting.head.contains("x-accel-buffering: no"), "{}", waiting.head);
    let mut broadcaster = Broadcaster::open(&server, "a", "b").await;
    let first = now();
    broadcaster.begin(first, segment("V_VP8", 1, [0, 40], 10)).await;
    broadcaster.chunk(first, 1, block(80, 10)).await;
    broadcaster.until_have(first, 2).await;
    let mut newcomer = Reader::open(&server, "/live/a").await;
    server.until("two viewers", |streams| streams["streams"][0]["viewers"] == 2).await;
    broadcaster.last(first, 2, block(120, 10)).await;
    // Another recorder's, of the same tracks; 160 ms later but for a correction of the clock.
    let second = first + 159_300;
    broadcaster.begin(second, segment("V_VP8", 2, [0, 40], 10)).await;
    broadcaster.last(second, 1, "").await;
    broadcaster.until_have(second, 2).await;
    broadcaster.finish().await;
    for reader in [&mut waiting, &mut newcomer] {
        assert_eq!(reader.rest().await, [0, 40, 80, 120, 159, 199]);
    }
    drop((waiting, newcomer));
    server.until_empty().await;
}

#[tokio::test]
async fn other_codecs_end_it() {
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "a", "b").await;
    let first = now();
    broadcaster.begin(first, segment("V_VP8", 1, [0, 40], 10)).await;
    broadcaster.until_have(first, 1).await;
    let mut reader = Reader::open(&server, "/live/a").await;
    reader.until(1).await;
    broadcaster.last(first, 1, "").await;
    broadcaster.begin(first + 80_000, segment("V_VP9", 1, [0, 40], 10)).await;
    assert_eq!(reader.rest().await, [0, 40]);
}

#[tokio::test]
async fn a_broadcaster_that_is_lost_and_comes_back_goes_on_where_it_was() {
    let timing = Timing { grace: Duration::from_millis(100), ..Timing::DEFAULT };
    let server = TestServer::timed(timing).await;
    let mut broadcaster = Broadcaster::open(&server, "a", "b").await;
    let first = now();
    broadcaster.begin(first, segment("V_VP8", 1, [0, 40], 10)).await;
    broadcaster.until_have(first, 1).await;
    let mut reader = Reader::open(&server, "/live/a").await;
    drop(broadcaster);
    server.until("a loss", |streams| streams["streams"][0]["state"] == "waiting").await;
    // What waited for the next picture does so no longer.
    assert_eq!(reader.until(2).await, [0, 40]);
    let mut broadcaster = Broadcaster::open(&server, "a", "c").await;
    broadcaster.begin(first + 3_000_000, segment("V_VP8", 1, [0, 40], 10)).await;
    let times = reader.until(3).await;
    assert!((41..=180).contains(&times[2]), "the hole is closed: {times:?}");
}

#[tokio::test]
async fn a_reader_that_is_too_slow_is_passed_over_and_not_queued_for() {
    const PICTURE: u32 = 400_000;
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "a", "b").await;
    let first = now() - 60_000_000;
    broadcaster.begin(first, segment("V_VP8", 1, [0], PICTURE)).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(64 << 10).unwrap();
    let mut reader = Reader::over(socket.connect(server.address).await.unwrap(), "/live/a").await;
    let mut segment_number = first;
    for n in 1..=60 {
        broadcaster.last(segment_number, 1, block(500, PICTURE)).await;
        segment_number = first + n * 1_000_000;
        broadcaster.begin(segment_number, segment("V_VP8", 1, [0], PICTURE)).await;
        broadcaster.until_have(segment_number, 1).await;
    }
    broadcaster.last(segment_number, 1, "").await;
    broadcaster.finish().await;
    let times = reader.rest().await.to_vec();
    assert!(server.metric("blobcast_skips_total").await >= 1);
    assert!(times.len() < 60, "{} of 121 pictures", times.len());
    for pair in times.windows(2) {
        assert!((1..=1_000).contains(&(pair[1] - pair[0])), "{times:?}");
    }
}

#[tokio::test]
async fn a_reader_that_takes_nothing_is_given_up_and_one_that_has_gone_is_forgotten() {
    let timing = Timing { stuck_time: Duration::from_millis(200), ..Timing::DEFAULT };
    let server = TestServer::timed(timing).await;
    let gone = Reader::open(&server, "/live/a").await;
    server.until("a viewer", |streams| streams["streams"][0]["viewers"] == 1).await;
    drop(gone);
    server.until_empty().await;
    let mut broadcaster = Broadcaster::open(&server, "a", "b").await;
    let segment_number: Segment = now();
    broadcaster.begin(segment_number, segment("V_VP8", 1, (0..7).map(|n| n * 40), 1_000_000)).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(64 << 10).unwrap();
    let stuck = Reader::over(socket.connect(server.address).await.unwrap(), "/live/a").await;
    let mut seq = 1;
    soon("its end", async {
        while server.streams().await["streams"][0]["viewers"] == 1 {
            broadcaster.chunk(segment_number, seq, block(280 + seq as u16, 1_000_000)).await;
            seq += 1;
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    drop(stuck);
}

#[tokio::test]
async fn it_is_a_viewer_to_every_limit_and_rule() {
    let secret = Secret::new();
    let limits = Limits { max_viewers: 1, ..Limits::DEFAULT };
    let token_secret = secret.file();
    let server =
        TestServer::with(Config { limits, token_secret, no_waiting: true, ..Config::default() }).await;
    let (head, body) = server.get("/live/a").await;
    assert!(head.starts_with("http/1.1 401") && body.contains("asks for a token"), "{head} {body}");
    let path = format!("/live/a?token={}", secret.token("a", "view"));
    let (head, body) = server.get(&path).await;
    assert!(head.starts_with("http/1.1 404") && body.contains("nobody broadcasts"), "{head} {body}");
    let (head, _) = request(server.address, "GET", &path, "Origin: https://example.com\r\n").await;
    assert!(head.starts_with("http/1.1 403"), "{head}");
    let (head, _) = server.get("/live/a.webm").await;
    assert!(head.starts_with("http/1.1 40"), "{head}");

    let open = TestServer::with(Config { limits, ..Config::default() }).await;
    let first = Reader::open(&open, "/live/a").await;
    let (head, body) = open.get("/live/a").await;
    assert!(head.starts_with("http/1.1 429") && body.contains("--max-viewers"), "{head} {body}");
    assert!(head.contains("retry-after: 10"), "{head}");
    drop(first);
    open.until_empty().await;
    let (head, body) = request(open.address, "HEAD", "/live/a", "").await;
    assert!(head.starts_with("http/1.1 200") && body.is_empty(), "{head}");
    open.until_empty().await;
}
