//! Timers that a hidden page does not slow down.
//!
//! Browsers fire the timers of a hidden page once a second, and some, after minutes, once a minute; Chromium only
//! where the page has no MediaStream and is not heard, whatever WebSockets it has (measured in 156).
//! <https://developer.chrome.com/blog/timer-throttling-in-chrome-88> A worker's timers go on. So a broadcaster has
//! its timers from a worker: a few lines that count, one worker for all of the page, ended with its last timer.
//! A page whose Content-Security-Policy permits no worker of ours (`worker-src blob:`) gets the page's timers.

mod counter;

use crate::callback::{Act, Callback};
use counter::{Counted, Counter};
use js_sys::Function;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Where timers come from.
#[derive(Clone)]
pub enum Timers {
    /// The page's own, slow while it is hidden.
    Page,
    /// A worker's.
    Steady(Rc<Counter>),
}

impl Timers {
    /// Timers that go on in a hidden page, where the page permits a worker.
    pub fn steady() -> Self {
        Counter::shared().map_or(Self::Page, Self::Steady)
    }

    /// Whether the page permits no worker, so that those of a hidden page are slow all the same.
    pub fn are_slow() -> bool {
        counter::is_refused()
    }

    /// Calls `act` every so many ms.
    pub fn every(&self, ms: u32, act: impl Act + 'static) -> Timer {
        self.start(ms, true, Rc::new(act))
    }

    /// Calls `act` once, in so many ms.
    pub fn after(&self, ms: u32, act: impl Act + 'static) -> Timer {
        self.start(ms, false, Rc::new(act))
    }

    fn start(&self, ms: u32, repeats: bool, act: Rc<dyn Act>) -> Timer {
        match self {
            Self::Page => Timer::page(ms, repeats, act),
            Self::Steady(counter) => Timer(Guard::Counted(counter.add(ms, repeats, act))),
        }
    }
}

/// A timer that is running, or has fired for the last time.
#[must_use = "dropping a timer stops it"]
pub struct Timer(#[expect(dead_code, reason = "a guard")] Guard);

#[expect(dead_code, reason = "guards")]
enum Guard {
    Page(Page),
    Counted(Counted),
}

impl Timer {
    fn page(ms: u32, repeats: bool, act: Rc<dyn Act>) -> Self {
        let callback = Callback::new(move |_: JsValue| act.act());
        let start = if repeats { set_interval } else { set_timeout };
        Self(Guard::Page(Page { id: start(callback.function(), ms), _callback: callback }))
    }
}

// With gloo-timers these would be a kind of closure of their own.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setInterval)]
    fn set_interval(callback: &Function, ms: u32) -> i32;
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, ms: u32) -> i32;
    /// Ends both kinds. <https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#dom-clearinterval>
    #[wasm_bindgen(js_name = clearInterval)]
    fn clear_interval(id: i32);
}

/// A timer of the page's.
struct Page {
    id: i32,
    _callback: Callback,
}

impl Drop for Page {
    fn drop(&mut self) {
        clear_interval(self.id);
    }
}
