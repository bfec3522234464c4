//! A browser's WebM recording, brought into normal form as it arrives: one cluster, cut at the edges of blocks.
//!
//! Browsers write a cluster every 0.1 to 30 s. What plays it by MediaSource suffers from that: where frames are
//! missing at the edge of a cluster Chromium drops the picture up to the next keyframe (inside one it knows how
//! long the frame before lasts), and Firefox plays the first cluster only. So all clusters become one, of
//! unknown size, and the times of their blocks are counted from the beginning.
//!
//! ```text
//! EBML │ Segment │ Info │ Tracks │ Cluster 0 │ block │ group  │ Cluster 120 │ block │ Cues
//!  ↓        ↓        ↓       ↓         ↓         ↓       ↓         ✂           ↓       ✂
//! EBML │ Segment │ Info │ Tracks │ Cluster 0 │ block │ block  │             block
//! ```
//!
//! What else differs from browser to browser is made alike: there is no alpha plane (WebKit refuses a video that
//! says it has one), a block is a SimpleBlock, a packet of sound says that it is a keyframe, times never go
//! back, and no picture comes before the first keyframe. Nothing else is touched: frames stay as they were encoded.
//!
//! The container is Matroska, <https://www.rfc-editor.org/rfc/rfc9559>, in EBML,
//! <https://www.rfc-editor.org/rfc/rfc8794>.

mod block;
mod durations;
mod ebml;
mod error;
mod opus;
mod tidy;
mod tracks;

pub use durations::Durations;
pub use error::Error;
pub use tidy::Tidy;
