//! Two recorders of one stream in real browsers (tests/recordings/handover), the second started while the first goes on:
//! it takes over, and nobody sees it.

mod common;

use blobcast_container::{Frame, Handover, Joint, Likeness, Tail, Writer};
use common::{frames, frames_of, packets, write};
use std::{fs, path::Path};

/// Recorders give data about this often, ms.
const STEP: i64 = 20;

/// Two recordings of one stream.
struct Pair {
    name: String,
    old: Vec<Frame>,
    new: Vec<Frame>,
    /// The init segments of both.
    inits: [Vec<u8>; 2],
    /// How much later the new one was started, ms.
    guess: f64,
}

/// What came of it: the switch, how long after the new one's start it was, ms, and what was sent of each.
struct Switched {
    joint: Joint,
    after: i64,
    old: Vec<Frame>,
    new: Vec<Frame>,
}

fn pairs() -> Vec<Pair> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/handover");
    let mut found: Vec<_> = fs::read_dir(&folder)
        .expect("the folder")
        .filter_map(|entry| {
            let path = entry.expect("an entry").path();
            let stem = path.file_stem()?.to_str()?.to_owned();
            let (name, guess) = stem.split_once("-new-")?;
            let read = |path| frames_of(&fs::read(path).expect("a recording"));
            let (init, new) = read(path.clone());
            let (before, old) = read(folder.join(format!("{name}-old.webm")));
            let guess = guess.parse().expect("a number");
            Some(Pair { name: name.into(), old, new, inits: [before, init], guess })
        })
        .collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    assert!(found.len() >= 7, "{} pairs", found.len());
    found
}

fn has_pictures(pair: &Pair) -> bool {
    pair.old.iter().any(|frame| frame.is_video)
}

/// Both give their frames as time passes, until the new one takes over.
fn switch(pair: &Pair, guess: f64) -> Switched {
    let until = |frames: &[Frame], from: i64, to: i64| -> Vec<Frame> {
        frames.iter().filter(|frame| (from..to).contains(&frame.time)).cloned().collect()
    };
    let (mut tail, mut handover) = (Tail::default(), Handover::new(guess, Likeness::Same));
    let begun = pair.guess.round() as i64;
    until(&pair.old, i64::MIN, begun).iter().for_each(|frame| tail.note(frame));
    for after in (0..).step_by(STEP as usize) {
        until(&pair.old, begun + after, begun + after + STEP).iter().for_each(|frame| tail.note(frame));
        handover.add(until(&pair.new, after, after + STEP));
        if let Some(mut joint) = handover.joint(&tail, has_pictures(pair), false) {
            let old = until(&pair.old, i64::MIN, begun + after + STEP);
            let mut new = handover.edited(&mut joint);
            let rest = until(&pair.new, after + STEP, i64::MAX);
            new.extend(rest.into_iter().filter_map(|frame| joint.edit(frame)));
            return Switched { joint, after, old, new };
        }
        assert!(after < 600, "{}: never switched", pair.name);
    }
    unreachable!()
}

/// The segment that the new recording's frames make.
fn segment(pair: &Pair, switched: &Switched) -> Vec<u8> {
    let mut writer = Writer::new(&pair.inits[1], switched.joint.base);
    switched.new.iter().for_each(|frame| writer.add(frame).expect("a short segment"));
    writer.take()
}

fn times(frames: &[Frame], is_video: bool) -> Vec<i64> {
    frames.iter().filter(|frame| frame.is_video == is_video).map(|frame| frame.time).collect()
}

#[test]
fn every_picture_is_shown_once() {
    for pair in pairs().iter().filter(|pair| has_pictures(pair)) {
        let name = &pair.name;
        let switched = switch(pair, pair.guess);
        let last = *times(&switched.old, true).last().expect("a picture");
        let to_old = switched.joint.start - switched.joint.base;
        let pictures: Vec<_> = times(&switched.new, true).iter().map(|time| time + to_old).collect();
        let hidden = pictures.windows(2).take_while(|pair| pair[1] - pair[0] == 1).count() + 1;
        let (hidden, shown) = pictures.split_at(hidden);
        assert!(hidden[0] > last && (3..30).contains(&hidden.len()), "{name}: {hidden:?} after {last}");

        // What the old recorder has recorded meanwhile, and was thrown away, is what the new one shows instead.
        let away: Vec<_> = times(&pair.old, true).into_iter().filter(|time| *time > last).collect();
        assert!(!away.is_empty() && shown.len() + 2 >= away.len(), "{name}: {shown:?} for {away:?}");
        for (old, new) in away.iter().zip(shown) {
            assert!(old.abs_diff(*new) <= 3, "{name}: {away:?} were shown at {shown:?}");
        }
        let to_switch = switched.after + STEP;
        assert!(to_switch <= 450, "{name}: switched only after {to_switch} ms");
    }
}

#[test]
fn sound_goes_on_within_one_packet() {
    for pair in pairs().iter().filter(|pair| pair.old.iter().any(|frame| !frame.is_video)) {
        let switched = switch(pair, pair.guess);
        let heard = times(&switched.old, false);
        let packet = heard.windows(2).map(|pair| pair[1] - pair[0]).max().expect("sound");
        let to_old = switched.joint.start - switched.joint.base;
        let next = times(&switched.new, false)[0] + to_old;
        let step = next - heard.last().expect("sound");
        assert!((2..=packet).contains(&step), "{}: {step} ms after a packet of {packet}", pair.name);
    }
}

#[test]
fn what_is_hidden_is_decoded_and_not_shown() {
    for pair in pairs() {
        let switched = switch(&pair, pair.guess);
        let file = write(&format!("handover-{}.webm", pair.name), &segment(&pair, &switched));
        let pictures = packets(&file).iter().filter(|packet| packet.kind == "video").count();
        let decoded = frames(&file);
        let shown = decoded.lines().find_map(|line| line.strip_prefix("vp8,")).map(str::parse::<usize>);
        match shown {
            Some(shown) => {
                let hidden = pictures - shown.expect("a number");
                assert!((3..30).contains(&hidden), "{}: {hidden} of {pictures} are hidden", pair.name);
            }
            None => assert!(pair.name.contains("vp9") || pictures == 0, "{}: {decoded}", pair.name),
        }
    }
}

#[test]
fn segments_tile_the_time_line() {
    for pair in pairs() {
        let switched = switch(&pair, pair.guess);
        let last = switched.old.last().expect("a frame").time;
        let gap = switched.joint.start - last;
        assert!((-33..=60).contains(&gap), "{}: begins {gap} ms after the last frame", pair.name);
        let first = switched.new[0].time - switched.joint.base;
        assert_eq!(first, 0, "{}: the first frame is at the segment's number", pair.name);
        let sorted = switched.new.is_sorted_by_key(|frame| frame.time);
        assert!(sorted, "{}", pair.name);
    }
}

#[test]
fn a_player_needs_no_other_init_segment() {
    for pair in pairs() {
        let [before, after] = &pair.inits;
        assert!(before == after, "{}", pair.name);
    }
}

/// Chromium captures a canvas once more for each recorder that is started, and gives that picture to those that run, too. So of each
/// handover of a canvas one picture is sent twice, some 100 ms before its end. It is no other picture, and others are encoded by it.
#[test]
fn a_canvas_is_captured_once_more_when_the_next_recorder_is_started() {
    for pair in pairs().iter().filter(|pair| has_pictures(pair)) {
        let pictures = times(&pair.old, true);
        let is_extra = |step: &[i64]| step[1] - step[0] < 15 && (step[1] as f64 - pair.guess).abs() < 3.0;
        let has_extra = pictures.windows(2).any(is_extra);
        assert_eq!(has_extra, pair.name == "chromium-canvas", "{}", pair.name);
    }
}

/// The page's clock is up to 13 ms off in these recordings, and a frame lasts 33: there is room for little more.
#[test]
fn a_clock_that_is_some_milliseconds_off_does_no_harm() {
    for pair in pairs().iter().filter(|pair| has_pictures(pair)) {
        let right = switch(pair, pair.guess).joint;
        for off in [-5.0, 3.0] {
            let other = switch(pair, pair.guess + off).joint;
            let moved = (other.start - other.base) - (right.start - right.base);
            assert!(moved.abs() <= 2, "{}: {moved} ms for {off}", pair.name);
        }
    }
}

#[test]
fn without_anything_alike_it_waits_until_it_must() {
    let pair = pairs().remove(0);
    let mut handover = Handover::new(pair.guess, Likeness::Same);
    assert!(handover.joint(&Tail::default(), true, true).is_none(), "nothing has come");
    let mut tail = Tail::default();
    pair.old.iter().take(20).for_each(|frame| tail.note(frame));
    let first: Vec<_> = pair.new.iter().take(4).cloned().collect();
    handover.add(first);
    assert!(handover.joint(&tail, true, false).is_none());
    assert!(handover.joint(&tail, true, true).is_some());
    assert_eq!(handover.into_frames().len(), 4);
}

#[test]
fn another_stream_is_cut_to_by_the_clock() {
    let pair = pairs().remove(0);
    let mut handover = Handover::new(pair.guess, Likeness::Other);
    let mut tail = Tail::default();
    let begun = pair.guess.round() as i64;
    pair.old.iter().filter(|frame| frame.time < begun + 150).for_each(|frame| tail.note(frame));
    handover.add(pair.new.iter().filter(|frame| frame.time < 200).cloned().collect());
    let joint = handover.joint(&tail, true, false).expect("a cut");
    assert_eq!(joint.start - joint.base, begun);
}

#[test]
fn sound_alone_takes_over_where_the_pictures_have_ended() {
    let pair = pairs().into_iter().find(|pair| pair.name == "chromium-camera").expect("a pair with sound");
    let of_sound =
        |frames: &[Frame]| frames.iter().filter(|frame| !frame.is_video).cloned().collect::<Vec<_>>();
    let mut tail = Tail::default();
    // The camera was unplugged at 300 ms.
    pair.old
        .iter()
        .filter(|frame| !frame.is_video && frame.time < 1_000 || frame.time < 300)
        .for_each(|frame| tail.note(frame));
    let mut handover = Handover::new(pair.guess, Likeness::Same);
    handover.add(of_sound(&pair.new));
    let joint = handover.joint(&tail, false, false).expect("a joint");
    assert!((940..=1_060).contains(&joint.start), "begins at {} ms", joint.start);
}
