//! What a broadcaster's socket has to say.

use super::Publisher;
use blobcast_wire::{Live, Segment, Text};
use std::time::Duration;
use tokio::time::Instant;

/// How often the number of viewers is said at most.
const VIEWERS_EVERY: Duration = Duration::from_secs(1);

/// What one socket has to say.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// The newest ping that was not answered.
    pub(super) pong: Option<f64>,
    /// How far this session's segment has come.
    pub(super) have: bool,
    /// The `have` that was said last.
    had: Option<(Segment, u32, Segment)>,
    /// The state of the broadcast.
    pub(super) state: bool,
    /// The state that was said last, and when.
    said: Option<(Live, u32, Instant)>,
}

impl Due {
    /// Looks for what has changed.
    pub(super) fn look(&mut self, publisher: &Publisher) {
        self.have |= self.had.is_some_and(|had| had != publisher.have());
        let (state, viewers) = publisher.presence.state();
        self.state |= match self.said {
            None => true,
            Some((said, _, _)) if said != state => true,
            Some((_, said, when)) => said != viewers && when.elapsed() >= VIEWERS_EVERY,
        };
    }

    /// The next text.
    pub(super) fn next(&mut self, publisher: &Publisher) -> Option<Text> {
        let room = &publisher.presence;
        let text = if let Some(t) = self.pong.take() {
            Text::Pong { t, now: room.relay().clock.millis() }
        } else if std::mem::take(&mut self.have) {
            let (segment, seq, last) = publisher.have();
            self.had = Some((segment, seq, last));
            Text::Have { segment, seq, last }
        } else if std::mem::take(&mut self.state) {
            let (state, viewers) = room.state();
            self.said = Some((state, viewers, Instant::now()));
            Text::State { state, viewers }
        } else {
            return None;
        };
        Some(text)
    }
}
