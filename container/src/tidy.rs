//! The tidying itself, incremental: it does not matter where the bytes were cut.

use crate::{
    Error,
    block::Block,
    ebml::{self, Header, children, id, read_uint},
    tracks::{self, Track},
};

/// `Segment`, of unknown size.
const SEGMENT: [u8; 12] = [0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

/// `Cluster`, of unknown size, with the timestamp 0.
const CLUSTER: [u8; 15] =
    [0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xE7, 0x81, 0x00];

/// Nanoseconds per millisecond: what every browser gives as the unit of its times.
const MILLISECONDS: u64 = 1_000_000;

/// Tidies one recording.
#[derive(Debug, Default)]
pub struct Tidy {
    /// What has come and is not yet a whole element.
    rest: Vec<u8>,
    /// What is tidy and was not taken.
    out: Vec<u8>,
    place: Place,
    tracks: Vec<Track>,
    /// The time of the newest block, ms.
    newest: Option<i16>,
}

/// Where in the recording the next element stands.
#[derive(Debug, Default)]
enum Place {
    #[default]
    Start,
    /// After the EBML header.
    Head,
    /// Within the Segment, before its first cluster.
    Segment,
    /// In a cluster with this timestamp, or behind one.
    Cluster(u64),
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
        self.newest.is_some()
    }

    /// How many pictures there are so far.
    pub fn pictures(&self) -> u32 {
        self.tracks.iter().filter(|track| track.is_video).map(|track| track.frames).sum()
    }

    /// All that is tidy since the last call. It ends at the edge of a block.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Reads the element at `at`; returns how many bytes are done with, 0 when more are needed.
    fn element(&mut self, at: usize) -> Result<usize, Error> {
        let Some(header) = Header::read(&self.rest[at..])? else { return Ok(0) };
        // The content of these follows as elements of its own.
        match (header.id, &self.place) {
            (id::SEGMENT, Place::Head) => {
                self.out.extend(SEGMENT);
                self.place = Place::Segment;
                return Ok(header.len);
            }
            (id::CLUSTER, Place::Segment) if !self.tracks.is_empty() => {
                self.out.extend(CLUSTER);
                self.place = Place::Cluster(0);
                return Ok(header.len);
            }
            (id::CLUSTER, Place::Cluster(_)) => {
                self.place = Place::Cluster(0);
                return Ok(header.len);
            }
            _ => {}
        }
        let len = header.element_len()?;
        let Some(element) = self.rest.get_mut(at..at + len) else { return Ok(0) };
        let content = &mut element[header.len..];
        match (header.id, &mut self.place) {
            // What points to places in the file, fills it, or describes it, is wrong now or of no use.
            (id::VOID | id::CRC_32, _) => {}
            (id::SEEK_HEAD | id::CUES | id::TAGS, Place::Segment | Place::Cluster(_)) => {}
            (id::POSITION | id::PREV_SIZE, Place::Cluster(_)) => {}
            (id::EBML, Place::Start) if is_webm(content)? => {
                self.out.extend_from_slice(element);
                self.place = Place::Head;
            }
            (id::INFO, Place::Segment) => {
                check_scale(content)?;
                self.out.extend_from_slice(element);
            }
            (id::TRACKS, Place::Segment) => {
                self.tracks = tracks::read(content)?;
                self.out.extend_from_slice(element);
            }
            (id::TIMESTAMP, Place::Cluster(timestamp)) => *timestamp = read_uint(content)?,
            (id::SIMPLE_BLOCK, Place::Cluster(timestamp)) => {
                let (block, timestamp) = (Block::read(content, None)?, *timestamp);
                if let Some((time, is_key)) = admit(&mut self.tracks, &mut self.newest, block, timestamp)? {
                    block.write(content, time, is_key);
                    self.out.extend_from_slice(element);
                }
            }
            (id::BLOCK_GROUP, Place::Cluster(timestamp)) => {
                let ((block, range), timestamp) = (Block::in_group(content)?, *timestamp);
                if let Some((time, is_key)) = admit(&mut self.tracks, &mut self.newest, block, timestamp)? {
                    let content = &mut content[range];
                    block.write(content, time, is_key);
                    self.out.push(id::SIMPLE_BLOCK as u8);
                    self.out.extend(ebml::size_of(content.len()));
                    self.out.extend_from_slice(content);
                }
            }
            _ => return Err(Error::Damaged),
        }
        Ok(len)
    }
}

/// The time, from the beginning of the recording, and the keyframe flag that a block goes on with; `None` if
/// nobody could decode it.
fn admit(
    tracks: &mut [Track],
    newest: &mut Option<i16>,
    block: Block,
    timestamp: u64,
) -> Result<Option<(i16, bool)>, Error> {
    let track = tracks::find(tracks, block.track)?;
    // Every packet of sound stands for itself; Firefox does not say so.
    let is_key = block.is_key || !track.is_video;
    if track.frames == 0 && !is_key {
        return Ok(None);
    }
    let time = block.time_in(timestamp)?;
    // Chromium's MediaSource ends with an error where times go back, in one track or from one to the other.
    let time = (time.max(0) as i16).max(newest.unwrap_or(0));
    *newest = Some(time);
    track.frames = track.frames.saturating_add(1);
    Ok(Some((time, is_key)))
}

fn is_webm(header: &[u8]) -> Result<bool, Error> {
    Ok(children(header)?
        .into_iter()
        .any(|(id, range)| id == id::DOC_TYPE && header[range].starts_with(b"webm")))
}

fn check_scale(info: &[u8]) -> Result<(), Error> {
    for (_, range) in children(info)?.into_iter().filter(|(id, _)| *id == id::TIMESTAMP_SCALE) {
        if read_uint(&info[range])? != MILLISECONDS {
            return Err(Error::TimestampScale);
        }
    }
    Ok(())
}
