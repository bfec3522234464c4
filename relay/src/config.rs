//! What the relay can be told, on the command line and in the environment.

#![allow(rustdoc::bare_urls, reason = "these comments are the text of --help")]

use crate::origin::Origin;
use clap::Parser;
use std::{
    net::SocketAddr,
    path::PathBuf,
    time::{Duration, SystemTime},
};
use tracing::level_filters::LevelFilter;

/// The blobcast relay: live video from one browser tab to many, over plain WebSockets.
///
/// It keeps the current segment of each broadcast, hands it to newcomers and passes chunks on.
/// It never looks into the media and needs one TCP port.
///
/// When it listens it prints one line of JSON: {"listening":"127.0.0.1:8080","url":"http://127.0.0.1:8080/"}.
/// Logs go to stderr.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "blobcast-relay",
    version,
    after_long_help = "\
Examples:
  blobcast-relay
      for programs and pages on this machine
  blobcast-relay --listen 0.0.0.0:8080 --allow-origin https://example.com
      for viewers of that page, anywhere; put TLS before it, since browsers give the camera to secure pages only
  blobcast-relay --www www --package pkg
      with the demo at http://127.0.0.1:8080/

What is there:
  /publish/NAME/blob  /publish/NAME/chunk   a broadcaster's two WebSockets
  /view/NAME/blob     /view/NAME/chunk      a viewer's
  /healthz                                  answers ok, to any page
  /streams                                  the broadcasts, as JSON

SIGTERM and SIGINT end it: sockets are closed with 1012, which tells clients to come back."
)]
pub struct Config {
    /// Address and port to listen on. Port 0 takes a free one.
    #[arg(long, env = "BLOBCAST_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// A web page's origin that may connect, such as https://example.com. Repeatable (in the environment:
    /// separated by commas).
    ///
    /// Without it these may: pages of the host name that they connect to, on any port; pages on localhost,
    /// while the relay listens there; and programs, which send no Origin. What is listed comes on top.
    #[arg(long, env = "BLOBCAST_ALLOW_ORIGIN", value_name = "URL", value_delimiter = ',')]
    pub allow_origin: Vec<Origin>,

    /// A folder of web pages to serve at /, such as the demo's.
    #[arg(long, env = "BLOBCAST_WWW", value_name = "DIR")]
    pub www: Option<PathBuf>,

    /// The built npm package, to serve at /blobcast/ for those pages.
    #[arg(long, env = "BLOBCAST_PACKAGE", value_name = "DIR")]
    pub package: Option<PathBuf>,

    /// How much to log: off, error, warn, info, debug or trace.
    #[arg(long, env = "BLOBCAST_LOG", value_name = "LEVEL", default_value = "info")]
    pub log: LevelFilter,

    /// How long things may take.
    #[arg(skip)]
    pub timing: Timing,

    /// What its clock says at the start; tests do not always mean the system's.
    #[arg(skip)]
    pub started_at: Option<SystemTime>,
}

/// How long things may take. Tests are less patient.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// How long a socket waits for its partner.
    pub pair_within: Duration,
    /// How long a broadcaster may stay away, and how long one socket of a peer without the other.
    pub grace: Duration,
    /// How often `state` is said to viewers when it does not change.
    pub state_every: Duration,
    /// How often a socket is pinged. A peer that has not been heard of by the next ping is dropped.
    pub ping_every: Duration,
    /// How long a peer may take nothing of what waits for it. Looked at when a ping is due.
    pub stuck_for: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            pair_within: Duration::from_secs(5),
            grace: Duration::from_secs(10),
            state_every: Duration::from_secs(10),
            ping_every: Duration::from_secs(15),
            stuck_for: Duration::from_secs(60),
        }
    }
}

impl Default for Config {
    /// As without any flag, on a free port.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            allow_origin: Vec::new(),
            www: None,
            package: None,
            log: LevelFilter::INFO,
            timing: Timing::default(),
            started_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_holds_together() {
        Config::command().debug_assert();
        let config = Config::try_parse_from([
            "blobcast-relay",
            "--allow-origin",
            "https://a.com",
            "--allow-origin",
            "https://b.com",
        ])
        .expect("valid");
        assert_eq!(config.allow_origin.len(), 2);
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert!(Config::try_parse_from(["blobcast-relay", "--allow-origin", "a.com"]).is_err());
    }
}
