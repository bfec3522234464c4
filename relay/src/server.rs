//! A relay that listens.

use crate::{
    addresses::Addresses,
    archive::Archive,
    clock::Clock,
    config::Config,
    door::Door,
    fleet::Fleet,
    http::{self, App, admin},
    metrics::Metrics,
    origin::Gate,
    relay::Relay,
    start_error::StartError,
    tls::Certificate,
    tokens::{Access, Key, KeyError},
};
use std::{
    convert::Infallible,
    future::pending,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::{
    net::TcpListener,
    select,
    time::{sleep, timeout},
};
use tracing::{info, warn};

/// How long the sockets may take to close when the relay ends.
const CLOSING: Duration = Duration::from_secs(3);

/// A relay that listens, and serves once it is [run](Self::run).
#[derive(Debug)]
pub struct Server {
    relay: Arc<Relay>,
    address: SocketAddr,
    public: Door,
    certificate: Option<Arc<Certificate>>,
    admin_address: Option<SocketAddr>,
    admin: Option<Door>,
}

impl Server {
    /// Starts to listen.
    ///
    /// # Errors
    /// An address, a key, a certificate, the archive or the fleet cannot be had, or everybody could do everything and nobody said that this is meant.
    pub async fn bind(config: &Config) -> Result<Self, StartError> {
        if config.is_private() && config.is_reachable() {
            return Err(StartError::Open(config.listen));
        }
        let access = Access { key: key(config)?, public_view: config.public_view };
        let certificate = Certificate::read(config.tls_cert.as_deref(), config.tls_key.as_deref())?;
        let metrics = Metrics::new();
        let clock = Clock::start(config.started_at.unwrap_or_else(SystemTime::now));
        let archive = archive(config, clock, &metrics)?;
        let (listener, address) = listen("--listen", config.listen).await?;
        for folder in config.www.iter().chain(&config.package).filter(|folder| !folder.is_dir()) {
            warn!("{} is no folder: nothing is served from it", folder.display());
        }
        match (config.has_no_key(), config.is_reachable()) {
            (true, true) => warn!("open: whoever reaches {address} may publish and view, without a token"),
            (true, false) => info!("open: whoever is on this machine may publish and view, without a token"),
            (false, _) => {}
        }
        let relay = Relay::new(config, clock, metrics, archive);
        if !config.fleet.nats.is_empty() {
            let fleet = Fleet::join(&config.fleet, &config.limits, &relay.metrics).await?;
            relay.fleet.set(Arc::new(fleet)).expect("joined once");
        }
        let addresses = Addresses::new(config.limits.max_connections_per_address);
        let app = App {
            relay: Arc::clone(&relay),
            gate: Gate { listed: config.allow_origin.clone(), on_loopback: !config.is_reachable() },
            is_private: config.is_private(),
            access,
            enforces_exp: config.enforce_exp,
            addresses: Arc::clone(&addresses),
            proxies: config.trust_proxy.clone(),
        };
        let public = Door::new(listener, http::router(Arc::new(app), config), Arc::clone(&relay))
            .counting(addresses, config.trust_proxy.clone())
            .securing(certificate.clone());
        let mut server = Self { relay, address, public, certificate, admin_address: None, admin: None };
        if let Some(wanted) = config.admin {
            server.listen_for_admin(wanted).await?;
        }
        Ok(server)
    }

    async fn listen_for_admin(&mut self, wanted: SocketAddr) -> Result<(), StartError> {
        let (listener, address) = listen("--admin", wanted).await?;
        if !address.ip().is_loopback() {
            warn!("--admin {address} asks for no token: keep it from everybody but yourself");
        }
        info!("metrics are at http://{address}/metrics");
        let router = admin::router(Arc::clone(&self.relay), address.ip().is_loopback());
        self.admin = Some(Door::new(listener, router, Arc::clone(&self.relay)));
        self.admin_address = Some(address);
        Ok(())
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// What it proves by that it is the one, if it speaks TLS.
    pub fn certificate(&self) -> Option<&Arc<Certificate>> {
        self.certificate.as_ref()
    }

    /// Where the operator's pages are.
    pub fn admin_addr(&self) -> Option<SocketAddr> {
        self.admin_address
    }

    /// Serves until `stop`, then says so at /readyz for the time to drain, closes every socket so that clients come back, and
    /// returns.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self { relay, public, admin, .. } = self;
        let administrated = async {
            match &admin {
                Some(door) => door.serve().await,
                None => pending::<Infallible>().await,
            }
        };
        let drained = async {
            stop.await;
            relay.draining.cancel();
            sleep(relay.timing.drain_time).await;
        };
        select! {
            never = public.serve() => match never {},
            never = administrated => match never {},
            () = drained => {}
        }
        // Whoever comes now is refused by the system, and asks again.
        drop((public, admin));
        info!("closing {} sockets", relay.tasks.len());
        // All at once: clients come back spread over time by themselves, and those closed later would only find the same
        // relay gone (docs/OPERATIONS.md).
        relay.stopping.cancel();
        relay.tasks.close();
        relay.connections.close();
        let all_gone = async { tokio::join!(relay.tasks.wait(), relay.connections.wait()) };
        let _ = timeout(CLOSING, all_gone).await;
        if let Some(archive) = &relay.archive {
            archive.finish().await;
        }
    }
}

fn key(config: &Config) -> Result<Option<Key>, KeyError> {
    if let Some(file) = &config.token_secret {
        return Key::from_secret(file).map(Some);
    }
    config.token_public_key.as_deref().map(Key::from_public_key).transpose()
}

fn archive(config: &Config, clock: Clock, metrics: &Metrics) -> Result<Option<Archive>, StartError> {
    let Config { archive_backlog_bytes, retention, .. } = *config;
    let open =
        |folder| Archive::open(folder, archive_backlog_bytes, retention, clock, metrics.archive.clone());
    config.archive.as_deref().map(open).transpose()
}

async fn listen(flag: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |error| StartError::Listen { flag, address, error };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let local = listener.local_addr().map_err(failed)?;
    Ok((listener, local))
}
