//! Connections that break at any moment: nothing is missing, and nothing comes twice.

use crate::common::{
    Program, TestServer, blob, chunk,
    client::{Broadcaster, Home, Life, Progress, Viewer},
    last, now, random, soon,
};
use blobcast_wire::Segment;
use futures_util::FutureExt;
use std::collections::BTreeMap;
use tokio::{
    select,
    sync::watch,
    task::{JoinHandle, yield_now},
};

/// What was recorded, by segment.
pub(crate) type Recorded = BTreeMap<Segment, Vec<u8>>;

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
    async fn record(mut self, mut broadcaster: Broadcaster) -> (Broadcaster, Recorded) {
        while !broadcaster.may_send() {
            broadcaster.hear().await;
        }
        let mut before = [0; 2];
        while self.last.borrow().is_none() {
            while self.viewer.borrow_and_update().ended < before[0] && !broadcaster.has_nothing() {
                select! {
                    event = broadcaster.event() => broadcaster.see_to(event).await,
                    Ok(()) = self.viewer.changed() => {}
                }
            }
            let segment = broadcaster.number();
            self.record_segment(&mut broadcaster, segment).await;
            before = [before[1], segment];
        }
        broadcaster.deliver().await;
        (broadcaster, self.recorded)
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

/// Another one each time, to be said again by SEED=… when a test has failed.
fn seed() -> u64 {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(now);
    println!("SEED={seed}");
    seed
}

/// How often a relay is killed.
const KILLS: usize = 8;

/// A broadcast and its viewer, while they go on.
pub(crate) struct Scene {
    /// The broadcaster's blob and chunk socket and the viewer's.
    legs: [watch::Receiver<Life>; 4],
    progress: watch::Receiver<Progress>,
    stop: watch::Sender<bool>,
    recording: JoinHandle<(Broadcaster, Recorded)>,
    watching: JoinHandle<Viewer>,
}

impl Scene {
    pub(crate) fn begin(seed: u64, home: Home) -> Self {
        let broadcaster = Broadcaster::new(home.clone(), "lobby", "b");
        let mut viewer = Viewer::new(home, "lobby", "v");
        let legs =
            [broadcaster.blob.lives(), broadcaster.chunk.lives(), viewer.blob.lives(), viewer.chunk.lives()];
        let progress = viewer.progress();
        let (stop, stopped) = watch::channel(false);
        let (tell_last, last) = watch::channel(None);
        let source = Source {
            below: Box::new(random(!seed)),
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
        Self { legs, progress, stop, recording, watching }
    }

    pub(crate) async fn until_read(&mut self, bytes: usize) {
        soon("more", self.progress.wait_for(|progress| progress.read >= bytes)).await.unwrap();
    }

    /// Lets both come to their end. What was recorded while the viewer was there, and what it saw.
    pub(crate) async fn end(self) -> (Broadcaster, Recorded, Viewer) {
        self.stop.send_replace(true);
        let (broadcaster, mut recorded) = soon("the recording", self.recording).await.unwrap();
        let viewer = soon("the last segment", self.watching).await.unwrap();
        // It may have come while a segment was being recorded, but gets that one whole.
        let recorded = recorded.split_off(viewer.watched.segments.keys().next().unwrap());
        (broadcaster, recorded, viewer)
    }
}

/// A viewer has all that was recorded, and nothing else.
pub(crate) fn assert_whole(recorded: &Recorded, viewer: &Viewer) {
    for (number, bytes) in recorded {
        let watched = &viewer.watched.segments[number];
        assert!(watched.bytes == *bytes, "{number} is what was recorded");
        assert_eq!(watched.ended, Some(false), "{number} has its own end");
    }
    assert_eq!(viewer.watched.segments.len(), recorded.len());
    assert_eq!(viewer.skips, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_four_sockets_cut_fifty_times_costs_nothing() {
    let seed = seed();
    let server = TestServer::start().await;
    let (_home, home) = watch::channel(Some(server.address));
    let mut scene = Scene::begin(seed, home);
    let mut below = random(seed);
    scene.until_read(1).await;
    for round in 0..50 {
        let leg = &mut scene.legs[(round + below(2) as usize * 2) % 4];
        // Somewhere in what it carries next, also in the middle of a message.
        let life = leg.borrow().clone();
        life.cable.expect("a socket is there").cut_after(below(30_000) as usize);
        soon("the next socket", leg.wait_for(|next| next.number > life.number)).await.unwrap();
    }
    let (broadcaster, recorded, viewer) = scene.end().await;
    broadcaster.finish().await;
    assert_whole(&recorded, &viewer);
    let total: usize = recorded.values().map(Vec::len).sum();
    assert_eq!(viewer.healed_twice, 0, "the same relay has every piece by itself");
    assert_eq!(viewer.received, total + viewer.held_twice, "once each, but what was held for order");
    drop(viewer);
    server.until_empty().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_is_killed_in_the_middle_of_a_segment_costs_only_what_nobody_keeps() {
    let seed = seed();
    let mut program = Program::start("127.0.0.1:0").await;
    let address = program.address;
    let (tell_home, home) = watch::channel(Some(address));
    let mut scene = Scene::begin(seed, home);
    let mut below = random(seed);
    for _ in 0..KILLS {
        let read = scene.progress.borrow().read;
        scene.until_read(read + 1 + below(100_000) as usize).await;
        tell_home.send_replace(None);
        program.kill().await;
        for leg in &mut scene.legs {
            soon("the loss", leg.wait_for(|life| life.cable.is_none())).await.unwrap();
        }
        program = Program::start(&address.to_string()).await;
        tell_home.send_replace(Some(address));
    }
    let (broadcaster, recorded, viewer) = scene.end().await;
    // What the relay had whole may have been on its way to the viewer, and is kept by nobody then.
    let is_lost = |number: &Segment| broadcaster.let_go.contains(number);
    let mut whole = 0;
    for (number, bytes) in &recorded {
        let Some(watched) = viewer.watched.segments.get(number) else {
            assert!(is_lost(number), "{number} is missing");
            continue;
        };
        assert!(bytes.starts_with(&watched.bytes), "{number} is a prefix of what was recorded");
        match watched.ended {
            Some(false) => assert_eq!(watched.bytes.len(), bytes.len()),
            Some(true) => assert!(is_lost(number), "{number} is cut short"),
            None => panic!("{number} has no end"),
        }
        whole += usize::from(watched.ended == Some(false));
    }
    assert!(whole + 2 * KILLS >= recorded.len(), "{whole} of {}", recorded.len());
}
