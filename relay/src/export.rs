//! `blobcast-relay export`: writes what an archive has of a name as one film.

#![allow(rustdoc::bare_urls, reason = "these comments are the text of --help")]

use crate::{
    archive::{Catalogue, Montage, MontageError},
    clock::Clock,
    span::{Moment, Span},
};
use blobcast_wire::Name;
use clap::Args;
use std::{
    error::Error,
    fmt,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, SystemTime},
};
use tokio::{select, sync::oneshot, time::timeout};

/// What is behind a file's name until it is whole.
const PART: &str = ".part";

/// How long it may take to remove what was written when it is stopped.
const REMOVING: Duration = Duration::from_secs(2);

/// Writes what an archive has of a broadcast as one WebM in which players can seek.
///
/// Segments that overlap the time are in it whole; time in which nothing was recorded is closed up. A relay may write to the archive
/// meanwhile.
#[derive(Args, Clone, Debug)]
pub struct Export {
    /// The archive's folder.
    #[arg(long, env = "BLOBCAST_ARCHIVE", value_name = "DIR")]
    archive: PathBuf,

    /// Of which broadcast.
    #[arg(long)]
    name: Name,

    /// From when on: ms since the epoch, RFC 3339 such as 2026-11-26T00:43:28Z, or ms before now such as -60000. Without it, from the
    /// beginning.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    from: Option<Moment>,

    /// Until when. Without it, to the end.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    to: Option<Moment>,

    /// The file, which must not be there yet; - is stdout. Without it, one in this folder whose name says the broadcast and when it begins.
    /// It has its name when it is whole, and .part behind it until then.
    file: Option<PathBuf>,
}

/// Why there is no export.
#[derive(Debug)]
pub enum ExportError {
    /// `to` is before `from`.
    Span(&'static str),
    /// There is no such folder.
    NoArchive(PathBuf),
    /// There is no film of it.
    Archive(Box<dyn Error + Send + Sync>),
    /// It cannot be written.
    File(PathBuf, io::Error),
    /// The program was told to end.
    Stopped,
}

impl Export {
    /// Writes the file, unless it is stopped; its name, if it has one.
    ///
    /// # Errors
    /// There is nothing, it cannot be read or written, or it was stopped. What was written of it is gone.
    pub async fn run(self, stopped: impl Future<Output = ()>) -> Result<Option<PathBuf>, ExportError> {
        let is_called_off = Arc::new(AtomicBool::new(false));
        let (done, mut written) = oneshot::channel();
        let flag = Arc::clone(&is_called_off);
        // The program does not wait for this thread in the end: it may be that nobody reads stdout any more.
        let write = move || drop(done.send(self.write(&flag)));
        thread::Builder::new()
            .name("export".into())
            .spawn(write)
            .map_err(|error| ExportError::Archive(error.into()))?;
        select! {
            result = &mut written => return result.unwrap_or(Err(ExportError::Stopped)),
            () = stopped => is_called_off.store(true, Relaxed),
        }
        let result = timeout(REMOVING, written).await;
        result.ok().and_then(Result::ok).unwrap_or(Err(ExportError::Stopped))
    }

    fn write(&self, is_called_off: &AtomicBool) -> Result<Option<PathBuf>, ExportError> {
        let span = Span::new(self.from, self.to, Clock::start(SystemTime::now()).micros())
            .map_err(ExportError::Span)?;
        if !self.archive.is_dir() {
            return Err(ExportError::NoArchive(self.archive.clone()));
        }
        let archive = |error: MontageError| match error {
            MontageError::CalledOff => ExportError::Stopped,
            error => ExportError::Archive(error.into()),
        };
        let montage = Montage::open(&Catalogue::new(&self.archive), &self.name, span, is_called_off)
            .map_err(archive)?;
        let montage = Arc::new(montage);
        if self.file.as_deref() == Some(Path::new("-")) {
            let failed = |error| ExportError::File("stdout".into(), error);
            return copy(montage, &mut io::stdout().lock(), is_called_off, failed).map(|()| None);
        }
        let path = self.file.clone().unwrap_or_else(|| montage.file_name(&self.name).into());
        let is_free = || match path.try_exists() {
            Ok(true) => Err(io::ErrorKind::AlreadyExists.into()),
            known => known.map(drop),
        };
        let failed = |error| ExportError::File(path.clone(), error);
        is_free().map_err(failed)?;
        // Half of it would look like all of it, also after a power failure.
        let part = beside(&path);
        let failed_beside = |error| ExportError::File(part.clone(), error);
        let mut file = File::create_new(&part).map_err(failed_beside)?;
        let written = copy(montage, &mut file, is_called_off, failed_beside)
            .and_then(|()| file.sync_all().map_err(failed_beside))
            .and_then(|()| is_free().and_then(|()| fs::rename(&part, &path)).map_err(failed));
        written.inspect_err(|_| drop(fs::remove_file(&part)))?;
        Ok(Some(path))
    }
}

/// What a file is called until it is whole.
fn beside(path: &Path) -> PathBuf {
    let mut part = path.as_os_str().to_owned();
    part.push(PART);
    part.into()
}

fn copy(
    montage: Arc<Montage>,
    out: &mut impl Write,
    is_called_off: &AtomicBool,
    failed: impl Fn(io::Error) -> ExportError,
) -> Result<(), ExportError> {
    let len = montage.len;
    for chunk in montage.read(0, len) {
        if is_called_off.load(Relaxed) {
            return Err(ExportError::Stopped);
        }
        let chunk = chunk.map_err(|error| ExportError::Archive(MontageError::Disk(error).into()))?;
        out.write_all(&chunk).map_err(&failed)?;
    }
    out.flush().map_err(failed)
}

impl fmt::Display for ExportError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span(error) => out.write_str(error),
            Self::NoArchive(folder) => {
                write!(
                    out,
                    "{} is no folder: say with --archive DIR where the relay keeps its archive",
                    folder.display()
                )
            }
            Self::Archive(error) => error.fmt(out),
            Self::Stopped => out.write_str("stopped before the film was whole: there is none of it"),
            Self::File(file, error)
                if error.kind() == io::ErrorKind::AlreadyExists
                    && file.as_os_str().as_encoded_bytes().ends_with(PART.as_bytes()) =>
            {
                write!(
                    out,
                    "{} is there already: another export writes it, or one was killed: remove it, or choose another name",
                    file.display()
                )
            }
            Self::File(file, error) if error.kind() == io::ErrorKind::AlreadyExists => {
                write!(out, "{} is there already: choose another name", file.display())
            }
            Self::File(file, error) => write!(out, "cannot write {}: {error}", file.display()),
        }
    }
}

impl Error for ExportError {}
