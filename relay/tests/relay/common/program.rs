//! The relay as a program of its own, which can be killed.

use super::{request, soon};
use serde_json::Value;
use std::{net::SocketAddr, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::watch,
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
    pub(crate) url: String,
    /// What it has logged; closed when it has ended.
    log: watch::Receiver<String>,
}

impl Program {
    /// Starts one for broadcasters who are faster than in real life, and waits until it listens.
    pub(crate) async fn start(listen: &str) -> Self {
        let hasty = ["--max-segments-per-second", "1000000", "--max-bytes-per-second", "1000000000"];
        Self::run(relay().args(["--listen", listen]).args(hasty)).await
    }

    /// Runs this one, and waits until it listens.
    pub(crate) async fn run(command: &mut Command) -> Self {
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut errors = BufReader::new(child.stderr.take().unwrap()).lines();
        let (logs, log) = watch::channel(String::new());
        tokio::spawn(async move {
            while let Some(line) = errors.next_line().await.unwrap() {
                logs.send_modify(|text| *text += &(line + "\n"));
            }
        });
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        soon("the line", out.read_line(&mut line)).await.unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        let address = line["listening"].as_str().unwrap().parse().unwrap();
        let url = line["url"].as_str().unwrap().to_owned();
        Self { child, address, url, log }
    }

    /// How much memory it has, bytes.
    pub(crate) fn memory(&self) -> usize {
        memory(self.child.id().unwrap())
    }

    /// Ends it without a word, by SIGKILL.
    pub(crate) async fn kill(mut self) {
        soon("its end", self.child.kill()).await.unwrap();
    }

    /// Asks it to end.
    pub(crate) async fn terminate(&self) {
        self.signal("-TERM").await;
    }

    pub(crate) async fn signal(&self, signal: &str) {
        let pid = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().await.unwrap().success());
    }

    /// Waits until it has logged something.
    pub(crate) async fn until_logged(&mut self, text: &str) {
        soon("a line of the log", self.log.wait_for(|log| log.contains(text))).await.unwrap();
    }

    /// Where its operator's pages are.
    pub(crate) async fn admin(&mut self) -> SocketAddr {
        self.until_logged("/metrics").await;
        let log = self.log.borrow();
        let (_, rest) = log.split_once("metrics are at http://").unwrap();
        rest.split_once('/').unwrap().0.parse().unwrap()
    }

    /// Waits until it has ended well; what it logged.
    pub(crate) async fn ended(mut self) -> String {
        let status = soon("its end", self.child.wait()).await.unwrap();
        assert_eq!(status.code(), Some(0));
        soon("its log", async { while self.log.changed().await.is_ok() {} }).await;
        self.log.borrow().clone()
    }

    pub(crate) async fn get(&self, path: &str) -> (String, String) {
        request(self.address, "GET", path, "").await
    }
}

/// How much memory a process has, bytes. <https://man7.org/linux/man-pages/man5/proc_pid_status.5.html>
pub(super) fn memory(process: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() << 10
}
