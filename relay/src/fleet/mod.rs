//! Several relays that share their broadcasts by NATS: any of them serves any viewer of any broadcast.
//!
//! ```text
//! publisher ─► room ─► Uplink ─► blobcast.live.NAME ─► Downlink ─► room ─► viewers
//!                 Receipts ◄──┐         │ (a JetStream stream: the current segment) ▲
//!                             └─────────┴────────────── to join and to heal ────────┘
//! ```
//!
//! What is live travels by plain subscription. The stream on the same subjects holds the current segment of each, since a blob rolls
//! up what was before it: it is read only when a relay joins, or lacks something. Whether it took a piece is heard of later.

mod audience;
mod companion;
mod connection;
mod downlink;
mod error;
mod joining;
mod looks;
mod note;
mod options;
mod outgoing;
mod queue;
mod receipts;
mod spell;
mod stream;
mod uplink;

pub(crate) use self::companion::accompany;
pub use self::{error::FleetError, options::FleetOptions};

use self::{queue::Queue, spell::Spell, stream::Stream};
use crate::{limits::Limits, metrics::Metrics};
use async_nats::{Client, HeaderMap, connection::State};
use blobcast_wire::Name;
use bytes::Bytes;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};
use tracing::{info, warn};

const SUBJECTS: &str = "blobcast.live";
/// How many watch, which nothing keeps.
const AUDIENCES: &str = "blobcast.audience";

/// What a message's headers may take of the broker's `max_payload`.
const HEADERS: usize = 512;

/// How long the broker may take for anything before that counts as lost.
const PATIENCE: Duration = Duration::from_secs(2);

/// The relay's connection to the others.
#[derive(Debug)]
pub(crate) struct Fleet {
    client: Client,
    /// What was given to it and has not gone out.
    queue: Queue,
    stream: Arc<Stream>,
    /// This relay, among the others.
    id: u64,
    /// Counts connections to the broker.
    connects: watch::Receiver<u64>,
    /// Counts how often the stream was looked for, and is there.
    made: watch::Receiver<u64>,
    /// Asks for the stream to be made again.
    no_stream: Arc<Notify>,
    /// That pieces are not stored.
    unstored: Spell,
    /// That the stream cannot be read.
    unread: Spell,
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
        let (client, connects) = connection::open(options, &metrics.fleet).await?;
        let takes = client.max_payload();
        if takes < limits.max_message_bytes as usize + HEADERS {
            return Err(FleetError::MaxPayload { takes, message: limits.max_message_bytes });
        }
        let stream = Arc::new(Stream::new(client.clone(), options));
        stream.create().await.map_err(FleetError::Stream)?;
        let no_stream = Arc::<Notify>::default();
        let (makes, made) = watch::channel(0);
        tokio::spawn(keep(Arc::clone(&stream), connects.clone(), Arc::clone(&no_stream), makes));
        info!("in a fleet, by NATS at {}", client.server_info().server_name);
        let (unstored, unread) = Default::default();
        let queue = Queue::new();
        Ok(Self { client, queue, stream, id: random(), connects, made, no_stream, unstored, unread })
    }

    /// Sends a message to the other relays. Whether it went out: nobody waits for an answer, which goes to `reply`.
    async fn send(&self, subject: String, reply: Option<String>, headers: HeaderMap, payload: Bytes) -> bool {
        // What is given to a client without a connection goes out when it is of no use any more.
        if !self.is_connected() {
            return false;
        }
        let publishing = async {
            let payload = self.queue.admit(payload).await;
            match reply {
                Some(reply) => {
                    self.client.publish_with_reply_and_headers(subject, reply, headers, payload).await
                }
                None => self.client.publish_with_headers(subject, headers, payload).await,
            }
        };
        matches!(timeout(PATIENCE, publishing).await, Ok(Ok(())))
    }

    fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    /// The stream does not have what it was sent.
    fn warn_unstored(&self, why: &str) {
        if self.unstored.begins() {
            warn!(
                "the fleet's stream refuses pieces of broadcasts ({why}): who follows them goes on, newcomers at other relays wait for a \
                 segment that it takes; see --nats-stream-bytes, and the memory of the NATS server"
            );
        }
    }
}

/// Has the stream there, whatever becomes of the broker.
async fn keep(
    stream: Arc<Stream>,
    mut connects: watch::Receiver<u64>,
    no_stream: Arc<Notify>,
    makes: watch::Sender<u64>,
) {
    loop {
        tokio::select! {
            changed = connects.changed() => if changed.is_err() { return },
            () = no_stream.notified() => {}
        }
        stream.recreate().await;
        makes.send_modify(|count| *count += 1);
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
