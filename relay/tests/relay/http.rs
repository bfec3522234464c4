//! What is not a WebSocket.

use crate::common::{Broadcaster, MIME, TestServer, Viewer, now};
use blobcast_relay::Config;
use std::fs;

#[tokio::test]
async fn health_is_open_to_every_page() {
    let server = TestServer::start().await;
    let (head, body) = server.get("/healthz").await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(head.contains("access-control-allow-origin: *"), "{head}");
    assert_eq!(body, "ok");
}

#[tokio::test]
async fn streams_tells_what_is_going_on() {
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "a/lobby", "b").await;
    let _viewer = Viewer::open(&server, "a/lobby", "v").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.chunk(segment, 1, "-one").await;
    broadcaster.until_have(segment, 2).await;
    let streams = server.streams().await;
    let expected = serde_json::json!([{
        "name": "a/lobby",
        "state": "live",
        "viewers": 1,
        "segment": segment,
        "seq": 2,
        "mime": MIME,
        "bytes": 24 + MIME.len() + 4 + 24 + 4,
    }]);
    assert_eq!(streams["streams"], expected);
    assert_eq!(streams["tasks"], 4);
}

#[tokio::test]
async fn the_list_is_public_only_where_that_is_asked_for() {
    let server = TestServer::start().await;
    assert!(server.get("/streams").await.0.starts_with("http/1.1 404"));
    let server = TestServer::with(Config { public_list: true, ..Config::default() }).await;
    let (head, body) = server.get("/streams").await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert_eq!(body, r#"{"tasks":0,"streams":[]}"#);
}

#[tokio::test]
async fn without_pages_the_root_says_what_this_is() {
    let server = TestServer::with(Config { no_demo: true, ..Config::default() }).await;
    let (head, body) = server.get("/").await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(body.contains("--www"), "{body}");
    for path in ["/index.html", "/blobcast/index.js"] {
        assert!(server.get(path).await.0.starts_with("http/1.1 404"), "{path}");
    }
    let (head, body) = server.get("/view/lobby/blob?session=s").await;
    assert!(head.starts_with("http/1.1 426"), "{head}");
    assert!(body.contains("ws://"), "{body}");
}

#[tokio::test]
async fn pages_and_the_package_are_served_fresh_and_with_their_types() {
    let folder = tempfile::tempdir().unwrap();
    let (www, package) = (folder.path().join("www"), folder.path().join("pkg"));
    fs::create_dir_all(&www).unwrap();
    fs::create_dir_all(&package).unwrap();
    fs::write(folder.path().join("secret"), "secret").unwrap();
    fs::write(www.join("index.html"), "<p>hello").unwrap();
    for file in ["index.js", "worker.mjs", "blobcast_bg.wasm"] {
        fs::write(package.join(file), file).unwrap();
    }
    let config = Config { www: Some(www), package: Some(package), ..Config::default() };
    let server = TestServer::with(config).await;
    for (path, kind, text) in [
        ("/", "text/html", "<p>hello"),
        ("/index.html", "text/html", "<p>hello"),
        ("/blobcast/index.js", "text/javascript", "index.js"),
        ("/blobcast/worker.mjs", "application/javascript", "worker.mjs"),
        ("/blobcast/blobcast_bg.wasm", "application/wasm", "blobcast_bg.wasm"),
        ("/healthz", "text/plain", "ok"),
    ] {
        let (head, body) = server.get(path).await;
        assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
        assert!(head.contains(&format!("content-type: {kind}")), "{path}: {head}");
        assert!(head.contains("cache-control: no-"), "{path}: {head}");
        assert_eq!(body, text, "{path}");
    }
    for path in ["/../secret", "/blobcast/..%2f..%2fsecret", "/%2e%2e/secret", "/none"] {
        let (head, body) = server.get(path).await;
        assert!(!head.starts_with("http/1.1 200"), "{path}: {head}");
        assert!(!body.contains("secret"), "{path}");
    }
}
