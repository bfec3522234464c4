//! An audience for `npm run bench:relay`, in a process of its own: many viewers that read and throw away, and for a server that does
//! not send by itself one broadcaster.
//!
//! ```text
//! audience ADDRESS VIEWERS blobcast BYTES HERTZ   two sockets each, and a broadcaster with a segment every four seconds
//! audience ADDRESS VIEWERS plain BYTES HERTZ      one socket each, and a broadcaster
//! audience ADDRESS VIEWERS plain BYTES 0          one socket each
//! ```
//!
//! With a certificate's file as the last argument all of them speak TLS, and believe that certificate.
//!
//! When all have come it prints `{"ready":true}`, and then on each line that it reads how much has come until then:
//! `{"bytes":…,"spread":[…],"latency":[…]}`; the latter are how long it took, for each message since the line before, from the first viewer who
//! got it to the last, and from its broadcaster (if that is here) to the last, ms. It ends with its input.

mod common;

use blobcast_wire::{Kind, Message};
use common::{Failure, ask};
use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs::{cipher_suite::TLS13_AES_128_GCM_SHA256, default_provider},
    pki_types::{CertificateDer, IpAddr, ServerName, pem::PemObject},
    version::TLS13,
};
use std::{
    mem::take,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, BufReader, stdin},
    net::TcpStream,
    time::interval,
};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{
    client_async,
    tungstenite::{Message as Frame, client::IntoClientRequest},
};

/// What is shorter is no piece, bytes.
const LEAST: usize = 1024;

/// When nobody got anything for so long, what comes then is another message.
const PAUSE: Duration = Duration::from_millis(10);

/// Time between segments.
const SEGMENT: Duration = Duration::from_secs(4);

/// A connection, whatever it speaks.
trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// Where the server is, and how it is spoken to.
#[derive(Clone)]
struct Server {
    address: SocketAddr,
    tls: Option<TlsConnector>,
}

impl Server {
    async fn connect(&self) -> Result<Box<dyn Duplex>, Failure> {
        let tcp = TcpStream::connect(self.address).await?;
        tcp.set_nodelay(true)?; // as browsers do: two small writes would wait 40 ms for each other
        let Some(tls) = &self.tls else { return Ok(Box::new(tcp)) };
        let name = ServerName::IpAddress(IpAddr::from(self.address.ip()));
        Ok(Box::new(tls.connect(name, tcp).await?))
    }
}

/// Offers the cipher that browsers name first where the processor has instructions for it.
fn believing(cert: &str) -> Result<TlsConnector, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(cert)?)?;
    let mut provider = default_provider();
    provider.cipher_suites = vec![TLS13_AES_128_GCM_SHA256];
    let config = ClientConfig::builder_with_provider(provider.into())
        .with_protocol_versions(&[&TLS13])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, viewers, protocol, len, hertz, cert @ ..] = &arguments[..] else {
        return Err("audience ADDRESS VIEWERS blobcast|plain BYTES HERTZ [CERT]".into());
    };
    let tls = cert.first().map(|cert| believing(cert)).transpose()?;
    let server = Server { address: address.parse()?, tls };
    let (len, hertz): (usize, f64) = (len.parse()?, hertz.parse()?);
    let is_blobcast = protocol == "blobcast";
    let arrivals = Arc::new(Mutex::new(Arrivals::default()));
    for viewer in 0..viewers.parse()? {
        let paths = match is_blobcast {
            true => {
                ["blob", "chunk"].map(|which| format!("/view/lobby/{which}?session=viewer-{viewer}")).to_vec()
            }
            false => vec!["/view".to_owned()],
        };
        for path in paths {
            tokio::spawn(read(ask(server.connect().await?, &path).await?, Arc::clone(&arrivals)));
        }
    }
    // When all are there: those who come would have to wait behind what the others read.
    if hertz > 0.0 {
        let (server, arrivals) = (server.clone(), Arc::clone(&arrivals));
        tokio::spawn(async move {
            let broadcast = if is_blobcast {
                broadcast(&server, len, hertz, &arrivals).await
            } else {
                send(&server, len, hertz, &arrivals).await
            };
            eprintln!("the broadcast ended: {broadcast:?}");
        });
    }
    println!(r#"{{"ready":true}}"#);
    let mut lines = BufReader::new(stdin()).lines();
    while lines.next_line().await?.is_some() {
        let Arrivals { bytes, spread, latency, .. } = &mut *arrivals.lock();
        println!(r#"{{"bytes":{bytes},"spread":{:?},"latency":{:?}}}"#, take(spread), take(latency));
    }
    Ok(())
}

/// What has come.
#[derive(Default)]
struct Arrivals {
    bytes: u64,
    /// When the newest message was sent.
    sent: Option<Instant>,
    /// What is on its way.
    burst: Option<Burst>,
    /// How long the messages before it took from the first to the last viewer, and from their broadcaster, ms.
    spread: Vec<f64>,
    latency: Vec<f64>,
}

/// A message on its way: when it was sent, and when the first and the newest viewer got something of it.
struct Burst {
    sent: Option<Instant>,
    first: Instant,
    newest: Instant,
}

impl Arrivals {
    fn note(&mut self, count: usize) {
        self.bytes += count as u64;
        // Texts come whenever they are due.
        if count < LEAST {
            return;
        }
        let now = Instant::now();
        match &mut self.burst {
            Some(burst) if now - burst.newest < PAUSE => burst.newest = now,
            burst => {
                let begun = Burst { sent: self.sent, first: now, newest: now };
                let Some(over) = burst.replace(begun) else { return };
                let took = |since: Instant| (over.newest - since).as_secs_f64() * 1000.0;
                self.spread.push(took(over.first));
                self.latency.extend(over.sent.map(took));
            }
        }
    }
}

async fn read(mut tcp: Box<dyn Duplex>, arrivals: Arc<Mutex<Arrivals>>) {
    let mut buffer = vec![0; 20 << 10];
    loop {
        match tcp.read(&mut buffer).await {
            Ok(0) | Err(_) => return eprintln!("a viewer was closed"),
            Ok(count) => arrivals.lock().note(count),
        }
    }
}

/// A broadcaster for servers that pass on what they are sent.
async fn send(server: &Server, len: usize, hertz: f64, arrivals: &Mutex<Arrivals>) -> Result<(), Failure> {
    let request = "ws://localhost/publish".into_client_request()?;
    let (mut socket, _) = client_async(request, server.connect().await?).await?;
    let mut every = interval(Duration::from_secs_f64(1.0 / hertz));
    let message = Frame::binary(vec![0x5a; len]);
    loop {
        every.tick().await;
        arrivals.lock().sent = Some(Instant::now());
        socket.send(message.clone()).await?;
    }
}

/// A broadcaster of the protocol: each message has `len` bytes, and every four seconds one is a blob.
async fn broadcast(
    server: &Server,
    len: usize,
    hertz: f64,
    arrivals: &Mutex<Arrivals>,
) -> Result<(), Failure> {
    let mut sockets = Vec::new();
    for which in ["blob", "chunk"] {
        let url = format!("ws://localhost/publish/lobby/{which}?session=broadcaster");
        let mut request = url.into_client_request()?;
        request.headers_mut().insert("Sec-WebSocket-Protocol", "blobcast.v1".parse()?);
        let (socket, _) = client_async(request, server.connect().await?).await?;
        let (sink, mut stream) = socket.split();
        tokio::spawn(async move { while let Some(Ok(_)) = stream.next().await {} });
        sockets.push(sink);
    }
    let [blobs, chunks] = &mut sockets[..] else { return Err("two sockets".into()) };
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_micros() as u64);
    let mut every = interval(Duration::from_secs_f64(1.0 / hertz));
    let per_segment = (SEGMENT.as_secs_f64() * hertz) as u32;
    loop {
        let segment = now()?;
        for seq in 0..per_segment {
            every.tick().await;
            let kind = match seq {
                0 => Kind::Blob { mime: "video/webm".into() },
                last if last == per_segment - 1 => Kind::LastChunk { cut_short: false },
                _ => Kind::Chunk,
            };
            let head = blobcast_wire::HEADER_LEN + kind.mime().len();
            let message =
                Message { kind, segment, seq: seq.max(1), sent: now()?, body: vec![0x5a; len - head] };
            arrivals.lock().sent = Some(Instant::now());
            let socket = if seq == 0 { &mut *blobs } else { &mut *chunks };
            socket.send(Frame::binary(message.encode())).await?;
        }
    }
}
