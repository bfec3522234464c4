//! What is recorded: the tracks of the page's stream that give something. The stream may be replaced.

use crate::{cell::RefCell, dom::now};
use std::cell::Cell;
use wasm_bindgen::JsCast;
use web_sys::{MediaStream, MediaStreamTrack, MediaStreamTrackState};

/// Sound that gave nothing is tried again after this time, ms.
const TRY_AGAIN: f64 = 10_000.0;

/// The page's stream.
pub struct Source {
    stream: RefCell<MediaStream>,
    /// When its sound was left out because it gave nothing.
    soundless: Cell<Option<f64>>,
}

impl Source {
    pub fn new(stream: MediaStream) -> Self {
        Self { stream: RefCell::new(stream), soundless: Cell::default() }
    }

    /// Another stream takes the place of the one before, which is returned.
    pub fn replace(&self, stream: MediaStream) -> MediaStream {
        self.soundless.take();
        self.stream.replace(stream)
    }

    /// The page's stream.
    pub fn stream(&self) -> MediaStream {
        // Not the DOM's `clone`, which clones the tracks too.
        Clone::clone(&*self.stream.borrow())
    }

    /// What the next run records: the page's own stream, whose recorder the browser ends when a track is added or removed;
    /// or, when it has tracks that have ended or give nothing, one of the others.
    pub fn for_run(&self) -> MediaStream {
        let stream = self.stream();
        let leaves_sound_out = self.leaves_sound_out();
        let tracks = stream.get_tracks();
        let wanted: js_sys::Array =
            tracks.iter().filter(|track| is_wanted(track, leaves_sound_out)).collect();
        if wanted.length() == tracks.length() {
            return stream;
        }
        MediaStream::new_with_tracks(&wanted).unwrap_or(stream)
    }

    /// Records without sound for a while. `false`: there is no sound, or nothing else.
    pub fn leave_sound_out(&self) -> bool {
        let stream = self.stream.borrow();
        let has_both = has_both(&stream);
        if has_both {
            self.soundless.set(Some(now()));
        }
        has_both
    }

    /// The sound gives something after all.
    pub fn sound_is_back(&self) {
        self.soundless.take();
    }

    fn leaves_sound_out(&self) -> bool {
        self.soundless.get().is_some_and(|since| now() - since < TRY_AGAIN)
    }

    /// Whether there is sound to record, or to be tried again.
    pub fn has_sound(&self) -> bool {
        !self.leaves_sound_out() && has_live(&self.stream.borrow().get_audio_tracks())
    }

    /// Whether there is anything to record.
    pub fn is_live(&self) -> bool {
        has_live(&self.stream.borrow().get_tracks())
    }
}

/// Whether a stream has pictures and sound.
pub fn has_both(stream: &MediaStream) -> bool {
    has_live(&stream.get_audio_tracks()) && has_live(&stream.get_video_tracks())
}

/// A stream of these tracks alone.
pub fn only(tracks: &js_sys::Array) -> Option<MediaStream> {
    MediaStream::new_with_tracks(tracks).ok()
}

/// Whether these are the same tracks, by the first of them, which is the one that a recorder takes.
pub fn same(one: &js_sys::Array, other: &js_sys::Array) -> bool {
    one.get(0) == other.get(0)
}

fn is_wanted(track: &wasm_bindgen::JsValue, leaves_sound_out: bool) -> bool {
    let track: &MediaStreamTrack = track.unchecked_ref();
    is_live(track) && !(leaves_sound_out && track.kind() == "audio")
}

fn is_live(track: &MediaStreamTrack) -> bool {
    track.ready_state() == MediaStreamTrackState::Live
}

/// Whether any of these tracks gives something.
pub fn has_live(tracks: &js_sys::Array) -> bool {
    tracks.iter().any(|track| is_live(track.unchecked_ref()))
}
