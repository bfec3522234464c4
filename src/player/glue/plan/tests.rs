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
    assert_eq!(upcoming(&at(ONE, 3.2, 4.0), &gathered), change(4.0, TWO, 0.0));
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
fn who_has_fallen_back_goes_on_a_segment_behind_the_newest_when_the_source_has_ended() {
    let gathered = |newest| [whole(ONE), whole(TWO), part(THREE, newest)];
    assert_eq!(upcoming(&at(ONE, 3.2, 4.0), &gathered(0.9)), change(4.0, TWO, 0.0), "a bit");
    assert_eq!(upcoming(&at(ONE, 3.2, 4.0), &gathered(3.0)), None, "nothing is prepared that is passed over");
    assert_eq!(next(Some(at(ONE, 3.2, 4.0)), &gathered(3.0)), Plan::Keep);
    assert_eq!(next(ran_out(ONE, 4.0), &gathered(3.0)), show(TWO, 3.0));
    let gathered = [whole(TWO), whole(THREE), part(THREE + 4_000_000, 1.5)];
    assert_eq!(next(ran_out(ONE, 4.0), &gathered), show(THREE, 1.5), "what is shown is kept no more");
}

/// What is kept when the source of the segment before it has ended: two whole segments, and so much of a third.
fn short_ones(interval: f64, newest: f64) -> [Gathered; 3] {
    let segment = |n: u64| TWO + n * (interval * 1e6) as u64;
    let whole = |n| Gathered { is_complete: true, ..part(segment(n), interval) };
    [whole(0), whole(1), part(segment(2), newest)]
}

#[test]
fn who_has_fallen_back_among_segments_of_a_second_goes_on_near_the_newest() {
    let gathered = short_ones(1.0, 0.5);
    let Plan::Show { segment, from } = next(ran_out(ONE, 1.0), &gathered) else { panic!("nothing") };
    assert_eq!(segment, gathered[1].segment, "the first is passed over");
    assert!((from - (1.5 - FIRST)).abs() < 1e-9, "{from}");
    assert_eq!(next(ran_out(ONE, 1.0), &gathered[..2]), show(TWO, 0.0), "a segment behind is what all are");
}

#[test]
fn of_segments_of_half_a_second_no_more_is_kept_than_a_viewer_may_be_behind() {
    assert_eq!(next(ran_out(ONE, 0.5), &short_ones(0.5, 0.4)), show(TWO, 0.0));
}

#[test]
fn a_segment_that_was_cut_short_makes_nobody_fall_back() {
    let third = TWO + 300_000;
    let gathered =
        |newest| [whole(ONE), Gathered { is_complete: true, ..part(TWO, 0.3) }, part(third, newest)];
    assert_eq!(next(ran_out(ONE, 4.0), &gathered(1.5)), show(TWO, 0.0));
    assert_eq!(next(ran_out(ONE, 4.0), &gathered(4.0)), show(TWO, 0.0), "a segment behind is what all are");
    assert_eq!(upcoming(&at(ONE, 3.2, 4.0), &gathered(4.0)).map(|change| change.segment), Some(TWO));
    let fourth = part(third + 4_000_000, 2.0);
    let [one, two, three] = gathered(4.0);
    assert_eq!(next(ran_out(ONE, 4.0), &[one, two, three, fourth]), show(third, 2.0));
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
