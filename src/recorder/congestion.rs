//! How late what is on its way to the relay will be: the measure of a line that is too narrow. Pure: time is an
//! argument, in ms.
//!
//! On its way is what was sent minus what the relay's `have` says. That sees what `bufferedAmount` does not: the
//! kernel and the modem hold seconds of a narrow line's media before the browser holds any.
//!
//! The relay says `have` after each blob and every 250 ms while it changes. So the newest piece of a `have` has
//! arrived just now, and its age says how long the line took, whatever the cadence. That is the past. If it was
//! long, there is a queue, so what arrives is all that the line carries, and what is on its way, at that rate, says
//! how long the line will take for what is sent now: on a line of half the width twice as much, and sooner.

use crate::lean;
use blobcast_wire::{Kind, Message, Segment};

/// How often the relay says what it has.
const CADENCE: f64 = 250.0;

/// The line is watched over this time.
pub const WINDOW: f64 = 1_000.0;

/// What it carries now is what it has carried for at least this long.
pub const LATELY: f64 = 500.0;

/// So many times what has been measured is believed of what is foreseen. At half the line it is twice; a blob, behind
/// which the relay cannot tell what it has, makes it more for a moment.
const FORESIGHT: f64 = 3.0;

/// A relay that has told nothing for this long while something was on its way has got nothing: the line stood still,
/// and how it was before says nothing about how it goes on.
const STALL: f64 = 500.0;

/// Media that is this late, and gets no less so, is more than the line carries. Viewers have 350 ms ahead.
pub const LATE: f64 = 300.0;

/// Media that is this late is too late: the rest of the segment is given up.
const TOO_LATE: f64 = 1_500.0;

/// A line that takes no longer than this has no queue. The next segment waits for that after one was cut short.
pub const FREE: f64 = 200.0;

/// A page that did nothing for this long was frozen or asleep, which says nothing about the line.
const FROZEN: f64 = 1_000.0;

/// A message that the relay lacks.
#[derive(Debug)]
struct Sent {
    place: Place,
    len: usize,
    at: f64,
}

/// A message's segment, and its place in it: the blob's is 0.
pub type Place = (Segment, u32);

/// Where a message is.
pub fn place<B>(message: &Message<B>) -> Place {
    let seq = if matches!(message.kind, Kind::Blob { .. }) { 0 } else { message.seq };
    (message.segment, seq)
}

/// What a `have` has told.
#[derive(Debug)]
struct Heard {
    at: f64,
    /// All bytes that have arrived until then.
    arrived: u64,
    lateness: f64,
}

/// After a connection was lost much is sent at once. How late that is, and what waits behind it, says nothing about
/// the line, as long as that gets less.
#[derive(Debug)]
struct Resent {
    /// The last message of it.
    last: Place,
    since: f64,
    /// What was sent before this took so long.
    before: f64,
}

/// The line to the relay, as far as it can be seen from here.
#[derive(Debug)]
pub struct Line {
    on_its_way: Vec<Sent>,
    arrived: u64,
    /// What was told within the window, and the one before it.
    heard: Vec<Heard>,
    /// What is being sent again.
    resent: Option<Resent>,
    /// What is on its way is waited for before more is sent.
    is_jammed: bool,
    /// The best round trip: what no line takes less than.
    round_trip: f64,
    /// A message may last as long as this on a line that is wide enough.
    timeslice: f64,
    seen: f64,
}

impl Line {
    /// A line that is sent a message per timeslice.
    pub fn new(timeslice: f64) -> Self {
        Self {
            on_its_way: Vec::new(),
            arrived: 0,
            heard: Vec::new(),
            resent: None,
            is_jammed: false,
            round_trip: 0.0,
            timeslice,
            seen: 0.0,
        }
    }

    /// A message was given to the browser.
    pub fn sent(&mut self, place: Place, len: usize, now: f64) {
        self.see(now);
        self.on_its_way.push(Sent { place, len, at: now });
    }

    /// The relay has all of `segment` before piece `seq`, and takes no other up to `last`.
    pub fn have(&mut self, segment: Segment, seq: u32, last: Segment, round_trip: f64, now: f64) {
        self.see(now);
        self.round_trip = round_trip;
        let is_here = |place: Place| place < (segment, seq);
        let is_over = |place: Place| place.0 != segment && place.0 <= last;
        let mut newest = None;
        let is_done = |sent: &&Sent| is_here(sent.place) || is_over(sent.place);
        let done = self.on_its_way.iter().take_while(is_done).count();
        for sent in self.on_its_way.drain(..done) {
            if is_here(sent.place) {
                self.arrived += sent.len as u64;
                newest = Some(sent.at);
            }
        }
        if let Some(resent) = self.resent.take_if(|resent| is_here(resent.last) || is_over(resent.last)) {
            let took = now - resent.since;
            let waits = self.on_its_way.last().filter(|_| took > LATE && took < resent.before);
            self.resent = waits.map(|sent| Resent { last: sent.place, since: now, before: took });
        }
        let Some(newest) = newest.filter(|_| self.resent.is_none()) else { return };
        if self.heard.last().is_some_and(|heard| now > heard.at + STALL + self.timeslice) {
            self.heard.clear();
        }
        let lateness = (now - newest - round_trip).max(0.0);
        self.heard.push(Heard { at: now, arrived: self.arrived, lateness });
        while self.heard.get(1).is_some_and(|heard| heard.at + WINDOW <= now) {
            self.heard.remove(0);
        }
        if lateness > FREE + self.timeslice {
            self.foresee(lateness);
        }
    }

    /// There is a queue, whose head was that late: how late its end will be.
    fn foresee(&mut self, head: f64) {
        let queued: usize = self.on_its_way.iter().map(|sent| sent.len).sum();
        let carries = self.carries(WINDOW).filter(|carries| *carries > 0.0);
        if let (Some(carries), Some(heard)) = (carries, self.heard.last_mut()) {
            let lateness = queued as f64 * 8e3 / carries - self.round_trip;
            heard.lateness = lean::clamp(lateness, 0.0, head * FORESIGHT);
        }
    }

    /// The link is down, or up again and everything up to this message was sent once more: what was known of the
    /// line says nothing about this one.
    pub fn reset(&mut self, resent: Option<Place>, now: f64) {
        self.on_its_way.clear();
        self.heard.clear();
        self.resent = resent.map(|last| Resent { last, since: now, before: f64::INFINITY });
        self.is_jammed = false;
    }

    /// How late what is sent now will be, beyond what a line takes that is wide enough.
    pub fn lateness(&self, now: f64) -> f64 {
        let Some(oldest) = self.on_its_way.first().filter(|_| self.resent.is_none()) else {
            return 0.0;
        };
        let since = |then: f64| (now - then - CADENCE).max(0.0);
        match self.heard.last() {
            // The relay has told nothing since, and it should have.
            Some(heard) if oldest.at < heard.at => heard.lateness + since(heard.at),
            _ => (since(oldest.at) - self.round_trip).max(0.0),
        }
    }

    /// Whether the rest of a segment is to be given up, and then, until the line is free, whether the next one has
    /// to wait.
    pub fn is_jammed(&mut self, now: f64) -> bool {
        let limit = if self.is_jammed { FREE } else { TOO_LATE };
        self.is_jammed = self.lateness(now) > limit + self.timeslice;
        self.is_jammed
    }

    /// Whether media is later than that and gets no less so: more is sent than the line carries.
    pub fn is_narrow(&self, limit: f64) -> bool {
        let (Some(first), Some(last)) = (self.heard.first(), self.heard.last()) else { return false };
        let is_long = last.at - first.at >= LATELY;
        is_long && last.lateness > limit + self.timeslice && last.lateness >= first.lateness
    }

    /// Whether nothing was late for a moment.
    pub fn is_fine(&self) -> bool {
        self.heard.iter().all(|heard| heard.lateness <= FREE + self.timeslice)
    }

    /// Bits per second that arrived in this time, the latest. That is what the line carries, while it is narrow.
    pub fn carries(&self, lately: f64) -> Option<f64> {
        let (oldest, last) = (self.heard.first()?, self.heard.last()?);
        let first = self.heard.iter().rev().find(|heard| heard.at + lately <= last.at).unwrap_or(oldest);
        let time = last.at - first.at;
        (time > 0.0).then(|| (last.arrived - first.arrived) as f64 * 8e3 / time)
    }

    /// Takes the time out in which the page was not there.
    fn see(&mut self, now: f64) {
        let gap = now - self.seen;
        if gap > FROZEN + self.timeslice {
            self.on_its_way.iter_mut().for_each(|sent| sent.at += gap);
            self.heard.clear();
        }
        self.seen = now;
    }
}

#[cfg(test)]
mod tests;
