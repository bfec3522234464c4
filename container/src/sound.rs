//! Sound without gaps and overlaps.
//!
//! A browser's clock counts what it has played. Chromium takes the times of packets for what they are only once: when there
//! is a gap between two of them it plays on, so its sound is early from then on, and runs dry by as much
//! as was missing; where two overlap it cuts the first one, if it has not played it yet. A recorder's times are rounded to
//! milliseconds, three packets of 60 ms being 59, 59 and 62 ms apart, and where one recorder takes over from
//! another they fall anywhere. So packets are put end to end here. They are moved by half a frame at the most: beyond that
//! their first frames are left out, or frames that a decoder makes up are put in.

use crate::Frame;

/// Packets are moved by no more than this, ms: half a frame of Opus.
const MOVED: i64 = 10;

/// A gap longer than this, ms, is no longer a matter of rounding or of a change of recorders.
const LONGEST_GAP: i64 = 500;

/// One track of sound.
#[derive(Debug, Default)]
pub(crate) struct Sound {
    /// Where the last packet ends, ms.
    end: Option<i64>,
}

impl Sound {
    /// The packets that go on for one: itself where the last one ends, what fills a gap before it, or nothing.
    pub(crate) fn put(&mut self, mut packet: Frame) -> Vec<Frame> {
        let end = *self.end.get_or_insert(packet.time);
        let late = packet.time - end;
        if late.abs() > LONGEST_GAP {
            self.end = None;
            return self.put(packet);
        }
        let mut packets = Vec::new();
        if late > MOVED {
            packets.extend(packet.made_up_before(end, late));
        } else if late < -MOVED && !packet.leave_out_first(-late) {
            return packets;
        }
        packet.time = end + packets.iter().map(Frame::packet_duration).sum::<i64>();
        self.end = Some(packet.time + packet.packet_duration());
        packets.push(packet);
        packets
    }
}
