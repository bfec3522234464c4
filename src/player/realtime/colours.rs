//! From the container's words for colours to WebCodecs'.

use crate::events::object;
use blobcast_container::Colours;
use wasm_bindgen::JsValue;

/// A `VideoColorSpaceInit`: what VP8 does not say itself. Without it Chromium shows what was recorded from a canvas, which has the full
/// range, as if it had that of broadcasts. <https://www.w3.org/TR/webcodecs/#videocolorspace>
pub fn color_space(colours: Colours) -> JsValue {
    // The same numbers name the same standard in all three of them.
    let name = |number| match number {
        1 => "bt709".into(),
        5 => "bt470bg".into(),
        6 => "smpte170m".into(),
        13 => "iec61966-2-1".into(),
        _ => JsValue::NULL,
    };
    let full_range = if colours.range == 0 { JsValue::NULL } else { (colours.range == 2).into() };
    object(&[
        ("fullRange", full_range),
        ("matrix", name(colours.matrix)),
        ("transfer", name(colours.transfer)),
        ("primaries", name(colours.primaries)),
    ])
}
