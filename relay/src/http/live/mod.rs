//! `GET /live/{name}`: a broadcast by plain HTTP, as one WebM without end. ffmpeg, mpv and VLC open it as any stream.
//!
//! Whoever reads it is a viewer like any other: a place in the broadcast, no queue. What is in the media is looked at on the reader's own
//! task, never on the way from the broadcaster to the viewers.

mod follow;
mod stream;

use self::{follow::Follow, stream::Stream};
use super::{
    App,
    admit::{Until, Wanted, refuse, say},
    caller::Caller,
};
use crate::{clock::expired, farewell::Farewell, relay::Presence, ticket::Ticket};
use axum::{
    body::Body,
    extract::{Extension, State},
    http::{
        HeaderName, Method, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use blobcast_wire::{Close, Role, backoff};
use bytes::Bytes;
use futures_util::stream::poll_fn;
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::{select, sync::mpsc, time::timeout};
use tracing::debug;

/// When nothing has come for so long, the newest picture is given without its successor, which would tell how long it lasts.
const STILL: Duration = Duration::from_millis(500);

/// What a reader is given goes by here.
type Out = mpsc::Sender<Result<Bytes, Infallible>>;

/// A viewer by plain HTTP, who counts as long as this is kept.
#[derive(Debug)]
struct Reader {
    presence: Presence,
    _tickets: (Ticket, Option<Ticket>),
}

/// Answers below `/live/`.
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Arc<Caller>>,
    Extension(wanted): Extension<Wanted>,
    Extension(Until(until)): Extension<Until>,
    method: Method,
) -> Response {
    let Wanted { name, file: None } = wanted else {
        return say(StatusCode::NOT_FOUND, "a broadcast's name has no dot in it");
    };
    let reader = match Reader::enter(app.relay.enter(&name)) {
        Ok(reader) => reader,
        Err(farewell) => {
            app.relay.metrics.refuse(Role::View, &farewell);
            return refused(&caller, &farewell);
        }
    };
    let (out, mut given) = mpsc::channel(1);
    // Who asks for the head alone gets that.
    if method == Method::GET {
        let relay = Arc::clone(&app.relay);
        app.relay.tasks.spawn(async move {
            select! {
                () = reader.read(&out) => {}
                // Who has gone while there was nothing to give.
                () = out.closed() => {}
                () = relay.stopping.cancelled() => {}
                () = expired(until) => {}
            }
        });
    }
    let head = [
        (CONTENT_TYPE, "video/webm"),
        (CACHE_CONTROL, "no-store"),
        // What a proxy collects first comes late. <https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering>
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (head, Body::from_stream(poll_fn(move |context| given.poll_recv(context)))).into_response()
}

fn refused(caller: &Caller, farewell: &Farewell) -> Response {
    let is_none = farewell.close == Close::NoBroadcast;
    let status = if is_none { StatusCode::NOT_FOUND } else { StatusCode::TOO_MANY_REQUESTS };
    let mut response = refuse(caller, status, &farewell.reason);
    if let Some(wait) = backoff::asked_for(&farewell.reason) {
        response.headers_mut().insert(RETRY_AFTER, ((wait / 1e3) as u64).into());
    }
    response
}

impl Reader {
    fn enter(presence: Presence) -> Result<Self, Farewell> {
        let ticket = presence.admit_viewer(presence.audience(), false)?;
        let counted = presence.readers.take();
        Ok(Self { presence, _tickets: (ticket, counted) })
    }

    /// Gives all that there is as it comes, until the broadcast has ended, or cannot go on as it began.
    async fn read(&self, out: &Out) {
        let relay = self.presence.relay();
        let mut bell = self.presence.bell();
        let (mut follow, mut stream) = (Follow::new(), Stream::default());
        let mut is_still = true;
        // Nothing is looked at before there is room for it: what is too late by then was passed over.
        while let Ok(Ok(room)) = timeout(relay.timing.stuck_time, out.reserve()).await {
            let given = loop {
                if stream.is_over() {
                    return;
                }
                bell.mark_unchanged();
                if let Some(piece) = follow.next(&self.presence) {
                    is_still = false;
                    match stream.take(&piece) {
                        Ok(bytes) if bytes.is_empty() => continue,
                        given => break given,
                    }
                }
                let patience = match (follow.is_over(&self.presence), is_still) {
                    (true, true) => return,
                    (true, false) => Duration::ZERO,
                    (false, true) => Duration::MAX,
                    (false, false) => STILL,
                };
                if timeout(patience, bell.changed()).await.is_ok() {
                    continue;
                }
                is_still = true;
                match stream.flush() {
                    Ok(bytes) if bytes.is_empty() => {}
                    given => break given,
                }
            };
            match given {
                Ok(bytes) => {
                    relay.metrics.sent.inc_by(bytes.len() as u64);
                    room.send(Ok(bytes.into()));
                }
                Err(why) => return debug!("a reader of /live: {why}"),
            }
        }
    }
}
