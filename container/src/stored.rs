//! A segment that is all there, in memory: its frames where they are.

use crate::{
    Error,
    block::Block,
    ebml::{Header, id, read_uint},
    frame::USUAL_PACKET,
    head::{About, lasting_info},
    opus,
    remux::{SQUEEZED, USUAL},
    tidy::{check_scale, is_webm},
    tracks::{self, Track},
};

/// So many frames are in a segment at most: 30 s of 240 pictures a second and the shortest packets of sound, and then some.
const MOST_FRAMES: usize = 50_000;

/// A segment in normal form, or a file that was made of one.
#[derive(Debug, Default)]
pub struct Stored<'a> {
    /// In it the tracks are in normal form, whatever they were.
    pub(crate) about: About,
    pub(crate) frames: Vec<StoredFrame<'a>>,
    /// The tracks with the numbers that they had.
    tracks: Vec<Track>,
    timestamp: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoredFrame<'a> {
    pub(crate) track: u8,
    /// From the beginning of the segment, ms.
    pub(crate) time: i16,
    pub(crate) is_video: bool,
    pub(crate) is_key: bool,
    /// What its block holds behind the time.
    pub(crate) flags_and_frame: &'a [u8],
}

/// Why nothing more is read.
enum Stop {
    /// It is cut off or damaged here. What came before is whole.
    End,
    /// It is something else.
    Foreign,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error {
            Error::Damaged | Error::TooLarge => Self::End,
            Error::TooLong | Error::Laced | Error::TimestampScale => Self::Foreign,
        }
    }
}

impl<'a> Stored<'a> {
    /// Reads all that is whole. `None` where no frame is, or what is not in normal form.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut stored = Self::default();
        let mut at = 0;
        loop {
            match stored.element(&bytes[at..]) {
                Ok(len) => at += len,
                Err(Stop::End) => break,
                Err(Stop::Foreign) => return None,
            }
        }
        (!stored.frames.is_empty()).then_some(stored)
    }

    /// How long it plays, ms: until the last frame ends. A picture lasts as long as the one before it.
    pub fn duration(&self) -> u32 {
        let mut end = 0;
        let (mut picture, mut usual) = (None, USUAL);
        for frame in &self.frames {
            let time = i64::from(frame.time);
            if frame.is_video {
                let lasted = time - picture.replace(time).unwrap_or(time);
                usual = if lasted > SQUEEZED { lasted } else { usual };
            } else {
                let packet = frame.flags_and_frame.get(1..).unwrap_or_default();
                end = end.max(time + opus::duration(packet).unwrap_or(USUAL_PACKET));
            }
        }
        end.max(picture.map_or(0, |time| time + usual)) as u32
    }

    /// Whether its first frames are all frames of another.
    pub fn begins_with(&self, other: &Stored<'_>) -> bool {
        self.frames.starts_with(&other.frames)
    }

    /// Whether there is a track of pictures.
    pub(crate) fn has_pictures(&self) -> bool {
        self.tracks.iter().any(|track| track.is_video)
    }

    /// Reads the element that `rest` begins with; how many bytes are done with.
    fn element(&mut self, rest: &'a [u8]) -> Result<usize, Stop> {
        let header = Header::read(rest)?.ok_or(Stop::End)?;
        // The content of these follows as elements of its own.
        match header.id {
            id::SEGMENT if !self.about.ebml.is_empty() => return Ok(header.len),
            id::CLUSTER if !self.tracks.is_empty() => {
                self.timestamp = Some(0);
                return Ok(header.len);
            }
            _ => {}
        }
        let len = header.element_len()?;
        let content = rest.get(header.len..len).ok_or(Stop::End)?;
        match (header.id, self.timestamp) {
            (id::VOID | id::CRC_32 | id::SEEK_HEAD | id::CUES | id::TAGS, _) => {}
            (id::POSITION | id::PREV_SIZE, Some(_)) => {}
            (id::EBML, None) if self.about.ebml.is_empty() && is_webm(content)? => {
                self.about.ebml = rest[..len].to_vec()
            }
            (id::INFO, None) if !self.about.ebml.is_empty() => {
                check_scale(content)?;
                self.about.info = lasting_info(content)?;
            }
            (id::TRACKS, None) if !self.about.ebml.is_empty() => {
                (self.about.tracks, self.tracks) = tracks::normal(&mut content.to_vec())?;
            }
            (id::TIMESTAMP, Some(_)) => self.timestamp = Some(read_uint(content)?),
            (id::SIMPLE_BLOCK, Some(timestamp)) => self.add(content, timestamp)?,
            (id::BLOCK_GROUP, _) => return Err(Stop::Foreign),
            _ => return Err(Stop::End),
        }
        Ok(len)
    }

    fn add(&mut self, content: &'a [u8], timestamp: u64) -> Result<(), Stop> {
        let block = Block::read(content, None)?;
        let mut tracks = self.tracks.iter();
        let track = tracks.find(|track| track.number == block.track).ok_or(Stop::End)?;
        let time = block.time_in(timestamp)?;
        if time < 0 {
            return Err(Stop::End);
        }
        let time = i16::try_from(time).map_err(|_| Stop::Foreign)?;
        if self.frames.len() == MOST_FRAMES {
            return Err(Stop::Foreign);
        }
        self.frames.push(StoredFrame {
            track: track.place,
            time,
            is_video: track.is_video,
            is_key: block.is_key,
            flags_and_frame: block.flags_and_frame(content),
        });
        Ok(())
    }
}
