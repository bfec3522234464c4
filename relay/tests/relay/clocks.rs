//! Clocks that are wrong: numbers grow all the same, and nobody is sent away.

use crate::common::{
    TestServer, blob, chunk,
    client::{Broadcaster, Viewer},
    last, now, soon,
};
use blobcast_relay::{Config, Timing};
use blobcast_wire::Segment;
use std::time::{Duration, SystemTime};
use tokio::{select, sync::watch};

const HOUR: Duration = Duration::from_secs(3600);

/// Lets both go on until it is so. A final close is a panic.
async fn until(
    broadcaster: &mut Broadcaster,
    viewer: &mut Viewer,
    is_so: impl Fn(&Broadcaster, &Viewer) -> bool,
) {
    soon("what was waited for", async {
        while !is_so(broadcaster, viewer) {
            select! {
                event = broadcaster.event() => broadcaster.see_to(event).await,
                event = viewer.event() => viewer.see_to(event).await,
            }
        }
    })
    .await;
}

/// Begins a segment.
async fn begin(broadcaster: &mut Broadcaster) -> Segment {
    let segment = broadcaster.number();
    broadcaster.record(blob(segment, 1, "head")).await;
    segment
}

/// Begins segments until one is taken, and sees it to its end. Which one it was.
async fn whole_segment(broadcaster: &mut Broadcaster, viewer: &mut Viewer) -> Segment {
    loop {
        let refusals = broadcaster.refusals;
        let segment = begin(broadcaster).await;
        broadcaster.record(chunk(segment, 1, "-one")).await;
        broadcaster.record(last(segment, 2, "-end")).await;
        let ended =
            |viewer: &Viewer| viewer.watched.segments.get(&segment).is_some_and(|s| s.ended.is_some());
        let is_clear =
            |broadcaster: &Broadcaster, viewer: &Viewer| broadcaster.refusals > refusals || ended(viewer);
        until(broadcaster, viewer, is_clear).await;
        if broadcaster.refusals == refusals {
            assert_eq!(viewer.watched.segments[&segment].bytes, b"head-one-end");
            assert_eq!(viewer.watched.segments[&segment].ended, Some(false));
            return segment;
        }
    }
}

#[tokio::test]
async fn a_relay_whose_clock_is_an_hour_earlier_after_a_restart() {
    let server = TestServer::start().await;
    let (tell_home, home) = watch::channel(Some(server.address));
    let mut broadcaster = Broadcaster::new(home.clone(), "lobby", "b");
    let mut viewer = Viewer::new(home, "lobby", "v");
    until(&mut broadcaster, &mut viewer, |broadcaster, viewer| broadcaster.may_send() && viewer.is_here())
        .await;
    whole_segment(&mut broadcaster, &mut viewer).await;
    let open = begin(&mut broadcaster).await;
    until(&mut broadcaster, &mut viewer, |_, viewer| viewer.watched.segments.contains_key(&open)).await;
    tell_home.send_replace(None);
    drop(server);
    broadcaster.lose();
    viewer.lose();
    let started_at = Some(SystemTime::now() - HOUR);
    let server = TestServer::with(Config { started_at, ..Config::default() }).await;
    tell_home.send_replace(Some(server.address));
    // What it keeps is from this relay's future.
    until(&mut broadcaster, &mut viewer, |broadcaster, _| broadcaster.refusals == 1).await;
    let mut before = 0;
    for _ in 0..3 {
        let segment = whole_segment(&mut broadcaster, &mut viewer).await;
        assert!(segment > before && segment < now() - 3_000_000_000, "{segment} after {before}");
        before = segment;
    }
    assert_eq!(viewer.watched.segments[&open].ended, Some(true), "what had begun was ended");
}

/// One chooses a number that the other, who is ahead, has passed just now.
#[tokio::test]
async fn sessions_that_take_over_from_each_other_with_clocks_100_ms_apart() {
    let server = TestServer::start().await;
    let (_tell_home, home) = watch::channel(Some(server.address));
    let mut viewer = Viewer::new(home.clone(), "lobby", "v");
    let mut before = 0;
    let mut present: Option<Broadcaster> = None;
    for round in 0..10 {
        let mut next = Broadcaster::new(home.clone(), "lobby", &format!("b{round}"));
        next.error = if round % 2 == 0 { 50_000 } else { -50_000 };
        until(&mut next, &mut viewer, |next, viewer| next.may_send() && viewer.is_here()).await;
        if let Some(present) = &mut present {
            // The other does not hear of this before its own is on its way.
            before = whole_segment(present, &mut viewer).await;
        }
        let segment = whole_segment(&mut next, &mut viewer).await;
        assert!(segment > before, "{segment} after {before}");
        assert_eq!(next.refusals, round % 2, "who is behind is late once");
        before = segment;
        present = Some(next);
    }
}

/// Its sockets are dead, the grace is over, and its own clock has not gone on.
#[tokio::test]
async fn a_broadcaster_that_slept_for_ten_minutes() {
    let timing = Timing { grace: Duration::from_millis(100), ..Timing::default() };
    let server = TestServer::timed(timing).await;
    let (tell_home, home) = watch::channel(Some(server.address));
    let mut broadcaster = Broadcaster::new(home.clone(), "lobby", "b");
    let mut viewer = Viewer::new(home, "lobby", "v");
    until(&mut broadcaster, &mut viewer, |broadcaster, viewer| broadcaster.may_send() && viewer.is_here())
        .await;
    let open = begin(&mut broadcaster).await;
    until(&mut broadcaster, &mut viewer, |_, viewer| viewer.watched.segments.contains_key(&open)).await;
    // Nobody sees to it, as in sleep.
    broadcaster.lose();
    soon("the end of the grace", async {
        while viewer.watched.newest_ended() != Some(open) {
            viewer.hear().await;
        }
    })
    .await;
    broadcaster.error = -600_000_000;
    until(&mut broadcaster, &mut viewer, |broadcaster, _| broadcaster.refusals == 1).await;
    let late = whole_segment(&mut broadcaster, &mut viewer).await;
    assert_eq!(late, open + 1, "the newest there was, and one");
    broadcaster.error = 0;
    let right = whole_segment(&mut broadcaster, &mut viewer).await;
    assert!(right > late + 100_000, "and at the right time once it knows that");
    drop(tell_home);
}
