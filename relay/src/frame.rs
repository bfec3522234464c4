//! Messages as they go over the wire: WebSocket frames of a server, made once for all who get the same.
//! <https://datatracker.ietf.org/doc/html/rfc6455#section-5.2>

use bytes::Bytes;

const FINAL_TEXT: u8 = 0x81;
const FINAL_BINARY: u8 = 0x82;

/// A whole message in one frame. Clones share its bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Frame {
    bytes: Bytes,
    /// How long the frame's head is.
    head: u8,
}

impl Frame {
    /// A binary message, which may come in parts.
    pub(crate) fn binary<'a>(parts: impl IntoIterator<Item = &'a [u8]> + Clone) -> Self {
        Self::new(FINAL_BINARY, parts)
    }

    /// A text message.
    pub(crate) fn text(text: &str) -> Self {
        Self::new(FINAL_TEXT, [text.as_bytes()])
    }

    fn new<'a>(opcode: u8, parts: impl IntoIterator<Item = &'a [u8]> + Clone) -> Self {
        let len = parts.clone().into_iter().map(<[u8]>::len).sum();
        let mut bytes = head(opcode, len);
        let head = bytes.len() as u8;
        bytes.reserve_exact(len);
        parts.into_iter().for_each(|part| bytes.extend_from_slice(part));
        Self { bytes: bytes.into(), head }
    }

    /// What is sent.
    pub(crate) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// How long the message in it is, bytes.
    pub(crate) fn message_len(&self) -> usize {
        self.bytes.len() - usize::from(self.head)
    }

    /// The message in it.
    pub(crate) fn message(&self) -> Bytes {
        self.bytes.slice(usize::from(self.head)..)
    }
}

fn head(opcode: u8, len: usize) -> Vec<u8> {
    match (u8::try_from(len), u16::try_from(len)) {
        (Ok(len @ ..126), _) => vec![opcode, len],
        (_, Ok(len)) => [&[opcode, 126], &len.to_be_bytes()[..]].concat(),
        _ => [&[opcode, 127], &(len as u64).to_be_bytes()[..]].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_told_in_as_many_bytes_as_it_needs() {
        for (len, head) in [
            (0, &[0x82, 0][..]),
            (125, &[0x82, 125]),
            (126, &[0x82, 126, 0, 126]),
            (65_535, &[0x82, 126, 255, 255]),
            (65_536, &[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let payload = vec![7; len];
            let frame = Frame::binary([&payload[..len / 2], &payload[len / 2..]]);
            assert_eq!(frame.bytes(), &[head, &payload].concat(), "{len}");
            assert_eq!(frame.message(), payload);
        }
        assert_eq!(Frame::text("{}").bytes(), &b"\x81\x02{}"[..]);
    }
}
