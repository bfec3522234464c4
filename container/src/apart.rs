//! Pictures and sound that were recorded apart, each by a recorder of its own, in one segment.
//!
//! A recorder of both holds the pictures back until the packet of sound of their time is full, in Chromium 60 ms of it.

use crate::{
    Error,
    ebml::{Header, find, id, size_of},
    tracks,
};

/// Numbers of tracks up to here take one byte.
const MOST: u64 = 126;

/// The init segment of pictures with the track of a sound added, and the number that its frames get there
/// ([`Frame::move_to`](crate::Frame::move_to)).
///
/// # Errors
/// One of them is no init segment of a [`Tidy`](crate::Tidy).
pub fn with_sound(pictures: &[u8], sound: &[u8]) -> Result<(Vec<u8>, u8), Error> {
    let ((at, own), (_, added)) = (split(pictures)?, split(sound)?);
    let numbers = tracks::read(&mut own.to_vec())?.into_iter().map(|track| track.number);
    let number = numbers.fold(0, u64::max);
    if number >= MOST {
        return Err(Error::TooLarge);
    }
    let number = number as u8 + 1;
    let mut added = added.to_vec();
    let entry = find(&added, id::TRACK_ENTRY)?.ok_or(Error::Damaged)?;
    let place = find(&added[entry.clone()], id::TRACK_NUMBER)?.ok_or(Error::Damaged)?;
    match added.get_mut(entry.start + place.start) {
        Some(byte) if place.len() == 1 => *byte = number,
        _ => return Err(Error::Damaged),
    }
    let size = size_of(own.len() + added.len());
    Ok(([&pictures[..at], &id::TRACKS.to_be_bytes(), &size, own, &added].concat(), number))
}

/// Where `Tracks` begins in an init segment, which it ends, and its content.
fn split(init: &[u8]) -> Result<(usize, &[u8]), Error> {
    let mut at = 0;
    loop {
        let rest = init.get(at..).unwrap_or_default();
        let header = Header::read(rest)?.ok_or(Error::Damaged)?;
        if header.id == id::SEGMENT {
            at += header.len;
            continue;
        }
        let len = header.element_len()?;
        if header.id != id::TRACKS {
            at += len;
        } else if len == rest.len() {
            return Ok((at, &rest[header.len..]));
        } else {
            return Err(Error::Damaged);
        }
    }
}
