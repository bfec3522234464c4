//! A recording on its way: frames as they are due, messages of them, and (`hear`) what the relay says to that.

mod hear;

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
use blobcast_container::Frame;
use blobcast_wire::Message;
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

    /// When there is something to send.
    fn due(&mut self) -> Option<Instant> {
        if !self.takes_more() {
            return None;
        }
        let due = self.pending.due(self.now() as i64)?;
        Some(self.began + Duration::from_millis(due.max(0) as u64))
    }

    /// Sends all that is due.
    fn send_due(&mut self) {
        let frames = self.pending.take(self.now() as i64);
        if !frames.is_empty() {
            self.write(frames);
        }
    }

    /// Puts frames into segments, and sends these.
    fn write(&mut self, frames: Vec<Frame>) {
        let Some(format) = self.media.format() else { return };
        let (interval, now) = (self.interval, self.now());
        let segments = self.segments.get_or_insert_with(|| Segments::new(format.clone(), interval));
        let (sent, uplink, pending) = (self.uplink.relay_now(now), &mut self.uplink, &mut self.pending);
        let (messages, written) = segments.write(frames, sent, |at, time| {
            // It is sent a moment after it was due, sometimes more and sometimes less.
            uplink.number(at, pending.was_due(time, now as i64) as f64)
        });
        self.send(messages);
        if written.is_err() {
            self.stop(Err(What::NoKeyframe));
        }
    }

    fn send(&mut self, messages: impl IntoIterator<Item = Message<Vec<u8>>>) {
        for message in messages {
            if let Some((which, bytes)) = self.uplink.keep(message) {
                self.link.send(which, bytes);
            }
        }
    }

    /// Nothing more is read.
    fn end(&mut self, within: Duration) {
        let (sent, is_cut_short) =
            (self.uplink.relay_now(self.now()), self.ended == Some(Err(What::NoKeyframe)));
        let end = self.segments.as_mut().and_then(|segments| segments.end(sent, is_cut_short));
        self.send(end);
        self.until = Some(Instant::now() + within);
    }

    /// ms since this began.
    fn now(&self) -> f64 {
        self.began.elapsed().as_secs_f64() * 1e3
    }
}
