//! Segments as one WebM without end. Pure.

use blobcast_container::{Announced, Error, Part, Remux, announced, place};
use blobcast_wire::{Piece, Segment};
use bytes::Bytes;
use std::fmt;

/// So much may come without anything to play in it, bytes: no element is half as large.
const MOST_HELD: usize = 16 << 20;

/// One reader's stream.
#[derive(Debug, Default)]
pub(super) struct Stream {
    remux: Remux,
    /// The newest segment and its place in the stream, s.
    newest: Option<(Segment, f64)>,
    /// What the stream was announced with.
    tracks: Option<Vec<Announced>>,
    /// What follows has others, or other codecs.
    is_over: bool,
    /// What has come since something was given, bytes.
    held: usize,
}

/// Why a stream cannot be read any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It is not in normal form.
    Unreadable(Error),
    /// There is nothing to play in it.
    Endless,
}

impl Stream {
    /// What can be played with this piece.
    pub(super) fn take(&mut self, piece: &Piece<Bytes>) -> Result<Vec<u8>, End> {
        let body = match piece {
            Piece::Begin(blob) => {
                let (newest, end) = (self.remux.newest(), self.remux.end());
                let at = place(self.newest, blob.segment, newest, end);
                self.newest = Some((blob.segment, at));
                self.remux.begin((at * 1e3).round() as i64);
                &blob.body
            }
            Piece::Continue { body, .. } | Piece::End { body, .. } => body,
        };
        self.held += body.len();
        if self.held > MOST_HELD {
            return Err(End::Endless);
        }
        self.remux.push(body).map_err(End::Unreadable)?;
        self.give()
    }

    /// Whether it cannot go on as it began.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Nothing more comes for now: what waited for the next frame does so no longer.
    pub(super) fn flush(&mut self) -> Result<Vec<u8>, End> {
        self.remux.flush().map_err(End::Unreadable)?;
        self.give()
    }

    fn give(&mut self) -> Result<Vec<u8>, End> {
        let mut out = Vec::new();
        for part in self.remux.take() {
            match part {
                Part::Media(media) => out.extend(media),
                Part::Init(init) => {
                    let tracks = announced(&init).map_err(End::Unreadable)?;
                    match &self.tracks {
                        None => {
                            out.extend(init);
                            self.tracks = Some(tracks);
                        }
                        // Another recorder's, of the same: all else that a decoder has to know is in the frames.
                        Some(known) if *known == tracks => {}
                        Some(_) => {
                            // What came before it is whole.
                            self.is_over = true;
                            break;
                        }
                    }
                }
            }
        }
        if !out.is_empty() {
            self.held = 0;
        }
        Ok(out)
    }
}

impl fmt::Display for End {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(to),
            Self::Endless => to.write_str("there is nothing to play in the segment"),
        }
    }
}
