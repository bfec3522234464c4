//! What turns pieces into pictures: one of the modes.

use crate::{bytes::JsBytes, error::Error};
use blobcast_wire::{Piece, Segment};

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
}

/// Tells that a screen cannot go on.
pub type OnFailure = Box<dyn Fn(Error)>;
