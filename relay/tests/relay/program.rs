//! The program itself.

use crate::common::{relay, soon};
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
