//! The archive by HTTP: what there is of a name, and its files.

use crate::{
    admit::{Wanted, say},
    archive::{Archive, Label},
    http::App,
};
use axum::{
    extract::{Extension, Request, State},
    http::{HeaderValue, StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use std::sync::Arc;
use tower_http::services::ServeFile;
use tracing::warn;

/// Answers below `/archive/`.
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    Extension(wanted): Extension<Wanted>,
    request: Request,
) -> Response {
    let Some(archive) = &app.relay.archive else { return no_archive() };
    match wanted.file {
        Some(ref file) => send(&app, archive, &wanted, file, request).await,
        None => say(StatusCode::NOT_IMPLEMENTED, "soon"),
    }
}

/// What a relay says that keeps nothing.
pub(crate) fn no_archive() -> Response {
    say(StatusCode::NOT_FOUND, "this relay keeps no archive: start it with --archive DIR")
}

/// A file, or a range of it.
async fn send(app: &App, archive: &Archive, wanted: &Wanted, file: &str, request: Request) -> Response {
    let is_label = Label::parse(file).is_some();
    let path = archive.folder(&wanted.name).join(file);
    let sent = match is_label {
        true => ServeFile::new(path).ignore_multi_range_requests(true).try_call(request).await,
        false => Err(std::io::ErrorKind::NotFound.into()),
    };
    match sent {
        Ok(response) => {
            let mut response = response.into_response();
            // A file never changes, and one that takes its place has another name.
            let kept = match app.access.is_public() {
                true => "public, max-age=31536000, immutable",
                false => "private, max-age=31536000, immutable",
            };
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(kept));
            response
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            say(StatusCode::NOT_FOUND, "the archive has no such file: it may have been removed")
        }
        Err(error) => {
            warn!("cannot read {}/{file} of the archive: {error}", wanted.name);
            say(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the archive cannot read this file: its relay's log says why",
            )
        }
    }
}
