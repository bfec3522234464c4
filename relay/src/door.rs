//! A port: connections are accepted and counted, and served by HTTP until they become WebSockets.

use crate::{
    addresses::{Addresses, Visit},
    descriptors::Room,
    proxy::{self, Network},
    relay::Relay,
};
use axum::{Router, extract::Request};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use socket2::SockRef;
use std::{
    convert::Infallible,
    fmt,
    io::{self, ErrorKind},
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    select,
    time::{Instant, sleep},
};
use tracing::warn;

/// What a request's head may have, bytes; a token is well under 1 KiB.
const MAX_HEAD_LEN: usize = 16 << 10;

/// How long to wait when there is no descriptor left for a connection.
const BREATH: Duration = Duration::from_millis(100);

/// How often to complain about that.
const COMPLAIN_EVERY: Duration = Duration::from_secs(60);

/// A port and what is behind it.
#[derive(Debug)]
pub(crate) struct Door {
    listener: TcpListener,
    router: Router,
    relay: Arc<Relay>,
    /// On the public port: who has how many connections, and which of them are proxies that speak for others.
    counted: Option<(Arc<Addresses>, Vec<Network>)>,
}

/// The other end of a connection. Each request carries it along.
#[derive(Debug)]
pub(crate) struct Guest {
    /// A client or a proxy.
    pub(crate) address: IpAddr,
    /// That it counts, unless it is a proxy.
    pub(crate) visit: Option<Visit>,
    /// Hardly a descriptor is left, so that it may ask for a page, and not stay.
    pub(crate) is_crowded: bool,
}

impl Door {
    /// A port whose connections are not counted.
    pub(crate) fn new(listener: TcpListener, router: Router, relay: Arc<Relay>) -> Self {
        Self { listener, router, relay, counted: None }
    }

    /// Counts the connections of each address but of these proxies.
    pub(crate) fn counting(self, addresses: Arc<Addresses>, proxies: Vec<Network>) -> Self {
        Self { counted: Some((addresses, proxies)), ..self }
    }

    /// Lets in whoever comes, for ever. What goes wrong with one connection does not end this.
    pub(crate) async fn serve(&self) -> Infallible {
        let mut complaint = Complaint(None);
        loop {
            match self.listener.accept().await {
                Ok((tcp, peer)) => {
                    // The operator may always come in.
                    let room = if self.counted.is_some() { Room::of(&tcp) } else { Room::Enough };
                    if room != Room::Enough {
                        complaint.say(format_args!("hardly a descriptor is left"));
                    }
                    self.welcome(tcp, peer, room);
                }
                Err(error) if has_gone(&error) => {}
                Err(error) => {
                    complaint.say(format_args!("{error}"));
                    sleep(BREATH).await;
                }
            }
        }
    }

    fn welcome(&self, tcp: TcpStream, peer: SocketAddr, room: Room) {
        let address = peer.ip().to_canonical();
        let counted = self.counted.as_ref().filter(|(_, proxies)| !proxy::is_trusted(address, proxies));
        let visit = counted.map(|(addresses, _)| addresses.enter(address));
        if visit.as_ref().is_some_and(Visit::is_flood) || room == Room::None {
            self.relay.metrics.dropped.inc();
            return;
        }
        let timing = &self.relay.timing;
        // Small messages leave at once: waiting to fill a packet would cost up to 40 ms of latency each.
        let _ = tcp.set_nodelay(true);
        let _ = give_up_after(&tcp, Some(timing.idle_time));
        let guest = Arc::new(Guest { address, visit, is_crowded: room == Room::Little });
        let router = self.router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Arc::clone(&guest));
            TowerToHyperService::new(router.clone()).call(request)
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(timing.handshake_time).max_buf_size(MAX_HEAD_LEN);
        let connection = http.serve_connection(TokioIo::new(tcp), service).with_upgrades();
        let stopping = self.relay.stopping.clone();
        self.relay.connections.spawn(async move {
            let mut connection = pin!(connection);
            select! {
                _ = &mut connection => return,
                () = stopping.cancelled() => connection.as_mut().graceful_shutdown(),
            }
            let _ = connection.await;
        });
    }
}

/// When it was said last that nobody can come in.
struct Complaint(Option<Instant>);

impl Complaint {
    fn say(&mut self, why: fmt::Arguments<'_>) {
        if self.0.is_none_or(|at| at.elapsed() > COMPLAIN_EVERY) {
            warn!("no connection can be accepted for now: {why}; ulimit -n may raise how many there can be");
            self.0 = Some(Instant::now());
        }
    }
}

/// The peer hung up before it was let in.
fn has_gone(error: &io::Error) -> bool {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// Has the system drop a peer that takes nothing of what it is sent for so long. WebSockets see to that themselves.
#[cfg(target_os = "linux")]
pub(crate) fn give_up_after(tcp: &TcpStream, time: Option<Duration>) -> io::Result<()> {
    SockRef::from(tcp).set_tcp_user_timeout(time)
}

/// Other systems give up by themselves, only later.
#[cfg(not(target_os = "linux"))]
pub(crate) fn give_up_after(tcp: &TcpStream, _: Option<Duration>) -> io::Result<()> {
    let _ = SockRef::from(tcp);
    Ok(())
}
