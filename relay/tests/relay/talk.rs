//! Peers that talk too much.

use crate::common::{ClientSocket, Raw, TestServer, soon};
use blobcast_relay::Limits;
use blobcast_wire::Text;
use tokio::io::AsyncWriteExt;

const TEXT: u8 = 0x81;
const PING: u8 = 0x89;
const PONG: u8 = 0x8a;

#[tokio::test]
async fn texts_and_pings_without_end_are_closed_with_the_code_of_a_limit() {
    let server = TestServer::limited(Limits { max_texts_per_second: 1, ..Limits::DEFAULT }).await;
    for role in ["view", "publish"] {
        for (first, payload) in
            [(TEXT, &br#"{"type":"ping","t":1}"#[..]), (TEXT, b"whatever"), (PING, b""), (PONG, b"")]
        {
            let path = |which| format!("/{role}/lobby/{which}?session=s");
            let mut partner = Raw::open(server.address, &path("blob")).await;
            let mut talker = Raw::open(server.address, &path("chunk")).await;
            for _ in 0..30 {
                talker.frame(first, payload).await;
            }
            let (code, reason) = talker.closed_with().await;
            assert_eq!(code, 4429, "{role} {first:x}: {reason}");
            assert!(reason.starts_with("5 s: ") && reason.contains("--max-texts-per-second"), "{reason}");
            assert_eq!(partner.closed().await, 4429, "{role} {first:x}");
            drop((talker, partner));
            server.until_empty().await;
        }
    }
    let refused = r#"blobcast_refused_sockets_total{role="view",reason="max-texts-per-second"}"#;
    assert_eq!(server.metric(refused).await, 8);
}

#[tokio::test]
async fn many_times_what_a_client_says_is_answered() {
    let server = TestServer::start().await;
    let mut viewer = ClientSocket::open(&server, "/view/lobby/chunk?session=s").await;
    for t in 0..50 {
        viewer.send_text(&format!(r#"{{"type":"ping","t":{t}}}"#)).await;
        let answer = viewer.text_like(|text| matches!(text, Text::Pong { .. })).await;
        assert!(matches!(answer, Text::Pong { t: of, .. } if of == f64::from(t)), "{answer:?}");
    }
}

/// Its own rate does not matter then: the answers would have to be kept.
#[tokio::test]
async fn pings_whose_answers_are_never_read_are_not_answered_for_ever() {
    for (first, payload) in [(PING, &[b'x'; 125][..]), (TEXT, br#"{"type":"ping","t":1}"#)] {
        for max_texts_per_second in [Limits::DEFAULT.max_texts_per_second, u32::MAX] {
            let server = TestServer::limited(Limits { max_texts_per_second, ..Limits::DEFAULT }).await;
            let mut raw = Raw::open(server.address, "/view/lobby/chunk?session=v").await;
            let head = [first, 0x80 | payload.len() as u8, 0, 0, 0, 0];
            let pings = [&head[..], payload].concat().repeat(100);
            if first == TEXT && max_texts_per_second == u32::MAX {
                // Only the newest of these is answered, so there is nothing to keep: it may go on, unread.
                let mut left = 0..500;
                soon("all of them", async {
                    while left.next().is_some() && raw.0.write_all(&pings).await.is_ok() {}
                })
                .await;
            } else {
                soon("its end", async { while raw.0.write_all(&pings).await.is_ok() {} }).await;
            }
            drop(raw);
            server.until_empty().await;
        }
    }
}
