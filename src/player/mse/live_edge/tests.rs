use super::*;

fn sample(now: f64, ahead: f64) -> Sample {
    Sample { now, start: 0.0, end: 100.0, playhead: 100.0 - ahead, playing: true, slides: false }
}

/// The playhead goes along with the time, and so much is ahead of it.
fn moving(now: f64, ahead: f64) -> Sample {
    Sample { end: now + ahead, playhead: now, ..sample(now, 0.0) }
}

const TARGET: f64 = 0.35;

fn started() -> LiveEdge {
    let mut edge = LiveEdge::new(TARGET, true);
    assert_eq!(edge.step(sample(0.0, 100.0)), Step::Start(100.0 - (TARGET + UNKNOWN)));
    assert_eq!(edge.step(sample(KNOWN_AFTER, TARGET)), Step::Nothing);
    edge.edges.clear();
    edge.was = f64::NEG_INFINITY;
    edge
}

#[test]
fn the_start_is_corrected_once_by_a_seek_if_that_is_worth_it() {
    let corrected = |least: f64| {
        let mut edge = LiveEdge::new(TARGET, true);
        edge.step(sample(0.0, 100.0));
        edge.step(moving(0.1, least));
        let first = edge.step(moving(KNOWN_AFTER, 1.0));
        (first, edge.step(moving(KNOWN_AFTER + 0.1, 1.0)))
    };
    let (Step::Seek(to), after) = corrected(TARGET + 0.4) else { panic!("no seek") };
    assert!((to - KNOWN_AFTER - 0.4).abs() < 1e-9, "by 0.4, not to {to}");
    assert!(matches!(after, Step::Rate(_) | Step::Nothing), "once");
    assert!(!matches!(corrected(TARGET + 0.2).0, Step::Seek(_)));
}

#[test]
fn starts_when_the_target_and_a_little_more_is_there() {
    let mut edge = LiveEdge::new(TARGET, true);
    let early = Sample { now: 0.0, start: 0.0, end: 0.4, playhead: 0.0, playing: false, slides: false };
    assert_eq!(edge.step(early), Step::Nothing);
    assert_eq!(edge.step(Sample { end: 0.6, ..early }), Step::Start(0.6 - (TARGET + UNKNOWN)));
}

#[test]
fn slides_are_rushed_through_to_the_newest() {
    let mut edge = LiveEdge::new(TARGET, true);
    let slides = |ahead| Sample { slides: true, ..sample(1.0, ahead) };
    assert_eq!(edge.step(slides(100.0)), Step::Start(0.0), "no seek into a picture that stands");
    assert_eq!(edge.step(slides(2.6)), Step::Rate(RUSH));
    assert_eq!(edge.step(slides(1.0)), Step::Nothing);
    assert_eq!(edge.step(slides(0.01)), Step::Rate(1.0));
    assert_eq!(edge.step(Sample { playing: false, ..slides(2.6) }), Step::Nothing, "a viewer's pause");
}

#[test]
fn starts_with_less_when_no_more_comes() {
    let mut edge = LiveEdge::new(TARGET, true);
    let still = Sample { now: 0.0, start: 0.0, end: 0.033, playhead: 0.0, playing: false, slides: false };
    assert_eq!(edge.step(still), Step::Nothing);
    edge.start_at_once();
    assert_eq!(edge.step(still), Step::Start(0.0));
    assert!(edge.has_started());
}

#[test]
fn drifts_back_by_rate_and_rests_near_the_target() {
    let mut edge = started();
    assert_eq!(edge.step(sample(1.0, TARGET + 0.01)), Step::Nothing);
    assert_eq!(edge.step(sample(3.0, TARGET + 0.07)), Step::Rate(1.04));
    assert_eq!(edge.step(sample(5.0, TARGET)), Step::Rate(1.0));
    assert_eq!(edge.step(sample(7.0, TARGET - 0.09)), Step::Rate(0.96));
    assert_eq!(edge.step(sample(9.0, PLENTY + 0.1)), Step::Rate(1.08));
}

#[test]
fn the_edge_at_its_worst_counts() {
    let mut edge = started();
    assert_eq!(edge.step(moving(20.0, TARGET)), Step::Nothing);
    for tenth in 1..10 {
        assert_eq!(
            edge.step(moving(20.0 + f64::from(tenth) / 10.0, TARGET + 0.15)),
            Step::Nothing,
            "within a second"
        );
    }
    assert_eq!(
        edge.step(moving(21.5, TARGET + 0.15)),
        Step::Rate(1.04),
        "beyond it only as much as a rhythm"
    );
    assert_eq!(edge.step(moving(22.0, TARGET + RHYTHM)), Step::Rate(1.0));
    assert_eq!(edge.step(moving(40.0, TARGET + RHYTHM)), Step::Rate(1.02), "and not for ever");
}

#[test]
fn a_line_on_which_it_runs_dry_gets_more_for_a_while() {
    let mut edge = started();
    edge.starved(0.5);
    assert_eq!(edge.target(), TARGET, "that was the start");
    edge.starved(10.0);
    edge.starved(11.0);
    assert_eq!(edge.target(), TARGET + 2.0 * MORE);
    (0..20).for_each(|_| edge.starved(12.0));
    assert_eq!(edge.target(), MOST);
    edge.step(sample(12.0, 0.5));
    edge.step(sample(1_000.0, 0.5));
    assert_eq!(edge.target(), TARGET);
}

#[test]
fn seeks_only_when_far_and_not_twice_in_a_row() {
    let mut edge = started();
    assert_eq!(edge.step(sample(6.0, 4.0)), Step::Seek(100.0 - TARGET));
    assert_eq!(edge.step(sample(7.0, 4.0)), Step::Rate(1.08));
    assert_eq!(edge.step(sample(11.5, 4.0)), Step::Seek(100.0 - TARGET));
}

#[test]
fn a_target_far_behind_is_a_target_too() {
    let mut edge = LiveEdge::new(10.0, true);
    assert_eq!(edge.step(sample(0.0, 100.0)), Step::Start(100.0 - (10.0 + UNKNOWN)));
    assert_eq!(edge.step(sample(1.0, 10.0)), Step::Nothing);
}

#[test]
fn a_viewer_who_comes_back_is_put_at_the_edge() {
    let mut edge = started();
    assert_eq!(edge.back(sample(1.0, TARGET + 0.2)), Step::Nothing);
    assert_eq!(edge.back(sample(1.0, TARGET + 1.0)), Step::Seek(100.0 - TARGET));
}

#[test]
fn what_the_way_back_to_the_edge_took_is_passed_over_once() {
    let mut edge = started();
    assert!(matches!(edge.back(sample(10.0, TARGET + 4.0)), Step::Seek(_)));
    assert_eq!(edge.step(Sample { playing: false, ..sample(11.0, TARGET + 1.0) }), Step::Nothing);
    assert_eq!(edge.step(sample(11.4, TARGET + 1.4)), Step::Seek(100.0 - TARGET));
    assert_eq!(edge.step(Sample { playing: false, ..sample(12.0, TARGET) }), Step::Nothing);
    assert_eq!(edge.step(sample(12.8, TARGET + 1.4)), Step::Rate(1.08), "not again and again");
}

#[test]
fn who_has_just_come_back_when_it_stands_is_put_at_the_edge_once_that_is_there() {
    // To where the playhead was all the time, from a pause, or from where it was far behind.
    for (paused, playhead) in [(false, 10.0), (true, 10.0), (true, 6.0), (false, 6.0)] {
        let mut edge = started();
        assert_eq!(edge.step(moving(5.9, TARGET)), Step::Nothing);
        if paused {
            edge.step(Sample { playing: false, ..moving(6.0, TARGET) });
        }
        let step = edge.back(Sample { playhead, ..moving(10.0, TARGET) });
        assert_eq!(matches!(step, Step::Seek(_)), playhead < 10.0);
        edge.step(Sample { playing: !matches!(step, Step::Seek(_)), ..moving(10.01, TARGET - 0.01) });
        // The line stands from then on, and the playhead when it has come to the end. The rest comes in pieces.
        let stands = |now, ahead| Sample { end: 10.35 + ahead, playhead: 10.35, ..sample(now, 0.0) };
        for ahead in [0.0, 0.8, 1.0, 1.2] {
            let step = edge.step(stands(11.6, ahead));
            assert!(!matches!(step, Step::Seek(_)), "the rest is on its way, {ahead}: {step:?}");
        }
        assert_eq!(edge.step(stands(11.6, 1.6)), Step::Seek(10.35 + 1.6 - TARGET));
    }
}

#[test]
fn a_line_that_has_become_slower_is_known_for_it_after_a_while() {
    let mut edge = started();
    edge.step(moving(1.0, TARGET + 1.0));
    for look in 0..1_000 {
        edge.step(moving(2.0 + f64::from(look) / 30.0, TARGET));
    }
    assert!(matches!(edge.back(moving(40.0, TARGET + 0.2)), Step::Nothing));
    assert_eq!(edge.step(moving(41.0, TARGET + 0.5)), Step::Seek(41.0 + 0.5));
}

#[test]
fn an_outage_after_which_all_is_earlier_in_the_elements_time_is_forgotten_within_seconds() {
    let mut edge = started();
    edge.step(moving(1.0, TARGET));
    // Ten seconds are missing, and what came after them was put where they had been.
    let after = |now: f64, ahead| moving(now - 10.0, ahead);
    for look in 0..600 {
        let now = 12.0 + f64::from(look) / 30.0;
        edge.step(Sample { now, ..after(now, TARGET) });
    }
    assert_eq!(edge.back(Sample { now: 40.0, ..after(40.0, TARGET) }), Step::Nothing);
    assert!(matches!(edge.step(Sample { now: 41.0, ..after(41.0, TARGET + 0.5) }), Step::Seek(_)));
}

#[test]
fn who_has_watched_for_some_seconds_misses_nothing() {
    let mut edge = started();
    assert_eq!(edge.back(moving(10.0, TARGET)), Step::Nothing);
    let step = edge.step(moving(13.1, TARGET + 1.0));
    assert!(matches!(step, Step::Nothing | Step::Rate(_)), "{step:?}");
}

#[test]
fn a_playhead_whose_media_was_evicted_is_lost() {
    let mut edge = started();
    let lost = Sample { now: 1.0, start: 50.0, end: 51.0, playhead: 20.0, playing: true, slides: false };
    assert_eq!(edge.step(lost), Step::Seek(51.0 - TARGET));
}
