//! The segments as far as they are here.

use super::plan::Gathered;
use crate::{bytes::JsBytes, events::object};
use blobcast_container::cues;
use blobcast_wire::{Blob, Body, Piece, Segment};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// Segments kept: the one on screen, the next, and the one being gathered.
const KEPT: usize = 3;

/// A segment's cluster begins within so many bytes.
const HEAD: usize = 4096;

struct Gathering {
    blob: Blob<JsBytes>,
    /// Its last chunk has come.
    is_complete: bool,
}

/// Glues pieces to blobs.
#[derive(Default)]
pub struct Segments(Vec<Gathering>);

impl Segments {
    pub fn gather(&mut self, piece: &Piece<JsBytes>) {
        if let Piece::Begin(message) = piece {
            self.0.extend(Blob::open(message).map(|blob| Gathering { blob, is_complete: false }));
            if self.0.len() > KEPT {
                self.0.remove(0);
            }
        } else if let Some(newest) = self.0.last_mut() {
            // A piece of a segment whose beginning this screen has not seen is of no use to it.
            let _ = newest.blob.glue_piece(piece);
            newest.is_complete |= matches!(piece, Piece::End { .. });
        }
    }

    /// What there is, oldest first.
    pub fn list(&self) -> Vec<Gathered> {
        let describe = |gathering: &Gathering| Gathered {
            segment: gathering.blob.segment(),
            len: gathering.blob.len(),
            // A segment's number is when it started, so the time to its newest piece is what it holds.
            duration: gathering.blob.sent().saturating_sub(gathering.blob.segment()) as f64 / 1e6,
            is_complete: gathering.is_complete,
        };
        self.0.iter().map(describe).collect()
    }

    /// A segment as far as it is here, and how many bytes of it that are.
    pub fn glued(&self, segment: Segment) -> Result<Option<(web_sys::Blob, usize)>, JsValue> {
        let gathering = self.0.iter().find(|gathering| gathering.blob.segment() == segment);
        gathering.map(|gathering| Ok((to_js(&gathering.blob)?, gathering.blob.len()))).transpose()
    }

    pub fn forget_before(&mut self, segment: Segment) {
        let place = self.0.iter().position(|gathering| gathering.blob.segment() == segment);
        self.0.drain(..place.unwrap_or(0));
    }
}

/// The Blob constructor is the glue.
fn to_js(blob: &Blob<JsBytes>) -> Result<web_sys::Blob, JsValue> {
    let [first, rest @ ..] = blob.parts() else { return web_sys::Blob::new() };
    let mut head = vec![0; first.len().min(HEAD)];
    first.copy_to(0, &mut head);
    let mut parts = Array::new();
    if let Some((at, cues)) = cues(&head) {
        parts.push(&first.as_js().subarray(0, at as u32));
        parts.push(&Uint8Array::from(cues.as_slice()));
        parts.push(first.tail(at).as_js());
    } else {
        parts.push(first.as_js());
    }
    parts.extend(rest.iter().map(JsBytes::as_js));
    let options = object(&[("type", blob.mime().into())]).unchecked_into();
    web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options)
}
