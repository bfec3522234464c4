//! What a recorder has given, in the order of its events. Pure.
//!
//! A Blob is read asynchronously, and a small one may be ready before a large one that came first. So each takes a place before it
//! is read.

/// Slices that have come and were not taken.
#[derive(Debug)]
pub struct Slices<T> {
    /// `None` while its bytes are being read.
    waiting: Vec<Option<T>>,
    /// How many were taken.
    taken: usize,
}

impl<T> Default for Slices<T> {
    fn default() -> Self {
        Self { waiting: Vec::new(), taken: 0 }
    }
}

impl<T> Slices<T> {
    /// The place of the next slice, which is to be filled.
    pub fn place(&mut self) -> usize {
        self.waiting.push(None);
        self.taken + self.waiting.len() - 1
    }

    /// The bytes of a slice are there. Without effect where it was given up.
    pub fn fill(&mut self, place: usize, bytes: T) {
        let index = place.checked_sub(self.taken);
        if let Some(slot) = index.and_then(|index| self.waiting.get_mut(index)) {
            *slot = Some(bytes);
        }
    }

    /// The next slice in order, once its bytes are there.
    pub fn take(&mut self) -> Option<T> {
        let is_there = self.waiting.first()?.is_some();
        if !is_there {
            return None;
        }
        self.taken += 1;
        self.waiting.remove(0)
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether any was taken.
    pub fn has_given(&self) -> bool {
        self.taken > 0
    }

    /// Gives up all that wait.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_come_in_the_order_of_their_events_however_long_their_bytes_take() {
        let mut slices = Slices::default();
        let (large, small) = (slices.place(), slices.place());
        slices.fill(small, "small");
        assert_eq!(slices.take(), None, "the large one came first");
        assert!(!slices.has_given());
        slices.fill(large, "large");
        assert_eq!((slices.take(), slices.take(), slices.take()), (Some("large"), Some("small"), None));
        assert!(slices.is_empty() && slices.has_given());
        let next = slices.place();
        slices.fill(next, "next");
        assert_eq!(slices.take(), Some("next"));
    }

    #[test]
    fn what_is_read_after_all_was_given_up_is_not_kept() {
        let mut slices = Slices::default();
        let late = slices.place();
        slices.clear();
        slices.fill(late, "late");
        assert!(slices.is_empty());
        assert_eq!(slices.take(), None);
    }
}
