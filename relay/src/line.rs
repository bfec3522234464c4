//! A peer's connection after its handshake. Two write to it, whole frames each: the peer's own driver, through the
//! WebSocket library, and whoever has the next piece for many viewers.

mod pipe;

pub(crate) use self::pipe::Pipe;
use crate::{
    frame::Frame,
    tls::{Session, Trying},
};
use bytes::{Buf, Bytes};
use parking_lot::{Mutex, MutexGuard};
use socket2::SockRef;
use std::{
    io::{self, ErrorKind},
    sync::Arc,
};
use tokio::{net::TcpStream, sync::Notify};

/// How much the system may keep of what it has not yet sent, bytes: half a second of video. What waits with it is stale when it
/// arrives; what waits here can be skipped. What was sent and is not acknowledged comes on top, so a long line is filled nevertheless.
const MAX_UNSENT: u32 = 128 << 10;

/// A connection, to be written to from anywhere.
///
/// In this order: what a round looks at comes first.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Line {
    outbox: Mutex<Outbox>,
    tcp: TcpStream,
    is_tls: bool,
    blocked: Notify,
}

#[derive(Debug, Default)]
struct Outbox {
    /// What the connection did not take of the last frame.
    rest: Bytes,
    /// The library is writing, and may be inside of a frame.
    is_library: bool,
    /// What goes out is sealed by it, and what comes in is opened.
    tls: Option<Box<Session>>,
}

/// The right to send the next frame: nothing waits, and nobody else writes meanwhile.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    line: &'a Line,
    outbox: MutexGuard<'a, Outbox>,
}

impl Line {
    /// A connection that nobody else writes to any more.
    pub(crate) fn new(tcp: TcpStream, tls: Option<Session>) -> Arc<Self> {
        let _ = SockRef::from(&tcp).set_tcp_notsent_lowat(MAX_UNSENT);
        let is_tls = tls.is_some();
        Arc::new(Self {
            tcp,
            is_tls,
            outbox: Mutex::new(Outbox { tls: tls.map(Box::new), ..Outbox::default() }),
            blocked: Notify::new(),
        })
    }

    /// The right to send a frame, unless one waits already or the library is writing. Then the driver sees to it, and what is
    /// not sent is to be tried again after that.
    pub(crate) fn turn(&self) -> Option<Turn<'_>> {
        let outbox = self.outbox.lock();
        if outbox.is_library {
            self.blocked.notify_one();
        }
        (outbox.is_clear() && !outbox.is_library).then_some(Turn { line: self, outbox })
    }

    /// Resolves when the connection did not take what it was given: its driver has to flush it.
    pub(crate) async fn blocked(&self) {
        self.blocked.notified().await;
    }

    /// How many bytes wait for the connection.
    pub(crate) fn waiting(&self) -> usize {
        let outbox = &mut *self.outbox.lock();
        outbox.rest.len() + outbox.tls.as_mut().map_or(0, |tls| tls.sealed())
    }

    /// Both ways of the connection as the WebSocket library wants it. `read` was read by the handshake already.
    pub(crate) fn pipe(self: &Arc<Self>, read: &[u8]) -> Pipe {
        Pipe::new(Arc::clone(self), read)
    }
}

impl Turn<'_> {
    /// Sends a frame. What the connection does not take at once waits for the driver, who is told.
    pub(crate) fn send(mut self, frame: &Frame) {
        // Not by way of the runtime, which would look up whether the socket is ready: it mostly is. An error is the driver's,
        // who meets it too.
        let tcp = SockRef::from(&self.line.tcp);
        let Outbox { rest, tls, .. } = &mut *self.outbox;
        let is_sent = if let Some(tls) = tls {
            *rest = frame.bytes().clone();
            tls.send(rest, &mut &*tcp).unwrap_or(false)
        } else {
            let sent = tcp.send(frame.bytes()).unwrap_or(0);
            if sent < frame.bytes().len() {
                *rest = frame.bytes().slice(sent..);
            }
            rest.is_empty()
        };
        if !is_sent {
            self.line.blocked.notify_one();
        }
    }
}

impl Outbox {
    /// Whether nothing waits.
    fn is_clear(&self) -> bool {
        self.rest.is_empty() && !self.tls.as_ref().is_some_and(|tls| tls.has_sealed())
    }

    /// Writes what waits; whether nothing does any more.
    fn write_rest(&mut self, tcp: &TcpStream) -> io::Result<bool> {
        if let Some(tls) = &mut self.tls {
            return tls.send(&mut self.rest, &mut Trying(tcp));
        }
        while !self.rest.is_empty() {
            match tcp.try_write(&self.rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => self.rest.advance(count),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        // What is empty would keep the whole frame.
        self.rest = Bytes::new();
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    #[tokio::test]
    async fn a_frame_that_was_sent_in_parts_is_let_go() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut peer = TcpStream::connect(address).await.expect("a connection");
        let line = Line::new(listener.accept().await.expect("a peer").0, None);
        let frame = Frame::binary([&vec![7; 64 << 20][..]]);
        line.turn().expect("nothing waits").send(&frame);
        assert!(line.waiting() > 0, "the system took all of it");
        let mut pipe = line.pipe(&[]);
        let mut read = vec![0; frame.bytes().len()];
        let (flushed, _) = tokio::join!(pipe.flush(), peer.read_exact(&mut read));
        flushed.expect("sent");
        assert!(read == *frame.bytes());
        assert!(frame.bytes().is_unique());
    }
}
