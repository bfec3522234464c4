//! Native peers as they should be: their sockets may be lost at any moment, and they come back.

mod broadcaster;
mod leg;
mod viewer;

pub(crate) use broadcaster::Broadcaster;
pub(crate) use leg::{Event, Home, Life};
pub(crate) use viewer::{Progress, Viewer};
