//! What a page hears: the state of a recording or a viewing, errors, statistics.

use crate::{cell::RefCell, error::Error, property};
use js_sys::Array;
use std::cell::Cell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CustomEvent, EventTarget};

/// The `state` of a recording or a viewing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Connecting,
    /// A viewer's: no broadcaster is there. A broadcaster's: its source has given nothing.
    Waiting,
    Live,
    Reconnecting,
    /// A viewer's: it plays what was broadcast before.
    Replaying,
    /// The broadcast is over, or somebody else has it.
    Ended,
    /// `stop()` was called.
    Stopped,
}

impl State {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Waiting => "waiting",
            Self::Live => "live",
            Self::Reconnecting => "reconnecting",
            Self::Replaying => "replaying",
            Self::Ended => "ended",
            Self::Stopped => "stopped",
        }
    }
}

/// The EventTarget that a page holds. Handlers run inside these calls and may call back into this module, so
/// nothing may be borrowed meanwhile.
pub struct Events {
    /// `None` after the end: it holds the handle that holds this, and neither would ever be collected.
    target: RefCell<Option<EventTarget>>,
    state: Cell<State>,
    /// The page asked for the whole story.
    debug: bool,
}

impl Events {
    pub fn new(target: EventTarget, debug: bool) -> Self {
        Self { target: RefCell::new(Some(target)), state: Cell::new(State::Connecting), debug }
    }

    pub fn state(&self) -> State {
        self.state.get()
    }

    /// Changes the state, and says so if it is another one.
    pub fn set_state(&self, state: State) {
        if self.state.replace(state) != state {
            self.dispatch("state", &object(&[("state", state.as_str().into())]));
        }
    }

    pub fn error(&self, error: &Error) {
        self.dispatch("error", &error.to_js());
    }

    /// Something is not as it was wished, and goes on all the same. src/js/console.js has the words.
    pub fn warn(&self, what: &str) {
        self.dispatch("warning", &what.into());
    }

    /// One happening of the story that `debug: true` tells; src/js/story.js has its words.
    pub fn trace(&self, what: &str, text: &str, a: f64, b: f64) {
        if self.debug {
            self.dispatch("trace", &Array::of4(&what.into(), &text.into(), &a.into(), &b.into()));
        }
    }

    /// The last event was dispatched.
    pub fn close(&self) {
        self.target.take();
    }

    pub fn dispatch(&self, kind: &str, detail: &JsValue) {
        let Some(target) = self.target.borrow().clone() else { return };
        let init = object(&[("detail", detail.clone())]).unchecked_into();
        if let Ok(event) = CustomEvent::new_with_event_init_dict(kind, &init) {
            // A handler that throws is reported by the browser and is none of our business.
            let _ = target.dispatch_event(&event);
        }
    }
}

/// A plain object, such as options: by the setters that web-sys has for each, every one would be a function that is imported.
pub fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = js_sys::Object::new();
    for (name, value) in fields {
        property::set(&object, name, value);
    }
    object.into()
}
