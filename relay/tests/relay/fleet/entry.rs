//! What a broker has to be like, and what lets a relay in.

use crate::common::{Broadcaster, Nats, Operator, Pair, TestServer, Viewer, now};
use blobcast_relay::{Config, FleetOptions, Limits, Server};
use std::{fs, path::PathBuf};

#[tokio::test]
async fn a_broker_that_takes_no_large_messages_is_told_of_at_the_start() {
    let nats = Nats::taking(1 << 20).await;
    let error = Server::bind(&nats.config()).await.unwrap_err().to_string();
    assert!(error.contains("1048576 bytes") && error.contains("max_payload"), "{error}");
    assert!(error.contains("--max-message-bytes 1048064"), "{error}");
    let limits = Limits { max_message_bytes: 1_048_064, ..Limits::DEFAULT };
    Server::bind(&Config { limits, ..nats.config() }).await.unwrap();
}

#[tokio::test]
async fn a_broker_that_is_not_there_is_told_of_at_the_start() {
    let mut nats = Nats::start().await;
    nats.kill().await;
    let error = Server::bind(&nats.config()).await.unwrap_err().to_string();
    assert!(error.contains("--nats"), "{error}");
}

/// What a relay is told that gets to the broker in another way.
fn by(nats: &Nats, change: impl FnOnce(&mut FleetOptions)) -> Config {
    let mut config = nats.config();
    change(&mut config.fleet);
    config
}

/// Two such relays share a broadcast.
async fn assert_shared(config: Config) {
    let (here, there) = (TestServer::with(config.clone()).await, TestServer::with(config.clone()).await);
    let mut viewer = Viewer::open(&there, "lobby", "v").await;
    let mut broadcaster = Broadcaster::open(&here, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    viewer.until_rebuilt(segment, b"head", None).await;
    // It is in the stream.
    let elsewhere = TestServer::with(config).await;
    let mut newcomer = Viewer::open(&elsewhere, "lobby", "n").await;
    newcomer.until_rebuilt(segment, b"head", None).await;
}

/// Why a relay does not start.
async fn refusal(config: Config) -> String {
    Server::bind(&config).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_sealed_broker_is_believed_by_its_certificate() {
    let pair = Pair::new();
    let tls = format!(
        "tls {{ cert_file: \"{}\", key_file: \"{}\" }}\n",
        pair.cert().display(),
        pair.key().display()
    );
    let nats = Nats::with(&tls).await;
    let sealed = |ca: Option<PathBuf>| {
        by(&nats, |fleet| {
            fleet.nats = vec![format!("tls://{}", nats.address())];
            fleet.nats_ca = ca;
        })
    };
    assert_shared(sealed(Some(pair.cert()))).await;
    let stranger = Pair::new();
    for other in [None, Some(stranger.cert())] {
        let error = refusal(sealed(other)).await;
        assert!(error.contains("not believed") && error.contains("--nats-ca"), "{error}");
    }
    let none = refusal(sealed(Some("/nowhere".into()))).await;
    assert!(none.contains("--nats-ca") && none.contains("/nowhere"), "{none}");
}

#[tokio::test]
async fn a_broker_that_asks_for_a_password_lets_in_who_has_it() {
    let nats = Nats::with("authorization { user: relay, password: s3cret }\n").await;
    let with = |who: &str| by(&nats, |fleet| fleet.nats = vec![format!("nats://{who}{}", nats.address())]);
    assert_shared(with("relay:s3cret@")).await;
    for who in ["", "relay:wr0ng@"] {
        let error = refusal(with(who)).await;
        assert!(
            error.contains("do not let this relay in") && error.contains("--nats-credentials"),
            "{error}"
        );
        assert!(!error.contains("wr0ng"), "a secret is said: {error}");
    }
}

#[tokio::test]
async fn a_broker_with_an_operator_lets_in_who_has_credentials() {
    let operator = Operator::new();
    let nats = Nats::with(&operator.configuration).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("relay.creds");
    let config = by(&nats, |fleet| fleet.nats_credentials = Some(file.clone()));
    let none = refusal(config.clone()).await;
    assert!(none.contains("relay.creds") && none.contains("--nats-credentials"), "{none}");
    fs::write(&file, operator.credentials()).unwrap();
    assert_shared(config.clone()).await;
    fs::write(&file, Operator::new().credentials()).unwrap();
    for config in [config.clone(), nats.config()] {
        let error = refusal(config).await;
        assert!(error.contains("do not let this relay in"), "{error}");
    }
    fs::write(&file, "-----BEGIN NATS USER JWT-----").unwrap();
    let error = refusal(config).await;
    assert!(error.contains("relay.creds") && error.contains("nsc generate creds"), "{error}");
}
