//! Headers whose values are lists. Pure.

use axum::http::{HeaderMap, HeaderName, header::IF_NONE_MATCH};

/// What a list has, however many headers it is spread over. <https://datatracker.ietf.org/doc/html/rfc9110#section-5.3>
pub(crate) fn items(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

/// Whether the client has what has this tag. <https://datatracker.ietf.org/doc/html/rfc9110#section-13.1.2>
pub(crate) fn has_tag(headers: &HeaderMap, tag: &str) -> bool {
    let mut known = items(headers, IF_NONE_MATCH);
    known.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}
