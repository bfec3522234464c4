//! The archive by HTTP: what there is of a name, and its files.

use crate::{
    admit::{Wanted, say},
    archive::{Catalogue, Label, Listing, Recording},
    http::App,
    span::Span,
};
use axum::{
    Json,
    extract::{Extension, Request, State},
    http::{HeaderValue, StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use blobcast_wire::{Name, Segment};
use serde::Serialize;
use std::{
    io::{self, ErrorKind},
    num::NonZeroU32,
    sync::Arc,
};
use tokio::task::spawn_blocking;
use tower_http::services::ServeFile;
use tracing::warn;

/// How many segments one list has: most of a day, when one begins every 8 s.
const MOST: usize = 10_000;

/// A list. Times are ms since the Unix epoch.
#[derive(Debug, Serialize)]
struct List {
    name: String,
    /// When the archive of this name begins and ends, whatever was asked for.
    from: Option<f64>,
    to: Option<f64>,
    segments: Vec<Listed>,
    /// There are later ones.
    more: bool,
}

/// A segment of a list.
#[derive(Debug, Serialize)]
struct Listed {
    number: Segment,
    start: f64,
    /// Nothing plays it for certain if that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<NonZeroU32>,
    bytes: u64,
    #[serde(rename = "type")]
    kind: String,
    url: String,
}

/// Answers below `/archive/`.
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    Extension(wanted): Extension<Wanted>,
    request: Request,
) -> Response {
    let Some(archive) = &app.relay.archive else { return no_archive() };
    let Wanted { name, file } = wanted;
    match file {
        Some(file) => send(archive.catalogue(), &name, &file, app.access.is_public(), request).await,
        None => match Span::parse(request.uri().query().unwrap_or_default()) {
            Ok(span) => list(archive.catalogue(), name, span).await,
            Err(error) => say(StatusCode::BAD_REQUEST, error),
        },
    }
}

/// What a relay says that keeps nothing.
pub(crate) fn no_archive() -> Response {
    say(StatusCode::NOT_FOUND, "this relay keeps no archive: start it with --archive DIR")
}

/// What one says whose disk fails.
pub(crate) fn unreadable(name: &Name, error: &io::Error) -> Response {
    warn!("cannot read {name} in the archive: {error}");
    let sentence = "the archive cannot be read: the relay's log says why";
    say(StatusCode::INTERNAL_SERVER_ERROR, sentence)
}

async fn list(catalogue: &Arc<Catalogue>, name: Name, span: Span) -> Response {
    let listed = {
        let (catalogue, name) = (Arc::clone(catalogue), name.clone());
        spawn_blocking(move || catalogue.list(&name, span, MOST)).await
    };
    match listed.unwrap_or_else(|error| Err(error.into())) {
        Ok(listing) => ([(CACHE_CONTROL, "no-store")], Json(List::new(&name, listing))).into_response(),
        Err(error) => unreadable(&name, &error),
    }
}

/// A file, or a range of it.
async fn send(catalogue: &Catalogue, name: &Name, file: &str, is_public: bool, request: Request) -> Response {
    let served = match Label::parse(file) {
        Some(_) => {
            let path = catalogue.folder(name).join(file);
            ServeFile::new(path).ignore_multi_range_requests(true).try_call(request).await
        }
        None => Err(ErrorKind::NotFound.into()),
    };
    match served {
        Ok(mut response) => {
            let status = response.status();
            if status.is_success() || status == StatusCode::NOT_MODIFIED {
                // Another file that takes this one's place has another name.
                let kept = match is_public {
                    true => "public, max-age=31536000, immutable",
                    false => "private, max-age=31536000, immutable",
                };
                response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(kept));
            }
            response.into_response()
        }
        Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => {
            say(StatusCode::NOT_FOUND, "the archive has no such file: it may have been removed")
        }
        Err(error) => unreadable(name, &error),
    }
}

impl List {
    fn new(name: &Name, Listing { bounds, recordings, more }: Listing) -> Self {
        let segments = recordings.into_iter().map(|recording| Listed::new(name, recording)).collect();
        let (from, to) = bounds.map(|(from, to)| (millis(from), millis(to))).unzip();
        Self { name: name.to_string(), from, to, segments, more }
    }
}

impl Listed {
    fn new(name: &Name, Recording { label, bytes }: Recording) -> Self {
        let url = format!("/archive/{name}/{label}");
        let Label { number, duration, kind } = label;
        Self { number, start: millis(number), duration, bytes, kind: kind.mime(), url }
    }
}

fn millis(micros: u64) -> f64 {
    micros as f64 / 1000.0
}
