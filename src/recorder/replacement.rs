//! Another stream takes the place of the one that is recorded.

use super::{Recorder, formats, handover::GIVE_UP, settings};
use crate::{
    error::{Error, Kind},
    promise::Deferred,
};
use blobcast_container::Likeness;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use web_sys::MediaStream;

/// A page waits for its new stream to be sent; until then the one before is.
pub struct Replacement {
    done: Deferred,
    before: MediaStream,
}

impl Recorder {
    /// Records another stream from now on: simply the next segment, which begins when the new stream has given
    /// something. Done when it is sent.
    pub fn replace_stream(&self, stream: &JsValue) -> Result<Promise, Error> {
        let stream = settings::stream(stream)?;
        formats::supported(&stream, self.settings.formats.wanted.as_deref())?;
        if self.is_over() || self.ending.get().is_some() {
            let message = "the recording has ended; call startRecording with the new stream";
            return Err(Error::new(Kind::InvalidState, message));
        }
        let outrun =
            "replaceStream was called again before this stream was sent; only the newest one is broadcast";
        self.settle_replacement(Err(Error::new(Kind::Abort, outrun)));
        let before = self.source.replace(stream);
        let done = Deferred::default();
        let replaced = done.promise();
        let Some(current) = self.front() else {
            // It is the first to be recorded.
            done.resolve();
            return Ok(replaced);
        };
        self.runs.borrow_mut().truncate(1);
        if let Err(error) = self.start_run(Likeness::Other) {
            self.source.replace(before);
            return Err(error);
        }
        self.replacement.replace(Some(Replacement { done, before }));
        if current.segment().is_none() || current.has_ended() {
            // There is nothing to take over from.
            current.run.stop();
        }
        Ok(replaced)
    }

    /// The page need not wait any longer for its new stream to be sent.
    pub(super) fn settle_replacement(&self, done: Result<(), Error>) {
        match (self.replacement.take(), done) {
            (Some(replacement), Ok(())) => replacement.done.resolve(),
            (Some(replacement), Err(error)) => replacement.done.reject(&error.to_js()),
            (None, _) => {}
        }
    }

    /// The new stream gives nothing: the one before goes on. `false`: none is waited for.
    pub(super) fn take_replacement_back(&self) -> bool {
        let Some(replacement) = self.replacement.take() else { return false };
        self.source.replace(replacement.before);
        let message = format!(
            "the new stream gave nothing within {} s, so the old one is broadcast on; call replaceStream again when it does",
            GIVE_UP as u32 / 1_000
        );
        replacement.done.reject(&Error::new(Kind::Timeout, message).to_js());
        true
    }

    /// What the next run has in common with the current one.
    pub(super) fn likeness(&self) -> Likeness {
        if self.replacement.borrow().is_some() { Likeness::Other } else { Likeness::Same }
    }
}
