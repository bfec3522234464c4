//! Which blob to show when. Pure: all times are arguments, in seconds.
//!
//! A newcomer plays the partial blob of the current segment. When it runs out, the grown blob of the same
//! segment takes its place, at the same time. Once that segment is complete, its last change waits so long
//! that the next segment will be complete when this one has played: from then on there is one change per
//! segment, and the picture is one interval behind.

use blobcast_wire::Segment;

/// The least that a first blob, or a grown one, must offer to be worth a change.
const WORTH: f64 = 0.5;

/// The next segment may be complete a little late: room for jitter.
const SLACK: f64 = 0.15;

/// How much longer than the last one a segment may take before what there is of it is shown.
const PATIENCE: f64 = 1.0;

/// A segment as far as it is here.
#[derive(Clone, Copy, Debug)]
pub struct Gathered {
    pub segment: Segment,
    /// Bytes.
    pub len: usize,
    /// Media time in it.
    pub duration: f64,
    /// When its last chunk came.
    pub complete: Option<f64>,
}

/// What the element plays.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    pub segment: Segment,
    /// Bytes in its object URL.
    pub len: usize,
    /// The playhead.
    pub position: f64,
    /// Played to its end, or not playable.
    pub ran_out: bool,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Plan {
    /// Nothing before more arrives.
    Keep,
    /// Look again then.
    WaitUntil(f64),
    /// Show this segment, as far as it is here, from this time on.
    Show { segment: Segment, from: f64 },
}

/// Decides. `gathered` is in the order of arrival, oldest first: the numbers of a relay that was started again
/// may be lower than those before.
pub fn next(shown: Option<Shown>, gathered: &[Gathered], now: f64) -> Plan {
    let Some(shown) = shown else { return first(gathered) };
    if !shown.ran_out {
        return Plan::Keep;
    }
    let place = gathered.iter().position(|it| it.segment == shown.segment);
    let (same, later) = match place {
        Some(place) => (gathered.get(place), &gathered[place + 1..]),
        None => (None, gathered),
    };
    match same {
        Some(same) if same.len > shown.len => grow(same, later, shown.position, now),
        Some(same) if same.complete.is_none() => Plan::Keep,
        same => follow(later, same.map_or(0.0, |same| same.duration)),
    }
}

/// The live edge, for a viewer who comes back.
pub fn at_edge(gathered: &[Gathered]) -> Plan {
    match gathered.last() {
        Some(newest) if newest.duration >= WORTH => {
            Plan::Show { segment: newest.segment, from: (newest.duration - WORTH).max(0.0) }
        }
        // It has only just begun, and will be worth a change in a moment.
        Some(newest) if newest.complete.is_none() => Plan::Keep,
        _ => first(gathered),
    }
}

fn first(gathered: &[Gathered]) -> Plan {
    let worth = |newest: &&Gathered| newest.duration >= WORTH || newest.complete.is_some();
    gathered
        .last()
        .filter(worth)
        .map_or(Plan::Keep, |newest| Plan::Show { segment: newest.segment, from: 0.0 })
}

fn grow(same: &Gathered, later: &[Gathered], position: f64, now: f64) -> Plan {
    let show = Plan::Show { segment: same.segment, from: position };
    let behind = later.iter().any(|later| later.complete.is_some());
    match same.complete {
        // Begun then, the rest of it plays until the next one is complete, if that is as long as this one.
        Some(complete) if !behind && now < complete + position + SLACK => {
            Plan::WaitUntil(complete + position + SLACK)
        }
        Some(_) => show,
        None if same.duration - position >= WORTH => show,
        None => Plan::Keep,
    }
}

fn follow(later: &[Gathered], last_duration: f64) -> Plan {
    let mut complete = later.iter().filter(|later| later.complete.is_some());
    let (oldest, more) = (complete.next(), complete.next_back());
    // More than one is complete: this viewer fell behind, and goes on with the newest.
    if let Some(next) = more.or(oldest) {
        return Plan::Show { segment: next.segment, from: 0.0 };
    }
    let overdue = later.iter().find(|later| later.duration > last_duration + PATIENCE);
    overdue.map_or(Plan::Keep, |later| Plan::Show { segment: later.segment, from: 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(segment: Segment, duration: f64, complete: Option<f64>) -> Gathered {
        Gathered { segment, len: (duration * 1000.0) as usize, duration, complete }
    }

    fn ran_out(segment: Segment, position: f64) -> Option<Shown> {
        Some(Shown { segment, len: (position * 1000.0) as usize, position, ran_out: true })
    }

    fn show(segment: Segment, from: f64) -> Plan {
        Plan::Show { segment, from }
    }

    #[test]
    fn a_newcomer_sees_the_partial_blob_once_it_holds_a_picture() {
        assert_eq!(next(None, &[], 0.0), Plan::Keep);
        assert_eq!(next(None, &[part(1, 0.1, None)], 0.0), Plan::Keep);
        assert_eq!(next(None, &[part(1, 1.2, None)], 0.0), show(1, 0.0));
    }

    #[test]
    fn what_plays_is_left_alone() {
        let shown = Shown { segment: 1, len: 1200, position: 0.7, ran_out: false };
        assert_eq!(next(Some(shown), &[part(1, 4.0, Some(4.0)), part(2, 4.0, Some(8.0))], 9.0), Plan::Keep);
    }

    #[test]
    fn the_grown_blob_goes_on_at_the_same_time() {
        assert_eq!(next(ran_out(1, 1.2), &[part(1, 1.4, None)], 1.3), Plan::Keep, "not worth a change yet");
        assert_eq!(next(ran_out(1, 1.2), &[part(1, 2.4, None)], 2.4), show(1, 1.2));
    }

    #[test]
    fn the_last_change_of_the_first_segment_waits_for_the_beat() {
        // Segments of 4 s; 1 is complete at 4, so 2 will be at 8. From 2.4 on, 1 has 1.6 s left.
        let gathered = [part(1, 4.0, Some(4.0)), part(2, 0.8, None)];
        assert_eq!(next(ran_out(1, 2.4), &gathered, 4.8), Plan::WaitUntil(4.0 + 2.4 + SLACK));
        assert_eq!(next(ran_out(1, 2.4), &gathered, 6.6), show(1, 2.4));
        // A viewer who is behind anyway does not wait.
        let behind = [part(1, 4.0, Some(4.0)), part(2, 4.0, Some(8.0))];
        assert_eq!(next(ran_out(1, 2.4), &behind, 5.0), show(1, 2.4));
    }

    #[test]
    fn then_one_change_per_segment() {
        assert_eq!(next(ran_out(1, 4.0), &[part(1, 4.0, Some(4.0)), part(2, 3.9, None)], 7.9), Plan::Keep);
        let gathered = [part(1, 4.0, Some(4.0)), part(2, 4.0, Some(8.0)), part(3, 0.1, None)];
        assert_eq!(next(ran_out(1, 4.0), &gathered, 8.1), show(2, 0.0));
    }

    #[test]
    fn who_is_two_behind_goes_to_the_newest() {
        let gathered = [part(2, 4.0, Some(8.0)), part(3, 4.0, Some(12.0)), part(4, 1.0, None)];
        assert_eq!(next(ran_out(1, 4.0), &gathered, 13.0), show(3, 0.0));
    }

    #[test]
    fn what_came_later_is_later_whatever_its_number() {
        let gathered = [part(9, 4.0, Some(4.0)), part(2, 4.0, Some(8.0)), part(3, 0.1, None)];
        assert_eq!(next(ran_out(9, 4.0), &gathered, 8.1), show(2, 0.0));
        assert_eq!(next(ran_out(2, 4.0), &gathered[1..], 8.1), Plan::Keep);
    }

    #[test]
    fn a_segment_that_takes_much_longer_is_shown_as_it_is() {
        let gathered = |duration| [part(1, 4.0, Some(4.0)), part(2, duration, None)];
        assert_eq!(next(ran_out(1, 4.0), &gathered(4.9), 9.0), Plan::Keep);
        assert_eq!(next(ran_out(1, 4.0), &gathered(5.1), 9.2), show(2, 0.0));
    }

    #[test]
    fn a_viewer_who_comes_back_is_at_the_edge() {
        assert_eq!(at_edge(&[part(1, 4.0, Some(4.0)), part(2, 3.0, None)]), show(2, 2.5));
        assert_eq!(at_edge(&[part(1, 4.0, Some(4.0)), part(2, 0.1, None)]), Plan::Keep, "in a moment");
        assert_eq!(
            at_edge(&[part(1, 4.0, Some(4.0)), part(2, 0.1, Some(4.1))]),
            show(2, 0.0),
            "the last words"
        );
        assert_eq!(at_edge(&[]), Plan::Keep);
    }
}
