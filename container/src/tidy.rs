//! The tidying itself, incremental: it does not matter where the bytes were cut.

use crate::{
    Error, block,
    ebml::{self, Header, id},
};

/// The largest element that is taken, in bytes: as large as a message may be. A keyframe of 4K video has a few
/// hundred kilobytes.
const LARGEST: u64 = 8 << 20;

/// `Segment`, of unknown size.
const SEGMENT: [u8; 12] = [0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

/// `Cluster`, of unknown size, with the timestamp 0.
const CLUSTER: [u8; 15] =
    [0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xE7, 0x81, 0x00];

/// Tidies one recording.
#[derive(Debug, Default)]
pub struct Tidy {
    /// What has come and is not yet a whole element.
    rest: Vec<u8>,
    /// What is tidy and was not taken.
    out: Vec<u8>,
    in_segment: bool,
    /// The timestamp of the cluster being read; `None` before the first.
    cluster: Option<u64>,
    blocks: u64,
}

impl Tidy {
    /// Takes the next bytes of the recording.
    ///
    /// # Errors
    /// It cannot be tidied from here on; what [`take`](Self::take) gives is whole.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.rest.extend(bytes);
        let mut at = 0;
        let read = loop {
            match self.element(at) {
                Ok(0) => break Ok(()),
                Ok(len) => at += len,
                Err(error) => break Err(error),
            }
        };
        self.rest.drain(..at);
        read
    }

    /// Whether the init segment and at least one block are there: enough to open a segment with.
    pub fn has_block(&self) -> bool {
        self.blocks > 0
    }

    /// All that is tidy since the last call. It ends at the edge of a block.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Reads the element at `at`; returns how many bytes are done with, 0 when more are needed.
    fn element(&mut self, at: usize) -> Result<usize, Error> {
        let Some(header) = Header::read(&self.rest[at..])? else { return Ok(0) };
        match header.id {
            // Their content follows as elements of its own.
            id::SEGMENT => {
                self.out.extend(SEGMENT);
                self.in_segment = true;
                return Ok(header.len);
            }
            id::CLUSTER if self.in_segment => {
                if self.cluster.is_none() {
                    self.out.extend(CLUSTER);
                }
                self.cluster = Some(0);
                return Ok(header.len);
            }
            _ => {}
        }
        let size = header.size.ok_or(Error::Damaged)?;
        if size > LARGEST {
            return Err(Error::TooLarge);
        }
        let len = header.len + size as usize;
        let Some(element) = self.rest.get_mut(at..at + len) else { return Ok(0) };
        match (header.id, &mut self.cluster) {
            // What points to places in the file, fills it, or describes it, is wrong now or of no use.
            (id::SEEK_HEAD | id::CUES | id::TAGS | id::VOID | id::POSITION | id::PREV_SIZE, _) => {}
            (id::TIMESTAMP, Some(timestamp)) => *timestamp = ebml::read_uint(&element[header.len..])?,
            (id::SIMPLE_BLOCK | id::BLOCK_GROUP, Some(timestamp)) => {
                block::rebase(element, header, *timestamp)?;
                self.out.extend_from_slice(element);
                self.blocks += 1;
            }
            // Info, Tracks and whatever else stands before the media.
            (id::EBML, None) => self.out.extend_from_slice(element),
            (_, None) if self.in_segment => self.out.extend_from_slice(element),
            (_, None) => return Err(Error::Damaged),
            // Nothing else belongs into a cluster or behind it.
            (_, Some(_)) => {}
        }
        Ok(len)
    }
}
