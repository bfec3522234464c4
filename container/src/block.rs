//! A block: one frame of one track.
//!
//! ```text
//! track number (1 to 8 bytes) │ time, 16 bits, relative to its cluster's │ flags │ frame
//! ```

use crate::{
    Error,
    ebml::{self, id},
};
use std::ops::Range;

/// No recording has a time beyond this, ms: some 34 years.
const FOREVER: i64 = 1 << 40;

/// The flag of a SimpleBlock that says that nothing before it is needed. In a Block it has no meaning.
const KEY: u8 = 0x80;

/// How several frames share a block.
const LACING: u8 = 0x06;

/// Where things are in a block's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) track: u64,
    /// Relative to the cluster's, ms.
    pub(crate) time: i16,
    pub(crate) is_key: bool,
    /// Where the two bytes of the time are; the flags follow.
    at: usize,
}

impl Block {
    /// Reads the content of a SimpleBlock, or of a Block whose group says whether it `is_key`.
    pub(crate) fn read(content: &[u8], is_key: Option<bool>) -> Result<Self, Error> {
        let (track, at) = ebml::read_vint(content)?.ok_or(Error::Damaged)?;
        let Some(&[high, low, flags]) = content[at..].first_chunk() else { return Err(Error::Damaged) };
        if flags & LACING != 0 {
            return Err(Error::Laced);
        }
        let is_key = is_key.unwrap_or(flags & KEY != 0);
        Ok(Self { track, time: i16::from_be_bytes([high, low]), is_key, at })
    }

    /// The Block in the content of a BlockGroup, which is a keyframe if it refers to no other block, and where
    /// its own content is. What else is in the group, an alpha plane for example, has no place in a SimpleBlock.
    pub(crate) fn in_group(content: &[u8]) -> Result<(Self, Range<usize>), Error> {
        let is_key = ebml::find(content, id::REFERENCE_BLOCK)?.is_none();
        let range = ebml::find(content, id::BLOCK)?.ok_or(Error::Damaged)?;
        Ok((Self::read(&content[range.clone()], Some(is_key))?, range))
    }

    /// Its time from the beginning of the recording, ms, in a cluster with this timestamp.
    ///
    /// # Errors
    /// No recording is that long.
    pub(crate) fn time_in(self, timestamp: u64) -> Result<i64, Error> {
        match i64::try_from(timestamp) {
            Ok(timestamp) if timestamp < FOREVER => Ok(timestamp + i64::from(self.time)),
            _ => Err(Error::TooLong),
        }
    }

    /// The frame itself.
    pub(crate) fn frame(self, content: &[u8]) -> &[u8] {
        &content[self.at + 3..]
    }

    /// The byte of flags, and the frame.
    pub(crate) fn flags_and_frame(self, content: &[u8]) -> &[u8] {
        &content[self.at + 2..]
    }

    pub(crate) fn frame_mut(self, content: &mut [u8]) -> &mut [u8] {
        &mut content[self.at + 3..]
    }

    /// Writes another track, up to 126, into the content that this was read from.
    pub(crate) fn move_to(&mut self, track: u8, content: &mut Vec<u8>) {
        content.drain(..self.at - 1);
        content[0] = 0x80 | track;
        (self.track, self.at) = (track.into(), 1);
    }

    /// Writes a time and whether it is a keyframe into the content that this was read from.
    pub(crate) fn write(self, content: &mut [u8], time: i16, is_key: bool) {
        content[self.at..self.at + 2].copy_from_slice(&time.to_be_bytes());
        let flags = &mut content[self.at + 2];
        *flags = if is_key { *flags | KEY } else { *flags & !KEY };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_a_simple_block() {
        let mut content = [0x81, 0xFF, 0xFE, 0x80, 9];
        let block = Block::read(&content, None).expect("a block");
        assert_eq!((block.track, block.time, block.is_key), (1, -2, true));
        block.write(&mut content, 300, false);
        assert_eq!(content, [0x81, 0x01, 0x2C, 0x00, 9]);
    }

    #[test]
    fn moves_to_another_track() {
        let mut content = vec![0x40, 0x81, 0x00, 0x07, 0x80, 9];
        let mut block = Block::read(&content, None).expect("a block");
        block.move_to(2, &mut content);
        assert_eq!(content, [0x82, 0x00, 0x07, 0x80, 9]);
        assert_eq!(Block::read(&content, None), Ok(block));
    }

    #[test]
    fn a_group_is_a_keyframe_unless_it_refers_to_another() {
        let key = [0xA1, 0x85, 0x81, 0, 7, 0, 9];
        let (block, range) = Block::in_group(&key).expect("a block");
        assert_eq!((block.time, block.is_key, range), (7, true, 2..7));
        let other = [&key[..], &[0xFB, 0x81, 0xFE]].concat();
        assert!(!Block::in_group(&other).expect("a block").0.is_key);
        assert_eq!(Block::in_group(&[0xFB, 0x81, 0xFE]), Err(Error::Damaged));
    }

    #[test]
    fn lacing_and_lack_are_refused() {
        for lacing in [2, 4, 6] {
            assert_eq!(Block::read(&[0x81, 0, 0, lacing, 9], None), Err(Error::Laced));
        }
        assert_eq!(Block::read(&[0x81, 0, 0], None), Err(Error::Damaged));
        assert_eq!(Block::read(&[], None), Err(Error::Damaged));
    }
}
