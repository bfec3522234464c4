//! Why a recording cannot be tidied.

use std::fmt;

/// What is wrong with a recording. What was taken before is whole; nothing after it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// It is not WebM, or damaged: no element can begin like this.
    Damaged,
    /// An element says that it is larger than any real one.
    TooLarge,
    /// A block is later than 32.767 s, which is as far as a time inside one cluster goes.
    TooLong,
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Damaged => "the recording is not WebM, or damaged",
            Self::TooLarge => "the recording has an element that is too large",
            Self::TooLong => "the segment is over 32.767 s long",
        })
    }
}

impl std::error::Error for Error {}
