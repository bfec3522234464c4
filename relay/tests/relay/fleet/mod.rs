//! Several relays and a real NATS server: any of them serves any viewer of any broadcast.

mod away;
mod cluster;
mod entry;
mod figures;
mod rolling;
mod share;
mod slow;
mod stored;

use crate::common::{Nats, TestServer, soon};
use blobcast_relay::{Config, Timing};
use std::time::Duration;

/// Relays of one fleet.
pub(crate) async fn relays<const N: usize>(nats: &Nats, timing: Timing) -> [TestServer; N] {
    let mut relays = Vec::new();
    for _ in 0..N {
        relays.push(TestServer::with(Config { timing, ..nats.config() }).await);
    }
    relays.try_into().unwrap_or_else(|_| unreachable!())
}

/// Waits until a relay is connected to the broker, or not.
async fn until_connected(relay: &TestServer, is_connected: bool) {
    soon("the connection to the broker", async {
        while relay.metric("blobcast_fleet_connected").await != u64::from(is_connected) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}
