//! Why there is no film, as who asked for it is told.

use super::{moment, takes::MOST};
use blobcast_wire::Segment;
use std::{error::Error, fmt, io};

/// Why there is no film.
#[derive(Debug)]
pub(crate) enum MontageError {
    /// Nothing of it is there.
    Nothing,
    /// There are too many segments.
    TooMany,
    /// From this segment on there are other tracks.
    Change(Segment),
    /// The disk fails.
    Disk(io::Error),
    /// Nobody waits for it any more.
    CalledOff,
}

impl fmt::Display for MontageError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => out.write_str(
                "the archive has nothing of this name in this time that plays: ask for another time, or for all without from and to",
            ),
            Self::TooMany => {
                write!(out, "these are more than {MOST} segments: ask for a shorter time with from and to")
            }
            Self::Change(number) => {
                let time = humantime::format_rfc3339_micros(moment(*number));
                write!(
                    out,
                    "the recording has other tracks or codecs from {time} on: ask for two parts, one with to={time} and one with \
                     from={time}"
                )
            }
            Self::Disk(error) => write!(out, "the archive cannot be read: {error}"),
            Self::CalledOff => out.write_str("it was called off"),
        }
    }
}

impl Error for MontageError {}
