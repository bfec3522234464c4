//! A moment in a broadcast, as a page names it.

use crate::{error::Error, options::wrong};
use js_sys::Date;
use wasm_bindgen::{JsCast, JsValue};

/// A `Date`, or so much before now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// ms since the Unix epoch.
    At(u64),
    /// ms before the relay's now.
    Ago(u64),
}

impl Moment {
    /// Reads what the page gave.
    ///
    /// # Errors
    /// It is neither a valid `Date` nor a number below 0.
    pub fn read(option: &str, value: &JsValue) -> Result<Self, Error> {
        let date = value.dyn_ref().map(Date::get_time).filter(|time| *time >= 0.0);
        let ago = value.as_f64().filter(|seconds| *seconds < 0.0).map(|seconds| -seconds * 1e3);
        date.map(|time| Self::At(time as u64))
            .or(ago.map(|ms| Self::Ago(ms as u64)))
            .ok_or_else(|| wrong(option, "a Date, or seconds before now such as -60"))
    }

    /// As the relay is asked: it takes what is below 0 for time before its now.
    pub fn query(self) -> String {
        match self {
            Self::At(ms) => format!("{ms}"),
            Self::Ago(ms) => format!("-{ms}"),
        }
    }

    /// ms since the Unix epoch, when the relay's clock says `now`.
    pub fn when(self, now: f64) -> f64 {
        match self {
            Self::At(ms) => ms as f64,
            Self::Ago(ms) => now - ms as f64,
        }
    }
}
