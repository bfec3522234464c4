//! A segment as a file in which players can seek.
//!
//! A cluster begins with each keyframe of the pictures, or every few seconds where there is sound only. Blocks stay as they are but for
//! the time, which is relative to the cluster's, and the track's number.

use crate::{
    Error,
    ebml::{LARGEST, id, size_of},
    head::{self, CLUSTER_HEAD, cluster_head},
    stored::{Stored, StoredFrame},
};

/// How long a cluster without pictures is, ms.
const CLUSTER_OF_SOUND: i16 = 5_000;

/// A block's id, size, track and time.
const BLOCK_HEAD: usize = 8;

/// Frames that follow each other, with the time that theirs are relative to.
struct Cluster<'a, 'b> {
    time: i16,
    frames: &'b [StoredFrame<'a>],
}

impl Stored<'_> {
    /// The file. All times and places in it are of this segment alone: it begins at 0.
    ///
    /// # Errors
    /// It has more keyframes than anything reads.
    pub fn seekable(&self) -> Result<Vec<u8>, Error> {
        let clusters = self.clusters();
        let places: Vec<_> =
            clusters.iter().map(|cluster| (cluster.time as u64, cluster.len() as u64)).collect();
        let mut out = head::write(&self.about, f64::from(self.duration()), &places)?;
        if out.len() as u64 > LARGEST {
            return Err(Error::TooLarge);
        }
        out.reserve_exact(clusters.iter().map(Cluster::len).sum());
        clusters.iter().for_each(|cluster| cluster.write(&mut out));
        Ok(out)
    }

    fn clusters(&self) -> Vec<Cluster<'_, '_>> {
        let (mut clusters, mut first, mut has_picture) = (Vec::new(), 0, false);
        for (at, frame) in self.frames.iter().enumerate() {
            let begins = match self.has_pictures() {
                true => frame.is_video && frame.is_key && has_picture,
                false => frame.time - self.frames[first].time >= CLUSTER_OF_SOUND,
            };
            if begins {
                clusters.push(Cluster::new(&self.frames[first..at], first == 0));
                (first, has_picture) = (at, false);
            }
            has_picture |= frame.is_video;
        }
        clusters.push(Cluster::new(&self.frames[first..], first == 0));
        clusters
    }
}

impl<'a, 'b> Cluster<'a, 'b> {
    /// The first one begins with the segment.
    fn new(frames: &'b [StoredFrame<'a>], is_first: bool) -> Self {
        // Sound that was recorded apart comes behind later pictures, and Chromium refuses a block that is earlier than its cluster.
        let earliest = frames.iter().map(|frame| frame.time).min().unwrap_or(0);
        Self { time: if is_first { 0 } else { earliest }, frames }
    }

    /// Bytes, with its head.
    fn len(&self) -> usize {
        CLUSTER_HEAD + self.frames.iter().map(|frame| BLOCK_HEAD + frame.flags_and_frame.len()).sum::<usize>()
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend(cluster_head(self.time as u64, self.len() as u64));
        for frame in self.frames {
            out.push(id::SIMPLE_BLOCK as u8);
            out.extend(size_of(3 + frame.flags_and_frame.len()));
            out.push(0x80 | frame.track);
            out.extend((frame.time - self.time).to_be_bytes());
            out.extend_from_slice(frame.flags_and_frame);
        }
    }
}
