//! A broadcaster that keeps what it sends, and goes on with what the relay lacks.

use super::{Event, Home, leg::Leg};
use crate::common::{Heard, message_of, now};
use blobcast_wire::{Kind, Message, Outbox, Resend, Segment, Text};
use bytes::Bytes;
use std::{collections::BTreeSet, net::SocketAddr};

/// A native broadcaster.
pub(crate) struct Broadcaster {
    home: Home,
    pub(crate) blob: Leg,
    pub(crate) chunk: Leg,
    outbox: Outbox<Bytes>,
    /// What the relay said last that it has, and its newest number.
    have: (Segment, u32, Segment),
    /// That was said on this chunk socket.
    have_is_new: bool,
    /// The relay's clock less this machine's, µs. Asked again when both sockets were lost: the next relay may be
    /// another one.
    offset: Option<i64>,
    /// How wrong it is about the relay's clock, µs.
    pub(crate) error: i64,
    /// How often the segment that it records was not taken: the next one has to begin then.
    pub(crate) refusals: u32,
    /// What a relay had, or did not take, and is kept no longer.
    pub(crate) let_go: BTreeSet<Segment>,
}

impl Broadcaster {
    pub(crate) fn new(home: Home, name: &str, session: &str) -> Self {
        let leg = |socket| Leg::new(format!("/publish/{name}/{socket}?session={session}"));
        Self {
            home,
            blob: leg("blob"),
            chunk: leg("chunk"),
            outbox: Outbox::default(),
            have: (0, 0, 0),
            have_is_new: false,
            offset: None,
            error: 0,
            refusals: 0,
            let_go: BTreeSet::new(),
        }
    }

    /// The number of a segment that starts now.
    pub(crate) fn number(&self) -> Segment {
        let newest = self.outbox.newest().unwrap_or(0).max(self.have.2);
        self.relay_now().saturating_add_signed(self.error).max(newest + 1)
    }

    /// Whether what is recorded goes to the relay at once.
    pub(crate) fn may_send(&self) -> bool {
        !self.blob.is_lost() && !self.chunk.is_lost() && self.have_is_new && self.offset.is_some()
    }

    /// Whether nobody can get anything before the next segment begins: the relay has none, and all was delivered to
    /// the one before it.
    pub(crate) fn has_nothing(&self) -> bool {
        self.may_send() && self.have.0 == 0 && self.outbox.is_delivered()
    }

    /// Keeps a message, and sends it if it can.
    pub(crate) async fn record(&mut self, message: Message<Bytes>) {
        if self.outbox.keep(message.clone()) && self.may_send() {
            self.send(&message).await;
        }
    }

    /// What comes next. Can be dropped half-way.
    pub(crate) async fn event(&mut self) -> Event {
        Event::next(&mut self.blob, &mut self.chunk, &mut self.home).await
    }

    /// Sees to it.
    pub(crate) async fn see_to(&mut self, event: Event) {
        let could_send = self.may_send();
        match event {
            Event::Chunk(Some(Heard::Text(Text::Have { segment, seq, last }))) => {
                self.have = (segment, seq, last);
                self.have_is_new = true;
                self.settle();
            }
            Event::Blob(Some(Heard::Text(Text::Pong { now: relay, .. }))) => {
                self.offset.get_or_insert((relay * 1000.0) as i64 - now() as i64);
                self.settle();
            }
            Event::Chunk(None) => self.have_is_new = false,
            Event::Home(relay) => self.open(relay).await,
            Event::Blob(_) | Event::Chunk(_) => {}
        }
        if self.blob.is_lost() && self.chunk.is_lost() {
            self.offset = None;
        }
        if !could_send && self.may_send() {
            self.send_missing().await;
        }
    }

    /// Drops both connections.
    pub(crate) fn lose(&mut self) {
        self.blob.lose();
        self.chunk.lose();
        (self.have_is_new, self.offset) = (false, None);
    }

    /// Waits for something and sees to it.
    pub(crate) async fn hear(&mut self) {
        let event = self.event().await;
        self.see_to(event).await;
    }

    /// Waits until the relay has all of it.
    pub(crate) async fn deliver(&mut self) {
        while !self.outbox.is_delivered() {
            self.hear().await;
        }
    }

    /// Ends the broadcast as it should be ended.
    pub(crate) async fn finish(self) {
        tokio::join!(self.blob.finish(), self.chunk.finish());
    }

    async fn open(&mut self, relay: SocketAddr) {
        if self.chunk.is_lost() {
            self.chunk.open(relay, "").await;
        }
        if self.blob.is_lost() {
            self.blob.open(relay, "").await;
            self.blob.send_text(r#"{"type":"ping","t":1}"#).await;
        }
    }

    fn relay_now(&self) -> u64 {
        now().saturating_add_signed(self.offset.unwrap_or(0))
    }

    /// Lets go of what the relay has or does not take, once both that and its clock are known.
    fn settle(&mut self) {
        if self.have_is_new && self.offset.is_some() {
            let (segment, seq, last) = self.have;
            let before = self.kept();
            self.refusals += u32::from(self.outbox.have(segment, seq, last, self.relay_now()));
            self.let_go.extend(&before - &self.kept());
        }
    }

    /// The segments that are kept: those that a relay without any would get.
    fn kept(&self) -> BTreeSet<Segment> {
        let number = |resend| if let Resend::Glued(blob) = resend { Some(blob.segment()) } else { None };
        self.outbox.missing(0, 0).into_iter().filter_map(number).collect()
    }

    async fn send_missing(&mut self) {
        let (segment, seq, _) = self.have;
        let missing: Vec<_> = self.outbox.missing(segment, seq).into_iter().map(message_of).collect();
        for message in missing {
            self.send(&message).await;
        }
    }

    async fn send(&mut self, message: &Message<Bytes>) {
        let is_blob = matches!(message.kind, Kind::Blob { .. });
        if is_blob { self.blob.send(message).await } else { self.chunk.send(message).await }
    }
}
