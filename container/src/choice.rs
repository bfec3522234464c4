//! Which tracks a recording has, and an init segment of some of them. Browsers record at most one of pictures and one of sound; other
//! programs put as many into a file as they like, and subtitles besides.

use crate::{
    Error,
    ebml::{children, element, find, id, read_uint},
    tracks,
};

/// A track as an init segment announces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// What its frames say that they belong to.
    pub number: u64,
    /// What is in it.
    pub kind: TrackKind,
    /// How it is encoded: `V_VP8`, `A_OPUS`. <https://www.rfc-editor.org/rfc/rfc9559#name-codec-id>
    pub codec: String,
}

/// What is in a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackKind {
    /// Pictures.
    Picture,
    /// Sound.
    Sound,
    /// Subtitles, for example.
    Other,
}

/// The tracks of an init segment.
///
/// # Errors
/// It is none.
pub fn announced(init: &[u8]) -> Result<Vec<Announced>, Error> {
    let (_, content) = tracks::place_in(init)?;
    let content = &init[content];
    let entries = children(content)?.into_iter().filter(|(id, _)| *id == id::TRACK_ENTRY);
    entries.map(|(_, range)| Announced::read(&content[range])).collect()
}

/// The init segment with these tracks only.
///
/// # Errors
/// It is none.
pub fn only(init: &[u8], numbers: &[u64]) -> Result<Vec<u8>, Error> {
    let (begins, range) = tracks::place_in(init)?;
    let content = &init[range.clone()];
    let mut left = Vec::new();
    for (id, range) in children(content)? {
        let entry = &content[range];
        if id == id::TRACK_ENTRY && numbers.contains(&Announced::read(entry)?.number) {
            left.extend(element(id::TRACK_ENTRY, entry));
        }
    }
    Ok([&init[..begins], &element(id::TRACKS, &left), &init[range.end..]].concat())
}

impl Announced {
    fn read(entry: &[u8]) -> Result<Self, Error> {
        let number =
            |id| Ok(find(entry, id)?.map(|range| read_uint(&entry[range])).transpose()?.unwrap_or(0));
        let kind = match number(id::TRACK_TYPE)? {
            1 => TrackKind::Picture,
            2 => TrackKind::Sound,
            _ => TrackKind::Other,
        };
        let codec = find(entry, id::CODEC_ID)?.map(|range| String::from_utf8_lossy(&entry[range]));
        let codec = codec.unwrap_or_default().trim_end_matches('\0').to_owned();
        Ok(Self { number: number(id::TRACK_NUMBER)?, kind, codec })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ebml::size_of;

    /// EBML header, Segment of unknown size, Tracks: pictures, subtitles and two sounds; and something behind them.
    fn init() -> Vec<u8> {
        let track = |number: u8, kind: u8, codec: &[u8]| {
            let content =
                [&[0xD7, 0x81, number, 0x83, 0x81, kind, 0x86, 0x80 | codec.len() as u8], codec].concat();
            [&[0xAE, 0x80 | content.len() as u8], &content[..]].concat()
        };
        let tracks = [
            track(1, 1, b"V_VP8"),
            track(2, 17, b"D_WEBVTT/SUBTITLES"),
            track(3, 2, b"A_OPUS\0"),
            track(4, 2, b"A_VORBIS"),
        ]
        .concat();
        let head = b"\x1A\x45\xDF\xA3\x81\0\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x16\x54\xAE\x6B";
        [&head[..], &size_of(tracks.len()), &tracks, b"\x15\x49\xA9\x66\x80"].concat()
    }

    fn numbers(init: &[u8]) -> Vec<u64> {
        announced(init).expect("an init segment").iter().map(|track| track.number).collect()
    }

    #[test]
    fn tells_what_there_is_and_leaves_what_is_wanted() {
        let track = |number, kind, codec: &str| Announced { number, kind, codec: codec.into() };
        let all = [
            track(1, TrackKind::Picture, "V_VP8"),
            track(2, TrackKind::Other, "D_WEBVTT/SUBTITLES"),
            track(3, TrackKind::Sound, "A_OPUS"),
            track(4, TrackKind::Sound, "A_VORBIS"),
        ];
        assert_eq!(announced(&init()), Ok(all.to_vec()));
        let less = only(&init(), &[1, 3]).expect("an init segment");
        assert_eq!(numbers(&less), [1, 3]);
        assert!(less.ends_with(b"\x15\x49\xA9\x66\x80"), "what is beside the tracks stays");
        assert_eq!(only(&less, &[1, 3]), Ok(less));
    }

    #[test]
    fn what_is_no_init_segment_has_none() {
        let whole = init();
        for len in 0..whole.len() - 5 {
            assert!(announced(&whole[..len]).is_err() && only(&whole[..len], &[1]).is_err(), "{len} bytes");
        }
    }
}
