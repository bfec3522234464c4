//! What goes to the relay and what it answers.

use super::{Recorder, congestion::place};
use crate::{
    bytes::JsBytes,
    dom::now,
    events::State,
    link::{News, Peer},
};
use blobcast_wire::{Body, Kind, Message, Resend, Segment, Socket, Text};

/// Bytes that the browser may hold for the network before a segment is given up, whatever the line: some 13 s at
/// 2.5 Mbit/s.
const MOST_BUFFERED: u32 = 4 << 20;

impl Peer for Recorder {
    fn position(&self) -> Option<(Segment, u32)> {
        None
    }

    fn trace(&self, what: &str, text: &str, a: f64, b: f64) {
        self.events.trace(what, text, a, b);
    }

    fn hear(&self, news: News) {
        match news {
            // A new chunk socket begins with what the relay has; an old one has said it before.
            News::Up { chunk_is_new: true } => {}
            News::Up { chunk_is_new: false } => self.take_up(),
            News::ClockSettled => {
                self.take_up();
                self.pump();
            }
            News::Text(Text::Have { segment, seq, last }) => self.relay_has(segment, seq, last),
            News::Text(Text::State { viewers, .. }) => self.viewers.set(viewers),
            News::Lost { which, .. } => {
                self.may_send.set(false);
                self.line.borrow_mut().reset(None, now());
                if which == Socket::Chunk {
                    self.has_heard.set(false);
                }
                if self.started.is_settled() {
                    self.events.set_state(State::Reconnecting);
                }
            }
            News::Closed(error) => self.end(State::Ended, Some(error)),
            News::Message(_) | News::Text(_) => {}
        }
    }
}

impl Recorder {
    fn relay_has(&self, segment: Segment, seq: u32, last: Segment) {
        self.connecting.take();
        self.have.set((segment, seq, last));
        self.has_heard.set(true);
        self.line.borrow_mut().have(segment, seq, last, self.round_trip(), now());
        self.take_up();
    }

    /// Goes on after what the relay has, once both sockets are there. After a time without it, its clock has to be
    /// known first: it may be another relay, which takes no segment from its future.
    fn take_up(&self) {
        let is_ready = self.link().is_some_and(|link| link.is_up() && link.clock_is_settled());
        if !is_ready || !self.has_heard.get() {
            return;
        }
        let (segment, seq, last) = self.have.get();
        let is_refused = self.outbox.borrow_mut().have(segment, seq, last, self.relay_now());
        if self.may_send.get() {
            self.numbering.borrow_mut().hear(last);
        } else {
            self.events.trace("have", "", segment as f64, seq.into());
            self.numbering.borrow_mut().begin_anew(last, self.outbox.borrow().newest());
            self.send_missing();
        }
        if is_refused {
            self.begin_next();
        }
        if segment > 0 {
            self.started.resolve();
        }
        self.say_state();
        if self.runs.borrow().is_empty() && self.ending.get().is_none() {
            self.hand_over();
        }
        self.end_if_drained();
    }

    /// The state of a recording whose sockets are both there.
    fn say_state(&self) {
        if !self.started.is_settled() || self.ending.get().is_some() {
            return;
        }
        let (segment, ..) = self.have.get();
        let has_begun = segment > 0 || !self.outbox.borrow().is_delivered();
        self.events.set_state(if has_begun { State::Live } else { State::Waiting });
    }

    /// A relay that has closed our segment, or has one of somebody else's, takes no more of it: the next
    /// segment begins at once.
    fn begin_next(&self) {
        if self.ending.get().is_none() && !self.runs.borrow().is_empty() {
            self.hand_over();
        }
    }

    /// Sends what the relay lacks, and from now on everything as it comes.
    fn send_missing(&self) {
        let Some(link) = self.link() else { return };
        self.may_send.set(true);
        let (segment, seq, _) = self.have.get();
        let outbox = self.outbox.borrow();
        for missing in outbox.missing(segment, seq) {
            match missing {
                Resend::Again(message) => link.send(message.kind.socket(), &encode(message)),
                Resend::CutShort(segment, seq) => {
                    let end = Kind::LastChunk { cut_short: true }.prefix(segment, seq, self.relay_now());
                    link.send(Socket::Chunk, &JsBytes::from(end.as_slice()));
                }
                Resend::Glued(blob) => {
                    link.send(Socket::Blob, &JsBytes::joined(&blob.prefix(), blob.parts()))
                }
            }
        }
        self.resent.set(link.buffered_amount());
        self.line.borrow_mut().reset(outbox.last().map(place), now());
    }

    /// Whether what is on its way is too late, or the browser holds more than memory is good for.
    pub(super) fn is_congested(&self) -> bool {
        let buffered = self.link().map_or(0, |link| link.buffered_amount());
        // What was sent again at once says nothing about the line, until it has left.
        self.resent.set(self.resent.get().min(buffered));
        let is_full = buffered - self.resent.get() > MOST_BUFFERED;
        self.line.borrow_mut().is_jammed(now()) || is_full
    }

    /// Keeps a message for a relay that may lose it, and sends it if one is there.
    pub(super) fn send(&self, message: Message<JsBytes>) {
        self.sent.borrow_mut().count(message.body.len(), now());
        let link = self.link().filter(|_| self.may_send.get());
        let socket = message.kind.socket();
        let to_send = link.map(|link| (link, encode(&message)));
        let (place, len) = (place(&message), message.body.len());
        let kept = self.outbox.borrow_mut().keep(message);
        if let Some((link, encoded)) = to_send.filter(|_| kept) {
            link.send(socket, &encoded);
            self.line.borrow_mut().sent(place, len, now());
        }
    }

    /// The relay's time, µs; 0 while it is not known.
    pub(super) fn relay_now(&self) -> u64 {
        self.link().and_then(|link| link.relay_now()).unwrap_or(0)
    }
}

fn encode(message: &Message<JsBytes>) -> JsBytes {
    JsBytes::joined(&message.prefix(), std::slice::from_ref(&message.body))
}
