//! Gluing: `blob ⊕ chunk = blob`.

use crate::{Body, Kind, Message, Segment};
use std::fmt;

/// A segment from its start: the blob that opened it and the chunks glued in since.
///
/// The parts are kept as they came, so gluing costs nothing; what needs one run of bytes joins them.
#[derive(Clone, Debug)]
pub struct Blob<B> {
    segment: Segment,
    mime: String,
    seq: u32,
    sent: u64,
    parts: Vec<B>,
    len: usize,
}

/// Why a message cannot be glued to a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlueError {
    /// It belongs to another segment.
    Segment,
    /// It is not the next piece.
    Seq,
    /// It is a blob itself.
    Kind,
}

impl<B: Body> Blob<B> {
    /// The blob of a message; `None` if the message is a chunk.
    pub fn open(message: &Message<B>) -> Option<Self> {
        let Kind::Blob { mime } = &message.kind else { return None };
        Some(Self {
            segment: message.segment,
            mime: mime.clone(),
            seq: message.seq,
            sent: message.sent,
            parts: vec![message.body.clone()],
            len: message.body.len(),
        })
    }

    /// Glues the next chunk in.
    ///
    /// # Errors
    /// Why it does not fit; the blob is as it was.
    pub fn glue(&mut self, chunk: &Message<B>) -> Result<(), GlueError> {
        if chunk.segment != self.segment {
            return Err(GlueError::Segment);
        }
        if matches!(chunk.kind, Kind::Blob { .. }) {
            return Err(GlueError::Kind);
        }
        if chunk.seq != self.seq {
            return Err(GlueError::Seq);
        }
        self.extend(self.seq.saturating_add(1), chunk.sent, chunk.body.clone());
        Ok(())
    }

    /// Appends bytes that bring the blob up to (not including) piece `seq`.
    pub(crate) fn extend(&mut self, seq: u32, sent: u64, body: B) {
        self.seq = seq;
        self.sent = sent;
        self.len += body.len();
        if !body.is_empty() {
            self.parts.push(body);
        }
    }

    /// Glues what a [`Reassembly`](crate::Reassembly) gave, which is the next piece by its nature.
    ///
    /// # Errors
    /// It is of another segment, or opens one.
    pub fn glue_piece(&mut self, piece: &crate::Piece<B>) -> Result<(), GlueError> {
        use crate::Piece::{Begin, Continue, End};
        match piece {
            Begin(_) => Err(GlueError::Kind),
            Continue { segment, .. } | End { segment, .. } if *segment != self.segment => {
                Err(GlueError::Segment)
            }
            Continue { seq, .. } | End { seq, .. } if *seq != self.seq => Err(GlueError::Seq),
            Continue { next, sent, body, .. } => {
                self.extend(*next, *sent, body.clone());
                Ok(())
            }
            End { seq, sent, body, .. } => {
                self.extend(seq.saturating_add(1), *sent, body.clone());
                Ok(())
            }
        }
    }

    /// The segment.
    pub fn segment(&self) -> Segment {
        self.segment
    }

    /// The recording's type.
    pub fn mime(&self) -> &str {
        &self.mime
    }

    /// How many pieces are glued in: the next chunk's seq.
    pub fn seq(&self) -> u32 {
        self.seq
    }

    /// When the newest piece was sent, µs.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// The container bytes, in order.
    pub fn parts(&self) -> &[B] {
        &self.parts
    }

    /// How many container bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none; never so for a blob that came over the wire.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What stands before the parts when the blob is sent as one message.
    pub fn prefix(&self) -> Vec<u8> {
        Kind::Blob { mime: self.mime.clone() }.prefix(self.segment, self.seq, self.sent)
    }
}

impl fmt::Display for GlueError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Segment => "piece of another segment",
            Self::Seq => "not the next piece",
            Self::Kind => "a blob cannot be glued to a blob",
        })
    }
}

impl std::error::Error for GlueError {}
