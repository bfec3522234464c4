//! A run, read into frames and cut into segments.

use super::{mime, run::Run, sound::Sound};
use crate::{bytes::JsBytes, cell::RefCell};
use blobcast_container::{Cutter, Error, Frame, Handover, Joint, Likeness, Steady, Tail, Tidy, Writer};
use blobcast_wire::{Message, Segment};
use std::rc::Rc;

/// A packet of sound that begins so much before its segment, ms, is moved to its beginning, and nobody hears it.
const EARLY: i64 = 10;

/// A recorder's run with all that is known of what it gives.
pub struct Recording {
    pub run: Rc<Run>,
    /// The sound, where that is recorded apart.
    sound: RefCell<Option<Rc<Sound>>>,
    known: RefCell<Known>,
}

struct Known {
    tidy: Tidy,
    /// While another run is sent: what this one has given so far.
    handover: Option<Handover>,
    /// Where it took over.
    joint: Option<Joint>,
    /// The segment that it is cut into now.
    cutter: Option<Cutter>,
    tail: Tail,
    sound: Steady,
    /// The segment has no packet of sound yet: the first one says where all others are.
    is_silent: bool,
    /// The track of the segment that has the sound that is recorded apart.
    sound_track: Option<u8>,
    failure: Option<Error>,
    /// It was given up before its first segment began.
    given_up: bool,
}

/// Where in a segment of one run another run goes on.
pub struct Splice {
    /// The segment before, and how far into it, ms.
    pub after: (Segment, i64),
    /// The same moment in the time of the new run, ms.
    pub base: i64,
    pub frames: Vec<Frame>,
}

impl Recording {
    /// While another run is sent: how much later this one was started, ms, and whether it records the same.
    pub fn new(run: Rc<Run>, sound: Option<Rc<Sound>>, after: Option<(f64, Likeness)>) -> Self {
        let known = Known {
            tidy: Tidy::default(),
            handover: after.map(|(guess, likeness)| Handover::new(guess, likeness)),
            joint: None,
            cutter: None,
            tail: Tail::default(),
            sound: Steady::default(),
            is_silent: true,
            sound_track: None,
            failure: None,
            given_up: false,
        };
        Self { run, sound: RefCell::new(sound), known: RefCell::new(known) }
    }

    /// The sound that is recorded apart.
    pub fn sound(&self) -> Option<Rc<Sound>> {
        self.sound.borrow().clone()
    }

    /// The run does without it.
    pub fn forget_sound(&self) {
        self.sound.take();
    }

    /// The track of the segment that has it.
    pub fn sound_track(&self) -> Option<u8> {
        self.known.borrow().sound_track
    }

    /// Whether its segments have sound.
    pub fn has_sound(&self) -> bool {
        self.sound_track().is_some() || self.run.has_sound()
    }

    /// What its segments have in them.
    pub fn mime(&self) -> String {
        let mime = self.run.mime();
        if self.sound_track().is_some() { mime::with_sound(&mime) } else { mime }
    }

    /// Stops its recorders; the rest of what they have comes before they are over.
    pub fn stop(&self) {
        self.run.stop();
        if let Some(sound) = self.sound() {
            sound.stop();
        }
    }

    /// The frames of the next data, if some is there.
    pub fn read(&self) -> Option<Vec<Frame>> {
        let data = self.run.take()?;
        let known = &mut *self.known.borrow_mut();
        if let Err(error) = known.tidy.push(&data.to_vec()) {
            known.failure = Some(error);
        }
        let frames = known.tidy.take();
        frames.iter().for_each(|frame| known.sound.note(frame));
        Some(match &mut known.joint {
            Some(joint) => frames.into_iter().filter_map(|frame| joint.edit(frame)).collect(),
            None => frames,
        })
    }

    /// Why it cannot be read any further, if it cannot.
    pub fn failure(&self) -> Option<Error> {
        self.known.borrow().failure
    }

    /// Keeps frames until this run takes over.
    pub fn gather(&self, frames: Vec<Frame>) {
        if let Some(handover) = &mut self.known.borrow_mut().handover {
            handover.add(frames);
        }
    }

    /// What was gathered, unedited: there is nothing to take over from.
    pub fn gathered(&self) -> Vec<Frame> {
        self.known.borrow_mut().handover.take().map(Handover::into_frames).unwrap_or_default()
    }

    /// Takes over from another run, if that can be done now; `at_once` as well as can be done.
    pub fn take_over(&self, from: &Self, at_once: bool) -> Option<Splice> {
        let (from, known) = (from.known.borrow(), &mut *self.known.borrow_mut());
        let before = from.cutter.as_ref().filter(|cutter| !cutter.has_ended())?;
        let has_pictures = known.tidy.has_pictures();
        let mut joint = known.handover.as_ref()?.joint(&from.tail, has_pictures, at_once)?;
        // Sound that is recorded apart goes on in the new segment, which has no time before its beginning.
        let goes_on = from.sound_track.and(from.tail.sound_goes_on());
        if goes_on.is_some_and(|next| next + EARLY < joint.start) && !at_once {
            return None;
        }
        let frames = known.handover.take()?.edited(&mut joint);
        let after = (before.segment(), joint.start - before.base());
        let splice = Splice { after, base: joint.base, frames };
        known.joint = Some(joint);
        Some(splice)
    }

    /// Begins a segment; `base` is its beginning in the time of the run, ms.
    pub fn begin(&self, segment: Segment, base: i64) {
        let beside = self.sound().and_then(|sound| sound.beside(self.known.borrow().tidy.init()));
        self.known.borrow_mut().sound_track = beside.as_ref().map(|(_, track)| *track);
        let mime = self.mime();
        let known = &mut *self.known.borrow_mut();
        let writer = match beside {
            Some((init, _)) => Writer::apart(&init, base),
            None => Writer::new(known.tidy.init(), base),
        };
        known.cutter = Some(Cutter::new(segment, mime, writer, base));
        known.is_silent = true;
    }

    /// The messages of frames in the segment that has begun.
    pub fn write(&self, frames: &[Frame], sent: u64) -> Vec<Message<JsBytes>> {
        let known = &mut *self.known.borrow_mut();
        let steadied = known.steadied(frames);
        let Some(cutter) = &mut known.cutter else { return Vec::new() };
        let (messages, written) = cutter.write(steadied.as_deref().unwrap_or(frames), sent);
        if let Err(error) = written {
            known.failure = Some(error);
        }
        frames.iter().for_each(|frame| known.tail.note(frame));
        messages
    }

    /// The end of the segment, if it began and has none yet.
    pub fn end(&self, sent: u64, cut_short: bool) -> Option<Message<JsBytes>> {
        let known = &mut *self.known.borrow_mut();
        known.given_up = known.cutter.is_none();
        known.cutter.as_mut()?.end(sent, cut_short)
    }

    /// The segment that it is cut into now, and its beginning in the time of the run, ms.
    pub fn segment(&self) -> Option<(Segment, i64)> {
        self.known.borrow().cutter.as_ref().map(|cutter| (cutter.segment(), cutter.base()))
    }

    /// Whether the segment has ended: nothing more of it is sent.
    pub fn has_ended(&self) -> bool {
        let known = self.known.borrow();
        known.given_up || known.cutter.as_ref().is_some_and(Cutter::has_ended)
    }

    /// How long the segment is by its newest picture, ms.
    pub fn media(&self) -> i64 {
        let known = self.known.borrow();
        let newest = known.tail.newest_picture();
        newest.zip(known.cutter.as_ref()).map_or(0, |(newest, cutter)| newest - cutter.base())
    }

    /// Bytes in the segment so far.
    pub fn len(&self) -> usize {
        self.known.borrow().cutter.as_ref().map_or(0, Cutter::bytes)
    }

    /// Pictures in the segment so far.
    pub fn pictures(&self) -> u32 {
        self.known.borrow().cutter.as_ref().map_or(0, Cutter::pictures)
    }
}

impl Known {
    /// The frames with the segment's first packet of sound where the others say that it was, if it is among them.
    fn steadied(&mut self, frames: &[Frame]) -> Option<Vec<Frame>> {
        let first = frames.iter().position(|frame| !frame.is_video)?;
        if !std::mem::take(&mut self.is_silent) {
            return None;
        }
        let mut frames = frames.to_vec();
        let mut packet = frames.remove(first);
        self.sound.steady(&mut packet);
        if first > 0 {
            // What a segment begins with stays its beginning.
            packet.time = packet.time.max(frames[0].time);
        }
        frames.insert(frames.partition_point(|frame| frame.time <= packet.time), packet);
        Some(frames)
    }
}
