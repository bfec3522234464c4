//! A relay that listens.

use crate::{
    clock::Clock,
    config::Config,
    http::{App, router},
    origin::Gate,
    relay::Relay,
};
use axum::{Router, serve::ListenerExt};
use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::{net::TcpListener, select, time::timeout};
use tracing::{info, warn};

/// How long the sockets may take to close when the relay ends.
const CLOSING: Duration = Duration::from_secs(3);

/// A relay that listens, and serves once it is [run](Self::run).
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    relay: Arc<Relay>,
    router: Router,
}

impl Server {
    /// Starts to listen.
    ///
    /// # Errors
    /// The address cannot be had.
    pub async fn bind(config: &Config) -> io::Result<Self> {
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        for folder in config.www.iter().chain(&config.package).filter(|folder| !folder.is_dir()) {
            warn!("{} is no folder: nothing is served from it", folder.display());
        }
        let clock = Clock::start(config.started_at.unwrap_or_else(SystemTime::now));
        let relay = Relay::new(config.timing, clock);
        let gate = Gate { listed: config.allow_origin.clone(), on_loopback: address.ip().is_loopback() };
        let router = router(App { relay: Arc::clone(&relay), gate }, config);
        Ok(Self { listener, address, relay, router })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop`, then closes every socket so that clients come back, and returns.
    ///
    /// # Errors
    /// The listener broke.
    pub async fn run(self, stop: impl Future<Output = ()>) -> io::Result<()> {
        let Self { listener, relay, router, .. } = self;
        // Small messages leave at once: waiting to fill a packet would cost up to 40 ms of latency each.
        let listener = listener.tap_io(|tcp| {
            let _ = tcp.set_nodelay(true);
        });
        let stopping = relay.stopping.clone().cancelled_owned();
        let serving = axum::serve(listener, router).with_graceful_shutdown(stopping).into_future();
        tokio::pin!(serving);
        select! {
            result = &mut serving => return result,
            () = stop => {}
        }
        info!("closing {} sockets", relay.tasks.len());
        relay.stopping.cancel();
        relay.tasks.close();
        let all_gone = async { tokio::join!(serving, relay.tasks.wait()).0 };
        timeout(CLOSING, all_gone).await.unwrap_or(Ok(()))
    }
}
