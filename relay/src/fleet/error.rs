//! Why a relay cannot join a fleet, as one sentence that says what to do.

use super::HEADERS;
use async_nats::{
    ConnectError, ConnectErrorKind,
    jetstream::context::{CreateStreamError, CreateStreamErrorKind},
};
use std::{error::Error, fmt, io, path::PathBuf};

/// Why a relay cannot join the fleet.
#[derive(Debug)]
pub enum FleetError {
    /// The address of a server is none.
    Url(io::Error),
    /// The servers cannot be reached, or do not let this relay in.
    Connect(ConnectError),
    /// What should let this relay in, or vouch for the servers, cannot be read.
    File {
        /// The flag that said where that is.
        flag: &'static str,
        /// Where.
        file: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// They take no messages as large as a broadcaster may send.
    MaxPayload {
        /// What they take.
        takes: usize,
        /// What a broadcaster may send.
        message: u32,
    },
    /// There is no stream, and none can be made.
    Stream(CreateStreamError),
}

impl fmt::Display for FleetError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(error) => write!(
                out,
                "--nats is no address of a NATS server: {error}; write it like nats://10.0.0.5:4222"
            ),
            Self::Connect(error) => match error.kind() {
                ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => out.write_str(
                    "the NATS servers of --nats do not let this relay in: set BLOBCAST_NATS=nats://USER:PASSWORD@HOST, or name a \
                     file with --nats-credentials",
                ),
                _ if is_tls(error) => write!(
                    out,
                    "the NATS servers of --nats are not believed: {error}; name the certificates that vouch for them with --nats-ca"
                ),
                _ => write!(
                    out,
                    "cannot join the NATS servers of --nats: {error}; start one with nats-server -js"
                ),
            },
            Self::File { flag, file, error } => {
                let takes = match *flag {
                    "--nats-ca" => "certificates in PEM form",
                    _ => "a file as nsc generate creds makes it",
                };
                write!(out, "cannot use {}: {error}; {flag} takes {takes}", file.display())
            }
            Self::MaxPayload { takes, message } => write!(
                out,
                "the NATS server takes messages of {takes} bytes, and broadcasters may send {message}: give it max_payload: {}, or \
                 this relay --max-message-bytes {}",
                *message as usize + HEADERS,
                takes.saturating_sub(HEADERS)
            ),
            Self::Stream(error) => match error.kind() {
                CreateStreamErrorKind::TimedOut => out.write_str(
                    "the NATS server does not answer about a stream for the fleet: start it with JetStream (nats-server -js), and \
                     let this relay's user publish to $JS.API.> and subscribe to _INBOX.>",
                ),
                _ => write!(
                    out,
                    "the NATS server has no stream for the fleet: {error}; start it with JetStream: nats-server -js"
                ),
            },
        }
    }
}

impl Error for FleetError {}

/// Whether the seal of the connection is what failed. The client says of most such failures that they are of input and output.
fn is_tls(error: &ConnectError) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    error.kind() == ConnectErrorKind::Tls
        || cause.and_then(io::Error::get_ref).is_some_and(|cause| cause.is::<rustls::Error>())
}
