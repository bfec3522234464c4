//! What is said when the archive loses segments: once when it begins, once when it is over. Pure: time is an argument.

use std::time::{Duration, Instant};

/// A trouble is over when nothing was lost for so long. A disk that is nearly full loses one here and there.
const QUIET: Duration = Duration::from_secs(60);

/// A trouble, or none.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    /// How many segments it has cost until now.
    lost: u64,
    /// When it cost the last one.
    last: Option<Instant>,
}

impl Trouble {
    /// A segment is lost. Whether that begins a trouble, which is worth a line.
    pub(super) fn lose(&mut self, now: Instant) -> bool {
        self.lost += 1;
        self.last.replace(now).is_none()
    }

    /// A segment was kept. If that ends a trouble: how many were lost in it.
    pub(super) fn keep(&mut self, now: Instant) -> Option<u64> {
        let last = self.last?;
        if now.saturating_duration_since(last) < QUIET {
            return None;
        }
        Some(std::mem::take(self).lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_is_told_once_and_so_is_its_end() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut trouble = Trouble::default();
        assert_eq!(trouble.keep(at(0)), None, "there was none");
        assert!(trouble.lose(at(1)));
        assert!(!trouble.lose(at(2)));
        assert_eq!(trouble.keep(at(3)), None, "other broadcasts may be well meanwhile");
        assert!(!trouble.lose(at(50)));
        assert_eq!(trouble.keep(at(109)), None);
        assert_eq!(trouble.keep(at(110)), Some(3));
        assert_eq!(trouble.keep(at(111)), None);
        assert!(trouble.lose(at(112)), "the next one is told again");
    }
}
