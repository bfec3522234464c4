//! A broadcast and its viewer in one page, through the real relay.
#![cfg(target_arch = "wasm32")]

mod common;

use common::{Heard, MovingPicture, Video, fresh_name, get, options, record, relay, until_time, view};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::EventTarget;

wasm_bindgen_test_configure!(run_in_browser);

fn events() -> EventTarget {
    EventTarget::new().expect("a target")
}

fn is_state(state: &'static str) -> impl Fn(&JsValue) -> bool {
    move |detail| get(detail, "state") == *state
}

async fn plays_over_a_restart(mode: &str) {
    let (url, name) = (JsValue::from(relay().await), fresh_name());
    let picture = MovingPicture::new();
    let video = Video::new();
    let (of_recording, of_viewing) = (events(), events());
    let states = Heard::new(&of_viewing, "state");
    let errors = Heard::new(&of_viewing, "error");

    // The viewer is first: it waits.
    let here = options([("url", url.clone()), ("name", name.clone()), ("mode", mode.into())]);
    let viewing = view(&video.0, &here, of_viewing).await.expect("connected");
    assert_eq!(viewing.state(), "waiting");

    let here = options([("url", url), ("name", name), ("restartInterval", 1000.into())]);
    let recording = record(&picture.stream(), &here, of_recording).await.expect("recording");
    assert_eq!(recording.state(), "live");
    assert!(get(&recording.stats(), "segment").as_f64().expect("a number") > 1e15, "µs since the Unix epoch");

    states.until(is_state("live")).await;
    until_time(&video.0, 0.1).await;
    while get(&viewing.stats(), "restarts").as_f64().expect("a number") < 2.0 {
        common::next(&video.0, "timeupdate").await;
    }
    assert_eq!(video.0.video_width(), 160);
    let stats = viewing.stats();
    assert_eq!(get(&stats, "mode"), JsValue::from(mode));
    assert!(get(&stats, "latency").as_f64().expect("a number") < 10_000.0);

    JsFuture::from(recording.stop()).await.expect("stopped");
    assert_eq!(recording.state(), "stopped");
    states.until(is_state("ended")).await;
    JsFuture::from(recording.stop()).await.expect("twice is harmless");
    viewing.stop();
    viewing.stop();
    assert_eq!(viewing.state(), "stopped");
    assert!(!video.0.has_attribute("src"), "the element is the page's again");
    assert!(errors.details().is_empty(), "{:?}", errors.details());
}

#[wasm_bindgen_test]
async fn a_viewer_plays_glued_blobs() {
    plays_over_a_restart("glue").await;
}

#[wasm_bindgen_test]
async fn a_viewer_plays_by_media_source() {
    plays_over_a_restart("mse").await;
}

#[wasm_bindgen_test]
async fn a_recording_ends_with_its_tracks() {
    let picture = MovingPicture::new();
    let target = events();
    let states = Heard::new(&target, "state");
    let here = options([("url", relay().await.into()), ("name", fresh_name())]);
    let recording = record(&picture.stream(), &here, target).await.expect("recording");
    for track in picture.stream.get_tracks() {
        track.unchecked_into::<web_sys::MediaStreamTrack>().stop();
    }
    states.until(is_state("ended")).await;
    assert_eq!(recording.state(), "ended");
}
