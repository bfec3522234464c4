//! Who may do what.

use crate::common::{
    Broadcaster, ClientSocket, Secret, TestServer, now,
    secret::{bearing, seconds},
};
use blobcast_relay::{Config, Server};
use blobcast_wire::{SUBPROTOCOL, Text};
use serde_json::json;
use std::time::Duration;

async fn server(secret: &Secret) -> TestServer {
    TestServer::with(Config { token_secret: secret.file(), ..Config::default() }).await
}

/// Opens a socket with these protocols.
async fn open(server: &TestServer, path: &str, offers: &str) -> ClientSocket {
    ClientSocket::open_with(server, path, &[("sec-websocket-protocol", offers)]).await
}

/// A socket is in when its ping is answered.
async fn assert_in(mut socket: ClientSocket) {
    socket.send_text(r#"{"type":"ping","t":1}"#).await;
    socket.text_like(|text| matches!(text, Text::Pong { .. })).await;
}

#[tokio::test]
async fn a_token_lets_in_to_its_names_and_roles() {
    let secret = Secret::new();
    let server = server(&secret).await;
    let view = secret.token("lobby", "view");
    let publish = secret.token("lobby", "publish");
    let school =
        secret.sign(&json!({ "name": "school/*", "role": ["publish", "view"], "exp": seconds() + 60 }));
    for (path, token) in [
        ("/view/lobby/blob?session=s", &view),
        ("/publish/lobby/blob?session=s", &publish),
        ("/view/school/1/blob?session=s", &school),
        ("/publish/school/1/2/blob?session=s", &school),
    ] {
        assert_in(open(&server, path, &bearing(token)).await).await;
        // For clients that cannot name protocols.
        assert_in(open(&server, &format!("{path}&token={token}"), SUBPROTOCOL).await).await;
    }
    for (path, token, reason) in [
        ("/view/lobby/blob?session=s", &publish, "the token does not permit this"),
        ("/publish/lobby/chunk?session=s", &view, "the token does not permit this"),
        ("/view/other/blob?session=s", &view, "the token is for another name"),
        ("/view/school/blob?session=s", &school, "the token is for another name"),
    ] {
        let (code, said) = open(&server, path, &bearing(token)).await.closed().await;
        assert_eq!(code, 4401, "{path}");
        assert!(said.starts_with(reason), "{path}: {said}");
    }
}

#[tokio::test]
async fn a_token_that_is_none_or_not_good_any_more_is_refused() {
    let secret = Secret::new();
    let server = server(&secret).await;
    let good = secret.token("lobby", "view");
    let [head, claims, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let more = secret.sign(&json!({ "name": "lobby", "role": ["publish", "view"], "exp": seconds() + 60 }));
    let other_claims = format!("{head}.{}.{signature}", more.split('.').nth(1).unwrap());
    // {"alg":"none"}
    let unsigned = format!("eyJhbGciOiJub25lIn0.{claims}.");
    for (offers, reason) in [
        (SUBPROTOCOL.to_owned(), "this relay asks for a token"),
        (bearing(""), "the token was not made with this relay's key"),
        (bearing(&good[1..]), "the token was not made with this relay's key"),
        (bearing(&other_claims), "the token was not made with this relay's key"),
        (bearing(&unsigned), "the token was not made with this relay's key"),
        (bearing(&secret.token_until("lobby", "view", seconds() - 1)), "the token has expired"),
        (
            bearing(&secret.sign(&json!({ "name": "lobby", "role": "view" }))),
            "the token lacks what the relay asks for",
        ),
        (
            bearing(&secret.sign(&json!({ "name": "*", "role": "view", "exp": seconds() + 60 }))),
            "the token lacks",
        ),
    ] {
        let (code, said) = open(&server, "/view/lobby/blob?session=s", &offers).await.closed().await;
        assert_eq!(code, 4401, "{offers}");
        assert!(said.starts_with(reason), "{offers}: {said}");
    }
    server.until_empty().await;
}

#[tokio::test]
async fn with_public_view_only_broadcasters_need_one() {
    let secret = Secret::new();
    let config = Config { token_secret: secret.file(), public_view: true, ..Config::default() };
    let server = TestServer::with(config).await;
    assert_in(open(&server, "/view/lobby/blob?session=s", SUBPROTOCOL).await).await;
    assert_eq!(open(&server, "/publish/lobby/blob?session=s", SUBPROTOCOL).await.closed().await.0, 4401);
    let publish = bearing(&secret.token("lobby", "publish"));
    assert_in(open(&server, "/publish/lobby/blob?session=s", &publish).await).await;
}

/// The token counts when the socket opens. With `--enforce-exp` the broadcaster has to show a fresh one, and nothing is lost.
#[tokio::test]
async fn a_token_that_expires_closes_a_socket_only_where_that_is_asked_for() {
    let secret = Secret::new();
    for enforce_exp in [false, true] {
        let config = Config { token_secret: secret.file(), enforce_exp, ..Config::default() };
        let server = TestServer::with(config).await;
        let exp = seconds() + 2;
        let short = bearing(&secret.token_until("lobby", "publish", exp));
        let blob = open(&server, "/publish/lobby/blob?session=b", &short).await;
        let chunk = open(&server, "/publish/lobby/chunk?session=b", &short).await;
        let mut broadcaster = Broadcaster { blob, chunk };
        let watching = bearing(&secret.token_until("lobby", "view", exp));
        let mut viewer = open(&server, "/view/lobby/blob?session=v", &watching).await;
        let _partner =
            open(&server, "/view/lobby/chunk?session=v", &bearing(&secret.token("lobby", "view"))).await;
        let segment = now();
        broadcaster.begin(segment, "head").await;
        broadcaster.until_have(segment, 1).await;
        if enforce_exp {
            let expired = (4401, "the token has expired: get a new one".to_owned());
            assert_eq!(broadcaster.chunk.closed().await, expired);
            assert_eq!(broadcaster.blob.closed().await, expired);
            assert_eq!(viewer.closed().await.0, 4401);
            assert!(seconds() >= exp);
            let fresh = bearing(&secret.token("lobby", "publish"));
            let blob = open(&server, "/publish/lobby/blob?session=b", &fresh).await;
            let chunk = open(&server, "/publish/lobby/chunk?session=b", &fresh).await;
            broadcaster = Broadcaster { blob, chunk };
            broadcaster.until_have(segment, 1).await;
        } else {
            tokio::time::sleep(Duration::from_secs(exp + 1 - seconds())).await;
            assert!(seconds() > exp);
            assert_in(viewer).await;
        }
        broadcaster.chunk(segment, 1, "-one").await;
        broadcaster.until_have(segment, 2).await;
    }
}

#[tokio::test]
async fn an_open_relay_that_others_reach_does_not_start_unless_that_is_said() {
    let anywhere = Config { listen: "0.0.0.0:0".parse().unwrap(), ..Config::default() };
    let proxied = Config { trust_proxy: vec!["127.0.0.1".parse().unwrap()], ..Config::default() };
    for config in [anywhere, proxied] {
        let error = Server::bind(&config).await.err().unwrap().to_string();
        assert!(error.contains("--token-secret FILE") && error.contains("--open"), "{error}");
        let secret = Secret::new();
        for config in
            [Config { open: true, ..config.clone() }, Config { token_secret: secret.file(), ..config }]
        {
            assert!(Server::bind(&config).await.is_ok());
        }
    }
}
