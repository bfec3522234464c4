//! Pictures and sound that were recorded apart, each by a recorder of its own, in one segment.
//!
//! A recorder of both holds the pictures back until the packet of sound of their time is full, in Chromium 60 ms of it.

use crate::{
    Error,
    ebml::{element, find, id},
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
    let entry = find(added, id::TRACK_ENTRY)?.ok_or(Error::Damaged)?;
    let mut both = own.to_vec();
    tracks::write(&added[entry], number, &mut both)?;
    Ok(([&pictures[..at], &element(id::TRACKS, &both)].concat(), number))
}

/// Where `Tracks` begins in an init segment, which it ends, and its content.
fn split(init: &[u8]) -> Result<(usize, &[u8]), Error> {
    let (at, content) = tracks::place_in(init)?;
    if content.end == init.len() { Ok((at, &init[content])) } else { Err(Error::Damaged) }
}
