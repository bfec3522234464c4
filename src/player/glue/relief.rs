//! A change of source that was prepared: while the video still plays, a standby gets the next source ready.
//! When it is time the standby begins to play, is raised over the video, and relieves it until the video itself
//! is there.

use super::{
    Glue,
    plan::{self, Change},
    standby::Standby,
    transition::Cover,
};
use crate::{
    bytes::JsBytes,
    dom::{ObjectUrl, now, weakly, window},
    player::next_picture::NextPicture,
};
use blobcast_wire::Piece;
use gloo_timers::callback::Timeout;
use std::rc::Rc;

/// Timers may be late by this, in seconds: half a frame at 30 fps.
const NEARLY: f64 = 0.015;

/// So long after the beginning of a source its clock runs evenly, in seconds.
const BEGUN: f64 = 0.3;

/// A standby is ahead of the video by this when it is raised, in seconds: rather a frame too late than one that
/// was there before.
const AHEAD: f64 = 0.012;

/// A standby that has been raised is painted within this time, ms, also where its picture stands.
const PAINTED: u32 = 50;

/// A standby at work before the video's source changes. Dropping it takes the standby away.
pub struct Relief {
    standby: Rc<Standby>,
    change: Change,
    /// What it took to start is known.
    is_timed: bool,
    /// It was waited for once.
    is_late: bool,
    is_raised: bool,
    _timer: Option<Timeout>,
    _painted: Option<NextPicture>,
}

impl Glue {
    /// Prepares the next change, if it is near enough.
    pub(super) fn prepare(&self) {
        if self.relief.borrow().is_some() || !self.is_settled() {
            return;
        }
        let Some(change) = self.shown().and_then(|shown| plan::upcoming(&shown, &self.shelf.borrow().list()))
        else {
            return;
        };
        let glued = self.shelf.borrow().glued(change.segment);
        let Ok(Some((blob, _))) = glued else { return };
        let Ok(url) = ObjectUrl::for_blob(&blob) else { return };
        let Some(standby) = Standby::over(&self.playback.video, url, change.from) else { return };
        let relief = Relief {
            standby,
            change,
            is_timed: false,
            is_late: false,
            is_raised: false,
            _timer: None,
            _painted: None,
        };
        self.relief.replace(Some(relief));
        self.until(change.at - self.timing.warm_start(), Self::begin_relief);
    }

    /// Calls when the playhead is at this time.
    fn until(&self, at: f64, then: fn(&Self)) {
        let left = at - self.playback.video.current_time();
        let act = move |glue: &Rc<Self>| {
            if glue.playback.is_paused() {
                glue.relief.take();
            } else if at - glue.playback.video.current_time() > NEARLY && !glue.playback.video.ended() {
                glue.until(at, then);
            } else {
                then(glue);
            }
        };
        let timer = Timeout::new((left * 1000.0).max(0.0) as u32, weakly(&self.me, act));
        if let Some(relief) = &mut *self.relief.borrow_mut() {
            relief._timer = Some(timer);
        }
    }

    fn begin_relief(&self) {
        let Some(at) = self.relief.borrow().as_ref().map(|relief| {
            relief.standby.play();
            relief.change.at
        }) else {
            return;
        };
        self.until(at, Self::raise);
    }

    /// The source is over, or will be in a moment: the standby takes its place on screen.
    pub(super) fn raise(&self) {
        let mut relief = self.relief.borrow_mut();
        let Some(current) = &mut *relief else { return };
        if current.is_raised {
            return;
        }
        let Some(first) = current.standby.first_picture() else {
            // Not ready: the change goes on without it when the source ends.
            relief.take();
            drop(relief);
            return self.step();
        };
        let (standby, video) = (&current.standby, &self.playback.video);
        let place = standby.video.current_time();
        let early = first - place;
        let behind = (video.current_time() - current.change.at) - (place - current.change.from);
        if !current.is_timed {
            current.is_timed = true;
            self.timing.took_to_start_warm(-behind - AHEAD);
        }
        // Its first picture is for later, and until then the old one stays; or it is for earlier, and would be
        // a step back.
        let wait = if early > NEARLY {
            early
        } else if video.ended() {
            0.0
        } else {
            behind
        };
        if wait > 0.0 && !current.is_late {
            current.is_late = true;
            standby.video.set_playback_rate(if early > NEARLY { 1.0 } else { 2.0 });
            let again = Timeout::new((wait * 1000.0) as u32 + 1, weakly(&self.me, |glue| glue.raise()));
            current._timer = Some(again);
            return;
        }
        standby.video.set_playback_rate(1.0);
        standby.raise(video);
        current.is_raised = true;
        // The video keeps its last picture until the standby is painted.
        let painted = || weakly(&self.me, |glue| glue.change());
        let on_picture = painted();
        current._painted = Some(NextPicture::of(&standby.video, move |_| on_picture()));
        current._timer = Some(Timeout::new(PAINTED, painted()));
    }

    /// Under the standby, the video's source changes.
    fn change(&self) {
        let Some(relief) = self.relief.take() else { return };
        let Relief { standby, change, .. } = &relief;
        let from = standby.video.current_time() + self.timing.start();
        let cover = Cover::Standby(standby.clone(), self.timing.clone());
        self.try_to_show(change.segment, from, Some(cover));
    }

    /// As far behind as before, by the rate.
    pub(super) fn keep_pace(&self) {
        let has_begun = |from: f64| self.playback.video.current_time() > from + BEGUN;
        let has_begun = self.source.borrow().as_ref().is_some_and(|source| has_begun(source.from));
        let Some(lag) = self.lag().filter(|_| has_begun && self.is_settled()) else { return };
        let rate = self.pace.borrow_mut().rate(lag);
        let video = &self.playback.video;
        // Another rate than ours is the page's.
        if (video.playback_rate() - 1.0).abs() < 0.05 {
            video.set_playback_rate(rate);
        }
    }

    /// What a piece tells of the broadcaster's clock and rhythm.
    pub(super) fn hear_pace(&self, piece: &Piece<JsBytes>) {
        let list = self.shelf.borrow().list();
        let Some(newest) = list.last() else { return };
        let mut pace = self.pace.borrow_mut();
        pace.hear(newest.segment as f64 / 1e6 + newest.duration, now() / 1000.0);
        if matches!(piece, Piece::End { .. }) {
            pace.at_most(newest.duration);
        }
    }

    /// Plays in front of a viewer, and changes nothing.
    fn is_settled(&self) -> bool {
        let is_hidden = window().document().is_some_and(|document| document.hidden());
        let stands = is_hidden || self.playback.is_paused() || self.ran_out.get();
        !stands && self.transition.borrow().is_none()
    }

    /// How far the picture is behind what has just been sent.
    pub(super) fn lag(&self) -> Option<f64> {
        let source = self.source.borrow();
        let media = source.as_ref()?.segment as f64 / 1e6 + self.playback.video.current_time();
        self.pace.borrow().lag_of(media, now() / 1000.0)
    }
}
