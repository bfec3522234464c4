//! How to record: the options, and what this browser makes of them.
//!
//! `isTypeSupported` says less than it seems: a recorder may still refuse its type when it is made or started, or
//! fail before it has given anything. So the types are tried in order, and one that failed is not tried again.

use super::mime::{self, Failed};
use crate::{
    cell::RefCell,
    error::{Error, Kind},
    lean,
};
use std::cell::Cell;
use web_sys::{MediaRecorder, MediaStream};

/// How one run is recorded.
#[derive(Clone, Debug)]
pub struct Format {
    pub mime: String,
    /// ms between chunks.
    pub timeslice: i32,
    /// ms between keyframes that are asked for.
    pub keyframe_interval: Option<f64>,
    pub video_bits_per_second: Option<u32>,
    pub audio_bits_per_second: Option<u32>,
}

/// How a segment ends and the next one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// The next recorder takes over from the current one.
    Handover,
    /// The recorder goes on, and the next segment begins at a keyframe that it was asked for.
    Keyframe,
    /// A handover where it cannot be seen: pictures that were recorded twice can be hidden in VP8 alone.
    Either,
}

/// The formats that may be recorded, and those that turned out not to.
#[derive(Debug)]
pub struct Formats {
    /// `None`: whatever suits the tracks.
    pub wanted: Option<String>,
    /// ms between chunks.
    pub timeslice: i32,
    pub video_bits_per_second: Option<u32>,
    pub audio_bits_per_second: Option<u32>,
    pub restart: Cell<Restart>,
    /// ms between segments.
    pub restart_interval: f64,
    pub failed: RefCell<Failed>,
}

impl Formats {
    /// Starts to record the stream, with the tracks that it has now, in the first format in which that works.
    ///
    /// # Errors
    /// None does. The error names all that were tried.
    pub fn start<T>(
        &self,
        stream: &MediaStream,
        start: impl Fn(&Format) -> Result<T, Error>,
    ) -> Result<T, Error> {
        for mime in self.candidates(stream)? {
            match start(&self.format(mime.clone())) {
                Ok(started) => return Ok(started),
                Err(error) => self.failed.borrow_mut().add(mime, &error),
            }
        }
        Err(self.failed.borrow().error())
    }

    /// A recorder that was started with this type has failed before it gave anything: whether another type is left.
    ///
    /// # Errors
    /// None is. The error names all that were tried.
    pub fn pass_over(&self, stream: &MediaStream, mime: &str, error: &Error) -> Result<(), Error> {
        self.failed.borrow_mut().add(mime.to_owned(), error);
        if self.candidates(stream)?.is_empty() { Err(self.failed.borrow().error()) } else { Ok(()) }
    }

    fn candidates(&self, stream: &MediaStream) -> Result<Vec<String>, Error> {
        let supported = supported(stream, self.wanted.as_deref())?;
        Ok(self.failed.borrow().others(supported))
    }

    /// The keyframes that were asked for do not come. Tells whether it was the page that asked.
    pub fn without_keyframes(&self) -> bool {
        self.restart.replace(Restart::Handover) == Restart::Keyframe
    }

    /// How sound is recorded by itself, at no more than a bitrate.
    pub fn of_sound(&self, limit: Option<u32>) -> Format {
        Format {
            mime: mime::SOUND.to_owned(),
            keyframe_interval: None,
            timeslice: self.timeslice,
            video_bits_per_second: None,
            audio_bits_per_second: limit.or(self.audio_bits_per_second),
        }
    }

    fn format(&self, mime: String) -> Format {
        let rolls = match self.restart.get() {
            Restart::Handover => false,
            Restart::Keyframe => true,
            Restart::Either => ["vp9", "av1", "av01"].into_iter().any(|codec| lean::contains(&mime, codec)),
        };
        Format {
            mime,
            keyframe_interval: rolls.then_some(self.restart_interval),
            timeslice: self.timeslice,
            video_bits_per_second: self.video_bits_per_second,
            audio_bits_per_second: self.audio_bits_per_second,
        }
    }
}

/// The WebM types that this browser says it records, best first: `wanted` alone, or all that suit the tracks.
///
/// # Errors
/// There is none.
pub fn supported(stream: &MediaStream, wanted: Option<&str>) -> Result<Vec<String>, Error> {
    if let Some(wanted) = wanted {
        return if mime::is_webm(wanted) && MediaRecorder::is_type_supported(wanted) {
            Ok(vec![wanted.to_owned()])
        } else {
            let message = format!(
                "this browser does not record mimeType \"{wanted}\" as WebM; leave mimeType out to let it choose"
            );
            Err(Error::new(Kind::NotSupported, message))
        };
    }
    let has_audio = stream.get_audio_tracks().length() > 0;
    let has_video = stream.get_video_tracks().length() > 0;
    let mut types = mime::candidates(has_video, has_audio);
    types.retain(|mime| MediaRecorder::is_type_supported(mime));
    if types.is_empty() {
        let message = "this browser records no WebM, so it can only view; broadcast from Chromium or Firefox";
        return Err(Error::new(Kind::NotSupported, message));
    }
    Ok(types)
}
