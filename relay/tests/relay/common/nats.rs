//! Real brokers on ports and in folders of their own.

use super::{program::memory, request, soon};
use async_nats::{
    HeaderMap,
    header::NATS_ROLLUP,
    jetstream::{self, stream::Info},
};
use blobcast_relay::{Config, FleetOptions, Limits};
use serde_json::Value;
use std::{
    fs,
    net::{SocketAddr, TcpListener},
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    process::{Child, Command},
    time::{sleep, timeout},
};

/// A nats-server with JetStream. Dropping it ends it.
pub(crate) struct Nats {
    port: u16,
    /// Where it says how it is.
    monitor: u16,
    folder: TempDir,
    child: Child,
}

impl Nats {
    /// One that takes messages as large as the protocol has.
    pub(crate) async fn start() -> Self {
        Self::with("").await
    }

    /// One that takes messages of so many bytes.
    pub(crate) async fn taking(max_payload: usize) -> Self {
        Self::with(&format!("max_payload: {max_payload}\n")).await
    }

    /// One with more lines of configuration.
    pub(crate) async fn with(lines: &str) -> Self {
        let [port, monitor] = ports();
        Self::run(port, monitor, lines).await
    }

    /// Three that are one cluster, named by their place here.
    pub(crate) async fn cluster() -> [Self; 3] {
        let (all, routes) = ([ports::<2>(), ports(), ports()], ports::<3>());
        let list = routes.map(|port| format!("nats://127.0.0.1:{port}")).join(", ");
        let mut cluster = Vec::new();
        for (number, [port, monitor]) in all.into_iter().enumerate() {
            let lines = format!(
                "server_name: \"{number}\"\n\
                 cluster {{ name: fleet, listen: \"127.0.0.1:{}\", routes: [{list}] }}\n",
                routes[number]
            );
            cluster.push(Self::run(port, monitor, &lines).await);
        }
        let cluster: [Self; 3] = cluster.try_into().unwrap_or_else(|_| unreachable!());
        soon("the cluster", async {
            while !cluster[0].knows_all().await
                && !cluster[1].knows_all().await
                && !cluster[2].knows_all().await
            {
                sleep(Duration::from_millis(50)).await;
            }
        })
        .await;
        cluster
    }

    /// Whether it leads, and the other two follow.
    async fn knows_all(&self) -> bool {
        let page = self.page("/jsz").await;
        let follow = page["meta_cluster"]["replicas"].as_array().into_iter().flatten();
        follow.filter(|peer| peer["current"] == true).count() == 2
    }

    async fn run(port: u16, monitor: u16, lines: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display();
        let large = if lines.contains("max_payload") { "" } else { "max_payload: 9MB\n" };
        let configuration = format!(
            "listen: \"127.0.0.1:{port}\"\nhttp: \"127.0.0.1:{monitor}\"\n{large}\
             jetstream {{ store_dir: \"{path}\", max_mem: 1GB, max_file: 0 }}\n{lines}"
        );
        fs::write(folder.path().join("nats.conf"), configuration).unwrap();
        let child = run(&folder, port).await;
        Self { port, monitor, folder, child }
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://{}", self.address())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// What a relay of its fleet is told; with the limits of tests, which are hasty.
    pub(crate) fn config(&self) -> Config {
        Self::config_of(&[self])
    }

    /// The same for several servers of one cluster, which all keep what one has to keep.
    pub(crate) fn config_of(servers: &[&Self]) -> Config {
        let limits =
            Limits { max_segments_per_second: u32::MAX, max_bytes_per_second: u64::MAX, ..Limits::DEFAULT };
        let fleet = FleetOptions {
            nats: servers.iter().map(|nats| nats.url()).collect(),
            nats_stream_bytes: 64 << 20,
            nats_replicas: servers.len() as u8,
            ..FleetOptions::default()
        };
        Config { limits, fleet, ..Config::default() }
    }

    /// What the relays' stream says of itself; `None` if it does not.
    pub(crate) async fn stream(&self) -> Option<Info> {
        let asked = async {
            let client = async_nats::connect(self.url()).await.ok()?;
            let stream = jetstream::new(client).get_stream("BLOBCAST").await.ok()?;
            Some(stream.cached_info().clone())
        };
        timeout(Duration::from_secs(1), asked).await.ok().flatten()
    }

    /// Waits until it says something.
    pub(crate) async fn until_stream(&self, is_so: impl Fn(&Info) -> bool) {
        soon("the stream", async {
            while !self.stream().await.is_some_and(|info| is_so(&info)) {
                sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
    }

    /// Takes the relays' stream away.
    pub(crate) async fn delete_stream(&self) {
        let client = async_nats::connect(self.url()).await.unwrap();
        jetstream::new(client).delete_stream("BLOBCAST").await.unwrap();
    }

    /// Puts a message into the relays' stream that takes away what is there of a name.
    pub(crate) async fn roll_up(&self, name: &str, headers: &[(&str, &str)]) {
        let context = jetstream::new(async_nats::connect(self.url()).await.unwrap());
        let mut map = HeaderMap::new();
        headers.iter().for_each(|&(name, value)| map.insert(name, value));
        map.insert(NATS_ROLLUP, "sub");
        let subject = format!("blobcast.live.{name}");
        let stored = context.publish_with_headers(subject, map, "".into()).await.unwrap();
        soon("the stream's answer", stored.into_future()).await.unwrap();
    }

    /// A page of its monitoring. <https://docs.nats.io/running-a-nats-service/nats_admin/monitoring>
    pub(crate) async fn page(&self, path: &str) -> Value {
        let monitor = SocketAddr::from(([127, 0, 0, 1], self.monitor));
        let (head, body) = request(monitor, "GET", path, "").await;
        let body = if head.contains("transfer-encoding: chunked") { joined(&body) } else { body };
        serde_json::from_str(&body).unwrap()
    }

    /// How much memory it has, bytes.
    pub(crate) fn memory(&self) -> usize {
        memory(self.child.id().unwrap())
    }

    /// Kills it. What it had in memory is lost.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Starts it again, where it was.
    pub(crate) async fn restart(&mut self) {
        self.child = run(&self.folder, self.port).await;
    }

    /// Has it stand still, or go on.
    pub(crate) async fn signal(&self, signal: &str) {
        let pid = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().await.unwrap().success());
    }
}

/// Ports that are free. Of those from 32768 on any may be taken a moment later: the system gives them to whoever connects.
fn ports<const N: usize>() -> [u16; N] {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    let first = std::process::id().wrapping_mul(101);
    std::array::from_fn(|_| {
        loop {
            let next = first.wrapping_add(TRIED.fetch_add(1, Ordering::Relaxed));
            let port = 20_000 + (next % 12_000) as u16;
            if TcpListener::bind(("127.0.0.1", port)).is_ok() {
                return port;
            }
        }
    })
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

/// What came in chunks. <https://www.rfc-editor.org/rfc/rfc9112#name-chunked-transfer-coding>
fn joined(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        whole += &rest[..size];
        body = rest[size..].trim_start();
    }
    whole
}
