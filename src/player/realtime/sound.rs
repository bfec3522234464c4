//! From packets to sound.
//!
//! Nothing is decoded while the element is muted, or the browser does not let the page play sound.

use super::{
    decoder::{Decoded, Decoder},
    delay::Delays,
    speaker::{SAMPLE_RATE, Speaker},
    typical::Typical,
};
use crate::{
    cell::RefCell,
    dom::{Listener, now, with},
    error::{Error, Kind},
    player::{quirks, screen::OnFailure},
};
use blobcast_container::Frame;
use std::{
    cell::Cell,
    rc::{Rc, Weak},
};
use wasm_bindgen::JsValue;
use web_sys::{Event, HtmlVideoElement, MediaStream};

/// What Opus is decoded to: of one channel, two are made.
const CHANNELS: u32 = 2;

/// What the AudioContext's clock may be off between two looks at it, ms: it goes in blocks.
const BLOCK: f64 = 3.0;

/// Decodes sound, and plays each packet when it is due.
pub struct Sound {
    // Listeners first: nothing is heard while the rest goes.
    _listeners: [Listener; 3],
    me: Weak<Self>,
    video: HtmlVideoElement,
    delays: Rc<RefCell<Delays>>,
    speaker: Speaker,
    /// There while something can be heard.
    decoder: RefCell<Option<Decoder>>,
    typical: RefCell<Typical>,
    /// The time of the newest packet, and when it was given to the speaker.
    heard: Cell<Option<(f64, f64)>>,
    fail: Rc<OnFailure>,
}

impl Sound {
    /// Adds a silent track to the stream, which is heard all the same.
    pub fn open(
        video: &HtmlVideoElement,
        stream: &MediaStream,
        delays: &Rc<RefCell<Delays>>,
        fail: &Rc<OnFailure>,
    ) -> Result<Rc<Self>, JsValue> {
        let speaker = Speaker::open()?;
        if !quirks::hides_picture_beside_sound() {
            stream.add_track(speaker.track());
        }
        let sound = Rc::new_cyclic(|me: &Weak<Self>| Self {
            _listeners: ["volumechange", "play", "pause"]
                .map(|kind| Listener::new(video, kind, with(me, |sound, _: Event| sound.follow_element()))),
            me: me.clone(),
            video: video.clone(),
            delays: delays.clone(),
            speaker,
            decoder: RefCell::default(),
            typical: RefCell::default(),
            heard: Cell::default(),
            fail: fail.clone(),
        });
        sound.follow_element();
        Ok(sound)
    }

    /// Sounds as the element would.
    fn follow_element(&self) {
        if !self.video.muted() {
            self.speaker.resume();
        }
        let is_heard = !self.video.muted() && !self.video.paused();
        self.speaker.set_volume(if is_heard { self.video.volume() } else { 0.0 });
    }

    /// Takes the next packet; `time` is its beginning. `is_new`: it came with the beginning of a segment, and may have waited
    /// there.
    pub fn decode(&self, packet: &Frame, time: f64, is_new: bool) {
        let done = self.open_or_close().and_then(|()| {
            let decoder = self.decoder.borrow();
            let Some(decoder) = decoder.as_ref() else { return Ok(()) };
            self.typical.borrow_mut().note(time, is_new, decoder.has_queue());
            decoder.decode(packet, time)
        });
        if let Err(thrown) = done {
            self.failed(&thrown);
        }
    }

    fn open_or_close(&self) -> Result<(), JsValue> {
        let is_wanted = !self.video.muted() && self.speaker.is_running();
        let is_there = self.decoder.borrow().is_some();
        if is_wanted && !is_there {
            let decoder = self.open_decoder()?;
            *self.decoder.borrow_mut() = Some(decoder);
        } else if is_there && !is_wanted {
            self.decoder.take();
            self.speaker.begin_anew();
            self.delays.borrow_mut().forget_sound();
        }
        Ok(())
    }

    fn open_decoder(&self) -> Result<Decoder, JsValue> {
        Decoder::open(
            ["AudioDecoder", "EncodedAudioChunk"],
            &[
                ("codec", "opus".into()),
                ("sampleRate", SAMPLE_RATE.into()),
                ("numberOfChannels", CHANNELS.into()),
            ],
            with(&self.me, |sound: &Rc<Self>, data| sound.on_decoded(data)),
            with(&self.me, |sound: &Rc<Self>, thrown| sound.failed(&thrown)),
        )
    }

    fn on_decoded(&self, data: JsValue) {
        let data = Decoded::of(data);
        let (time, now, lag) = (data.time(), now(), self.speaker.lag());
        let delay = {
            let mut delays = self.delays.borrow_mut();
            if self.typical.borrow().is(time) {
                delays.sound.ready(now, time - lag - BLOCK);
            }
            delays.of_sound()
        };
        let Some(delay) = delay else { return };
        let wait = time + delay - lag - now;
        // What was there before the viewer came is not heard.
        if wait + data.number("duration") / 1e3 < 0.0 {
            return;
        }
        match self.speaker.play(&data, wait) {
            Ok(()) => self.heard.set(Some((time, now))),
            Err(thrown) => self.failed(&thrown),
        }
    }

    /// The time of the newest packet that was played, and when it was, by the page's clock; ms.
    pub fn heard(&self) -> Option<(f64, f64)> {
        self.heard.get()
    }

    fn failed(&self, thrown: &JsValue) {
        (self.fail)(Error::thrown(Kind::Media, "the browser could not play the broadcast's sound", thrown));
    }
}
