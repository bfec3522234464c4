//! What goes wrong, as the `Error` a page gets.

use crate::property;
use blobcast_wire::Close;
use std::fmt;
use wasm_bindgen::prelude::*;

/// The `name` of the JavaScript error: the platform's own words for the kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An argument or option is not what the call takes. A real `TypeError`.
    Type,
    /// This browser cannot do it.
    NotSupported,
    /// The relay or the browser does not permit it.
    NotAllowed,
    /// It took longer than `connectTimeout`.
    Timeout,
    /// The connection is gone for good.
    Network,
    /// Someone else ended it.
    Abort,
    /// The recorder or the decoder failed.
    Media,
    /// It is too late for that.
    InvalidState,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Type => "TypeError",
            Self::NotSupported => "NotSupportedError",
            Self::NotAllowed => "NotAllowedError",
            Self::Timeout => "TimeoutError",
            Self::Network => "NetworkError",
            Self::Abort => "AbortError",
            Self::Media => "EncodingError",
            Self::InvalidState => "InvalidStateError",
        }
    }
}

/// One clear sentence: what happened, and what to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    pub kind: Kind,
    pub message: String,
    /// The WebSocket close code behind it, if any.
    pub code: Option<u16>,
}

impl Error {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), code: None }
    }

    /// A connection that the relay closed for good.
    pub fn closed(code: u16, reason: &str) -> Self {
        let kind = match Close::from_code(code) {
            Some(Close::OriginRefused | Close::Unauthorized) => Kind::NotAllowed,
            Some(Close::Replaced) => Kind::Abort,
            _ => Kind::Network,
        };
        let message =
            if reason.is_empty() { "the relay closed the connection; start again to go on" } else { reason };
        Self { kind, message: format!("{message} (close code {})", u32::from(code)), code: Some(code) }
    }

    /// What a browser call threw, with the sentence that says what was tried.
    pub fn thrown(kind: Kind, tried: &str, thrown: &JsValue) -> Self {
        let why = property::get(thrown, "message").as_string();
        let why = why.or_else(|| thrown.as_string()).unwrap_or_default();
        Self::new(kind, tried).because(&why)
    }

    /// The same, with what the browser says of it, which may be nothing.
    pub fn because(mut self, why: &str) -> Self {
        if !why.is_empty() {
            self.add(": ", why);
        }
        self
    }

    /// The same, with what to do.
    pub fn advise(mut self, what: &str) -> Self {
        self.add("; ", what);
        self
    }

    fn add(&mut self, mark: &str, text: &str) {
        self.message.push_str(mark);
        self.message.push_str(text);
    }

    /// The JavaScript error.
    pub fn to_js(&self) -> JsValue {
        let error = match self.kind {
            Kind::Type => js_sys::TypeError::new(&self.message).unchecked_into::<js_sys::Error>(),
            kind => {
                let error = js_sys::Error::new(&self.message);
                error.set_name(kind.name());
                error
            }
        };
        if let Some(code) = self.code {
            property::set(&error, "code", &code.into());
        }
        error.into()
    }
}

/// Whether what was thrown has this name, as a DOMException has.
pub fn is_called(thrown: &JsValue, name: &str) -> bool {
    property::get(thrown, "name") == *name
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.kind.name(), self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_comes_first_then_why_then_what_to_do() {
        let error = Error::new(Kind::Media, "the recorder failed");
        let message = |why| error.clone().because(why).advise("start again").message;
        assert_eq!(message("no memory"), "the recorder failed: no memory; start again");
        assert_eq!(message(""), "the recorder failed; start again");
        assert_eq!(
            Error::closed(1000, "").message,
            "the relay closed the connection; start again to go on (close code 1000)"
        );
    }
}
