//! A broadcaster's messages put in order, and handed to the room piece by piece.

use super::Publisher;
use crate::{broadcast::Refusal, farewell::Farewell, limits::Limits, quota::Size, session::Session};
use blobcast_wire::{Kind, Message, Piece, Reassembly, Segment, Socket as Which};
use bytes::Bytes;
use std::{sync::Arc, time::Duration};

/// What came of the session's current segment, and what waits for its place.
#[derive(Debug)]
pub(super) struct Inbox {
    size: Size,
    reassembly: Reassembly<Bytes>,
    /// How long both sockets have been here: waiting for order is only counted while both can bring it.
    patience: Duration,
    /// It has begun a segment, so it was the broadcaster once.
    pub(super) has_begun: bool,
}

impl Inbox {
    /// Nothing has come.
    pub(super) fn new(limits: &Limits) -> Self {
        let size = Size::new(limits);
        Self { size, reassembly: Reassembly::new(), patience: Duration::ZERO, has_begun: false }
    }

    /// The segment that is read and its next piece; zeros before the first.
    pub(super) fn position(&self) -> (Segment, u32) {
        self.reassembly.position().unwrap_or((0, 0))
    }
}

/// Takes a binary message from one of the sockets.
pub(super) fn receive(session: &Arc<Session<Publisher>>, which: Which, raw: &Bytes) -> Result<(), Farewell> {
    let publisher = session.peer();
    publisher.count(raw.len())?;
    let message = Message::decode(raw).map_err(Farewell::foreign)?;
    let is_blob = matches!(message.kind, Kind::Blob { .. });
    if is_blob != (which == Which::Blob) {
        return Err(Farewell::bad(
            "a message came by the wrong socket: send blobs on the blob socket, chunks on the chunk socket",
        ));
    }
    let mut inbox = publisher.inbox.lock();
    if inbox.has_begun && !publisher.presence.belongs_to(publisher.number) {
        return Ok(()); // It was replaced, and its sockets are about to hear that.
    }
    if is_blob {
        // It is answered by `have`, whatever becomes of it.
        publisher.blob_arrived.notify_one();
        // What is not later than the segment being read came twice, or continues that.
        let is_new = inbox.reassembly.position().is_none_or(|(segment, _)| message.segment > segment);
        if is_new && !admits(publisher, message.segment)? {
            return Ok(());
        }
    }
    let patience = inbox.patience;
    let pieces = inbox.reassembly.push(message, patience);
    publish(session, &mut inbox, pieces)
}

/// Whether a new segment is taken. One that is not later than the last is passed over: another session's came
/// before it, which nobody can know while it is on its way.
fn admits(publisher: &Publisher, segment: Segment) -> Result<bool, Farewell> {
    let now = publisher.now();
    match publisher.presence.with(|broadcast| broadcast.admits(segment, now)) {
        Ok(()) => Ok(true),
        Err(Refusal::NotLater { .. }) => Ok(false),
        Err(refusal) => Err(Farewell::bad(refusal)),
    }
}

/// Lets a tick pass: gives up what was waited for long enough.
pub(super) fn expire(session: &Arc<Session<Publisher>>, tick: Duration) -> Result<(), Farewell> {
    let mut inbox = session.peer().inbox.lock();
    inbox.patience += tick;
    let patience = inbox.patience;
    let pieces = inbox.reassembly.expire(patience);
    publish(session, &mut inbox, pieces)
}

fn publish(
    session: &Arc<Session<Publisher>>,
    inbox: &mut Inbox,
    pieces: Vec<Piece<Bytes>>,
) -> Result<(), Farewell> {
    let publisher = session.peer();
    for piece in pieces {
        let is_first = !inbox.has_begun;
        let is_blob = matches!(piece, Piece::Begin(_));
        if is_blob {
            publisher.presence.quota.lock().begin(publisher.now()).map_err(Farewell::limit)?;
        }
        inbox.size.add(&piece).map_err(Farewell::limit)?;
        match publisher.presence.publish(publisher.number, Some(session), is_first, piece, publisher.now()) {
            Ok(()) => {
                inbox.has_begun = true;
                publisher.presence.relay().metrics.segments.inc_by(is_blob.into());
            }
            // Another session's came between the look and the step: passed over.
            Err(Refusal::NotLater { .. }) if is_first => {
                inbox.reassembly = Reassembly::new();
                return Ok(());
            }
            Err(refusal) => return Err(Farewell::bad(refusal)),
        }
    }
    Ok(())
}
