//! A run, read into frames and cut into segments.

use super::{cutter::Cutter, run::Run};
use crate::bytes::JsBytes;
use blobcast_container::{Error, Frame, Handover, Joint, Likeness, Steady, Tail, Tidy};
use blobcast_wire::{Message, Segment};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// A recorder's run with all that is known of what it gives.
pub struct Recording {
    pub run: Rc<Run>,
    tidy: RefCell<Tidy>,
    /// While another run is sent: what this one has given so far.
    handover: RefCell<Option<Handover>>,
    /// Where it took over.
    joint: RefCell<Option<Joint>>,
    /// The segment that it is cut into now.
    cutter: RefCell<Option<Cutter>>,
    tail: RefCell<Tail>,
    sound: RefCell<Steady>,
    /// The segment has no packet of sound yet: the first one says where all others are.
    is_silent: Cell<bool>,
    failure: Cell<Option<Error>>,
    /// It was given up before its first segment began.
    given_up: Cell<bool>,
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
    pub fn new(run: Rc<Run>, after: Option<(f64, Likeness)>) -> Self {
        Self {
            run,
            tidy: RefCell::default(),
            handover: RefCell::new(after.map(|(guess, likeness)| Handover::new(guess, likeness))),
            joint: RefCell::default(),
            cutter: RefCell::default(),
            tail: RefCell::default(),
            sound: RefCell::default(),
            is_silent: Cell::new(true),
            failure: Cell::default(),
            given_up: Cell::new(false),
        }
    }

    /// The frames of the next data, if some is there.
    pub fn read(&self) -> Option<Vec<Frame>> {
        let data = self.run.take()?;
        let mut tidy = self.tidy.borrow_mut();
        if let Err(error) = tidy.push(&data.to_vec()) {
            self.failure.set(Some(error));
        }
        let frames = tidy.take();
        let mut sound = self.sound.borrow_mut();
        frames.iter().for_each(|frame| sound.note(frame));
        Some(match self.joint.borrow_mut().as_mut() {
            Some(joint) => frames.into_iter().filter_map(|frame| joint.edit(frame)).collect(),
            None => frames,
        })
    }

    /// Why it cannot be read any further, if it cannot.
    pub fn failure(&self) -> Option<Error> {
        self.failure.get()
    }

    /// Keeps frames until this run takes over.
    pub fn gather(&self, frames: Vec<Frame>) {
        if let Some(handover) = self.handover.borrow_mut().as_mut() {
            handover.add(frames);
        }
    }

    /// What was gathered, unedited: there is nothing to take over from.
    pub fn gathered(&self) -> Vec<Frame> {
        self.handover.take().map(Handover::into_frames).unwrap_or_default()
    }

    /// Takes over from another run, if that can be done now; `at_once` as well as can be done.
    pub fn take_over(&self, from: &Self, at_once: bool) -> Option<Splice> {
        let cutter = from.cutter.borrow();
        let before = cutter.as_ref().filter(|cutter| !cutter.has_ended())?;
        let has_pictures = self.tidy.borrow().has_pictures();
        let found = self.handover.borrow().as_ref()?.joint(&from.tail.borrow(), has_pictures, at_once);
        let mut joint = found?;
        let frames = self.handover.take()?.edited(&mut joint);
        let after = (before.segment(), joint.start - before.base());
        let splice = Splice { after, base: joint.base, frames };
        self.joint.replace(Some(joint));
        Some(splice)
    }

    /// Begins a segment; `base` is its beginning in the time of the run, ms.
    pub fn begin(&self, segment: Segment, base: i64) {
        let cutter = Cutter::new(segment, self.run.mime(), self.tidy.borrow().init(), base);
        self.cutter.replace(Some(cutter));
        self.is_silent.set(true);
    }

    /// The messages of frames in the segment that has begun.
    pub fn write(&self, frames: &[Frame], sent: u64) -> Vec<Message<JsBytes>> {
        let mut cutter = self.cutter.borrow_mut();
        let Some(cutter) = cutter.as_mut() else { return Vec::new() };
        let (messages, written) = match self.steadied(frames) {
            Some(frames) => cutter.write(&frames, sent),
            None => cutter.write(frames, sent),
        };
        if let Err(error) = written {
            self.failure.set(Some(error));
        }
        let mut tail = self.tail.borrow_mut();
        frames.iter().for_each(|frame| tail.note(frame));
        messages
    }

    /// The frames with the segment's first packet of sound where the others say that it was, if it is among them.
    fn steadied(&self, frames: &[Frame]) -> Option<Vec<Frame>> {
        let first = frames.iter().position(|frame| !frame.is_video)?;
        if !self.is_silent.replace(false) {
            return None;
        }
        let mut frames = frames.to_vec();
        let mut packet = frames.remove(first);
        self.sound.borrow().steady(&mut packet);
        if first > 0 {
            // What a segment begins with stays its beginning.
            packet.time = packet.time.max(frames[0].time);
        }
        frames.insert(frames.partition_point(|frame| frame.time <= packet.time), packet);
        Some(frames)
    }

    /// The end of the segment, if it began and has none yet.
    pub fn end(&self, sent: u64, cut_short: bool) -> Option<Message<JsBytes>> {
        let mut cutter = self.cutter.borrow_mut();
        self.given_up.set(cutter.is_none());
        cutter.as_mut()?.end(sent, cut_short)
    }

    /// The segment that it is cut into now, and its beginning in the time of the run, ms.
    pub fn segment(&self) -> Option<(Segment, i64)> {
        self.cutter.borrow().as_ref().map(|cutter| (cutter.segment(), cutter.base()))
    }

    /// Whether the segment has ended: nothing more of it is sent.
    pub fn has_ended(&self) -> bool {
        self.given_up.get() || self.cutter.borrow().as_ref().is_some_and(Cutter::has_ended)
    }

    /// How long the segment is by its newest picture, ms.
    pub fn media(&self) -> i64 {
        let newest = self.tail.borrow().newest_picture();
        newest.zip(self.segment()).map_or(0, |(newest, (_, base))| newest - base)
    }

    /// Bytes in the segment so far.
    pub fn len(&self) -> usize {
        self.cutter.borrow().as_ref().map_or(0, Cutter::len)
    }

    /// Pictures in the segment so far.
    pub fn pictures(&self) -> u32 {
        self.cutter.borrow().as_ref().map_or(0, Cutter::pictures)
    }
}
