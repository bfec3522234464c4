//! How near the process is to its last descriptor.
//!
//! Nothing is counted: the system gives out the lowest number that is free, so a connection whose number is high has nearly all
//! of them below it.

use rustix::process::{Resource, getrlimit};
use std::os::fd::{AsRawFd, RawFd};

/// This part of all is kept for those who have to be told that there is no room, for files and for the operator,
const KEPT: u64 = 16;
/// but so many at least, and at most.
const FEW: u64 = 8;
const MANY: u64 = 256;

/// What is left for one more connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    Enough,
    /// It can be told that it has to go.
    Little,
    /// It goes without a word.
    None,
}

impl Left {
    /// What this connection has found. The limit may have been changed meanwhile: `prlimit` does that from outside.
    pub(crate) fn of(connection: &impl AsRawFd) -> Self {
        Self::at(connection.as_raw_fd(), getrlimit(Resource::Nofile).current)
    }

    fn at(number: RawFd, most: Option<u64>) -> Self {
        let Some(most) = most else { return Self::Enough };
        let kept = (most / KEPT).clamp(FEW, MANY);
        match most.saturating_sub(number as u64) {
            left if left > kept => Self::Enough,
            left if left > kept / 2 => Self::Little,
            _ => Self::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_kept() {
        let most = Some(40);
        let found = [31, 32, 35, 36, 39, 99].map(|number| Left::at(number, most));
        assert_eq!(found, [Left::Enough, Left::Little, Left::Little, Left::None, Left::None, Left::None]);
        assert_eq!(Left::at(959, Some(1024)), Left::Enough);
        assert_eq!(Left::at(960, Some(1024)), Left::Little);
        assert_eq!(Left::at(999_743, Some(1_000_000)), Left::Enough);
        assert_eq!(Left::at(999_744, Some(1_000_000)), Left::Little);
        assert_eq!(Left::at(i32::MAX, None), Left::Enough, "no limit");
    }
}
