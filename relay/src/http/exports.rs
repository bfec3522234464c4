//! An archive's segments as one film, by HTTP.

use super::{
    App,
    admit::{Wanted, say},
    byte_range::{Wish, wish},
    header_list::has_tag,
    recordings::{no_archive, unreadable},
};
use crate::{
    archive::{Montage, MontageError, Reader},
    ask::parameter,
    span::Span,
};
use axum::{
    body::Body,
    extract::{Extension, Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
            ETAG, IF_RANGE, RANGE, X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{Stream, stream};
use std::{io, sync::Arc};
use tokio::task::spawn_blocking;

/// Answers below `/export/`.
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    Extension(Wanted { name, file }): Extension<Wanted>,
    request: Request,
) -> Response {
    let Some(archive) = &app.relay.archive else { return no_archive() };
    if file.is_some() {
        return say(StatusCode::NOT_FOUND, "no name has a dot: ask for /export/NAME?from=&to=");
    }
    let now = app.relay.clock.micros();
    let query = request.uri().query().unwrap_or_default();
    if parameter(query, "limit").is_some() {
        return say(StatusCode::BAD_REQUEST, "a film has no limit: say its time with from and to");
    }
    let span = match Span::parse(query, now) {
        Ok(span) => span,
        Err(error) => return say(StatusCode::BAD_REQUEST, error),
    };
    let error = match archive.films().open(&name, span).await {
        Ok(montage) => {
            let file_name = montage.file_name(&name);
            return send(montage, &file_name, request.headers());
        }
        Err(error) => error,
    };
    match &*error {
        MontageError::Nothing => say(StatusCode::NOT_FOUND, error),
        MontageError::Change(_) => say(StatusCode::CONFLICT, error),
        MontageError::TooMany => say(StatusCode::BAD_REQUEST, error),
        MontageError::Disk(error) => unreadable(&name, error),
        // Nobody reads this.
        MontageError::CalledOff => say(StatusCode::SERVICE_UNAVAILABLE, error),
    }
}

fn send(montage: Arc<Montage>, file_name: &str, asked: &HeaderMap) -> Response {
    let (all, tag) = (montage.len, montage.tag());
    let text = |name: HeaderName| asked.get(name).and_then(|value| value.to_str().ok());
    // A part of what there was before is no part of what there is.
    let is_same = text(IF_RANGE).is_none_or(|expected| expected == tag);
    let is_known = has_tag(asked, &tag);
    let header = |name: HeaderName, value: String| Some((name, HeaderValue::try_from(value).ok()?));
    let mut headers: HeaderMap = [
        header(CONTENT_TYPE, montage.mime()),
        header(CONTENT_DISPOSITION, format!("attachment; filename=\"{file_name}\"")),
        header(ETAG, tag),
    ]
    .into_iter()
    .flatten()
    .collect();
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // It may be longer when it is asked for again.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let (status, from, len) = match wish(text(RANGE).filter(|_| is_same), all) {
        Wish::Whole => (StatusCode::OK, 0, all),
        Wish::Part { from, len } => {
            let range = format!("bytes {from}-{}/{all}", from + len - 1);
            headers.extend(header(CONTENT_RANGE, range));
            (StatusCode::PARTIAL_CONTENT, from, len)
        }
        Wish::Nothing => {
            let mut response = say(StatusCode::RANGE_NOT_SATISFIABLE, "the film is shorter than that");
            response.headers_mut().extend(header(CONTENT_RANGE, format!("bytes */{all}")));
            return response;
        }
    };
    headers.insert(CONTENT_LENGTH, len.into());
    (status, headers, Body::from_stream(chunks(montage.read(from, len)))).into_response()
}

/// Reads chunk by chunk when the one before has gone, off the async threads.
fn chunks(reader: Reader) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold(reader, async |mut reader| {
        let read = move || reader.next().transpose().map(|chunk| chunk.map(|chunk| (chunk, reader)));
        spawn_blocking(read).await?
    })
}
