//! More connections than a relay likes.

use crate::common::{ClientSocket, Heard, Program, Raw, relay, soon};
use blobcast_wire::Text;
use std::time::{Duration, Instant};
use tokio::{net::TcpStream, process::Command, time::sleep};

/// As many as there are descriptors for, and as come in the time that a test may take, up to this.
const CROWD: usize = 10_000;
const COMING: Duration = Duration::from_secs(4);

async fn assert_serves(socket: &mut ClientSocket) {
    socket.send_text(r#"{"type":"ping","t":1}"#).await;
    socket.text_like(|text| matches!(text, Text::Pong { .. })).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_connections_that_say_nothing() {
    let program = Program::run(relay().args([
        "--listen",
        "127.0.0.1:0",
        "--max-connections-per-address",
        "20000",
        "--handshake-time",
        "3s",
    ]))
    .await;
    let mut viewer = ClientSocket::connect(program.address, "/view/lobby/blob?session=v").await.unwrap();
    let _partner = ClientSocket::connect(program.address, "/view/lobby/chunk?session=v").await.unwrap();
    let began = Instant::now();
    let mut crowd = Vec::with_capacity(CROWD);
    while crowd.len() < CROWD && began.elapsed() < COMING {
        match TcpStream::connect(program.address).await {
            Ok(tcp) => crowd.push(Raw(tcp)),
            // This process has no more of them.
            Err(_) => break,
        }
    }
    let some = crowd.len() / 10;
    crowd.truncate(crowd.len() - some);
    eprintln!("{} connections within {:?}", crowd.len(), began.elapsed());
    assert!(crowd.len() > 500, "only {} connections", crowd.len());
    // Those who are here, and those who come, are served meanwhile.
    assert_serves(&mut viewer).await;
    comes_in(&program).await;
    // And none of the others stays.
    for silent in &mut crowd {
        assert_eq!(silent.hung_up().await, "");
    }
}

/// A relay that may have so few descriptors.
async fn with_few(count: u32) -> Program {
    let few =
        format!("ulimit -n {count}; exec {} --listen 127.0.0.1:0", env!("CARGO_BIN_EXE_blobcast-relay"));
    Program::run(Command::new("sh").args(["-c", &few])).await
}

async fn socket(program: &Program, number: usize) -> ClientSocket {
    let path = format!("/view/lobby/blob?session=v{number}");
    ClientSocket::connect(program.address, &path).await.unwrap()
}

/// Waits until a newcomer is served.
async fn comes_in(program: &Program) {
    let is_served = async || {
        let Ok(mut newcomer) = ClientSocket::connect(program.address, "/view/lobby/blob?session=w").await
        else {
            return false;
        };
        newcomer.send_text(r#"{"type":"ping","t":1}"#).await;
        matches!(newcomer.next().await, Heard::Text(_))
    };
    soon("a newcomer", async {
        while !is_served().await {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn when_hardly_a_descriptor_is_left_newcomers_are_told_and_come_in_when_others_have_gone() {
    let program = with_few(40).await;
    let mut viewers = Vec::new();
    let (code, reason) = loop {
        let mut next = socket(&program, viewers.len()).await;
        next.send_text(r#"{"type":"ping","t":1}"#).await;
        match next.next().await {
            Heard::Closed(code, reason) => break (code, reason),
            _ => viewers.push(next),
        }
    };
    assert_eq!(code, 4429, "{reason}");
    assert_eq!(reason, "10 s: the relay has as many connections as its system lets it have (ulimit -n)");
    assert!((10..32).contains(&viewers.len()), "{} came in", viewers.len());
    let mut page = Raw(TcpStream::connect(program.address).await.unwrap());
    page.say("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let head = page.head().await;
    assert!(head.starts_with("HTTP/1.1 200"), "who asks only is answered: {head}");
    assert!(head.contains("connection: close"), "later there may be room, for another connection: {head}");
    assert_eq!(page.hung_up().await, "ok");
    for viewer in &mut viewers {
        assert_serves(viewer).await;
    }
    viewers.truncate(5);
    comes_in(&program).await;
}

#[tokio::test]
async fn without_descriptors_it_drops_newcomers_says_so_once_and_goes_on() {
    let program = with_few(40).await;
    let mut viewer = socket(&program, 0).await;
    let mut crowd = Vec::new();
    for _ in 0..80 {
        crowd.push(Raw(TcpStream::connect(program.address).await.unwrap()));
    }
    assert_serves(&mut viewer).await;
    // Before the time for a request is over.
    assert_eq!(crowd.last_mut().unwrap().hung_up().await, "");
    drop(crowd);
    comes_in(&program).await;
    assert_serves(&mut viewer).await;
    program.terminate().await;
    let log = program.ended().await;
    assert_eq!(log.matches("no connection can be accepted for now").count(), 1, "{log}");
}
