//! The two sockets of a broadcaster: opened together, kept open, opened again. The browser's is src/link.

use super::{
    leg::{Leg, Tell},
    life::Told,
    target::Target,
};
use blobcast_wire::{Close, PING_EVERY, Socket as Which, Text, backoff};
use std::{sync::Arc, time::Duration};
use tokio::{
    select,
    sync::mpsc,
    time::{Instant, Interval, MissedTickBehavior, interval, sleep_until, timeout},
};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

/// How long the relay may take to close, when all is said.
const CLOSING: Duration = Duration::from_secs(2);

const BOTH: [Which; 2] = [Which::Blob, Which::Chunk];

/// What a broadcaster has to know of its sockets.
#[derive(Debug)]
pub(super) enum News {
    /// A socket has opened.
    Open(Which),
    Text(Text),
    /// Something left.
    Written,
    /// A socket is away, and comes back by itself. `both`: the other one is, too.
    Lost {
        which: Which,
        both: bool,
        why: String,
    },
    /// The relay ended it for good.
    Closed(u16, String),
    /// It is time to ping.
    Tick,
}

/// Both sockets. Dropping it drops them.
pub(super) struct Link {
    target: Arc<Target>,
    legs: [Leg; 2],
    tell: Tell,
    told: mpsc::UnboundedReceiver<(Which, u32, Told)>,
    ticks: Interval,
    /// The relay does not want to see this peer before then.
    not_before: Instant,
    is_up: bool,
}

impl Link {
    /// Begins to connect; the rest is news.
    pub(super) fn open(target: Target) -> Self {
        let (tell, told) = mpsc::unbounded_channel();
        let mut ticks = interval(Duration::from_millis(PING_EVERY.into()));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first one is at once.
        ticks.reset();
        let target = Arc::new(target);
        let mut legs = BOTH.map(Leg::new);
        legs.iter_mut().for_each(|leg| leg.connect(&target, &tell));
        Self { target, legs, tell, told, ticks, not_before: Instant::now(), is_up: false }
    }

    /// Sends; where the socket is away that is dropped.
    pub(super) fn send(&mut self, which: Which, message: impl Into<Message>) {
        self.legs[which as usize].send(message.into());
    }

    /// How many bytes wait for the network.
    pub(super) fn waiting(&self) -> u64 {
        self.legs.iter().filter(|leg| leg.is_open()).map(Leg::waiting).sum()
    }

    /// What happens next. Can be dropped half-way.
    pub(super) async fn next(&mut self) -> News {
        loop {
            let waits = self.legs.iter().filter_map(Leg::waits_until).min();
            select! {
                biased;
                // This holds a sender itself, so there is always another.
                Some((which, life, told)) = self.told.recv() => {
                    if self.legs[which as usize].is_in(life) && let Some(news) = self.hear(which, told) {
                        return news;
                    }
                }
                _ = self.ticks.tick() => return self.tick(),
                () = sleep_until(waits.unwrap_or_else(Instant::now)), if waits.is_some() => self.connect_waiting(),
            }
        }
    }

    /// Closes both sockets with 1000, after what was sent.
    pub(super) async fn finish(mut self) {
        for which in BOTH {
            let frame = CloseFrame { code: CloseCode::Normal, reason: "".into() };
            self.send(which, Message::Close(Some(frame)));
        }
        let all_closed = async {
            while self.is_half_open() {
                let Some((which, life, told)) = self.told.recv().await else { return };
                let leg = &mut self.legs[which as usize];
                if leg.is_in(life) && matches!(told, Told::Closed(..)) {
                    leg.lose();
                }
            }
        };
        let _ = timeout(CLOSING, all_closed).await;
    }

    fn hear(&mut self, which: Which, told: Told) -> Option<News> {
        let leg = &mut self.legs[which as usize];
        match told {
            Told::Open => {
                leg.note_open();
                Some(News::Open(which))
            }
            Told::Text(text) => {
                leg.hear();
                Some(News::Text(text))
            }
            Told::Written(bytes) => {
                leg.note_written(bytes);
                Some(News::Written)
            }
            Told::Closed(code, reason) => Some(self.closed(which, code, reason)),
        }
    }

    /// Whether both are open, and that was not said yet.
    pub(super) fn has_come_up(&mut self) -> bool {
        let is_up = self.legs.iter().all(Leg::is_open);
        is_up && !std::mem::replace(&mut self.is_up, is_up)
    }

    fn closed(&mut self, which: Which, code: u16, reason: String) -> News {
        let leg = &mut self.legs[which as usize];
        let asked = match Close::from_code(code) {
            Some(Close::Unauthorized) if !leg.was_refused() => None,
            Some(Close::Limit) => backoff::asked_for(&reason),
            Some(close) if close.is_final() => return News::Closed(code, reason),
            // Codes that the protocol does not use come from proxies; they come and go.
            _ => None,
        };
        self.retry(which, asked);
        News::Lost { which, both: !self.is_half_open(), why: reason }
    }

    /// A round of pings is over: who is silent is dead.
    fn tick(&mut self) -> News {
        for which in BOTH {
            if self.legs[which as usize].is_dead() {
                let why = "nothing was heard of the relay".into();
                self.retry(which, None);
                return News::Lost { which, both: !self.is_half_open(), why };
            }
        }
        News::Tick
    }

    fn is_half_open(&self) -> bool {
        self.legs.iter().any(Leg::is_open)
    }

    /// Opens a leg again after a while, and none before the relay wants to see this peer again, in so many ms.
    fn retry(&mut self, which: Which, asked: Option<f64>) {
        self.is_up = false;
        let has_partner = self.legs[1 - which as usize].is_open();
        let until = self.legs[which as usize].retry(has_partner, asked.unwrap_or(0.0));
        if asked.is_some() {
            self.not_before = self.not_before.max(until);
        }
    }

    /// Opens every leg that waits, so that the relay sees a pair and not a socket without its partner.
    fn connect_waiting(&mut self) {
        let is_early = Instant::now() < self.not_before;
        for leg in self.legs.iter_mut().filter(|leg| leg.waits_until().is_some()) {
            if is_early {
                leg.wait_until(self.not_before);
            } else {
                leg.connect(&self.target, &self.tell);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::{address::Address, target::Token};
    use tokio::{io::AsyncReadExt, net::TcpListener};

    #[tokio::test]
    async fn dropping_it_drops_both_connections() {
        let relay = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("ws://{}", relay.local_addr().expect("an address"));
        let address = Address::parse(&url).expect("a relay's address");
        let target = Target::new(address, "lobby".parse().expect("a name"), Token::None).expect("a target");
        let link = Link::open(target);
        let mut sockets = Vec::new();
        for _ in 0..2 {
            sockets.push(relay.accept().await.expect("a socket").0);
        }
        drop(link);
        // Nobody has answered their handshakes: by themselves they would wait for twice as long.
        let all_gone = async {
            for socket in &mut sockets {
                socket.read_to_end(&mut Vec::new()).await.expect("its end");
            }
        };
        timeout(Duration::from_secs(5), all_gone).await.expect("they go with it");
    }
}
