//! What browsers do differently and nothing but their name tells.

use crate::{dom::window, lean};

/// WebKitGTK 2.50: its MediaSource hangs the page on an early seek or flush, about once in five viewings, and mutes
/// and pauses by itself. Blob URLs play well. <https://github.com/WebPlatformForEmbedded/WPEWebKit/issues/1367>
pub fn hangs_in_media_source() -> bool {
    let is_webkit_on_linux = |agent: String| {
        let says = |word| lean::contains(&agent, word);
        says("AppleWebKit/") && says("Linux") && !says("Chrom") && !says("Android")
    };
    window().navigator().user_agent().is_ok_and(is_webkit_on_linux)
}

/// Firefox 153: what runs dry is drained, and the frame after that may be refused ("avcodec_send_packet error: End of file"),
/// so more is kept ahead.
pub fn refuses_after_running_dry() -> bool {
    window().navigator().user_agent().is_ok_and(|agent| lean::contains(&agent, "Firefox/"))
}
