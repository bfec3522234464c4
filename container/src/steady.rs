//! When packets of sound were recorded, without the jitter of their times.
//!
//! A recorder counts the samples that it is given, so its packets follow each other exactly; but it says of each when that
//! was. For a microphone Chromium says it to the millisecond; for sound that a page makes itself it is up to 13 ms off in
//! either direction, and now and then 40. So the one in the middle tells for all.

use crate::Frame;

/// So many packets are remembered: two seconds of 60 ms.
const REMEMBERED: usize = 32;

/// Packets that are further from where they are expected, ms, follow a break; one alone is an error.
const BREAK: u64 = 45;

/// The packets of sound of one recording.
#[derive(Debug, Default)]
pub struct Steady {
    /// How long all of them lasted until now, ms.
    lasted: i64,
    /// The time of each, and what had lasted until then, ms.
    packets: Vec<(i64, i64)>,
    /// One that is where none is expected, and may be the first after a break.
    odd: Option<(i64, i64)>,
}

impl Steady {
    /// The recording's next frame.
    pub fn note(&mut self, frame: &Frame) {
        if !frame.is_video {
            self.note_packet(frame.time, frame.packet_duration());
        }
    }

    /// Gives a packet of this recording the time that the others tell.
    pub fn steady(&self, packet: &mut Frame) {
        packet.time = self.time_of(packet.time);
    }

    fn note_packet(&mut self, time: i64, duration: i64) {
        let packet = (time, self.lasted);
        self.lasted += duration;
        let is_near = |to: i64| offset(packet).abs_diff(to) <= BREAK;
        if self.middle().is_none_or(is_near) {
            self.odd = None;
        } else if let Some(odd) = self.odd.take_if(|odd| is_near(offset(*odd))) {
            self.packets.clear();
            self.packets.push(odd);
        } else {
            self.odd = Some(packet);
            return;
        }
        self.packets.push(packet);
        if self.packets.len() > REMEMBERED {
            self.packets.remove(0);
        }
    }

    fn time_of(&self, time: i64) -> i64 {
        let known = self.packets.iter().chain(&self.odd).find(|packet| packet.0 == time);
        known.zip(self.middle()).map_or(time, |((_, lasted), middle)| middle + lasted)
    }

    fn middle(&self) -> Option<i64> {
        let offsets = || self.packets.iter().copied().map(offset);
        // That which some are not above and the others not below. A few dozen: sorting them would bring 3 KB.
        let is_middle = |middle: &i64| {
            let below = offsets().filter(|offset| offset < middle).count();
            let above = offsets().filter(|offset| offset > middle).count();
            let half = self.packets.len() / 2;
            below <= half && self.packets.len() - above > half
        };
        offsets().find(is_middle)
    }
}

/// When the recording's first packet would have been, ms, by this one.
fn offset((time, lasted): (i64, i64)) -> i64 {
    time - lasted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The times of packets of 60 ms, as they were told and as they are by all of them.
    fn steadied(times: &[i64]) -> Vec<i64> {
        let mut steady = Steady::default();
        times.iter().for_each(|time| steady.note_packet(*time, 60));
        times.iter().map(|time| steady.time_of(*time)).collect()
    }

    #[test]
    fn the_one_in_the_middle_tells_for_all() {
        assert_eq!(steadied(&[7]), [7]);
        assert_eq!(steadied(&[13, 47, 124, 185, 253]), [5, 65, 125, 185, 245], "-13, 4, 5 and twice 13");
        assert_eq!(steadied(&[0, 59, 118, 180]), [0, 60, 120, 180], "rounded");
    }

    #[test]
    fn one_that_is_far_off_does_not_count() {
        assert_eq!(steadied(&[0, 60, 160, 180, 240]), [0, 60, 120, 180, 240]);
        assert_eq!(steadied(&[0, 47, 160]), [0, 60, 120], "right after an early one");
    }

    #[test]
    fn two_that_are_far_off_in_the_same_way_follow_a_break() {
        assert_eq!(steadied(&[0, 60, 300, 360])[2..], [300, 360]);
    }

    #[test]
    fn a_packet_that_is_not_known_keeps_its_time() {
        let mut steady = Steady::default();
        steady.note_packet(0, 60);
        assert_eq!(steady.time_of(61), 61);
    }
}
