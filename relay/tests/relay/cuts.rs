//! Connections that break at any moment: nothing is missing, and nothing comes twice.

use crate::common::{
    TestServer, blob, chunk,
    client::{Broadcaster, Home, Life, Progress, Viewer},
    last, random, soon,
};
use blobcast_wire::Segment;
use futures_util::FutureExt;
use std::collections::BTreeMap;
use tokio::{select, sync::watch, task::yield_now};

/// What was recorded, by segment.
type Recorded = BTreeMap<Segment, Vec<u8>>;

/// A source that never stops by itself.
struct Source {
    below: Box<dyn FnMut(u32) -> u32 + Send>,
    recorded: Recorded,
    /// The viewer has two segments to catch up, which is what everybody keeps.
    viewer: watch::Receiver<Progress>,
    stop: watch::Receiver<bool>,
    last: watch::Sender<Option<Segment>>,
}

impl Source {
    /// Records as fast as the viewer reads, until it is stopped and all is delivered.
    async fn record(mut self, mut broadcaster: Broadcaster) -> Recorded {
        while !broadcaster.may_send() {
            broadcaster.hear().await;
        }
        let mut before = [0; 2];
        while self.last.borrow().is_none() {
            while self.viewer.borrow_and_update().ended < before[0] {
                select! {
                    event = broadcaster.event() => broadcaster.see_to(event).await,
                    Ok(()) = self.viewer.changed() => {}
                }
            }
            let segment = broadcaster.number();
            self.record_segment(&mut broadcaster, segment).await;
            before = [before[1], segment];
        }
        broadcaster.finish().await;
        self.recorded
    }

    async fn record_segment(&mut self, broadcaster: &mut Broadcaster, segment: Segment) {
        let mut bytes = self.piece(20_000);
        broadcaster.record(blob(segment, 1, bytes.clone())).await;
        let count = 2 + (self.below)(40);
        for seq in 1..=count {
            yield_now().await;
            while let Some(event) = broadcaster.event().now_or_never() {
                broadcaster.see_to(event).await;
            }
            let piece = self.piece(3_000);
            bytes.extend(&piece);
            if seq < count {
                broadcaster.record(chunk(segment, seq, piece)).await;
                continue;
            }
            if *self.stop.borrow() {
                // Said before the end, so that the viewer knows when it has seen it.
                self.last.send_replace(Some(segment));
            }
            broadcaster.record(last(segment, seq, piece)).await;
        }
        self.recorded.insert(segment, bytes);
    }

    fn piece(&mut self, longest: u32) -> Vec<u8> {
        let (byte, len) = ((self.below)(256), (self.below)(longest));
        vec![byte as u8; 1 + len as usize]
    }
}

/// Cuts a socket somewhere in what it carries next, and waits until there is another one.
async fn cut(leg: &mut watch::Receiver<Life>, bytes: usize) {
    let life = leg.borrow().clone();
    let is_next = |next: &Life| next.number > life.number;
    life.cable.expect("a socket is there").cut_after(bytes);
    soon("the next socket", leg.wait_for(is_next)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_socket_cut_fifty_times_costs_nothing() {
    let seed = std::env::var("SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    let server = TestServer::start().await;
    let (_home, home) = watch::channel(Some(server.address));
    cut_fifty_times(seed, home).await;
    server.until_empty().await;
}

async fn cut_fifty_times(seed: u64, home: Home) {
    println!("seed {seed}");
    let mut below = random(seed);
    let broadcaster = Broadcaster::new(home.clone(), "lobby", "b");
    let mut viewer = Viewer::new(home, "lobby", "v");
    let mut legs =
        [broadcaster.blob.lives(), broadcaster.chunk.lives(), viewer.blob.lives(), viewer.chunk.lives()];
    let mut progress = viewer.progress();
    let (stop, stopped) = watch::channel(false);
    let (tell_last, last) = watch::channel(None);
    let source = Source {
        below: Box::new(random(seed + 1_000)),
        recorded: Recorded::new(),
        viewer: viewer.progress(),
        stop: stopped,
        last: tell_last,
    };
    let recording = tokio::spawn(source.record(broadcaster));
    let watching = tokio::spawn(async move {
        viewer.watch_until(&last).await;
        viewer
    });
    soon("the first segment", progress.wait_for(|progress| progress.ended > 0)).await.unwrap();
    for round in 0..50 {
        let leg = &mut legs[(round + below(2) as usize * 2) % 4];
        cut(leg, below(30_000) as usize).await;
    }
    stop.send_replace(true);
    let mut recorded = soon("the recording", recording).await.unwrap();
    let viewer = soon("the last segment", watching).await.unwrap();
    // The viewer may have come while the first was being recorded, but never in the middle of one.
    recorded = recorded.split_off(viewer.watched.segments.keys().next().unwrap());
    for (number, bytes) in &recorded {
        let watched = &viewer.watched.segments[number];
        assert!(watched.bytes == *bytes, "{number} is what was recorded");
        assert_eq!(watched.ended, Some(false), "{number} has its own end");
    }
    assert_eq!(viewer.watched.segments.len(), recorded.len());
    assert_eq!(viewer.skips, []);
    let total: usize = recorded.values().map(Vec::len).sum();
    assert_eq!(viewer.healed_twice, 0, "the same relay has every piece by itself");
    assert_eq!(viewer.received, total + viewer.held_twice, "once each");
    println!("{} segments, {total} bytes, {} held twice", recorded.len(), viewer.held_twice);
}
