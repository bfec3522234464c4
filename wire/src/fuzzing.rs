//! What is fuzzed here, for any bytes at all: each function holds what comes of them to what is promised. `npm run fuzz` calls them, and
//! `npm test` does with the corpus and with what is like it.

use crate::{Blob, Body, Endpoint, HELD_BYTES, HELD_FOR, Kind, Message, Piece, Reassembly, Segment, Text};
use std::time::Duration;

/// A message from anybody: binary, text, or the path of its URL.
pub fn message(bytes: &[u8]) {
    if let Ok(message) = Message::decode(&bytes.to_vec()) {
        assert_eq!(message.encode(), bytes, "it is written as it was read");
        assert_eq!(Blob::open(&message).is_some(), matches!(message.kind, Kind::Blob { .. }));
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(message) = Text::from_json(text) {
        assert_eq!(Text::from_json(&message.to_json()), Some(message), "it reads back");
    }
    if let Ok(endpoint) = Endpoint::parse(text) {
        assert_eq!(endpoint.to_string(), text, "it reads back");
    }
}

/// Messages in any order, of which each is five bytes here: what happens, segment, seq, size and time.
pub fn reassembly(bytes: &[u8]) {
    let mut reassembly = Reassembly::new();
    let mut reader = Reader::default();
    let mut now = Duration::from_secs(100);
    for step in bytes.as_chunks::<5>().0 {
        let &[what, segment, seq, size, time] = step;
        now += Duration::from_millis(u64::from(time) * 20);
        let kind = match what % 8 {
            0 | 1 => Kind::Blob { mime: "x".into() },
            2 => Kind::LastChunk { cut_short: what > 127 },
            7 if what > 247 => {
                reassembly.reconnected();
                reader.takes_any_number = true;
                continue;
            }
            _ => Kind::Chunk,
        };
        let is_blob = matches!(kind, Kind::Blob { .. });
        let message = Message {
            kind,
            segment: Segment::from(segment).max(1),
            seq: number(seq),
            sent: 0,
            body: Size::of(size),
        };
        reader.read(reassembly.push(message, now));
        reader.takes_any_number &= !is_blob;
        reader.read(reassembly.expire(now));
        assert!(reassembly.held() <= HELD_BYTES, "{} bytes are held", reassembly.held());
        assert_eq!(reassembly.position(), reader.position());
    }
    // Whatever is waited for is given up in the end: one blob at a time, and the chunks that no blob goes with.
    for _ in 0..=bytes.len() {
        now += HELD_FOR;
        reader.read(reassembly.expire(now));
    }
    assert_eq!((reassembly.held(), reassembly.missing()), (0, None));
}

/// A seq of one byte: the first ones, and the last there are.
fn number(byte: u8) -> u32 {
    match byte {
        0 => 1,
        250.. => u32::MAX - u32::from(255 - byte),
        _ => byte.into(),
    }
}

/// A body without its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Size(usize);

impl Size {
    /// Small ones mostly, and up to 8 MB.
    fn of(byte: u8) -> Self {
        Self(if byte < 192 { byte.into() } else { usize::from(byte - 191) << 17 })
    }
}

impl Body for Size {
    fn len(&self) -> usize {
        self.0
    }
    fn tail(&self, start: usize) -> Self {
        Self(self.0 - start)
    }
    fn copy_to(&self, _: usize, out: &mut [u8]) {
        out.fill(0);
    }
}

/// Holds pieces to the rules of order.
#[derive(Debug, Default)]
struct Reader {
    /// The segment being read, and whether it has ended.
    blob: Option<Blob<Size>>,
    has_ended: bool,
    /// Both sockets are new, so the next segment may have a lower number.
    takes_any_number: bool,
}

impl Reader {
    fn read(&mut self, pieces: Vec<Piece<Size>>) {
        for piece in pieces {
            if let Piece::Begin(message) = &piece {
                if let Some(before) = &self.blob {
                    assert!(self.has_ended, "a segment begins when the one before has ended");
                    assert!(
                        message.segment > before.segment() || self.takes_any_number,
                        "segments come in order"
                    );
                }
                self.blob = Blob::open(message);
                self.has_ended = false;
                continue;
            }
            assert!(!self.has_ended, "nothing comes after the end");
            self.blob.as_mut().expect("a segment").glue_piece(&piece).expect("the next piece");
            self.has_ended = matches!(piece, Piece::End { .. });
        }
    }

    fn position(&self) -> Option<(Segment, u32)> {
        self.blob.as_ref().map(|blob| (blob.segment(), blob.seq()))
    }
}

#[cfg(test)]
#[path = "../../fuzz/corpus.rs"]
mod corpus;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_as_they_are_written_or_not_at_all() {
        corpus::feed("message", 2000, message);
    }

    #[test]
    fn pieces_come_in_order_whatever_the_messages() {
        corpus::feed("reassembly", 2000, reassembly);
    }
}
