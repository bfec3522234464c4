//! Behind a proxy that the relay trusts, each client counts by itself.

use crate::common::{ClientSocket, Raw, TestServer, soon};
use blobcast_relay::{Config, Limits};
use std::{
    fs::{self, File},
    time::Duration,
};
use tokio::time::sleep;

/// A relay that believes this machine for whom it asks.
async fn server(limits: Limits) -> TestServer {
    let trust_proxy = vec!["127.0.0.1".parse().unwrap()];
    TestServer::with(Config { limits, trust_proxy, open: true, ..Config::default() }).await
}

#[tokio::test]
async fn behind_a_proxy_each_client_has_its_own_connections() {
    let limits = Limits { max_connections_per_address: 2, ..Limits::DEFAULT };
    let server = server(limits).await;
    let open = async |client: &str, session: &str| {
        let headers = [("x-forwarded-for", client), ("sec-websocket-protocol", "blobcast.v1")];
        ClientSocket::open_with(&server, &format!("/view/lobby/blob?session={session}"), &headers).await
    };
    let mut open_ones = Vec::new();
    for client in ["192.0.2.1", "6.6.6.6, 192.0.2.2", "192.0.2.3", "2001:db8::1"] {
        for number in 0..2 {
            let mut socket = open(client, &format!("{number}{}", open_ones.len())).await;
            socket.send_text(r#"{"type":"ping","t":1}"#).await;
            socket.text().await;
            open_ones.push(socket);
        }
        open(client, "more").await.limited().await;
    }
    open("2001:db8::2", "neighbour").await.limited().await;
}

/// What goes far beyond is not even taken for a socket; all others are served.
#[tokio::test]
async fn a_flood_of_one_client_is_answered_without_a_socket() {
    let limits = Limits { max_connections_per_address: 2, ..Limits::DEFAULT };
    let server = server(limits).await;
    let ask = |client: &'static str, session: usize| {
        let headers = format!("Host: localhost\r\nX-Forwarded-For: {client}\r\n");
        let path = format!("/view/lobby/blob?session=s{session}");
        async move { Raw::ask(server.address, &path, &headers).await }
    };
    let mut open = Vec::new();
    let flood = soon("the end of the flood", async {
        loop {
            let (raw, head) = ask("192.0.2.1", open.len()).await;
            // Those that are refused do not go by themselves.
            open.push(raw);
            if !head.starts_with("HTTP/1.1 101") {
                return head;
            }
        }
    })
    .await;
    assert!(flood.starts_with("HTTP/1.1 429"), "{flood}");
    assert!(open.len() > 4, "after {}", open.len());
    assert!(server.metric("blobcast_dropped_connections_total").await >= 1);
    let (mut other, head) = ask("192.0.2.2", 0).await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    other.frame(0x88, &1000_u16.to_be_bytes()).await;
    assert_eq!(other.closed().await, 1000);
}

#[tokio::test]
async fn what_a_client_is_being_sent_of_the_archive_counts_until_it_is_there() {
    const FILE: &str = "2026-11-26T00-43-28.123Z-1795653808123456-2000ms-vp8.webm";
    // More than the system takes for who does not read.
    const BYTES: u64 = 64 << 20;
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("lobby")).unwrap();
    File::create(folder.path().join("lobby").join(FILE)).unwrap().set_len(BYTES).unwrap();
    let limits = Limits { max_connections_per_address: 2, ..Limits::DEFAULT };
    let trust_proxy = vec!["127.0.0.1".parse().unwrap()];
    let archive = Some(folder.path().into());
    let server =
        TestServer::with(Config { limits, trust_proxy, open: true, archive, ..Config::default() }).await;
    let ask = |client: &'static str| {
        let headers = format!("Host: localhost\r\nX-Forwarded-For: {client}\r\n");
        async move { Raw::ask(server.address, &format!("/archive/lobby/{FILE}"), &headers).await }
    };
    let mut slow = Vec::new();
    for _ in 0..2 {
        let (raw, head) = ask("192.0.2.1").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.to_lowercase().contains(&format!("content-length: {BYTES}")), "{head}");
        slow.push(raw);
    }
    let (_, head) = ask("192.0.2.1").await;
    assert!(head.starts_with("HTTP/1.1 429") && head.to_lowercase().contains("retry-after: 30"), "{head}");
    let (_, head) = ask("192.0.2.2").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    slow.pop();
    soon("room for another", async {
        while !ask("192.0.2.1").await.1.starts_with("HTTP/1.1 200") {
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}
