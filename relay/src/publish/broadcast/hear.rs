//! What the relay and its sockets say.

use super::Broadcast;
use crate::publish::{failure::Failure, link::News, segments::Segments, uplink::TakenUp};
use blobcast_wire::{FIRST_PINGS, Socket as Which, Text};
use std::time::{SystemTime, UNIX_EPOCH};

impl Broadcast {
    /// Takes in one piece of news.
    pub(super) fn hear(&mut self, news: News) -> Result<(), Failure> {
        let now = self.now();
        let taken = match news {
            News::Open(which) => {
                if which == Which::Blob {
                    self.ping(Which::Blob, FIRST_PINGS);
                }
                if !self.link.has_come_up() {
                    return Ok(());
                }
                self.uplink.up(now)
            }
            News::Text(text) => self.uplink.hear(text, now),
            News::Written => return Ok(()),
            News::Lost { which, both, why } => {
                if self.uplink.may_send() {
                    self.is_away = true;
                    eprintln!("blobcast-relay: the connection was lost ({why}): coming back");
                }
                self.uplink.lost(which, both);
                self.why = why;
                return Ok(());
            }
            News::Closed(code, reason) => return Err(Failure::Closed(code, reason)),
            News::Tick => {
                let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                let slept = self.uplink.tick(now, wall.as_secs_f64() * 1e3);
                self.ping(Which::Blob, if slept { FIRST_PINGS } else { 1 });
                self.ping(Which::Chunk, 1);
                return Ok(());
            }
        };
        self.take_up(taken);
        Ok(())
    }

    fn take_up(&mut self, TakenUp { missing, is_refused }: TakenUp) {
        for (which, bytes) in missing {
            self.link.send(which, bytes);
        }
        if is_refused {
            self.segments.iter_mut().for_each(Segments::break_off);
        }
        if self.uplink.may_send() {
            if std::mem::take(&mut self.is_away) {
                eprintln!("blobcast-relay: connected again");
            }
            self.was_up = true;
        }
    }

    fn ping(&mut self, which: Which, times: u32) {
        for _ in 0..times {
            let ping = Text::Ping { t: self.now() }.to_json();
            self.link.send(which, ping);
        }
    }
}
