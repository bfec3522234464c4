//! What there is of a name.

use super::{keep, server};
use crate::common::{Broadcaster, TestServer, archive::START, now};
use serde_json::{Value, json};

async fn list(server: &TestServer, path: &str) -> Value {
    let (head, body) = server.get(path).await;
    assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
    assert!(head.contains("content-type: application/json"), "{head}");
    assert!(head.contains("cache-control: no-store"), "{head}");
    serde_json::from_str(&body).unwrap()
}

fn numbers(list: &Value) -> Vec<u64> {
    list["segments"].as_array().unwrap().iter().map(|segment| segment["number"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_list_says_what_there_is_of_a_name_oldest_first_and_goes_on_while_it_is_live() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder).await;
    let before = now();
    let mut empty = list(&server, "/archive/a").await;
    let clock = empty.as_object_mut().unwrap().remove("now").unwrap().as_f64().unwrap();
    assert!((clock - before as f64 / 1000.0).abs() < 1000.0, "{clock}");
    assert_eq!(
        empty,
        json!({ "name": "a", "keeps": true, "from": null, "to": null, "segments": [], "more": false })
    );
    let mut broadcaster = Broadcaster::open(&server, "a", "b").await;
    let mut below = Broadcaster::open(&server, "a/b", "b").await;
    let segment = now();
    for number in [segment, segment + 1000] {
        broadcaster.begin(number, "head").await;
        broadcaster.last(number, 1, "-end").await;
    }
    broadcaster.begin(segment + 2000, "it is not finished").await;
    broadcaster.until_have(segment + 2000, 1).await;
    below.begin(segment, "of another").await;
    below.last(segment, 1, "").await;
    server.until_metric("blobcast_archived_segments_total", 3).await;
    let listed = list(&server, "/archive/a").await;
    assert_eq!(numbers(&listed), [segment, segment + 1000]);
    let first = &listed["segments"][0];
    assert_eq!(first["start"].as_f64().unwrap(), segment as f64 / 1000.0);
    assert_eq!((first["bytes"].as_u64(), first["type"].as_str()), (Some(8), Some("video/webm;codecs=vp8")));
    assert_eq!(listed["from"], first["start"]);
    assert_eq!(listed["name"], "a");
    // Its form is not known, and one that takes its place has the same name.
    assert_eq!(first.get("duration"), None);
    let (head, body) = server.get(first["url"].as_str().unwrap()).await;
    assert!(head.contains("cache-control: public, no-cache"), "{head}");
    assert_eq!(body, "head-end");
    assert_eq!(numbers(&list(&server, "/archive/a/b").await), [segment]);
    broadcaster.last(segment + 2000, 1, "").await;
    server.until_metric("blobcast_archived_segments_total", 4).await;
    assert_eq!(numbers(&list(&server, "/archive/a").await).len(), 3);
    // From a time before the relay's now, and no more than so many.
    keep(folder.path(), "hall", segment - 60_000_000, 2000, "a minute ago");
    keep(folder.path(), "hall", segment - 30_000_000, 2000, "half a minute ago");
    let half = list(&server, "/archive/hall?from=-45000").await;
    assert_eq!(numbers(&half), [segment - 30_000_000]);
    let one = list(&server, "/archive/hall?from=-90000&limit=1").await;
    assert_eq!((numbers(&one), &one["more"]), (vec![segment - 60_000_000], &json!(true)));
}

#[tokio::test]
async fn a_list_is_of_what_overlaps_from_one_time_to_another() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder).await;
    // 2 s each, one after the other, from 00:43:28.
    let start = START / 1_000_000 * 1_000_000;
    let file = keep(folder.path(), "school/1", start, 2000, "one");
    keep(folder.path(), "school/1", start + 2_000_000, 2000, "two");
    keep(folder.path(), "school/1", start + 4_000_000, 2000, "three");
    let all = list(&server, "/archive/school/1").await;
    let millis = (start / 1000) as f64;
    let first = json!({
        "number": start,
        "start": millis,
        "duration": 2000,
        "bytes": 3,
        "type": "video/webm;codecs=vp8,opus",
        "url": format!("/archive/school/1/{file}"),
    });
    assert_eq!(all["segments"][0], first);
    assert_eq!((&all["from"], &all["to"]), (&json!(millis), &json!(millis + 6000.0)));
    for (query, expected) in [
        ("from=2026-11-26T00:43:30Z", &[1, 2][..]),
        ("from=2026-11-26T00:43:29.999Z", &[0, 1, 2]),
        ("from=2026-11-26T02:43:30%2B02:00", &[1, 2]),
        ("to=2026-11-26T00:43:30Z", &[0]),
        ("from=2026-11-26T00:43:31Z&to=2026-11-26T00:43:31.5Z", &[1]),
        ("from=0&to=1", &[]),
        ("from=2026-11-27T00:00:00Z&token=none", &[]),
    ] {
        let listed = list(&server, &format!("/archive/school/1?{query}")).await;
        let expected: Vec<_> = expected.iter().map(|index| start + index * 2_000_000).collect();
        assert_eq!(numbers(&listed), expected, "{query}");
        assert_eq!((&listed["from"], &listed["to"]), (&all["from"], &all["to"]), "{query}");
    }
    let query = format!("from={}&to={}", millis + 1999.5, millis + 2000.0);
    assert_eq!(numbers(&list(&server, &format!("/archive/school/1?{query}")).await), [start]);
    for (query, said) in [
        (
            "from=yesterday",
            "from is no time since 1970: write ms since the epoch, RFC 3339 such as 2026-11-26T00:43:28Z, or ms before now such as -60000\n",
        ),
        (
            "from=0&to=",
            "to is no time since 1970: write ms since the epoch, RFC 3339 such as 2026-11-26T00:43:28Z, or ms before now such as -60000\n",
        ),
        ("from=2&to=1", "to is before from: exchange them\n"),
        ("limit", "limit is no number from 1 to 10000\n"),
        ("limit=0", "limit is no number from 1 to 10000\n"),
        ("limit=10001", "limit is no number from 1 to 10000\n"),
    ] {
        let (head, body) = server.get(&format!("/archive/school/1?{query}")).await;
        assert!(head.starts_with("http/1.1 400"), "{head}");
        assert_eq!(body, said);
    }
}

#[tokio::test]
async fn a_long_list_comes_in_parts_each_from_the_end_of_the_one_before() {
    const SEGMENTS: u64 = 10_050;
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder).await;
    for index in 0..SEGMENTS {
        keep(folder.path(), "long", START + index * 2_000_000, 2000, "");
    }
    let first = list(&server, "/archive/long").await;
    assert_eq!((numbers(&first).len(), &first["more"]), (10_000, &json!(true)));
    let last = first["segments"].as_array().unwrap().last().unwrap();
    let end = last["start"].as_f64().unwrap() + last["duration"].as_f64().unwrap();
    let second = list(&server, &format!("/archive/long?from={end}")).await;
    assert_eq!(second["more"], false);
    let all: Vec<_> = numbers(&first).into_iter().chain(numbers(&second)).collect();
    assert_eq!(all, (0..SEGMENTS).map(|index| START + index * 2_000_000).collect::<Vec<_>>());
    assert_eq!(second["to"], (START + SEGMENTS * 2_000_000) as f64 / 1000.0);
}
