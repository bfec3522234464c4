//! A viewer: its cursor, and the driver of each of its two sockets.

use crate::{
    ask::Ask,
    cursor::{Cursor, Out},
    end::End,
    farewell::Farewell,
    frame::Frame,
    line::Line,
    relay::Presence,
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
#[derive(Debug)]
pub(crate) struct Viewer {
    presence: Presence,
    _ticket: Ticket,
    place: Mutex<Place>,
}

#[derive(Debug, Default)]
struct Place {
    cursor: Cursor,
    /// Of the blob and of the chunk socket.
    outlets: [Option<Outlet>; 2],
    /// There was nothing for the blob socket when the newest segment and the cursor's lead were these.
    without_blob: Option<(Segment, (Option<Segment>, bool))>,
    /// Bytes that were sent and are not among the figures yet.
    sent: u64,
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
        let viewer = Arc::new(Viewer { presence, _ticket: ticket, place: Mutex::default() });
        viewer.presence.take_along(&viewer);
        Ok(viewer)
    };
    let which = ask.endpoint.socket;
    let outlet = |number| Outlet { number, line, due: Due::default() };
    viewers.seat(&ask.session, which, make, |viewer, number| {
        let place = &mut *viewer.place.lock();
        place.outlets[which as usize] = Some(outlet(number));
        place.without_blob = None;
        match which {
            Which::Blob => place.cursor.ask_blob(ask.segment),
            Which::Chunk => place.cursor.ask_chunk(ask.place()),
        }
        if let [Some(blob), Some(chunk)] = &mut place.outlets {
            (blob.due.is_paired, chunk.due.is_paired) = (true, true);
        }
    })
}

impl Viewer {
    /// Sends what there is and what its lines take. Never waits.
    pub(crate) fn deliver(&self) {
        let place = &mut *self.place.lock();
        // Each socket may have something to send after the other.
        while self.deliver_on(place, Which::Chunk).0 | self.deliver_blobs(place) {}
    }

    /// Most pieces are chunks: then the blob socket is not even looked at.
    fn deliver_blobs(&self, place: &mut Place) -> bool {
        let newest = self.presence.newest();
        if place.without_blob == Some((newest, place.cursor.lead())) {
            return false;
        }
        let (has_sent, is_all) = self.deliver_on(place, Which::Blob);
        place.without_blob = is_all.then(|| (newest, place.cursor.lead()));
        has_sent
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
        place.without_blob = None;
        if let Some(outlet) = place.outlets[which as usize].as_mut().filter(|outlet| outlet.number == number)
        {
            note(&mut outlet.due);
        }
    }

    /// A socket takes no more pieces.
    fn leave(&self, which: Which, number: u64) {
        self.place.lock().outlets[which as usize].take_if(|outlet| outlet.number == number);
    }

    /// Adds what was sent to the figures. Now and then: all viewers share those.
    fn settle(&self) {
        let sent = std::mem::take(&mut self.place.lock().sent);
        self.presence.relay().metrics.sent.inc_by(sent);
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
