//! The demo inside the relay: its pages at /, the npm package at /blobcast/. `npm run relay` lays both into relay/demo, and what is
//! there is compiled in. (With debug assertions it is read from there instead, each time.)

use super::header_list::{has_tag, items};
use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY},
    },
    response::{IntoResponse, Response},
};
use rust_embed::{Embed, EmbeddedFile};
use std::{borrow::Cow, fmt::Write};

#[derive(Embed)]
#[folder = "demo"]
struct Demo;

/// A file, as it is sent.
struct File {
    bytes: Cow<'static, [u8]>,
    mime: String,
    /// The same for the same bytes.
    tag: String,
}

/// What the root says when there was nothing to compile in.
const NOTHING: &str = "This is a blobcast relay that was compiled without the demo: `npm run relay` compiles it with the demo inside, and \
     --www DIR serves pages of your own.\n";

/// Answers with a file of the demo.
pub(crate) async fn page(request: Request) -> Response {
    answer(|path| Demo::get(path).map(File::from), request.uri().path(), request.headers())
}

fn answer(find: impl Fn(&str) -> Option<File>, path: &str, headers: &HeaderMap) -> Response {
    let path = path.trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let is_hidden = path.split('/').any(|part| part.starts_with('.'));
    let Some(file) = find(path).filter(|_| !is_hidden) else {
        return match path {
            "index.html" => NOTHING.into_response(),
            _ => StatusCode::NOT_FOUND.into_response(),
        };
    };
    let mime = file.mime.clone();
    let packed = if takes_gzip(headers) { find(&format!("{path}.gz")) } else { None };
    let encoding = packed.is_some().then_some([(CONTENT_ENCODING, HeaderValue::from_static("gzip"))]);
    let file = packed.unwrap_or(file);
    // Browsers ask again each time: after another relay, an old script beside a new wasm does not run.
    let common = [(ETAG, &*file.tag), (CACHE_CONTROL, "no-cache"), (VARY, "accept-encoding")];
    if has_tag(headers, &file.tag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(CONTENT_TYPE, mime)], encoding, file.bytes).into_response()
}

/// Whether the client unpacks gzip.
fn takes_gzip(headers: &HeaderMap) -> bool {
    items(headers, ACCEPT_ENCODING).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let weight = |part: &str| part.strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
        parts.next() == Some("gzip") && parts.find_map(weight).is_none_or(|weight| weight > 0.0)
    })
}

impl From<EmbeddedFile> for File {
    fn from(EmbeddedFile { data, metadata }: EmbeddedFile) -> Self {
        let mut tag = String::from('"');
        for byte in &metadata.sha256_hash()[..16] {
            let _ = write!(tag, "{byte:02x}");
        }
        tag.push('"');
        Self { bytes: data, mime: metadata.mimetype().to_owned(), tag }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A demo of a few files, each with its path as its bytes.
    fn find(path: &str) -> Option<File> {
        let mime = match path {
            "index.html" => "text/html",
            "blobcast/index.js" => "text/javascript",
            "blobcast/index.js.gz" => "application/gzip",
            ".gitignore" | "blobcast/.hidden" => "text/plain",
            _ => return None,
        };
        let (bytes, tag) = (path.as_bytes().to_vec().into(), format!("\"{path}\""));
        Some(File { bytes, mime: mime.into(), tag })
    }

    fn ask(path: &str, name: &'static str, value: &'static str) -> Response {
        let headers =
            HeaderMap::from_iter([(name.parse().expect("a name"), HeaderValue::from_static(value))]);
        answer(find, path, &headers)
    }

    fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
        response.headers().get(name).map(|value| value.to_str().expect("text"))
    }

    #[test]
    fn what_unpacks_gzip_gets_it_with_the_type_of_what_is_in_it() {
        for (accepted, packed) in [
            ("gzip, deflate, br", true),
            ("br;q=1, gzip;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("identity", false),
            ("", false),
        ] {
            let response = ask("/blobcast/index.js", "accept-encoding", accepted);
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(header(&response, "content-encoding"), packed.then_some("gzip"), "{accepted}");
            assert_eq!(header(&response, "content-type"), Some("text/javascript"));
            assert_eq!(header(&response, "vary"), Some("accept-encoding"));
            let tag = if packed { "\"blobcast/index.js.gz\"" } else { "\"blobcast/index.js\"" };
            assert_eq!(header(&response, "etag"), Some(tag));
        }
        let response = ask("/", "accept-encoding", "gzip");
        assert_eq!(header(&response, "content-encoding"), None, "there is no packed one");
    }

    #[test]
    fn what_a_client_has_is_not_sent_again() {
        for (known, status) in [
            ("\"index.html\"", StatusCode::NOT_MODIFIED),
            ("\"older\", W/\"index.html\"", StatusCode::NOT_MODIFIED),
            ("*", StatusCode::NOT_MODIFIED),
            ("\"older\"", StatusCode::OK),
        ] {
            let response = ask("/", "if-none-match", known);
            assert_eq!(response.status(), status, "{known}");
            assert_eq!(header(&response, "etag"), Some("\"index.html\""));
            assert_eq!(header(&response, "cache-control"), Some("no-cache"));
        }
    }

    #[test]
    fn what_is_not_there_is_not_found_but_for_the_root() {
        for path in ["/none", "/blobcast/", "/.gitignore", "/blobcast/.hidden", "/../index.html"] {
            assert_eq!(ask(path, "accept", "*/*").status(), StatusCode::NOT_FOUND, "{path}");
        }
        let root = answer(|_| None, "/", &HeaderMap::new());
        assert_eq!((root.status(), header(&root, "etag")), (StatusCode::OK, None));
        assert!(NOTHING.contains("npm run relay") && NOTHING.matches('.').count() == 1);
    }
}
