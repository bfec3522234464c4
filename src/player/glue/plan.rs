//! Which blob to show when. Pure: all times are arguments, in seconds.
//!
//! A newcomer plays the partial blob of the current segment at once, and stays as far behind as that is. Before
//! a source runs out it is known what comes next: the grown blob of the same segment, which goes on at the same
//! time, or the next segment. So who joined near the end of a segment has one change per segment, and is about
//! one interval behind; who joined earlier has two, and is less behind.

use blobcast_wire::Segment;

/// The least that a first blob must offer. With less in hand, changes would follow each other too closely.
const FIRST: f64 = 1.2;

/// The least that a next blob, or a grown one, must offer to be worth a change.
const WORTH: f64 = 0.5;

/// A partial source is left so long before its end, where sound and picture do not end together.
const TAIL: f64 = 0.15;

/// A change is prepared so long before; and it takes this long, at least.
const EARLY: f64 = 0.6;
const LATE: f64 = 0.12;

/// What a partial source should leave to the grown one, so that this has time to prepare the next change.
const REST: f64 = 0.8;

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
    /// Its last chunk has come.
    pub is_complete: bool,
}

/// What the element plays.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    pub segment: Segment,
    /// Bytes in its object URL.
    pub len: usize,
    /// The playhead.
    pub position: f64,
    /// Where the source ends.
    pub end: f64,
    /// Played to its end, or not playable.
    pub ran_out: bool,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Plan {
    /// Nothing before more arrives.
    Keep,
    /// Show this segment, as far as it is here, from this time on.
    Show { segment: Segment, from: f64 },
}

/// A change that is to come, and can be prepared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// When the playhead of the source is here,
    pub at: f64,
    /// this segment goes on,
    pub segment: Segment,
    /// from this time in it.
    pub from: f64,
}

/// The change to prepare now, if there is one.
pub fn upcoming(shown: &Shown, gathered: &[Gathered]) -> Option<Change> {
    let place = gathered.iter().position(|it| it.segment == shown.segment)?;
    let (same, later) = (&gathered[place], &gathered[place + 1..]);
    let next = later.first();
    // A segment's number is when it began, so the next one's is when this one is over.
    let over = next.and_then(|next| next.segment.checked_sub(same.segment)).map(|micros| micros as f64 / 1e6);
    let change = if same.len > shown.len {
        let latest = shown.end - TAIL;
        let at = over.map_or(latest, |over| (over - REST).max(shown.position + LATE).min(latest));
        let is_worth_it = same.is_complete || same.duration - at >= WORTH;
        is_worth_it.then_some(Change { at, segment: same.segment, from: at })
    } else {
        let next = next.filter(|next| same.is_complete && (next.is_complete || next.duration >= WORTH))?;
        let at = over.map_or(shown.end, |over| over.min(shown.end));
        Some(Change { at, segment: next.segment, from: 0.0 })
    }?;
    (LATE..=EARLY).contains(&(change.at - shown.position)).then_some(change)
}

/// What to do when nothing was prepared: at the beginning, and for who ran out. `gathered` is in the order of
/// arrival, oldest first: the numbers of a relay that was started again may be lower than those before.
pub fn next(shown: Option<Shown>, gathered: &[Gathered]) -> Plan {
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
        Some(same) if same.len > shown.len => grow(same, shown.position),
        Some(same) if !same.is_complete => Plan::Keep,
        same => follow(later, same.map_or(0.0, |same| same.duration)),
    }
}

/// Where to go on so as to be that far behind the newest, for a viewer who comes back.
pub fn behind_edge(gathered: &[Gathered], behind: f64) -> Plan {
    let Some(newest) = gathered.last() else { return Plan::Keep };
    let mut rest = behind;
    for it in gathered.iter().rev() {
        if it.duration >= rest {
            return Plan::Show { segment: it.segment, from: it.duration - rest };
        }
        rest -= it.duration;
    }
    match gathered.first() {
        // All there is begins later.
        Some(oldest) if newest.is_complete || behind - rest >= WORTH => {
            Plan::Show { segment: oldest.segment, from: 0.0 }
        }
        // It has only just begun, and will be worth a change in a moment.
        _ => Plan::Keep,
    }
}

fn first(gathered: &[Gathered]) -> Plan {
    let worth = |newest: &&Gathered| newest.duration >= FIRST || newest.is_complete;
    gathered
        .last()
        .filter(worth)
        .map_or(Plan::Keep, |newest| Plan::Show { segment: newest.segment, from: 0.0 })
}

fn grow(same: &Gathered, position: f64) -> Plan {
    if same.is_complete || same.duration - position >= WORTH {
        Plan::Show { segment: same.segment, from: position }
    } else {
        Plan::Keep
    }
}

fn follow(later: &[Gathered], last_duration: f64) -> Plan {
    let mut complete = later.iter().filter(|later| later.is_complete);
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
