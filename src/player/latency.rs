//! How long ago what is on screen was captured. Pure.

use blobcast_wire::{RelayTime, Segment};

/// A latency, and whether to believe it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latency {
    /// ms, never negative.
    pub ms: f64,
    /// The clocks that it was measured by agree.
    pub is_trusted: bool,
}

/// A picture `time` seconds into a segment was captured at the segment's number plus that; so latency is a
/// subtraction. A picture from the future shows that the broadcaster and this viewer do not agree on the clock.
pub fn measure(segment: Segment, time: f64, relay: RelayTime) -> Latency {
    let ms = (relay.now as f64 - segment as f64) / 1e3 - time * 1e3;
    Latency { ms: ms.max(0.0), is_trusted: relay.is_settled && ms >= -relay.round_trip / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: u64 = 1_795_348_800_000_000;
    const RELAY: RelayTime = RelayTime { now: NOON, round_trip: 20.0, is_settled: true };

    fn measured(segment: Segment, time: f64) -> (f64, bool) {
        let latency = measure(segment, time, RELAY);
        (latency.ms.round(), latency.is_trusted)
    }

    #[test]
    fn latency_is_a_subtraction() {
        assert_eq!(measured(NOON - 2_000_000, 1.6), (400.0, true));
    }

    #[test]
    fn it_is_never_negative_and_says_when_the_clocks_disagree() {
        assert_eq!(measured(NOON + 5_000, 0.0), (0.0, true), "within what a round trip leaves open");
        assert_eq!(measured(NOON + 100_000, 0.0), (0.0, false), "a broadcaster 100 ms ahead");
        assert_eq!(measured(NOON + 3_600_000_000, 0.0), (0.0, false), "a clock that stepped back an hour");
        let asking = RelayTime { is_settled: false, ..RELAY };
        assert!(!measure(NOON - 400_000, 0.0, asking).is_trusted, "not asked yet after a sleep");
    }
}
