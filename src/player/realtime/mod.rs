//! Mode `realtime`: each frame is decoded as it comes, by WebCodecs, and shown as soon as it can be shown evenly.
//!
//! ```text
//! Piece ─► Tidy ─┬► Pictures: VideoDecoder ─► pace ─► Outlet ─┐
//!                │              └──► Delays ◄──┐              ├─► MediaStream ─► <video>
//!                └► Sound:    AudioDecoder ─► seam ─► Speaker      (silent track)
//! ```
//!
//! A frame's time is the relay's clock at its capture, ms: its segment's number plus its time in it. A delay is added to it, and that is
//! when it is shown, by the page's clock.

mod colours;
mod decoder;
mod delay;
mod outlet;
mod pace;
mod pictures;
mod seam;
mod sound;
mod speaker;
mod typical;

use super::{
    mode::has_sound,
    playback::Playback,
    screen::{OnFailure, Screen, unreadable},
};
use crate::{
    bytes::JsBytes,
    cell::RefCell,
    dom::now,
    error::{Error, Kind},
};
use blobcast_container::Tidy;
use blobcast_wire::{Piece, RelayTime, Segment};
pub use decoder::{can_decode, is_there};
use delay::Delays;
use pictures::Pictures;
use sound::Sound;
use std::rc::Rc;

/// So many segments back may be on screen.
const SEGMENTS: usize = 4;

/// A picture that has not been followed for so long, ms, is late, and what is on screen grows older.
const NEXT: f64 = 50.0;

/// Asks for the relay's time.
pub type Clock = Box<dyn Fn() -> Option<RelayTime>>;

/// Plays through WebCodecs.
pub struct Realtime {
    pictures: Option<Rc<Pictures>>,
    sound: Option<Rc<Sound>>,
    delays: Rc<RefCell<Delays>>,
    reading: RefCell<Reading>,
    /// The latency that was asked for, ms.
    target: Option<f64>,
    clock: Clock,
    fail: Rc<OnFailure>,
}

/// The segment that is being read, after those before it.
#[derive(Default)]
struct Reading {
    tidy: Tidy,
    segments: Vec<Segment>,
}

impl Realtime {
    /// Gives the element a stream with what this type has. `target` is the latency to aim for, in seconds, if not the least.
    pub fn open(
        playback: &Rc<Playback>,
        mime: &str,
        target: Option<f64>,
        clock: Clock,
        fail: OnFailure,
    ) -> Result<Rc<Self>, Error> {
        let failed = |thrown| Error::thrown(Kind::NotSupported, "this browser's WebCodecs failed", &thrown);
        let (fail, delays) = (Rc::new(fail), Rc::new(RefCell::new(Delays::default())));
        let stream = web_sys::MediaStream::new().map_err(failed)?;
        let pictures = decoder::picture_codec(mime)
            .map(|codec| Pictures::open(codec, &stream, &delays, &fail))
            .transpose()
            .map_err(failed)?;
        let sound = has_sound(mime)
            .then(|| Sound::open(&playback.video, &stream, &delays, &fail))
            .transpose()
            .map_err(failed)?;
        playback.set_stream(stream);
        playback.play();
        let target = target.map(|seconds| seconds * 1e3);
        Ok(Rc::new(Self { pictures, sound, delays, reading: RefCell::default(), target, clock, fail }))
    }

    fn begin(&self, segment: Segment) {
        let reading = &mut *self.reading.borrow_mut();
        reading.tidy = Tidy::default();
        if reading.segments.len() == SEGMENTS {
            reading.segments.remove(0);
        }
        reading.segments.push(segment);
        if let Some(pictures) = &self.pictures {
            pictures.begin_segment();
        }
    }
}

impl Screen for Realtime {
    fn read(&self, piece: &Piece<JsBytes>) {
        let (body, is_new) = match piece {
            Piece::Begin(blob) => {
                self.begin(blob.segment);
                (&blob.body, true)
            }
            Piece::Continue { body, .. } | Piece::End { body, .. } => (body, false),
        };
        let (read, frames, start, colours) = {
            let reading = &mut *self.reading.borrow_mut();
            let read = reading.tidy.push(&body.to_vec());
            let start = reading.segments.last().map_or(0.0, |segment| *segment as f64 / 1e3);
            (read, reading.tidy.take(), start, reading.tidy.colours())
        };
        if let Some(pictures) = self.pictures.as_ref().filter(|_| !frames.is_empty()) {
            pictures.in_colours(colours);
        }
        for frame in &frames {
            let time = start + frame.time as f64;
            match (&self.pictures, &self.sound) {
                (Some(pictures), _) if frame.is_video => pictures.decode(frame, time, is_new),
                (_, Some(sound)) if !frame.is_video => sound.decode(frame, time, is_new),
                _ => {}
            }
        }
        if let Err(error) = read {
            (self.fail)(unreadable(error));
        }
    }

    fn tick(&self) {
        let least = self.target.zip((self.clock)()).map(|(target, relay)| {
            // From the relay's clock to the page's.
            target + now() - relay.now as f64 / 1e3
        });
        self.delays.borrow_mut().least = least.unwrap_or(f64::NEG_INFINITY);
    }

    /// It never leaves the edge.
    fn to_live_edge(&self) {}

    fn showing(&self) -> Option<(Segment, f64)> {
        let (time, at) = match (&self.pictures, &self.sound) {
            (Some(pictures), _) => pictures.shown(),
            (None, Some(sound)) => sound.heard(),
            (None, None) => None,
        }?;
        let time = time + (now() - at).min(NEXT);
        let reading = self.reading.borrow();
        let mut before = reading.segments.iter().rev().filter(|segment| **segment as f64 / 1e3 <= time);
        before.next().map(|segment| (*segment, (time - *segment as f64 / 1e3) / 1e3))
    }

    fn ahead(&self) -> f64 {
        self.delays.borrow().buffer() / 1e3
    }
}
