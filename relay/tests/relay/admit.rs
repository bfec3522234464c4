//! Who may watch by plain HTTP.

use crate::common::{Secret, TestServer, archive::leave, request, secret::seconds};
use blobcast_relay::Config;
use serde_json::{Value, json};
use tempfile::TempDir;

const FILE: &str = "2026-11-26T00-43-28.123Z-1795653808123456-2000ms-vp8+opus.webm";

/// A folder with an archive of one file.
fn kept() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    leave(folder.path(), "lobby", FILE, "media");
    folder
}

async fn server(folder: &TempDir, config: Config) -> TestServer {
    TestServer::keeping(folder.path(), config).await
}

fn path() -> String {
    format!("/archive/lobby/{FILE}")
}

#[tokio::test]
async fn a_token_lets_in_by_header_or_by_query() {
    let (folder, secret) = (kept(), Secret::new());
    let server = server(&folder, Config { token_secret: secret.file(), ..Config::default() }).await;
    let token = secret.token("lobby", "view");
    for (query, header) in [
        (format!("?token={token}"), String::new()),
        (format!("?x=y&token={token}"), String::new()),
        (String::new(), format!("Authorization: Bearer {token}\r\n")),
        (String::new(), format!("Authorization: bearer {token}\r\n")),
    ] {
        let (head, body) = request(server.address, "GET", &format!("{}{query}", path()), &header).await;
        assert!(head.starts_with("http/1.1 200"), "{query} {header} {head}");
        // What one may have, nobody between is to give to another.
        assert!(head.contains("cache-control: private, max-age=31536000, immutable"), "{head}");
        assert_eq!(body, "media");
    }
    for (token, status, reason) in [
        (None, 401, "this relay asks for a token"),
        (Some("x.y.z".into()), 401, "the token was not made with this relay's key"),
        (Some(secret.token_until("lobby", "view", seconds() - 1)), 401, "the token has expired"),
        (Some(secret.token("hall", "view")), 403, "the token is for another name"),
        (Some(secret.token("lobby/*", "view")), 403, "the token is for another name"),
        (Some(secret.token("lobby", "publish")), 403, "the token does not permit this"),
    ] {
        let by_header = token.as_ref().map(|token| format!("Authorization: Bearer {token}\r\n"));
        let by_query = token.map(|token| format!("?token={token}"));
        for (query, header) in
            [(String::new(), by_header.unwrap_or_default()), (by_query.unwrap_or_default(), String::new())]
        {
            for path in [
                path(),
                "/archive/lobby".into(),
                "/archive/lobby/nothing.webm".into(),
                "/export/lobby".into(),
            ] {
                let (head, body) = request(server.address, "GET", &format!("{path}{query}"), &header).await;
                assert!(head.starts_with(&format!("http/1.1 {status}")), "{reason}: {head}");
                assert!(body.starts_with(reason), "{body}");
                assert_eq!(head.contains("www-authenticate: bearer"), status == 401, "{head}");
                assert!(head.contains("cache-control: no-store"), "{head}");
            }
        }
    }
}

#[tokio::test]
async fn with_public_view_nobody_needs_a_token() {
    let (folder, secret) = (kept(), Secret::new());
    let config = Config { token_secret: secret.file(), public_view: true, ..Config::default() };
    let server = server(&folder, config).await;
    let (head, body) = server.get(&path()).await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(head.contains("cache-control: public, max-age=31536000, immutable"), "{head}");
    assert_eq!(body, "media");
}

#[tokio::test]
async fn pages_that_may_connect_may_read_and_others_are_told_what_the_relay_needs() {
    let (folder, secret) = (kept(), Secret::new());
    let allow_origin = vec!["https://good.example".parse().unwrap()];
    let config = Config { token_secret: secret.file(), allow_origin, ..Config::default() };
    let server = server(&folder, config).await;
    let token = secret.token("lobby", "view");
    let path = format!("{}?token={token}", path());
    for origin in ["https://good.example", "http://localhost:5173", "http://127.0.0.1:1"] {
        let header = format!("Origin: {origin}\r\n");
        let (head, body) = request(server.address, "GET", &path, &header).await;
        assert!(head.starts_with("http/1.1 200"), "{origin}: {head}");
        assert!(head.contains(&format!("access-control-allow-origin: {origin}\r\n")), "{head}");
        assert!(head.contains("vary: origin"), "{head}");
        let exposed = head.lines().find(|line| line.starts_with("access-control-expose-headers")).unwrap();
        assert!(exposed.contains("content-range") && exposed.contains("etag"), "{exposed}");
        assert_eq!(body, "media");
        // A page is to read why it is refused, too.
        let (head, _) = request(server.address, "GET", "/archive/lobby", &header).await;
        assert!(head.starts_with("http/1.1 401"), "{head}");
        assert!(head.contains(&format!("access-control-allow-origin: {origin}\r\n")), "{head}");

        let asked =
            "Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: authorization,range\r\n";
        let (head, _) = request(server.address, "OPTIONS", &path, &format!("{header}{asked}")).await;
        assert!(head.starts_with("http/1.1 200"), "{head}");
        assert!(head.contains(&format!("access-control-allow-origin: {origin}\r\n")), "{head}");
        assert!(head.contains("access-control-allow-headers: authorization,range"), "{head}");
        assert!(head.contains("access-control-allow-methods: get,head"), "{head}");
        assert!(head.contains("access-control-max-age: "), "{head}");
    }
    for origin in ["https://evil.example", "null", "http://good.example"] {
        for method in ["GET", "OPTIONS"] {
            let (head, body) = request(server.address, method, &path, &format!("Origin: {origin}\r\n")).await;
            assert!(head.starts_with("http/1.1 403"), "{head}");
            assert!(!head.contains("access-control-allow-origin"), "{head}");
            assert_eq!(body, format!("origin refused: the relay needs --allow-origin {origin}\n"));
        }
    }
}

#[tokio::test]
async fn a_relay_without_a_key_answers_to_this_machine_only() {
    let folder = kept();
    let server = server(&folder, Config::default()).await;
    assert!(server.get(&path()).await.0.starts_with("http/1.1 200"));
    for path in [path(), "/archive/lobby".into()] {
        let headers = "X-Forwarded-For: 192.0.2.1\r\n";
        let (head, body) = request(server.address, "GET", &path, headers).await;
        assert!(head.starts_with("http/1.1 403"), "{head}");
        assert!(body.starts_with("proxy refused: without a key"), "{body}");
    }
}

#[tokio::test]
async fn what_is_no_name_is_told_what_a_name_is() {
    let folder = kept();
    let server = server(&folder, Config::default()).await;
    for path in
        ["/archive/lobby/", "/archive/a%2fb", "/archive/a//b", "/archive/..", "/archive/../lobby/x.webm"]
    {
        let (head, body) = server.get(path).await;
        assert!(head.starts_with("http/1.1 404"), "{path}: {head}");
        assert!(body.starts_with("a broadcast's name is up to 8 parts"), "{path}: {body}");
    }
}

#[tokio::test]
async fn a_relay_that_keeps_nothing_says_so() {
    let server = TestServer::start().await;
    let (head, body) = server.get(&path()).await;
    assert!(head.starts_with("http/1.1 404"), "{head}");
    assert_eq!(body, "this relay keeps no archive: start it with --archive DIR\n");
    // Pages ask this before they offer to rewind: no error is to be on their console.
    let (head, body) = server.get("/archive/lobby").await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    let list: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&list["keeps"], &list["segments"]), (&json!(false), &json!([])));
}
