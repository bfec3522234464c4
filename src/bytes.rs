//! Media bytes that stay in JavaScript's memory.

use blobcast_wire::Body;
use js_sys::{ArrayBuffer, Uint8Array};
use std::fmt;

/// A `Uint8Array` as a message body: cutting it makes a view, and only headers are copied into the module.
#[derive(Clone)]
pub struct JsBytes(Uint8Array);

impl JsBytes {
    pub fn of(buffer: &ArrayBuffer) -> Self {
        Self(Uint8Array::new(buffer))
    }

    pub fn as_js(&self) -> &Uint8Array {
        &self.0
    }

    /// The parts in one run, `prefix` first: a WebSocket message.
    pub fn joined(prefix: &[u8], parts: &[Self]) -> Self {
        let len = prefix.len() + parts.iter().map(Body::len).sum::<usize>();
        let joined = Uint8Array::new_with_length(len as u32);
        joined.set(&Uint8Array::from(prefix), 0);
        let mut at = prefix.len();
        for part in parts {
            joined.set(&part.0, at as u32);
            at += part.len();
        }
        Self(joined)
    }

    /// A copy inside the module, for code that reads bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        self.0.to_vec()
    }
}

impl From<&[u8]> for JsBytes {
    fn from(bytes: &[u8]) -> Self {
        Self(Uint8Array::from(bytes))
    }
}

impl Default for JsBytes {
    fn default() -> Self {
        Self(Uint8Array::new_with_length(0))
    }
}

impl Body for JsBytes {
    fn len(&self) -> usize {
        self.0.length() as usize
    }

    fn tail(&self, start: usize) -> Self {
        Self(self.0.subarray(start as u32, self.0.length()))
    }

    fn copy_to(&self, start: usize, out: &mut [u8]) {
        // Not the `copy_to` of js-sys, whose check brings a panic in words. What is read so is the beginning of something, 4 KB at most.
        out.copy_from_slice(&self.0.subarray(start as u32, (start + out.len()) as u32).to_vec());
    }
}

impl fmt::Debug for JsBytes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "JsBytes({})", self.len())
    }
}
