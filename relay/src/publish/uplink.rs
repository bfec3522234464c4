//! What goes to the relay and what it answers. No sockets, no clock of its own: times are arguments, ms. The browser's is
//! src/recorder/uplink.rs.

use blobcast_wire::{Kind, Message, Numbering, Outbox, RelayClock, Resend, Segment, Socket as Which, Text};

/// A message as it is sent, and on which socket.
pub(super) type Sent = (Which, Vec<u8>);

/// What a broadcaster keeps and knows.
#[derive(Debug, Default)]
pub(super) struct Uplink {
    outbox: Outbox<Vec<u8>>,
    numbering: Numbering,
    clock: RelayClock,
    /// Both sockets are open.
    is_up: bool,
    /// What the relay has, as this chunk socket has heard.
    have: Option<(Segment, u32, Segment)>,
    may_send: bool,
}

/// What follows of what the relay has said.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TakenUp {
    /// The relay lacks these.
    pub(super) missing: Vec<Sent>,
    /// The segment is closed for it: the next one has to begin.
    pub(super) is_refused: bool,
}

impl Uplink {
    /// Both sockets are open.
    pub(super) fn up(&mut self, now: f64) -> TakenUp {
        self.is_up = true;
        self.take_up(now)
    }

    /// A socket is away, or both.
    pub(super) fn lost(&mut self, which: Which, both: bool) {
        (self.is_up, self.may_send) = (false, false);
        // A new chunk socket begins with what the relay has.
        if which == Which::Chunk {
            self.have = None;
        }
        if both {
            // The next relay may be another one, with a clock of its own.
            self.clock.reset();
        }
    }

    /// The relay has said something.
    pub(super) fn hear(&mut self, text: Text, now: f64) -> TakenUp {
        match text {
            Text::Pong { t, now: relay } => {
                let was_settled = self.clock.is_settled();
                self.clock.pong(t, relay, now);
                if was_settled { TakenUp::default() } else { self.take_up(now) }
            }
            Text::Have { segment, seq, last } => {
                self.have = Some((segment, seq, last));
                self.take_up(now)
            }
            _ => TakenUp::default(),
        }
    }

    /// A round of pings is over. Whether the machine has slept meanwhile; `wall` is the system's clock, ms.
    pub(super) fn tick(&mut self, now: f64, wall: f64) -> bool {
        self.clock.tick(now, wall)
    }

    /// Goes on after what the relay has, once both sockets are there and its clock is known.
    fn take_up(&mut self, now: f64) -> TakenUp {
        let Some((segment, seq, last)) = self.have.filter(|_| self.is_up && self.clock.is_settled()) else {
            return TakenUp::default();
        };
        let relay_now = self.relay_now(now);
        let is_refused = self.outbox.have(segment, seq, last, relay_now);
        if self.may_send {
            self.numbering.hear(last);
            return TakenUp { missing: Vec::new(), is_refused };
        }
        self.may_send = true;
        self.numbering.begin_anew(last, self.outbox.newest());
        let missing = self.outbox.missing(segment, seq).into_iter().map(|missing| resent(missing, relay_now));
        TakenUp { missing: missing.collect(), is_refused }
    }

    /// Whether the relay takes what is new.
    pub(super) fn may_send(&self) -> bool {
        self.may_send
    }

    /// Keeps a message for a relay that may lose it; gives it as it is sent if one is there.
    pub(super) fn keep(&mut self, message: Message<Vec<u8>>) -> Option<Sent> {
        let sent = self.may_send.then(|| (message.kind.socket(), message.encode()));
        let is_kept = self.outbox.keep(message);
        sent.filter(|_| is_kept)
    }

    /// Whether the relay has everything, the end too.
    pub(super) fn is_delivered(&self) -> bool {
        self.outbox.is_delivered()
    }

    /// The number of a segment that begins now, by its media at `at` if it follows another one.
    pub(super) fn number(&mut self, at: Option<u64>, now: f64) -> Segment {
        let clock = self.relay_now(now);
        match at {
            Some(at) => self.numbering.follow(at, clock),
            None => self.numbering.next(clock),
        }
    }

    /// The relay's time, µs; 0 while it is not known.
    pub(super) fn relay_now(&self, now: f64) -> u64 {
        self.clock.at(now).unwrap_or(0)
    }
}

fn resent(missing: Resend<'_, Vec<u8>>, now: u64) -> Sent {
    match missing {
        Resend::Again(message) => (message.kind.socket(), message.encode()),
        Resend::CutShort(segment, seq) => {
            (Which::Chunk, Kind::LastChunk { cut_short: true }.prefix(segment, seq, now))
        }
        Resend::Glued(blob) => (Which::Blob, [blob.prefix(), blob.parts().concat()].concat()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use blobcast_wire::FIRST_PINGS;

    const NOON: u64 = 1_795_000_000_000_000;

    /// The relay's clock is `NOON` at 0 here.
    fn settle(uplink: &mut Uplink) -> TakenUp {
        let pong = Text::Pong { t: 0.0, now: NOON as f64 / 1e3 };
        (0..FIRST_PINGS).map(|_| uplink.hear(pong, 0.0)).last().expect("several")
    }

    fn have(segment: Segment, seq: u32, last: Segment) -> Text {
        Text::Have { segment, seq, last }
    }

    fn message(kind: Kind, segment: Segment, seq: u32) -> Message<Vec<u8>> {
        Message { kind, segment, seq, sent: 0, body: b"media".to_vec() }
    }

    fn blob(segment: Segment) -> Message<Vec<u8>> {
        message(Kind::Blob { mime: "video/webm".into() }, segment, 1)
    }

    #[test]
    fn nothing_is_sent_before_sockets_clock_and_have_are_there() {
        let mut uplink = Uplink::default();
        assert_eq!(uplink.keep(blob(NOON)), None);
        assert_eq!(uplink.up(0.0), TakenUp::default());
        assert_eq!(settle(&mut uplink), TakenUp::default());
        assert!(!uplink.may_send());
        let taken = uplink.hear(have(0, 0, 0), 0.0);
        assert_eq!(taken.missing.len(), 1, "what was kept");
        assert!(uplink.may_send() && !uplink.is_delivered());
        let end = uplink.keep(message(Kind::LastChunk { cut_short: false }, NOON, 1)).expect("sent");
        assert_eq!(end.0, Which::Chunk);
        uplink.hear(have(NOON, 2, NOON), 0.0);
        assert!(uplink.is_delivered());
    }

    #[test]
    fn a_relay_that_lost_everything_gets_the_segment_glued_and_one_that_went_on_refuses_it() {
        let mut uplink = Uplink::default();
        uplink.up(0.0);
        settle(&mut uplink);
        uplink.hear(have(0, 0, 0), 0.0);
        assert!(uplink.keep(blob(NOON)).is_some());
        assert!(uplink.keep(message(Kind::Chunk, NOON, 1)).is_some());
        uplink.lost(Which::Chunk, false);
        uplink.lost(Which::Blob, true);
        assert_eq!(uplink.keep(message(Kind::Chunk, NOON, 2)), None);
        uplink.up(0.0);
        uplink.hear(have(0, 0, 0), 0.0);
        let taken = settle(&mut uplink);
        let [(Which::Blob, glued)] = &taken.missing[..] else { panic!("{taken:?}") };
        assert!(glued.ends_with(&b"media".repeat(3)));
        let taken = uplink.hear(have(0, 0, NOON), 0.0);
        assert!(taken.is_refused && taken.missing.is_empty());
        assert!(uplink.number(Some(NOON), 0.0) > NOON, "the next one comes after it");
    }
}
