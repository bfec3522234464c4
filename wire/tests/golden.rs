//! The wire in hex: a change here is a change of the protocol.

use blobcast_wire::{Body, DecodeError, HEADER_LEN, Kind, MAX_MESSAGE_LEN, Message};
use bytes::Bytes;

const SEGMENT: u64 = 0x0006_60e1_c0de_cafe;
const SENT: u64 = 0x0006_60e1_c0df_0102;

fn message(kind: Kind, seq: u32, body: &[u8]) -> Message<Vec<u8>> {
    Message { kind, segment: SEGMENT, seq, sent: SENT, body: body.to_vec() }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn golden_bytes_of_every_kind() {
    let mime = "video/webm;codecs=vp8".to_owned();
    let golden = [
        (
            message(Kind::Blob { mime }, 1, &[0x1a, 0x45, 0xdf, 0xa3]),
            "0100150001000000fecadec0e16006000201dfc0e1600600\
             766964656f2f7765626d3b636f646563733d7670381a45dfa3",
        ),
        (message(Kind::Chunk, 2, &[0xa3]), "0101000002000000fecadec0e16006000201dfc0e1600600a3"),
        (
            message(Kind::LastChunk { cut_short: false }, 0x0102_0304, &[0xff]),
            "0102000004030201fecadec0e16006000201dfc0e1600600ff",
        ),
        (
            message(Kind::LastChunk { cut_short: true }, 3, &[]),
            "0102010003000000fecadec0e16006000201dfc0e1600600",
        ),
    ];
    for (message, golden) in golden {
        let raw = message.encode();
        assert_eq!(hex(&raw), golden);
        assert_eq!(Message::decode(&raw), Ok(message.clone()));
        let shared = Message::decode(&Bytes::from(raw)).expect("the same bytes, shared");
        assert_eq!(shared.body.as_ref(), message.body.as_slice());
    }
}

#[test]
fn every_broken_rule_has_its_error() {
    let good = message(Kind::Chunk, 1, &[7]).encode();
    let with = |at: usize, bytes: &[u8]| {
        let mut raw = good.clone();
        raw[at..at + bytes.len()].copy_from_slice(bytes);
        Message::decode(&raw).map(|_| ())
    };
    assert_eq!(with(0, &[1]), Ok(()));
    assert_eq!(with(0, &[2]), Err(DecodeError::Version(2)));
    assert_eq!(with(1, &[3]), Err(DecodeError::Kind(3)));
    assert_eq!(with(2, &[1]), Err(DecodeError::Field(1)));
    assert_eq!(with(1, &[2, 2]), Err(DecodeError::Field(2)));
    assert_eq!(with(4, &[0]), Err(DecodeError::Seq));
    assert_eq!(with(8, &[0; 8]), Err(DecodeError::Segment));
    assert_eq!(with(8, &[0xff; 8]), Err(DecodeError::Segment));
    assert_eq!(with(1, &[0, 0, 0]), Err(DecodeError::Mime));
    assert_eq!(with(1, &[0, 0xff, 0]), Err(DecodeError::TooShort));
    assert_eq!(with(1, &[0, 0xff, 0xff]), Err(DecodeError::Mime));
    assert_eq!(with(1, &[0, 1, 0]), Err(DecodeError::Mime), "7 is not printable");

    let mime_only = message(Kind::Blob { mime: "a".into() }, 1, &[]).encode();
    assert_eq!(Message::decode(&mime_only), Err(DecodeError::EmptyBlob));
    for len in 0..HEADER_LEN {
        assert_eq!(Message::decode(&good[..len].to_vec()), Err(DecodeError::TooShort));
    }
    assert_eq!(Message::decode(&vec![1; MAX_MESSAGE_LEN + 1]), Err(DecodeError::TooLong));
}

/// A body that says it is large without being so: decoding must not reserve what a header claims.
#[derive(Clone, Debug)]
struct Claims(Vec<u8>);

impl Body for Claims {
    fn len(&self) -> usize {
        MAX_MESSAGE_LEN
    }
    fn tail(&self, _: usize) -> Self {
        self.clone()
    }
    fn copy_to(&self, start: usize, out: &mut [u8]) {
        assert!(out.len() <= 255, "reads {} bytes at {start}", out.len());
        self.0.copy_to(start, out);
    }
}

#[test]
fn decoding_copies_no_more_than_header_and_mime() {
    let mime = "m".repeat(255);
    let raw = message(Kind::Blob { mime: mime.clone() }, 9, &[1; 300]).encode();
    let decoded = Message::decode(&Claims(raw)).expect("a valid blob");
    assert_eq!(decoded.kind, Kind::Blob { mime });
}
