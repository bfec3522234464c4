//! The picture at a given time of a fresh source.

use crate::player::{next_picture::NextPicture, quirks};
use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};
use web_sys::HtmlVideoElement;

/// The highest rate that browsers take.
const RATE: f64 = 16.0;

/// A picture may be this much before the time that was asked for: two frames at 30 fps.
const NEARLY: f64 = 0.07;

/// The address that makes a source begin at a time. A media fragment, unlike a seek, rarely shows the first
/// picture on the way. <https://www.w3.org/TR/media-frags/#naming-time>
pub fn address(url: &str, from: f64) -> String {
    if from > 0.0 && !quirks::never_ends_a_seek() { format!("{url}#t={from}") } else { url.to_owned() }
}

/// Waits for the picture at a time. Where seeking does not work it plays there, silently and as fast as the
/// decoder can. Dropping it ends the waiting, and gives the element its rate and its sound back.
#[must_use = "dropping it ends the waiting"]
pub struct Arrival {
    me: Weak<Self>,
    video: HtmlVideoElement,
    at: f64,
    /// While it is played fast: whether the element was muted before.
    was_muted: Cell<Option<bool>>,
    next: RefCell<Option<NextPicture>>,
    arrived: Box<dyn Fn()>,
}

impl Arrival {
    /// `arrived` is called when the picture at `at` seconds, or a later one, is on screen.
    pub fn of(video: &HtmlVideoElement, at: f64, arrived: impl Fn() + 'static) -> Rc<Self> {
        let runs = at > 0.0 && quirks::never_ends_a_seek();
        let was_muted = runs.then(|| video.muted());
        if runs {
            video.set_muted(true);
            video.set_playback_rate(RATE);
        }
        let arrival = Rc::new_cyclic(|me: &Weak<Self>| Self {
            me: me.clone(),
            video: video.clone(),
            at,
            was_muted: Cell::new(was_muted),
            next: RefCell::default(),
            arrived: Box::new(arrived),
        });
        arrival.look();
        arrival
    }

    fn look(&self) {
        let me = self.me.clone();
        let next = NextPicture::of(&self.video, move |time| {
            if let Some(arrival) = me.upgrade() {
                if arrival.is_there(time) { (arrival.arrived)() } else { arrival.look() }
            }
        });
        self.next.replace(Some(next));
    }

    /// Whether the picture of this media time, which has just come on screen, is the one.
    fn is_there(&self, picture: f64) -> bool {
        if self.was_muted.get().is_none() {
            return picture + NEARLY >= self.at;
        }
        // Played fast, pictures run ahead of the clock by a quarter of a second, and step back when it ends;
        // so the clock decides, and the picture after it is the one.
        if self.video.current_time() >= self.at {
            self.walk();
        }
        false
    }

    /// Back to the normal rate, with the sound as it was.
    fn walk(&self) {
        if let Some(was_muted) = self.was_muted.take() {
            self.video.set_playback_rate(1.0);
            self.video.set_muted(was_muted);
        }
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        self.walk();
    }
}
