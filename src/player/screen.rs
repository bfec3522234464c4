//! What turns pieces into pictures: one of the modes.

use crate::{
    bytes::JsBytes,
    error::{Error, Kind},
};
use blobcast_wire::{Piece, Segment};
use std::cell::Cell;

/// A mode at work on a `<video>`. Dropping it lets go of the element; its source stays until the next one.
pub trait Screen {
    /// Takes the next piece. The first one begins a segment.
    fn read(&self, piece: &Piece<JsBytes>);

    /// Time passes: called a few times a second.
    fn tick(&self);

    /// The viewer is back from a pause: to the live edge.
    fn to_live_edge(&self);

    /// The page is in front again, after a time in which the browser may have played less than all.
    fn back_in_sight(&self) {
        self.to_live_edge();
    }

    /// What is on screen: a segment, and how many seconds into it.
    fn showing(&self) -> Option<(Segment, f64)>;

    /// Seconds of media ahead of the playhead.
    fn ahead(&self) -> f64;

    /// Whether all that came is where it is played from.
    fn takes_more(&self) -> bool {
        false
    }

    /// What is rewound: forgets all that came, and plays from this time on, seconds.
    fn jump(&self, _time: f64) {}

    /// Where to keep the playhead from now on.
    fn follow(&self, _edge: Edge) {}

    /// Where the viewer has put the playhead.
    fn sought(&self) -> Sought {
        Sought::ByUs
    }

    /// So much can be rewound, seconds of the element's time.
    fn extend(&self, _to: f64) {}
}

/// Where what is rewound begins.
pub struct Beginning {
    /// The element's time 0.
    pub origin: Segment,
    /// Where to play first, seconds.
    pub at: f64,
    /// Where what is kept ends, seconds.
    pub end: Cell<f64>,
}

/// What a playhead has to do with the live edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// It goes its own way.
    Leave,
    /// It is near, and stays there.
    Keep,
    /// It goes there now.
    GoTo,
}

/// Where a seek went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sought {
    /// It was ours.
    ByUs,
    /// To what is there, of which so many seconds are ahead.
    Near(f64),
    /// To this time, where nothing is.
    Away(f64),
}

/// Tells that a screen cannot go on.
pub type OnFailure = Box<dyn Fn(Error)>;

/// What the browser's decoder has not done, whichever mode gave it the media. That the next segment is tried, stage.rs adds.
pub const UNDECODABLE: &str = "the browser could not decode the broadcast";

/// The error of media that cannot be read.
pub fn unreadable(error: blobcast_container::Error) -> Error {
    Error::new(Kind::Media, "the broadcast cannot be played").because(error.as_str())
}
