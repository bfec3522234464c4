//! A change of source that was prepared (preparing.rs): when it is time the standby begins to play, is raised over the video when
//! it shows the next picture, and relieves it until the video itself is there.

use super::{
    Glue,
    meeting::{Meeting, Seen},
    plan::Change,
    standby::Standby,
    transition::Cover,
    turn::{Turn, turn},
};
use crate::{
    dom::{now, weakly},
    player::next_picture::EachPicture,
    timers::{Timer, Timers},
};
use std::{cell::Cell, rc::Rc};
use web_sys::HtmlVideoElement;

/// Timers may be late by this, in seconds: half a frame at 30 fps.
pub(super) const NEARLY: f64 = 0.015;

/// A standby that begins in time is ahead of the video by this, in seconds: both go on to the next picture in the same
/// moment, the standby rather too early than too late. What it is ahead by is not seen any more, so it is little.
pub(super) const AHEAD: f64 = 0.008;

/// How often it is looked whether the two meet, in ms: pictures are told one video after the other, and each is to be on
/// screen for a refresh.
const LOOK: u32 = 8;

/// A standby's first picture is raised so long before its time, in seconds: Chromium 156 shows pictures up to 20 ms early, and
/// the raised one is painted a refresh later. The video has then shown its last one for a refresh.
const REFRESH: f64 = 0.023;

/// A standby that has been raised is painted within this time, ms, also where its picture stands.
const PAINTED: u32 = 50;

/// What a standby does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Stands at its first picture.
    Waits,
    /// Plays, unseen.
    Plays,
    /// Is what the viewer sees.
    Raised,
}

/// A standby at work before the video's source changes. Dropping it takes the standby away.
pub struct Relief {
    standby: Rc<Standby>,
    change: Change,
    stage: Stage,
    /// When it was made, ms, until its first picture has come.
    made: Option<f64>,
    /// What it took to start is known.
    is_timed: bool,
    /// The video's pictures.
    shown: Rc<Cell<Seen>>,
    _pictures: Rc<EachPicture>,
    _timer: Option<Timer>,
}

impl Relief {
    pub(super) fn of(video: &HtmlVideoElement, standby: Rc<Standby>, change: Change) -> Self {
        let shown: Rc<Cell<Seen>> = Rc::default();
        let seen = shown.clone();
        Self {
            standby,
            change,
            stage: Stage::Waits,
            made: Some(now()),
            is_timed: false,
            shown,
            _pictures: EachPicture::of(video, move |picture| Seen::note(&seen, picture)),
            _timer: None,
        }
    }

    /// The video's time less the standby's, seconds.
    fn shift(&self) -> f64 {
        self.change.at - self.change.from
    }

    /// How far the standby's clock is ahead of the video's, seconds.
    fn ahead_of(&self, video: &HtmlVideoElement) -> f64 {
        self.standby.video.current_time() + self.shift() - video.current_time()
    }
}

impl Glue {
    /// Begins when the playhead is at this time.
    pub(super) fn begin_relief_at(&self, at: f64) {
        let left = at - self.playback.video.current_time();
        let act = move |glue: &Rc<Self>| {
            if glue.playback.is_paused() {
                glue.relief.take();
            } else if at - glue.playback.video.current_time() > NEARLY && !glue.playback.video.ended() {
                glue.begin_relief_at(at);
            } else {
                glue.begin_relief();
            }
        };
        self.after((left * 1000.0).max(0.0) as u32, act);
    }

    /// Calls in so many ms, while this relief lasts; nothing else that was to be called is.
    fn after(&self, ms: u32, then: impl Fn(&Rc<Self>) + 'static) {
        if let Some(relief) = &mut *self.relief.borrow_mut() {
            relief._timer = Some(Timers::Page.after(ms, weakly(&self.me, then)));
        }
    }

    /// It is time for the standby to play.
    fn begin_relief(&self) {
        let Some(at) = self.relief.borrow_mut().as_mut().map(|current| {
            current.standby.play();
            current.stage = Stage::Plays;
            // The first picture of the next segment comes a little after its beginning.
            let first = current.standby.seen().newest().map(|first| first.time + current.shift());
            current.change.at.max(first.unwrap_or(0.0))
        }) else {
            return;
        };
        // Not when the playhead is there: it may end before that.
        let left = at - REFRESH - self.playback.video.current_time();
        self.after((left * 1000.0).max(0.0) as u32, |glue| glue.await_turn(now()));
    }

    /// The source is over: the standby takes over with its next picture, if it does not already show it.
    pub(super) fn relieve_ended(&self) {
        let stage = self.relief.borrow().as_ref().map(|relief| relief.stage);
        match stage {
            Some(Stage::Waits) => self.begin_relief(),
            Some(Stage::Plays) => self.await_turn(now()),
            Some(Stage::Raised) | None => {}
        }
    }

    /// The video is where the standby is to take over, since this time of the page's clock, ms: looks again and again whether it
    /// has its turn. The first picture of the next segment is there before the standby's clock runs.
    fn await_turn(&self, due: f64) {
        let now = now();
        match self.look(now, now - due) {
            Turn::Raise => {}
            Turn::Wait => self.after(LOOK, move |glue| glue.await_turn(due)),
            Turn::GiveUp => self.give_up(),
        }
    }

    /// The standby shows a picture. Called in a frame callback.
    pub(super) fn look_at_standby(&self, told: f64) {
        let stage = {
            let mut relief = self.relief.borrow_mut();
            let Some(current) = &mut *relief else { return };
            if let Some(made) = current.made.take() {
                self.timing.took_to_load((now() - made) / 1000.0);
            }
            let video = &self.playback.video;
            // The first picture is there before the clock runs; and a video that has ended has no clock.
            if current.stage != Stage::Waits && current.standby.seen().moves() && !video.ended() {
                let ahead = current.ahead_of(video) - AHEAD;
                if !std::mem::replace(&mut current.is_timed, true) {
                    self.timing.took_to_start_warm(ahead);
                }
                if current.stage == Stage::Plays {
                    current.standby.approach(-ahead);
                }
            }
            current.stage
        };
        match stage {
            Stage::Waits => {}
            // A little later: a standby is not dropped in its own frame callback.
            Stage::Plays if self.look(told, 0.0) == Turn::GiveUp => self.after(0, |glue| glue.give_up()),
            Stage::Plays => {}
            // It is painted. A little later: a source that is changed in a frame callback makes Firefox 153 paint nothing
            // any more, if the page awaits frames of it.
            Stage::Raised => self.after(0, |glue| glue.change()),
        }
    }

    /// Raises the standby that plays unseen if it has its turn, at this time of the page's clock, so long after it was due, ms.
    fn look(&self, now: f64, late: f64) -> Turn {
        let Some((meeting, has_picture)) = self.meeting(now) else { return Turn::Wait };
        if self.playback.is_paused() {
            return Turn::GiveUp;
        }
        let turn = turn(meeting, has_picture, late, self.ran_out.get());
        if turn == Turn::Raise {
            self.raise();
        }
        turn
    }

    /// How a standby that plays unseen stands to the video, at this time of the page's clock, ms, and whether it has a picture.
    fn meeting(&self, now: f64) -> Option<(Meeting, bool)> {
        let relief = self.relief.borrow();
        let current = relief.as_ref().filter(|current| current.stage == Stage::Plays)?;
        let (video, taker) = (&self.playback.video, current.standby.seen());
        let ahead = (taker.moves() && !video.ended()).then(|| current.ahead_of(video));
        Some((current.shown.get().meet(taker, current.shift(), ahead, now), taker.newest().is_some()))
    }

    /// Goes on without a standby, when the source ends.
    fn give_up(&self) {
        if let Some(made) = self.relief.take().and_then(|unfit| unfit.made) {
            self.timing.took_to_load((now() - made) / 1000.0);
        }
        self.step();
    }

    /// The standby takes the video's place on screen.
    fn raise(&self) {
        {
            let mut relief = self.relief.borrow_mut();
            let Some(current) = &mut *relief else { return };
            current.standby.approach(0.0);
            current.standby.raise(&self.playback.video);
            current.stage = Stage::Raised;
        }
        // The video keeps its last picture until the standby is painted.
        self.after(PAINTED, |glue| glue.change());
    }

    /// Under the standby, the video's source changes.
    fn change(&self) {
        let Some(relief) = self.relief.take().filter(|_| !self.playback.is_paused()) else { return };
        let Relief { standby, change, .. } = &relief;
        let from = standby.video.current_time() + self.timing.start();
        let cover = Cover::Standby(standby.clone(), self.timing.clone());
        self.try_to_show(change.segment, from, Some(cover));
    }
}
