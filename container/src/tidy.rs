//! From a recording's bytes to frames, incremental: it does not matter where the bytes were cut.

use crate::{
    Colours, Error, Frame,
    block::Block,
    ebml::{self, Header, SEGMENT, id, read_uint},
    tracks::{self, Track},
};

/// Nanoseconds per millisecond: what every browser gives as the unit of its times.
const MILLISECONDS: u64 = 1_000_000;

/// Tidies one recording.
#[derive(Debug, Default)]
pub struct Tidy {
    /// What has come and is not yet a whole element.
    rest: Vec<u8>,
    /// What every segment of this recording begins with.
    init: Vec<u8>,
    /// What was not taken.
    frames: Vec<Frame>,
    /// How many bytes were read before `rest`.
    position: u64,
    place: Place,
    /// With the numbers that they were recorded under.
    tracks: Vec<Track>,
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
    /// It cannot be read from here on; what [`take`](Self::take) gives is whole.
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
        self.position += at as u64;
        read
    }

    /// How many bytes of the recording were read: after an error, where that is.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The init segment, whole as soon as there is a frame.
    pub fn init(&self) -> &[u8] {
        &self.init
    }

    /// Whether there is a track of pictures.
    pub fn has_pictures(&self) -> bool {
        self.tracks.iter().any(|track| track.is_video)
    }

    /// What is said of its pictures' colours.
    pub fn colours(&self) -> Colours {
        let pictures = self.tracks.iter().find(|track| track.is_video);
        pictures.map_or_else(Colours::default, |track| track.colours)
    }

    /// Whether there was a frame.
    pub fn has_begun(&self) -> bool {
        self.tracks.iter().any(|track| track.newest.is_some())
    }

    /// The frames since the last call.
    pub fn take(&mut self) -> Vec<Frame> {
        std::mem::take(&mut self.frames)
    }

    /// Reads the element at `at`; returns how many bytes are done with, 0 when more are needed.
    fn element(&mut self, at: usize) -> Result<usize, Error> {
        let Some(header) = Header::read(&self.rest[at..])? else { return Ok(0) };
        // The content of these follows as elements of its own.
        match (header.id, &self.place) {
            (id::SEGMENT, Place::Head) => {
                self.init.extend(SEGMENT);
                self.place = Place::Segment;
                return Ok(header.len);
            }
            (id::CLUSTER, Place::Segment) if !self.tracks.is_empty() => {
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
            (
                id::SEEK_HEAD | id::CUES | id::TAGS | id::CHAPTERS | id::ATTACHMENTS,
                Place::Segment | Place::Cluster(_),
            ) => {}
            (id::POSITION | id::PREV_SIZE, Place::Cluster(_)) => {}
            (id::EBML, Place::Start) if is_webm(content)? => {
                self.init.extend_from_slice(element);
                self.place = Place::Head;
            }
            (id::INFO, Place::Segment) => {
                check_scale(content)?;
                self.init.extend_from_slice(element);
            }
            (id::TRACKS, Place::Segment) => {
                let (normal, tracks) = tracks::normal(content)?;
                self.tracks = tracks;
                self.init.extend_from_slice(&ebml::element(id::TRACKS, &normal));
            }
            (id::TIMESTAMP, Place::Cluster(timestamp)) => *timestamp = read_uint(content)?,
            (id::SIMPLE_BLOCK, Place::Cluster(timestamp)) => {
                let (block, timestamp) = (Block::read(content, None)?, *timestamp);
                let content = content.to_vec();
                self.admit(block, timestamp, content)?;
            }
            (id::BLOCK_GROUP, Place::Cluster(timestamp)) => {
                let ((block, range), timestamp) = (Block::in_group(content)?, *timestamp);
                let content = content[range].to_vec();
                self.admit(block, timestamp, content)?;
            }
            _ => return Err(Error::Damaged),
        }
        Ok(len)
    }

    /// Takes a frame, unless nobody could decode it.
    fn admit(&mut self, mut block: Block, timestamp: u64, mut content: Vec<u8>) -> Result<(), Error> {
        let track = tracks::find(&mut self.tracks, block.track)?;
        // Every packet of sound stands for itself; Firefox does not say so.
        let is_key = block.is_key || !track.is_video;
        if !is_key && track.newest.is_none() {
            return Ok(());
        }
        // Browsers' clocks go back by a few ms now and then. Sound that was recorded apart follows its pictures.
        let time = block.time_in(timestamp)?.max(track.newest.unwrap_or(0));
        track.newest = Some(time);
        block.move_to(track.place, &mut content);
        self.frames.push(Frame::new(track, block, content, time, is_key));
        Ok(())
    }
}

pub(crate) fn is_webm(header: &[u8]) -> Result<bool, Error> {
    let doc_type = ebml::find(header, id::DOC_TYPE)?;
    Ok(doc_type.is_some_and(|range| header[range].starts_with(b"webm")))
}

pub(crate) fn check_scale(info: &[u8]) -> Result<(), Error> {
    let Some(range) = ebml::find(info, id::TIMESTAMP_SCALE)? else { return Ok(()) };
    if read_uint(&info[range])? == MILLISECONDS { Ok(()) } else { Err(Error::TimestampScale) }
}
