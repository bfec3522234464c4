//! The figures for Prometheus, and the table of them in docs/OPERATIONS.md.

use crate::common::{Broadcaster, ClientSocket, Heard, TestServer, Viewer, now};
use blobcast_relay::{Config, Limits, Timing};
use blobcast_wire::Text;
use std::{collections::BTreeSet, time::Duration};

/// What a line names after this prefix.
fn names<'a>(text: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    let is_part = |character: char| character.is_ascii_lowercase() || character == '_';
    text.lines().filter_map(move |line| {
        let name = line.strip_prefix(prefix)?;
        Some(&name[..name.find(|character| !is_part(character)).unwrap_or(name.len())])
    })
}

#[tokio::test]
async fn the_page_for_operators_tells_of_each_and_of_no_other() {
    let server = TestServer::start().await;
    // What has labels is served once there are some.
    ClientSocket::open(&server, "/view/lobby/blob").await.closed().await;
    let (_, served) = server.administer("GET", "/metrics", "").await;
    let served: BTreeSet<_> = names(&served, "# TYPE ").collect();
    let page = include_str!("../../../docs/OPERATIONS.md");
    // Two may share a row.
    let page = page.replace("`, `blobcast_", "\n| `blobcast_");
    let told: BTreeSet<_> = names(&page, "| `").filter(|name| name.starts_with("blobcast_")).collect();
    assert!(served.len() > 10, "{served:?}");
    assert_eq!(told, served);
}

#[tokio::test]
async fn they_count_what_happens() {
    let server = TestServer::start().await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.last(segment, 1, "-end").await;
    broadcaster.begin(segment + 1, "next").await;
    broadcaster.until_have(segment + 1, 1).await;
    let (head, text) = server.administer("GET", "/metrics", "").await;
    assert!(head.contains("content-type: text/plain; version=0.0.4"), "{head}");
    assert!(text.contains("# TYPE blobcast_viewers gauge"), "{text}");
    for (name, value) in [
        ("blobcast_viewers", 1),
        (r#"blobcast_broadcasts{state="live"}"#, 1),
        (r#"blobcast_broadcasts{state="waiting"}"#, 0),
        ("blobcast_sockets", 4),
        ("blobcast_segments_total", 2),
    ] {
        assert_eq!(server.metric(name).await, value, "{name}");
    }
    assert!(server.metric("blobcast_received_bytes_total").await > 2 * 24);
    viewer.chunk.send_raw(vec![1]).await;
    assert_eq!(viewer.chunk.closed().await.0, 4400);
    drop(viewer);
    broadcaster.finish().await;
    server.until_empty().await;
    assert!(server.metric(r#"blobcast_closed_sockets_total{role="view",code="4400"}"#).await >= 1);
    assert!(server.metric(r#"blobcast_refused_sockets_total{role="view",reason="protocol"}"#).await >= 1);
    assert_eq!(server.metric(r#"blobcast_closed_sockets_total{role="publish",code="1000"}"#).await, 2);
}

#[tokio::test]
async fn what_viewers_are_sent_is_counted_while_they_watch() {
    let timing = Timing { state_every: Duration::from_millis(100), ..Timing::default() };
    let server = TestServer::timed(timing).await;
    let mut viewers = Vec::new();
    for number in 0..3 {
        viewers.push(Viewer::open(&server, "lobby", &format!("v{number}")).await);
    }
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, vec![1; 10_000]).await;
    broadcaster.last(segment, 1, vec![2; 20_000]).await;
    let whole = [vec![1; 10_000], vec![2; 20_000]].concat();
    for viewer in &mut viewers {
        viewer.until_rebuilt(segment, &whole, Some(false)).await;
    }
    let sent = "blobcast_sent_bytes_total";
    server.until_metric(sent, 3 * 30_000).await;
    drop(viewers);
    broadcaster.finish().await;
    server.until_empty().await;
    // Heads and texts are little beside it, and nothing is counted twice.
    let all = server.metric(sent).await;
    assert!((90_000..100_000).contains(&all), "{all}");
}

#[tokio::test]
async fn a_skip_is_counted() {
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.until_have(segment, 1).await;
    // It was at another relay, a long time ago.
    let _blob = ClientSocket::open(&server, "/view/lobby/blob?session=v&segment=7").await;
    let mut chunk = ClientSocket::open(&server, "/view/lobby/chunk?session=v&segment=7&seq=2").await;
    while chunk.next().await != Heard::Text(Text::Skip { from: 7, to: segment }) {}
    assert_eq!(server.metric("blobcast_skips_total").await, 1);
}

#[tokio::test]
async fn refusals_are_counted_by_their_reasons() {
    let limits = Limits { max_viewers: 0, ..Limits::DEFAULT };
    let server = TestServer::with(Config { limits, ..Config::default() }).await;
    let evil = [("origin", "https://evil.com"), ("sec-websocket-protocol", "blobcast.v1")];
    let known = &evil[1..];
    for (path, headers, reason) in [
        ("/view/lobby/blob?session=s", &evil[..], "origin"),
        ("/view/lobby/blob", known, "protocol"),
        ("/view/lobby/blob?session=s", known, "max-viewers"),
    ] {
        let name = format!(r#"blobcast_refused_sockets_total{{role="view",reason="{reason}"}}"#);
        assert_eq!(server.metric(&name).await, 0, "{reason}");
        ClientSocket::open_with(&server, path, headers).await.closed().await;
        assert_eq!(server.metric(&name).await, 1, "{reason}");
    }
    assert_eq!(server.metric(r#"blobcast_closed_sockets_total{role="view",code="4429"}"#).await, 1);
}
