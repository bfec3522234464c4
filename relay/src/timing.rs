//! How long things may take.

use clap::Args;
use std::time::Duration;

/// How long things may take. Tests are less patient.
#[derive(Args, Clone, Copy, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Times")]
pub struct Timing {
    /// How long a connection may take to say what it wants, and lie idle between two requests.
    #[arg(long, env = "BLOBCAST_HANDSHAKE_TIME", value_name = "TIME", default_value = "10s",
        value_parser = humantime::parse_duration)]
    pub handshake_time: Duration,

    /// How long a peer may be silent. A WebSocket is pinged twice in that time.
    #[arg(long, env = "BLOBCAST_IDLE_TIME", value_name = "TIME", default_value = "30s",
        value_parser = humantime::parse_duration)]
    pub idle_time: Duration,

    /// How long a peer may take nothing of what waits for it before it is closed: a WebSocket with 4408, the answer
    /// to a request short.
    #[arg(long, env = "BLOBCAST_STUCK_TIME", value_name = "TIME", default_value = "1m",
        value_parser = humantime::parse_duration)]
    pub stuck_time: Duration,

    /// How long to go on after SIGTERM while /readyz says no, for a load balancer that has to notice.
    #[arg(long, env = "BLOBCAST_DRAIN_TIME", value_name = "TIME", default_value = "0s",
        value_parser = humantime::parse_duration)]
    pub drain_time: Duration,

    /// How long a socket waits for its partner.
    #[arg(skip = Self::DEFAULT.pair_within)]
    pub pair_within: Duration,

    /// How long a broadcaster may stay away, and how long one socket of a peer without the other.
    #[arg(skip = Self::DEFAULT.grace)]
    pub grace: Duration,

    /// How often `state` is said to viewers when it does not change.
    #[arg(skip = Self::DEFAULT.state_every)]
    pub state_every: Duration,

    /// In a fleet: after how long another relay's broadcaster of which nothing is heard counts as lost.
    #[arg(skip = Self::DEFAULT.lease)]
    pub lease: Duration,

    /// In a fleet: how long a broadcast is followed when nobody at this relay watches it any more.
    #[arg(skip = Self::DEFAULT.linger)]
    pub linger: Duration,
}

impl Timing {
    /// What is right for nearly everybody.
    pub const DEFAULT: Self = Self {
        handshake_time: Duration::from_secs(10),
        idle_time: Duration::from_secs(30),
        stuck_time: Duration::from_secs(60),
        drain_time: Duration::ZERO,
        pair_within: Duration::from_secs(5),
        grace: Duration::from_secs(10),
        state_every: Duration::from_secs(10),
        lease: Duration::from_secs(6),
        linger: Duration::from_secs(30),
    };

    /// How often a socket is pinged. A peer that has not been heard of by the next ping is dropped.
    pub(crate) fn ping_every(&self) -> Duration {
        // An interval of nothing is none.
        (self.idle_time / 2).max(Duration::from_millis(1))
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self::DEFAULT
    }
}
