//! A recording on its way. `send`: what goes to the relay, and when. `hear`: what that says to it.

mod hear;
mod send;

use super::{
    failure::Failure,
    link::Link,
    media::Media,
    pace::Pace,
    pending::Pending,
    refusal::What,
    segments::{Figures, Segments},
    uplink::Uplink,
};
use std::{io, time::Duration};
use tokio::{
    select,
    sync::mpsc,
    time::{Instant, sleep_until},
};

/// While more waits for the network, bytes, nothing is read: whoever makes the recording waits.
const MOST_WAITING: u64 = 1 << 20;

/// How long the relay may be away at first.
const FOUND_WITHIN: Duration = Duration::from_secs(10);

/// How long it may take, at the end, to have everything.
const DRAINED_WITHIN: Duration = Duration::from_secs(30);
/// The same when somebody wants to have their prompt back.
const INTERRUPTED_WITHIN: Duration = Duration::from_secs(2);

/// One broadcast.
pub(super) struct Broadcast {
    link: Link,
    uplink: Uplink,
    media: Media,
    /// Known once there is a frame.
    segments: Option<Segments>,
    interval: i64,
    /// It is made while it is sent, so that nobody can have it wait for long.
    is_live: bool,
    pending: Pending,
    began: Instant,
    /// Nothing follows what is pending; and why, if something is wrong there.
    ended: Option<Result<(), What>>,
    /// Why the relay could not be reached last.
    why: String,
    /// Both sockets have been there.
    was_up: bool,
    is_away: bool,
    /// When it is given up, once all is sent.
    until: Option<Instant>,
}

impl Broadcast {
    pub(super) fn new(link: Link, interval: Duration, is_live: bool) -> Self {
        let began = Instant::now();
        Self {
            link,
            uplink: Uplink::default(),
            media: Media::default(),
            segments: None,
            interval: interval.as_millis() as i64,
            is_live,
            pending: Pending::new(Pace::new(is_live)),
            began,
            ended: None,
            why: String::new(),
            was_up: false,
            is_away: false,
            until: None,
        }
    }

    /// Sends all that there is, until `interrupted`.
    pub(super) async fn run(
        mut self,
        mut parts: mpsc::Receiver<io::Result<Vec<u8>>>,
        interrupted: impl Future<Output = ()>,
    ) -> (Figures, Result<(), Failure>) {
        tokio::pin!(interrupted);
        let mut is_interrupted = false;
        let done = loop {
            if self.until.is_some() && self.uplink.is_delivered() {
                break self.ended.take().unwrap_or(Ok(())).map_err(Failure::Media);
            }
            let may_pull = self.ended.is_none() && self.takes_more() && self.pending.is_hungry();
            let due = self.due();
            let gives_up = self.until.or((!self.was_up).then(|| self.began + FOUND_WITHIN));
            select! {
                biased;
                () = &mut interrupted, if !is_interrupted => {
                    is_interrupted = true;
                    self.stop(Ok(()));
                    self.end(INTERRUPTED_WITHIN);
                }
                news = self.link.next() => if let Err(failure) = self.hear(news) {
                    break Err(failure);
                },
                () = sleep_until(gives_up.unwrap_or_else(Instant::now)), if gives_up.is_some() => {
                    break match self.ended.take() {
                        _ if is_interrupted => Ok(()),
                        _ if !self.was_up => Err(Failure::NoRelay(self.why.clone())),
                        Some(Err(what)) => Err(Failure::Media(what)),
                        _ => Err(Failure::NotDelivered),
                    };
                }
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => self.send_due(),
                part = parts.recv(), if may_pull => self.read(part),
            }
            if self.until.is_none() && self.ended.is_some() && self.pending.is_empty() {
                self.end(DRAINED_WITHIN);
            }
        };
        self.link.finish().await;
        (self.segments.map(|segments| segments.figures).unwrap_or_default(), done)
    }

    /// Whether frames may go on: a file waits for the relay, and what is made meanwhile only for the first time.
    fn takes_more(&self) -> bool {
        let is_there = self.uplink.may_send() || self.is_live && self.was_up;
        is_there && self.link.waiting() < MOST_WAITING
    }

    fn read(&mut self, part: Option<io::Result<Vec<u8>>>) {
        let read = match part {
            Some(Ok(bytes)) if !bytes.is_empty() => {
                let (frames, read) = self.media.push(&bytes);
                self.pending.add(frames);
                read
            }
            Some(Err(error)) => Err(What::Unreadable(error.to_string())),
            Some(Ok(_)) | None => return self.ended = Some(self.media.end()),
        };
        if read.is_err() {
            // What is pending comes first.
            self.ended = Some(read);
        }
    }

    /// Gives up what is pending.
    fn stop(&mut self, why: Result<(), What>) {
        self.pending.clear();
        self.ended = Some(why);
    }

    /// ms since this began.
    fn now(&self) -> f64 {
        self.began.elapsed().as_secs_f64() * 1e3
    }
}
