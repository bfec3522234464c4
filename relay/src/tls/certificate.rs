//! The certificate and its key, which can be read again while the relay runs.

use parking_lot::Mutex;
use rustls::{
    InconsistentKeys, ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::NoServerSessionStorage,
    version::TLS13,
};
use std::{
    error::Error,
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tracing::{error, info};

/// How the relay proves who it is.
#[derive(Debug)]
pub struct Certificate {
    files: Files,
    /// What new connections are served by.
    current: Mutex<Arc<ServerConfig>>,
}

#[derive(Debug)]
struct Files {
    cert: PathBuf,
    key: PathBuf,
}

/// Why there is no certificate to serve.
#[derive(Debug)]
pub enum CertificateError {
    /// This flag was not said, but the other one.
    Alone(&'static str),
    /// A file cannot be read.
    Unreadable(PathBuf, io::Error),
    /// A file holds no certificate.
    NoCertificate(PathBuf),
    /// A file holds no private key.
    NoKey(PathBuf),
    /// The key is another certificate's.
    Mismatch {
        /// The file with the certificate.
        cert: PathBuf,
        /// The file with the key.
        key: PathBuf,
    },
    /// They are of a kind that is not known here, or broken.
    Unusable {
        /// The file with the certificate.
        cert: PathBuf,
        /// The file with the key.
        key: PathBuf,
        /// What is wrong with them.
        error: rustls::Error,
    },
}

/// What a client opened its connection with.
#[derive(Debug)]
pub(crate) enum Greeting {
    /// TLS, whose handshake is done.
    Secure(Box<TlsStream<TcpStream>>),
    /// HTTP as it is.
    Plain(TcpStream),
}

impl Certificate {
    /// Reads both files, if there are any.
    pub(crate) fn read(
        cert: Option<&Path>,
        key: Option<&Path>,
    ) -> Result<Option<Arc<Self>>, CertificateError> {
        let files = match (cert, key) {
            (None, None) => return Ok(None),
            (Some(_), None) => return Err(CertificateError::Alone("--tls-key")),
            (None, Some(_)) => return Err(CertificateError::Alone("--tls-cert")),
            (Some(cert), Some(key)) => Files { cert: cert.into(), key: key.into() },
        };
        let current = Mutex::new(Arc::new(files.read()?));
        Ok(Some(Arc::new(Self { files, current })))
    }

    /// Reads both files again, and says in the log how that went. If they are of no use, all stays as it was. Connections that are there
    /// already are not touched.
    pub fn reload(&self) {
        match self.files.read() {
            Ok(config) => {
                *self.current.lock() = Arc::new(config);
                info!("new connections get the certificate that is in {} now", self.files.cert.display());
            }
            Err(error) => error!("the certificate stays the one that it was: {error}"),
        }
    }

    /// Hears what a client opens its connection with, and if it is TLS does the handshake.
    ///
    /// # Errors
    /// The client has gone, or was told by an alert that it does not do TLS as it should.
    pub(crate) async fn greet(&self, tcp: TcpStream) -> io::Result<Greeting> {
        let mut first = [0];
        tcp.peek(&mut first).await?;
        // A record of a handshake begins with 22, a request with its method.
        if first[0].is_ascii_uppercase() {
            return Ok(Greeting::Plain(tcp));
        }
        let acceptor = TlsAcceptor::from(Arc::clone(&self.current.lock()));
        acceptor.accept(tcp).await.map(Box::new).map(Greeting::Secure)
    }
}

impl Files {
    fn read(&self) -> Result<ServerConfig, CertificateError> {
        let Self { cert, key } = self;
        let read = |file: &PathBuf| {
            fs::read(file).map_err(|error| CertificateError::Unreadable(file.clone(), error))
        };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read(cert)?).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty());
        let chain = chain.ok_or_else(|| CertificateError::NoCertificate(cert.clone()))?;
        let private = PrivateKeyDer::from_pem_slice(&read(key)?);
        let private = private.map_err(|_| CertificateError::NoKey(key.clone()))?;
        serve_by(chain, private).map_err(|error| {
            let (cert, key) = (cert.clone(), key.clone());
            match error {
                rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                    CertificateError::Mismatch { cert, key }
                }
                error => CertificateError::Unusable { cert, key, error },
            }
        })
    }
}

/// What whoever has WebSockets and WebM speaks. Nothing is kept of those who have gone: a second connection of the same browser
/// costs a handshake as the first one does.
fn serve_by(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    // WebSockets are HTTP/1.1's.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

impl fmt::Display for CertificateError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alone(missing) => {
                write!(out, "{missing} FILE is missing: TLS takes both, --tls-cert and --tls-key")
            }
            Self::Unreadable(file, error) => write!(out, "{} cannot be read: {error}", file.display()),
            Self::NoCertificate(file) => write!(
                out,
                "{} holds no certificate in PEM form: give --tls-cert the whole chain, which certbot calls fullchain.pem",
                file.display()
            ),
            Self::NoKey(file) => write!(
                out,
                "{} holds no private key in PEM form: give --tls-key one without a password, which certbot calls privkey.pem",
                file.display()
            ),
            Self::Mismatch { cert, key } => write!(
                out,
                "the key in {} is not that of the first certificate in {}: give files that were made together",
                key.display(),
                cert.display()
            ),
            Self::Unusable { cert, key, error } => write!(
                out,
                "{} and {} cannot be served ({error}): give a certificate and a key that browsers take, such as certbot's",
                cert.display(),
                key.display()
            ),
        }
    }
}

impl Error for CertificateError {}
