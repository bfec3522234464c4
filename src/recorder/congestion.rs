//! How late what is on its way to the relay will be: the measure of a line that is too narrow. Pure: time is an
//! argument.
//!
//! On its way is what was sent minus what the relay's `have` says. That sees what `bufferedAmount` does not: the
//! kernel and the modem hold seconds of a narrow line's media before the browser holds any.
//!
//! The relay says `have` after each blob and every 250 ms while it changes. So the newest piece of a `have` has
//! arrived just now, and its age says how long the line took, whatever the cadence. That is the past. If it was
//! long, there is a queue, so what arrives is all that the line carries, and what is on its way, at that rate, says
//! how long the line will take for what is sent now: on a line of half the width twice as much, and sooner.

use blobcast_wire::{Kind, Message, Segment};
use std::{collections::VecDeque, time::Duration};

/// How often the relay says what it has.
const CADENCE: Duration = Duration::from_millis(250);

/// The line is watched over this time.
pub const WINDOW: Duration = Duration::from_secs(1);

/// What it carries now is what it has carried for at least this long.
pub const LATELY: Duration = Duration::from_millis(500);

/// So many times what has been measured is believed of what is foreseen. At half the line it is twice; a blob, behind
/// which the relay cannot tell what it has, makes it more for a moment.
const FORESIGHT: u32 = 3;

/// A relay that has told nothing for this long while something was on its way has got nothing: the line stood still,
/// and how it was before says nothing about how it goes on.
const STALL: Duration = Duration::from_millis(500);

/// Media that is this late, and gets no less so, is more than the line carries. Viewers have 350 ms ahead.
pub const LATE: Duration = Duration::from_millis(300);

/// Media that is this late is too late: the rest of the segment is given up.
const TOO_LATE: Duration = Duration::from_millis(1_500);

/// A line that takes no longer than this has no queue. The next segment waits for that after one was cut short.
pub const FREE: Duration = Duration::from_millis(200);

/// A page that did nothing for this long was frozen or asleep, which says nothing about the line.
const FROZEN: Duration = Duration::from_secs(1);

/// A message that the relay lacks.
#[derive(Debug)]
struct Sent {
    place: Place,
    len: usize,
    at: Duration,
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
    at: Duration,
    /// All bytes that have arrived until then.
    arrived: u64,
    lateness: Duration,
}

/// After a connection was lost much is sent at once. How late that is, and what waits behind it, says nothing about
/// the line, as long as that gets less.
#[derive(Debug)]
struct Resent {
    /// The last message of it.
    last: Place,
    since: Duration,
    /// What was sent before this took so long.
    before: Duration,
}

/// The line to the relay, as far as it can be seen from here.
#[derive(Debug)]
pub struct Line {
    on_its_way: VecDeque<Sent>,
    arrived: u64,
    /// What was told within the window, and the one before it.
    heard: VecDeque<Heard>,
    /// What is being sent again.
    resent: Option<Resent>,
    /// What is on its way is waited for before more is sent.
    is_jammed: bool,
    /// The best round trip: what no line takes less than.
    round_trip: Duration,
    /// A message may last as long as this on a line that is wide enough.
    timeslice: Duration,
    seen: Duration,
}

impl Line {
    /// A line that is sent a message per timeslice.
    pub fn new(timeslice: Duration) -> Self {
        Self {
            on_its_way: VecDeque::new(),
            arrived: 0,
            heard: VecDeque::new(),
            resent: None,
            is_jammed: false,
            round_trip: Duration::ZERO,
            timeslice,
            seen: Duration::ZERO,
        }
    }

    /// A message was given to the browser.
    pub fn sent(&mut self, place: Place, len: usize, now: Duration) {
        self.see(now);
        self.on_its_way.push_back(Sent { place, len, at: now });
    }

    /// The relay has all of `segment` before piece `seq`, and takes no other up to `last`.
    pub fn have(&mut self, segment: Segment, seq: u32, last: Segment, round_trip: Duration, now: Duration) {
        self.see(now);
        self.round_trip = round_trip;
        let is_here = |place: Place| place < (segment, seq);
        let is_over = |place: Place| place.0 != segment && place.0 <= last;
        let mut newest = None;
        while let Some(sent) = self.on_its_way.pop_front_if(|sent| is_here(sent.place) || is_over(sent.place))
        {
            if is_here(sent.place) {
                self.arrived += sent.len as u64;
                newest = Some(sent.at);
            }
        }
        if let Some(resent) = self.resent.take_if(|resent| is_here(resent.last) || is_over(resent.last)) {
            let took = now.saturating_sub(resent.since);
            let waits = self.on_its_way.back().filter(|_| took > LATE && took < resent.before);
            self.resent = waits.map(|sent| Resent { last: sent.place, since: now, before: took });
        }
        let Some(newest) = newest.filter(|_| self.resent.is_none()) else { return };
        if self.heard.back().is_some_and(|heard| now > heard.at + STALL + self.timeslice) {
            self.heard.clear();
        }
        let lateness = now.saturating_sub(newest).saturating_sub(round_trip);
        self.heard.push_back(Heard { at: now, arrived: self.arrived, lateness });
        while self.heard.get(1).is_some_and(|heard| heard.at + WINDOW <= now) {
            self.heard.pop_front();
        }
        if lateness > FREE + self.timeslice {
            self.foresee(lateness);
        }
    }

    /// There is a queue, whose head was that late: how late its end will be.
    fn foresee(&mut self, head: Duration) {
        let queued: usize = self.on_its_way.iter().map(|sent| sent.len).sum();
        let carries = self.carries(WINDOW).filter(|carries| *carries > 0.0);
        if let (Some(carries), Some(heard)) = (carries, self.heard.back_mut()) {
            let lateness = Duration::from_secs_f64(queued as f64 * 8.0 / carries);
            heard.lateness = lateness.saturating_sub(self.round_trip).min(head * FORESIGHT);
        }
    }

    /// The link is down, or up again and everything up to this message was sent once more: what was known of the
    /// line says nothing about this one.
    pub fn reset(&mut self, resent: Option<Place>, now: Duration) {
        self.on_its_way.clear();
        self.heard.clear();
        self.resent = resent.map(|last| Resent { last, since: now, before: Duration::MAX });
        self.is_jammed = false;
    }

    /// How late what is sent now will be, beyond what a line takes that is wide enough.
    pub fn lateness(&self, now: Duration) -> Duration {
        let Some(oldest) = self.on_its_way.front().filter(|_| self.resent.is_none()) else {
            return Duration::ZERO;
        };
        let since = |then| now.saturating_sub(then).saturating_sub(CADENCE);
        match self.heard.back() {
            // The relay has told nothing since, and it should have.
            Some(heard) if oldest.at < heard.at => heard.lateness + since(heard.at),
            _ => since(oldest.at).saturating_sub(self.round_trip),
        }
    }

    /// Whether the rest of a segment is to be given up, and then, until the line is free, whether the next one has
    /// to wait.
    pub fn is_jammed(&mut self, now: Duration) -> bool {
        let limit = if self.is_jammed { FREE } else { TOO_LATE };
        self.is_jammed = self.lateness(now) > limit + self.timeslice;
        self.is_jammed
    }

    /// Whether media is later than that and gets no less so: more is sent than the line carries.
    pub fn is_narrow(&self, limit: Duration) -> bool {
        let (Some(first), Some(last)) = (self.heard.front(), self.heard.back()) else { return false };
        let is_long = last.at.saturating_sub(first.at) >= LATELY;
        is_long && last.lateness > limit + self.timeslice && last.lateness >= first.lateness
    }

    /// Whether nothing was late for a moment.
    pub fn is_fine(&self) -> bool {
        self.heard.iter().all(|heard| heard.lateness <= FREE + self.timeslice)
    }

    /// Bits per second that arrived in this time, the latest. That is what the line carries, while it is narrow.
    pub fn carries(&self, time: Duration) -> Option<f64> {
        let (oldest, last) = (self.heard.front()?, self.heard.back()?);
        let first = self.heard.iter().rev().find(|heard| heard.at + time <= last.at).unwrap_or(oldest);
        let seconds = (last.at - first.at).as_secs_f64();
        (seconds > 0.0).then(|| (last.arrived - first.arrived) as f64 * 8.0 / seconds)
    }

    /// Takes the time out in which the page was not there.
    fn see(&mut self, now: Duration) {
        let gap = now.saturating_sub(self.seen);
        if gap > FROZEN + self.timeslice {
            self.on_its_way.iter_mut().for_each(|sent| sent.at += gap);
            self.heard.clear();
        }
        self.seen = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame's time, ms.
    const FRAME: u64 = 40;
    const ROUND_TRIP: u64 = 20;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn chunk(seq: u32) -> Place {
        (10, seq)
    }

    /// A source of 25 chunks a second, of 1000 bytes each, behind a line: a queue that gives so many bytes per
    /// second, and a relay that says what it has every 250 ms.
    struct Simulation {
        line: Line,
        now: u64,
        sent: u32,
        arrived: f64,
        queue: f64,
    }

    impl Simulation {
        fn new() -> Self {
            Self { line: Line::new(ms(FRAME)), now: 0, sent: 0, arrived: 0.0, queue: 0.0 }
        }

        /// Runs for so many ms; gives the greatest lateness.
        fn run(&mut self, milliseconds: u64, bytes_per_second: f64) -> u64 {
            let end = self.now + milliseconds;
            let mut worst = Duration::ZERO;
            while self.now < end {
                self.now += 10;
                if self.now.is_multiple_of(FRAME) {
                    self.sent += 1;
                    self.queue += 1_000.0;
                    self.line.sent(chunk(self.sent), 1_000, ms(self.now));
                }
                let passed = self.queue.min(bytes_per_second / 100.0);
                self.queue -= passed;
                self.arrived += passed;
                if self.now.is_multiple_of(250) {
                    self.say();
                }
                worst = worst.max(self.line.lateness(ms(self.now)));
            }
            worst.as_millis() as u64
        }

        /// The connection is lost for so long. Then all that was recorded meanwhile is sent at once.
        fn interrupt(&mut self, milliseconds: u64) {
            self.line.reset(None, ms(self.now));
            let chunks = (milliseconds / FRAME) as u32;
            self.now += milliseconds;
            self.sent += chunks;
            self.queue += f64::from(chunks) * 1_000.0;
            self.line.reset(Some(chunk(self.sent)), ms(self.now));
        }

        fn say(&mut self) {
            let seq = (self.arrived / 1_000.0 + 1e-6) as u32 + 1;
            self.line.have(10, seq, 10, ms(ROUND_TRIP), ms(self.now));
        }
    }

    #[test]
    fn a_healthy_line_is_never_late_whatever_the_cadence() {
        let mut simulation = Simulation::new();
        let worst = simulation.run(10_000, 1e6);
        assert!(worst <= FRAME, "{worst} ms");
        assert!(simulation.line.is_fine() && !simulation.line.is_narrow(LATE));
    }

    #[test]
    fn half_a_line_is_narrow_within_a_second_and_tells_what_it_carries() {
        let mut simulation = Simulation::new();
        simulation.run(4_000, 1e6);
        let mut after = 0;
        while !simulation.line.is_narrow(LATE) {
            after += 10;
            simulation.run(10, 12_500.0);
        }
        assert!((500..=1_000).contains(&after), "after {after} ms");
        let carries = simulation.line.carries(LATELY).expect("a rate");
        assert!((80_000.0..130_000.0).contains(&carries), "{carries} bit/s");
        assert!(!simulation.line.is_jammed(ms(simulation.now)), "nothing needs to be given up yet");
        simulation.run(1_500, 12_500.0);
        assert!(simulation.line.is_jammed(ms(simulation.now)), "but a moment later");
        let carries = simulation.line.carries(LATELY).expect("a rate");
        assert!((carries - 100_000.0).abs() < 5_000.0, "{carries} bit/s");
    }

    #[test]
    fn a_tenth_of_a_line_is_jammed_before_the_first_piece_is_a_second_late() {
        let mut simulation = Simulation::new();
        simulation.run(4_000, 1e6);
        simulation.run(1_000, 2_500.0);
        assert!(simulation.line.is_jammed(ms(simulation.now)));
    }

    #[test]
    fn a_large_picture_among_small_sounds_is_no_queue() {
        let mut line = Line::new(ms(FRAME));
        for i in 1..=20 {
            line.sent(chunk(i), 500, ms(u64::from(i) * 60));
            if i == 20 {
                line.sent(chunk(21), 100_000, ms(1_200));
            }
            line.have(10, i + 1, 10, ms(0), ms(u64::from(i) * 60));
        }
        assert_eq!(line.lateness(ms(1_200)), Duration::ZERO, "at the rate of the sounds it would be 12 s");
    }

    #[test]
    fn a_queue_that_gets_shorter_is_not_narrow() {
        let mut simulation = Simulation::new();
        simulation.run(2_000, 12_500.0);
        assert!(simulation.line.is_narrow(LATE));
        simulation.run(500, 40_000.0);
        assert!(simulation.line.lateness(ms(simulation.now)) > LATE);
        assert!(!simulation.line.is_narrow(LATE));
    }

    #[test]
    fn a_hiccup_of_a_second_is_waited_for() {
        let mut simulation = Simulation::new();
        simulation.run(3_000, 1e6);
        let worst = simulation.run(1_000, 0.0);
        assert!((600..=1_000).contains(&worst), "{worst} ms");
        simulation.run(500, 1e6);
        assert!(!simulation.line.is_narrow(LATE) && !simulation.line.is_jammed(ms(simulation.now)));
    }

    #[test]
    fn a_hiccup_on_a_line_that_is_hardly_wide_enough_is_waited_for_too() {
        let mut simulation = Simulation::new();
        simulation.run(3_100, 30_000.0);
        simulation.run(900, 0.0);
        let worst = simulation.run(1_000, 30_000.0);
        assert!((600..=1_100).contains(&worst), "{worst} ms");
        assert!(!simulation.line.is_narrow(LATE), "it gets less");
    }

    #[test]
    fn after_a_jam_the_line_is_free_only_when_what_is_on_its_way_has_arrived() {
        let mut simulation = Simulation::new();
        simulation.run(5_000, 0.0);
        assert!(simulation.line.is_jammed(ms(simulation.now)));
        // From now on nothing is sent.
        simulation.now += 500;
        simulation.arrived = f64::from(simulation.sent - 40) * 1_000.0;
        simulation.say();
        assert!(simulation.line.is_jammed(ms(simulation.now)), "the rest is 1.6 s old");
        simulation.now += 250;
        simulation.arrived = f64::from(simulation.sent) * 1_000.0;
        simulation.say();
        assert!(!simulation.line.is_jammed(ms(simulation.now)));
        simulation.sent += 1;
        simulation.line.sent(chunk(simulation.sent), 1_000, ms(simulation.now));
        assert_eq!(
            simulation.line.lateness(ms(simulation.now)),
            Duration::ZERO,
            "what was late is forgotten"
        );
    }

    #[test]
    fn what_is_sent_again_after_a_reconnect_is_no_congestion() {
        let mut simulation = Simulation::new();
        simulation.run(1_000, 1e6);
        simulation.interrupt(4_000);
        let worst = simulation.run(6_000, 60_000.0);
        assert!(ms(worst) < FREE, "{worst} ms: 100 kB are sent again, and 71 kB wait behind them");
        assert!(
            simulation.line.is_fine() && simulation.line.carries(LATELY).is_some(),
            "it is watched again"
        );
    }

    #[test]
    fn a_line_that_is_too_narrow_for_what_is_sent_again_and_all_else_is_found_out() {
        let mut simulation = Simulation::new();
        simulation.interrupt(2_000);
        simulation.run(10_000, 20_000.0);
        assert!(simulation.line.is_jammed(ms(simulation.now)));
    }

    #[test]
    fn what_the_relay_does_not_take_is_not_on_its_way() {
        let mut line = Line::new(ms(FRAME));
        let message = |kind| Message { kind, segment: 10, seq: 1, sent: 0, body: () };
        line.sent(place(&message(Kind::Blob { mime: "video/webm".into() })), 1_000, ms(0));
        line.sent(place(&message(Kind::Chunk)), 1_000, ms(0));
        line.have(10, 1, 10, ms(0), ms(900));
        assert!(line.lateness(ms(900)) > ms(600), "the blob is there, the chunk is not");
        line.have(0, 0, 11, ms(0), ms(900));
        assert_eq!(line.lateness(ms(900)), Duration::ZERO, "somebody else has taken over");
    }

    #[test]
    fn a_page_that_was_frozen_says_nothing_about_its_line() {
        let mut simulation = Simulation::new();
        simulation.run(990, 1e6);
        simulation.now += 60_000;
        simulation.line.sent(chunk(simulation.sent + 1), 1_000, ms(simulation.now));
        assert!(simulation.line.lateness(ms(simulation.now)) < ms(300));
    }
}
