use super::*;

const ASKED: Rates = Rates { video: 2_500_000, audio: 128_000 };

fn ms(ms: u64) -> f64 {
    ms as f64
}

/// A line that is sent 20 kB every 100 ms and takes so much of that, for two seconds until `now`, s.
fn line(share: f64, now: u64) -> Line {
    let mut line = Line::new(0.0);
    let start = now * 1_000 - 2_000;
    for i in 1..=20 {
        line.sent((10, i), 20_000, ms(start + u64::from(i) * 100));
        line.have(10, (f64::from(i) * share) as u32 + 1, 10, ms(0), ms(start + u64::from(i) * 100));
    }
    line
}

fn narrow(now: u64) -> Line {
    line(0.5, now)
}

fn fine(now: u64) -> Line {
    line(1.0, now)
}

/// A run that begins then, s: its picture's bitrate and what is told.
fn run(bitrate: &mut Bitrate, line: &Line, now: u64) -> (u32, Option<Change>) {
    bitrate.next_run(ASKED, line, ms(now * 1_000));
    (bitrate.of(ASKED).video, bitrate.take_change())
}

#[test]
fn a_wide_line_gets_what_was_asked_for() {
    let mut bitrate = Bitrate::default();
    for now in 10..20 {
        assert_eq!(run(&mut bitrate, &fine(now), now), (ASKED.video, None));
        assert!(!bitrate.wants_less(ASKED, &fine(now), ms(5_000), ms(now * 1_000)));
    }
}

#[test]
fn it_goes_down_to_what_the_line_has_carried_and_step_by_step_up_again() {
    let mut bitrate = Bitrate::default();
    assert!(!bitrate.wants_less(ASKED, &narrow(10), ms(400), ms(10_000)), "the run has only begun");
    assert!(bitrate.wants_less(ASKED, &narrow(10), ms(500), ms(10_000)));
    // Half of the 1.6 Mbit/s is carried, and 0.7 of that is taken.
    let (video, told) = run(&mut bitrate, &narrow(10), 10);
    assert!((400_000..460_000).contains(&video), "{video}");
    assert_eq!((told, bitrate.of(ASKED).audio), (Some(Change::Narrow), ASKED.audio));
    assert!(
        !bitrate.wants_less(ASKED, &narrow(11), ms(1_000), ms(11_000)),
        "what was sent before comes first"
    );
    assert_eq!(run(&mut bitrate, &fine(12), 12), (video, None), "a moment later it stays");
    let mut last = video;
    for step in 0..20 {
        let now = 16 + step * 6;
        match run(&mut bitrate, &fine(now), now) {
            (video, Some(Change::Recovering)) => {
                assert!(video > last && video < last * 13 / 10 + 32_000, "{last} to {video}");
                last = video;
            }
            (video, told) => {
                assert_eq!((video, told, step), (ASKED.video, Some(Change::Clear), 6));
                assert_eq!(run(&mut bitrate, &fine(now + 4), now + 4), (ASKED.video, None));
                return;
            }
        }
    }
    panic!("never clear");
}

#[test]
fn a_step_up_that_was_too_much_waits_longer_each_time_and_others_do_not() {
    let mut bitrate = Bitrate::default();
    run(&mut bitrate, &narrow(10), 10);
    // The line carries 800 kbit/s.
    let (mut steps, mut changed) = (Vec::new(), 10);
    for now in 11..300 {
        let (video, told) = run(&mut bitrate, &fine(now), now);
        if told.is_some() {
            steps.push(now - changed);
            changed = now;
        }
        if video > 800_000 - ASKED.audio {
            changed = now + 2;
            assert_eq!(run(&mut bitrate, &narrow(changed), changed).1, Some(Change::Narrow));
        }
    }
    assert_eq!(steps[..10], [3, 6, 3, 12, 3, 24, 3, 48, 3, 60], "{steps:?}");
}

#[test]
fn only_the_step_beyond_what_was_too_much_waits_longer() {
    let mut bitrate = Bitrate::default();
    run(&mut bitrate, &narrow(10), 10);
    let mut changes = vec![10];
    for now in 11..60 {
        if run(&mut bitrate, &fine(now), now).1.is_some() {
            changes.push(now);
        }
    }
    let waits: Vec<_> = changes.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(waits, [3, 6, 3, 3, 3, 3, 3]);
}

#[test]
fn a_rest_that_is_given_up_lowers_it_whatever_the_source_gives() {
    let mut bitrate = Bitrate::default();
    bitrate.give_up();
    assert_eq!((bitrate.take_change(), bitrate.cut_short()), (Some(Change::Narrow), 1));
    let quiet = Line::new(0.0);
    assert_eq!(run(&mut bitrate, &quiet, 10), (2_105_800, Some(Change::Narrow)), "0.85 of all");
    assert_eq!(run(&mut bitrate, &quiet, 11), (2_105_800, None), "once");
}

#[test]
fn the_sound_gets_worse_only_when_the_picture_cannot_and_there_is_a_floor() {
    let mut bitrate = Bitrate::default();
    for now in 10..60 {
        bitrate.give_up();
        run(&mut bitrate, &fine(now), now);
        let Rates { video, audio } = bitrate.of(ASKED);
        assert!(audio == ASKED.audio || video == LEAST.video, "{video} and {audio}");
    }
    assert_eq!(bitrate.of(ASKED), LEAST);
    assert!(!bitrate.wants_less(ASKED, &narrow(70), ms(5_000), ms(70_000)));
    let little = Rates { video: 50_000, audio: 0 };
    assert_eq!(bitrate.of(little), little, "less than the floor was asked for");
}
