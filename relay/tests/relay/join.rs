//! Newcomers: one blob and the chunks that follow are exactly the bytes that were recorded.

use crate::common::{Broadcaster, MIME, TestServer, Viewer, now, random, soon};
use blobcast_wire::{Kind, Live, Segment, Text};
use std::{collections::BTreeMap, sync::Arc};
use tokio::{sync::watch, task::JoinHandle};

#[tokio::test]
async fn a_newcomer_gets_the_segment_so_far_as_one_blob_and_then_the_chunks() {
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.chunk(segment, 1, "-one").await;
    broadcaster.chunk(segment, 2, "-two").await;
    broadcaster.until_have(segment, 3).await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    assert_eq!(viewer.state(), Some(Live::Live));
    let blob = viewer.blob.piece().await;
    assert_eq!((blob.segment, blob.seq, &blob.body[..]), (segment, 3, &b"head-one-two"[..]));
    assert!(matches!(blob.kind, Kind::Blob { mime } if mime == MIME));
    broadcaster.chunk(segment, 3, "-three").await;
    let chunk = viewer.chunk.piece().await;
    assert_eq!((chunk.segment, chunk.seq, &chunk.body[..]), (segment, 3, &b"-three"[..]));
    broadcaster.last(segment, 4, "-end").await;
    assert_eq!(viewer.chunk.piece().await.kind, Kind::LastChunk { cut_short: false });
    broadcaster.begin(segment + 1, "next").await;
    let blob = viewer.blob.piece().await;
    assert_eq!((blob.segment, blob.seq, &blob.body[..]), (segment + 1, 1, &b"next"[..]));
}

#[tokio::test]
async fn a_viewer_may_come_before_the_broadcaster() {
    let server = TestServer::start().await;
    let mut viewer = Viewer::open(&server, "a/b", "v").await;
    assert_eq!(viewer.state(), Some(Live::Waiting));
    let mut broadcaster = Broadcaster::open(&server, "a/b", "b").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.last(segment, 1, "-end").await;
    viewer.until_rebuilt(segment, b"head-end", Some(false)).await;
    assert_eq!(viewer.state(), Some(Live::Live), "said before the last chunk, on the same socket");
}

#[tokio::test]
async fn after_the_end_a_newcomer_gets_only_the_state() {
    let server = TestServer::start().await;
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let mut witness = Viewer::open(&server, "lobby", "w").await;
    let segment = now();
    broadcaster.begin(segment, "head").await;
    broadcaster.last(segment, 1, "-end").await;
    witness.until_rebuilt(segment, b"head-end", Some(false)).await;
    broadcaster.finish().await;
    witness.until(|viewer| viewer.state() == Some(Live::Ended)).await;
    let mut newcomer = Viewer::open(&server, "lobby", "n").await;
    assert_eq!(newcomer.state(), Some(Live::Ended));
    // What comes next is the next broadcast.
    let mut broadcaster = Broadcaster::open(&server, "lobby", "c").await;
    broadcaster.begin(segment + 1, "again").await;
    for viewer in [&mut newcomer, &mut witness] {
        viewer.until_rebuilt(segment + 1, b"again", None).await;
        viewer.until(|viewer| viewer.state() == Some(Live::Live)).await;
    }
    assert_eq!(newcomer.watched.segments.len(), 1);
}

/// Viewers join at random moments while a broadcaster sends segments of random pieces, as fast as they can read.
/// Each gets every byte from its join on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whenever_a_viewer_joins_it_rebuilds_what_was_recorded() {
    const SEGMENTS: u64 = 30;
    let mut below = random(1);
    let server = Arc::new(TestServer::start().await);
    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let first = now();
    let final_one = first + SEGMENTS - 1;
    let mut recorded = BTreeMap::new();
    let mut viewers = vec![watch_until(final_one, &server, "early".into(), first - 1)];
    for segment in first..=final_one {
        // The relay keeps two segments: nobody may be further behind, nor the relay itself.
        for (_, ended) in &mut viewers {
            soon("a viewer", ended.wait_for(|ended| *ended + 2 >= segment)).await.unwrap();
        }
        let mut bytes = piece(&mut below);
        broadcaster.begin(segment, bytes.clone()).await;
        let count = 2 + below(30);
        for seq in 1..count {
            let piece = piece(&mut below);
            bytes.extend(&piece);
            if seq + 1 < count {
                broadcaster.chunk(segment, seq, piece).await;
            } else {
                broadcaster.last(segment, seq, piece).await;
            }
            if below(20) == 0 {
                let session = format!("v{}", viewers.len());
                viewers.push(watch_until(final_one, &server, session, segment - 2));
            }
        }
        recorded.insert(segment, bytes);
    }
    assert!(viewers.len() > 10, "{}", viewers.len());
    for (viewer, _) in viewers {
        let viewer = viewer.await.unwrap();
        let joined = *viewer.watched.segments.keys().next().unwrap();
        let rebuilt = viewer.watched.segments.into_iter().map(|(number, segment)| (number, segment.bytes));
        assert!(rebuilt.eq(recorded.range(joined..).map(|(number, bytes)| (*number, bytes.clone()))));
        assert!(!viewer.texts.iter().any(|text| matches!(text, Text::Skip { .. })));
    }
}

/// A viewer that reads until a segment has ended, and tells which one has; `before`, as long as none has.
fn watch_until(
    last: Segment,
    server: &Arc<TestServer>,
    session: String,
    before: Segment,
) -> (JoinHandle<Viewer>, watch::Receiver<Segment>) {
    let server = Arc::clone(server);
    let (tell, told) = watch::channel(before);
    let watching = tokio::spawn(async move {
        let mut viewer = Viewer::open(&server, "lobby", &session).await;
        while *tell.borrow() < last {
            viewer.hear().await;
            if let Some(number) = viewer.watched.newest_ended() {
                tell.send_replace(number);
            }
        }
        viewer
    });
    (watching, told)
}

fn piece(below: &mut impl FnMut(u32) -> u32) -> Vec<u8> {
    vec![below(256) as u8; 1 + below(2000) as usize]
}
