//! Many files in which players can seek as one: a new head, and then the clusters of all, copied as they are but for their own heads.

use crate::{
    Error,
    head::{self, About, CLUSTER_HEAD, Cluster, Codecs, Head, cluster_head},
};
use std::ops::Range;

/// Files one behind the other.
#[derive(Debug, Default)]
pub struct Export {
    about: About,
    codecs: Codecs,
    /// Each cluster with the number of its file, and with its time in the export.
    clusters: Vec<(usize, Cluster)>,
    files: usize,
    /// When the last file ends, ms.
    end: f64,
}

/// An export as it will be, to the byte.
#[derive(Debug)]
pub struct Layout {
    head: Vec<u8>,
    clusters: Vec<(usize, Cluster)>,
}

/// A cluster of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Bytes of its own,
    pub head: [u8; CLUSTER_HEAD],
    /// and then those of this file, by the order in which they were added,
    pub file: usize,
    /// from here to there.
    pub range: Range<u64>,
}

impl Export {
    /// A file begins at so many ms. `false`: nobody could play it behind those before, as its tracks are others, or have other codecs.
    pub fn add(&mut self, start: u64, file: Head) -> bool {
        if self.files == 0 {
            (self.about, self.codecs) = (file.about, file.codecs);
        } else if file.codecs != self.codecs {
            return false;
        }
        for Cluster { time, place } in file.clusters {
            self.clusters.push((self.files, Cluster { time: start.saturating_add(time), place }));
        }
        self.end = self.end.max(start as f64 + file.duration);
        self.files += 1;
        true
    }

    /// When the newest cluster begins, ms.
    pub fn newest(&self) -> Option<u64> {
        self.clusters.last().map(|(_, cluster)| cluster.time)
    }

    /// That was all.
    ///
    /// # Errors
    /// There was none.
    pub fn layout(self) -> Result<Layout, Error> {
        let len = |cluster: &Cluster| cluster.place.end - cluster.place.start;
        let places: Vec<_> = self.clusters.iter().map(|(_, cluster)| (cluster.time, len(cluster))).collect();
        let head = head::write(&self.about, self.end, &places)?;
        Ok(Layout { head, clusters: self.clusters })
    }
}

impl Layout {
    /// What it begins with.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Bytes of all of it.
    #[allow(clippy::len_without_is_empty, reason = "there is always a head")]
    pub fn len(&self) -> u64 {
        let clusters = self.clusters.iter().map(|(_, cluster)| cluster.place.end - cluster.place.start);
        self.head.len() as u64 + clusters.sum::<u64>()
    }

    /// What follows the head, in order.
    pub fn piece(&self, index: usize) -> Option<Piece> {
        self.clusters.get(index).map(|(file, Cluster { time, place })| Piece {
            head: cluster_head(*time, place.end - place.start),
            file: *file,
            range: place.start + CLUSTER_HEAD as u64..place.end,
        })
    }
}
