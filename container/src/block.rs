//! The time in a block: 16 bits behind the track number, relative to its cluster's.

use crate::{
    Error,
    ebml::{self, Header, id},
};

/// Counts the time of a SimpleBlock or BlockGroup from 0 instead of from its cluster's `timestamp`, in place.
pub(crate) fn rebase(element: &mut [u8], header: Header, timestamp: u64) -> Result<(), Error> {
    let content = &mut element[header.len..];
    match header.id {
        id::SIMPLE_BLOCK => rebase_content(content, timestamp),
        _ => rebase_group(content, timestamp),
    }
}

/// A BlockGroup has one Block, with its additions, among other elements.
fn rebase_group(mut content: &mut [u8], timestamp: u64) -> Result<(), Error> {
    while let Some(header) = Header::read(content)? {
        let size = header.size.and_then(|size| usize::try_from(size).ok()).ok_or(Error::Damaged)?;
        let end = header.len.checked_add(size).filter(|end| *end <= content.len()).ok_or(Error::Damaged)?;
        if header.id == id::BLOCK {
            return rebase_content(&mut content[header.len..end], timestamp);
        }
        content = &mut content[end..];
    }
    Err(Error::Damaged)
}

fn rebase_content(content: &mut [u8], timestamp: u64) -> Result<(), Error> {
    let (_, track_len) = ebml::read_vint(content)?.ok_or(Error::Damaged)?;
    let time: &mut [u8; 2] = content[track_len..].first_chunk_mut().ok_or(Error::Damaged)?;
    let from_zero =
        i64::try_from(timestamp).unwrap_or(i64::MAX).saturating_add(i64::from(i16::from_be_bytes(*time)));
    *time = i16::try_from(from_zero).map_err(|_| Error::TooLong)?.to_be_bytes();
    Ok(())
}
