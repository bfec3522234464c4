//! Real recordings as one continuous stream, with the durations of their frames written beside them.

mod common;

use blobcast_container::{Error, Part, Remux, Stored, Writer};
use common::{Packet, frames_of, normal, packets, recordings, write};

/// All of a recording, in pieces of these lengths.
fn lasting(bytes: &[u8], mut next: impl FnMut() -> usize) -> Vec<u8> {
    let mut remux = Remux::default();
    let mut out = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, later) = rest.split_at(next().min(rest.len()));
        remux.push(piece).expect("normal form");
        out.extend(taken(&mut remux));
        rest = later;
    }
    remux.flush().expect("normal form");
    out.extend(taken(&mut remux));
    out
}

/// The bytes of what can be played now.
fn taken(remux: &mut Remux) -> Vec<u8> {
    let bytes = |part| match part {
        Part::Init(bytes) | Part::Media(bytes) => bytes,
    };
    remux.take().into_iter().flat_map(bytes).collect()
}

#[test]
fn ffprobe_reads_the_same_frames_and_each_lasts_until_the_next() {
    for (path, bytes) in recordings() {
        let normal_form = normal(&bytes);
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let before = packets(&write(&format!("{name}-normal.webm"), &normal_form));
        let after = packets(&write(&format!("{name}-lasting.webm"), &lasting(&normal_form, || usize::MAX)));
        let of = |kind: &str, packets: &[Packet]| -> Vec<Packet> {
            packets.iter().filter(|packet| packet.kind == kind).cloned().collect()
        };
        let frame = |packet: &Packet| (packet.time, packet.size);
        let same = of("video", &before).iter().map(frame).eq(of("video", &after).iter().map(frame));
        assert!(same, "{name}: other pictures");
        let (recorded, sound) = (of("audio", &before), of("audio", &after));
        let moved = recorded.iter().zip(&sound).map(|(one, other)| {
            assert_eq!(one.size, other.size, "{name} at {} ms", one.time);
            one.time.abs_diff(other.time)
        });
        assert!(moved.max().unwrap_or(0) <= 10 && recorded.len() == sound.len(), "{name}");
        for pair in sound.windows(2) {
            assert_eq!(pair[0].time + pair[0].duration, pair[1].time, "{name}");
        }

        let pictures: Vec<_> = after.iter().filter(|packet| packet.kind == "video").collect();
        for pair in pictures.windows(2) {
            assert_eq!(pair[0].duration, pair[1].time - pair[0].time, "{name} at {} ms", pair[0].time);
        }
        for sound in after.iter().filter(|packet| packet.kind == "audio") {
            assert!([20, 60].contains(&sound.duration), "{name}: a packet of {} ms", sound.duration);
        }
    }
}

#[test]
fn byte_by_byte_or_at_once_it_is_the_same() {
    for (path, bytes) in recordings() {
        let normal_form = normal(&bytes);
        let at_once = lasting(&normal_form, || usize::MAX);
        assert!(lasting(&normal_form, || 1) == at_once, "{}", path.display());
    }
}

/// A recording of one video and one audio track in normal form, up to its first block.
fn start() -> Vec<u8> {
    let head = b"\x1A\x45\xDF\xA3\x87\x42\x82\x84webm\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF";
    let tracks = b"\x16\x54\xAE\x6B\x90\xAE\x86\xD7\x81\x01\x83\x81\x01\xAE\x86\xD7\x81\x02\x83\x81\x02";
    [&head[..], tracks, b"\x1F\x43\xB6\x75\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xE7\x81\x00"].concat()
}

fn picture(time: u16) -> Vec<u8> {
    let [high, low] = time.to_be_bytes();
    vec![0xA3, 0x85, 0x81, high, low, 0x00, b'P']
}

/// A packet of Opus that lasts 60 ms.
fn sound(time: u16) -> Vec<u8> {
    let [high, low] = time.to_be_bytes();
    vec![0xA3, 0x85, 0x82, high, low, 0x80, 0x18]
}

/// The times of the blocks in what came out, with their durations, ms.
fn blocks(bytes: &[u8]) -> Vec<(u16, u32)> {
    let ends = (0..bytes.len().saturating_sub(5)).filter(|&at| bytes[at..].starts_with(&[0x9B, 0x84]));
    let number = |range: std::ops::Range<usize>| bytes[range].iter().fold(0, |n, &b| n << 8 | u32::from(b));
    ends.map(|at| (number(at - 4..at - 2) as u16, number(at + 2..at + 6))).collect()
}

#[test]
fn a_picture_waits_for_the_next_one_and_sound_behind_it_waits_too() {
    let mut remux = Remux::default();
    remux.push(&[start(), picture(0), sound(10)].concat()).expect("normal form");
    assert_eq!(blocks(&taken(&mut remux)), []);
    remux.push(&[picture(40), sound(70)].concat()).expect("normal form");
    assert_eq!(blocks(&taken(&mut remux)), [(0, 40), (10, 60)]);
    remux.flush().expect("normal form");
    assert_eq!(
        blocks(&taken(&mut remux)),
        [(40, 40), (70, 60)],
        "the last one lasts as long as the one before"
    );
    remux.flush().expect("normal form");
    assert_eq!(blocks(&taken(&mut remux)), [], "nothing twice");
}

/// The timestamps of the clusters in what came out, ms.
fn clusters(bytes: &[u8]) -> Vec<u8> {
    let begins =
        (0..bytes.len().saturating_sub(21)).filter(|&at| bytes[at..].starts_with(b"\x1F\x43\xB6\x75"));
    begins.map(|at| bytes[at + 21]).collect()
}

#[test]
fn a_segments_pictures_wait_for_its_sound_for_no_cluster_begins_before_a_picture_that_was_given() {
    let mut remux = Remux::default();
    remux.push(&[start(), picture(0), sound(0), picture(33), picture(66)].concat()).expect("normal form");
    taken(&mut remux);
    remux.begin(100);
    remux.push(&[start(), picture(0), picture(13), picture(46)].concat()).expect("normal form");
    assert_eq!(blocks(&taken(&mut remux)), [(66, 34)], "of the segment before");
    remux.push(&sound(40)).expect("normal form"); // at 140; from 60 on there was none
    let media = taken(&mut remux);
    assert_eq!(clusters(&media), [60, 100]);
    assert_eq!(blocks(&media), [(0, 60), (0, 13), (13, 33), (20, 60)]);
    remux.push(&picture(79)).expect("normal form");
    assert_eq!(blocks(&taken(&mut remux)), [(46, 33)]);
}

#[test]
fn pictures_do_not_wait_long_for_sound_and_not_again_in_the_next_segment() {
    let mut remux = Remux::default();
    remux.push(&start()).expect("normal form");
    for time in (0..=500).step_by(100) {
        remux.push(&picture(time)).expect("normal form");
    }
    assert_eq!(blocks(&taken(&mut remux)), []);
    remux.push(&picture(600)).expect("normal form");
    assert_eq!(blocks(&taken(&mut remux)).len(), 6);
    remux.begin(700);
    remux.push(&[start(), picture(0), picture(100)].concat()).expect("normal form");
    assert_eq!(blocks(&taken(&mut remux)), [(600, 100), (0, 100)]);
}

#[test]
fn pictures_that_were_given_end_before_the_next_segment_begins() {
    let mut other = start();
    other[7] ^= 1; // another init segment
    let mut remux = Remux::default();
    remux.push(&[start(), sound(0), picture(0), picture(40)].concat()).expect("normal form");
    remux.begin(47);
    remux.push(&[other, picture(0)].concat()).expect("normal form");
    assert_eq!(blocks(&taken(&mut remux)), [(0, 60), (0, 40), (40, 7)]);
    remux.flush().expect("normal form");
    assert_eq!(blocks(&taken(&mut remux)), [(0, 40)], "as long as the one before, from 47 on");
    assert_eq!((remux.newest(), remux.end()), (Some(86), 87), "nothing fits before its end");
}

#[test]
fn the_last_picture_of_a_segment_lasts_until_the_next_segment_begins() {
    let mut remux = Remux::default();
    remux.push(&[start(), picture(0), picture(40)].concat()).expect("normal form");
    taken(&mut remux);
    remux.begin(70);
    remux.push(&[start(), picture(0), picture(33)].concat()).expect("normal form");
    assert_eq!(blocks(&taken(&mut remux)), [(0, 40), (40, 30)]);
    assert_eq!((remux.newest(), remux.end()), (Some(103), 104));
    remux.push(&sound(50)).expect("normal form");
    assert_eq!(blocks(&taken(&mut remux)), [(0, 33)]);
    assert_eq!(
        (remux.newest(), remux.end()),
        (Some(103), 180),
        "the newest picture, and where the sound ends"
    );
}

#[test]
fn sound_of_the_segment_before_goes_into_the_cluster_that_has_begun() {
    let mut remux = Remux::default();
    remux.push(&[start(), picture(0), sound(0), picture(40), sound(60)].concat()).expect("normal form");
    taken(&mut remux);
    remux.begin(50);
    remux.push(&[start(), picture(0), picture(33), sound(70)].concat()).expect("normal form");
    let media = taken(&mut remux);
    assert_eq!(clusters(&media), [50], "none begins before what was written ends");
    assert_eq!(blocks(&media), [(40, 10), (0, 33), (10, 60)]);
}

#[test]
fn segments_become_one_stream_with_one_init_segment() {
    for (path, bytes) in recordings() {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let (init, frames) = frames_of(&bytes);
        let key = frames.iter().rposition(|frame| frame.is_key && frame.is_video);
        let cut = key.filter(|key| *key > 0).unwrap_or(frames.len() / 2);
        let segment = |base: i64, frames: &[blobcast_container::Frame]| {
            let mut writer = Writer::new(&init, base);
            frames.iter().for_each(|frame| writer.add(frame).expect("a short segment"));
            writer.take()
        };
        let base = frames[cut].time;
        let mut remux = Remux::default();
        remux.push(&segment(0, &frames[..cut])).expect("normal form");
        remux.begin(base);
        remux.push(&segment(base, &frames[cut..])).expect("normal form");
        remux.flush().expect("normal form");
        let parts = remux.take();
        let inits = parts.iter().filter(|part| matches!(part, Part::Init(_))).count();
        assert_eq!(inits, 1, "{name}");
        let stream: Vec<u8> = parts
            .into_iter()
            .flat_map(|part| match part {
                Part::Init(bytes) | Part::Media(bytes) => bytes,
            })
            .collect();
        let whole = write(&format!("{name}-whole.webm"), &lasting(&normal(&bytes), || usize::MAX));
        let joined = write(&format!("{name}-joined.webm"), &stream);
        assert_eq!(packets(&joined), packets(&whole), "{name}");
    }
}

#[test]
fn another_init_segment_comes_after_all_that_needs_the_one_before() {
    let mut remux = Remux::default();
    remux.push(&[start(), picture(0), sound(10), picture(40)].concat()).expect("normal form");
    remux.begin(80);
    let mut other = start();
    let size = other.windows(4).position(|id| id == [0x16, 0x54, 0xAE, 0x6B]).expect("tracks") + 4;
    other[size] = 0x88;
    other.drain(size + 9..size + 17);
    remux.push(&[other.clone(), picture(0), picture(33)].concat()).expect("normal form");
    let parts = remux.take();
    let kinds: Vec<_> = parts.iter().map(|part| matches!(part, Part::Init(_))).collect();
    assert_eq!(kinds, [true, false, true, false], "all that came before it is one part: {parts:?}");
    let Part::Media(before) = &parts[1] else { panic!("media") };
    assert_eq!(blocks(before).last(), Some(&(40, 40)), "what was held");
}

/// A packet of three frames of 20 ms at this time.
fn three_frames(time: u16) -> Vec<u8> {
    let [high, low] = time.to_be_bytes();
    vec![0xA3, 0x89, 0x82, high, low, 0x80, 0xFB, 3, 1, 2, 3]
}

/// How long the packets of segments last that have packets at these times, ms, and where the last of them ends. Segments follow each other
/// after 1000 ms.
fn heard(segments: &[&[u16]]) -> (Vec<u8>, i64) {
    let mut remux = Remux::default();
    let mut media = Vec::new();
    for (segment, place) in segments.iter().zip((0..).step_by(1_000)) {
        remux.begin(place);
        let sound: Vec<_> = segment.iter().flat_map(|&time| three_frames(time)).collect();
        remux.push(&[start(), sound].concat()).expect("normal form");
        media.extend(taken(&mut remux));
    }
    let ends = (0..media.len() - 5).filter(|&at| media[at..].starts_with(&[0x9B, 0x84]));
    (ends.map(|at| media[at + 5]).collect(), remux.end())
}

#[test]
fn packets_are_put_end_to_end_whatever_their_jitter() {
    assert_eq!(heard(&[&[0, 59, 118, 180]]), (vec![60; 4], 240), "rounded times");
    let jitter = [0, 13, -13, 4, 5, 13, -10, -10].repeat(8);
    let times: Vec<_> =
        jitter.iter().zip((20..).step_by(60)).map(|(off, time)| (time + off) as u16).collect();
    assert_eq!(heard(&[&times]), (vec![60; 64], 20 + 64 * 60), "Chromium's, as measured");
    assert_eq!(heard(&[&[0, 900]]), (vec![60, 60], 960), "a break");
}

#[test]
fn what_is_missing_or_comes_twice_is_mended_by_frames() {
    assert_eq!(heard(&[&[0, 60, 20, 140]]), (vec![60; 3], 180), "a packet that was heard already");
    assert_eq!(heard(&[&[0, 160]]), (vec![60, 20, 20, 20, 20, 20, 60], 220), "five frames are made up");
}

#[test]
fn where_a_segment_begins_half_a_frame_is_enough() {
    let whole: Vec<_> = (0..16).map(|n| n * 60).collect(); // until 960
    let (before, count) = (&whole[..], whole.len());
    let second = |first: u16| {
        let (durations, end) = heard(&[before, &[first]]);
        (durations[count..].to_vec(), end - 1_000)
    };
    assert_eq!(second(0), (vec![20, 20, 60], 60), "40 ms are missing");
    let (before, count) = (&[&whole[..], &[960]].concat()[..], count + 1); // until 1020
    let second = |first: u16| {
        let (durations, end) = heard(&[before, &[first]]);
        (durations[count..].to_vec(), end - 1_000)
    };
    assert_eq!(second(8), (vec![60], 80), "moved");
    assert_eq!(second(0), (vec![40], 60), "its first frame was heard already");
    assert_eq!(second(38), (vec![20, 60], 100), "a frame is made up");
}

#[test]
fn what_is_off_for_half_a_second_is_mended_within_a_segment_too() {
    // How much longer or shorter than its packets the sound is that is so much later, or earlier, after 180 ms.
    let mended = |by: i64, jitter: i64| {
        let off = |n: i64| if n < 3 { 0 } else { by + jitter * (n % 2) };
        let times: Vec<_> = (0..13).map(|n| (n * 60 + off(n)) as u16).collect();
        heard(&[&times]).1 - 13 * 60
    };
    assert_eq!((mended(9, 0), mended(24, 0), mended(-9, 0), mended(-24, 0)), (0, 20, 0, -20));
    assert_eq!((mended(5, 26), mended(15, 26)), (0, 20), "that which all of them are off");
}

#[test]
fn a_picture_that_stands_still_does_not_hold_the_sound_for_ever() {
    let mut remux = Remux::default();
    remux.push(&[start(), picture(0)].concat()).expect("normal form");
    for time in (0..=480).step_by(60) {
        remux.push(&sound(time)).expect("normal form");
    }
    assert_eq!(blocks(&taken(&mut remux)), []);
    remux.push(&sound(540)).expect("normal form");
    let released = blocks(&taken(&mut remux));
    assert_eq!((released[0], released.len()), ((0, 540), 11));
    remux.push(&sound(600)).expect("normal form");
    assert_eq!(blocks(&taken(&mut remux)), [(600, 60)]);
}

#[test]
fn times_and_sizes_that_no_segment_has_are_refused() {
    let mut late = start();
    late.truncate(late.len() - 3);
    late.extend([0xE7, 0x88, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
    assert_eq!(Remux::default().push(&[late, picture(1)].concat()), Err(Error::TooLong));
    let huge = [start(), vec![0xA3, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00]].concat();
    assert_eq!(Remux::default().push(&huge), Err(Error::TooLarge));
}

/// Bytes that no broadcaster sends who means well: a viewer does not pay for them a hundredfold.
#[test]
fn what_comes_out_is_no_more_than_what_went_in_and_the_time_in_it() {
    let void = b"\xEC\x80";
    let cluster = b"\x1F\x43\xB6\x75\xFF";
    let mut remux = Remux::default();
    let again: Vec<u8> = (0..1000).flat_map(|_| [&void[..], cluster].concat()).collect();
    assert_eq!(
        remux.push(&[start(), again].concat()),
        Err(Error::Damaged),
        "init segments, one after the other"
    );
    assert!(taken(&mut remux).len() < 100);

    // Each gap is filled by 200 packets of 2.5 ms, if time can go back for the next one.
    let [short, late] =
        [0, 500].map(|time: u16| [&[0xA3, 0x85, 0x82], &time.to_be_bytes()[..], &[0x80, 0xE0]].concat());
    let mut remux = Remux::default();
    remux.push(&[start(), [short, late].concat().repeat(1000)].concat()).expect("normal form");
    let out = taken(&mut remux).len();
    assert!(out < 50_000, "{out} bytes");
}

/// Each block is looked up among the tracks, and put among the frames that are held.
#[test]
fn tracks_and_frames_without_number_are_refused() {
    let track = b"\xAE\x83\xD7\x81\x02";
    let tracks = track.repeat(10_000);
    let size = (0x1000_0000 | tracks.len() as u32).to_be_bytes();
    let head =
        [&b"\x1A\x45\xDF\xA3\x87\x42\x82\x84webm\x18\x53\x80\x67\xFF\x16\x54\xAE\x6B"[..], &size].concat();
    assert_eq!(Remux::default().push(&[head, tracks].concat()), Err(Error::TooLarge));
    let frames = sound(1).repeat(100_000);
    let began = std::time::Instant::now();
    assert_eq!(
        Remux::default().push(&[start(), picture(0), frames].concat()),
        Ok(()),
        "sound that was heard already"
    );
    assert_eq!(Remux::default().push(&[start(), picture(9).repeat(100_000)].concat()), Ok(()));
    let still = |n: u16| [picture(9), sound(n)].concat();
    let frames: Vec<u8> = (0..400).flat_map(|_| (0..100).flat_map(still)).collect();
    let _ = Remux::default().push(&[start(), frames].concat());
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
}

#[test]
fn what_is_kept_is_played_as_it_was_when_it_was_live() {
    for (path, bytes) in recordings() {
        let live = normal(&bytes);
        let kept = Stored::read(&live).expect("normal form").seekable().expect("a file");
        // Its tracks may have other numbers.
        let frames = |bytes: &[u8]| -> Vec<_> {
            let (_, frames) = frames_of(&lasting(bytes, || usize::MAX));
            frames.into_iter().map(|frame| (frame.time, frame.is_key, frame.data().to_vec())).collect()
        };
        assert!(frames(&live) == frames(&kept), "{}", path.display());

        let mut remux = Remux::default();
        remux.push(&kept).expect("a file");
        remux.begin(60_000);
        remux.push(&kept).expect("a file");
        let inits = remux.take().into_iter().filter(|part| matches!(part, Part::Init(_))).count();
        assert_eq!(inits, 1, "{}: the player would begin anew", path.display());
    }
}
