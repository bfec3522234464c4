//! What a message's bytes are kept in: a `Vec<u8>` in tests, shared `Bytes` in the relay, a `Uint8Array`
//! in the browser, where media never needs to pass through the WebAssembly memory.

/// Bytes that can be looked into and cut. Cutting should be cheap: a view, not a copy.
pub trait Body: Clone {
    /// How many bytes.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes from `start` (at most [`len`](Self::len)) to the end.
    fn tail(&self, start: usize) -> Self;

    /// Copies the bytes from `start` on into `out`, whose length the caller has checked.
    fn copy_to(&self, start: usize, out: &mut [u8]);
}

impl Body for Vec<u8> {
    fn len(&self) -> usize {
        self.len()
    }

    fn tail(&self, start: usize) -> Self {
        self[start..].to_vec()
    }

    fn copy_to(&self, start: usize, out: &mut [u8]) {
        out.copy_from_slice(&self[start..start + out.len()]);
    }
}

#[cfg(feature = "bytes")]
impl Body for bytes::Bytes {
    fn len(&self) -> usize {
        self.len()
    }

    fn tail(&self, start: usize) -> Self {
        self.slice(start..)
    }

    fn copy_to(&self, start: usize, out: &mut [u8]) {
        out.copy_from_slice(&self[start..start + out.len()]);
    }
}
