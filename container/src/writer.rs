//! A segment in normal form, out of frames.

use crate::{
    Error, Frame,
    ebml::{CLUSTER, id},
};

/// A segment ends before this time, ms: one cluster has room for 32.767 s.
const LONGEST: i64 = 30_000;

/// Writes the frames of one segment behind its init segment, as one cluster.
#[derive(Debug)]
pub struct Writer {
    /// The segment's beginning in the time of its recording, ms.
    base: i64,
    /// The time of the newest block, ms; where the sound was recorded apart, of the newest one of sound and of picture.
    newest: [i64; 2],
    is_apart: bool,
    out: Vec<u8>,
}

impl Writer {
    /// Begins a segment with an init segment; `base` is its beginning in the time of the recording, ms.
    pub fn new(init: &[u8], base: i64) -> Self {
        let out = [init, &CLUSTER, &[id::TIMESTAMP as u8, 0x81, 0]].concat();
        Self { base, newest: [0; 2], is_apart: false, out }
    }

    /// The same for pictures and a sound that was recorded apart: neither waits for the other, so times go back from one to the other.
    pub fn apart(init: &[u8], base: i64) -> Self {
        Self { is_apart: true, ..Self::new(init, base) }
    }

    /// Writes a frame. Times do not go back: Chromium's MediaSource ends with an error where they do, in one track or
    /// from one to the other.
    ///
    /// # Errors
    /// No segment is that long.
    pub fn add(&mut self, frame: &Frame) -> Result<(), Error> {
        let newest = &mut self.newest[usize::from(self.is_apart && frame.is_video)];
        let time = (frame.time - self.base).max(*newest);
        if time >= LONGEST {
            return Err(Error::TooLong);
        }
        *newest = time;
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
