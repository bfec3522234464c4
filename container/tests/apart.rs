//! Real recordings of pictures and of sound, each by itself, as one segment and as what a player gets of it.

mod common;

use blobcast_container::{Error, Frame, Part, Remux, Tidy, Writer, with_sound};
use common::{frames_of, packets, write};
use std::{fs, path::Path};

/// How much later than pictures of its time a packet of sound comes, ms: it has to be full first.
const LAG: i64 = 60;

fn recording(name: &str) -> (Vec<u8>, Vec<Frame>) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings").join(name).with_extension("webm");
    frames_of(&fs::read(path).expect("a recording"))
}

/// A segment of pictures from `base` on and, as it comes, of the sound of the same time.
fn segment(
    pictures: &(Vec<u8>, Vec<Frame>),
    sound: &(Vec<u8>, Vec<Frame>),
    range: std::ops::Range<i64>,
) -> Vec<Vec<u8>> {
    let (init, track) = with_sound(&pictures.0, &sound.0).expect("init segments");
    let mut writer = Writer::apart(&init, range.start);
    let mut coming: Vec<_> = pictures.1.iter().cloned().map(|frame| (frame.time, frame)).collect();
    for frame in &sound.1 {
        let mut frame = frame.clone();
        frame.move_to(track);
        coming.push((frame.time + LAG, frame));
    }
    coming.retain(|(arrival, _)| range.contains(arrival));
    coming.sort_by_key(|(arrival, _)| *arrival);
    let pieces = coming.into_iter().map(|(_, frame)| {
        writer.add(&frame).expect("a short segment");
        writer.take()
    });
    pieces.collect()
}

const PAIRS: [[&str; 2]; 3] = [
    ["chromium-camera-vp8", "chromium-microphone-opus"],
    ["firefox-canvas-vp8", "firefox-microphone-opus"],
    ["chromium-canvas-av1", "firefox-microphone-opus"],
];

#[test]
fn ffprobe_reads_both_in_one_file() {
    for [pictures, sound] in PAIRS {
        let (pictures, sound) = (recording(pictures), recording(sound));
        let bytes = segment(&pictures, &sound, 0..30_000).concat();
        let read = packets(&write("apart.webm", &bytes));
        for (kind, frames) in [("video", &pictures.1), ("audio", &sound.1)] {
            let times: Vec<_> =
                read.iter().filter(|packet| packet.kind == kind).map(|packet| packet.time).collect();
            // Firefox says how long its encoder's delay is, which ffprobe takes off.
            let delay = frames[0].time - times[0];
            assert!((0..10).contains(&delay), "{kind}: {delay} ms");
            assert!(frames.iter().map(|frame| frame.time - delay).eq(times), "{kind}");
        }
    }
}

#[test]
fn whoever_reads_it_frame_by_frame_gets_the_times_of_both() {
    let (pictures, sound) = (recording(PAIRS[0][0]), recording(PAIRS[0][1]));
    let mut tidy = Tidy::default();
    tidy.push(&segment(&pictures, &sound, 0..30_000).concat()).expect("normal form");
    let read = tidy.take();
    assert!(read.windows(2).any(|pair| pair[0].time > pair[1].time), "times go back from one to the other");
    for (is_video, frames) in [(true, &pictures.1), (false, &sound.1)] {
        let times = read.iter().filter(|frame| frame.is_video == is_video).map(|frame| frame.time);
        assert!(times.eq(frames.iter().map(|frame| frame.time)));
    }
}

/// What a player gets of segments, and how many clusters that is.
fn played(segments: &[(i64, Vec<Vec<u8>>)]) -> (Vec<u8>, usize) {
    let mut remux = Remux::default();
    let mut out = Vec::new();
    let mut take = |remux: &mut Remux| {
        for Part::Init(bytes) | Part::Media(bytes) in remux.take() {
            out.extend(bytes);
        }
    };
    for (place, pieces) in segments {
        remux.begin(*place);
        for piece in pieces {
            remux.push(piece).expect("normal form");
            take(&mut remux);
        }
    }
    remux.flush().expect("normal form");
    take(&mut remux);
    let clusters = out.windows(4).filter(|bytes| *bytes == [0x1F, 0x43, 0xB6, 0x75]).count();
    (out, clusters)
}

#[test]
fn a_player_gets_it_in_order_and_the_sound_goes_on_over_segments() {
    for [pictures, sound] in PAIRS {
        let name = pictures;
        let (pictures, sound) = (recording(pictures), recording(sound));
        let last = pictures.1.last().map_or(0, |frame| frame.time);
        // As if each had begun with a keyframe. The packet that is on its way there began before.
        let joint = pictures.1[pictures.1.len() / 2].time;
        let segments = [0..joint, joint..last + 1];
        let segments = segments.map(|range| (range.start, segment(&pictures, &sound, range)));
        let (bytes, clusters) = played(&segments);
        let read = packets(&write("apart-played.webm", &bytes));
        // Until the first packet of sound tells that it is late, and one for each that began before its segment.
        assert!(clusters <= 6, "{name}: {clusters} clusters");
        let sound: Vec<_> = read.iter().filter(|packet| packet.kind == "audio").collect();
        assert!(sound.len() > 10);
        for pair in sound.windows(2) {
            assert_eq!(pair[0].time + pair[0].duration, pair[1].time, "{name}");
        }
        let shown = read.iter().filter(|packet| packet.kind == "video").map(|packet| packet.time);
        let recorded = pictures.1.iter().map(|frame| frame.time).filter(|time| *time <= last);
        assert!(shown.eq(recorded), "{name}");
    }
}

#[test]
fn what_is_no_init_segment_is_refused() {
    let ((pictures, _), (sound, _)) = (recording(PAIRS[0][0]), recording(PAIRS[0][1]));
    for len in 0..pictures.len() {
        assert!(with_sound(&pictures[..len], &sound).is_err(), "{len} bytes of pictures");
    }
    for len in 0..sound.len() {
        assert!(with_sound(&pictures, &sound[..len]).is_err(), "{len} bytes of sound");
    }
    let many =
        [&b"\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x16\x54\xAE\x6B\x85\xAE\x83\xD7\x81\x7E"[..]]
            .concat();
    assert_eq!(with_sound(&many, &sound), Err(Error::TooLarge), "its number would take two bytes");
}
