//! A recording on its way: frames as they are due, messages of them, and what the relay says to that.

use super::{
    link::{Link, News},
    media::Media,
    pace::Pace,
    refusal::What,
    segments::{Figures, Segments},
    uplink::{TakenUp, Uplink},
};
use blobcast_container::Frame;
use blobcast_wire::{FIRST_PINGS, Message, Socket as Which, Text};
use std::{
    collections::VecDeque,
    io,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
    select,
    sync::mpsc,
    time::{Instant, sleep_until},
};

/// Frames that are due within so many ms make one message.
const PIECE: i64 = 40;

/// So much is read ahead of what is due, ms of media.
const AHEAD: i64 = 500;

/// While more waits for the network, bytes, nothing is read: whoever makes the recording waits.
const MOST_WAITING: u64 = 1 << 20;

/// How long the relay may be away at first.
const FOUND_WITHIN: Duration = Duration::from_secs(10);

/// How long it may take, at the end, to have everything.
const DRAINED_WITHIN: Duration = Duration::from_secs(30);
/// The same when somebody wants to have their prompt back.
const INTERRUPTED_WITHIN: Duration = Duration::from_secs(2);

/// Why a broadcast ended before its time.
#[derive(Debug)]
pub(super) enum Failure {
    /// The recording is to blame.
    Media(What),
    /// The relay has closed it, with this code and reason.
    Closed(u16, String),
    /// No relay was there, and the last try said this.
    NoRelay(String),
    /// It has not said that it has everything.
    NotDelivered,
}

/// One broadcast.
pub(super) struct Broadcast {
    link: Link,
    uplink: Uplink,
    media: Media,
    pace: Pace,
    /// Known once there is a frame.
    segments: Option<Segments>,
    interval: i64,
    /// It is made while it is sent, so that nobody can have it wait for long.
    is_live: bool,
    /// What was read and is not due yet.
    pending: VecDeque<Frame>,
    /// When the last message was sent, ms.
    sent_at: i64,
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
            pace: Pace::new(is_live),
            segments: None,
            interval: interval.as_millis() as i64,
            is_live,
            pending: VecDeque::new(),
            sent_at: i64::MIN / 2,
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
            let may_pull = self.ended.is_none() && self.takes_more() && self.is_hungry();
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

    fn is_hungry(&self) -> bool {
        match (self.pending.front(), self.pending.back()) {
            (Some(first), Some(last)) => last.time - first.time < AHEAD,
            _ => true,
        }
    }

    fn read(&mut self, part: Option<io::Result<Vec<u8>>>) {
        let read = match part {
            Some(Ok(bytes)) if !bytes.is_empty() => {
                let (frames, read) = self.media.push(&bytes);
                self.pending.extend(frames);
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
        let first = self.pending.front().map(|frame| frame.time).filter(|_| self.takes_more())?;
        let due = self.pace.due(first, self.now() as i64).max(self.sent_at + PIECE);
        Some(self.began + Duration::from_millis(due.max(0) as u64))
    }

    /// Sends all that is due.
    fn send_due(&mut self) {
        let now = self.now();
        let mut frames = Vec::new();
        while let Some(frame) = self.pending.front() {
            if self.pace.due(frame.time, now as i64) > now as i64 {
                break;
            }
            frames.extend(self.pending.pop_front());
        }
        if !frames.is_empty() {
            self.sent_at = now as i64;
            self.write(frames);
        }
    }

    /// Puts frames into segments, and sends these.
    fn write(&mut self, frames: Vec<Frame>) {
        let Some(format) = self.media.format() else { return };
        let interval = self.interval;
        let segments = self.segments.get_or_insert_with(|| Segments::new(format.clone(), interval));
        let now = self.began.elapsed().as_secs_f64() * 1e3;
        let (sent, uplink, pace) = (self.uplink.relay_now(now), &mut self.uplink, &mut self.pace);
        let (messages, written) = segments.write(frames, sent, |at, time| {
            // It is sent a moment after it was due, sometimes more and sometimes less.
            uplink.number(at, pace.due(time, now as i64) as f64)
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

    fn hear(&mut self, news: News) -> Result<(), Failure> {
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

    /// ms since this began.
    fn now(&self) -> f64 {
        self.began.elapsed().as_secs_f64() * 1e3
    }
}
