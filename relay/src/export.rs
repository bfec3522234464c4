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
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
    time::SystemTime,
};

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
}

impl Export {
    /// Writes the file; its name, if it has one.
    ///
    /// # Errors
    /// There is nothing, or it cannot be read or written. What was written of it is gone.
    pub fn write(&self) -> Result<Option<PathBuf>, ExportError> {
        let span = Span::new(self.from, self.to, Clock::start(SystemTime::now()).micros())
            .map_err(ExportError::Span)?;
        if !self.archive.is_dir() {
            return Err(ExportError::NoArchive(self.archive.clone()));
        }
        let archive = |error: MontageError| ExportError::Archive(error.into());
        let montage =
            Montage::open(&Catalogue::new(&self.archive), &self.name, span, &AtomicBool::new(false))
                .map_err(archive)?;
        if self.file.as_deref() == Some(Path::new("-")) {
            let failed = |error| ExportError::File("stdout".into(), error);
            return copy(montage, &mut io::stdout().lock(), failed).map(|()| None);
        }
        let path = self.file.clone().unwrap_or_else(|| montage.file_name(&self.name).into());
        let failed = |error| ExportError::File(path.clone(), error);
        let mut file = File::create_new(&path).map_err(failed)?;
        copy(montage, &mut file, failed).inspect_err(|_| {
            // Half of it would look like all of it.
            let _ = std::fs::remove_file(&path);
        })?;
        Ok(Some(path))
    }
}

fn copy(
    montage: Montage,
    out: &mut impl Write,
    failed: impl Fn(io::Error) -> ExportError,
) -> Result<(), ExportError> {
    let len = montage.len;
    for chunk in montage.read(0, len) {
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
            Self::File(file, error) if error.kind() == io::ErrorKind::AlreadyExists => {
                write!(out, "{} is there already: choose another name", file.display())
            }
            Self::File(file, error) => write!(out, "cannot write {}: {error}", file.display()),
        }
    }
}

impl Error for ExportError {}
