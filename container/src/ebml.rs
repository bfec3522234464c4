//! EBML elements: an id, a size, a content.

use crate::Error;

/// The ids that matter here, with their length marker, as RFC 9559 writes them.
pub(crate) mod id {
    pub(crate) const EBML: u32 = 0x1A45_DFA3;
    pub(crate) const SEGMENT: u32 = 0x1853_8067;
    pub(crate) const SEEK_HEAD: u32 = 0x114D_9B74;
    pub(crate) const CUES: u32 = 0x1C53_BB6B;
    pub(crate) const TAGS: u32 = 0x1254_C367;
    pub(crate) const VOID: u32 = 0xEC;
    pub(crate) const CLUSTER: u32 = 0x1F43_B675;
    pub(crate) const TIMESTAMP: u32 = 0xE7;
    pub(crate) const POSITION: u32 = 0xA7;
    pub(crate) const PREV_SIZE: u32 = 0xAB;
    pub(crate) const SIMPLE_BLOCK: u32 = 0xA3;
    pub(crate) const BLOCK_GROUP: u32 = 0xA0;
    pub(crate) const BLOCK: u32 = 0xA1;
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
}
