//! How a file of a segment differs from another of the same.
//!
//! The segment that a relay ended with comes again, longer, to the one that follows it. Its frames are the same, its bytes are not: a
//! finished file has another head.

use super::finish::MOST;
use blobcast_container::Stored;
use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

/// How a file differs from the one that is there already.
pub(super) enum Change {
    /// It begins with all of it.
    Longer,
    /// It has nothing that is not there.
    Nothing,
    /// It is another one.
    Other,
}

impl Change {
    /// From one file to a newer one, of which the frames are known if it is in normal form.
    pub(super) fn between(older: &Path, newer: &Path, frames: Option<&Stored<'_>>) -> io::Result<Self> {
        let bytes = read_finished(older)?;
        let (is_longer, is_shorter) = match (Stored::read(&bytes), frames) {
            (Some(old), Some(new)) => (new.begins_with(&old), old.begins_with(new)),
            _ => (is_beginning(older, newer)?, is_beginning(newer, older)?),
        };
        Ok(match (is_longer, is_shorter) {
            (_, true) => Self::Nothing,
            (true, false) => Self::Longer,
            (false, false) => Self::Other,
        })
    }
}

/// The bytes of a finished file. Of one that is larger than any that is made here nothing is read, and it has no frames then.
pub(super) fn read_finished(file: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(file)?.len() <= 2 * MOST { fs::read(file) } else { Ok(Vec::new()) }
}

/// Whether a file has just the bytes that another one begins with.
fn is_beginning(shorter: &Path, longer: &Path) -> io::Result<bool> {
    let mut shorter = BufReader::new(File::open(shorter)?);
    let longer = File::open(longer)?;
    loop {
        let expected = shorter.fill_buf()?;
        let len = expected.len();
        let mut found = Vec::with_capacity(len);
        (&longer).take(len as u64).read_to_end(&mut found)?;
        if found != expected {
            return Ok(false);
        }
        if len == 0 {
            return Ok(true);
        }
        shorter.consume(len);
    }
}
