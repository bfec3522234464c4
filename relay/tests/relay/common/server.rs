//! A relay in this process, on a port of its own.

use super::{Client, Duplex, Pair, soon};
use blobcast_relay::{Config, Limits, Server, Timing};
use serde_json::Value;
use std::{io, net::SocketAddr, path::PathBuf, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
    time::sleep,
};

/// Tests record as fast as they can, many seconds of segments in one.
const HASTY: Limits =
    Limits { max_segments_per_second: u32::MAX, max_bytes_per_second: u64::MAX, ..Limits::DEFAULT };

/// A relay. Dropping it ends it.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    admin: SocketAddr,
    /// Who connects here by TLS.
    client: Option<Client>,
    stop: Option<oneshot::Sender<()>>,
    run: JoinHandle<()>,
}

impl TestServer {
    /// With the limits of real life, but for how fast a broadcaster may be.
    pub(crate) async fn start() -> Self {
        Self::limited(HASTY).await
    }

    /// With other times.
    pub(crate) async fn timed(timing: Timing) -> Self {
        Self::with(Config { timing, limits: HASTY, ..Config::default() }).await
    }

    /// With other limits.
    pub(crate) async fn limited(limits: Limits) -> Self {
        Self::with(Config { limits, ..Config::default() }).await
    }

    /// By TLS, with this certificate.
    pub(crate) async fn secure(pair: &Pair, config: Config) -> Self {
        let (tls_cert, tls_key) = (Some(pair.cert()), Some(pair.key()));
        let server = Self::with(Config { tls_cert, tls_key, ..config }).await;
        Self { client: Some(pair.client()), ..server }
    }

    /// With an archive in this folder, and the limits of tests, which are hasty.
    pub(crate) async fn keeping(folder: impl Into<PathBuf>, config: Config) -> Self {
        Self::with(Config { archive: Some(folder.into()), limits: HASTY, ..config }).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        let admin = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        let server = Server::bind(&Config { admin, ..config }).await.unwrap();
        let (address, admin) = (server.local_addr(), server.admin_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let run = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            server.run(stopped).await;
        });
        Self { address, admin, client: None, stop: Some(stop), run }
    }

    /// The same, reached by way of another address.
    pub(crate) fn seen_at(&self, address: SocketAddr) -> Self {
        Self { address, admin: self.admin, client: None, stop: None, run: tokio::spawn(async {}) }
    }

    /// A connection to it.
    pub(crate) async fn dial(&self) -> io::Result<Box<dyn Duplex>> {
        let Some(client) = &self.client else { return dial(self.address).await };
        Ok(Box::new(client.connect(self.address).await?))
    }

    /// Asks it to end.
    pub(crate) fn stop(&mut self) {
        self.stop.take();
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(mut self) {
        self.stop();
        soon("the relay's end", &mut self.run).await.unwrap();
    }

    /// Status line and headers in lower case, and the body of a page.
    pub(crate) async fn get(&self, path: &str) -> (String, String) {
        request_on(self.dial().await.unwrap(), "localhost", "GET", path, "").await
    }

    /// The same from the operator's port, by any method and with more headers, of which each ends with a line break.
    pub(crate) async fn administer(&self, method: &str, path: &str, headers: &str) -> (String, String) {
        request(self.admin, method, path, headers).await
    }

    /// The same, as if it had this host name.
    pub(crate) async fn administer_as(&self, host: &str, path: &str) -> (String, String) {
        request_as(self.admin, host, "GET", path, "").await
    }

    /// One of the figures for Prometheus; 0 if it is not there.
    pub(crate) async fn metric(&self, name: &str) -> u64 {
        metric(self.admin, name).await
    }

    /// Waits until one of them is so high.
    pub(crate) async fn until_metric(&self, name: &'static str, least: u64) {
        soon(name, async {
            while self.metric(name).await < least {
                sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
    }

    /// What `/streams` says.
    pub(crate) async fn streams(&self) -> Value {
        serde_json::from_str(&self.administer("GET", "/streams", "").await.1).unwrap()
    }

    /// Waits until `/streams` satisfies.
    pub(crate) async fn until(&self, what: &'static str, is_so: impl Fn(&Value) -> bool) {
        soon(what, async {
            while !is_so(&self.streams().await) {
                sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
    }

    /// Waits until nothing is left: no socket, no task, no room.
    pub(crate) async fn until_empty(&self) {
        self.until("an empty relay", |streams| {
            streams["tasks"] == 0 && streams["streams"].as_array().unwrap().is_empty()
        })
        .await;
    }
}

/// One of the figures for Prometheus, from an operator's port; 0 if it is not there.
pub(crate) async fn metric(admin: SocketAddr, name: &str) -> u64 {
    let (_, text) = request(admin, "GET", "/metrics", "").await;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.map_or(0, |value| value.parse().unwrap())
}

/// A connection without TLS.
pub(crate) async fn dial(to: SocketAddr) -> io::Result<Box<dyn Duplex>> {
    let tcp = TcpStream::connect(to).await?;
    tcp.set_nodelay(true)?;
    Ok(Box::new(tcp))
}

/// Status line and headers in lower case, and the body of the answer.
pub(crate) async fn request(to: SocketAddr, method: &str, path: &str, headers: &str) -> (String, String) {
    request_as(to, &to.to_string(), method, path, headers).await
}

async fn request_as(to: SocketAddr, host: &str, method: &str, path: &str, headers: &str) -> (String, String) {
    request_on(dial(to).await.unwrap(), host, method, path, headers).await
}

/// The same with the bytes of the body.
pub(crate) async fn fetch(to: SocketAddr, path: &str, headers: &str) -> (String, Vec<u8>) {
    fetch_on(dial(to).await.unwrap(), &to.to_string(), "GET", path, headers).await
}

async fn request_on(
    tcp: Box<dyn Duplex>,
    host: &str,
    method: &str,
    path: &str,
    headers: &str,
) -> (String, String) {
    let (head, body) = fetch_on(tcp, host, method, path, headers).await;
    (head, String::from_utf8_lossy(&body).into_owned())
}

async fn fetch_on(
    mut tcp: Box<dyn Duplex>,
    host: &str,
    method: &str,
    path: &str,
    headers: &str,
) -> (String, Vec<u8>) {
    let request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n");
    tcp.write_all(request.as_bytes()).await.unwrap();
    tcp.flush().await.unwrap();
    let mut response = Vec::new();
    soon("an answer", tcp.read_to_end(&mut response)).await.unwrap();
    let end = response.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&response[..end]).to_lowercase();
    (head, response.split_off(end + 4))
}
