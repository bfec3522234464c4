//! Segments as one continuous stream for a player, every frame with its duration.
//!
//! **Continuous.** A player that begins anew with each segment shows it: Chromium's sound breaks. So there is one init
//! segment, and every segment is a cluster whose timestamp is its place in the stream.
//!
//! **Durations.** A SimpleBlock does not say how long its frame lasts. Browsers wait for the next frame of the track, or
//! guess: Chromium holds the newest picture, and all sound after it, until the next one comes, for ever if none does.
//! Firefox guesses zero when the first picture comes alone, and takes what follows for a gap; a gap in one track
//! makes it drop the pictures up to the next keyframe, which is the next segment. So the frames are held here, for
//! exactly as long as Chromium would hold them, and go on with their duration written beside them.
//!
//! **Order.** Within a cluster Chromium refuses times that go back. A cluster that begins before what was written ends makes Firefox begin to
//! demux anew, and drop the pictures up to the next keyframe, so there is none in the middle of a segment: a segment's pictures wait for its sound,
//! which may begin earlier, and what is left of the segment before goes into the cluster of this one.
//!
//! **Sound** without gaps and overlaps: see `sound.rs`.
//!
//! Firefox 153: `WebMDemuxer::GetNextPacket`, `WebMTrackDemuxer::GetSamples`, and `SegmentParserLoop` and `ProcessFrames` of
//! `TrackBuffersManager`.

mod held;

use self::held::{Held, MOST_HELD};
use crate::{
    Error,
    ebml::{Header, SEGMENT, element, id, read_uint},
    head::lasting_info,
    sound::Sound,
    tracks::{self, Track},
};

/// What a picture lasts when nothing tells, ms: one frame at 30 a second.
pub(crate) const USUAL: i64 = 33;

/// Pictures that last no longer than this, ms, are those that a handover has recorded twice.
pub(crate) const SQUEEZED: i64 = 3;

/// Something to be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// An init segment: the first one, or one that differs from those before.
    Init(Vec<u8>),
    /// Clusters, cut at the edges of blocks.
    Media(Vec<u8>),
}

/// Reads segments in normal form, or as they are kept, and writes them one behind the other.
#[derive(Debug, Default)]
pub struct Remux {
    rest: Vec<u8>,
    out: Vec<Part>,
    /// What the next part is made of.
    media: Vec<u8>,
    /// The init segment that was written last, and the one being read.
    written: Vec<u8>,
    init: Vec<u8>,
    /// A cluster has begun, so the init segment is whole.
    has_init: bool,
    tracks: Vec<Track>,
    /// Where the segment being read begins in the stream, ms.
    place: i64,
    /// The timestamp of the cluster being read, and of the one being written, ms.
    read: u64,
    cluster: Option<i64>,
    /// The time of the frame that was written last, in the stream, ms.
    written_to: i64,
    /// Where the picture ends that was written last.
    shown_to: i64,
    sound: Sound,
    /// The sound was recorded apart, and comes later than the pictures of its time.
    is_apart: bool,
    /// Sound has come in the segment being read.
    is_heard: bool,
    /// A segment had no sound, so there may be none.
    is_mute: bool,
    /// Frames in order, at their places in the stream. The first is a picture whose successor has not come.
    held: Vec<Held>,
    /// The time of the newest frame, in the stream, ms.
    newest: Option<i64>,
    /// The time of the newest picture.
    picture: Option<i64>,
    /// Where the last of them ends.
    end: i64,
    /// What the picture before lasted.
    usual: Option<i64>,
}

impl Remux {
    /// What comes next is another segment, which begins at `place` ms in the stream.
    pub fn begin(&mut self, place: i64) {
        self.rest.clear();
        self.init.clear();
        self.has_init = false;
        self.place = place;
        self.read = 0;
        self.is_heard = false;
        self.sound.begin_segment();
    }

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
            if header.id == id::SEGMENT && !self.has_init {
                self.init.extend(SEGMENT);
                at = content;
                continue;
            }
            if header.id == id::CLUSTER {
                self.begin_cluster()?;
                at = content;
                continue;
            }
            let end = at + header.element_len()?;
            if end > rest.len() {
                break;
            }
            match header.id {
                id::SIMPLE_BLOCK => {
                    self.hold(&rest[content..end])?;
                    // Usually when all of the piece is here: sound and pictures of one time do not come in order.
                    if self.held.len() > MOST_HELD {
                        self.release(false)?;
                    }
                }
                id::TIMESTAMP => self.read = read_uint(&rest[content..end])?,
                _ if self.has_init => return Err(Error::Damaged),
                // What only a file that was kept has.
                id::SEEK_HEAD | id::CUES => {}
                // Its duration would become the player's.
                id::INFO => self.init.extend(element(id::INFO, &lasting_info(&rest[content..end])?)),
                _ => {
                    if header.id == id::TRACKS {
                        self.tracks = tracks::read(&mut rest[content..end].to_vec())?;
                    }
                    self.init.extend_from_slice(&rest[at..end]);
                }
            }
            at = end;
        }
        rest.drain(..at);
        self.rest = rest;
        self.release(false)
    }

    /// What can be played now: what came since the last time in one part, unless an init segment is between.
    pub fn take(&mut self) -> Vec<Part> {
        self.give();
        std::mem::take(&mut self.out)
    }

    /// The time of the newest picture in the stream, ms, or its end if it was given, or the time of the newest sound where there are none. Sound that begins
    /// later is no obstacle to what follows: packets are put end to end.
    pub fn newest(&self) -> Option<i64> {
        self.picture.map(|picture| picture.max(self.shown_to - 1)).or(self.newest)
    }

    /// Where what was given ends, ms: a packet of sound lasts, a picture stands until the next one.
    pub fn end(&self) -> i64 {
        self.end
    }

    /// How long the newest picture lasted that another one has followed, ms.
    pub fn usual(&self) -> Option<i64> {
        self.usual
    }

    /// Nothing more comes for now: what is held goes on, and lasts as long as is usual.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn flush(&mut self) -> Result<(), Error> {
        let newest = self.newest.unwrap_or(0);
        let usual = self.usual.unwrap_or(USUAL);
        self.let_go(|time| newest.max(time + usual))
    }

    fn begin_cluster(&mut self) -> Result<(), Error> {
        if std::mem::replace(&mut self.has_init, true) || self.init == self.written {
            return Ok(());
        }
        // What is held belongs to the init segment before. Firefox would pass over a keyframe that comes before its end.
        let place = self.place;
        self.let_go(|_| place)?;
        self.is_apart = false;
        self.written.clone_from(&self.init);
        self.cluster = None;
        self.out.push(Part::Init(self.init.clone()));
        Ok(())
    }
}
