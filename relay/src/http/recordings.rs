//! The archive by HTTP: what there is of a name, and its files.

use super::{
    App,
    admit::{Wanted, say},
    byte_range::{Wish, wish},
};
use crate::{
    archive::{Catalogue, Label, Listing, Recording},
    ask::parameter,
    span::Span,
};
use axum::{
    Json,
    extract::{Extension, Request, State},
    http::{
        self, HeaderValue, Method, StatusCode,
        header::{CACHE_CONTROL, ETAG, IF_RANGE, LAST_MODIFIED, RANGE, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse, Response},
};
use blobcast_wire::{Name, Segment};
use serde::Serialize;
use std::{
    io::{self, ErrorKind},
    num::NonZeroU32,
    path::PathBuf,
    sync::Arc,
};
use tokio::task::spawn_blocking;
use tower_http::services::{ServeFile, fs::ServeFileSystemResponseBody};
use tracing::warn;

/// How many segments one list has: most of a day, when one begins every 8 s.
const MOST: usize = 10_000;

/// A list. Times are ms since the Unix epoch.
#[derive(Debug, Serialize)]
struct List {
    name: String,
    /// The relay's clock.
    now: f64,
    /// Whether this relay keeps an archive at all.
    keeps: bool,
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
    let Wanted { name, file } = wanted;
    let now = app.relay.clock.micros();
    let Some(archive) = &app.relay.archive else {
        // A list is no error then: pages ask before they offer to rewind, and browsers log what is not found.
        let nothing = || List { keeps: false, ..List::new(&name, Listing::default(), now) };
        return if file.is_some() { no_archive() } else { answer(&nothing()) };
    };
    if let Some(file) = file {
        return send(Arc::clone(archive.catalogue()), name, file, app.access.is_public(), request).await;
    }
    let query = request.uri().query().unwrap_or_default();
    let asked = Span::parse(query, now).and_then(|span| Ok((span, most(query)?)));
    match asked {
        Ok((span, most)) => list(Arc::clone(archive.catalogue()), name, span, most, now).await,
        Err(error) => say(StatusCode::BAD_REQUEST, error),
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

/// How many segments somebody wants at most.
fn most(query: &str) -> Result<usize, String> {
    let Some(limit) = parameter(query, "limit") else { return Ok(MOST) };
    let limit = limit.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    limit.ok_or_else(|| format!("limit is no number from 1 to {MOST}"))
}

async fn list(catalogue: Arc<Catalogue>, name: Name, span: Span, most: usize, now: u64) -> Response {
    let asked = name.clone();
    // A long one takes a while to be written, too.
    let list = move || Ok(answer(&List::new(&asked, catalogue.list(&asked, span, most)?, now)));
    let listed = spawn_blocking(list).await.unwrap_or_else(|error| Err(error.into()));
    listed.unwrap_or_else(|error| unreadable(&name, &error))
}

fn answer(list: &List) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(list)).into_response()
}

/// A file, or a range of it.
async fn send(
    catalogue: Arc<Catalogue>,
    name: Name,
    file: String,
    is_public: bool,
    request: Request,
) -> Response {
    let Some(label) = Label::parse(&file) else { return no_file() };
    let asked = name.clone();
    let served = match spawn_blocking(move || catalogue.file(&asked, &file)).await {
        Ok(Some(path)) => serve(path, request).await,
        Ok(None) => return no_file(),
        Err(error) => Err(error.into()),
    };
    match served {
        Ok(mut response) => {
            let status = response.status();
            let headers = response.headers_mut();
            if status.is_success() || status == StatusCode::NOT_MODIFIED {
                headers.insert(CACHE_CONTROL, HeaderValue::from_static(may_be_kept(&label, is_public)));
            }
            // It is what a broadcaster likes, and is to be taken for media only.
            headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            response.into_response()
        }
        Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => no_file(),
        Err(error) => unreadable(&name, &error),
    }
}

/// Sends a range where one is asked for that is one, and of the file that is there: `ServeFile` refuses other ranges, and knows no `If-Range`.
async fn serve(
    path: PathBuf,
    mut request: Request,
) -> io::Result<http::Response<ServeFileSystemResponseBody>> {
    let mut file = ServeFile::new(path);
    let headers = request.headers();
    let range = headers.get(RANGE).and_then(|range| range.to_str().ok());
    let is_range = wish(range, u64::MAX) != Wish::Whole;
    let is_same = match headers.get(IF_RANGE).filter(|_| is_range).cloned() {
        None => true,
        Some(expected) => {
            let mut about: Request = Request::default();
            *about.method_mut() = Method::HEAD;
            let about = file.try_call(about).await?;
            [ETAG, LAST_MODIFIED].into_iter().any(|name| about.headers().get(name) == Some(&expected))
        }
    };
    if !(is_range && is_same) {
        request.headers_mut().remove(RANGE);
    }
    file.try_call(request).await
}

fn no_file() -> Response {
    say(StatusCode::NOT_FOUND, "the archive has no such file: it may have been removed")
}

/// For how long a file may be kept by who has got it, and by whom.
fn may_be_kept(label: &Label, is_public: bool) -> &'static str {
    match (label.duration, is_public) {
        // A longer one that takes its place has another name.
        (Some(_), true) => "public, max-age=31536000, immutable",
        (Some(_), false) => "private, max-age=31536000, immutable",
        (None, true) => "public, no-cache",
        (None, false) => "private, no-cache",
    }
}

impl List {
    fn new(name: &Name, Listing { bounds, recordings, more }: Listing, now: u64) -> Self {
        let segments = recordings.into_iter().map(|recording| Listed::new(name, recording)).collect();
        let (from, to) = bounds.map(|(from, to)| (millis(from), millis(to))).unzip();
        Self { name: name.to_string(), now: millis(now), keeps: true, from, to, segments, more }
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
