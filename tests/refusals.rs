//! What cannot be done is refused with a real Error, whose name says the kind and whose message names the option.
#![cfg(target_arch = "wasm32")]

mod common;

use common::{MovingPicture, Video, options, record, view};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{EventTarget, MediaStream};

wasm_bindgen_test_configure!(run_in_browser);

const NOBODY: &str = "ws://127.0.0.1:9";

fn assert_is(error: &JsValue, name: &str, mentions: &str) {
    let error = error.dyn_ref::<js_sys::Error>().expect("a real Error");
    assert_eq!(error.name(), name, "{}", error.message());
    assert!(
        String::from(error.message()).contains(mentions),
        "{} does not mention {mentions}",
        error.message()
    );
}

async fn recording_refused(stream: JsValue, given: JsValue) -> JsValue {
    record(&stream, &given, EventTarget::new().expect("a target")).await.expect_err("refused")
}

async fn viewing_refused(video: JsValue, given: JsValue) -> JsValue {
    view(&video, &given, EventTarget::new().expect("a target")).await.expect_err("refused")
}

#[wasm_bindgen_test]
async fn bad_options_of_a_recording() {
    let picture = MovingPicture::new();
    let with = |option: &str, value: JsValue| {
        options([("url", NOBODY.into()), ("name", "lobby".into()), (option, value)])
    };
    let cases = [
        ("url", "ftp://somewhere".into()),
        ("url", 7.into()),
        ("name", "a.b".into()),
        ("restartInterval", 499.into()),
        ("restartInterval", f64::NAN.into()),
        ("timeslice", "40".into()),
        ("connectTimeout", 0.into()),
        ("token", 5.into()),
        ("videoBitsPerSecond", JsValue::from(-1)),
        ("wakeLock", "yes".into()),
        ("debug", 1.into()),
    ];
    for (option, value) in cases {
        let error = recording_refused(picture.stream(), with(option, value)).await;
        assert_is(&error, "TypeError", option);
    }
    let nothing = MediaStream::new().expect("a stream without tracks");
    assert_is(&recording_refused(nothing.into(), with("name", "lobby".into())).await, "TypeError", "track");
    assert_is(&recording_refused(5.into(), with("name", "lobby".into())).await, "TypeError", "mediaStream");
    assert_is(&recording_refused(picture.stream(), JsValue::UNDEFINED).await, "TypeError", "options");
    let mp4 = with("mimeType", "video/quicktime".into());
    assert_is(&recording_refused(picture.stream(), mp4).await, "NotSupportedError", "mimeType");
}

#[wasm_bindgen_test]
async fn bad_options_of_a_viewing() {
    let video = Video::new();
    let with = |option: &str, value: JsValue| {
        options([("url", NOBODY.into()), ("name", "lobby".into()), (option, value)])
    };
    let refused = |given| viewing_refused(video.0.clone().into(), given);
    assert_is(&refused(with("mode", "hologram".into())).await, "TypeError", "mode");
    assert_is(&refused(with("targetLatency", 1.into())).await, "TypeError", "targetLatency");
    assert_is(&viewing_refused(JsValue::NULL, with("mode", "auto".into())).await, "TypeError", "video");
}

#[wasm_bindgen_test]
async fn a_relay_that_is_not_there() {
    let video = Video::new();
    let given = options([("url", NOBODY.into()), ("name", "lobby".into()), ("connectTimeout", 300.into())]);
    assert_is(&viewing_refused(video.0.clone().into(), given).await, "TimeoutError", NOBODY);
}

#[wasm_bindgen_test]
async fn a_token_that_cannot_be_had() {
    let video = Video::new();
    let asked = js_sys::Function::new_no_args("throw new Error('logged out')");
    let given = options([("url", NOBODY.into()), ("name", "lobby".into()), ("token", asked.into())]);
    assert_is(&viewing_refused(video.0.clone().into(), given).await, "NotAllowedError", "logged out");
}
