//! A viewer: its cursor, and the driver of each of its two sockets.

use crate::{
    ask::Ask,
    cursor::{Cursor, Out},
    end::End,
    farewell::Farewell,
    relay::Presence,
    session::Seat,
    socket::{Event, Socket},
};
use blobcast_wire::{Live, Socket as Which, Text};
use parking_lot::Mutex;
use tokio::{
    select,
    sync::{oneshot, watch},
    time::{Instant, interval_at},
};

/// What a viewer's two sockets share.
#[derive(Debug)]
pub(crate) struct Viewer {
    presence: Presence,
    place: Mutex<Place>,
    /// Rung when the other socket may have something to send.
    turned: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Place {
    cursor: Cursor,
    /// The numbers of the blob and the chunk socket that move the cursor. A socket that was replaced may still
    /// be at it for a moment, and must not take what is meant for its successor.
    reader: [u64; 2],
}

/// Seats a socket of a viewer.
pub(crate) fn seat(presence: Presence, ask: &Ask) -> (Seat<Viewer>, oneshot::Receiver<Farewell>) {
    let viewers = presence.viewers.clone();
    let make = || Viewer { presence, place: Mutex::default(), turned: watch::Sender::new(()) };
    let which = ask.endpoint.socket;
    viewers.seat(&ask.session, which, make, |viewer, number| {
        let mut place = viewer.place.lock();
        place.reader[which as usize] = number;
        match which {
            Which::Blob => place.cursor.ask_blob(ask.segment),
            Which::Chunk => place.cursor.ask_chunk(ask.place()),
        }
        drop(place);
        viewer.turned.send_replace(());
    })
}

impl Viewer {
    /// The next piece for one of the sockets.
    fn next(&self, which: Which, reader: u64) -> Option<Out> {
        let place = &mut *self.place.lock();
        if place.reader[which as usize] != reader {
            return None;
        }
        let cursor = &mut place.cursor;
        let before = cursor.lead();
        let now = self.presence.relay().clock.micros();
        let out = self.presence.with(|broadcast| match which {
            Which::Blob => cursor.next_blob(broadcast).map(Out::Piece),
            Which::Chunk => cursor.next_chunk(broadcast, now),
        });
        let concerns_the_other = match which {
            Which::Blob => out.is_some(),
            Which::Chunk => cursor.lead() != before,
        };
        if concerns_the_other {
            self.turned.send_replace(());
        }
        out
    }
}

/// What one socket has to say, besides pieces.
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

impl Due {
    /// The next message. `state` travels in order with the pieces: that it is live comes before them, that it
    /// is over after the last.
    fn next(&mut self, viewer: &Viewer, seat: &Seat<Viewer>) -> Option<Out> {
        let room = &viewer.presence;
        if let Some(t) = self.pong.take() {
            let now = room.relay().clock.millis();
            return Some(Out::Text(Text::Pong { t, now }));
        }
        if !self.is_paired {
            return None;
        }
        if seat.socket() == Which::Blob {
            return viewer.next(Which::Blob, seat.number());
        }
        let (state, viewers) = room.state();
        let is_due = self.state || self.said != Some(state);
        let comes_first = is_due && (state == Live::Live || self.said.is_none());
        if !comes_first && let Some(piece) = viewer.next(Which::Chunk, seat.number()) {
            return Some(piece);
        }
        if !is_due {
            return None;
        }
        self.state = false;
        self.said = Some(state);
        Some(Out::Text(Text::State { state, viewers }))
    }
}

/// Drives one socket until it ends.
pub(crate) async fn drive(
    socket: &mut Socket,
    seat: &Seat<Viewer>,
    mut dismissed: oneshot::Receiver<Farewell>,
) -> End {
    let viewer = seat.session().peer();
    let relay = viewer.presence.relay();
    let is_chunk = seat.socket() == Which::Chunk;
    let mut news = if is_chunk { viewer.presence.hear_pieces() } else { viewer.presence.hear_segments() };
    let mut turned = viewer.turned.subscribe();
    let every = relay.timing.state_every;
    let mut every = interval_at(Instant::now() + every, every);
    let abandoned = seat.abandoned(&relay.timing);
    tokio::pin!(abandoned);
    let mut has_more = false;
    let mut due = Due::default();
    loop {
        select! {
            biased;
            Ok(farewell) = &mut dismissed => return End::Ours(farewell),
            () = relay.stopping.cancelled() => return End::Ours(Farewell::restarting()),
            () = &mut abandoned => return End::Ours(Farewell::alone()),
            () = seat.paired(), if !due.is_paired => (due.is_paired, has_more) = (true, true),
            event = socket.next(has_more) => match event {
                Event::Writable => match due.next(viewer, seat) {
                    Some(out) => socket.put(out),
                    None => has_more = false,
                },
                Event::Text(text) => if let Some(Text::Ping { t }) = Text::from_json(&text) {
                    (due.pong, has_more) = (Some(t), true);
                },
                Event::Binary(_) => return End::Refused(Farewell::bad("a viewer sent media: connect to /publish to broadcast")),
                Event::Closed(code) => return End::Theirs(code),
                Event::Broken(farewell) => return End::Refused(farewell),
                Event::Lost => return End::Lost,
            },
            _ = news.changed() => has_more = true,
            _ = turned.changed() => has_more = true,
            _ = every.tick(), if is_chunk => (due.state, has_more) = (true, true),
        }
    }
}
