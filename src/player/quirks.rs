//! What browsers do differently and nothing but their name tells.

use crate::dom::window;

/// WebKitGTK 2.50: its MediaSource hangs the page on an early seek or flush, about once in five viewings, and mutes
/// and pauses by itself. Blob URLs play well. <https://github.com/WebPlatformForEmbedded/WPEWebKit/issues/1367>
pub fn hangs_in_media_source() -> bool {
    let is_webkit_on_linux = |agent: String| {
        agent.contains("AppleWebKit/")
            && agent.contains("Linux")
            && !agent.contains("Chrom")
            && !agent.contains("Android")
    };
    window().navigator().user_agent().is_ok_and(is_webkit_on_linux)
}
