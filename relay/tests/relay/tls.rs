//! The relay by TLS: all that works without works with it, and what is only TLS's.

use crate::common::{
    Broadcaster, Client, ClientSocket, Pair, Program, Raw, TestServer, Viewer, now, random, relay, soon,
};
use blobcast_relay::{Config, Limits, Timing};
use blobcast_wire::{SUBPROTOCOL, Text};
use bytes::Bytes;
use futures_util::SinkExt;
use std::{
    fs,
    io::ErrorKind,
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;

const PLAIN_TO_TLS: &str = "this port speaks TLS: use https:// and wss://\n";

async fn run(pair: &Pair) -> Program {
    let flags = ["--listen", "127.0.0.1:0", "--tls-cert"];
    Program::run(relay().args(flags).arg(pair.cert()).arg("--tls-key").arg(pair.key())).await
}

async fn open(client: &Client, relay: SocketAddr, path: &str) -> ClientSocket {
    let stream = client.connect(relay).await.unwrap();
    let headers = [("sec-websocket-protocol", SUBPROTOCOL)];
    ClientSocket::over(Box::new(stream), relay, path, &headers).await.unwrap()
}

async fn assert_serves(socket: &mut ClientSocket) {
    socket.send_text(r#"{"type":"ping","t":1}"#).await;
    socket.text_like(|text| matches!(text, Text::Pong { .. })).await;
}

#[tokio::test]
async fn a_broadcast_by_wss_arrives_whole_and_pages_come_by_https() {
    let www = tempfile::tempdir().unwrap();
    // More than TLS takes in one record, and than it keeps.
    fs::write(www.path().join("large"), "x".repeat(1 << 20)).unwrap();
    let pair = Pair::new();
    let config = Config { www: Some(www.path().into()), ..Config::default() };
    let server = TestServer::secure(&pair, config).await;
    let stream = pair.client().connect(server.address).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    drop(stream);
    assert_eq!(server.get("/healthz").await.1, "ok");
    assert_eq!(server.get("/large").await.1.len(), 1 << 20);

    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let segment = now();
    for segment in [segment, segment + 1] {
        broadcaster.begin(segment, vec![1; 100_000]).await;
        broadcaster.chunk(segment, 1, vec![2; 16 << 10]).await;
        broadcaster.last(segment, 2, "-end").await;
        let whole = [&[1; 100_000][..], &[2; 16 << 10], b"-end"].concat();
        viewer.until_rebuilt(segment, &whole, Some(false)).await;
    }
    assert_serves(&mut viewer.chunk).await;
    broadcaster.finish().await;
    drop(viewer);
    server.until_empty().await;
}

/// What the relay cannot get rid of goes out later, in the order of its records, or the viewer's TLS ends with an error.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_slow_viewer_has_not_taken_arrives_whole() {
    let limits = Limits { max_bytes_per_second: u64::MAX, ..Limits::DEFAULT };
    let server = TestServer::secure(&Pair::new(), Config { limits, ..Config::default() }).await;
    let mut below = random(7);
    let mut bytes = |len| (0..len).map(|_| below(256) as u8).collect::<Vec<u8>>();
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let segment = now();
    let mut whole = bytes(100_000);
    broadcaster.begin(segment, whole.clone()).await;
    broadcaster.until_have(segment, 1).await;
    // Far more than the system keeps for a connection from which nothing is read.
    for seq in 1..=20 {
        let piece = bytes(1 << 20);
        whole.extend(&piece);
        broadcaster.chunk(segment, seq, piece).await;
        // What the library says travels among the pieces.
        viewer.chunk.raw.send(Message::Ping(Bytes::from_static(b"ping"))).await.unwrap();
    }
    broadcaster.until_have(segment, 21).await;
    broadcaster.last(segment, 21, "-end").await;
    whole.extend(b"-end");
    viewer.until_rebuilt(segment, &whole, Some(false)).await;
    drop(viewer);
}

#[tokio::test]
async fn sighup_serves_a_renewed_certificate_and_old_connections_go_on() {
    let mut pair = Pair::new();
    let mut program = run(&pair).await;
    let before = pair.client();
    let mut old = open(&before, program.address, "/view/lobby/blob?session=v").await;
    pair.renew();
    program.signal("-HUP").await;
    program.until_logged("new connections get the certificate").await;
    let mut new = open(&pair.client(), program.address, "/view/lobby/chunk?session=v").await;
    let error = before.connect(program.address).await.expect_err("another certificate");
    assert_eq!(error.kind(), ErrorKind::InvalidData, "{error}");
    assert_serves(&mut old).await;
    assert_serves(&mut new).await;
    assert_eq!(old.response.status(), 101);
    program.terminate().await;
    assert_eq!(old.closed().await.0, 1012);
    assert_eq!(new.closed().await.0, 1012);
    program.ended().await;
}

#[tokio::test]
async fn a_bad_pair_is_told_in_the_log_and_the_old_one_stays() {
    let pair = Pair::new();
    let mut program = run(&pair).await;
    fs::copy(Pair::new().key(), pair.key()).unwrap();
    program.signal("-HUP").await;
    let sentence = format!(
        "the certificate stays the one that it was: the key in {} is not that of the first certificate in {}",
        pair.key().display(),
        pair.cert().display()
    );
    program.until_logged(&sentence).await;
    let mut viewer = open(&pair.client(), program.address, "/view/lobby/blob?session=v").await;
    assert_serves(&mut viewer).await;
    drop(viewer);
    program.terminate().await;
    let log = program.ended().await;
    assert_eq!(log.matches("certificate stays").count(), 1, "{log}");
}

#[tokio::test]
async fn a_certificate_that_cannot_be_served_is_one_clear_sentence() {
    let pair = Pair::new();
    let other = Pair::new();
    let (cert, key) = (pair.cert(), pair.key());
    let missing = Path::new("/nonexistent/cert.pem");
    let cases: [(Option<&Path>, Option<&Path>, String); 7] = [
        (Some(&cert), None, "--tls-key FILE is missing: TLS takes both".into()),
        (None, Some(&key), "--tls-cert FILE is missing: TLS takes both".into()),
        (Some(missing), Some(&key), "/nonexistent/cert.pem cannot be read: No such file".into()),
        (Some(&cert), Some(missing), "/nonexistent/cert.pem cannot be read: No such file".into()),
        (Some(&key), Some(&key), format!("{} holds no certificate in PEM form", key.display())),
        (Some(&cert), Some(&cert), format!("{} holds no private key in PEM form", cert.display())),
        (
            Some(&cert),
            Some(&other.key()),
            format!("the key in {} is not that of the first certificate", other.key().display()),
        ),
    ];
    for (cert, key, sentence) in cases {
        let mut command = relay();
        command.args(["--listen", "127.0.0.1:0"]);
        for (flag, file) in [("--tls-cert", cert), ("--tls-key", key)] {
            if let Some(file) = file {
                command.arg(flag).arg(file);
            }
        }
        let output = soon("its end", command.output()).await.unwrap();
        assert_eq!(output.status.code(), Some(1), "{sentence}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.starts_with(&format!("blobcast-relay: {sentence}")), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[tokio::test]
async fn http_without_tls_is_told_to_come_by_it_and_noise_is_hung_up_on() {
    let server = TestServer::secure(&Pair::new(), Config::default()).await;
    for path in ["/healthz", "/view/lobby/blob?session=v"] {
        let mut plain = Raw::connect(server.address).await;
        plain.say(&format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
        let head = plain.head().await;
        assert!(head.starts_with("HTTP/1.1 400"), "{head}");
        assert_eq!(plain.hung_up().await, PLAIN_TO_TLS);
    }
    for noise in
        [&b"\0\0\0\0"[..], b"\x16\x03\x01\xff\xff", b"\x16\x03\x01\0\x04\x01\xff\xff\xff", &[0xff; 20_000]]
    {
        let mut raw = Raw::connect(server.address).await;
        raw.send(noise).await;
        if noise.len() > 5 {
            // An alert, at most: nothing of HTTP.
            assert!(!raw.hung_up().await.contains("HTTP"), "{noise:?}");
        }
    }
    assert_eq!(server.get("/healthz").await.1, "ok");
    server.until_empty().await;
}

#[tokio::test]
async fn a_handshake_that_takes_for_ever_is_ended() {
    let timing = Timing { handshake_time: Duration::from_millis(300), ..Timing::default() };
    let server = TestServer::secure(&Pair::new(), Config { timing, ..Config::default() }).await;
    let began = Instant::now();
    let mut silent = Raw::connect(server.address).await;
    let mut slow = Raw::connect(server.address).await;
    let feed = async {
        // A record of 512 bytes that says hello, for as long as it is let.
        slow.send(b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03").await;
        while slow.0.try_write(&[0]).is_ok() && began.elapsed() < Duration::from_secs(8) {
            sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::join!(feed, silent.hung_up());
    assert!(began.elapsed() < Duration::from_secs(8), "a slow hello was fed for {:?}", began.elapsed());
    // After the handshake the request's head has its own time.
    let mut idle = server.dial().await.unwrap();
    let mut rest = Vec::new();
    let _ = soon("the end", tokio::io::AsyncReadExt::read_to_end(&mut idle, &mut rest)).await;
    assert_eq!(server.get("/healthz").await.1, "ok");
}

#[tokio::test]
async fn connections_of_an_address_count_by_tls_too() {
    let limits = Limits { max_connections_per_address: 2, ..Limits::DEFAULT };
    let server = TestServer::secure(&Pair::new(), Config { limits, ..Config::default() }).await;
    // One whose handshake has not begun counts.
    let silent = Raw::connect(server.address).await;
    let path = "/view/lobby/blob?session=v";
    let mut second = ClientSocket::open(&server, path).await;
    assert_serves(&mut second).await;
    let mut third = ClientSocket::open(&server, path).await;
    assert_eq!(third.closed().await.0, 4429);
    drop(silent);
}

#[tokio::test]
async fn the_startup_line_says_https() {
    let pair = Pair::new();
    let program = run(&pair).await;
    assert_eq!(program.url, format!("https://{}/", program.address));
}
