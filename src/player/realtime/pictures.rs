//! From frames to pictures on the element.

use super::{
    colours::color_space,
    decoder::{Decoded, Decoder},
    delay::Delays,
    outlet::Outlet,
    pace::{self, Turn},
    typical::Typical,
};
use crate::{
    cell::RefCell,
    dom::{document, now, with},
    error::{Error, Kind},
    player::screen::{OnFailure, UNDECODABLE},
    timers::{Timer, Timers},
};
use blobcast_container::{Colours, Frame};
use std::{
    cell::Cell,
    rc::{Rc, Weak},
};
use wasm_bindgen::JsValue;
use web_sys::MediaStream;

/// With more frames in its queue when the next segment begins, the decoder has fallen behind: about a second.
const BEHIND: f64 = 30.0;

/// Pictures that are kept at the most, each some 1.4 MB at 1280x720: two seconds.
const KEPT: usize = 60;

/// Decodes pictures and shows each when it is due.
pub struct Pictures {
    me: Weak<Self>,
    timer: Cell<Option<Timer>>,
    decoder: RefCell<Option<Decoder>>,
    colours: Cell<Colours>,
    decoded: RefCell<Vec<Decoded>>,
    outlet: Outlet,
    delays: Rc<RefCell<Delays>>,
    typical: RefCell<Typical>,
    /// The time of the picture on screen, and since when it is there.
    shown: Cell<Option<(f64, f64)>>,
    fail: Rc<OnFailure>,
}

impl Pictures {
    /// Adds their track to the stream.
    pub fn open(
        codec: &str,
        stream: &MediaStream,
        delays: &Rc<RefCell<Delays>>,
        fail: &Rc<OnFailure>,
    ) -> Result<Rc<Self>, JsValue> {
        let outlet = Outlet::open()?;
        stream.add_track(outlet.track());
        let pictures = Rc::new_cyclic(|me: &Weak<Self>| Self {
            me: me.clone(),
            timer: Cell::default(),
            decoder: RefCell::default(),
            colours: Cell::default(),
            decoded: RefCell::default(),
            outlet,
            delays: delays.clone(),
            typical: RefCell::default(),
            shown: Cell::default(),
            fail: fail.clone(),
        });
        let decoder = Decoder::open(
            ["VideoDecoder", "EncodedVideoChunk"],
            &[("codec", codec.into()), ("optimizeForLatency", true.into())],
            with(&pictures.me, |pictures: &Rc<Self>, frame| pictures.on_decoded(frame)),
            with(&pictures.me, |pictures: &Rc<Self>, thrown| pictures.failed(&thrown)),
        )?;
        *pictures.decoder.borrow_mut() = Some(decoder);
        Ok(pictures)
    }

    /// What comes begins with a keyframe. A decoder that has fallen behind goes on with it.
    pub fn begin_segment(&self) {
        let decoder = self.decoder.borrow();
        let Some(decoder) = decoder.as_ref().filter(|decoder| decoder.waiting() > BEHIND) else { return };
        if let Err(thrown) = decoder.begin_anew() {
            self.failed(&thrown);
        }
    }

    /// What the container says of the colours, before the first frame of a segment.
    pub fn in_colours(&self, colours: Colours) {
        if self.colours.replace(colours) != colours
            && let Some(decoder) = &*self.decoder.borrow()
            && let Err(thrown) = decoder.set("colorSpace", &color_space(colours))
        {
            self.failed(&thrown);
        }
    }

    /// Takes the next frame. `is_new`: it came with the beginning of a segment, and may have waited there.
    pub fn decode(&self, frame: &Frame, time: f64, is_new: bool) {
        let decoder = self.decoder.borrow();
        let Some(decoder) = decoder.as_ref() else { return };
        self.typical.borrow_mut().note(time, is_new, decoder.has_queue());
        if let Err(thrown) = decoder.decode(frame, time) {
            self.failed(&thrown);
        }
    }

    fn on_decoded(&self, frame: JsValue) {
        let picture = Decoded::of(frame);
        let (time, now) = (picture.time(), now());
        {
            let mut delays = self.delays.borrow_mut();
            let typical = self.typical.borrow();
            if typical.is(time) {
                delays.pictures.ready(now, time);
            } else if typical.is_newest(time) {
                delays.pictures.guess(now, time);
            }
            let mut decoded = self.decoded.borrow_mut();
            if decoded.len() == KEPT {
                decoded.remove(0);
            }
            decoded.push(picture);
        }
        self.show_what_is_due();
    }

    fn show_what_is_due(&self) {
        loop {
            // Joining: what is decoded on the way to the live edge is not shown.
            let Some(delay) = self.delays.borrow().of_pictures() else { return };
            let (now, shown) = (now(), self.shown.get().map_or(f64::NEG_INFINITY, |(_, at)| at));
            // A hidden page's timers are slow, and picture-in-picture is seen all the same: there it shows what comes, as it comes.
            let delay = if document().hidden() { f64::NEG_INFINITY } else { delay };
            let turn =
                pace::turn(self.decoded.borrow().iter().map(|picture| picture.time() + delay), now, shown);
            match turn {
                Turn::Show(n) => self.show(n, now),
                Turn::Wait(ms) => {
                    let again = with(&self.me, |pictures: &Rc<Self>, ()| pictures.show_what_is_due());
                    return self.timer.set(Some(Timers::Page.after(ms as u32, again)));
                }
                Turn::Nothing => return,
            }
        }
    }

    fn show(&self, n: usize, now: f64) {
        let picture = {
            let mut decoded = self.decoded.borrow_mut();
            decoded.drain(..n);
            decoded.remove(0)
        };
        self.shown.set(Some((picture.time(), now)));
        self.outlet.show(picture);
    }

    /// The time of the picture on screen, and since when it is there, by the page's clock; ms.
    pub fn shown(&self) -> Option<(f64, f64)> {
        self.shown.get()
    }

    fn failed(&self, thrown: &JsValue) {
        (self.fail)(Error::thrown(Kind::Media, UNDECODABLE, thrown));
    }
}
