//! Operations on a SourceBuffer, one at a time. Pure.
//!
//! `appendBuffer` and `remove` throw while the buffer is `updating`; `updateend` says that it no longer is.

/// Something to do with a SourceBuffer.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation<B> {
    /// What is appended next is another init segment. Done at once.
    Reset,
    /// Done at the next `updateend`.
    Append(B),
    /// Removes the media from the start to here, in seconds. Done at the next `updateend`.
    RemoveTo(f64),
}

/// Operations in order, of which one at most runs.
#[derive(Debug)]
pub struct Queue<B> {
    waiting: Vec<Operation<B>>,
    busy: bool,
}

impl<B> Default for Queue<B> {
    /// Busy until [`done`](Self::done) is called for the first time: the buffer is not there yet.
    fn default() -> Self {
        Self { waiting: Vec::new(), busy: true }
    }
}

impl<B> Queue<B> {
    pub fn push(&mut self, operation: Operation<B>) {
        self.waiting.push(operation);
    }

    /// Forgets what waits.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether nothing waits and none runs.
    pub fn is_idle(&self) -> bool {
        !self.busy && self.is_empty()
    }

    /// To be done before anything else.
    pub fn push_front(&mut self, operation: Operation<B>) {
        self.waiting.insert(0, operation);
    }

    /// The buffer has finished what it was doing.
    pub fn done(&mut self) {
        self.busy = false;
    }

    /// What to do now; `None` while one runs.
    pub fn next(&mut self) -> Option<Operation<B>> {
        if self.busy {
            return None;
        }
        let operation = (!self.waiting.is_empty()).then(|| self.waiting.remove(0))?;
        self.busy = !matches!(operation, Operation::Reset);
        Some(operation)
    }
}

#[cfg(test)]
mod tests {
    use super::{Operation::*, *};

    #[test]
    fn runs_one_at_a_time_in_order() {
        let mut queue = Queue::default();
        for operation in [Reset, Append('a'), Append('b'), Reset, RemoveTo(3.0)] {
            queue.push(operation);
        }
        assert_eq!(queue.next(), None, "no buffer yet");
        queue.done();
        assert_eq!(queue.next(), Some(Reset));
        assert_eq!(queue.next(), Some(Append('a')));
        assert_eq!(queue.next(), None);
        queue.done();
        queue.push_front(Append('c'));
        assert_eq!(queue.next(), Some(Append('c')));
        queue.done();
        assert_eq!(queue.next(), Some(Append('b')));
        queue.done();
        assert!(!queue.is_idle(), "one waits");
        assert_eq!((queue.next(), queue.next(), queue.next()), (Some(Reset), Some(RemoveTo(3.0)), None));
        assert!(queue.is_empty() && !queue.is_idle(), "one runs");
        queue.done();
        assert!(queue.is_idle());
    }
}
