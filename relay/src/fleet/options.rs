//! What the relay can be told of its fleet.

#![allow(rustdoc::bare_urls, reason = "these comments are the text of --help")]

use clap::Args;
use std::path::PathBuf;

/// The fleet of relays, which share their broadcasts by NATS.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Fleet (several relays that share their broadcasts)")]
pub struct FleetOptions {
    /// A NATS server with JetStream, such as nats://10.0.0.5:4222 or tls://user:password@nats.example.com. Repeatable (in the
    /// environment: separated by commas): several of one cluster. Every relay of the same cluster serves every broadcast.
    #[arg(
        long,
        env = "BLOBCAST_NATS",
        value_name = "URL",
        value_delimiter = ',',
        conflicts_with = "no_waiting"
    )]
    pub nats: Vec<String>,

    /// A PEM file with the certificates that vouch for the NATS servers, if the system does not know them.
    #[arg(long, env = "BLOBCAST_NATS_CA", value_name = "FILE", requires = "nats")]
    pub nats_ca: Option<PathBuf>,

    /// How much the NATS servers keep of all broadcasts together, bytes: the current segment of each. It counts when the first relay
    /// makes the stream.
    #[arg(long, env = "BLOBCAST_NATS_STREAM_BYTES", value_name = "BYTES", default_value_t = Self::STREAM_BYTES)]
    pub nats_stream_bytes: u32,

    /// On how many NATS servers of a cluster that is kept. It counts when the first relay makes the stream.
    #[arg(long, env = "BLOBCAST_NATS_REPLICAS", value_name = "N", default_value_t = 1)]
    pub nats_replicas: u8,
}

impl FleetOptions {
    /// Segments of some hundred broadcasts.
    const STREAM_BYTES: u32 = 512 << 20;
}

impl Default for FleetOptions {
    /// A relay by itself.
    fn default() -> Self {
        Self { nats: Vec::new(), nats_ca: None, nats_stream_bytes: Self::STREAM_BYTES, nats_replicas: 1 }
    }
}
