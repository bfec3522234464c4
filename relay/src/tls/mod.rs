//! TLS on the public port.
//!
//! `certificate`: what the relay proves by who it is, and the handshake. `session`: the bytes of a WebSocket after that, sealed and opened.

mod certificate;
mod session;

pub(crate) use certificate::Greeting;
pub use certificate::{Certificate, CertificateError};
pub(crate) use session::{Session, Trying};
