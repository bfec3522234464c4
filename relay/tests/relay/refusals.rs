//! Everything that is refused, with its code and a reason that helps.

use crate::common::{Broadcaster, ClientSocket, TestServer, Viewer, blob, chunk, now};
use blobcast_relay::Config;
use blobcast_wire::{MAX_MESSAGE_LEN, SUBPROTOCOL, Text};

async fn refusal(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
    ClientSocket::open_with(server, path, headers).await.closed().await
}

#[tokio::test]
async fn bad_urls() {
    let server = TestServer::start().await;
    let protocol = &[("sec-websocket-protocol", SUBPROTOCOL)];
    let name_rule = "a broadcast's name is up to 8 parts";
    for (path, what) in [
        ("/view/a.b/blob?session=s", name_rule),
        ("/publish/a*/chunk?session=s", name_rule),
        ("/publish/a%3Eb/chunk?session=s", name_rule),
        ("/view/-a/blob?session=s", name_rule),
        ("/view/a//b/blob?session=s", name_rule),
        ("/view/lobby?session=s", "sockets are /publish/NAME/blob"),
        ("/view/lobby/blob", "session=ID is missing"),
        ("/view/lobby/blob?session=a.b", "session=ID is missing"),
        ("/view/lobby/chunk?session=s&seq=1", "seq says nothing without its segment"),
        ("/view/lobby/chunk?session=s&segment=x&seq=1", "segment is no number"),
    ] {
        let (code, reason) = refusal(&server, path, protocol).await;
        assert_eq!(code, 4400, "{path}");
        assert!(reason.starts_with(what), "{path}: {reason}");
    }
    server.until_empty().await;
}

#[tokio::test]
async fn the_subprotocol_is_needed_and_echoed_alone() {
    let server = TestServer::start().await;
    let path = "/view/lobby/blob?session=s";
    let missing =
        (4400, "the subprotocol blobcast.v1 is missing: offer it, or use a relay of your version".to_owned());
    assert_eq!(refusal(&server, path, &[]).await, missing);
    assert_eq!(refusal(&server, path, &[("sec-websocket-protocol", "blobcast.v2")]).await, missing);
    let offers = [("sec-websocket-protocol", "blobcast.v1, bearer.ey.J-_")];
    let socket = ClientSocket::open_with(&server, path, &offers).await;
    let headers = socket.response.headers();
    assert_eq!(headers.get("sec-websocket-protocol").unwrap(), SUBPROTOCOL);
    assert!(!headers.contains_key("sec-websocket-extensions"));
}

#[tokio::test]
async fn origins() {
    let allow_origin = vec!["https://example.com".parse().unwrap()];
    let server = TestServer::with(Config { allow_origin, ..Config::default() }).await;
    let path = "/view/lobby/blob?session=s";
    let (code, reason) = refusal(&server, path, &[("origin", "https://evil.com")]).await;
    assert_eq!(code, 4403);
    assert_eq!(reason, "origin refused: the relay needs --allow-origin https://evil.com");
    let long = format!("https://{}.com", "a".repeat(200));
    let (code, reason) = refusal(&server, path, &[("origin", &long)]).await;
    assert_eq!((code, reason.len()), (4403, 123));
    for origin in ["https://example.com", "http://localhost:5173", "http://127.0.0.1:1"] {
        let headers = [("origin", origin), ("sec-websocket-protocol", SUBPROTOCOL)];
        let mut socket = ClientSocket::open_with(&server, path, &headers).await;
        socket.send_text(r#"{"type":"ping","t":1}"#).await;
        socket.text().await;
    }
}

#[tokio::test]
async fn bad_messages() {
    let server = TestServer::start().await;
    let good = chunk(now(), 1, "body").encode();
    let wrong_version = [&[9], &good[1..]].concat();
    for (raw, what) in [
        (b"short".to_vec(), "message shorter than it says: use the same version on both sides"),
        (wrong_version, "protocol version 9, this side speaks 1: use the same version on both sides"),
        (
            blob(now(), 1, "x").encode(),
            "a message came by the wrong socket: send blobs on the blob socket, chunks on the chunk socket",
        ),
    ] {
        let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
        broadcaster.chunk.send_raw(raw).await;
        assert_eq!(broadcaster.chunk.closed().await, (4400, what.into()));
        assert_eq!(broadcaster.blob.closed().await, (4400, what.into()));
        server.until_empty().await;
    }
}

#[tokio::test]
async fn viewers_that_send_media() {
    let server = TestServer::start().await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    viewer.chunk.send(&chunk(now(), 1, "body")).await;
    assert_eq!(
        viewer.chunk.closed().await,
        (4400, "a viewer sent media: connect to /publish to broadcast".into())
    );
    assert_eq!(viewer.blob.closed().await.0, 4400);
    server.until_empty().await;
}

#[tokio::test]
async fn segment_numbers() {
    let server = TestServer::start().await;
    let mut first = Broadcaster::open(&server, "lobby", "first").await;
    let segment = now();
    first.begin(segment, "head").await;
    first.until_have(segment, 1).await;
    let mut late = Broadcaster::open(&server, "lobby", "late").await;
    // Its number was right when it was chosen: it is passed over, and `have` says so.
    late.begin(segment, "head").await;
    let have = late.chunk.text_like(|text| matches!(text, Text::Have { .. })).await;
    assert_eq!(have, Text::Have { segment: 0, seq: 0, last: segment });
    // No takeover came of it.
    first.last(segment, 1, "-end").await;
    first.until_have(segment, 2).await;
    let mut ahead = Broadcaster::open(&server, "lobby", "ahead").await;
    ahead.begin(now() + 6_000_000, "head").await;
    let (code, reason) = ahead.blob.closed().await;
    assert_eq!(code, 4400);
    assert!(reason.contains("ahead of the relay's clock"), "{reason}");
    // Said again by a broadcaster whose blob socket is new: the relay has gone on.
    first.begin(segment + 1, "next").await;
    first.until_have(segment + 1, 1).await;
    first.begin(segment, "head").await;
    first.until_have(segment + 1, 1).await;
    first.chunk(segment + 1, 1, "-one").await;
    first.until_have(segment + 1, 2).await;
    // The one that came too late takes over with its next.
    late.begin(segment + 2, "head").await;
    late.until_have(segment + 2, 1).await;
    assert_eq!(first.chunk.closed().await.0, 4409);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_that_are_too_big() {
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    let largest = MAX_MESSAGE_LEN - blob(segment, 1, "").encode().len();
    broadcaster.begin(segment, vec![0; largest]).await;
    broadcaster.until_have(segment, 1).await;
    let too_big = blob(segment + 1, 1, vec![0; largest + 1]).encode();
    let Broadcaster { blob, mut chunk } = broadcaster;
    // The code arrives while the message is still being sent.
    let (mut sink, mut stream) = futures_util::StreamExt::split(blob.raw);
    let sending = tokio::spawn(async move { futures_util::SinkExt::send(&mut sink, too_big.into()).await });
    let mut code = None;
    while let Some(Ok(message)) = futures_util::StreamExt::next(&mut stream).await {
        if let tokio_tungstenite::tungstenite::Message::Close(Some(frame)) = message {
            code = Some(u16::from(frame.code));
        }
    }
    assert_eq!(code, Some(1009));
    drop(sending.await);
    assert_eq!(chunk.closed().await.0, 1009);

    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    viewer.chunk.send_raw(vec![0; 100_000]).await;
    assert_eq!(viewer.chunk.closed().await.0, 1009);
}

/// What no library would send: an unmasked frame.
#[tokio::test]
async fn broken_frames() {
    let server = TestServer::start().await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let tcp = viewer.chunk.raw.get_mut();
    tokio::io::AsyncWriteExt::write_all(tcp, &[0x81, 0x02, b'h', b'i']).await.unwrap();
    let (code, _) = viewer.chunk.closed().await;
    assert_eq!(code, 1002);
    assert_eq!(viewer.blob.closed().await.0, 4400);
    server.until_empty().await;
}
