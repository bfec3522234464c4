//! More connections than a relay likes.

use crate::common::{ClientSocket, Program, Raw, relay, soon};
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
    let mut other = ClientSocket::connect(program.address, "/view/lobby/blob?session=w").await.unwrap();
    assert_serves(&mut other).await;
    // And none of the others stays.
    for silent in &mut crowd {
        assert_eq!(silent.hung_up().await, "");
    }
}

#[tokio::test]
async fn without_descriptors_it_waits_says_so_once_and_goes_on() {
    let few = format!("ulimit -n 40; exec {} --listen 127.0.0.1:0", env!("CARGO_BIN_EXE_blobcast-relay"));
    let program = Program::run(Command::new("sh").args(["-c", &few])).await;
    let mut viewer = ClientSocket::connect(program.address, "/view/lobby/blob?session=v").await.unwrap();
    let mut crowd = Vec::new();
    for _ in 0..80 {
        // The system accepts them; the relay cannot.
        crowd.push(TcpStream::connect(program.address).await.unwrap());
    }
    assert_serves(&mut viewer).await;
    drop(crowd);
    soon("a newcomer", async {
        while program.get("/healthz").await.1 != "ok" {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_serves(&mut viewer).await;
    program.terminate().await;
    let log = program.ended().await;
    assert_eq!(log.matches("no connection can be accepted for now").count(), 1, "{log}");
}
