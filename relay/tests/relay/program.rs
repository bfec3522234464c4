//! The program itself.

use crate::common::{ClientSocket, Program, Secret, relay, secret::bearing, soon};
use serde_json::Value;
use std::net::TcpListener;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::Command,
};

#[tokio::test]
async fn it_prints_one_line_of_json_and_ends_well_at_sigterm() {
    let mut child = relay().args(["--listen", "127.0.0.1:0"]).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    soon("the line", out.read_line(&mut line)).await.unwrap();
    let line: Value = serde_json::from_str(&line).unwrap();
    let listening = line["listening"].as_str().unwrap();
    assert!(!listening.ends_with(":0"), "{listening}");
    assert_eq!(line["url"], format!("http://{listening}/"));
    assert_eq!(line.as_object().unwrap().len(), 2);
    drop(tokio::net::TcpStream::connect(listening).await.unwrap());
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    let status = soon("its end", child.wait()).await.unwrap();
    assert_eq!(status.code(), Some(0));
    let mut rest = String::new();
    out.read_to_string(&mut rest).await.unwrap();
    assert_eq!(rest, "", "logs go to stderr");
}

#[tokio::test]
async fn a_port_that_is_taken_is_one_clear_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = soon("its end", relay().args(["--listen", &address]).output()).await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let expected = format!(
        "blobcast-relay: {address} is taken by another program: choose another port with --listen 127.0.0.1:PORT\n"
    );
    assert_eq!(String::from_utf8(output.stderr).unwrap(), expected);
}

#[tokio::test]
async fn the_environment_says_the_same_as_flags() {
    let mut child = relay()
        .env("BLOBCAST_LISTEN", "[::1]:0")
        .env("BLOBCAST_ALLOW_ORIGIN", "https://a.com,https://b.com")
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    soon("the line", out.read_line(&mut line)).await.unwrap();
    assert!(line.starts_with(r#"{"listening":"[::1]:"#), "{line}");
    let output = relay().env("BLOBCAST_ALLOW_ORIGIN", "a.com").output().await.unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("an origin is a scheme, a host and perhaps a port"), "{error}");
}

#[tokio::test]
async fn while_it_drains_it_is_not_ready_and_then_everybody_is_told_to_come_back() {
    let program = Program::run(relay().args(["--listen", "127.0.0.1:0", "--drain-time", "1s"])).await;
    assert!(program.get("/readyz").await.0.starts_with("http/1.1 200"));
    let mut viewer = ClientSocket::connect(program.address, "/view/lobby/blob?session=v").await.unwrap();
    program.terminate().await;
    soon("the end of being ready", async {
        while !program.get("/readyz").await.0.starts_with("http/1.1 503") {}
    })
    .await;
    assert_eq!(program.get("/healthz").await.1, "ok", "it still serves");
    viewer.send_text(r#"{"type":"ping","t":1}"#).await;
    viewer.text().await;
    assert_eq!(viewer.closed().await, (1012, "the relay restarts: connect again".into()));
    program.ended().await;
}

#[tokio::test]
async fn it_makes_the_tokens_that_it_takes() {
    let secret = Secret::new();
    let file = secret.file().unwrap();
    let program = Program::run(relay().args(["--listen", "127.0.0.1:0", "--token-secret"]).arg(&file)).await;
    let made = relay()
        .args([
            "token",
            "--name",
            "school/*",
            "--role",
            "publish",
            "--role",
            "view",
            "--ttl",
            "1m",
            "--token-secret",
        ])
        .arg(&file)
        .output()
        .await
        .unwrap();
    let token = String::from_utf8(made.stdout).unwrap();
    let token = token.strip_suffix('\n').unwrap();
    for path in ["/publish/school/1/blob?session=b", "/view/school/1/blob?session=v"] {
        let headers = [("sec-websocket-protocol", &*bearing(token))];
        let mut socket = ClientSocket::try_open(program.address, path, &headers).await.unwrap();
        socket.send_text(r#"{"type":"ping","t":1}"#).await;
        socket.text().await;
    }
    let keyless = relay().args(["token", "--name", "lobby", "--role", "view"]).output().await.unwrap();
    assert!(!keyless.status.success());
    let error = String::from_utf8(keyless.stderr).unwrap();
    assert!(error.contains("--token-secret <FILE>"), "{error}");
}

#[tokio::test]
async fn an_open_relay_for_others_is_refused_in_one_clear_sentence() {
    let output = relay().args(["--listen", "0.0.0.0:0"]).output().await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with("blobcast-relay: others would reach 0.0.0.0:0"), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    let open = Program::run(relay().args(["--listen", "0.0.0.0:0", "--open"])).await;
    open.terminate().await;
    let log = open.ended().await;
    assert_eq!(log.matches("may publish and view").count(), 1, "{log}");
}

#[tokio::test]
async fn a_flag_in_the_environment_may_be_yes_or_no() {
    for (said, is_started) in [("1", true), ("true", true), ("no", false), ("0", false)] {
        let mut child = relay().args(["--listen", "0.0.0.0:0"]).env("BLOBCAST_OPEN", said).spawn().unwrap();
        let mut line = String::new();
        soon("a line or the end", BufReader::new(child.stdout.take().unwrap()).read_line(&mut line))
            .await
            .unwrap();
        assert_eq!(line.contains("listening"), is_started, "{said}");
    }
}
