//! The head of a file that the archive has finished.

use blobcast_container::Head;
use std::{
    fs::File,
    io::{self, ErrorKind, Read},
    path::Path,
};
use tracing::warn;

/// Nearly every head is shorter, bytes.
const HEAD: u64 = 4 << 10;

/// No head is longer: it has a few elements of 4 MiB at most.
const LONGEST_HEAD: u64 = 16 << 20;

/// Reads it. `None` if the file was removed meanwhile, or is none of those that a relay finishes.
pub(super) fn head(path: &Path) -> io::Result<Option<Head>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut bytes = Vec::new();
    for len in [HEAD, LONGEST_HEAD] {
        (&file).take(len - bytes.len() as u64).read_to_end(&mut bytes)?;
        match Head::read(&bytes) {
            Ok(Some(head)) if head.len() == file.metadata()?.len() => return Ok(Some(head)),
            Ok(None) => {}
            Ok(Some(_)) | Err(_) => break,
        }
    }
    warn!("{} is left out of what is exported: no relay has finished it", path.display());
    Ok(None)
}
