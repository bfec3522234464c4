//! What the relay can be told of its fleet.

#![allow(rustdoc::bare_urls, reason = "these comments are the text of --help")]

use clap::Args;
use std::path::PathBuf;

/// The fleet of relays, which share their broadcasts by NATS.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Fleet (several relays that share their broadcasts)")]
pub struct FleetOptions {
    /// A NATS server with JetStream, such as nats://10.0.0.5:4222 or tls://user:password@nats.example.com. Repeatable (in the
    /// environment: separated by commas): several of one cluster. A password is better given in the environment, where other users of
    /// the machine do not see it. Every relay of the same cluster serves every broadcast.
    #[arg(
        long,
        env = "BLOBCAST_NATS",
        hide_env_values = true,
        value_name = "URL",
        value_delimiter = ',',
        conflicts_with = "no_waiting"
    )]
    pub nats: Vec<String>,

    /// A PEM file with the certificates that vouch for the NATS servers, if the system does not know them.
    #[arg(long, env = "BLOBCAST_NATS_CA", value_name = "FILE", requires = "nats")]
    pub nats_ca: Option<PathBuf>,

    /// A file with credentials that let this relay in, as nsc makes them: a user's JWT and the seed of its key.
    #[arg(long, env = "BLOBCAST_NATS_CREDENTIALS", value_name = "FILE", requires = "nats")]
    pub nats_credentials: Option<PathBuf>,

    /// How much the NATS servers keep of all broadcasts together, bytes: the current segment of each. It counts when the first relay
    /// makes the stream.
    #[arg(long, env = "BLOBCAST_NATS_STREAM_BYTES", value_name = "BYTES", default_value_t = Self::STREAM_BYTES)]
    pub nats_stream_bytes: u32,

    /// How many messages may wait for the task of a name; what comes when there are more is dropped, and read from the stream.
    #[arg(skip = Self::BACKLOG)]
    pub nats_backlog: usize,

    /// On how many NATS servers of a cluster that is kept. It counts when the first relay makes the stream.
    #[arg(long, env = "BLOBCAST_NATS_REPLICAS", value_name = "N", default_value_t = 1)]
    pub nats_replicas: u8,
}

impl FleetOptions {
    /// Segments of some hundred broadcasts.
    const STREAM_BYTES: u32 = 512 << 20;

    /// Minutes of most broadcasts, a segment of any.
    const BACKLOG: usize = 4096;
}

impl Default for FleetOptions {
    /// A relay by itself.
    fn default() -> Self {
        Self {
            nats: Vec::new(),
            nats_ca: None,
            nats_credentials: None,
            nats_stream_bytes: Self::STREAM_BYTES,
            nats_backlog: Self::BACKLOG,
            nats_replicas: 1,
        }
    }
}
