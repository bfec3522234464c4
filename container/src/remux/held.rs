//! Frames wait here until it is known how long they last, and whether any comes that belongs before them; then they are written.

use super::{Part, Remux, SQUEEZED};
use crate::{
    Error, Frame,
    block::Block,
    ebml::{CLUSTER, id},
    tracks,
};

/// What a picture lasts at least, ms.
const MOMENT: i64 = 1;

/// A picture that stands still longer than this, ms, does not hold the sound any more, and pictures do not wait longer for it.
const HELD: i64 = 500;

/// So many frames are held at most: no real segment has more in so short a time.
pub(super) const MOST_HELD: usize = 1000;

/// A frame at its place in the stream.
#[derive(Debug)]
pub(super) struct Held {
    frame: Frame,
    /// The timestamp of its cluster.
    cluster: i64,
    /// ms, once it is known.
    duration: Option<i64>,
}

impl Remux {
    /// All that is held goes on; a picture without a successor until then.
    pub(super) fn let_go(&mut self, until: impl Fn(i64) -> i64) -> Result<(), Error> {
        for held in &mut self.held {
            held.duration.get_or_insert((until(held.frame.time) - held.frame.time).max(MOMENT));
        }
        self.release(true)?;
        self.give();
        Ok(())
    }

    pub(super) fn hold(&mut self, content: &[u8]) -> Result<(), Error> {
        let block = Block::read(content, None)?;
        let time = self.place + block.time_in(self.read)?;
        let track = tracks::find(&mut self.tracks, block.track)?;
        let frame = Frame::new(track, block, content.to_vec(), time, block.is_key);
        if !frame.is_video {
            self.is_apart |= self.picture > Some(time);
            (self.is_heard, self.is_mute) = (true, false);
            self.sound.put(frame, self.is_apart && time == self.place).into_iter().for_each(|packet| {
                let duration = packet.packet_duration();
                self.push_held(packet, Some(duration));
            });
            return Ok(());
        }
        let before = self.held.iter_mut().find(|held| held.frame.is_video && held.duration.is_none());
        if let Some(before) = before {
            let duration = (time - before.frame.time).max(MOMENT);
            before.duration = Some(duration);
            if duration > SQUEEZED {
                self.usual = Some(duration);
            }
        }
        self.picture = self.picture.max(Some(time));
        self.push_held(frame, None);
        Ok(())
    }

    fn push_held(&mut self, frame: Frame, duration: Option<i64>) {
        self.newest = self.newest.max(Some(frame.time));
        self.end = self.end.max(frame.time + duration.unwrap_or(MOMENT));
        // Moved sound may change places with a picture.
        let at = self.held.partition_point(|held| held.frame.time <= frame.time);
        // Sound that began before its segment: Chromium refuses a block that is earlier than its cluster.
        let cluster = self.place.min(frame.time);
        self.held.insert(at, Held { frame, cluster, duration });
    }

    /// What was let go of is a part now.
    pub(super) fn give(&mut self) {
        if !self.media.is_empty() {
            self.out.push(Part::Media(std::mem::take(&mut self.media)));
        }
    }

    /// Whether pictures wait for sound that comes later.
    fn awaits_sound(&self) -> bool {
        let is_unheard = !self.is_heard && !self.is_mute && self.tracks.iter().any(|track| !track.is_video);
        self.is_apart || is_unheard
    }

    /// Lets go of frames as far as their durations are known, or of all.
    pub(super) fn release(&mut self, all: bool) -> Result<(), Error> {
        while let Some(first) = self.held.first() {
            let waited = self.newest.unwrap_or(0) - first.frame.time;
            // What is left of the segment before goes first: after it comes a keyframe.
            let waits = first.frame.time >= self.place && self.sound.end() < Some(first.frame.time);
            if waits && !all && self.awaits_sound() {
                if waited <= HELD && self.held.len() <= MOST_HELD {
                    break;
                }
                self.is_mute = true;
            }
            let media = &mut self.media;
            let Some(duration) = first.duration.or((waited > HELD).then_some(waited)) else { break };
            // Sound of the segment before that is later than the keyframe goes into the cluster of that: its own would begin earlier.
            let open = self.cluster.filter(|open| *open <= first.frame.time);
            let cluster = open.map_or(first.cluster, |open| open.max(first.cluster));
            // Within a cluster Chromium refuses times that go back, from one track to another too.
            if self.cluster != Some(cluster) || first.frame.time < self.written_to {
                self.cluster = Some(cluster);
                media.extend(CLUSTER);
                media.extend([id::TIMESTAMP as u8, 0x88]);
                media.extend(cluster.to_be_bytes());
            }
            self.written_to = first.frame.time;
            if first.frame.is_video {
                self.shown_to = first.frame.time + duration;
                self.end = self.end.max(self.shown_to);
            }
            first.frame.write_lasting(first.frame.time - cluster, duration, media)?;
            self.held.remove(0);
        }
        if self.held.len() > MOST_HELD { Err(Error::Damaged) } else { Ok(()) }
    }
}
