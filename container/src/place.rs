//! Where segments lie in one continuous stream of them.

use blobcast_wire::Segment;

/// What is missing between two segments, ms, and is not made up for: the picture stands, and browsers play sound over so
/// small a gap.
pub const GAP: i64 = 100;

/// Where a segment's media begins, s: as long after the one `before`, which has its place, as it began after it, so that the two fit
/// together as they were recorded. `newest` is the time of the newest frame in the stream, `end` is where it ends, ms. What overlaps what
/// is there, or would leave a hole in which a player would wait for ever, begins at the end.
pub fn place(before: Option<(Segment, f64)>, segment: Segment, newest: Option<i64>, end: i64) -> f64 {
    let after = |(before, place): (Segment, f64)| place + (segment as i64 - before as i64) as f64 / 1e6;
    let fits = |place: &f64| {
        let place = (place * 1e3).round() as i64;
        newest.is_some_and(|newest| place > newest) && place <= end + GAP
    };
    before.map(after).filter(fits).unwrap_or(end as f64 / 1e3)
}
