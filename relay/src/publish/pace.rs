//! When a frame is due. Pure: times are arguments, ms of any clock that does not go back.

/// A file that is so late was held up, by a relay that was away or by a machine that slept, ms. It goes on from there, and does not hurry
/// after its time.
const HELD_UP: i64 = 1_000;

/// The pace at which frames are sent: never faster than their own times.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// The time of the recording that is now, minus the clock.
    offset: Option<i64>,
    /// What is late comes at once: it was filmed at its time.
    is_live: bool,
}

impl Pace {
    /// The pace of a recording that is made while it is sent; or else of a file.
    pub(super) fn new(is_live: bool) -> Self {
        Self { offset: None, is_live }
    }

    /// When the next frame is due, which has this time in the recording.
    pub(super) fn due(&mut self, time: i64, now: i64) -> i64 {
        let offset = *self.offset.get_or_insert(now - time);
        let due = time + offset;
        if self.is_live || now - due <= HELD_UP {
            return due;
        }
        self.offset = Some(now - time);
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_due_at_their_times_from_the_first_on() {
        let mut pace = Pace::new(false);
        assert_eq!(pace.due(7_000, 100), 100);
        assert_eq!(pace.due(7_040, 100), 140);
        assert_eq!(pace.due(7_080, 190), 180, "a little late is late");
        assert_eq!(pace.due(8_000, 190), 1_100);
    }

    #[test]
    fn a_file_that_was_held_up_goes_on_from_there_and_a_live_recording_catches_up() {
        let (mut file, mut live) = (Pace::new(false), Pace::new(true));
        assert_eq!((file.due(0, 0), live.due(0, 0)), (0, 0));
        assert_eq!((file.due(40, 9_000), live.due(40, 9_000)), (9_000, 40));
        assert_eq!((file.due(80, 9_000), live.due(80, 9_000)), (9_040, 80));
    }
}
