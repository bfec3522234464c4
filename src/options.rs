//! Reading an options object, with an error that names the option and what it takes.

use crate::error::{Error, Kind};
use js_sys::{Function, Reflect};
use std::ops::RangeInclusive;
use wasm_bindgen::prelude::*;

/// An options object as a call was given it.
pub struct Options(JsValue);

impl Options {
    pub fn of(value: &JsValue) -> Result<Self, Error> {
        if value.is_object() {
            Ok(Self(value.clone()))
        } else {
            Err(wrong("options", "an object with at least url and name"))
        }
    }

    /// The option's value; `None` when it is left out.
    fn get(&self, option: &str) -> Option<JsValue> {
        let value = Reflect::get(&self.0, &option.into()).ok()?;
        (!value.is_undefined() && !value.is_null()).then_some(value)
    }

    pub fn string(&self, option: &str, takes: &str) -> Result<Option<String>, Error> {
        let Some(value) = self.get(option) else { return Ok(None) };
        value.as_string().map(Some).ok_or_else(|| wrong(option, takes))
    }

    pub fn boolean(&self, option: &str) -> Result<Option<bool>, Error> {
        let Some(value) = self.get(option) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| wrong(option, "true or false"))
    }

    /// A number within a range, in the unit that `unit` names.
    pub fn number(&self, option: &str, range: RangeInclusive<f64>, unit: &str) -> Result<Option<f64>, Error> {
        let Some(value) = self.get(option) else { return Ok(None) };
        let number = value.as_f64().filter(|number| range.contains(number));
        // Whole numbers: what writes a float would come into the wasm with it.
        let takes =
            || format!("a number of {unit} from {} to {}", *range.start() as u32, *range.end() as u32);
        number.map(Some).ok_or_else(|| wrong(option, &takes()))
    }

    /// The relay: `ws:`, `wss:`, `http:` or `https:`, or relative to the page. Comes back as a WebSocket URL
    /// without a slash at its end.
    pub fn relay(&self) -> Result<String, Error> {
        const TAKES: &str = "the relay's address, such as wss://relay.example";
        let given = self.string("url", TAKES)?.ok_or_else(|| wrong("url", TAKES))?;
        let base = crate::dom::window().location().href().unwrap_or_default();
        let url = web_sys::Url::new_with_base(&given, &base).map_err(|_| wrong("url", TAKES))?;
        let scheme = match url.protocol().as_str() {
            "ws:" | "http:" => "ws",
            "wss:" | "https:" => "wss",
            _ => return Err(wrong("url", TAKES)),
        };
        Ok(format!("{scheme}://{}{}", url.host(), url.pathname().trim_end_matches('/')))
    }

    pub fn name(&self) -> Result<blobcast_wire::Name, Error> {
        const NAME: &str = "the broadcast's name, such as lobby";
        let name = self.string("name", NAME)?.ok_or_else(|| wrong("name", NAME))?;
        name.parse().map_err(|rule: blobcast_wire::NameError| {
            Error::new(Kind::Type, format!("name \"{name}\": {rule}"))
        })
    }

    /// Whether the page wants to hear the whole story.
    pub fn debug(&self) -> Result<bool, Error> {
        Ok(self.boolean("debug")?.unwrap_or(false))
    }

    /// ms until connecting is given up.
    pub fn connect_timeout(&self) -> Result<u32, Error> {
        Ok(self.number("connectTimeout", 1.0..=600_000.0, "ms")?.unwrap_or(10_000.0) as u32)
    }

    pub fn token(&self) -> Result<Option<Token>, Error> {
        let Some(value) = self.get("token") else { return Ok(None) };
        if let Some(token) = value.as_string() {
            return Ok(Some(Token::Fixed(token)));
        }
        let takes = "a string, or a function that returns one or a promise of one";
        value.dyn_into().map(|asked| Some(Token::Asked(asked))).map_err(|_| wrong("token", takes))
    }
}

/// Proof of who may publish or view, asked for before every connection.
#[derive(Clone)]
pub enum Token {
    Fixed(String),
    /// Returns a string or a promise of one.
    Asked(Function),
}

impl Token {
    pub async fn ask(&self) -> Result<String, Error> {
        let asked = match self {
            Self::Fixed(token) => return checked(token.clone()),
            Self::Asked(function) => function,
        };
        const FAILED: &str = "the token function failed, and nothing connects without one";
        let failed = |thrown: JsValue| Error::thrown(Kind::NotAllowed, FAILED, &thrown);
        let given = asked.call0(&JsValue::UNDEFINED).map_err(failed)?;
        let token =
            wasm_bindgen_futures::JsFuture::from(js_sys::Promise::resolve(&given)).await.map_err(failed)?;
        let takes = "a function that returns a string or a promise of one";
        token.as_string().ok_or_else(|| wrong("token", takes)).and_then(checked)
    }
}

/// A token travels as a WebSocket subprotocol, which is a word of these characters.
/// <https://www.rfc-editor.org/rfc/rfc9110#name-tokens>
fn checked(token: String) -> Result<String, Error> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let is_word = !token.is_empty() && token.bytes().all(fits);
    let takes = "letters, digits and -._~+ only, as in a JWT (base64url, without =)";
    if is_word { Ok(token) } else { Err(wrong("token", takes)) }
}

/// A bad option.
pub fn wrong(option: &str, takes: &str) -> Error {
    Error::new(Kind::Type, format!("{option} takes {takes}"))
}
