//! The tracks that the init segment announces.

use crate::{
    Colours, Error,
    ebml::{Header, children, copy_without, element, find as find_child, id, read_uint},
};
use std::ops::Range;

/// Matroska's `TrackType` of a picture.
const VIDEO: u64 = 1;

/// So many tracks are read at most: each block is looked up in them.
const MOST: usize = 16;

/// How frames are encoded, as far as it matters here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Codec {
    Vp8,
    #[default]
    Other,
}

/// One track.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Track {
    pub(crate) number: u64,
    pub(crate) is_video: bool,
    pub(crate) codec: Codec,
    pub(crate) colours: Colours,
    /// Where its content is in that of `Tracks`.
    entry: Range<usize>,
    /// Its number in normal form, from 1.
    pub(crate) place: u8,
    /// The time of the newest frame, ms. What comes before the first keyframe, nobody could decode.
    pub(crate) newest: Option<i64>,
}

/// Reads the content of `Tracks`, and makes it say, in place, that there is no alpha plane: WebKit refuses a
/// video with one, and no mode shows it.
pub(crate) fn read(content: &mut [u8]) -> Result<Vec<Track>, Error> {
    let mut tracks = Vec::new();
    for (id, entry) in children(content)? {
        if id == id::TRACK_ENTRY {
            let track = read_entry(&mut content[entry.clone()])?;
            tracks.push(Track { entry, ..track });
        }
    }
    if tracks.len() > MOST { Err(Error::TooLarge) } else { Ok(tracks) }
}

/// The content of `Tracks` in normal form, and its tracks, which know their places there: pictures come first, and a track's place is its
/// number and its UID. Each recorder makes up UIDs of its own, and Chromium gives the first number to what it gets first; to a player, a
/// segment with other tracks than those before is another stream.
pub(crate) fn normal(content: &mut [u8]) -> Result<(Vec<u8>, Vec<Track>), Error> {
    let mut tracks = read(content)?;
    let (mut normal, mut place) = (Vec::new(), 0);
    for is_video in [true, false] {
        for track in &mut tracks {
            if track.is_video == is_video {
                place += 1;
                track.place = place;
                write(&content[track.entry.clone()], place, &mut normal)?;
            }
        }
    }
    Ok((normal, tracks))
}

/// Writes the track of this content with another number, up to 126.
pub(crate) fn write(entry: &[u8], number: u8, out: &mut Vec<u8>) -> Result<(), Error> {
    let [uid, id] = (id::TRACK_UID as u16).to_be_bytes();
    let mut content = vec![id::TRACK_NUMBER as u8, 0x81, number, uid, id, 0x81, number];
    copy_without(entry, &[id::TRACK_NUMBER, id::TRACK_UID, id::CRC_32], &mut content)?;
    out.extend_from_slice(&element(id::TRACK_ENTRY, &content));
    Ok(())
}

/// Where `Tracks` begins in an init segment, and where its content is.
///
/// # Errors
/// There is none, or not all of it.
pub(crate) fn place_in(init: &[u8]) -> Result<(usize, Range<usize>), Error> {
    let mut at = 0;
    loop {
        let header = init.get(at..).map(Header::read).transpose()?.flatten().ok_or(Error::Damaged)?;
        if header.id == id::SEGMENT {
            at += header.len;
            continue;
        }
        let end = at + header.element_len()?;
        if header.id != id::TRACKS {
            at = end;
        } else if end <= init.len() {
            return Ok((at, at + header.len..end));
        } else {
            return Err(Error::Damaged);
        }
    }
}

/// The track of a block.
pub(crate) fn find(tracks: &mut [Track], number: u64) -> Result<&mut Track, Error> {
    tracks.iter_mut().find(|track| track.number == number).ok_or(Error::Damaged)
}

fn read_entry(entry: &mut [u8]) -> Result<Track, Error> {
    let mut track = Track::default();
    for (id, range) in children(entry)? {
        let content = &mut entry[range];
        match id {
            id::TRACK_NUMBER => track.number = read_uint(content)?,
            id::TRACK_TYPE => track.is_video = read_uint(content)? == VIDEO,
            id::CODEC_ID if content == b"V_VP8" => track.codec = Codec::Vp8,
            id::MAX_BLOCK_ADDITION_ID => content.fill(0),
            id::VIDEO => {
                if let Some(range) = find_child(content, id::ALPHA_MODE)? {
                    content[range].fill(0);
                }
                if let Some(range) = find_child(content, id::COLOUR)? {
                    track.colours = Colours::read(&content[range])?;
                }
            }
            _ => {}
        }
    }
    if track.number == 0 { Err(Error::Damaged) } else { Ok(track) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_and_kinds_and_takes_alpha_away() {
        let mut tracks = [
            &[0xAE, 0x90, 0xD7, 0x81, 0x01, 0x83, 0x81, 0x01, 0x55, 0xEE, 0x81, 0x01][..],
            &[0xE0, 0x84, 0x53, 0xC0, 0x81, 0x01],
            &[0xAE, 0x86, 0xD7, 0x81, 0x02, 0x83, 0x81, 0x02],
        ]
        .concat();
        let read = read(&mut tracks).expect("tracks");
        assert_eq!(
            read.iter().map(|track| (track.number, track.is_video)).collect::<Vec<_>>(),
            [(1, true), (2, false)]
        );
        assert_eq!((tracks[11], tracks[17]), (0, 0));
    }

    #[test]
    fn a_track_has_a_number() {
        assert_eq!(read(&mut [0xAE, 0x83, 0x83, 0x81, 0x01]), Err(Error::Damaged));
        assert_eq!(read(&mut [0xAE, 0x85, 0x83, 0x81, 0x01]), Err(Error::Damaged), "cut off");
    }
}
