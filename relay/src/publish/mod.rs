//! `blobcast-relay publish`: sends a WebM file, or what another program writes as WebM, as a broadcast.
//!
//! ```text
//! source ─► media (Tidy) ─► frames, as they are due (pending, pace) ─► segments (roll, Cutter) ─► uplink (Outbox) ─► link ─► leg, leg
//! ```

#![allow(rustdoc::bare_urls, reason = "these comments are the text of --help")]

mod address;
mod broadcast;
mod failure;
mod leg;
mod life;
mod link;
mod media;
mod pace;
mod pending;
mod refusal;
mod roll;
mod segments;
mod source;
mod target;
mod uplink;

use self::{
    address::Address,
    broadcast::Broadcast,
    failure::Failure,
    link::Link,
    refusal::What,
    segments::Figures,
    target::{Target, Token},
};
use blobcast_wire::Name;
use clap::Args;
use std::{io, path::PathBuf, time::Duration};

/// Sends a WebM file, or another program's WebM, as a broadcast.
///
/// It is sent at its own pace, cut into segments at its keyframes. Browsers play VP8, VP9 or AV1 with Opus: of several tracks the first of
/// each kind goes.
#[derive(Args, Clone, Debug)]
#[command(after_long_help = "\
Examples:
  blobcast-relay publish talk.webm --name lobby --url ws://127.0.0.1:8080
      a file
  ffmpeg -re -i talk.mp4 -c:v libvpx -deadline realtime -g 60 -c:a libopus -cluster_time_limit 100 -f webm - | blobcast-relay publish - --name lobby --url ws://127.0.0.1:8080
      whatever ffmpeg reads

It ends with its input. SIGINT ends it before, and viewers are told that it has ended.")]
pub struct Publish {
    /// A WebM file, or - for standard input.
    #[arg(value_name = "FILE")]
    input: String,

    /// The name of the broadcast.
    #[arg(long, value_parser = name)]
    name: Name,

    /// The relay's address, such as ws://127.0.0.1:8080 or wss://relay.example.
    #[arg(long, value_parser = Address::parse)]
    url: Address,

    /// A token that permits to publish. Others on this machine can read it here: --token-file keeps it from them.
    #[arg(
        long,
        env = "BLOBCAST_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        conflicts_with = "token_file"
    )]
    token: Option<String>,

    /// A file with such a token. It is read anew for each connection.
    #[arg(long, env = "BLOBCAST_TOKEN_FILE", value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// How long a segment is at least; it ends before the next keyframe. From 200ms to 20s.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = interval)]
    interval: Duration,
}

fn name(name: &str) -> Result<Name, String> {
    name.parse().map_err(|error: blobcast_wire::NameError| error.to_string())
}

fn interval(text: &str) -> Result<Duration, String> {
    let interval = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    let is_good = (Duration::from_millis(200)..=Duration::from_secs(20)).contains(&interval);
    if is_good { Ok(interval) } else { Err("a segment has from 200ms to 20s".into()) }
}

impl Publish {
    /// Sends all of it, or until `interrupted`.
    ///
    /// # Errors
    /// What happened and what to do, as one sentence.
    pub async fn run(self, interrupted: impl Future<Output = ()>) -> Result<(), String> {
        let Self { input, name, url, token, token_file, interval } = self;
        let address = url.to_string();
        let unreadable = |error: io::Error| Failure::Media(What::Unreadable(error.to_string()));
        let parts = source::open(&input).map_err(|error| unreadable(error).sentence(&input, &address))?;
        let token = match (token, token_file) {
            (Some(token), _) => Token::Given(token),
            (None, Some(file)) => Token::File(file),
            (None, None) => Token::None,
        };
        let link = Link::open(Target::new(url, name.clone(), token)?);
        let broadcast = Broadcast::new(link, interval, input == "-");
        let (figures, done) = broadcast.run(parts, interrupted).await;
        if figures.segments > 0 {
            say(&name, figures);
        }
        done.map_err(|failure| failure.sentence(&input, &address))
    }
}

fn say(name: &Name, Figures { pictures, packets, segments, bytes }: Figures) {
    eprintln!(
        "blobcast-relay: sent {name}: {pictures} pictures and {packets} packets of sound in {segments} segments, {bytes} bytes"
    );
}
