//! The TLS of a WebSocket's connection. Frames wait as they are, shared with all who get the same; what is sealed is of use to this
//! peer alone, so only so much is as the connection is about to take.

use bytes::{Buf, Bytes};
use rustls::ServerConnection;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use tokio::net::TcpStream;

/// How much may be sealed and wait, bytes: two records.
const MAX_SEALED: usize = 32 << 10;

/// A TLS session after its handshake, without its connection.
#[derive(Debug)]
pub(crate) struct Session(Box<ServerConnection>);

impl Session {
    /// Goes on with a session.
    pub(crate) fn new(mut tls: ServerConnection) -> Self {
        tls.set_buffer_limit(Some(MAX_SEALED));
        Self(Box::new(tls))
    }

    /// Whether something is sealed and waits. It has to go out before anything else.
    pub(crate) fn has_sealed(&self) -> bool {
        self.0.wants_write()
    }

    /// How many bytes are sealed and wait.
    pub(crate) fn sealed(&mut self) -> usize {
        self.0.process_new_packets().map_or(0, |state| state.tls_bytes_to_write())
    }

    /// Sends what is sealed and waits, then of `rest` as much as the connection takes, and leaves what it does not; whether nothing
    /// waits any more.
    pub(crate) fn send(&mut self, rest: &mut Bytes, tcp: &mut impl Write) -> io::Result<bool> {
        while self.flush(tcp)? {
            if rest.is_empty() {
                // What is empty would keep the whole frame that it is a view of.
                *rest = Bytes::new();
                return Ok(true);
            }
            let count = self.seal(&[IoSlice::new(rest)])?;
            rest.advance(count);
        }
        Ok(false)
    }

    /// Sends what is sealed and waits, then seals as much of these as may wait, and sends what the connection takes of it. How much was
    /// sealed; `WouldBlock` if what waited waits on.
    pub(crate) fn write(&mut self, bufs: &[IoSlice<'_>], tcp: &mut impl Write) -> io::Result<usize> {
        while self.flush(tcp)? {
            let count = self.seal(bufs)?;
            if count > 0 {
                self.flush(tcp)?;
                return Ok(count);
            }
        }
        Err(ErrorKind::WouldBlock.into())
    }

    fn seal(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        let count = self.0.writer().write_vectored(bufs)?;
        // A session that is over takes nothing; one that changes its keys has something to send first.
        if count > 0 || self.has_sealed() { Ok(count) } else { Err(ErrorKind::BrokenPipe.into()) }
    }

    /// Sends what is sealed and waits; whether nothing does any more.
    fn flush(&mut self, tcp: &mut impl Write) -> io::Result<bool> {
        while self.has_sealed() {
            match self.0.write_tls(tcp) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Seals the last word: nothing can be sent after it.
    pub(crate) fn close(&mut self) {
        self.0.send_close_notify();
    }

    /// Reads what was opened already. `WouldBlock` when more has to be [received](Self::receive) first.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.reader().read(into)
    }

    /// Opens what has come.
    pub(crate) fn receive(&mut self, tcp: &mut (impl Read + Write)) -> io::Result<()> {
        self.0.read_tls(tcp)?;
        if let Err(error) = self.0.process_new_packets() {
            // The alert that tells the peer why. The session is over in any case.
            let _ = self.flush(tcp);
            return Err(io::Error::new(ErrorKind::InvalidData, error));
        }
        Ok(())
    }
}

/// A connection as it is read from and written to here: what it does not do at once is tried again when the runtime says so.
#[derive(Debug)]
pub(crate) struct Trying<'a>(pub(crate) &'a TcpStream);

impl Read for Trying<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(into)
    }
}

impl Write for Trying<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.try_write_vectored(bufs)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use rustls::{
        ClientConfig, ClientConnection, RootCertStore, ServerConfig, crypto::aws_lc_rs, version::TLS13,
    };
    use std::sync::Arc;

    /// A connection that takes so many bytes and then no more.
    struct Narrow {
        takes: usize,
        sent: Vec<u8>,
    }

    impl Write for Narrow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let count = bytes.len().min(self.takes);
            if count == 0 {
                return Err(ErrorKind::WouldBlock.into());
            }
            self.takes -= count;
            self.sent.extend(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Both ends after their handshake.
    fn pair() -> (Session, ClientConnection) {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".into()]).expect("a certificate");
        let mut roots = RootCertStore::empty();
        roots.add(cert.der().clone()).expect("a root");
        let provider = Arc::new(aws_lc_rs::default_provider());
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&TLS13])
            .expect("a version")
            .with_no_client_auth()
            .with_single_cert(vec![cert.into()], signing_key.into())
            .expect("a pair");
        let client = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13])
            .expect("a version")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = "localhost".try_into().expect("a name");
        let mut client = ClientConnection::new(client.into(), name).expect("a client");
        let mut server = ServerConnection::new(server.into()).expect("a server");
        while client.is_handshaking() || server.is_handshaking() || server.wants_write() {
            let mut bytes = Vec::new();
            while client.wants_write() {
                client.write_tls(&mut bytes).expect("written");
            }
            server.read_tls(&mut &*bytes).expect("read");
            server.process_new_packets().expect("good packets");
            let mut bytes = Vec::new();
            while server.wants_write() {
                server.write_tls(&mut bytes).expect("written");
            }
            client.read_tls(&mut &*bytes).expect("read");
            client.process_new_packets().expect("good packets");
        }
        (Session::new(server), client)
    }

    fn opened(client: &mut ClientConnection, mut sent: &[u8]) -> Vec<u8> {
        let mut all = Vec::new();
        while !sent.is_empty() {
            client.read_tls(&mut sent).expect("read");
            client.process_new_packets().expect("good packets");
            let error = client.reader().read_to_end(&mut all).expect_err("more to come");
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
        }
        all
    }

    #[test]
    fn whatever_a_connection_takes_at_a_time_all_arrives_in_order_and_little_is_sealed_ahead() {
        let (mut session, mut client) = pair();
        let frame: Vec<u8> = (0..1_000_000_u32).map(|at| (at / 7) as u8).collect();
        let mut tcp = Narrow { takes: 0, sent: Vec::new() };
        let mut rest = Bytes::from(frame.clone());
        let mut library = &b"what the library has to say"[..];
        let mut rounds = 0;
        while !library.is_empty() {
            if session.send(&mut rest, &mut tcp).expect("sent") {
                let count = session.write(&[IoSlice::new(library)], &mut tcp).expect("written");
                library = &library[count..];
            }
            let most = MAX_SEALED + 100;
            assert!(session.sealed() < most, "{} bytes wait", session.sealed());
            assert_eq!(session.has_sealed(), session.sealed() > 0);
            tcp.takes = [1, 20_000, 5, 50_000, 16_406][rounds % 5];
            rounds += 1;
        }
        assert!(rounds > 50, "{rounds}");
        tcp.takes = usize::MAX;
        assert!(session.send(&mut Bytes::new(), &mut tcp).expect("sent"));
        let arrived = opened(&mut client, &tcp.sent);
        assert_eq!(arrived, [&frame[..], b"what the library has to say"].concat());
    }
}
