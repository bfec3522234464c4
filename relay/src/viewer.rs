//! A viewer: its place, and the driver of each of its two sockets.

mod due;
mod place;

use self::{
    due::Due,
    place::{Outlet, Place},
};
use crate::{
    ask::Ask,
    cursor::Out,
    end::End,
    farewell::Farewell,
    frame::Frame,
    line::Line,
    relay::Presence,
    segment::Tail,
    session::{Seat, Seated},
    socket::{Event, Socket},
    ticket::Ticket,
};
use blobcast_wire::{Socket as Which, Text};
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::{
    select,
    sync::oneshot,
    time::{Instant, interval_at},
};

/// What a viewer's two sockets share.
///
/// In this order: what a round looks at comes first, so that it is mostly one line of the processor's cache.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Viewer {
    place: Mutex<Place>,
    presence: Presence,
    _ticket: Ticket,
}

/// Seats a socket of a viewer, which is handed its pieces from then on.
pub(crate) fn seat(presence: Presence, ask: &Ask, line: Arc<Line>) -> Result<Seated<Arc<Viewer>>, Farewell> {
    let viewers = presence.viewers.clone();
    let make = |others| {
        let ticket = presence.admit_viewer(others + presence.readers.out(), ask.segment.is_some())?;
        Ok(Arc::new(Viewer { presence, _ticket: ticket, place: Mutex::default() }))
    };
    let which = ask.endpoint.socket;
    viewers.seat(&ask.session, which, make, |viewer, number| {
        let place = &mut *viewer.place.lock();
        place.outlets[which as usize] = Some(Outlet { number, line: Arc::clone(&line), due: Due::default() });
        place.catch_up();
        match which {
            Which::Blob => place.cursor.ask_blob(ask.segment),
            Which::Chunk => {
                place.cursor.ask_chunk(ask.place());
                viewer.presence.take_along(viewer, &line);
            }
        }
        if let [Some(blob), Some(chunk)] = &mut place.outlets {
            (blob.due.is_paired, chunk.due.is_paired) = (true, true);
        }
    })
}

impl Viewer {
    /// Sends what there is and what its lines take. Never waits.
    fn deliver(&self) {
        self.deliver_all(&mut self.place.lock());
    }

    /// The same, when `tail` is the newest: mostly that is all there is, and then nothing else is looked at.
    pub(crate) fn follow(&self, tail: Option<&Tail>) {
        let place = &mut *self.place.lock();
        if !tail.is_some_and(|tail| place.follow(tail)) {
            self.deliver_all(place);
        }
    }

    fn deliver_all(&self, place: &mut Place) {
        place.catch_up();
        loop {
            let (chunk, has_chunks) = self.deliver_on(place, Which::Chunk);
            let (blob, has_blobs) = self.deliver_on(place, Which::Blob);
            // Each socket may have something to send after the other.
            if !chunk && !blob {
                if has_chunks && has_blobs {
                    place.rest();
                }
                return;
            }
        }
    }

    /// Whether anything was sent, and whether that is all that there is.
    fn deliver_on(&self, place: &mut Place, which: Which) -> (bool, bool) {
        let Place { cursor, outlets, sent, .. } = place;
        let Some(outlet) = &mut outlets[which as usize] else { return (false, false) };
        let mut has_sent = false;
        while let Some(turn) = outlet.line.turn() {
            let frame = match outlet.due.next(which, cursor, &self.presence) {
                Some(Out::Piece(frame)) => frame,
                Some(Out::Text(text)) => {
                    if matches!(text, Text::Skip { .. }) {
                        self.presence.relay().metrics.skips.inc();
                    }
                    Frame::text(&text.to_json())
                }
                None => return (has_sent, true),
            };
            *sent += frame.bytes().len() as u64;
            turn.send(&frame);
            has_sent = true;
        }
        (has_sent, false)
    }

    /// Notes something that one of its sockets is to say.
    fn owe(&self, which: Which, number: u64, note: impl FnOnce(&mut Due)) {
        let place = &mut *self.place.lock();
        place.catch_up();
        if let Some(outlet) = place.outlets[which as usize].as_mut().filter(|outlet| outlet.number == number)
        {
            note(&mut outlet.due);
        }
    }

    /// Adds what was sent to the figures. Now and then: all viewers share those.
    fn settle(&self) {
        let sent = std::mem::take(&mut self.place.lock().sent);
        self.presence.relay().metrics.sent.inc_by(sent);
    }

    /// A socket takes no more pieces.
    fn leave(&self, which: Which, number: u64) {
        let place = &mut *self.place.lock();
        place.catch_up();
        place.outlets[which as usize].take_if(|outlet| outlet.number == number);
    }
}

/// Drives one socket until it ends.
pub(crate) async fn drive(
    socket: &mut Socket,
    seat: &Seat<Arc<Viewer>>,
    mut dismissed: oneshot::Receiver<Farewell>,
) -> End {
    let viewer = seat.session().peer();
    let relay = viewer.presence.relay();
    let (which, number) = (seat.socket(), seat.number());
    let every = relay.timing.state_every;
    let mut every = interval_at(Instant::now() + every, every);
    let abandoned = seat.abandoned(&relay.timing);
    tokio::pin!(abandoned);
    let line = Arc::clone(socket.line());
    viewer.deliver();
    // The handshake's answer may not be out yet: then nothing could be delivered, and nobody would tell.
    let mut is_blocked = true;
    let end = loop {
        select! {
            biased;
            Ok(farewell) = &mut dismissed => break End::Ours(farewell),
            () = relay.stopping.cancelled() => break End::Ours(Farewell::restarting()),
            () = &mut abandoned => break End::Ours(Farewell::alone()),
            () = line.blocked() => is_blocked = true,
            event = socket.next(is_blocked) => match event {
                Event::Writable => {
                    is_blocked = false;
                    viewer.deliver();
                }
                Event::Text(text) => if let Some(Text::Ping { t }) = Text::from_json(&text) {
                    viewer.owe(which, number, |due| due.pong = Some(t));
                    viewer.deliver();
                },
                Event::Binary(_) => break End::Refused(Farewell::bad("a viewer sent media: connect to /publish to broadcast")),
                Event::Closed(code) => break End::Theirs(code),
                Event::Broken(farewell) => break End::Refused(farewell),
                Event::Stuck => break End::Ours(Farewell::stuck()),
                Event::Lost => break End::Lost,
            },
            _ = every.tick(), if which == Which::Chunk => {
                viewer.owe(which, number, |due| due.state = true);
                viewer.deliver();
                viewer.settle();
            }
        }
    };
    viewer.leave(which, number);
    viewer.settle();
    end
}
