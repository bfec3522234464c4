//! Reading an options object, with an error that names the option and what it takes.

use crate::{
    error::{Error, Kind},
    link::Relays,
    promise, property,
};
use js_sys::{Array, Function, Promise};
use std::{ops::RangeInclusive, rc::Rc};
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
    pub fn get(&self, option: &str) -> Option<JsValue> {
        let value = property::get(&self.0, option);
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

    /// The relay, or a list of relays.
    pub fn relays(&self) -> Result<Rc<Relays>, Error> {
        let given = Array::of1(&self.get("url").unwrap_or_default()).flat(1);
        let mut urls = Vec::new();
        for url in given.iter() {
            urls.push(relay(&url)?);
        }
        if urls.is_empty() {
            return Err(wrong("url", RELAY));
        }
        Ok(Rc::new(Relays::new(urls)))
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

    pub fn token(&self) -> Result<Token, Error> {
        let token = self.get("token").unwrap_or_default();
        if token.is_undefined() || token.is_string() || token.is_function() {
            Ok(Token(token))
        } else {
            Err(wrong("token", "a string, or a function that returns one or a promise of one"))
        }
    }
}

/// What `url` takes.
const RELAY: &str = "the relay's address, such as wss://relay.example, or a list of such addresses";

/// A relay: `ws:`, `wss:`, `http:` or `https:`, or relative to the page. Comes back as a WebSocket URL without a slash at its end.
fn relay(given: &JsValue) -> Result<String, Error> {
    let text = given.as_string().ok_or_else(|| wrong("url", RELAY))?;
    let no_relay = || wrong("url", &format!("{RELAY}, and not \"{text}\""));
    let base = crate::dom::window().location().href().unwrap_or_default();
    let url = web_sys::Url::new_with_base(&text, &base).map_err(|_| no_relay())?;
    let scheme = match url.protocol().as_str() {
        "ws:" | "http:" => "ws",
        "wss:" | "https:" => "wss",
        _ => return Err(no_relay()),
    };
    let mut path = url.pathname();
    while path.ends_with('/') {
        path.pop();
    }
    Ok(format!("{scheme}://{}{path}", url.host()))
}

/// Proof of who may publish or view: a string, a function that returns one or a promise of one, or `undefined`.
#[derive(Clone, Default)]
pub struct Token(JsValue);

impl Token {
    /// Asks for it, before every connection; [`read`](Self::read) reads what came.
    pub fn ask(&self) -> Promise {
        promise::of(match self.0.dyn_ref::<Function>() {
            Some(function) => function.call0(&JsValue::UNDEFINED),
            None => Ok(self.0.clone()),
        })
    }

    /// `None` where the page has none.
    pub fn read(&self, given: Result<JsValue, JsValue>) -> Result<Option<String>, Error> {
        const FAILED: &str = "the token function failed, and nothing connects without one";
        if self.0.is_undefined() {
            return Ok(None);
        }
        let given = given
            .map_err(|thrown| Error::thrown(Kind::NotAllowed, FAILED, &thrown))?
            .as_string()
            .ok_or_else(|| wrong("token", "a function that returns a string or a promise of one"))?;
        checked(given).map(Some)
    }
}

/// A token travels as a WebSocket subprotocol, which is a word of these characters.
/// <https://www.rfc-editor.org/rfc/rfc9110#name-tokens>
fn checked(token: String) -> Result<String, Error> {
    let is_mark =
        |byte| matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~');
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || is_mark(byte);
    let is_word = !token.is_empty() && token.bytes().all(fits);
    let takes = "letters, digits and -._~+ only, as in a JWT (base64url, without =)";
    if is_word { Ok(token) } else { Err(wrong("token", takes)) }
}

/// A bad option.
pub fn wrong(option: &str, takes: &str) -> Error {
    Error::new(Kind::Type, format!("{option} takes {takes}"))
}
