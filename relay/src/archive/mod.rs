//! The archive: each segment a file in which players can seek (`--archive`).
//!
//! ```text
//! Broadcast ─► Shelf ─► Entry ═ orders ═► writer, a thread of its own ─► Unfinished ─► finish ─► DIR/name/START-NUMBER-DURATIONms-CODECS.webm
//!                         └── backlog: how much may wait for the disk
//! ```
//!
//! The live path hands over views of bytes that it has anyway, and never waits: what finds the backlog full loses its whole
//! segment, in the archive only.
//!
//! * `label` and `kind`: what a file's name says. `place`: where it is. `trouble`: what is said when segments are lost. All without disk and
//!   clock.
//! * `entry`: the live side. `writer`, `unfinished`, `finish`: the disk's side. `compare`: what comes again, and what there is of it. `ledger`: what
//!   both count.
//! * `saver`: what is live reaches the disk. `recovery`: what a crash has left is finished.
//! * `catalogue`: what there is, for who reads. `record`: of one name, without the disk. `montage`: many segments as one film. `films`: those
//!   that somebody asks for. `kept`: those that somebody asked for lately. `keeper` removes what has to go.

mod catalogue;
mod compare;
mod entry;
mod films;
mod finish;
mod keeper;
mod kept;
mod kind;
mod label;
mod ledger;
mod montage;
mod place;
mod record;
mod recovery;
mod saver;
mod trouble;
mod unfinished;
mod writer;

pub(crate) use catalogue::{Catalogue, Listing};
pub(crate) use entry::{Entry, Shelf};
pub(crate) use label::Label;
pub(crate) use ledger::Figures;
pub(crate) use montage::{Montage, MontageError, Reader};
pub(crate) use record::{Record, Recording};

use crate::{clock::Clock, retention::Retention, start_error::StartError, ticket::Tickets};
use blobcast_wire::Name;
use entry::Desk;
use films::Films;
use keeper::Keeper;
use ledger::Ledger;
use recovery::recover;
use saver::Saver;
use std::{
    fs::{self, File},
    io,
    path::Path,
    sync::{
        Arc,
        mpsc::{self, Sender},
    },
    thread,
    time::Duration,
};
use tokio::{sync::oneshot, time::timeout};
use tracing::warn;
use writer::{Order, write};

/// Held open and locked while a relay writes to the archive: two would write the same unfinished files. No name of a broadcast
/// begins with a dot.
const LOCK: &str = ".lock";

/// How long the disk may take to finish what is there when the relay ends.
const FINISHING: Duration = Duration::from_secs(10);

/// An archive that is written to.
#[derive(Debug)]
pub(crate) struct Archive {
    desk: Arc<Desk>,
    catalogue: Arc<Catalogue>,
    films: Films,
    /// The keeper ends when this is dropped.
    _keeping: Option<Sender<()>>,
    _lock: File,
}

impl Archive {
    /// Opens the archive in a folder, which is made if it is not there. So many bytes may wait for the disk.
    pub(crate) fn open(
        folder: &Path,
        backlog: usize,
        retention: Retention,
        clock: Clock,
        figures: Figures,
    ) -> Result<Self, StartError> {
        let failed = |error| StartError::Archive { folder: folder.into(), error };
        let lock = lock(folder).map_err(failed)?;
        let ledger = Arc::new(Ledger::new(figures.clone()));
        let catalogue = Arc::new(Catalogue::new(folder));
        let (orders, taken) = mpsc::channel();
        let saver = Saver::start().map_err(failed)?;
        let writer = {
            let (ledger, catalogue) = (Arc::clone(&ledger), Arc::clone(&catalogue));
            move || write(&taken, &ledger, &catalogue, saver)
        };
        thread::Builder::new().name("archive".into()).spawn(writer).map_err(failed)?;
        let recovery = {
            let (root, orders) = (folder.to_owned(), orders.clone());
            move || recover(&root, &orders)
        };
        thread::Builder::new().name("recovery".into()).spawn(recovery).map_err(failed)?;
        let keeping = (!retention.is_all()).then(|| {
            let keeper = Keeper::new(retention, Arc::clone(&catalogue), clock, figures);
            let (keeping, kept) = mpsc::channel();
            thread::Builder::new().name("keeper".into()).spawn(move || keeper.keep(&kept)).map(|_| keeping)
        });
        let keeping = keeping.transpose().map_err(failed)?;
        let desk = Arc::new(Desk::new(orders, Tickets::new(backlog), ledger));
        let films = Films::new(Arc::clone(&catalogue));
        Ok(Self { desk, catalogue, films, _keeping: keeping, _lock: lock })
    }

    /// What there is.
    pub(crate) fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// The same as films.
    pub(crate) fn films(&self) -> &Films {
        &self.films
    }

    /// Where the segments of one name go.
    pub(crate) fn shelf(&self, name: &Name) -> Shelf {
        Shelf::new(Arc::clone(&self.desk), name.clone())
    }

    /// Finishes what is there, as it is, and takes no more.
    pub(crate) async fn finish(&self) {
        let (done, finished) = oneshot::channel();
        self.desk.order(Order::Stop { done });
        if timeout(FINISHING, finished).await.is_err() {
            warn!(
                "the disk did not take all of the archive within {} s: what is missing stays in .part files",
                FINISHING.as_secs()
            );
        }
    }
}

/// That a file can be made there, and locked, says that others can.
fn lock(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    let lock = File::create(folder.join(LOCK))?;
    lock.try_lock()?;
    Ok(lock)
}
