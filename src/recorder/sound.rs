//! The sound of a broadcast of low latency: recorded by itself, and put into the segments of the pictures as it comes.
//!
//! A recorder of both gives pictures only when the packet of sound of their time is full, which are 60 ms in Chromium. This one
//! goes on while the pictures' are restarted, so nothing of it is recorded twice. It begins anew with a run of pictures when its tracks,
//! its bitrate or the stream are others, or when it has failed.

use super::{
    Recorder, Recording,
    narrowing::Limits,
    placing::{Lag, Placing},
    run::Run,
    source,
};
use crate::{
    cell::RefCell,
    dom::now,
    error::{Error, Kind},
};
use blobcast_container::{Frame, Likeness, Steady, Tidy, with_sound};
use blobcast_wire::Segment;
use std::rc::Rc;
use web_sys::MediaStream;

/// Sound that has given nothing after this time, ms, is not waited for.
const PATIENCE: f64 = 1_000.0;

/// So many packets wait for a segment.
const MOST_WAITING: usize = 64;

/// A packet that begins before its segment is not earlier than this, ms, and follows one that was sent. Others are of a time that nobody
/// sees.
const EARLIEST: i64 = -120;

/// No packet begins later than this after the one before, ms.
const LONGEST: f64 = 160.0;

/// A recording of sound alone.
pub struct Sound {
    run: Rc<Run>,
    /// The bitrate that it is limited to.
    limit: Option<u32>,
    known: RefCell<Known>,
}

#[derive(Default)]
struct Known {
    tidy: Tidy,
    steady: Steady,
    placing: Placing,
    waiting: Vec<Frame>,
    /// When the last packet begins that was put into a segment, by the time line, ms.
    last: f64,
    has_failed: bool,
}

impl Sound {
    /// Whether it has given a packet: only then its track is known.
    pub fn is_ready(&self) -> bool {
        self.known.borrow().tidy.has_begun()
    }

    /// The init segment of pictures with its track, and that track's number there.
    pub fn beside(&self, pictures: &[u8]) -> Option<(Vec<u8>, u8)> {
        let known = self.known.borrow();
        known.tidy.has_begun().then(|| with_sound(pictures, known.tidy.init()).ok()).flatten()
    }

    /// Stops its recorder, for the last of it to come.
    pub fn stop(&self) {
        self.run.stop();
    }

    /// Whether it can go on: it records these tracks, and nothing failed.
    fn goes_on(&self, stream: &MediaStream, limit: Option<u32>) -> bool {
        let is_whole = !self.known.borrow().has_failed && self.run.is_recording();
        is_whole
            && self.limit == limit
            && source::same(&self.run.stream().get_audio_tracks(), &stream.get_audio_tracks())
    }

    /// Reads what has come.
    fn read(&self) {
        let known = &mut *self.known.borrow_mut();
        while let Some(data) = self.run.take() {
            known.has_failed |= known.tidy.push(&data.to_vec()).is_err();
            for mut frame in known.tidy.take() {
                known.steady.note(&frame);
                known.steady.steady(&mut frame);
                known.placing.sound.note(now(), (frame.time + frame.packet_duration()) as f64);
                known.waiting.push(frame);
                if known.waiting.len() > MOST_WAITING {
                    known.waiting.remove(0);
                }
            }
        }
    }

    /// The packets for a segment, in its track and in the time of the run that it is cut from.
    fn due(&self, (segment, base): (Segment, i64), track: u8, pictures: &Lag) -> Vec<Frame> {
        let known = &mut *self.known.borrow_mut();
        let packets = known.waiting.len();
        let Some(place) = known.placing.place(pictures, packets) else { return Vec::new() };
        let number = segment as f64 / 1000.0;
        let mut due = Vec::new();
        for mut frame in std::mem::take(&mut known.waiting) {
            let start = frame.time as f64 + place;
            let time = (start - number).round() as i64;
            if time >= 0 || time >= EARLIEST && start < known.last + LONGEST {
                known.last = start;
                frame.time = time + base;
                frame.move_to(track);
                due.push(frame);
            }
        }
        due
    }
}

impl Recorder {
    /// The sound beside the next run of pictures of a stream: that which is recorded already, if it can go on, or a new one. `None`: the
    /// run records all there is.
    pub(super) fn sound_beside(
        &self,
        stream: &MediaStream,
        rates: &Limits,
        likeness: Likeness,
    ) -> Option<Rc<Sound>> {
        if !self.is_apart.get() || !source::has_both(stream) {
            return None;
        }
        let current = self.front().and_then(|front| front.sound());
        let goes_on =
            current.filter(|sound| likeness == Likeness::Same && sound.goes_on(stream, rates.audio));
        goes_on.or_else(|| {
            let format = self.settings.formats.of_sound(rates.audio);
            let run = self.start_recorder(&source::only(&stream.get_audio_tracks())?, &format);
            // Where that is refused both are recorded in one.
            self.is_apart.set(run.is_ok());
            Some(Rc::new(Sound { run: run.ok()?, limit: rates.audio, known: RefCell::default() }))
        })
    }

    /// Puts the sound that has come into the segment that is being sent.
    pub(super) fn write_sound(&self, recording: &Recording) {
        let Some(sound) = recording.sound() else { return };
        sound.read();
        let place = recording.segment().filter(|_| !recording.has_ended());
        if let Some((place, track)) = place.zip(recording.sound_track()) {
            let frames = sound.due(place, track, &self.pictures.borrow());
            self.write(recording, &frames);
        }
    }

    /// Whether a segment of this run is to begin when its sound is there. One that does not come is done without.
    pub(super) fn waits_for_sound(&self, recording: &Recording) -> bool {
        let Some(sound) = recording.sound() else { return false };
        sound.read();
        if sound.is_ready() || recording.run.is_over() {
            return false;
        }
        let waits = sound.run.age() < PATIENCE && !sound.run.is_over();
        if !waits {
            recording.forget_sound();
            self.do_without_sound();
        }
        waits
    }

    /// Whether the last of a run's sound is still to come.
    pub(super) fn waits_for_tail(&self, recording: &Recording) -> bool {
        let is_last = self.ending.get().is_some() || !self.source.is_live();
        let sound = recording.sound().filter(|_| is_last && self.runs.borrow().len() == 1);
        sound.is_some_and(|sound| {
            sound.run.stop();
            !sound.run.is_over()
        })
    }

    /// Whether another sound is there than the current segment has.
    pub(super) fn sound_has_changed(&self, current: &Recording) -> bool {
        if !self.is_apart.get() {
            return false;
        }
        let stream = self.source.for_run();
        let is_wanted = source::has_both(&stream);
        match current.sound() {
            Some(sound) => {
                !is_wanted || current.sound_track().is_none() || !sound.goes_on(&stream, sound.limit)
            }
            None => is_wanted,
        }
    }

    /// What no event tells: that the sound gives nothing, or that the page has changed the picture's track in its stream, which is not the
    /// one that is recorded.
    pub(super) fn look_after_sound(&self) {
        // A page hears of nothing before its call has resolved.
        if self.started.is_settled() && self.is_soundless.take() {
            self.say_soundless();
        }
        let Some(current) = self.front().filter(|_| self.runs.borrow().len() == 1) else { return };
        let Some(sound) = current.sound() else { return };
        if self.gives_nothing(&sound.run) && self.source.has_sound() {
            self.do_without_sound();
        } else if !source::same(
            &current.run.stream().get_video_tracks(),
            &self.source.for_run().get_video_tracks(),
        ) {
            current.run.stop();
        }
    }

    /// The page hears of it, unless the segment that is sent has no sound anyway.
    fn do_without_sound(&self) {
        let is_told =
            self.front().is_none_or(|front| front.segment().is_none() || front.sound_track().is_some());
        if self.source.leave_sound_out() && is_told {
            self.is_soundless.set(true);
        }
    }

    pub(super) fn say_soundless(&self) {
        let message = "the stream's sound gives nothing, so this is broadcast without sound until it does; check the microphone, or resume the AudioContext";
        self.events.error(&Error::new(Kind::Media, message));
    }
}
