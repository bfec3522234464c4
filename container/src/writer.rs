//! A segment in normal form, out of frames.

use crate::{Error, Frame, ebml::CLUSTER};

/// A segment ends before this time, ms: one cluster has room for 32.767 s.
const LONGEST: i64 = 30_000;

/// Writes the frames of one segment behind its init segment, as one cluster.
#[derive(Debug)]
pub struct Writer {
    /// The segment's beginning in the time of its recording, ms.
    base: i64,
    newest: i64,
    out: Vec<u8>,
}

impl Writer {
    /// Begins a segment with an init segment; `base` is its beginning in the time of the recording, ms.
    pub fn new(init: &[u8], base: i64) -> Self {
        Self { base, newest: 0, out: [init, &CLUSTER, &[0xE7, 0x81, 0x00]].concat() }
    }

    /// Writes a frame. Times do not go back: Chromium's MediaSource ends with an error where they do, in one track or
    /// from one to the other.
    ///
    /// # Errors
    /// No segment is that long.
    pub fn add(&mut self, frame: &Frame) -> Result<(), Error> {
        let time = (frame.time - self.base).max(self.newest);
        if time >= LONGEST {
            return Err(Error::TooLong);
        }
        self.newest = time;
        frame.write(time, &mut self.out)
    }

    /// How many bytes [`take`](Self::take) would give.
    pub fn pending(&self) -> usize {
        self.out.len()
    }

    /// All since the last call. It ends at the edge of a block.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }
}
