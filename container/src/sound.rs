//! Sound without gaps and overlaps.
//!
//! A browser's clock counts what it has played. Chromium takes the times of packets for what they are only once: when there
//! is a gap between two of them it plays on, so its sound is early from then on, and runs dry by as much
//! as was missing; where two overlap it cuts the first one, if it has not played it yet. So packets are put end to end here.
//!
//! Their times say only roughly how they follow each other: they are those at which a recorder was given the sound (`steady.rs`). What counts is
//! where packets are for half a second. But where one recorder takes over from another they fall anywhere; there the time of the
//! first one is good, since the broadcaster sees to it. What is off loses its first frames, or gets some before it that
//! a decoder makes up.

use crate::Frame;

/// Packets that are all off by more than this, ms, are mended,
const MOVED: i64 = 10;
/// if they were for so long, ms.
const LONG: i64 = 480;

/// At the beginning of a segment they are moved by no more than this, ms: half a frame of Opus and some jitter.
const MOVED_AT_FIRST: i64 = 15;

/// No packet of Opus lasts longer, ms.
const LONGEST_PACKET: i64 = 120;

/// A packet that is off by more, ms, is mended at once: a packet is missing, or comes twice.
const BREAK: i64 = 90;

/// A gap longer than this, ms, is no longer a matter of rounding or of a change of recorders.
const LONGEST_GAP: i64 = 500;

/// One track of sound.
#[derive(Debug, Default)]
pub(crate) struct Sound {
    /// Where the last packet ends, ms.
    end: Option<i64>,
    /// How late the packets of the last half second were, ms.
    late: Vec<i64>,
    /// The next packet is the first of a segment.
    is_first: bool,
}

impl Sound {
    /// What comes next is of another segment.
    pub(crate) fn begin_segment(&mut self) {
        self.is_first = true;
    }

    /// Where the last packet ends, ms.
    pub(crate) fn end(&self) -> Option<i64> {
        self.end
    }

    /// The packets that go on for one: itself where the last one ends, what fills a gap before it, or nothing. `is_opening`: it may have begun
    /// before its segment.
    pub(crate) fn put(&mut self, mut packet: Frame, is_opening: bool) -> Vec<Frame> {
        let end = *self.end.get_or_insert(packet.time);
        let late = packet.time - end;
        if is_opening && self.is_first && late > MOVED_AT_FIRST && late <= LONGEST_PACKET {
            // The segment has no earlier time for it; the next one tells.
            packet.time = end;
            self.end = Some(end + packet.packet_duration());
            return vec![packet];
        }
        if late < -LONGEST_GAP && !self.is_first {
            return Vec::new(); // Times do not go back in a segment.
        }
        if late.abs() > LONGEST_GAP {
            self.end = None;
            self.late.clear();
            return self.put(packet, is_opening);
        }
        let mut packets = Vec::new();
        let off = self.off(late, packet.packet_duration());
        if off > 0 {
            packets.extend(packet.made_up_before(end, off));
        } else if off < 0 && !packet.leave_out_first(-off) {
            return packets;
        }
        self.is_first = false;
        packet.time = end + packets.iter().map(Frame::packet_duration).sum::<i64>();
        self.end = Some(packet.time + packet.packet_duration());
        packets.push(packet);
        packets
    }

    /// How far off the packets are that cannot just be moved, ms.
    fn off(&mut self, late: i64, duration: i64) -> i64 {
        if late.abs() > BREAK || self.is_first && late.abs() > MOVED_AT_FIRST {
            self.late.clear();
            return late;
        }
        self.late.push(late);
        if (self.late.len() as i64) * duration < LONG {
            return 0;
        }
        let (least, most) = self
            .late
            .iter()
            .fold((i64::MAX, i64::MIN), |(least, most), late| (least.min(*late), most.max(*late)));
        self.late.remove(0);
        let off = least.max(0) + most.min(0); // that which all of them are off, in one direction
        if off.abs() <= MOVED {
            return 0;
        }
        self.late.clear();
        off
    }
}
