//! How long each frame lasts, for a player that must know.
//!
//! A SimpleBlock does not say how long its frame lasts. Browsers wait for the next frame of the track, or guess:
//! Chromium holds the newest picture, and all sound after it, until the next one comes, for ever if none does.
//! Firefox guesses zero when the first picture comes alone, and takes what follows for a gap; a gap in one track
//! makes it drop the pictures up to the next keyframe, which is the next segment. So the frames are held here, for
//! exactly as long as Chromium would hold them, and go on with their duration written beside them.
//!
//! Firefox 153: `WebMDemuxer::GetNextPacket` and `TrackBuffersManager::ProcessFrames`.

use crate::{
    Error,
    block::Block,
    ebml::{self, Header, id, read_uint},
    opus,
    tracks::{self, Track},
};
use std::collections::VecDeque;

/// What a picture lasts when nothing tells, ms: one frame at 30 a second.
const USUAL: i64 = 33;

/// What a picture lasts at least, ms.
const MOMENT: i64 = 1;

/// A picture that stands still longer than this, ms, does not hold the sound any more.
const HELD: i64 = 500;

/// Reads a segment in normal form and gives every frame its duration.
#[derive(Debug, Default)]
pub struct Durations {
    rest: Vec<u8>,
    out: Vec<u8>,
    tracks: Vec<Track>,
    /// Frames in order. The first is a picture whose successor has not come.
    held: VecDeque<Frame>,
    /// What the picture before lasted.
    usual: Option<i64>,
    timestamp: u64,
}

#[derive(Debug)]
struct Frame {
    time: i64,
    is_key: bool,
    is_video: bool,
    /// The block's content: track number, time, flags, frame.
    content: Vec<u8>,
    /// ms, once it is known.
    duration: Option<i64>,
}

impl Durations {
    /// Takes the next bytes of the segment.
    ///
    /// # Errors
    /// It is not in normal form.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.rest.extend_from_slice(bytes);
        let mut rest = std::mem::take(&mut self.rest);
        let mut at = 0;
        while let Some(header) = Header::read(&rest[at..])? {
            let content = at + header.len;
            if matches!(header.id, id::SEGMENT | id::CLUSTER) {
                self.out.extend_from_slice(&rest[at..content]);
                at = content;
                continue;
            }
            let end = at + header.element_len()?;
            if end > rest.len() {
                break;
            }
            if header.id == id::SIMPLE_BLOCK {
                self.hold(&rest[content..end])?;
            } else {
                match header.id {
                    id::TRACKS => self.tracks = tracks::read(&mut rest[content..end].to_vec())?,
                    id::TIMESTAMP => self.timestamp = read_uint(&rest[content..end])?,
                    _ => {}
                }
                self.out.extend_from_slice(&rest[at..end]);
            }
            at = end;
        }
        rest.drain(..at);
        self.rest = rest;
        self.release();
        Ok(())
    }

    /// What can be played now.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// How long the newest picture lasted that another one has followed, ms.
    pub fn usual(&self) -> Option<i64> {
        self.usual
    }

    /// Nothing more comes for now: what is held goes on, and lasts as long as is usual.
    pub fn flush(&mut self) {
        self.flush_lasting(self.usual.unwrap_or(USUAL));
    }

    /// The segment is over. Its last picture, unless it is the only one, lasts but a moment: the next recorder begins
    /// with the picture that was there when it was started, which is the same one, and segments that are longer
    /// than the time they took would make a player fall behind.
    pub fn end(&mut self) {
        self.flush_lasting(self.usual.map_or(USUAL, |_| MOMENT));
    }

    fn flush_lasting(&mut self, duration: i64) {
        let newest = self.held.back().map_or(0, |frame| frame.time);
        for frame in &mut self.held {
            frame.duration.get_or_insert((newest - frame.time).max(duration));
        }
        self.release();
    }

    fn hold(&mut self, content: &[u8]) -> Result<(), Error> {
        let block = Block::read(content, None)?;
        let is_video = tracks::find(&mut self.tracks, block.track)?.is_video;
        let time = block.time_in(self.timestamp)?;
        if is_video {
            let before = self.held.iter_mut().find(|frame| frame.is_video && frame.duration.is_none());
            if let Some(before) = before {
                let duration = (time - before.time).max(MOMENT);
                before.duration = Some(duration);
                self.usual = Some(duration);
            }
        }
        let duration = if is_video { None } else { Some(opus::duration(block.frame(content)).unwrap_or(20)) };
        let (is_key, content) = (block.is_key, content.to_vec());
        self.held.push_back(Frame { time, is_key, is_video, content, duration });
        Ok(())
    }

    /// Lets go of frames as far as their durations are known.
    fn release(&mut self) {
        let newest = self.held.back().map_or(0, |frame| frame.time);
        while let Some(first) = self.held.front() {
            let waited = newest - first.time;
            let Some(duration) = first.duration.or((waited > HELD).then_some(waited)) else { return };
            first.write(duration, &mut self.out);
            self.held.pop_front();
        }
    }
}

impl Frame {
    /// Writes a BlockGroup: the only kind of block that can say how long it lasts.
    fn write(&self, duration: i64, out: &mut Vec<u8>) {
        // A frame that needs another one refers to it; that any is named is all that players look for.
        let reference: &[u8] = if self.is_key { &[] } else { &[id::REFERENCE_BLOCK as u8, 0x81, 0xFF] };
        let duration = (duration as u32).to_be_bytes();
        let size = 5 + self.content.len() + 2 + duration.len() + reference.len();
        out.push(id::BLOCK_GROUP as u8);
        out.extend(ebml::size_of(size));
        out.push(id::BLOCK as u8);
        out.extend(ebml::size_of(self.content.len()));
        out.extend_from_slice(&self.content);
        out.extend([id::BLOCK_DURATION as u8, 0x84]);
        out.extend(duration);
        out.extend_from_slice(reference);
    }
}
