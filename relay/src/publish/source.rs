//! The recording's bytes: a file's, or standard input's. They are read on a thread of their own, as fast as they are taken.

use std::{
    fs::File,
    io::{self, Read},
    thread,
};
use tokio::sync::mpsc;

/// What is read at once, bytes.
const PART: usize = 64 << 10;

/// So many parts wait at most.
const AHEAD: usize = 4;

/// Opens a file, or standard input for `-`, and begins to read. The last part is empty.
pub(super) fn open(input: &str) -> io::Result<mpsc::Receiver<io::Result<Vec<u8>>>> {
    let mut from: Box<dyn Read + Send> =
        if input == "-" { Box::new(io::stdin()) } else { Box::new(File::open(input)?) };
    let (parts, taken) = mpsc::channel(AHEAD);
    thread::spawn(move || {
        let mut buffer = vec![0; PART];
        loop {
            let part = match from.read(&mut buffer) {
                Ok(len) => Ok(buffer[..len].to_vec()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
            let is_last = part.as_ref().map_or(true, Vec::is_empty);
            if parts.blocking_send(part).is_err() || is_last {
                return;
            }
        }
    });
    Ok(taken)
}
