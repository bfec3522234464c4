//! Which frames took as long as frames take, and which waited somewhere: for a newcomer, to whom a segment is sent from its beginning, or
//! behind others in the decoder's queue. Pure; all times are ms.

/// What is known of the frames that were given to a decoder.
#[derive(Debug, Default)]
pub struct Typical {
    /// Those from here on; `None` while the queue is long.
    from: Option<f64>,
    newest: f64,
}

impl Typical {
    /// A frame is given to the decoder. `is_new`: it came with the beginning of a segment, of which only the newest one is typical.
    pub fn note(&mut self, time: f64, is_new: bool, is_queued: bool) {
        self.newest = time;
        self.from = match self.from {
            _ if is_queued => None,
            Some(from) if !is_new => Some(from),
            _ => Some(time),
        };
    }

    pub fn is(&self, time: f64) -> bool {
        self.from.is_some_and(|from| time >= from)
    }

    /// Whether it is the newest one.
    pub fn is_newest(&self, time: f64) -> bool {
        time >= self.newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waited_for_a_newcomer_or_in_a_queue_is_not_typical() {
        let mut typical = Typical::default();
        for time in [0.0, 33.0, 66.0] {
            typical.note(time, true, false);
        }
        assert_eq!([33.0, 66.0, 99.0].map(|time| typical.is(time)), [false, true, true]);
        typical.note(99.0, false, true);
        assert!(!typical.is(99.0) && typical.is_newest(99.0));
        typical.note(133.0, false, false);
        assert!(!typical.is(99.0) && typical.is(133.0));
    }
}
