//! A viewer that goes on where it was, and counts what comes twice.

use super::{Event, Home, leg::Leg};
use crate::common::{Heard, Watched};
use blobcast_wire::{Kind, Message, Reassembly, Segment, Text};
use bytes::Bytes;
use std::{collections::BTreeSet, net::SocketAddr, time::Duration};
use tokio::sync::watch;

/// A message: whether it is a blob, its segment and seq.
type Place = (bool, Segment, u32);

/// A native viewer.
pub(crate) struct Viewer {
    home: Home,
    pub(crate) blob: Leg,
    pub(crate) chunk: Leg,
    reassembly: Reassembly<Bytes>,
    pub(crate) watched: Watched,
    pub(crate) skips: Vec<(Segment, Segment)>,
    /// Container bytes of all messages that came.
    pub(crate) received: usize,
    messages: BTreeSet<Place>,
    /// Those that were held for order when their socket was lost. A URL names only what was read, so they may come
    /// once more.
    held: BTreeSet<Place>,
    /// Bytes that came once more for that reason.
    pub(crate) held_twice: usize,
    /// Bytes that were read before, in blobs that healed: such a relay has these pieces in no other form.
    pub(crate) healed_twice: usize,
    progress: watch::Sender<Progress>,
}

/// How far a viewer is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Progress {
    /// The newest segment that has ended.
    pub(crate) ended: Segment,
    /// Container bytes that were read.
    pub(crate) read: usize,
}

impl Viewer {
    pub(crate) fn new(home: Home, name: &str, session: &str) -> Self {
        let leg = |socket| Leg::new(format!("/view/{name}/{socket}?session={session}"));
        Self {
            home,
            blob: leg("blob"),
            chunk: leg("chunk"),
            reassembly: Reassembly::new(),
            watched: Watched::default(),
            skips: Vec::new(),
            received: 0,
            messages: BTreeSet::new(),
            held: BTreeSet::new(),
            held_twice: 0,
            healed_twice: 0,
            progress: watch::Sender::default(),
        }
    }

    /// Whether both sockets are there.
    pub(crate) fn is_here(&self) -> bool {
        !self.blob.is_lost() && !self.chunk.is_lost()
    }

    pub(crate) fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Reads until a segment has ended; which one may be said as long as it has not.
    pub(crate) async fn watch_until(&mut self, last: &watch::Receiver<Option<Segment>>) {
        while last.borrow().is_none_or(|last| self.progress.borrow().ended < last) {
            self.hear().await;
        }
    }

    /// What comes next. Can be dropped half-way.
    pub(crate) async fn event(&mut self) -> Event {
        Event::next(&mut self.blob, &mut self.chunk, &mut self.home).await
    }

    /// Sees to it.
    pub(crate) async fn see_to(&mut self, event: Event) {
        match event {
            Event::Home(relay) => self.open(relay).await,
            Event::Blob(Some(Heard::Piece(message))) | Event::Chunk(Some(Heard::Piece(message))) => {
                self.receive(message);
            }
            Event::Chunk(Some(Heard::Text(Text::Skip { from, to }))) => self.skips.push((from, to)),
            Event::Blob(None) | Event::Chunk(None) if self.blob.is_lost() && self.chunk.is_lost() => {
                self.reassembly.reconnected();
            }
            Event::Blob(_) | Event::Chunk(_) => {}
        }
    }

    /// Drops both connections.
    pub(crate) fn lose(&mut self) {
        self.blob.lose();
        self.chunk.lose();
        self.reassembly.reconnected();
    }

    /// Waits for something and sees to it.
    pub(crate) async fn hear(&mut self) {
        let event = self.event().await;
        self.see_to(event).await;
    }

    async fn open(&mut self, relay: SocketAddr) {
        let (segment, place) = match self.reassembly.position() {
            Some((segment, seq)) => (format!("&segment={segment}"), format!("&segment={segment}&seq={seq}")),
            None => Default::default(),
        };
        if self.chunk.is_lost() {
            self.note_held(false);
            self.chunk.open(relay, &place).await;
        }
        if self.blob.is_lost() {
            self.note_held(true);
            self.blob.open(relay, &segment).await;
        }
    }

    /// What one of the sockets brought and is not read yet may come again.
    fn note_held(&mut self, blobs: bool) {
        let (segment, seq) = self.reassembly.position().unwrap_or((0, 0));
        let held = match blobs {
            true => (true, segment + 1, 0)..(true, Segment::MAX, 0),
            false => (false, segment, seq)..(false, Segment::MAX, 0),
        };
        self.held.extend(self.messages.range(held));
    }

    fn receive(&mut self, message: Message<Bytes>) {
        let Message { segment, seq, .. } = message;
        let is_blob = matches!(message.kind, Kind::Blob { .. });
        self.received += message.body.len();
        let place = (is_blob, segment, seq);
        if !self.messages.insert(place) {
            assert!(self.held.remove(&place), "{segment}.{seq} comes once");
            self.held_twice += message.body.len();
        }
        if is_blob && let Some(read) = self.watched.segments.get(&segment) {
            self.healed_twice += read.bytes.len();
        }
        for piece in self.reassembly.push(message, Duration::ZERO) {
            self.watched.read(piece);
        }
        let ended = self.watched.newest_ended().unwrap_or(0);
        let read = self.watched.segments.values().map(|segment| segment.bytes.len()).sum();
        self.progress.send_replace(Progress { ended, read });
    }
}
