//! How much may be broadcast in a time.

use crate::common::{Broadcaster, Heard, TestServer, now};
use blobcast_relay::Limits;
use blobcast_wire::Text;

#[tokio::test]
async fn more_segments_or_bytes_than_a_broadcaster_may_send() {
    let limits = Limits { max_segments_per_second: 1, max_bytes_per_second: 1000, ..Limits::DEFAULT };
    let server = TestServer::limited(limits).await;
    let mut hasty = Broadcaster::open(&server, "lobby", "hasty").await;
    let segment = now();
    for number in 0..20 {
        hasty.begin(segment + number, "head").await;
        hasty.last(segment + number, 1, "-end").await;
    }
    let (_, reason) = hasty.blob.limited().await;
    assert!(reason.contains("--max-segments-per-second"), "{reason}");

    let mut fat = Broadcaster::open(&server, "lobby", "fat").await;
    fat.begin(now(), vec![1; 20_000]).await;
    let (_, reason) = fat.blob.limited().await;
    assert!(reason.contains("--max-bytes-per-second"), "{reason}");

    let mut chatty = Broadcaster::open(&server, "lobby", "chatty").await;
    chatty.chunk.send_text(&format!(r#"{{"type":"{}"}}"#, "x".repeat(20_000))).await;
    let (_, reason) = chatty.chunk.limited().await;
    assert!(reason.contains("--max-bytes-per-second"), "{reason}");
}

/// Coming again, as another, after what was refused or after a good end: the name has no more than before.
#[tokio::test]
async fn a_broadcaster_that_comes_again_at_once_has_no_new_quota() {
    let limits = Limits { max_segments_per_second: 1, max_bytes_per_second: 1000, ..Limits::DEFAULT };
    let server = TestServer::limited(limits).await;
    let first = now();
    let mut broadcaster = Broadcaster::open(&server, "lobby", "first").await;
    broadcaster.begin(first, vec![1; 9000]).await;
    broadcaster.until_have(first, 1).await;
    broadcaster.last(first, 1, "-end").await;
    broadcaster.until_have(first, 2).await;
    broadcaster.finish().await;
    server.until_empty().await;
    for session in ["second", "third"] {
        let mut again = Broadcaster::open(&server, "lobby", session).await;
        again.begin(now(), vec![1; 9000]).await;
        let (_, reason) = again.blob.limited().await;
        assert!(reason.contains("--max-bytes-per-second"), "{reason}");
        drop(again);
        server.until_empty().await;
    }
    // Another name has a quota of its own; so has this one's next segment, of the size that there is time for.
    let mut other = Broadcaster::open(&server, "other", "b").await;
    let segment = now();
    other.begin(segment, vec![1; 9000]).await;
    other.until_have(segment, 1).await;
    let mut modest = Broadcaster::open(&server, "lobby", "modest").await;
    let segment = now();
    modest.begin(segment, "head").await;
    modest.until_have(segment, 1).await;
}

#[tokio::test]
async fn taking_over_gives_no_new_quota() {
    let limits = Limits { max_segments_per_second: 1, ..Limits::DEFAULT };
    let server = TestServer::limited(limits).await;
    let mut begun = 0;
    let reason = 'refused: loop {
        let mut hasty = Broadcaster::open(&server, "lobby", &format!("s{begun}")).await;
        let number = now();
        hasty.begin(number, "head").await;
        loop {
            match hasty.chunk.next().await {
                Heard::Text(Text::Have { segment, .. }) if segment == number => break,
                Heard::Closed(4429, reason) => break 'refused reason,
                Heard::Closed(code, reason) => panic!("{code} {reason}"),
                _ => {}
            }
        }
        begun += 1;
        assert!(begun < 100, "no end of it");
    };
    assert!(reason.contains("--max-segments-per-second"), "{reason}");
    assert!(begun >= 10, "only {begun}");
}
