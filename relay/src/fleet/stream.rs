//! The stream that holds the current segment of every name.

use super::{PATIENCE, SUBJECTS, options::FleetOptions, subject};
use async_nats::{
    Client, Error, Message,
    jetstream::{
        self, Context,
        consumer::{Consumer, push::OrderedConfig},
        context::CreateStreamError,
        stream::{Config, DiscardPolicy, StorageType},
    },
};
use blobcast_wire::Name;
use futures_util::StreamExt;
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tracing::debug;

const STREAM: &str = "BLOBCAST";

/// How long the stream keeps what no blob has rolled up: the last segment of a relay that has died.
const MAX_AGE: Duration = Duration::from_secs(10 * 60);

/// How long to wait before something is tried again that the broker did not do.
const AGAIN: Duration = Duration::from_millis(250);

/// How often a spoilt segment is tried to be taken away. The one after it rolls it up in any case.
const TRIES: u32 = 40;

#[derive(Debug)]
pub(super) struct Stream {
    context: Context,
    config: Config,
}

impl Stream {
    pub(super) fn new(client: Client, options: &FleetOptions) -> Self {
        let config = Config {
            name: STREAM.into(),
            subjects: vec![format!("{SUBJECTS}.>")],
            storage: StorageType::Memory,
            allow_rollup: true,
            max_bytes: options.nats_stream_bytes.into(),
            max_age: MAX_AGE,
            num_replicas: options.nats_replicas.into(),
            // A full stream refuses a piece, and its relay hears of that. Otherwise it would drop the oldest: the beginning of
            // somebody else's segment, and nobody would know.
            discard: DiscardPolicy::New,
            ..Config::default()
        };
        Self { context: jetstream::new(client), config }
    }

    /// Has it there.
    pub(super) async fn create(&self) -> Result<(), CreateStreamError> {
        self.context.get_or_create_stream(self.config.clone()).await.map(drop)
    }

    /// Has it there again: a broker that was restarted has lost its memory, and the stream with it.
    pub(super) async fn recreate(&self) {
        while let Err(error) = self.create().await {
            debug!("the fleet's stream cannot be made again: {error}");
            sleep(AGAIN).await;
        }
        // It is not asked for more often.
        sleep(AGAIN).await;
    }

    /// All that it holds of a name.
    ///
    /// # Errors
    /// It is not there, or it did not go on.
    pub(super) async fn read(&self, name: &Name) -> Result<Vec<Message>, Error> {
        let config = OrderedConfig {
            deliver_subject: self.context.client().new_inbox(),
            filter_subject: subject(SUBJECTS, name),
            ..OrderedConfig::default()
        };
        let stream = self.context.get_stream_no_info(STREAM).await?;
        let consumer = timeout(PATIENCE, stream.create_consumer(config)).await??;
        let (number, name) = (consumer.cached_info().num_pending, consumer.cached_info().name.clone());
        let read = if number == 0 { Ok(Vec::new()) } else { all(consumer).await };
        // By itself it would go after 30 s, and many come in a rush of joins. Nobody waits for this.
        tokio::spawn(async move { _ = stream.delete_consumer(&name).await });
        read
    }

    /// Takes away what it holds of a name up to a place, since that has a hole.
    pub(super) async fn forget(&self, name: &Name, up_to: u64) {
        for _ in 0..TRIES {
            let purge = async {
                let stream = self.context.get_stream_no_info(STREAM).await?;
                stream.purge().filter(subject(SUBJECTS, name)).sequence(up_to + 1).await?;
                Ok::<_, Error>(())
            };
            match purge.await {
                Ok(()) => return,
                Err(error) => debug!("a segment with a hole is still in the fleet's stream: {error}"),
            }
            sleep(AGAIN).await;
        }
    }
}

/// What a consumer has to give.
async fn all(consumer: Consumer<OrderedConfig>) -> Result<Vec<Message>, Error> {
    let mut messages = consumer.messages().await?;
    let mut read = Vec::new();
    // A blob that comes meanwhile takes away what was still to come, and comes itself.
    while let Some(message) = timeout(PATIENCE, messages.next()).await? {
        let message = message?;
        let is_last = message.info()?.pending == 0;
        read.push(message.message);
        if is_last {
            break;
        }
    }
    Ok(read)
}
