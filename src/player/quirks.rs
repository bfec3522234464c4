//! What browsers do differently and nothing but their name tells.

use crate::dom::window;

/// Firefox 153: its MediaSource plays only the first cluster of a recording as browsers write it, its own
/// included.
pub fn plays_first_cluster_only() -> bool {
    is_firefox()
}

/// Firefox 153: a seek in a recording without cues goes to a cluster that does not begin with a keyframe, and
/// never ends; a media fragment in an object URL is ignored.
pub fn never_ends_a_seek() -> bool {
    is_firefox()
}

fn is_firefox() -> bool {
    window().navigator().user_agent().is_ok_and(|agent| agent.contains("Firefox/"))
}
