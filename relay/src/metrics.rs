//! What Prometheus is told: counters, kept as things happen, and figures of the moment.

use crate::{archive::Figures, end::End, farewell::Farewell, relay::Relay};
use blobcast_wire::{Close, Live, Role};
use prometheus_client::{
    encoding::{EncodeLabelSet, prometheus_text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, info::Info},
    registry::{Metric, Registry},
};
use std::fmt;

/// The type of what [`Metrics::say`] says.
pub(crate) const CONTENT_TYPE: &str = prometheus_text::CONTENT_TYPE;

/// All figures.
pub(crate) struct Metrics {
    registry: Registry,
    /// Bytes that broadcasters sent.
    pub(crate) received: Counter,
    /// Bytes that viewers were sent.
    pub(crate) sent: Counter,
    /// Times that a viewer was skipped.
    pub(crate) skips: Counter,
    /// Segments that broadcasters began.
    pub(crate) segments: Counter,
    /// Connections of an address that had many too many.
    pub(crate) dropped: Counter,
    /// What became of segments in the archive.
    pub(crate) archive: Figures,
    /// What goes between the relays of a fleet.
    pub(crate) fleet: Traffic,
    closed: Family<Closed, Counter>,
    refused: Family<Refused, Counter>,
    broadcasts: Family<InState, Gauge>,
    viewers: Gauge,
    connections: Gauge,
    sockets: Gauge,
}

/// What goes between the relays of a fleet.
#[derive(Debug)]
pub(crate) struct Traffic {
    /// Bytes that went to the others.
    pub(crate) sent: Counter,
    /// Bytes that came from them.
    pub(crate) received: Counter,
    /// Times that something of a broadcast did not go out.
    pub(crate) gaps: Counter,
    /// Pieces that the stream does not have.
    pub(crate) unstored: Counter,
    /// Messages that came faster than they were taken.
    pub(crate) overflows: Counter,
    /// 1 while the broker is there.
    pub(crate) connected: Gauge,
}

/// Sockets that were closed; without a code if it is none of the protocol's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Closed {
    role: &'static str,
    code: Option<u16>,
}

/// Sockets that the relay refused, at once or later, because of what they asked or did.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refused {
    role: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InState {
    state: &'static str,
}

impl Metrics {
    /// All at zero.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("blobcast");
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The relay that runs", version);
        let to = &mut registry;
        Self {
            received: register(to, "received_bytes", "What broadcasters sent"),
            sent: register(to, "sent_bytes", "What viewers were sent"),
            skips: register(to, "skips", "Times that a viewer was moved on to a newer segment"),
            segments: register(to, "segments", "Segments that broadcasters began"),
            dropped: register(to, "dropped_connections", "Connections of an address that had many too many"),
            archive: Figures {
                segments: register(to, "archived_segments", "Segments that are finished in the archive"),
                bytes: register(to, "archived_bytes", "Their bytes"),
                lost: register(to, "archive_lost_segments", "Segments that the archive does not have"),
                removed: register(to, "archive_removed_segments", "Segments that the archive kept no longer"),
                removed_bytes: register(to, "archive_removed_bytes", "Their bytes"),
            },
            fleet: Traffic {
                sent: register(to, "fleet_sent_bytes", "What went to the other relays, by NATS"),
                received: register(to, "fleet_received_bytes", "What came from the other relays, by NATS"),
                gaps: register(
                    to,
                    "fleet_gaps",
                    "Times that the other relays were not sent a part of a broadcast",
                ),
                unstored: register(
                    to,
                    "fleet_unstored_pieces",
                    "Pieces that the stream for newcomers does not have",
                ),
                overflows: register(
                    to,
                    "fleet_dropped_messages",
                    "Messages of other relays that this one did not take in time",
                ),
                connected: register(to, "fleet_connected", "Whether the NATS server is there"),
            },
            closed: register(to, "closed_sockets", "Sockets that were closed, by role and close code"),
            refused: register(to, "refused_sockets", "Sockets that were refused, by role and reason"),
            broadcasts: register(to, "broadcasts", "Names that somebody sends or watches, by state"),
            viewers: register(to, "viewers", "Viewers of all broadcasts"),
            connections: register(to, "connections", "Connections that have not become sockets"),
            sockets: register(to, "sockets", "Sockets, and broadcasters that may still come back"),
            registry,
        }
    }

    /// A socket's driver ended.
    pub(crate) fn end(&self, role: Role, end: &End) {
        self.close(role, end.code(), end.farewell());
    }

    /// A socket got no driver.
    pub(crate) fn refuse(&self, role: Role, farewell: &Farewell) {
        self.close(role, Some(farewell.close), Some(farewell));
    }

    fn close(&self, role: Role, code: Option<Close>, farewell: Option<&Farewell>) {
        let role = match role {
            Role::Publish => "publish",
            Role::View => "view",
        };
        self.closed.get_or_create(&Closed { role, code: code.map(Close::code) }).inc();
        if let Some(reason) = farewell.and_then(Farewell::refusal) {
            self.refused.get_or_create(&Refused { role, reason }).inc();
        }
    }

    /// All figures, as Prometheus reads them.
    pub(crate) fn say(&self, relay: &Relay) -> String {
        let states: Vec<_> = relay.rooms().iter().map(|(_, room)| room.state().0).collect();
        for state in [Live::Live, Live::Waiting, Live::Ended] {
            let count = states.iter().filter(|&&of_room| of_room == state).count();
            self.broadcasts.get_or_create(&InState { state: state.as_str() }).set(count as i64);
        }
        self.viewers.set(relay.viewers.out() as i64);
        self.connections.set(relay.connections.len() as i64);
        self.sockets.set(relay.tasks.len() as i64);
        let mut text = String::new();
        prometheus_text::encode(&mut text, &self.registry).expect("a String takes all text");
        text
    }
}

fn register<M: Metric + Clone + Default>(registry: &mut Registry, name: &str, help: &str) -> M {
    let metric = M::default();
    registry.register(name, help, metric.clone());
    metric
}

impl fmt::Debug for Metrics {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Metrics").finish_non_exhaustive()
    }
}
