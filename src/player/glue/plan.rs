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

/// The same for a change that is prepared: the next source will have grown by then, but not the standby's.
const WORTH_EARLY: f64 = 0.6;

/// A partial source is left so long before its end, where sound and picture do not end together.
const TAIL: f64 = 0.15;

/// A change is prepared so long before; and it takes this long, at least.
const EARLY: f64 = 0.5;
const LATE: f64 = 0.12;

/// What a partial source should leave to the grown one, so that this has time to prepare the next change.
const REST: f64 = 0.8;

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
        let is_worth_it = same.is_complete || same.duration - at >= WORTH_EARLY;
        is_worth_it.then_some(Change { at, segment: same.segment, from: at })
    } else {
        let next =
            next.filter(|next| same.is_complete && (next.is_complete || next.duration >= WORTH_EARLY))?;
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
        _ => follow(later),
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

fn follow(later: &[Gathered]) -> Plan {
    let newest = later.iter().rfind(|later| later.is_complete);
    // More than one is complete: this viewer fell behind, and goes on with the newest.
    let next = newest.or_else(|| later.first().filter(|next| next.duration >= FIRST));
    next.map_or(Plan::Keep, |next| Plan::Show { segment: next.segment, from: 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Segment numbers, µs: segments of 4 s.
    const ONE: Segment = 1_000_000;
    const TWO: Segment = ONE + 4_000_000;
    const THREE: Segment = TWO + 4_000_000;

    fn part(segment: Segment, duration: f64) -> Gathered {
        Gathered { segment, len: (duration * 1000.0) as usize, duration, is_complete: false }
    }

    fn whole(segment: Segment) -> Gathered {
        Gathered { is_complete: true, ..part(segment, 4.0) }
    }

    /// At a position in a source of so many seconds.
    fn at(segment: Segment, position: f64, end: f64) -> Shown {
        Shown { segment, len: (end * 1000.0) as usize, position, end, ran_out: false }
    }

    fn ran_out(segment: Segment, position: f64) -> Option<Shown> {
        Some(Shown { ran_out: true, ..at(segment, position, position) })
    }

    fn show(segment: Segment, from: f64) -> Plan {
        Plan::Show { segment, from }
    }

    fn change(at: f64, segment: Segment, from: f64) -> Option<Change> {
        Some(Change { at, segment, from })
    }

    #[test]
    fn a_newcomer_sees_the_partial_blob_once_there_is_enough_in_hand() {
        assert_eq!(next(None, &[]), Plan::Keep);
        assert_eq!(next(None, &[part(ONE, 1.1)]), Plan::Keep);
        assert_eq!(next(None, &[part(ONE, 1.3)]), show(ONE, 0.0));
        let short = Gathered { is_complete: true, ..part(ONE, 0.5) };
        assert_eq!(next(None, &[short]), show(ONE, 0.0), "there will be no more of it");
    }

    #[test]
    fn what_plays_is_left_alone() {
        assert_eq!(next(Some(at(ONE, 0.7, 1.2)), &[whole(ONE), whole(TWO)]), Plan::Keep);
    }

    #[test]
    fn a_change_is_prepared_when_it_is_near_and_not_too_near() {
        let gathered = [whole(ONE), part(TWO, 1.5)];
        assert_eq!(upcoming(&at(ONE, 3.0, 4.0), &gathered), None);
        assert_eq!(upcoming(&at(ONE, 3.5, 4.0), &gathered), change(4.0, TWO, 0.0));
        assert_eq!(upcoming(&at(ONE, 3.9, 4.0), &gathered), None);
    }

    #[test]
    fn the_next_segment_begins_where_its_number_says_or_the_source_ends() {
        let gathered = [whole(ONE), part(TWO, 1.5)];
        let ending = |end| Shown { end, ..at(ONE, 3.5, 4.0) };
        assert_eq!(upcoming(&ending(4.06), &gathered), change(4.0, TWO, 0.0), "sound is longer");
        assert_eq!(upcoming(&ending(3.9), &gathered), change(3.9, TWO, 0.0), "a hole");
        assert_eq!(upcoming(&at(ONE, 3.5, 4.0), &[whole(ONE), part(TWO, 0.1)]), None, "not worth it yet");
        assert_eq!(upcoming(&at(ONE, 3.5, 4.0), &[whole(ONE)]), None);
    }

    #[test]
    fn the_grown_blob_goes_on_before_the_source_ends() {
        let shown = at(ONE, 1.0, 1.5);
        assert_eq!(upcoming(&shown, &[part(ONE, 1.6)]), None, "not worth a change yet");
        assert_eq!(upcoming(&shown, &[part(ONE, 2.4)]), change(1.5 - TAIL, ONE, 1.5 - TAIL));
    }

    #[test]
    fn a_partial_source_leaves_enough_to_the_grown_one() {
        let gathered = [whole(ONE), part(TWO, 1.5)];
        assert_eq!(upcoming(&at(ONE, 3.0, 3.9), &gathered), change(4.0 - REST, ONE, 4.0 - REST));
        let late = upcoming(&at(ONE, 3.4, 3.9), &gathered).expect("as soon as can be");
        assert!(late.at > 3.4 && late.at < 3.6, "{late:?}");
    }

    #[test]
    fn numbers_that_go_back_say_nothing_of_time() {
        let gathered = [whole(TWO), part(ONE, 1.5)];
        assert_eq!(upcoming(&at(TWO, 3.5, 4.0), &gathered), change(4.0, ONE, 0.0));
    }

    #[test]
    fn who_ran_out_goes_on_at_the_same_time() {
        assert_eq!(next(ran_out(ONE, 1.2), &[part(ONE, 1.4)]), Plan::Keep, "not worth a change yet");
        assert_eq!(next(ran_out(ONE, 1.2), &[part(ONE, 2.4)]), show(ONE, 1.2));
        assert_eq!(next(ran_out(ONE, 3.8), &[whole(ONE)]), show(ONE, 3.8), "the rest, however short");
    }

    #[test]
    fn who_ran_out_at_the_end_goes_on_with_the_next_segment() {
        assert_eq!(next(ran_out(ONE, 4.0), &[whole(ONE), part(TWO, 0.9)]), Plan::Keep);
        assert_eq!(next(ran_out(ONE, 4.0), &[whole(ONE), part(TWO, 1.3)]), show(TWO, 0.0));
        assert_eq!(next(ran_out(ONE, 4.0), &[whole(ONE), whole(TWO), part(THREE, 0.1)]), show(TWO, 0.0));
    }

    #[test]
    fn who_is_two_behind_goes_to_the_newest() {
        let gathered = [whole(TWO), whole(THREE), part(THREE + 4_000_000, 1.0)];
        assert_eq!(next(ran_out(ONE, 4.0), &gathered), show(THREE, 0.0));
    }

    #[test]
    fn what_came_later_is_later_whatever_its_number() {
        let gathered = [whole(THREE), whole(ONE), part(TWO, 0.1)];
        assert_eq!(next(ran_out(THREE, 4.0), &gathered), show(ONE, 0.0));
        assert_eq!(next(ran_out(ONE, 4.0), &gathered[1..]), Plan::Keep);
    }

    #[test]
    fn a_viewer_who_comes_back_is_as_far_behind_as_asked() {
        let gathered = [whole(ONE), part(TWO, 3.0)];
        assert_eq!(behind_edge(&gathered, 0.5), show(TWO, 2.5));
        assert_eq!(behind_edge(&gathered, 4.5), show(ONE, 2.5));
        assert_eq!(behind_edge(&gathered, 9.0), show(ONE, 0.0), "all there is");
        assert_eq!(behind_edge(&[part(TWO, 0.1)], 1.2), Plan::Keep, "in a moment");
        let last_words = Gathered { is_complete: true, ..part(TWO, 0.1) };
        assert_eq!(behind_edge(&[last_words], 1.2), show(TWO, 0.0), "the last words");
        assert_eq!(behind_edge(&[], 1.2), Plan::Keep);
    }
}
