//! The operator's port.

use crate::common::{Broadcaster, Raw, TestServer, Viewer, now};
use blobcast_relay::{Config, Timing};
use blobcast_wire::Live;
use std::{fs, time::Duration};

#[tokio::test]
async fn the_operator_ends_a_broadcast() {
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "a/lobby", "b").await;
    let mut viewer = Viewer::open(&server, "a/lobby", "v").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    viewer.until_rebuilt(segment, b"head", None).await;

    let (head, body) = server.administer("DELETE", "/broadcast/lobby", "").await;
    assert!(head.starts_with("http/1.1 404"), "{head}");
    assert!(body.contains("/streams"), "{body}");
    // A page that found its way here, by whatever name.
    let origin = "Origin: http://127.0.0.1:9090\r\n";
    assert!(server.administer("DELETE", "/broadcast/a/lobby", origin).await.0.starts_with("http/1.1 403"));

    assert!(server.administer("DELETE", "/broadcast/a/lobby", "").await.0.starts_with("http/1.1 204"));
    let ended = (1000, "the operator of the relay has ended this broadcast".to_owned());
    assert_eq!(broadcaster.blob.closed().await, ended);
    assert_eq!(broadcaster.chunk.closed().await, ended);
    viewer.until_rebuilt(segment, b"head", Some(true)).await;
    viewer.until(|viewer| viewer.state() == Some(Live::Ended)).await;

    // The name is free for another.
    let mut next = Broadcaster::open(&server, "a/lobby", "next").await;
    next.begin(segment + 1, "next").await;
    viewer.until_rebuilt(segment + 1, b"next", None).await;
}

#[tokio::test]
async fn the_public_port_has_none_of_this() {
    let server = TestServer::with(Config { public_list: true, ..Config::default() }).await;
    let _broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    assert!(server.get("/metrics").await.0.starts_with("http/1.1 404"));
    let answer = crate::common::request(server.address, "DELETE", "/broadcast/lobby", "").await;
    assert!(answer.0.starts_with("http/1.1 405"), "what is no socket is a page, if any: {}", answer.0);
}

/// A page that is asked for and not read would keep its connection for ever.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn whoever_takes_nothing_of_a_page_is_dropped() {
    let www = tempfile::tempdir().unwrap();
    fs::write(www.path().join("large"), vec![0; 32 << 20]).unwrap();
    let timing = Timing { idle_time: Duration::from_millis(500), ..Timing::default() };
    let config = Config { timing, www: Some(www.path().into()), ..Config::default() };
    let server = TestServer::with(config).await;
    let mut raw = Raw::connect(server.address).await;
    raw.say("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert!(raw.head().await.starts_with("HTTP/1.1 200"));
    // One is the connection that asks.
    crate::common::soon("the connection's end", async {
        while server.metric("blobcast_connections").await > 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}
