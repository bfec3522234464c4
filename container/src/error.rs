//! Why a recording cannot be tidied.

use std::fmt;

/// What is wrong with a recording. What was taken before is whole; nothing after it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// It is not WebM, or damaged: nothing like this can stand here.
    Damaged,
    /// An element says that it is larger than any real one.
    TooLarge,
    /// A block has the time 30 s or a later one.
    TooLong,
    /// Several frames in one block. No browser records that.
    Laced,
    /// Its times are not in milliseconds.
    TimestampScale,
}

impl Error {
    /// What is wrong, in words. What writes them by `Display` would come into the browser's module with it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Damaged => "the recording is not WebM, or damaged",
            Self::TooLarge => "the recording has an element that is too large",
            Self::TooLong => "the segment would be 30 s long",
            Self::Laced => "the recording has several frames in one block, which is not understood",
            Self::TimestampScale => "the recording does not count its times in milliseconds",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl std::error::Error for Error {}
