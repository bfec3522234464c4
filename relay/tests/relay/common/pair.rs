//! Certificates of a test's own, and clients that believe them.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, IpAddr, Ipv4Addr, ServerName},
    version::TLS13,
};
use std::{fs, io, net::SocketAddr, path::PathBuf};
use tempfile::TempDir;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// A connection, whatever it speaks.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A certificate for this machine and its key, in files.
pub(crate) struct Pair {
    folder: TempDir,
    certificate: CertificateDer<'static>,
}

impl Pair {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certificate = Self::make(&folder);
        Self { folder, certificate }
    }

    /// Puts another pair into the same files. Who believes this one has to be asked for again.
    pub(crate) fn renew(&mut self) {
        self.certificate = Self::make(&self.folder);
    }

    fn make(folder: &TempDir) -> CertificateDer<'static> {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".into()]).unwrap();
        fs::write(folder.path().join("cert.pem"), cert.pem()).unwrap();
        fs::write(folder.path().join("key.pem"), signing_key.serialize_pem()).unwrap();
        cert.into()
    }

    pub(crate) fn cert(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// Who believes this certificate, as long as it is not renewed.
    pub(crate) fn client(&self) -> Client {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let mut config = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into())
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        // As browsers do for pages.
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Client(TlsConnector::from(std::sync::Arc::new(config)))
    }
}

/// Who believes one certificate.
#[derive(Clone)]
pub(crate) struct Client(TlsConnector);

impl Client {
    /// Connects; fails if the relay has another certificate.
    pub(crate) async fn connect(&self, relay: SocketAddr) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::IpAddress(IpAddr::V4(Ipv4Addr::from([127, 0, 0, 1])));
        let tcp = TcpStream::connect(relay).await?;
        tcp.set_nodelay(true)?;
        self.0.connect(name, tcp).await
    }
}
