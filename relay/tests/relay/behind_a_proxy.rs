//! Behind a proxy that the relay trusts, each client counts by itself.

use crate::common::{ClientSocket, Raw, TestServer, soon};
use blobcast_relay::{Config, Limits};

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
