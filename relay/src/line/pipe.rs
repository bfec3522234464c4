//! A line as the WebSocket library's own: both ways of a connection, of which others write to one.

use super::Line;
use crate::tls::Trying;
use bytes::Bytes;
use socket2::SockRef;
use std::{
    io::{self, ErrorKind, IoSlice},
    net::Shutdown,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// One for the library.
#[derive(Debug)]
pub(crate) struct Pipe {
    line: Arc<Line>,
    read: Bytes,
    came: u64,
}

impl Pipe {
    pub(super) fn new(line: Arc<Line>, read: &[u8]) -> Self {
        // What is empty, or short, would keep the whole buffer that it is a view of.
        Self { line, read: Bytes::copy_from_slice(read), came: 0 }
    }

    /// How many bytes have come in all.
    pub(crate) fn came(&self) -> u64 {
        self.came
    }

    fn poll_take(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.read.is_empty() {
            let count = self.read.len().min(buf.remaining());
            buf.put_slice(&self.read.split_to(count));
            return Poll::Ready(Ok(()));
        }
        if self.line.is_tls {
            return self.poll_open(cx, buf);
        }
        loop {
            ready!(self.line.tcp.poll_read_ready(cx))?;
            match self.line.tcp.try_read(buf.initialize_unfilled()) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                result => return Poll::Ready(result.map(|count| buf.advance(count))),
            }
        }
    }

    /// Reads by way of TLS.
    fn poll_open(&self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut outbox = self.line.outbox.lock();
        let Some(tls) = &mut outbox.tls else { return Poll::Ready(Ok(())) };
        loop {
            match tls.read(buf.initialize_unfilled()) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                result => return Poll::Ready(result.map(|count| buf.advance(count))),
            }
            ready!(self.line.tcp.poll_read_ready(cx))?;
            match tls.receive(&mut Trying(&self.line.tcp)) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                result => result?,
            }
        }
    }
}

impl AsyncRead for Pipe {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = self.poll_take(cx, buf);
        self.came += (buf.filled().len() - before) as u64;
        result
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.line.tcp.poll_write_ready(cx))?;
            let mut outbox = self.line.outbox.lock();
            if !outbox.write_rest(&self.line.tcp)? {
                continue;
            }
            let written = match &mut outbox.tls {
                Some(tls) => tls.write(bufs, &mut Trying(&self.line.tcp)),
                None => self.line.tcp.try_write_vectored(bufs),
            };
            match written {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(count) => {
                    outbox.is_library = true;
                    return Poll::Ready(Ok(count));
                }
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// The library flushes when it has written all that it had.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            {
                let mut outbox = self.line.outbox.lock();
                outbox.is_library = false;
                if outbox.write_rest(&self.line.tcp)? {
                    return Poll::Ready(Ok(()));
                }
            }
            ready!(self.line.tcp.poll_write_ready(cx))?;
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(cx))?;
        if let Some(tls) = &mut self.line.outbox.lock().tls {
            tls.close();
        }
        ready!(self.as_mut().poll_flush(cx))?;
        Poll::Ready(SockRef::from(&self.line.tcp).shutdown(Shutdown::Write))
    }
}
