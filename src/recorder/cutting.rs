//! From the frames of a run to the messages of its segments.

use super::{Recorder, Recording};
use crate::dom::now;
use blobcast_container::Frame;

impl Recorder {
    /// Cuts a run's frames into messages and sends them.
    pub(super) fn cut(&self, recording: &Recording, mut frames: Vec<Frame>) {
        if recording.has_ended() {
            return;
        }
        if self.is_congested() {
            return self.give_up(recording);
        }
        if recording.segment().is_none() && !frames.is_empty() {
            let age = (recording.run.age() * 1000.0) as u64;
            let number = self.numbering.borrow_mut().next(self.relay_now().saturating_sub(age));
            recording.begin(number, 0);
            self.pictures.borrow_mut().forget();
            self.events.trace("begin", "", number as f64, 0.0);
            self.has_begun(recording);
        }
        let next = frames.split_off(self.rolls_at(recording, &frames));
        self.write(recording, &frames);
        if let Some(first) = next.first() {
            self.roll(recording, first.time);
            return self.cut(recording, next);
        }
        if let Some(error) = recording.failure() {
            self.break_off(recording, error);
        }
    }

    /// The run goes on in the next segment, which begins with a keyframe at `base` ms of its time.
    fn roll(&self, recording: &Recording, base: i64) {
        let Some((segment, before)) = recording.segment() else { return };
        self.end_segment(recording, false);
        let at = segment.saturating_add_signed((base - before) * 1000);
        let number = self.numbering.borrow_mut().next(at);
        recording.begin(number, base);
        self.events.trace("begin", "keyframe", number as f64, 0.0);
        self.segments.set(self.segments.get() + 1);
    }

    /// Sends frames of the segment that has begun.
    pub(super) fn write(&self, recording: &Recording, frames: &[Frame]) {
        let messages = recording.write(frames, self.relay_now());
        messages.into_iter().for_each(|message| self.send(message));
        if let Some((segment, _)) = recording.segment().filter(|_| frames.iter().any(|frame| frame.is_video))
        {
            let time = segment as f64 / 1000.0 + recording.media() as f64;
            self.pictures.borrow_mut().note(now(), time);
        }
    }

    /// Sends the end of a segment, if it began and has none yet.
    pub(super) fn end_segment(&self, recording: &Recording, cut_short: bool) {
        if let Some(end) = recording.end(self.relay_now(), cut_short) {
            let how = if cut_short { "cut short" } else { "" };
            self.events.trace("end", how, recording.len() as f64, recording.media() as f64);
            self.send(end);
        }
    }
}
