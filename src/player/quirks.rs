//! What browsers do differently and nothing but their name tells.

use crate::{dom::window, lean};

/// WebKitGTK 2.50: a seek in a MediaSource before there is a picture hangs the page, about once in four viewings.
/// <https://github.com/WebPlatformForEmbedded/WPEWebKit/issues/1367>
pub fn hangs_on_early_seek() -> bool {
    is_webkit_on_linux()
}

/// WebKitGTK 2.50: a MediaStream of a canvas's picture and an AudioContext's sound is never shown, in every second viewing.
pub fn hides_picture_beside_sound() -> bool {
    is_webkit_on_linux()
}

fn is_webkit_on_linux() -> bool {
    let is_it = |agent: String| {
        let says = |word| lean::contains(&agent, word);
        says("AppleWebKit/") && says("Linux") && !says("Chrom") && !says("Android")
    };
    window().navigator().user_agent().is_ok_and(is_it)
}

/// Firefox 153: what runs dry is drained, and the frame after that may be refused ("avcodec_send_packet error: End of file"),
/// so more is kept ahead.
pub fn refuses_after_running_dry() -> bool {
    window().navigator().user_agent().is_ok_and(|agent| lean::contains(&agent, "Firefox/"))
}
