//! How much of everything there may be, and what is said when there is more.

#![allow(rustdoc::bare_urls, reason = "these comments are the text of --help")]

use blobcast_wire::MAX_MESSAGE_LEN;
use clap::{Args, value_parser};
use std::fmt;

/// What the relay takes at most.
#[derive(Args, Clone, Copy, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Limits (beyond them a socket is closed with 4429, a message with 1009)")]
pub struct Limits {
    /// The largest message of a broadcaster, bytes. The protocol has none above 8 MiB, and a broadcaster that
    /// comes back sends a whole segment in one.
    #[arg(long, env = "BLOBCAST_MAX_MESSAGE_BYTES", value_name = "BYTES",
        value_parser = value_parser!(u32).range(1024..=MAX_MESSAGE_LEN as i64),
        default_value_t = Self::DEFAULT.max_message_bytes)]
    pub max_message_bytes: u32,

    /// The largest segment, bytes. The relay keeps two of each broadcast.
    #[arg(long, env = "BLOBCAST_MAX_SEGMENT_BYTES", value_name = "BYTES",
        default_value_t = Self::DEFAULT.max_segment_bytes)]
    pub max_segment_bytes: u64,

    /// How many segments may begin in a second, of one name; in one go ten times as many.
    #[arg(long, env = "BLOBCAST_MAX_SEGMENTS_PER_SECOND", value_name = "N",
        default_value_t = Self::DEFAULT.max_segments_per_second)]
    pub max_segments_per_second: u32,

    /// How much may be sent to one name in a second, bytes; in one go ten times as much.
    #[arg(long, env = "BLOBCAST_MAX_BYTES_PER_SECOND", value_name = "BYTES",
        default_value_t = Self::DEFAULT.max_bytes_per_second)]
    pub max_bytes_per_second: u64,

    /// How many texts and pings may come on one WebSocket in a second, from viewers too; in one go ten times as many.
    #[arg(long, env = "BLOBCAST_MAX_TEXTS_PER_SECOND", value_name = "N",
        default_value_t = Self::DEFAULT.max_texts_per_second)]
    pub max_texts_per_second: u32,

    /// How many names may be broadcast to at once.
    #[arg(long, env = "BLOBCAST_MAX_BROADCASTS", value_name = "N",
        default_value_t = Self::DEFAULT.max_broadcasts)]
    pub max_broadcasts: usize,

    /// How many viewers there may be, of all broadcasts together.
    #[arg(long, env = "BLOBCAST_MAX_VIEWERS", value_name = "N", default_value_t = Self::DEFAULT.max_viewers)]
    pub max_viewers: usize,

    /// How many viewers one name may have.
    #[arg(long, env = "BLOBCAST_MAX_VIEWERS_PER_BROADCAST", value_name = "N",
        default_value_t = Self::DEFAULT.max_viewers_per_broadcast)]
    pub max_viewers_per_broadcast: usize,

    /// How many connections one address may have; a peer needs two. Of IPv6 a /64 counts as one address.
    #[arg(long, env = "BLOBCAST_MAX_CONNECTIONS_PER_ADDRESS", value_name = "N",
        default_value_t = Self::DEFAULT.max_connections_per_address)]
    pub max_connections_per_address: usize,
}

impl Limits {
    /// More than anyone needs who means well.
    pub const DEFAULT: Self = Self {
        max_message_bytes: MAX_MESSAGE_LEN as u32,
        max_segment_bytes: 64 << 20,
        max_segments_per_second: 4,
        max_bytes_per_second: 4 << 20,
        max_texts_per_second: 10,
        max_broadcasts: 1000,
        max_viewers: 20_000,
        max_viewers_per_broadcast: 10_000,
        max_connections_per_address: 1000,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    SegmentBytes,
    SegmentsPerSecond,
    BytesPerSecond,
    TextsPerSecond,
    Broadcasts,
    Broadcasters,
    Viewers,
    ViewersPerBroadcast,
    ConnectionsPerAddress,
    Descriptors,
}

impl Limit {
    /// Its flag, or a word for it where there is none.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SegmentBytes => "max-segment-bytes",
            Self::SegmentsPerSecond => "max-segments-per-second",
            Self::BytesPerSecond => "max-bytes-per-second",
            Self::TextsPerSecond => "max-texts-per-second",
            Self::Broadcasts => "max-broadcasts",
            Self::Broadcasters => "broadcasters",
            Self::Viewers => "max-viewers",
            Self::ViewersPerBroadcast => "max-viewers-per-broadcast",
            Self::ConnectionsPerAddress => "max-connections-per-address",
            Self::Descriptors => "descriptors",
        }
    }

    /// When it is worth coming back, seconds.
    pub(crate) const fn seconds(self) -> u32 {
        match self {
            Self::SegmentBytes | Self::SegmentsPerSecond | Self::BytesPerSecond | Self::TextsPerSecond => 5,
            Self::Broadcasts
            | Self::Broadcasters
            | Self::Viewers
            | Self::ViewersPerBroadcast
            | Self::Descriptors => 10,
            Self::ConnectionsPerAddress => 30,
        }
    }
}

impl fmt::Display for Limit {
    /// The seconds come first: clients read them.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::SegmentBytes => "the segment is too large (--max-segment-bytes): restart more often",
            Self::SegmentsPerSecond => "too many segments (--max-segments-per-second): restart less often",
            Self::BytesPerSecond => "too much data (--max-bytes-per-second): record at a lower bitrate",
            Self::TextsPerSecond => "too many texts or pings (--max-texts-per-second): send fewer",
            Self::Broadcasts => "the relay has as many broadcasts as it takes (--max-broadcasts)",
            Self::Broadcasters => "too many broadcasters wait for this name",
            Self::Viewers => "the relay has as many viewers as it takes (--max-viewers)",
            Self::ViewersPerBroadcast => {
                "this broadcast has as many viewers as it takes (--max-viewers-per-broadcast)"
            }
            Self::ConnectionsPerAddress => {
                "too many connections from this address (--max-connections-per-address)"
            }
            Self::Descriptors => "the relay has as many connections as its system lets it have (ulimit -n)",
        };
        write!(out, "{} s: {what}", self.seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_begins_with_seconds_names_its_flag_and_fits_a_close_frame() {
        for limit in [
            Limit::SegmentBytes,
            Limit::SegmentsPerSecond,
            Limit::BytesPerSecond,
            Limit::TextsPerSecond,
            Limit::Broadcasts,
            Limit::Broadcasters,
            Limit::Viewers,
            Limit::ViewersPerBroadcast,
            Limit::ConnectionsPerAddress,
            Limit::Descriptors,
        ] {
            let reason = limit.to_string();
            assert!(reason.starts_with(|first: char| first.is_ascii_digit()), "{reason}");
            assert!(reason.len() <= 123, "{reason}");
            let flag = format!("(--{})", limit.name());
            let has_none = matches!(limit, Limit::Broadcasters | Limit::Descriptors);
            assert!(reason.contains(&flag) || has_none, "{reason}");
        }
    }
}
