//! A real broker on a port and in a folder of its own.

use super::soon;
use blobcast_relay::{Config, FleetOptions, Limits};
use std::{fs, net::TcpListener, process::Stdio, time::Duration};
use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    process::{Child, Command},
    time::sleep,
};

/// A nats-server with JetStream. Dropping it ends it.
pub(crate) struct Nats {
    port: u16,
    folder: TempDir,
    child: Child,
}

impl Nats {
    /// One that takes messages as large as the protocol has.
    pub(crate) async fn start() -> Self {
        Self::taking(9 << 20).await
    }

    /// One that takes messages of so many bytes.
    pub(crate) async fn taking(max_payload: usize) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display();
        let configuration = format!(
            "listen: \"127.0.0.1:{port}\"\nmax_payload: {max_payload}\n\
             jetstream {{ store_dir: \"{path}\", max_mem: 1GB, max_file: 0 }}\n"
        );
        fs::write(folder.path().join("nats.conf"), configuration).unwrap();
        let child = run(&folder, port).await;
        Self { port, folder, child }
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// What a relay of its fleet is told; with the limits of tests, which are hasty.
    pub(crate) fn config(&self) -> Config {
        let limits =
            Limits { max_segments_per_second: u32::MAX, max_bytes_per_second: u64::MAX, ..Limits::DEFAULT };
        let fleet =
            FleetOptions { nats: vec![self.url()], nats_stream_bytes: 64 << 20, ..FleetOptions::default() };
        Config { limits, fleet, ..Config::default() }
    }

    /// Kills it. What it had in memory is lost.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Starts it again, where it was.
    pub(crate) async fn restart(&mut self) {
        self.child = run(&self.folder, self.port).await;
    }
}

/// Runs the configuration of this folder, and waits until the port is there.
pub(crate) async fn run(folder: &TempDir, port: u16) -> Child {
    let mut command = Command::new("nats-server");
    command.arg("-c").arg(folder.path().join("nats.conf")).arg("-l").arg(folder.path().join("log"));
    command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().unwrap_or_else(|error| {
        panic!(
            "nats-server cannot be started ({error}): install it, with Debian by apt-get install nats-server"
        )
    });
    soon("the broker", async {
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            let ended = child.try_wait().unwrap();
            assert!(
                ended.is_none(),
                "nats-server ended: {:?}",
                fs::read_to_string(folder.path().join("log"))
            );
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    child
}
