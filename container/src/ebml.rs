//! EBML elements: an id, a size, a content.

use crate::Error;
use std::ops::Range;

/// The largest element that is taken, in bytes: half of what a message may be. A keyframe of 4K video has a few
/// hundred kilobytes.
pub(crate) const LARGEST: u64 = 4 << 20;

/// `Segment`, of unknown size.
pub(crate) const SEGMENT: [u8; 12] = [0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

/// `Cluster`, of unknown size. Its `Timestamp` follows.
pub(crate) const CLUSTER: [u8; 12] = [0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

/// The ids that matter here, with their length marker, as RFC 9559 writes them.
pub(crate) mod id {
    pub(crate) const EBML: u32 = 0x1A45_DFA3;
    pub(crate) const DOC_TYPE: u32 = 0x4282;
    pub(crate) const CRC_32: u32 = 0xBF;
    pub(crate) const VOID: u32 = 0xEC;

    pub(crate) const SEGMENT: u32 = 0x1853_8067;
    pub(crate) const SEEK_HEAD: u32 = 0x114D_9B74;
    pub(crate) const SEEK: u32 = 0x4DBB;
    pub(crate) const SEEK_ID: u32 = 0x53AB;
    pub(crate) const SEEK_POSITION: u32 = 0x53AC;
    pub(crate) const CUES: u32 = 0x1C53_BB6B;
    pub(crate) const CUE_POINT: u32 = 0xBB;
    pub(crate) const CUE_TIME: u32 = 0xB3;
    pub(crate) const CUE_TRACK_POSITIONS: u32 = 0xB7;
    pub(crate) const CUE_TRACK: u32 = 0xF7;
    pub(crate) const CUE_CLUSTER_POSITION: u32 = 0xF1;
    pub(crate) const TAGS: u32 = 0x1254_C367;
    pub(crate) const CHAPTERS: u32 = 0x1043_A770;
    pub(crate) const ATTACHMENTS: u32 = 0x1941_A469;

    pub(crate) const INFO: u32 = 0x1549_A966;
    pub(crate) const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
    pub(crate) const DURATION: u32 = 0x4489;

    pub(crate) const TRACKS: u32 = 0x1654_AE6B;
    pub(crate) const TRACK_ENTRY: u32 = 0xAE;
    pub(crate) const TRACK_NUMBER: u32 = 0xD7;
    pub(crate) const TRACK_UID: u32 = 0x73C5;
    pub(crate) const TRACK_TYPE: u32 = 0x83;
    pub(crate) const CODEC_ID: u32 = 0x86;
    pub(crate) const MAX_BLOCK_ADDITION_ID: u32 = 0x55EE;
    pub(crate) const VIDEO: u32 = 0xE0;
    pub(crate) const ALPHA_MODE: u32 = 0x53C0;
    pub(crate) const COLOUR: u32 = 0x55B0;
    pub(crate) const MATRIX_COEFFICIENTS: u32 = 0x55B1;
    pub(crate) const RANGE: u32 = 0x55B9;
    pub(crate) const TRANSFER_CHARACTERISTICS: u32 = 0x55BA;
    pub(crate) const PRIMARIES: u32 = 0x55BB;

    pub(crate) const CLUSTER: u32 = 0x1F43_B675;
    pub(crate) const TIMESTAMP: u32 = 0xE7;
    pub(crate) const POSITION: u32 = 0xA7;
    pub(crate) const PREV_SIZE: u32 = 0xAB;
    pub(crate) const SIMPLE_BLOCK: u32 = 0xA3;
    pub(crate) const BLOCK_GROUP: u32 = 0xA0;
    pub(crate) const BLOCK: u32 = 0xA1;
    pub(crate) const BLOCK_DURATION: u32 = 0x9B;
    pub(crate) const REFERENCE_BLOCK: u32 = 0xFB;
}

/// The beginning of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) id: u32,
    /// Bytes of id and size.
    pub(crate) len: usize,
    /// Bytes of content; `None` when it is not known, which Segments and Clusters may say.
    pub(crate) size: Option<u64>,
}

impl Header {
    /// Reads a header from the start of `bytes`; `None` when more bytes are needed.
    pub(crate) fn read(bytes: &[u8]) -> Result<Option<Self>, Error> {
        let Some(&first) = bytes.first() else { return Ok(None) };
        let id_len = first.leading_zeros() as usize + 1;
        if id_len > 4 {
            return Err(Error::Damaged);
        }
        let Some(id) = bytes.get(..id_len) else { return Ok(None) };
        let id = id.iter().fold(0, |id, &byte| id << 8 | u32::from(byte));
        let Some((size, size_len)) = read_vint(&bytes[id_len..])? else { return Ok(None) };
        let unknown = (1 << (7 * size_len)) - 1;
        Ok(Some(Self { id, len: id_len + size_len, size: (size != unknown).then_some(size) }))
    }

    /// Bytes of the element, header and content.
    ///
    /// # Errors
    /// It does not say how many, or more than is taken.
    pub(crate) fn element_len(self) -> Result<usize, Error> {
        match self.size.ok_or(Error::Damaged)? {
            size if size > LARGEST => Err(Error::TooLarge),
            size => Ok(self.len + size as usize),
        }
    }
}

/// The elements within a whole content: each id with where its own content is.
///
/// # Errors
/// They do not fill it exactly.
pub(crate) fn children(content: &[u8]) -> Result<Vec<(u32, Range<usize>)>, Error> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < content.len() {
        let header = Header::read(&content[at..])?.ok_or(Error::Damaged)?;
        let start = at + header.len;
        let size = header.size.and_then(|size| usize::try_from(size).ok()).ok_or(Error::Damaged)?;
        at = start.checked_add(size).filter(|end| *end <= content.len()).ok_or(Error::Damaged)?;
        found.push((header.id, start..at));
    }
    Ok(found)
}

/// The first element with this id within a whole content.
///
/// # Errors
/// As [`children`].
pub(crate) fn find(content: &[u8], id: u32) -> Result<Option<Range<usize>>, Error> {
    let child = children(content)?.into_iter().find(|(found, _)| *found == id);
    Ok(child.map(|(_, range)| range))
}

/// Copies a whole content without its children of these ids.
///
/// # Errors
/// As [`children`].
pub(crate) fn copy_without(content: &[u8], ids: &[u32], out: &mut Vec<u8>) -> Result<(), Error> {
    let mut at = 0;
    for (id, range) in children(content)? {
        if !ids.contains(&id) {
            out.extend_from_slice(&content[at..range.end]);
        }
        at = range.end;
    }
    Ok(())
}

/// A number of variable length, and its length; `None` when more bytes are needed.
pub(crate) fn read_vint(bytes: &[u8]) -> Result<Option<(u64, usize)>, Error> {
    let Some(&first) = bytes.first() else { return Ok(None) };
    let len = first.leading_zeros() as usize + 1;
    if len > 8 {
        return Err(Error::Damaged);
    }
    let Some(rest) = bytes.get(1..len) else { return Ok(None) };
    let marker = 0xFF_u8.checked_shr(len as u32).unwrap_or(0);
    let number = rest.iter().fold(u64::from(first & marker), |number, &byte| number << 8 | u64::from(byte));
    Ok(Some((number, len)))
}

/// An element's size in four bytes: more than enough for what is taken here.
pub(crate) fn size_of(content: usize) -> [u8; 4] {
    (0x1000_0000 | content as u32).to_be_bytes()
}

/// An element, its id as short as it is.
pub(crate) fn element(id: u32, content: &[u8]) -> Vec<u8> {
    let bytes = id.to_be_bytes();
    let id = &bytes[(id.leading_zeros() / 8) as usize..];
    [id, &size_of(content.len()), content].concat()
}

/// An unsigned integer's content, big-endian.
pub(crate) fn read_uint(content: &[u8]) -> Result<u64, Error> {
    if content.len() > 8 {
        return Err(Error::Damaged);
    }
    Ok(content.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_headers_of_every_length() {
        let header = |bytes: &[u8]| Header::read(bytes).map(|header| header.map(|h| (h.id, h.len, h.size)));
        assert_eq!(header(&[0xA3, 0x85]), Ok(Some((id::SIMPLE_BLOCK, 2, Some(5)))));
        assert_eq!(header(&[0xA3, 0x40, 0x85]), Ok(Some((id::SIMPLE_BLOCK, 3, Some(0x85)))));
        let unknown = [0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        assert_eq!(header(&unknown), Ok(Some((id::CLUSTER, 12, None))));
        assert_eq!(header(&unknown[..11]), Ok(None));
        assert_eq!(header(&[0x1F, 0x43, 0xB6, 0x75, 0xFF]), Ok(Some((id::CLUSTER, 5, None))));
        assert_eq!(header(&[]), Ok(None));
        assert_eq!(header(&[0x00, 0x81]), Err(Error::Damaged));
        assert_eq!(header(&[0xA3, 0x00]), Err(Error::Damaged));
    }

    #[test]
    fn a_size_written_reads_back() {
        for content in [0, 1, 127, 128, 8 << 20] {
            assert_eq!(read_vint(&size_of(content)), Ok(Some((content as u64, 4))));
        }
    }

    #[test]
    fn children_fill_their_parent_exactly() {
        let content = [0xD7, 0x81, 0x01, 0x83, 0x80];
        assert_eq!(children(&content), Ok(vec![(id::TRACK_NUMBER, 2..3), (id::TRACK_TYPE, 5..5)]));
        assert_eq!(children(&[]), Ok(vec![]));
        for len in [1, 2, 4] {
            assert_eq!(children(&content[..len]), Err(Error::Damaged), "{len}");
        }
        assert_eq!(children(&[0x1F, 0x43, 0xB6, 0x75, 0xFF]), Err(Error::Damaged), "an unknown size");
        let mut out = Vec::new();
        assert_eq!(copy_without(&content, &[id::TRACK_NUMBER], &mut out), Ok(()));
        assert_eq!(copy_without(&content, &[id::TRACK_UID], &mut out), Ok(()));
        assert_eq!(out, [&[0x83, 0x80], &content[..]].concat(), "as they were written");
    }
}
