//! What the log says, and what it never does.

use crate::common::{ClientSocket, Program, Secret, blob, now, relay, secret::bearing};
use blobcast_wire::{SUBPROTOCOL, Text};
use serde_json::Value;

/// At its finest, after a broadcast by token, a token in a URL, and refusals.
async fn log(format: &str) -> (String, Vec<String>) {
    let secret = Secret::new();
    let file = secret.file().unwrap();
    let program = Program::run(
        relay()
            .args([
                "--listen",
                "127.0.0.1:0",
                "--log",
                "trace",
                "--log-format",
                format,
                "--admin",
                "127.0.0.1:0",
            ])
            .arg("--token-secret")
            .arg(&file),
    )
    .await;
    let (publish, view, stranger) =
        (secret.token("lobby", "publish"), secret.token("lobby", "view"), secret.token("other", "view"));
    let open = async |path: &str, offers: &str| {
        let headers = [("sec-websocket-protocol", offers)];
        ClientSocket::try_open(program.address, path, &headers).await.unwrap()
    };
    let mut blobs = open("/publish/lobby/blob?session=secret-session", &bearing(&publish)).await;
    let mut chunks = open("/publish/lobby/chunk?session=secret-session", &bearing(&publish)).await;
    blobs.send(&blob(now(), 1, "the payload, which nobody should read")).await;
    chunks.text_like(|text| matches!(text, Text::Have { seq: 1, .. })).await;
    let mut viewer = open(&format!("/view/lobby/blob?session=v&token={view}"), SUBPROTOCOL).await;
    viewer.send_text(r#"{"type":"ping","t":1}"#).await;
    viewer.text().await;
    assert_eq!(open("/view/lobby/blob?session=v", &bearing(&stranger)).await.closed().await.0, 4401);
    let in_url = format!("/view/lobby/blob?session=v&token={stranger}");
    assert_eq!(open(&in_url, SUBPROTOCOL).await.closed().await.0, 4401);
    blobs.send_raw(b"the payload, badly".to_vec()).await;
    assert_eq!(blobs.closed().await.0, 4400);
    drop((blobs, chunks, viewer));
    program.terminate().await;
    (program.ended().await, vec![publish, view, stranger])
}

#[tokio::test]
async fn no_token_session_or_payload_is_in_the_log() {
    for format in ["text", "json"] {
        let (log, tokens) = log(format).await;
        assert!(log.contains("refused") && log.contains("4401"), "{log}");
        let parts = tokens.iter().flat_map(|token| token.split('.'));
        for secret in parts.chain(["payload", "secret-session", "bearer", "token="]) {
            assert!(!log.contains(secret), "{secret} is in the log: {log}");
        }
    }
}

#[tokio::test]
async fn as_json_each_line_is_an_object_with_fields() {
    let (log, _) = log("json").await;
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let refused = lines.iter().find(|line| line["message"] == "refused").expect("a refusal");
    assert_eq!(refused["code"], 4401);
    assert_eq!(refused["level"], "INFO");
    assert_eq!(refused["address"], "127.0.0.1");
    assert!(refused["reason"].as_str().unwrap().contains("another name"), "{refused}");
}
