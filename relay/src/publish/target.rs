//! Connections to the relay, as one broadcaster.

use super::address::Address;
use blobcast_wire::{BEARER_PREFIX, Endpoint, Name, Role, SUBPROTOCOL, Socket as Which};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs, pki_types::ServerName};
use std::{
    fmt::Write,
    io::{Error, ErrorKind, Result},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{self, ClientRequestBuilder},
};

/// How long a connection may take to come about, and the relay to say that it is well.
const CONNECTED_WITHIN: Duration = Duration::from_secs(10);

/// The answer that is asked for is much shorter, bytes.
const LONGEST_ANSWER: u64 = 4 << 10;

/// A connection, with or without TLS.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// One WebSocket.
pub(super) type Stream = WebSocketStream<Box<dyn Duplex>>;

/// Where the token comes from.
#[derive(Clone, Debug)]
pub(super) enum Token {
    None,
    Given(String),
    /// It is read anew for each connection: tokens expire.
    File(PathBuf),
}

/// Whom to connect to, and as what.
pub(super) struct Target {
    address: Address,
    name: Name,
    session: String,
    token: Token,
    tls: Option<TlsConnector>,
}

impl Token {
    fn read(&self) -> Result<Option<String>> {
        match self {
            Self::None => Ok(None),
            Self::Given(token) => Ok(Some(token.clone())),
            Self::File(path) => match std::fs::read_to_string(path) {
                Ok(token) => Ok(Some(token.trim().to_owned())),
                Err(error) => Err(Error::new(
                    error.kind(),
                    format!("cannot read the token from {}: {error}", path.display()),
                )),
            },
        }
    }
}

impl Target {
    /// A new session of this broadcast.
    pub(super) fn new(address: Address, name: Name, token: Token) -> std::result::Result<Self, String> {
        let tls = if address.is_tls { Some(tls()?) } else { None };
        token.read().map_err(|error| error.to_string())?;
        Ok(Self { address, name, session: random_session()?, token, tls })
    }

    /// Opens one of the two sockets.
    pub(super) async fn open(&self, which: Which) -> tungstenite::Result<Stream> {
        let path = Endpoint { role: Role::Publish, name: self.name.clone(), socket: which };
        let scheme = if self.tls.is_some() { "wss" } else { "ws" };
        let Address { base, .. } = &self.address;
        let uri = format!("{scheme}://{}{base}{path}?session={}", self.address.authority(), self.session);
        let uri = uri.parse().map_err(|error| Error::new(ErrorKind::InvalidInput, error))?;
        let mut request = ClientRequestBuilder::new(uri).with_sub_protocol(SUBPROTOCOL);
        if let Some(token) = self.token.read()? {
            request = request.with_sub_protocol(format!("{BEARER_PREFIX}{token}"));
        }
        let opened = async { Ok(client_async(request, self.dial().await?).await?.0) };
        timeout(CONNECTED_WITHIN, opened).await.unwrap_or_else(|_| Err(late().into()))
    }

    /// Asks the relay whether it is well.
    pub(super) async fn ask(&self) -> Result<()> {
        let asked = async {
            let mut connection = self.dial().await?;
            let Address { base, .. } = &self.address;
            let host = self.address.authority();
            let request = format!("GET {base}/healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            connection.write_all(request.as_bytes()).await?;
            connection.flush().await?;
            let mut answer = Vec::new();
            connection.take(LONGEST_ANSWER).read_to_end(&mut answer).await?;
            let is_well = answer.starts_with(b"HTTP/1.1 200");
            if is_well { Ok(()) } else { Err(Error::other("it does not say at /healthz that it is well")) }
        };
        timeout(CONNECTED_WITHIN, asked).await.unwrap_or_else(|_| Err(late()))
    }

    async fn dial(&self) -> Result<Box<dyn Duplex>> {
        let Address { host, port, .. } = &self.address;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let tcp = TcpStream::connect((host, *port)).await?;
        tcp.set_nodelay(true)?;
        let Some(tls) = &self.tls else { return Ok(Box::new(tcp)) };
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| Error::new(ErrorKind::InvalidInput, error))?;
        Ok(Box::new(tls.connect(name, tcp).await?))
    }
}

fn late() -> Error {
    Error::new(ErrorKind::TimedOut, "it did not answer in time")
}

/// What vouches for a relay is what this machine trusts.
fn tls() -> std::result::Result<TlsConnector, String> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err("this machine trusts no certificate: install ca-certificates, or name a file of them with SSL_CERT_FILE".into());
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth())))
}

/// What ties the two sockets together. Who guesses it could put a socket of his in their place.
fn random_session() -> std::result::Result<String, String> {
    let mut bytes = [0; 16];
    let random = aws_lc_rs::default_provider().secure_random;
    random.fill(&mut bytes).map_err(|_| "this machine has no random numbers")?;
    Ok(bytes.iter().fold(String::new(), |mut session, byte| {
        let _ = write!(session, "{byte:02x}");
        session
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_hexadecimal_and_differ() {
        let (one, other) = (random_session().expect("one"), random_session().expect("another"));
        assert!(one != other && one.len() == 32 && one.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
