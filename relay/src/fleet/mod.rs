//! Several relays that share their broadcasts by NATS: any of them serves any viewer of any broadcast.
//!
//! ```text
//! publisher ─► room ─► Uplink ─► blobcast.live.NAME ─► Downlink ─► room ─► viewers
//!                                       │ (a JetStream stream: the current segment) ▲
//!                                       └────────────── to join and to heal ────────┘
//! ```
//!
//! What is live travels by plain subscription. The stream on the same subjects holds the current segment of each, since a blob rolls
//! up what was before it: it is read only when a relay joins, or lacks something.

mod audience;
mod companion;
mod downlink;
mod note;
mod options;
mod uplink;

pub(crate) use self::companion::accompany;
pub use self::options::FleetOptions;

use crate::{limits::Limits, metrics::Metrics};
use async_nats::{
    Client, ConnectOptions, Event, HeaderMap, Message,
    connection::State,
    jetstream::{
        self,
        consumer::push::OrderedConfig,
        stream::{self, StorageType},
    },
};
use blobcast_wire::Name;
use bytes::Bytes;
use futures_util::StreamExt;
use std::{fmt, sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, mpsc},
    time::timeout,
};
use tracing::{info, warn};

const STREAM: &str = "BLOBCAST";
const SUBJECTS: &str = "blobcast.live";
/// How many watch, which nothing keeps.
const AUDIENCES: &str = "blobcast.audience";

/// How long the stream keeps what no blob has rolled up: the last segment of a relay that has died.
const MAX_AGE: Duration = Duration::from_secs(10 * 60);

/// What a message's headers may take of the broker's `max_payload`.
const HEADERS: usize = 512;

/// How long the broker may take for anything before that counts as lost.
const PATIENCE: Duration = Duration::from_secs(2);

/// The relay's connection to the others.
#[derive(Debug)]
pub(crate) struct Fleet {
    client: Client,
    stream: stream::Config,
    /// This relay, among the others.
    id: u64,
}

/// Why a relay cannot join the fleet.
#[derive(Debug)]
pub enum FleetError {
    /// The broker cannot be reached, or does not let this relay in.
    Connect(async_nats::ConnectError),
    /// It takes no messages as large as a broadcaster may send.
    MaxPayload {
        /// What it takes.
        takes: usize,
        /// What a broadcaster may send.
        message: u32,
    },
    /// There is no stream, and none can be made.
    Stream(jetstream::context::CreateStreamError),
}

impl Fleet {
    /// Connects to the broker, and has the stream there.
    ///
    /// # Errors
    /// The broker is not there, or not as it has to be.
    pub(crate) async fn join(
        options: &FleetOptions,
        limits: &Limits,
        metrics: &Metrics,
    ) -> Result<Self, FleetError> {
        let connected = Arc::new(Notify::new());
        let (tell, connects) = (Arc::clone(&connected), metrics.fleet.connected.clone());
        let mut connect = ConnectOptions::new().name("blobcast-relay").no_echo().event_callback(move |event| {
            match event {
                Event::Connected => {
                    connects.set(1);
                    tell.notify_one();
                }
                Event::Disconnected => {
                    connects.set(0);
                    warn!("the NATS server is away: viewers of this relay's own broadcasters go on, others wait");
                }
                event => warn!("NATS: {event}"),
            }
            async {}
        });
        if let Some(file) = &options.nats_ca {
            connect = connect.add_root_certificates(file.clone());
        }
        let client = connect.connect(options.nats.as_slice()).await.map_err(FleetError::Connect)?;
        let takes = client.max_payload();
        if takes < limits.max_message_bytes as usize + HEADERS {
            return Err(FleetError::MaxPayload { takes, message: limits.max_message_bytes });
        }
        let stream = stream::Config {
            name: STREAM.into(),
            subjects: vec![format!("{SUBJECTS}.>")],
            storage: StorageType::Memory,
            allow_rollup: true,
            max_bytes: options.nats_stream_bytes.into(),
            max_age: MAX_AGE,
            num_replicas: options.nats_replicas.into(),
            ..stream::Config::default()
        };
        let fleet = Self { client, stream, id: random() };
        jetstream::new(fleet.client.clone())
            .get_or_create_stream(fleet.stream.clone())
            .await
            .map_err(FleetError::Stream)?;
        tokio::spawn(keep_stream(fleet.client.clone(), fleet.stream.clone(), connected));
        info!("in a fleet, by NATS at {}", fleet.client.server_info().server_name);
        Ok(fleet)
    }

    /// Sends a message to the other relays. Whether it went out: nobody waits for an answer.
    async fn send(&self, subject: String, headers: HeaderMap, payload: Bytes) -> bool {
        // What is given to a client without a connection goes out when it is of no use any more.
        if self.client.connection_state() != State::Connected {
            return false;
        }
        let publishing = self.client.publish_with_headers(subject, headers, payload);
        matches!(timeout(PATIENCE, publishing).await, Ok(Ok(())))
    }

    /// What the stream holds of a name, as it comes. It ends when that was all.
    fn read(&self, name: &Name) -> mpsc::Receiver<Message> {
        let (out, messages) = mpsc::channel(16);
        let (client, stream, subject) = (self.client.clone(), self.stream.clone(), subject(SUBJECTS, name));
        tokio::spawn(async move {
            if let Err(error) = read(client, stream, subject, out).await {
                warn!("cannot read from the fleet's stream: {error}");
            }
        });
        messages
    }
}

async fn read(
    client: Client,
    stream: stream::Config,
    subject: String,
    out: mpsc::Sender<Message>,
) -> Result<(), async_nats::Error> {
    let deliver_subject = client.new_inbox();
    let stream = jetstream::new(client).get_or_create_stream(stream).await?;
    let config = OrderedConfig { deliver_subject, filter_subject: subject, ..OrderedConfig::default() };
    let consumer = stream.create_consumer(config).await?;
    if consumer.cached_info().num_pending > 0 {
        let mut messages = consumer.messages().await?;
        // A blob that comes meanwhile takes away what was still to come, and comes itself.
        while let Ok(Some(message)) = timeout(PATIENCE, messages.next()).await {
            let message = message?;
            let is_last = message.info()?.pending == 0;
            if out.send(message.message).await.is_err() || is_last {
                break;
            }
        }
    }
    Ok(())
}

/// A broker that was restarted has lost its memory, and the stream with it.
async fn keep_stream(client: Client, stream: stream::Config, connected: Arc<Notify>) {
    loop {
        connected.notified().await;
        if let Err(error) = jetstream::new(client.clone()).get_or_create_stream(stream.clone()).await {
            warn!("the fleet's stream cannot be made again: {error}");
        }
    }
}

fn subject(of: &str, name: &Name) -> String {
    format!("{of}.{}", name.as_str().replace('/', "."))
}

/// A number that no other relay has.
fn random() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(std::process::id())
}

impl fmt::Display for FleetError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(error) => {
                write!(out, "cannot join the NATS servers of --nats: {error}; start one with nats-server -js")
            }
            Self::MaxPayload { takes, message } => write!(
                out,
                "the NATS server takes messages of {takes} bytes, and broadcasters may send {message}: give it max_payload: {}, or \
                 this relay --max-message-bytes {}",
                *message as usize + HEADERS,
                takes.saturating_sub(HEADERS)
            ),
            Self::Stream(error) => {
                write!(
                    out,
                    "the NATS server has no stream for the fleet: {error}; start it with JetStream: nats-server -js"
                )
            }
        }
    }
}

impl std::error::Error for FleetError {}
