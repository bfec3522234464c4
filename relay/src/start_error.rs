//! Why the relay does not start, as one sentence that says what to do.

use crate::{fleet::FleetError, tls::CertificateError, tokens::KeyError};
use std::{
    error::Error,
    fmt, io,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

/// Why the relay does not start.
#[derive(Debug)]
pub enum StartError {
    /// Others reach it, and it would ask nobody for a token.
    Open(SocketAddr),
    /// There is no key where one should be.
    Key(KeyError),
    /// There is no certificate where one should be.
    Certificate(CertificateError),
    /// It cannot join the other relays.
    Fleet(FleetError),
    /// It cannot listen.
    Listen {
        /// The flag that said where.
        flag: &'static str,
        /// Where.
        address: SocketAddr,
        /// Why not.
        error: io::Error,
    },
    /// It cannot write to the archive.
    Archive {
        /// Where that should be.
        folder: PathBuf,
        /// Why not.
        error: io::Error,
    },
}

impl From<KeyError> for StartError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl From<CertificateError> for StartError {
    fn from(error: CertificateError) -> Self {
        Self::Certificate(error)
    }
}

impl From<FleetError> for StartError {
    fn from(error: FleetError) -> Self {
        Self::Fleet(error)
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(address) => write!(
                out,
                "others would reach {address} and could publish and view without a token: set a key with --token-secret FILE \
                 (openssl rand -hex 32 makes one), or say --open if that is meant"
            ),
            Self::Key(error) => error.fmt(out),
            Self::Certificate(error) => error.fmt(out),
            Self::Fleet(error) => error.fmt(out),
            Self::Listen { flag, address, error } if error.kind() == io::ErrorKind::AddrInUse => write!(
                out,
                "{address} is taken by another program: choose another port with {flag} {}:PORT",
                host(*address)
            ),
            Self::Listen { address, error, .. } => write!(out, "cannot listen on {address}: {error}"),
            Self::Archive { folder, error } if error.kind() == io::ErrorKind::WouldBlock => write!(
                out,
                "another relay writes to the archive {}: each has its own, so choose another folder with --archive DIR",
                folder.display()
            ),
            Self::Archive { folder, error } => write!(
                out,
                "cannot write to the archive {}: {error}; choose a folder with --archive DIR that this user may write to",
                folder.display()
            ),
        }
    }
}

impl Error for StartError {}

/// An address as it stands before a port.
fn host(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_port_is_said_as_the_flag_takes_it() {
        for (address, said) in
            [("127.0.0.1:8080", "--listen 127.0.0.1:PORT"), ("[::1]:8080", "--listen [::1]:PORT")]
        {
            let address = address.parse().expect("an address");
            let error = io::ErrorKind::AddrInUse.into();
            let error = StartError::Listen { flag: "--listen", address, error }.to_string();
            assert!(error.ends_with(said), "{error}");
        }
    }
}
