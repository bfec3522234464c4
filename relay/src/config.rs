//! What the relay can be told, on the command line and in the environment.

#![allow(rustdoc::bare_urls, reason = "these comments are the text of --help")]

use crate::{
    fleet::FleetOptions, limits::Limits, origin::Origin, proxy::Network, retention::Retention, timing::Timing,
};
use clap::{ArgAction, Parser, ValueEnum, builder::BoolishValueParser};
use std::{net::SocketAddr, path::PathBuf, time::SystemTime};
use tracing::level_filters::LevelFilter;

/// The blobcast relay: live video from one browser tab to many, over plain WebSockets.
///
/// It keeps the current segment of each broadcast, hands it to newcomers and passes chunks on.
/// It never looks into the media on their way, and needs one TCP port.
///
/// When it listens it prints one line of JSON: {"listening":"127.0.0.1:8080","url":"http://127.0.0.1:8080/"}.
/// Logs go to stderr. Each flag can be said in the environment, too: --public-view is BLOBCAST_PUBLIC_VIEW=true.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "blobcast-relay",
    version,
    after_long_help = "\
Examples:
  blobcast-relay --public-list
      for programs and pages on this machine, with the demo at http://127.0.0.1:8080/
  blobcast-relay --listen 0.0.0.0:443 --tls-cert fullchain.pem --tls-key privkey.pem --token-secret secret --public-view --allow-origin https://example.com
      for viewers of that page, anywhere; broadcasters need a token. Browsers give the camera to secure pages only
  blobcast-relay token --token-secret secret --name lobby --role publish --ttl 1h
      such a token
  blobcast-relay publish talk.webm --name lobby --url ws://127.0.0.1:8080
      broadcasts a WebM file, or with - what ffmpeg writes: blobcast-relay publish --help
  blobcast-relay --www www --package pkg --public-list
      with other pages than the demo inside it, for example a demo that is being worked on

What is there:
  /publish/NAME/blob  /publish/NAME/chunk   a broadcaster's two WebSockets
  /view/NAME/blob     /view/NAME/chunk      a viewer's
  /healthz            whether it runs, for any page
  /readyz             whether it should be sent more: not while it drains
  /streams            the broadcasts, as JSON; here with --public-list, always at --admin
  /live/NAME          a broadcast as one WebM without end, for ffplay, mpv or VLC
  /archive/NAME       with --archive: what is kept of a broadcast, as JSON, and below it the files
  /export/NAME        the same as one film: with ?from=&to= of a time

SIGTERM and SIGINT end it: sockets are closed with 1012, which tells clients to come back.
SIGHUP has it read its certificate again."
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

    /// A PEM file with a certificate and those that vouch for it: then the relay speaks TLS, https:// and wss://, and nothing else.
    /// SIGHUP has it read again.
    #[arg(long, env = "BLOBCAST_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,

    /// A PEM file with the certificate's private key.
    #[arg(long, env = "BLOBCAST_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// A file with the secret that tokens are made with (HS256), 32 bytes or more: openssl rand -hex 32 makes one.
    #[arg(long, env = "BLOBCAST_TOKEN_SECRET", value_name = "FILE", conflicts_with = "token_public_key")]
    pub token_secret: Option<PathBuf>,

    /// A PEM file with the public key of an Ed25519 pair (EdDSA); whoever makes tokens has the private one.
    #[arg(long, env = "BLOBCAST_TOKEN_PUBLIC_KEY", value_name = "FILE")]
    pub token_public_key: Option<PathBuf>,

    /// Viewers need no token.
    #[arg(long, env = "BLOBCAST_PUBLIC_VIEW", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    pub public_view: bool,

    /// Closes a socket when its token expires, too. Otherwise that counts at the connection only.
    #[arg(long, env = "BLOBCAST_ENFORCE_EXP", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    pub enforce_exp: bool,

    /// Lets whoever reaches this relay publish and view, from other machines too. Without this and without a key it answers
    /// only to what asks for localhost, and to no proxy.
    #[arg(long, env = "BLOBCAST_OPEN", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    pub open: bool,

    /// Closes a viewer of what nobody broadcasts (4404). Otherwise it waits for the broadcast to begin.
    #[arg(long, env = "BLOBCAST_NO_WAITING", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    pub no_waiting: bool,

    /// The address of a proxy, or a network of them, that is believed whom it speaks for (X-Forwarded-For). Repeatable
    /// (in the environment: separated by commas).
    #[arg(long, env = "BLOBCAST_TRUST_PROXY", value_name = "ADDRESS", value_delimiter = ',')]
    pub trust_proxy: Vec<Network>,

    /// Address and port of the operator's own pages: /metrics, /streams, DELETE /broadcast/NAME. They ask for no
    /// token: keep them from everybody else.
    #[arg(long, env = "BLOBCAST_ADMIN", value_name = "ADDRESS")]
    pub admin: Option<SocketAddr>,

    /// Lists the broadcasts at /streams to everybody.
    #[arg(long, env = "BLOBCAST_PUBLIC_LIST", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    pub public_list: bool,

    /// A folder of web pages to serve at / instead of the demo.
    #[arg(long, env = "BLOBCAST_WWW", value_name = "DIR")]
    pub www: Option<PathBuf>,

    /// The built npm package, to serve at /blobcast/ for those pages instead of the one inside the relay.
    #[arg(long, env = "BLOBCAST_PACKAGE", value_name = "DIR")]
    pub package: Option<PathBuf>,

    /// Serves nothing of what is inside the relay, neither the demo at / nor the npm package at /blobcast/.
    #[arg(long, env = "BLOBCAST_NO_DEMO", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    pub no_demo: bool,

    /// A folder in which each segment is kept as one file that plays: DIR/NAME/START-NUMBER-DURATIONms-CODECS.webm, without
    /// the duration where that is not known. It is made if it is not there.
    #[arg(long, env = "BLOBCAST_ARCHIVE", value_name = "DIR")]
    pub archive: Option<PathBuf>,

    /// How much may wait for the archive's disk, bytes. What comes when there is more is not kept; viewers get it all the same.
    #[arg(long, env = "BLOBCAST_ARCHIVE_BACKLOG_BYTES", value_name = "BYTES", default_value_t = Self::ARCHIVE_BACKLOG_BYTES)]
    pub archive_backlog_bytes: usize,

    /// How much of the archive stays.
    #[command(flatten)]
    pub retention: Retention,

    /// The other relays.
    #[command(flatten)]
    pub fleet: FleetOptions,

    /// How much to log: off, error, warn, info, debug or trace.
    #[arg(long, env = "BLOBCAST_LOG", value_name = "LEVEL", default_value = "info")]
    pub log: LevelFilter,

    /// As what to log.
    #[arg(long, env = "BLOBCAST_LOG_FORMAT", value_name = "FORMAT", value_enum, default_value_t)]
    pub log_format: LogFormat,

    /// How much there may be.
    #[command(flatten)]
    pub limits: Limits,

    /// How long things may take.
    #[command(flatten)]
    pub timing: Timing,

    /// What its clock says at the start; tests do not always mean the system's.
    #[arg(skip)]
    pub started_at: Option<SystemTime>,
}

/// What a line of the log looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Words.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

impl Config {
    /// A few segments of many broadcasts, or a minute of a few.
    const ARCHIVE_BACKLOG_BYTES: usize = 64 << 20;

    /// Nobody is asked for a token.
    pub(crate) fn has_no_key(&self) -> bool {
        self.token_secret.is_none() && self.token_public_key.is_none()
    }

    /// It has neither a key nor leave to do without one.
    pub(crate) fn is_private(&self) -> bool {
        self.has_no_key() && !self.open
    }

    /// Others than this machine's own programs reach it.
    pub(crate) fn is_reachable(&self) -> bool {
        !self.listen.ip().is_loopback() || !self.trust_proxy.is_empty()
    }
}

impl Default for Config {
    /// As without any flag, on a free port.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            allow_origin: Vec::new(),
            tls_cert: None,
            tls_key: None,
            token_secret: None,
            token_public_key: None,
            public_view: false,
            enforce_exp: false,
            open: false,
            no_waiting: false,
            trust_proxy: Vec::new(),
            admin: None,
            public_list: false,
            www: None,
            package: None,
            no_demo: false,
            archive: None,
            archive_backlog_bytes: Self::ARCHIVE_BACKLOG_BYTES,
            retention: Retention::default(),
            fleet: FleetOptions::default(),
            log: LevelFilter::INFO,
            log_format: LogFormat::Text,
            limits: Limits::DEFAULT,
            timing: Timing::DEFAULT,
            started_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use std::time::Duration;

    fn parse<const N: usize>(flags: [&str; N]) -> Result<Config, clap::Error> {
        Config::try_parse_from(["blobcast-relay"].into_iter().chain(flags))
    }

    #[test]
    fn the_command_line_holds_together() {
        Config::command().debug_assert();
        let config =
            parse(["--allow-origin", "https://a.com", "--allow-origin", "https://b.com"]).expect("valid");
        assert_eq!(config.allow_origin.len(), 2);
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!((config.limits, config.timing), (Limits::DEFAULT, Timing::DEFAULT));
        for wrong in [
            ["--allow-origin", "a.com"],
            ["--trust-proxy", "localhost"],
            ["--max-message-bytes", "8388609"],
            ["--idle-time", "30"],
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
        assert!(parse(["--token-secret", "a", "--token-public-key", "b"]).is_err());
        assert!(parse(["--archive-max-age", "7d"]).is_err(), "of which archive?");
        let kept = parse(["--archive", "a", "--archive-max-age", "7d"]).expect("valid").retention;
        assert_eq!(kept.max_age, Some(Duration::from_secs(7 * 24 * 3600)));
    }

    #[test]
    fn each_flag_has_its_name_in_the_environment() {
        let command = Config::command();
        let flags =
            command.get_arguments().filter(|flag| !["help", "version"].contains(&flag.get_id().as_str()));
        for flag in flags {
            let long = flag.get_long().expect("a long flag");
            let name = format!("BLOBCAST_{}", long.to_uppercase().replace('-', "_"));
            assert_eq!(flag.get_env().and_then(|env| env.to_str()), Some(name.as_str()), "--{long}");
        }
    }

    #[test]
    fn the_page_for_operators_tells_of_each_flag() {
        let page = include_str!("../../docs/OPERATIONS.md");
        for flag in Config::command().get_arguments().filter_map(|flag| flag.get_long()) {
            assert!(page.contains(&format!("--{flag}")) || ["help", "version"].contains(&flag), "--{flag}");
        }
    }

    #[test]
    fn what_pages_and_the_unit_say_in_the_environment_is_a_flag() {
        let command = Config::command();
        let flags: Vec<_> =
            command.get_arguments().filter_map(|flag| flag.get_env().and_then(|env| env.to_str())).collect();
        for text in [
            include_str!("../../docs/FIRST-HOUR.md"),
            include_str!("../../docs/OPERATIONS.md"),
            include_str!("../blobcast-relay.service"),
        ] {
            let is_part = |character: char| character.is_ascii_uppercase() || character == '_';
            let words = text.split(|character| !is_part(character));
            let names: Vec<_> = words.filter(|word| word.starts_with("BLOBCAST_")).collect();
            assert!(!names.is_empty());
            for name in names {
                assert!(flags.contains(&name), "{name}");
            }
        }
    }

    #[test]
    fn behind_a_proxy_loopback_is_reachable_too() {
        assert!(!parse([]).expect("valid").is_reachable());
        assert!(parse(["--listen", "0.0.0.0:1"]).expect("valid").is_reachable());
        assert!(parse(["--trust-proxy", "127.0.0.1"]).expect("valid").is_reachable());
    }
}
