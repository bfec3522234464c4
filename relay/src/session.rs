//! Pairing: a peer is two sockets that name the same session.
//!
//! ```text
//! Sessions ─weak─► Session ◄─strong─ Seat, Seat: one for each socket that is here
//! ```
//!
//! A session lives as long as something holds it, which is a seat (or, after a broadcaster's last socket, the
//! grace). Its end is its `Drop`: nothing has to remember to clean up.

use crate::{farewell::Farewell, timing::Timing};
use blobcast_wire::{Close, Socket};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};
use tokio::{
    sync::{oneshot, watch},
    time::{Instant, timeout},
};

/// The peers of one kind in one room, by their session ids.
#[derive(Debug)]
pub(crate) struct Sessions<P> {
    open: Mutex<HashMap<String, Weak<Session<P>>>>,
}

/// One peer.
#[derive(Debug)]
pub(crate) struct Session<P> {
    id: String,
    home: Arc<Sessions<P>>,
    seats: Mutex<Seats>,
    /// Which seats are taken: blob, chunk.
    taken: watch::Sender<[bool; 2]>,
    peer: P,
}

#[derive(Debug, Default)]
struct Seats {
    occupants: [Option<Occupant>; 2],
    /// Counts sockets, so that one knows whether it is still the one.
    count: u64,
    /// When the last of two that were both here went.
    parted: Option<Instant>,
    /// What the session was asked to go with.
    dismissed: Option<Farewell>,
}

#[derive(Debug)]
struct Occupant {
    /// The socket's number.
    number: u64,
    /// How to ask it to go, once.
    ask: Option<oneshot::Sender<Farewell>>,
}

/// A socket's place in its session. Dropping it leaves the place.
#[derive(Debug)]
#[must_use = "the socket leaves its session when the seat is dropped"]
pub(crate) struct Seat<P> {
    session: Arc<Session<P>>,
    socket: Socket,
    number: u64,
}

/// A seat, and how its socket hears that it is to go.
pub(crate) type Seated<P> = (Seat<P>, oneshot::Receiver<Farewell>);

impl<P> Sessions<P> {
    /// No peers yet.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { open: Mutex::default() })
    }

    /// How many peers there are.
    pub(crate) fn len(&self) -> usize {
        self.open.lock().len()
    }

    /// Seats a socket in the session it names. If this is its first, `make` makes the peer, or says why there can be none: it is told
    /// how many there are already. A socket that had the seat before is asked to go. `sit` is called with the peer and the socket's number before the partner
    /// can notice. The receiver hears when this socket is asked to go in its turn.
    pub(crate) fn seat(
        self: &Arc<Self>,
        id: &str,
        socket: Socket,
        make: impl FnOnce(usize) -> Result<P, Farewell>,
        sit: impl FnOnce(&P, u64),
    ) -> Result<Seated<P>, Farewell> {
        let session = self.find_or_open(id, make)?;
        let (ask, dismissed) = oneshot::channel();
        let mut seats = session.seats.lock();
        seats.count += 1;
        let number = seats.count;
        if let Some(before) = seats.occupants[index(socket)].replace(Occupant { number, ask: Some(ask) }) {
            let reason = "a newer socket of the same session took this one's place: use that one";
            before.leave(&Farewell::new(Close::Finished, reason));
        }
        if let Some(farewell) = seats.dismissed.clone() {
            seats.dismiss(&farewell);
        }
        sit(&session.peer, number);
        session.taken.send_replace(seats.taken());
        drop(seats);
        Ok((Seat { session, socket, number }, dismissed))
    }

    fn find_or_open(
        self: &Arc<Self>,
        id: &str,
        make: impl FnOnce(usize) -> Result<P, Farewell>,
    ) -> Result<Arc<Session<P>>, Farewell> {
        let mut open = self.open.lock();
        if let Some(session) = open.get(id).and_then(Weak::upgrade) {
            return Ok(session);
        }
        let peer = make(open.len())?;
        let session = Arc::new(Session {
            id: id.into(),
            home: Arc::clone(self),
            seats: Mutex::default(),
            taken: watch::Sender::new([false; 2]),
            peer,
        });
        open.insert(id.into(), Arc::downgrade(&session));
        Ok(session)
    }
}

impl<P> Session<P> {
    /// The peer.
    pub(crate) fn peer(&self) -> &P {
        &self.peer
    }

    /// Asks both sockets to go, and those that still come. The session's id is free for another.
    pub(crate) fn dismiss(&self, farewell: &Farewell) {
        self.forget();
        let mut seats = self.seats.lock();
        seats.dismissed = Some(farewell.clone());
        seats.dismiss(farewell);
    }

    /// Whether it was asked to go.
    pub(crate) fn is_dismissed(&self) -> bool {
        self.seats.lock().dismissed.is_some()
    }

    /// Whether a socket is here.
    pub(crate) fn has_socket(&self) -> bool {
        self.taken.borrow().contains(&true)
    }

    /// When the two sockets were last here together; `None` if they never were.
    pub(crate) fn parted(&self) -> Option<Instant> {
        self.seats.lock().parted
    }

    /// Waits until a socket is here.
    pub(crate) async fn returned(&self) {
        // The sender is ours, so it cannot be gone.
        let _ = self.taken.subscribe().wait_for(|taken| taken.contains(&true)).await;
    }

    fn forget(&self) {
        let mut open = self.home.open.lock();
        if open.get(&self.id).is_some_and(|weak| std::ptr::eq(weak.as_ptr(), self)) {
            open.remove(&self.id);
        }
    }
}

impl<P> Drop for Session<P> {
    fn drop(&mut self) {
        self.forget();
    }
}

impl<P> Seat<P> {
    /// Its session.
    pub(crate) fn session(&self) -> &Arc<Session<P>> {
        &self.session
    }

    /// Which socket sits here.
    pub(crate) fn socket(&self) -> Socket {
        self.socket
    }

    /// The socket's number in its session.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Whether the partner is here.
    pub(crate) fn has_partner(&self) -> bool {
        *self.session.taken.borrow() == [true; 2]
    }

    /// Asks this socket alone to go. Its place stays its own until then.
    pub(crate) fn excuse(&self, farewell: &Farewell) {
        let mut seats = self.session.seats.lock();
        let occupant = seats.occupants[index(self.socket)].as_mut();
        let ask = occupant.filter(|occupant| occupant.number == self.number).and_then(|it| it.ask.take());
        if let Some(ask) = ask {
            let _ = ask.send(farewell.clone());
        }
    }

    /// Waits until the partner is here.
    pub(crate) async fn paired(&self) {
        // The sender is the session's, which we hold, so it cannot be gone.
        let _ = self.session.taken.subscribe().wait_for(|taken| *taken == [true; 2]).await;
    }

    /// Waits until the partner has not come in time, or has been gone for too long.
    pub(crate) async fn abandoned(&self, timing: &Timing) {
        let mut taken = self.session.taken.subscribe();
        let mut patience = timing.pair_within;
        while timeout(patience, taken.wait_for(|taken| *taken == [true; 2])).await.is_ok() {
            let _ = taken.wait_for(|taken| *taken != [true; 2]).await;
            patience = timing.grace;
        }
    }
}

impl<P> Drop for Seat<P> {
    fn drop(&mut self) {
        let mut seats = self.session.seats.lock();
        let occupant = &seats.occupants[index(self.socket)];
        if occupant.as_ref().is_some_and(|occupant| occupant.number == self.number) {
            if self.has_partner() {
                seats.parted = Some(Instant::now());
            }
            seats.occupants[index(self.socket)] = None;
            self.session.taken.send_replace(seats.taken());
        }
    }
}

impl Seats {
    fn taken(&self) -> [bool; 2] {
        self.occupants.each_ref().map(Option::is_some)
    }

    fn dismiss(&mut self, farewell: &Farewell) {
        for occupant in self.occupants.iter_mut().filter_map(Option::take) {
            occupant.leave(farewell);
        }
    }
}

impl Occupant {
    /// Asks it to go.
    fn leave(self, farewell: &Farewell) {
        if let Some(ask) = self.ask {
            let _ = ask.send(farewell.clone());
        }
    }
}

fn index(socket: Socket) -> usize {
    match socket {
        Socket::Blob => 0,
        Socket::Chunk => 1,
    }
}
