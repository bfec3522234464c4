//! One binary message: a 24-byte header, little-endian, then the body.
//!
//! | offset | size | field |
//! |---|---|---|
//! | 0 | 1 | version = 1 |
//! | 1 | 1 | kind: 0 blob, 1 chunk, 2 last chunk of its segment |
//! | 2 | 2 | blob: length of the MIME type that follows the header; last chunk: 1 if cut short; else 0 |
//! | 4 | 4 | seq |
//! | 8 | 8 | segment, µs |
//! | 16 | 8 | sent, µs |
//! | 24 | | MIME type (blob), then container bytes |

use crate::{Body, MAX_MESSAGE_LEN, MAX_SEGMENT, Segment, Socket};
use std::fmt;

/// The protocol version in every header.
pub const VERSION: u8 = 1;

/// The header's length, bytes.
pub const HEADER_LEN: usize = 24;

/// The longest MIME type, bytes. Real ones have about 30.
pub const MAX_MIME_LEN: usize = 255;

/// What a message is to its segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Opens a segment, or repeats it from its start with more glued in.
    Blob {
        /// The recording's actual type, codecs included.
        mime: String,
    },
    /// Continues it.
    Chunk,
    /// Ends it. The body may be empty.
    LastChunk {
        /// The rest will never come: the segment is a playable prefix.
        cut_short: bool,
    },
}

/// One binary message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<B> {
    /// What it is to its segment.
    pub kind: Kind,
    /// The segment it belongs to.
    pub segment: Segment,
    /// A chunk's place, from 1. For a blob how many pieces are glued in it, which is the next chunk's seq.
    pub seq: u32,
    /// When the broadcaster sent the (last) piece in it, µs since the Unix epoch, in the relay's clock.
    pub sent: u64,
    /// Container bytes.
    pub body: B,
}

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// Shorter than its header, or than the MIME type that the header announces.
    TooShort,
    /// Longer than [`MAX_MESSAGE_LEN`].
    TooLong,
    /// Another protocol version.
    Version(u8),
    /// A kind that this version does not know.
    Kind(u8),
    /// The field at offset 2 does not fit the kind.
    Field(u16),
    /// The MIME type is not printable ASCII of 1 to [`MAX_MIME_LEN`] characters.
    Mime,
    /// Pieces are counted from 1.
    Seq,
    /// Segment numbers are 1 to [`MAX_SEGMENT`].
    Segment,
    /// A blob holds at least an init segment.
    EmptyBlob,
}

impl<B: Body> Message<B> {
    /// Reads a whole binary message. Nothing is copied but the header and the MIME type.
    ///
    /// # Errors
    /// Why the bytes are no message. What the header claims is checked before anything is reserved.
    pub fn decode(raw: &B) -> Result<Self, DecodeError> {
        if raw.len() < HEADER_LEN {
            return Err(DecodeError::TooShort);
        }
        if raw.len() > MAX_MESSAGE_LEN {
            return Err(DecodeError::TooLong);
        }
        let mut header = [0; HEADER_LEN];
        raw.copy_to(0, &mut header);
        let [version, kind, field0, field1, s0, s1, s2, s3, times @ ..] = header;
        let (segment, sent) = times.split_at(8);
        let field = u16::from_le_bytes([field0, field1]);
        let seq = u32::from_le_bytes([s0, s1, s2, s3]);
        let segment = little_endian(segment);
        if version != VERSION {
            return Err(DecodeError::Version(version));
        }
        if segment == 0 || segment > MAX_SEGMENT {
            return Err(DecodeError::Segment);
        }
        if seq == 0 {
            return Err(DecodeError::Seq);
        }
        let kind = match (kind, field) {
            (0, len) => Kind::Blob { mime: read_mime(raw, usize::from(len))? },
            (1, 0) => Kind::Chunk,
            (2, 0 | 1) => Kind::LastChunk { cut_short: field == 1 },
            (1 | 2, _) => return Err(DecodeError::Field(field)),
            _ => return Err(DecodeError::Kind(kind)),
        };
        let body = raw.tail(HEADER_LEN + kind.mime().len());
        if body.is_empty() && matches!(kind, Kind::Blob { .. }) {
            return Err(DecodeError::EmptyBlob);
        }
        Ok(Self { kind, segment, seq, sent: little_endian(sent), body })
    }
}

fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

fn read_mime<B: Body>(raw: &B, len: usize) -> Result<String, DecodeError> {
    if len == 0 || len > MAX_MIME_LEN {
        return Err(DecodeError::Mime);
    }
    if raw.len() < HEADER_LEN + len {
        return Err(DecodeError::TooShort);
    }
    let mut mime = vec![0; len];
    raw.copy_to(HEADER_LEN, &mut mime);
    let printable = mime.iter().all(|byte| (b' '..=b'~').contains(byte));
    // Not `from_utf8`, which does again what was done here.
    if printable { Ok(mime.into_iter().map(char::from).collect()) } else { Err(DecodeError::Mime) }
}

impl Kind {
    /// The MIME type of a blob, and nothing for the others.
    pub fn mime(&self) -> &str {
        match self {
            Self::Blob { mime } => mime,
            Self::Chunk | Self::LastChunk { .. } => "",
        }
    }

    /// Which of a peer's sockets carries it.
    pub const fn socket(&self) -> Socket {
        match self {
            Self::Blob { .. } => Socket::Blob,
            Self::Chunk | Self::LastChunk { .. } => Socket::Chunk,
        }
    }

    /// Everything of a message that stands before its body: the header, and a blob's MIME type.
    ///
    /// A MIME type over [`MAX_MIME_LEN`] is cut there: no browser has one.
    pub fn prefix(&self, segment: Segment, seq: u32, sent: u64) -> Vec<u8> {
        let mime = self.mime().as_bytes();
        let mime = &mime[..mime.len().min(MAX_MIME_LEN)];
        let (kind, field) = match self {
            Self::Blob { .. } => (0, mime.len() as u16),
            Self::Chunk => (1, 0),
            Self::LastChunk { cut_short } => (2, u16::from(*cut_short)),
        };
        let mut prefix = Vec::with_capacity(HEADER_LEN + mime.len());
        prefix.extend([VERSION, kind]);
        prefix.extend(field.to_le_bytes());
        prefix.extend(seq.to_le_bytes());
        prefix.extend(segment.to_le_bytes());
        prefix.extend(sent.to_le_bytes());
        prefix.extend(mime);
        prefix
    }
}

impl<B> Message<B> {
    /// Everything that stands before the body; see [`Kind::prefix`].
    pub fn prefix(&self) -> Vec<u8> {
        self.kind.prefix(self.segment, self.seq, self.sent)
    }
}

impl<B: AsRef<[u8]>> Message<B> {
    /// The whole message, in one piece.
    pub fn encode(&self) -> Vec<u8> {
        let mut raw = self.prefix();
        raw.extend(self.body.as_ref());
        raw
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // All numbers as u32: what writes another type would come into the browser's module with it.
        match self {
            Self::TooShort => out.write_str("message shorter than it says"),
            Self::TooLong => write!(out, "message over {MAX_MESSAGE_LEN} bytes"),
            Self::Version(version) => {
                write!(
                    out,
                    "protocol version {}, this side speaks {}",
                    u32::from(*version),
                    u32::from(VERSION)
                )
            }
            Self::Kind(kind) => write!(out, "unknown message kind {}", u32::from(*kind)),
            Self::Field(field) => {
                write!(out, "{} in a field that must be 0, or 1 for a segment cut short", u32::from(*field))
            }
            Self::Mime => write!(out, "MIME type is not 1 to {MAX_MIME_LEN} printable ASCII characters"),
            Self::Seq => out.write_str("seq is 0, pieces are counted from 1"),
            Self::Segment => write!(out, "segment number is not 1 to {MAX_SEGMENT}"),
            Self::EmptyBlob => out.write_str("blob without data"),
        }
    }
}

impl std::error::Error for DecodeError {}
