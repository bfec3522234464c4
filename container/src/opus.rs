//! Packets of Opus: how long they last, and leaving out their first frames. <https://www.rfc-editor.org/rfc/rfc6716#section-3>

use std::ops::Range;

/// The longest packet there is, ms.
const LONGEST: i64 = 120;

/// How long a packet lasts, ms.
pub(crate) fn duration(packet: &[u8]) -> Option<i64> {
    let count = match packet.first()? & 0x03 {
        0 => 1,
        1 | 2 => 2,
        _ => i64::from(packet.get(1)? & 0x3F),
    };
    let duration = frame_duration(packet)? * count / 1000;
    (duration > 0 && duration <= LONGEST).then_some(duration)
}

/// How long each frame of a packet lasts, µs.
pub(crate) fn frame_duration(packet: &[u8]) -> Option<i64> {
    let config = packet.first()? >> 3;
    Some(match config {
        0..12 => [10_000, 20_000, 40_000, 60_000][usize::from(config % 4)],
        12..16 => [10_000, 20_000][usize::from(config % 2)],
        _ => [2_500, 5_000, 10_000, 20_000][usize::from(config % 4)],
    })
}

/// The packet without its first `count` frames; `None` if nothing is left of it, or it is damaged.
pub(crate) fn without_first(packet: &[u8], count: usize) -> Option<Vec<u8>> {
    let frames = frames(packet)?;
    let rest = frames.get(count..).filter(|rest| !rest.is_empty())?;
    let toc = packet[0] & !0x03;
    if let [only] = rest {
        return Some([&[toc], &packet[only.clone()]].concat());
    }
    // Code 3: any number of frames, each but the last with its length.
    let mut shorter = vec![toc | 3, 0x80 | rest.len() as u8];
    rest[..rest.len() - 1].iter().for_each(|frame| write_len(frame.len(), &mut shorter));
    rest.iter().for_each(|frame| shorter.extend_from_slice(&packet[frame.clone()]));
    Some(shorter)
}

/// A packet of one frame like those of `packet`, with nothing in it: a decoder makes up for it from what it has
/// played last.
pub(crate) fn lost(packet: &[u8]) -> Option<Vec<u8>> {
    Some(vec![packet.first()? & !0x03])
}

/// Where the frames are.
fn frames(packet: &[u8]) -> Option<Vec<Range<usize>>> {
    let end = packet.len();
    match packet.first()? & 0x03 {
        0 => split(1..end, 1),
        1 => split(1..end, 2),
        2 => {
            let (len, at) = read_len(packet, 1)?;
            (at + len <= end).then(|| vec![at..at + len, at + len..end])
        }
        _ => frames_of_code_3(packet),
    }
}

fn frames_of_code_3(packet: &[u8]) -> Option<Vec<Range<usize>>> {
    let head = *packet.get(1)?;
    let count = usize::from(head & 0x3F);
    let (mut at, mut end) = (2, packet.len());
    if head & 0x40 != 0 {
        // Padding at the end: its length is in bytes of at most 254, of which the last is below 255.
        loop {
            let part = *packet.get(at)?;
            at += 1;
            end = end.checked_sub(usize::from(part.min(254)))?;
            if part < 255 {
                break;
            }
        }
    }
    if head & 0x80 == 0 {
        return split(at..end, count);
    }
    let mut lens = Vec::new();
    for _ in 1..count {
        let (len, next) = read_len(packet, at)?;
        lens.push(len);
        at = next;
    }
    let mut frames = Vec::new();
    for len in lens {
        frames.push(at..at + len);
        at += len;
    }
    frames.push(at..end);
    (count > 0 && at <= end).then_some(frames)
}

/// Frames of the same length.
fn split(all: Range<usize>, count: usize) -> Option<Vec<Range<usize>>> {
    let total = all.end.checked_sub(all.start)?;
    if count == 0 || !total.is_multiple_of(count) {
        return None;
    }
    let len = total / count;
    let mut frames = Vec::new();
    for n in 0..count {
        frames.push(all.start + n * len..all.start + (n + 1) * len);
    }
    Some(frames)
}

/// A frame's length at `at`, and where what follows it is.
fn read_len(packet: &[u8], at: usize) -> Option<(usize, usize)> {
    match usize::from(*packet.get(at)?) {
        len @ 0..252 => Some((len, at + 1)),
        low => Some((usize::from(*packet.get(at + 1)?) * 4 + low, at + 2)),
    }
}

fn write_len(len: usize, out: &mut Vec<u8>) {
    if len < 252 {
        out.push(len as u8);
    } else {
        let low = 252 + len % 4;
        out.extend([low as u8, ((len - low) / 4) as u8]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three frames of 20 ms, of these lengths.
    fn packet(lens: [usize; 3]) -> Vec<u8> {
        let mut packet = vec![0xFC | 3, 0x80 | 3];
        write_len(lens[0], &mut packet);
        write_len(lens[1], &mut packet);
        for (n, len) in lens.into_iter().enumerate() {
            packet.extend(vec![n as u8; len]);
        }
        packet
    }

    #[test]
    fn says_how_long_a_packet_lasts() {
        assert_eq!(duration(&[0x78]), Some(20), "one frame of a hybrid packet");
        assert_eq!(duration(&[0x1B, 0x01]), Some(60), "code 3 with one frame");
        assert_eq!(duration(&[0xFF, 0x03]), Some(60), "three of 20 ms");
        assert_eq!(duration(&[0xE1]), Some(5), "two of 2.5 ms");
        assert_eq!(duration(&[0xFF, 0x3F]), None, "more than there may be");
        assert_eq!((duration(&[]), duration(&[0xFF])), (None, None));
    }

    #[test]
    fn leaves_out_the_first_frames() {
        let three = packet([300, 5, 7]);
        assert_eq!(duration(&three), Some(60));
        let two = without_first(&three, 1).expect("two are left");
        assert_eq!((duration(&two), frames(&two).expect("frames").len()), (Some(40), 2));
        assert_eq!(two[2..], [&[5][..], &[1; 5], &[2; 7]].concat());
        let one = without_first(&three, 2).expect("one is left");
        assert_eq!((duration(&one), &one[1..]), (Some(20), &[2; 7][..]));
        assert_eq!(without_first(&three, 3), None);
        assert_eq!(frames(&without_first(&three, 0).expect("all")).expect("frames")[0].len(), 300);
        assert_eq!(duration(&lost(&three).expect("one")), Some(20));
    }

    #[test]
    fn knows_every_way_to_pack_frames() {
        let lens =
            |packet: &[u8]| frames(packet).map(|frames| frames.iter().map(Range::len).collect::<Vec<_>>());
        assert_eq!(lens(&[0xFC, 1, 2, 3]), Some(vec![3]));
        assert_eq!(lens(&[0xFD, 1, 2, 3, 4]), Some(vec![2, 2]));
        assert_eq!(lens(&[0xFD, 1, 2, 3]), None, "two of one length");
        assert_eq!(lens(&[0xFE, 1, 2, 3, 4]), Some(vec![1, 2]));
        assert_eq!(lens(&[0xFE, 9, 2]), None, "longer than it is");
        assert_eq!(lens(&[0xFF, 3, 1, 2, 3, 4, 5, 6]), Some(vec![2, 2, 2]));
        assert_eq!(lens(&[0xFF, 0x43, 2, 1, 2, 3, 0, 0]), Some(vec![1, 1, 1]), "with padding");
        assert_eq!(lens(&[0xFF, 0x83, 1, 0, 9, 8, 7]), Some(vec![1, 0, 2]));
        assert_eq!((lens(&[0xFF, 0x80]), lens(&[0xFF, 0]), lens(&[0xFF])), (None, None, None));
    }
}
