//! The saver: a thread that sees to it that what is live reaches the disk, so that a power failure costs the last second only. The writer
//! does not wait for it.

use std::{
    fs::File,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc::{Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

/// How often.
const SAVE_EVERY: Duration = Duration::from_secs(1);

/// Where the writer hands over what is to be saved.
#[derive(Debug)]
pub(super) struct Saver {
    files: Sender<Vec<Arc<File>>>,
    /// The disk is not done with those before: it is given no more meanwhile.
    is_busy: Arc<AtomicBool>,
    next: Instant,
}

impl Saver {
    /// Starts the thread, which ends when this is dropped.
    pub(super) fn start() -> io::Result<Self> {
        let (files, taken) = channel::<Vec<Arc<File>>>();
        let is_busy = Arc::new(AtomicBool::new(false));
        let saver = Self { files, is_busy: Arc::clone(&is_busy), next: Instant::now() + SAVE_EVERY };
        thread::Builder::new().name("saver".into()).spawn(move || {
            for files in taken {
                // A disk that fails says so to the writer, too.
                files.iter().for_each(|file| drop(file.sync_data()));
                is_busy.store(false, Relaxed);
            }
        })?;
        Ok(saver)
    }

    /// How long until it is time.
    pub(super) fn wait(&self) -> Duration {
        self.next.saturating_duration_since(Instant::now())
    }

    /// Hands these over, if it is time.
    pub(super) fn save(&mut self, unsaved: impl FnOnce() -> Vec<Arc<File>>) {
        if self.wait() > Duration::ZERO {
            return;
        }
        self.next = Instant::now() + SAVE_EVERY;
        if !self.is_busy.swap(true, Relaxed) {
            // The thread ends after this only.
            let _ = self.files.send(unsaved());
        }
    }
}
