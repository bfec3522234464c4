//! What became of segments: counted for Prometheus, and said in the log when it is bad.

use super::{place::Place, trouble::Trouble};
use parking_lot::Mutex;
use prometheus_client::metrics::counter::Counter;
use std::{
    collections::HashSet,
    fmt::Display,
    path::{Path, PathBuf},
    time::Instant,
};
use tracing::{debug, info, warn};

/// The archive's figures.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    /// Segments that are there, finished.
    pub(crate) segments: Counter,
    /// Their bytes.
    pub(crate) bytes: Counter,
    /// Segments that are not.
    pub(crate) lost: Counter,
    /// Segments that were removed to make room, or for their age.
    pub(crate) removed: Counter,
    /// Their bytes.
    pub(crate) removed_bytes: Counter,
}

/// The book that the live side and the writer keep together.
#[derive(Debug)]
pub(super) struct Ledger {
    figures: Figures,
    trouble: Mutex<Trouble>,
    /// Links that were met.
    links: Mutex<HashSet<PathBuf>>,
}

impl Ledger {
    /// With nothing in it but what these figures say.
    pub(super) fn new(figures: Figures) -> Self {
        Self { figures, trouble: Mutex::default(), links: Mutex::default() }
    }

    /// A segment is there.
    pub(super) fn keep(&self, bytes: u64) {
        self.figures.segments.inc();
        self.figures.bytes.inc_by(bytes);
        // The log is not to be waited for with the lock held: the live path takes it.
        let over = self.trouble.lock().keep(Instant::now());
        if let Some(lost) = over {
            info!("the archive is complete again: it has lost {lost} segments");
        }
    }

    /// A segment is not, and this is why.
    pub(super) fn lose(&self, place: &Place, why: impl Display) {
        self.figures.lost.inc();
        let file = place.finished(Path::new(""), None);
        let is_new = self.trouble.lock().lose(Instant::now());
        if is_new {
            warn!(
                "the archive has lost {}: {why}; the broadcast goes on, and what else is lost is only counted \
                 (blobcast_archive_lost_segments_total)",
                file.display()
            );
        } else {
            debug!("the archive has lost {}: {why}", file.display());
        }
    }

    /// A segment is not, since its folder is reached by this link. That is said once for each link, and is no trouble: it would be one
    /// for as long as there is a broadcast, and hide those of the disk.
    pub(super) fn refuse(&self, place: &Place, link: PathBuf) {
        self.figures.lost.inc();
        let text = link.display().to_string();
        if self.links.lock().insert(link) {
            warn!(
                "the archive does not keep {}: {text} is a link, and nothing is written out of the archive: mount another disk there, or link \
                 the whole archive; what is lost there is only counted (blobcast_archive_lost_segments_total)",
                place.name
            );
        } else {
            debug!("the archive does not keep {}: {text} is a link", place.name);
        }
    }
}
