//! Text messages: JSON objects with a `type`, beside the media.
//!
//! Everyone writes them with [`Text::to_json`]. Native peers read them with serde (feature `serde`);
//! a browser reads them with its own `JSON.parse`, which costs the page no kilobyte.

use crate::Segment;

/// Whether a broadcast has something to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Live {
    /// A segment is there.
    Live,
    /// No broadcaster yet, or lost beyond the grace.
    Waiting,
    /// The broadcaster finished. A later one makes it live again.
    Ended,
}

impl Live {
    /// The word on the wire and in JavaScript.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Waiting => "waiting",
            Self::Ended => "ended",
        }
    }
}

/// A text message.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(tag = "type", rename_all = "lowercase"))]
pub enum Text {
    /// Client to relay: what time is it?
    Ping {
        /// The client's `performance.now()`, ms; comes back unchanged.
        t: f64,
    },
    /// Relay to client: the answer.
    Pong {
        /// The `t` of the ping.
        t: f64,
        /// The relay's clock, ms since the Unix epoch, with a fraction.
        now: f64,
    },
    /// Relay to broadcaster: what has arrived.
    Have {
        /// The segment of this session that `seq` is about; 0 when none has begun.
        segment: Segment,
        /// All pieces before this one have arrived.
        seq: u32,
        /// The newest number this name has seen from anyone.
        last: Segment,
    },
    /// Relay to both.
    State {
        /// What the broadcast is.
        state: Live,
        /// How many watch.
        viewers: u32,
    },
    /// Relay to viewer: data was passed over.
    Skip {
        /// The segment that was left.
        from: Segment,
        /// The segment that comes instead.
        to: Segment,
    },
}

impl Text {
    /// The message as it is sent.
    pub fn to_json(&self) -> String {
        match self {
            Self::Ping { t } => format!(r#"{{"type":"ping","t":{t}}}"#),
            Self::Pong { t, now } => format!(r#"{{"type":"pong","t":{t},"now":{now}}}"#),
            Self::Have { segment, seq, last } => {
                format!(r#"{{"type":"have","segment":{segment},"seq":{seq},"last":{last}}}"#)
            }
            Self::State { state, viewers } => {
                format!(r#"{{"type":"state","state":"{}","viewers":{viewers}}}"#, state.as_str())
            }
            Self::Skip { from, to } => format!(r#"{{"type":"skip","from":{from},"to":{to}}}"#),
        }
    }

    /// Reads a message. `None` for a type that this version does not know, which is to be ignored, and for
    /// what is no message at all.
    #[cfg(feature = "serde")]
    pub fn from_json(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_json_of_every_type() {
        let golden = [
            (Text::Ping { t: 12.5 }, r#"{"type":"ping","t":12.5}"#),
            (
                Text::Pong { t: 12.5, now: 1_795_366_800_000.25 },
                r#"{"type":"pong","t":12.5,"now":1795366800000.25}"#,
            ),
            (
                Text::Have { segment: 1_795_366_800_000_000, seq: 7, last: 1_795_366_800_000_001 },
                r#"{"type":"have","segment":1795366800000000,"seq":7,"last":1795366800000001}"#,
            ),
            (
                Text::State { state: Live::Waiting, viewers: 3 },
                r#"{"type":"state","state":"waiting","viewers":3}"#,
            ),
            (Text::Skip { from: 1, to: 2 }, r#"{"type":"skip","from":1,"to":2}"#),
        ];
        for (message, json) in golden {
            assert_eq!(message.to_json(), json);
            assert_eq!(Text::from_json(json), Some(message));
        }
        for unknown in
            ["", "{}", "[]", r#"{"type":"later"}"#, r#"{"type":"ping"}"#, r#"{"type":"ping","t":"x"}"#]
        {
            assert_eq!(Text::from_json(unknown), None, "{unknown}");
        }
    }
}
