//! The connection to the broker.

use super::{FleetError, FleetOptions, PATIENCE, Spell};
use crate::metrics::Traffic;
use async_nats::{Client, ConnectOptions, Event, ServerAddr};
use percent_encoding::percent_decode_str;
use std::{path::PathBuf, time::Duration};
use tokio::sync::watch;
use tracing::{debug, info, warn};

/// How long the broker may say nothing before it is asked. When it is asked for the third time, it is lost: one that hangs is left
/// for another of its cluster, or at least known to be away.
const PING_EVERY: Duration = Duration::from_secs(1);

/// How long to wait before the next try to connect, at most: that is how much later than the broker a relay is back.
const RECONNECT_WITHIN: Duration = Duration::from_millis(500);

/// How long a server may take to let a relay in. One that hangs takes connections and says nothing.
const LET_IN_WITHIN: Duration = PATIENCE;

/// How many messages may wait for a broker that takes them more slowly than they come; how many bytes, [`Queue`](super::queue::Queue) says.
/// Whoever sends another waits, and after [`PATIENCE`] goes on with the next segment.
pub(super) const QUEUED: usize = 512;

/// Connects, and stays connected. The receiver counts how often.
pub(super) async fn open(
    options: &FleetOptions,
    metrics: &Traffic,
) -> Result<(Client, watch::Receiver<u64>), FleetError> {
    let (counts, connects) = watch::channel(0);
    let (connected, overflows) = (metrics.connected.clone(), metrics.overflows.clone());
    let slow = Spell::default();
    let mut connect = ConnectOptions::new()
        .name("blobcast-relay")
        .no_echo()
        .ping_interval(PING_EVERY)
        .connection_timeout(LET_IN_WITHIN)
        .reconnect_delay_callback(|attempts| {
            Duration::from_millis(1 << attempts.saturating_sub(1).min(9)).min(RECONNECT_WITHIN)
        })
        .client_capacity(QUEUED)
        .subscription_capacity(options.nats_backlog)
        .event_callback(move |event| {
            match event {
                Event::Connected => {
                    connected.set(1);
                    counts.send_modify(|count| *count += 1);
                    if *counts.borrow() > 1 {
                        info!("the NATS server is there again");
                    }
                }
                Event::Disconnected => {
                    connected.set(0);
                    warn!("the NATS server is away: viewers of this relay's own broadcasters go on, others wait");
                }
                Event::SlowConsumer(_) => {
                    overflows.inc();
                    if slow.begins() {
                        warn!("this relay cannot keep up with what the other relays send: what is missing is read from the stream");
                    }
                }
                Event::ClientError(error) => debug!("NATS: {error}"),
                event => warn!("NATS: {event}"),
            }
            async {}
        });
    let servers = options
        .nats
        .iter()
        .map(|url| url.parse::<ServerAddr>())
        .collect::<Result<Vec<_>, _>>()
        .map_err(FleetError::Url)?;
    // The other servers of a cluster, which the first one tells of, ask for the same.
    connect = connect.require_tls(servers.iter().any(ServerAddr::tls_required));
    if let Some((user, password)) = servers.iter().find_map(password) {
        connect = connect.user_and_password(user, password);
    }
    let unusable = |flag, file: &PathBuf, error| FleetError::File { flag, file: file.clone(), error };
    if let Some(file) = &options.nats_ca {
        tokio::fs::metadata(file).await.map_err(|error| unusable("--nats-ca", file, error))?;
        connect = connect.add_root_certificates(file.clone());
    }
    if let Some(file) = &options.nats_credentials {
        connect = connect
            .credentials_file(file)
            .await
            .map_err(|error| unusable("--nats-credentials", file, error))?;
    }
    let client = connect.connect(servers).await.map_err(FleetError::Connect)?;
    Ok((client, connects))
}

/// User and password of a URL, which the client does not look for there.
fn password(server: &ServerAddr) -> Option<(String, String)> {
    let decode = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some((decode(server.username()?), decode(server.password()?)))
}
