//! One of a peer's two sockets, over its lives.

use crate::common::{Cable, ClientSocket, Heard, soon};
use blobcast_wire::{Close, Message};
use bytes::Bytes;
use std::net::SocketAddr;
use tokio::{select, sync::watch};

/// Where the relay is; nowhere while it is being started again.
pub(crate) type Home = watch::Receiver<Option<SocketAddr>>;

/// Something that a peer has to see to.
pub(crate) enum Event {
    /// The blob socket brought this, or is lost.
    Blob(Option<Heard>),
    /// The chunk socket.
    Chunk(Option<Heard>),
    /// The relay is there, and a socket is not.
    Home(SocketAddr),
}

impl Event {
    /// The next one. Can be dropped half-way.
    pub(crate) async fn next(blob: &mut Leg, chunk: &mut Leg, home: &mut Home) -> Self {
        let is_lost = blob.is_lost() || chunk.is_lost();
        select! {
            biased;
            heard = blob.next() => Self::Blob(heard),
            heard = chunk.next() => Self::Chunk(heard),
            Ok(home) = home.wait_for(Option::is_some), if is_lost => Self::Home(home.unwrap()),
        }
    }
}

/// A socket's life.
#[derive(Clone, Default)]
pub(crate) struct Life {
    /// Counts them.
    pub(crate) number: u32,
    /// What it hangs on; `None` when it is lost.
    pub(crate) cable: Option<Cable>,
}

/// One socket over its lives.
pub(crate) struct Leg {
    /// The URL's path and query, without what changes from life to life.
    path: String,
    socket: Option<ClientSocket>,
    life: watch::Sender<Life>,
}

impl Leg {
    pub(crate) fn new(path: String) -> Self {
        Self { path, socket: None, life: watch::Sender::default() }
    }

    /// Hears of every life.
    pub(crate) fn lives(&self) -> watch::Receiver<Life> {
        self.life.subscribe()
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.socket.is_none()
    }

    /// Opens it; it may be lost at once.
    pub(crate) async fn open(&mut self, relay: SocketAddr, more: &str) {
        let cable = Cable::lay(relay).await;
        let path = format!("{}{more}", self.path);
        if let Ok(socket) = ClientSocket::connect(cable.address, &path).await {
            self.socket = Some(socket);
            self.life.send_modify(|life| *life = Life { number: life.number + 1, cable: Some(cable) });
        }
    }

    /// The next piece or text; `None` when it is lost. While it is lost there is nothing.
    pub(crate) async fn next(&mut self) -> Option<Heard> {
        let Some(socket) = &mut self.socket else { return std::future::pending().await };
        match socket.next().await {
            Heard::Closed(code, reason) => {
                let is_final = Close::from_code(code).is_some_and(Close::is_final);
                assert!(!is_final, "{}: {code} {reason}", self.path);
                self.lose();
                None
            }
            heard => Some(heard),
        }
    }

    /// Sends, if it is there. That it is lost is heard by reading.
    pub(crate) async fn send(&mut self, message: &Message<Bytes>) {
        if let Some(socket) = &mut self.socket {
            socket.send(message).await;
        }
    }

    pub(crate) async fn send_text(&mut self, json: &str) {
        if let Some(socket) = &mut self.socket {
            socket.send_text(json).await;
        }
    }

    /// Drops the connection.
    pub(crate) fn lose(&mut self) {
        self.socket = None;
        self.life.send_modify(|life| life.cable = None);
    }

    /// Closes with 1000: the peer is done.
    pub(crate) async fn finish(self) {
        if let Some(socket) = self.socket {
            soon("a close", socket.close(1000)).await;
        }
    }
}
