//! A relay in this process, on a port of its own.

use super::soon;
use blobcast_relay::{Config, Server, Timing};
use serde_json::Value;
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
    time::sleep,
};

/// A relay. Dropping it ends it.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    run: JoinHandle<()>,
}

impl TestServer {
    /// With the limits of real life.
    pub(crate) async fn start() -> Self {
        Self::with(Config::default()).await
    }

    /// With other limits.
    pub(crate) async fn timed(timing: Timing) -> Self {
        Self::with(Config { timing, ..Config::default() }).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        let server = Server::bind(&config).await.unwrap();
        let address = server.local_addr();
        let (stop, stopped) = oneshot::channel();
        let run = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            server.run(stopped).await.unwrap();
        });
        Self { address, stop: Some(stop), run }
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
        let mut tcp = TcpStream::connect(self.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
        tcp.write_all(request.as_bytes()).await.unwrap();
        let mut response = Vec::new();
        soon("a page", tcp.read_to_end(&mut response)).await.unwrap();
        let response = String::from_utf8_lossy(&response).into_owned();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), body.to_owned())
    }

    /// What `/streams` says.
    pub(crate) async fn streams(&self) -> Value {
        serde_json::from_str(&self.get("/streams").await.1).unwrap()
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
