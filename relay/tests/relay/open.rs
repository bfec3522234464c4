//! A relay without a key is for this machine, even if others find a way to its port.

use crate::common::{Raw, Secret, TestServer};
use blobcast_relay::Config;
use std::fs;
use tempfile::TempDir;

/// The status and the body of an answer, with these headers, of which each ends with a line break.
async fn get(server: &TestServer, path: &str, headers: &str) -> (u16, String) {
    let mut raw = Raw::connect(server.address).await;
    raw.say(&format!("GET {path} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n")).await;
    let head = raw.head().await;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_else(|| panic!("no status: {head}")), raw.hung_up().await)
}

/// What becomes of a viewer's socket that says to be done as soon as it is open.
async fn socket(server: &TestServer, headers: &str) -> (u16, String) {
    let (mut raw, head) = Raw::ask(server.address, "/view/lobby/blob?session=s", headers).await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    raw.frame(0x88, &1000_u16.to_be_bytes()).await;
    raw.closed_with().await
}

async fn assert_refused(server: &TestServer, headers: &str, what: &str) {
    for path in ["/", "/streams", "/page.html", "/blobcast/page.html"] {
        let (status, said) = get(server, path, headers).await;
        assert_eq!(status, 403, "{path} {headers}");
        assert!(said.starts_with(what) && said.contains("--open"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    // A page that had a relay hears from it why it has none any more.
    let (code, said) = socket(server, headers).await;
    assert_eq!(code, 4403, "{said}");
    assert!(said.starts_with(what) && said.ends_with("--open"), "{said}");
    assert_eq!(get(server, "/healthz", headers).await, (200, "ok".into()));
}

async fn assert_served(server: &TestServer, headers: &str) {
    for path in ["/streams", "/page.html", "/blobcast/page.html"] {
        assert_eq!(get(server, path, headers).await.0, 200, "{path} {headers}");
    }
    assert_eq!(socket(server, headers).await.0, 1000, "{headers}");
}

/// A relay with all that it can serve; it serves that as long as the folder is there.
async fn relay(config: Config) -> (TestServer, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("page.html"), "a page").unwrap();
    let here = || Some(folder.path().to_owned());
    let config = Config { public_list: true, public_view: true, www: here(), package: here(), ..config };
    (TestServer::with(config).await, folder)
}

#[tokio::test]
async fn a_page_whose_host_name_points_here_gets_nothing() {
    let (server, _folder) = relay(Config::default()).await;
    for host in ["evil.com", "evil.com:8080", "192.168.0.7:8080"] {
        let rebound = format!("Host: {host}\r\nOrigin: http://{host}\r\n");
        assert_refused(&server, &rebound, "host refused").await;
    }
    for host in ["localhost", "localhost:5173", "demo.localhost:1", "127.0.0.1:8080", "[::1]:8080"] {
        assert_served(&server, &format!("Host: {host}\r\nOrigin: http://{host}\r\n")).await;
    }
    let refused = r#"blobcast_refused_sockets_total{role="view",reason="host"}"#;
    assert_eq!(server.metric(refused).await, 3);
}

#[tokio::test]
async fn a_proxy_that_the_relay_was_not_told_of_gets_nothing() {
    let (server, _folder) = relay(Config::default()).await;
    for forwarded in
        ["X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 127.0.0.1, 192.0.2.1", "Forwarded: for=192.0.2.1"]
    {
        assert_refused(&server, &format!("Host: localhost\r\n{forwarded}\r\n"), "proxy refused").await;
    }
    // A dev server that asks for a page of this machine.
    assert_served(&server, "Host: localhost:3000\r\nX-Forwarded-For: ::1\r\n").await;
}

#[tokio::test]
async fn a_relay_that_is_meant_for_others_has_any_name() {
    let secret = Secret::new();
    for (open, token_secret) in [(true, None), (false, secret.file())] {
        let (server, _folder) = relay(Config { open, token_secret, ..Config::default() }).await;
        assert_served(&server, "Host: live.example.com\r\n").await;
        assert_served(&server, "Host: live.example.com\r\nX-Forwarded-For: 192.0.2.1\r\n").await;
    }
}

#[tokio::test]
async fn the_operators_port_is_for_this_machine_too() {
    let server = TestServer::start().await;
    for path in ["/streams", "/metrics", "/healthz"] {
        let (head, said) = server.administer_as("evil.com:9090", path).await;
        assert!(head.starts_with("http/1.1 403"), "{path}: {head}");
        assert!(said.starts_with("host refused"), "{said}");
        assert!(server.administer_as("localhost:9090", path).await.0.starts_with("http/1.1 200"), "{path}");
    }
}
