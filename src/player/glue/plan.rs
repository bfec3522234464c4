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

/// A partial source is left so long before its end, where sound and picture do not end together, and a standby that is late
/// finds it still playing.
const TAIL: f64 = 0.25;

/// It takes this long at least to prepare a change; and one that is further away than this may still become another.
const LATE: f64 = 0.12;
const AHEAD: f64 = 0.9;

/// What a partial source should leave to the grown one, so that this has time to prepare the next change.
const REST: f64 = 0.8;

/// Who goes on with the next segment while there is more than this beyond a segment of the usual length has fallen back.
const FALLEN: f64 = 1.0;

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

/// The next change, if it is known and there is time to prepare it.
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
        let is_ready = |next: &&Gathered| next.is_complete || next.duration >= WORTH_EARLY;
        let next = next
            .filter(|next| same.is_complete && is_ready(next) && fallen_back(Some(same), later).is_none())?;
        let at = over.map_or(shown.end, |over| over.min(shown.end));
        Some(Change { at, segment: next.segment, from: 0.0 })
    }?;
    (LATE..=AHEAD).contains(&(change.at - shown.position)).then_some(change)
}

/// What to do when nothing was prepared: at the beginning, and for who ran out. `gathered` is in the order of
/// arrival, oldest first: the numbers of a relay that was started again may be lower than those before.
pub fn next(shown: Option<Shown>, gathered: &[Gathered]) -> Plan {
    let newest = gathered.len().saturating_sub(1);
    let Some(shown) = shown else { return follow(None, &gathered[newest..]) };
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
        _ => follow(same, later),
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

fn grow(same: &Gathered, position: f64) -> Plan {
    if same.is_complete || same.duration - position >= WORTH {
        Plan::Show { segment: same.segment, from: position }
    } else {
        Plan::Keep
    }
}

fn follow(same: Option<&Gathered>, later: &[Gathered]) -> Plan {
    // Who went on would stay so far back, and get further with each change that takes too long.
    if let Some(behind) = fallen_back(same, later) {
        return behind_edge(later, behind);
    }
    match later {
        [next, ..] if next.is_complete || next.duration >= FIRST => {
            Plan::Show { segment: next.segment, from: 0.0 }
        }
        _ => Plan::Keep,
    }
}

/// How far behind the newest who has fallen back goes on: as far as a segment usually is long. One that was cut short is shorter.
fn fallen_back(same: Option<&Gathered>, later: &[Gathered]) -> Option<f64> {
    let (mut there, mut usual) = (0.0, FIRST.max(same.map_or(0.0, |same| same.duration)));
    for it in later {
        there += it.duration;
        usual = usual.max(it.duration);
    }
    (there - usual > FALLEN).then_some(usual)
}

#[cfg(test)]
mod tests;
