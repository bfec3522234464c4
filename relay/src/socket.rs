//! One WebSocket, as its driver sees it: something happened, or there is room to send.
//!
//! Everything here can be dropped half-way (in a `select!`) and asked again: nothing is lost. At most one
//! message waits in the socket; what is not sent yet stays in the broadcast, where it can still be skipped.

mod pulse;

use self::pulse::{Beat, Pulse};
use crate::{
    bucket::Bucket,
    farewell::Farewell,
    limits::Limit,
    line::{Line, Pipe},
    timing::Timing,
};
use blobcast_wire::{Close, Text};
use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream};
use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{Instant, Interval, MissedTickBehavior, interval_at, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        error::{CapacityError, ProtocolError},
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

/// How long a closing handshake may take.
const CLOSING: Duration = Duration::from_secs(2);

/// How much is read at once, bytes, by how large a message may be: each socket has such a buffer for as long as it lives, and a
/// viewer's needs room for a ping.
const MIN_READ: usize = 256;
const MAX_READ: usize = 16 << 10;

/// A WebSocket after its handshake.
pub(crate) struct Socket {
    line: Arc<Line>,
    /// In a box: futures that take a socket along have room for it more than once.
    stream: Box<WebSocketStream<Pipe>>,
    heartbeat: Interval,
    /// Whether the peer is there.
    pulse: Pulse,
    /// How long a message may be, bytes.
    max_len: usize,
    /// What had come when the last message was whole, bytes.
    whole: u64,
    /// How many texts and pings may still come.
    talk: Bucket,
    began: Instant,
}

/// What happened on a socket.
#[derive(Debug)]
pub(crate) enum Event {
    /// A binary message.
    Binary(Bytes),
    /// A text message.
    Text(String),
    /// All that was put has been handed to the system: there is room for one more message.
    Writable,
    /// The peer closed, with this code if it said one.
    Closed(Option<u16>),
    /// The connection is gone or dead.
    Lost,
    /// The peer has taken nothing for too long.
    Stuck,
    /// The peer broke the WebSocket protocol, or sent too large a message or too many.
    Broken(Farewell),
}

impl Socket {
    /// A socket that takes messages up to `max_len` bytes, and so many texts and pings in a second. `read` was read by the
    /// handshake already.
    pub(crate) async fn new(
        line: Arc<Line>,
        read: Bytes,
        max_len: usize,
        max_texts: u32,
        timing: &Timing,
    ) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size((max_len / 256).clamp(MIN_READ, MAX_READ))
            .max_message_size(Some(max_len))
            .max_frame_size(Some(max_len));
        let pipe = line.pipe(&read);
        drop(read); // a view of the handshake's buffer
        let stream = Box::new(WebSocketStream::from_raw_socket(pipe, Role::Server, Some(config)).await);
        let mut heartbeat = interval_at(Instant::now() + timing.ping_every(), timing.ping_every());
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            line,
            stream,
            heartbeat,
            pulse: Pulse::new(timing.stuck_time),
            max_len,
            whole: 0,
            talk: Bucket::full(max_texts.into(), 0),
            began: Instant::now(),
        }
    }

    /// The connection under it, which takes whole frames from others too.
    pub(crate) fn line(&self) -> &Arc<Line> {
        &self.line
    }

    /// Waits for the next event; for [`Event::Writable`] only if there is something to send.
    pub(crate) async fn next(&mut self, has_more: bool) -> Event {
        std::future::poll_fn(|cx| self.poll_event(cx, has_more)).await
    }

    /// Gives it a text to send; pieces go by its [line](Self::line). To be called after [`Event::Writable`].
    pub(crate) fn put(&mut self, text: &Text) {
        self.queue(Message::text(text.to_json()));
    }

    /// Says why (unless a close is on its way already), closes, and reads on until the peer has closed too: were
    /// there unread bytes, closing would reset the connection, and the reason could be lost on the way.
    pub(crate) async fn close(mut self, farewell: &Farewell) {
        let reason = farewell.reason.as_str().into();
        self.queue(Message::Close(Some(CloseFrame { code: farewell.close.code().into(), reason })));
        self.drain().await;
    }

    /// Sends what is left, the answer to the peer's close among it, and waits for the peer to go.
    pub(crate) async fn drain(mut self) {
        let drain = async {
            // After both have closed the library says so by an error.
            let _ = self.stream.flush().await;
            let io = self.stream.get_mut();
            io.shutdown().await?;
            let mut rest = vec![0; 8192];
            while io.read(&mut rest).await? > 0 {}
            std::io::Result::Ok(())
        };
        // A peer that does not answer is dropped.
        let _ = timeout(CLOSING, drain).await;
    }

    /// An error here means that the socket is closed already; the next read says so too.
    fn queue(&mut self, message: Message) {
        let _ = Pin::new(&mut self.stream).start_send(message);
    }

    fn poll_event(&mut self, cx: &mut Context<'_>, has_more: bool) -> Poll<Event> {
        if self.heartbeat.poll_tick(cx).is_ready() {
            match self.pulse.beat(Instant::now()) {
                Beat::Ask => self.queue(Message::Ping(Bytes::new())),
                Beat::Wait => {}
                Beat::Lost => return Poll::Ready(Event::Lost),
                Beat::Stuck => return Poll::Ready(Event::Stuck),
            }
            // Asks to be woken by the next tick.
            let _ = self.heartbeat.poll_tick(cx);
        }
        match Pin::new(&mut self.stream).poll_flush(cx) {
            Poll::Ready(Ok(())) => {
                self.pulse.takes_all();
                if has_more {
                    return Poll::Ready(Event::Writable);
                }
            }
            Poll::Ready(Err(_)) => return Poll::Ready(Event::Lost),
            Poll::Pending => {
                self.pulse.leaves(self.line.waiting(), Instant::now());
            }
        }
        loop {
            match Pin::new(&mut self.stream).poll_next(cx) {
                // The library counts what is in a message, not its frames, of which there may be any number with nothing in them.
                Poll::Pending if self.has_endless_frames() => {
                    let reason = "a message came in too many frames: send it in fewer";
                    return Poll::Ready(Event::Broken(Farewell::new(Close::TooBig, reason)));
                }
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(Event::Lost),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(self.broken(&error)),
                Poll::Ready(Some(Ok(message))) => {
                    let is_answer = self.pulse.hear() && message.is_pong();
                    self.whole = self.stream.get_ref().came();
                    if !(message.is_binary() || message.is_close() || is_answer || self.may_talk()) {
                        return Poll::Ready(Event::Broken(Farewell::limit(Limit::TextsPerSecond)));
                    }
                    if let Some(event) = self.read(message) {
                        return Poll::Ready(event);
                    }
                }
            }
        }
    }

    /// Whether the heads of a message's frames take more than the message may.
    fn has_endless_frames(&self) -> bool {
        self.stream.get_ref().came() - self.whole > 2 * self.max_len as u64
    }

    /// Whether it has not said too much yet.
    fn may_talk(&mut self) -> bool {
        self.talk.take(1.0, self.began.elapsed().as_micros() as u64)
    }

    fn read(&mut self, message: Message) -> Option<Event> {
        match message {
            Message::Binary(bytes) => Some(Event::Binary(bytes)),
            Message::Text(text) => Some(Event::Text(text.as_str().to_owned())),
            Message::Close(frame) => Some(Event::Closed(frame.map(|frame| frame.code.into()))),
            Message::Ping(_) => {
                // The library answers. A peer that does not read the answers would make it keep them.
                self.pulse.is_asked_in_vain().then_some(Event::Lost)
            }
            Message::Pong(_) | Message::Frame(_) => None,
        }
    }

    /// What breaks RFC 6455 is closed with the code that it has for that; what breaks a limit of ours, by whoever drives this.
    fn broken(&mut self, error: &Error) -> Event {
        let code = match error {
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => return Event::Lost,
            Error::Protocol(_) => CloseCode::Protocol,
            Error::Utf8(_) => CloseCode::Invalid,
            Error::Capacity(CapacityError::MessageTooLong { max_size, .. }) => {
                let reason = format!("a message was too large: send at most {max_size} bytes");
                return Event::Broken(Farewell::new(Close::TooBig, reason));
            }
            _ => return Event::Lost,
        };
        self.queue(Message::Close(Some(CloseFrame { code, reason: error.to_string().into() })));
        Event::Broken(Farewell::bad(error))
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Socket").field("pulse", &self.pulse).finish_non_exhaustive()
    }
}
