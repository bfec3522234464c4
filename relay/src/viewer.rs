//! A viewer: its cursor, and the driver of each of its two sockets.

use crate::{
    ask::Ask,
    cursor::{Cursor, Out},
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
use blobcast_wire::{Live, Segment, Socket as Which, Text};
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

#[derive(Debug, Default)]
#[repr(C)]
struct Place {
    /// While it has all there is: what it lacks next.
    lacks: Option<Lack>,
    /// Bytes that were sent and are not among the figures yet.
    sent: u64,
    cursor: Cursor,
    /// Of the blob and of the chunk socket.
    outlets: [Option<Outlet>; 2],
}

/// A chunk that is still to come, and is then all that there is to send. The cursor stays behind meanwhile.
#[derive(Debug)]
struct Lack {
    line: Arc<Line>,
    segment: Segment,
    seq: u32,
}

/// A socket, as far as pieces go.
#[derive(Debug)]
struct Outlet {
    /// Its number in the session. A socket that was replaced may still be there for a moment.
    number: u64,
    line: Arc<Line>,
    due: Due,
}

/// What a socket has to say, besides pieces.
#[derive(Debug, Default)]
struct Due {
    /// The partner has come.
    is_paired: bool,
    /// The newest ping that was not answered.
    pong: Option<f64>,
    /// The state, whatever was said last.
    state: bool,
    /// The state that was said last.
    said: Option<Live>,
}

/// Seats a socket of a viewer, which is handed its pieces from then on.
pub(crate) fn seat(presence: Presence, ask: &Ask, line: Arc<Line>) -> Result<Seated<Arc<Viewer>>, Farewell> {
    let viewers = presence.viewers.clone();
    let make = |others| {
        let ticket = presence.admit_viewer(others, ask.segment.is_some())?;
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
    pub(crate) fn deliver(&self) {
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

impl Place {
    /// Sends the newest chunk, if that is all there is to send.
    fn follow(&mut self, tail: &Tail) -> bool {
        let Some(lack) = &mut self.lacks else { return false };
        if (tail.segment, tail.seq) != (lack.segment, lack.seq) {
            return false;
        }
        // After the last chunk there may be a next segment, or a state to tell.
        let Some(turn) = lack.line.turn().filter(|_| !tail.is_last) else { return false };
        turn.send(&tail.frame);
        self.sent += tail.frame.bytes().len() as u64;
        lack.seq = lack.seq.saturating_add(1);
        true
    }

    /// It has all there is.
    fn rest(&mut self) {
        let Some(chunks) = &self.outlets[Which::Chunk as usize] else { return };
        let Some((segment, seq)) = self.cursor.lacks() else { return };
        self.lacks = Some(Lack { line: Arc::clone(&chunks.line), segment, seq });
    }

    /// Brings the cursor where its viewer is.
    fn catch_up(&mut self) {
        if let Some(Lack { seq, .. }) = self.lacks.take() {
            self.cursor.went_on_to(seq);
        }
    }
}

impl Due {
    /// The next message. `state` travels in order with the pieces: that it is live comes before them, that it
    /// is over after the last.
    fn next(&mut self, which: Which, cursor: &mut Cursor, room: &Presence) -> Option<Out> {
        if let Some(t) = self.pong.take() {
            let now = room.relay().clock.millis();
            return Some(Out::Text(Text::Pong { t, now }));
        }
        if !self.is_paired {
            return None;
        }
        if which == Which::Blob {
            return room.with(|broadcast| cursor.next_blob(broadcast)).map(Out::Piece);
        }
        let now = room.relay().clock.micros();
        let (state, piece) = room.with(|broadcast| {
            let state = broadcast.state();
            let is_due = self.state || self.said != Some(state);
            let comes_first = is_due && (state == Live::Live || self.said.is_none());
            (is_due.then_some(state), if comes_first { None } else { cursor.next_chunk(broadcast, now) })
        });
        if piece.is_some() {
            return piece;
        }
        // While the blob socket holds pieces back it is not over.
        let state =
            state.filter(|&state| state == Live::Live || self.said.is_none() || !cursor.waits_for_blob())?;
        self.state = false;
        self.said = Some(state);
        Some(Out::Text(Text::State { state, viewers: room.viewers.len() as u32 }))
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
    let mut is_blocked = false;
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
