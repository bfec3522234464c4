//! Who may watch by plain HTTP: the rules are those of the sockets (`upgrade`), told by status codes.
//!
//! ```text
//! request ─► gate: may this page ask? ─► CORS: pages are told so ─► caller: too many? token: may it watch that name? ─► route, with `Wanted`
//! ```

use super::{App, caller::Caller, handshake::token_in_query};
use crate::{clock::unix_seconds, door::Guest, tokens::Denied};
use axum::{
    Router,
    body::Body,
    extract::{Extension, Request, State},
    http::{
        HeaderValue, Method, StatusCode,
        header::{
            ACCEPT_RANGES, AUTHORIZATION, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
            ETAG, RANGE, RETRY_AFTER, WWW_AUTHENTICATE,
        },
    },
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use blobcast_wire::{Name, NameError, Role};
use http_body_util::BodyExt;
use percent_encoding::percent_decode_str;
use std::{fmt::Display, sync::Arc, time::Duration};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::info;

/// How long a page need not ask again whether it may.
const ANSWER_HOLDS: Duration = Duration::from_secs(3600);

/// What a path asks for: `/archive/{name}` or `/archive/{name}/{file}`. Routes get it as an [`Extension`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The broadcast.
    pub(crate) name: Name,
    /// Whatever comes after it and has a dot, which names have not.
    pub(crate) file: Option<String>,
}

/// When an answer that goes on has to end, seconds since the Unix epoch. Routes get it as an [`Extension`], too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Until(pub(crate) Option<u64>);

/// Has these routes, each `/…/{*rest}`, answer to nobody but who may watch what they ask for.
pub(crate) fn for_viewers(routes: Router<Arc<App>>, app: &Arc<App>) -> Router {
    let layered = routes
        .layer(from_fn_with_state(Arc::clone(app), check_token))
        .layer(cors(Arc::clone(app)))
        .layer(from_fn_with_state(Arc::clone(app), check_origin));
    layered.with_state(Arc::clone(app))
}

/// An answer of one sentence.
pub(crate) fn say(status: StatusCode, sentence: impl Display) -> Response {
    (status, [(CACHE_CONTROL, "no-store")], format!("{sentence}\n")).into_response()
}

/// A page names its origin whenever it wants to read what it gets. (What it only shows, it cannot read.)
async fn check_origin(
    State(app): State<Arc<App>>,
    Extension(guest): Extension<Arc<Guest>>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let caller = Arc::new(Caller::of(&app, guest, &parts.headers));
    if let Err(reason) = app.gate.check(&parts.headers) {
        return refuse(&caller, StatusCode::FORBIDDEN, reason);
    }
    parts.extensions.insert(Arc::clone(&caller));
    let response = next.run(Request::from_parts(parts, body)).await;
    if !caller.is_behind_proxy() {
        return response;
    }
    // It counts until all is sent.
    response.map(|body| {
        Body::new(body.map_frame(move |frame| {
            let _counts = &caller;
            frame
        }))
    })
}

/// Tells pages that pass the gate that they may read, and what they may ask with.
fn cors(app: Arc<App>) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |_, parts| app.gate.check(&parts.headers).is_ok()))
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers([AUTHORIZATION, RANGE])
        .expose_headers([ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, ETAG])
        .max_age(ANSWER_HOLDS)
}

async fn check_token(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Arc<Caller>>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(limit) = caller.is_beyond() {
        let mut response = refuse(&caller, StatusCode::TOO_MANY_REQUESTS, limit);
        response.headers_mut().insert(RETRY_AFTER, limit.seconds().into());
        return response;
    }
    let (mut parts, body) = request.into_parts();
    let wanted = match Wanted::parse(parts.uri.path()) {
        Ok(wanted) => wanted,
        Err(error) => return say(StatusCode::NOT_FOUND, error),
    };
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(bearer).or_else(|| token_in_query(&parts.uri));
    let admitted = app.access.admit(Role::View, &wanted.name, token, unix_seconds());
    if let Err(denied) = admitted {
        if matches!(denied, Denied::Name | Denied::Role) {
            return refuse(&caller, StatusCode::FORBIDDEN, denied);
        }
        let mut response = refuse(&caller, StatusCode::UNAUTHORIZED, denied);
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return response;
    }
    parts.extensions.insert(wanted);
    parts.extensions.insert(Until(admitted.ok().flatten().filter(|_| app.enforces_exp)));
    next.run(Request::from_parts(parts, body)).await
}

/// The scheme's name is written as anybody likes. <https://datatracker.ietf.org/doc/html/rfc9110#section-11.1>
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// An answer of one sentence to who is refused, with a line in the log.
pub(crate) fn refuse(caller: &Caller, status: StatusCode, reason: impl Display) -> Response {
    info!(status = status.as_u16(), %reason, address = %caller.address, "refused");
    say(status, reason)
}

impl Wanted {
    /// Reads a URL's path, without its query.
    pub(crate) fn parse(path: &str) -> Result<Self, NameError> {
        // The first part is the route's.
        let rest = path.trim_start_matches('/').split_once('/').map_or("", |(_, rest)| rest);
        let file = rest.rsplit_once('/').filter(|(_, file)| file.contains('.'));
        let name = file.map_or(rest, |(name, _)| name).parse()?;
        // Some write the plus that is in files' names as %2B.
        let file = file.map(|(_, file)| percent_decode_str(file).decode_utf8_lossy().into_owned());
        Ok(Self { name, file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_dot_is_a_file_and_all_before_it_the_name() {
        for (path, name, file) in [
            ("/archive/a", "a", None),
            ("/archive/a/b", "a/b", None),
            ("/archive/a/x.webm", "a", Some("x.webm")),
            ("/archive/a/b/x+y.webm", "a/b", Some("x+y.webm")),
            ("/archive/a/x%2By.webm", "a", Some("x+y.webm")),
            ("/archive/a/..", "a", Some("..")),
            ("/archive/a/..%2fx.webm", "a", Some("../x.webm")),
        ] {
            let wanted = Wanted::parse(path).expect(path);
            assert_eq!((wanted.name.as_str(), wanted.file.as_deref()), (name, file), "{path}");
        }
        for path in
            ["/archive/", "/archive", "/archive/a/", "/archive/../x", "/archive/a/../b", "/archive/x.webm"]
        {
            assert_eq!(Wanted::parse(path), Err(NameError), "{path}");
        }
        for path in ["/archive/a%2fb", "/archive/%61", "/archive/a//x.webm", "/archive//a"] {
            assert_eq!(Wanted::parse(path), Err(NameError), "{path}");
        }
    }

    #[test]
    fn a_bearer_is_one_by_any_case() {
        assert_eq!(bearer("Bearer x.y.z"), Some("x.y.z"));
        assert_eq!(bearer("bearer  x"), Some("x"));
        assert_eq!((bearer("Basic x"), bearer("Bearer"), bearer("")), (None, None, None));
    }
}
