//! The relay as a program of its own, which can be killed.

use super::soon;
use serde_json::Value;
use std::{net::SocketAddr, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// The program, to be given arguments and run. It does not outlive its handle.
pub(crate) fn relay() -> Command {
    let mut relay = Command::new(env!("CARGO_BIN_EXE_blobcast-relay"));
    relay.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    relay
}

/// A relay that runs.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Program {
    /// Starts one, and waits until it listens.
    pub(crate) async fn start(listen: &str) -> Self {
        let mut child = relay().args(["--listen", listen]).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        soon("the line", out.read_line(&mut line)).await.unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        let address = line["listening"].as_str().unwrap().parse().unwrap();
        Self { child, address }
    }

    /// Ends it without a word, by SIGKILL.
    pub(crate) async fn kill(mut self) {
        soon("its end", self.child.kill()).await.unwrap();
    }
}
