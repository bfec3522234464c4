//! A port: connections are accepted and counted, and served by HTTP until they become WebSockets.

use crate::{
    addresses::{Addresses, Visit},
    descriptors::Left,
    patient::Patient,
    proxy::{self, Network},
    relay::Relay,
    tls::{Certificate, Greeting, Session},
};
use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header::CONNECTION},
};
use bytes::Bytes;
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
    upgrade::Upgraded,
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
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    select,
    time::{Instant, sleep, timeout},
};
use tokio_rustls::server::TlsStream;
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
    /// Connections are TLS.
    certificate: Option<Arc<Certificate>>,
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

impl Guest {
    /// Whether its connection may stay for more than a request. One that came when there were too many would find that for as long as it lasts: who
    /// asks again is to come again.
    fn may_stay(&self) -> bool {
        !self.is_crowded && !self.visit.as_ref().is_some_and(Visit::is_too_many)
    }
}

impl Door {
    /// A port whose connections are not counted.
    pub(crate) fn new(listener: TcpListener, router: Router, relay: Arc<Relay>) -> Self {
        Self { listener, router, relay, counted: None, certificate: None }
    }

    /// Takes TLS only, if there is a certificate.
    pub(crate) fn securing(self, certificate: Option<Arc<Certificate>>) -> Self {
        Self { certificate, ..self }
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
                    let left = if self.counted.is_some() { Left::of(&tcp) } else { Left::Enough };
                    if left != Left::Enough {
                        complaint.say(format_args!("hardly a descriptor is left"));
                    }
                    self.welcome(tcp, peer, left);
                }
                Err(error) if has_gone(&error) => {}
                Err(error) => {
                    complaint.say(format_args!("{error}"));
                    sleep(BREATH).await;
                }
            }
        }
    }

    fn welcome(&self, tcp: TcpStream, peer: SocketAddr, left: Left) {
        let address = peer.ip().to_canonical();
        let counted = self.counted.as_ref().filter(|(_, proxies)| !proxy::is_trusted(address, proxies));
        let visit = counted.map(|(addresses, _)| addresses.enter(address));
        if visit.as_ref().is_some_and(Visit::is_flood) || left == Left::None {
            self.relay.metrics.dropped.inc();
            return;
        }
        // Small messages leave at once: waiting to fill a packet would cost up to 40 ms of latency each.
        let _ = tcp.set_nodelay(true);
        let _ = give_up_after(&tcp, Some(self.relay.timing.idle_time));
        let guest = Arc::new(Guest { address, visit, is_crowded: left == Left::Little });
        let (relay, router) = (Arc::clone(&self.relay), self.router.clone());
        let tracker = &self.relay.connections;
        match &self.certificate {
            None => tracker.spawn(attend(relay, router, guest, tcp)),
            Some(certificate) => tracker.spawn(greet(Arc::clone(certificate), relay, router, guest, tcp)),
        };
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

/// Does the handshake of TLS, and what comes then.
async fn greet(
    certificate: Arc<Certificate>,
    relay: Arc<Relay>,
    router: Router,
    guest: Arc<Guest>,
    tcp: TcpStream,
) {
    let greeting = select! {
        greeting = timeout(relay.timing.handshake_time, certificate.greet(tcp)) => greeting,
        () = relay.stopping.cancelled() => return,
    };
    match greeting {
        Ok(Ok(Greeting::Secure(stream))) => attend(relay, router, guest, stream).await,
        Ok(Ok(Greeting::Plain(tcp))) => attend(relay, Router::new().fallback(wrong_scheme), guest, tcp).await,
        // It has gone, was told why, or took too long.
        Ok(Err(_)) | Err(_) => {}
    }
}

/// What HTTP without TLS is answered.
async fn wrong_scheme() -> (StatusCode, [(HeaderName, &'static str); 1], &'static str) {
    let hint = "this port speaks TLS: use https:// and wss://\n";
    (StatusCode::BAD_REQUEST, [(CONNECTION, "close")], hint)
}

/// Serves HTTP on a connection until that ends or becomes a WebSocket's.
async fn attend(
    relay: Arc<Relay>,
    router: Router,
    guest: Arc<Guest>,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
) {
    let may_stay = guest.may_stay();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Arc::clone(&guest));
        let answer = TowerToHyperService::new(router.clone()).call(request);
        async move {
            let mut answer = answer.await?;
            if !may_stay && answer.status() != StatusCode::SWITCHING_PROTOCOLS {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let mut http = http1::Builder::new();
    let patience = relay.timing.handshake_time;
    http.timer(TokioTimer::new()).header_read_timeout(patience).max_buf_size(MAX_HEAD_LEN);
    let stream = Patient::new(stream, relay.timing.stuck_time);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
    select! {
        _ = &mut connection => return,
        () = relay.stopping.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// The connection of a WebSocket, its TLS if it has that, and what was read of it already.
pub(crate) fn take_over(upgraded: Upgraded) -> Option<(TcpStream, Option<Session>, Bytes)> {
    let upgraded = match upgraded.downcast::<TokioIo<Patient<TcpStream>>>() {
        Ok(parts) => return Some((parts.io.into_inner().into_inner(), None, parts.read_buf)),
        Err(upgraded) => upgraded,
    };
    let parts = upgraded.downcast::<TokioIo<Patient<Box<TlsStream<TcpStream>>>>>().ok()?;
    let (tcp, tls) = parts.io.into_inner().into_inner().into_inner();
    Some((tcp, Some(Session::new(tls)), parts.read_buf))
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
