//! What became of segments: counted for Prometheus, and said in the log when it is bad.

use super::{place::Place, trouble::Trouble};
use parking_lot::Mutex;
use prometheus_client::metrics::counter::Counter;
use std::{fmt::Display, path::Path, time::Instant};
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
}

impl Ledger {
    /// With nothing in it but what these figures say.
    pub(super) fn new(figures: Figures) -> Self {
        Self { figures, trouble: Mutex::default() }
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
}
