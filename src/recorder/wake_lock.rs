//! The screen stays on while a page broadcasts: a phone whose screen goes dark stops its camera.

use crate::{
    callback::Act,
    cell::RefCell,
    dom::{Listener, document, window, with},
    promise::{self, settled},
    property,
};
use js_sys::Promise;
use std::{
    cell::Cell,
    rc::{Rc, Weak},
};
use wasm_bindgen::prelude::*;
use web_sys::Event;

// web-sys has these as unstable APIs only. <https://www.w3.org/TR/screen-wake-lock/>
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = "WakeLock")]
    type Locks;
    #[wasm_bindgen(method, catch)]
    fn request(this: &Locks, kind: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = "WakeLockSentinel")]
    type Sentinel;
    #[wasm_bindgen(method, getter)]
    fn released(this: &Sentinel) -> bool;
    #[wasm_bindgen(method, catch)]
    fn release(this: &Sentinel) -> Result<Promise, JsValue>;
}

/// A screen wake lock, taken again whenever the page comes back to the front: browsers release that of a hidden
/// page. Where there is none to be had (an insecure page, a policy, a battery that is low) it does nothing.
/// Dropping it releases it.
#[must_use = "dropping a wake lock releases it"]
pub struct WakeLock {
    _on_visible: Listener,
    me: Weak<Self>,
    locks: Locks,
    held: RefCell<Option<Sentinel>>,
    asking: Cell<bool>,
    on_refusal: Box<dyn Act>,
}

impl WakeLock {
    /// `on_refusal` is told each time that the browser gives none. `None` where the browser has no wake locks.
    pub fn screen(on_refusal: impl Act + 'static) -> Option<Rc<Self>> {
        let locks = property::get(&window().navigator(), "wakeLock");
        if !locks.is_object() {
            return None;
        }
        let lock = Rc::new_cyclic(|me: &Weak<Self>| Self {
            _on_visible: Listener::new(
                &document(),
                "visibilitychange",
                with(me, |lock, _: Event| lock.take()),
            ),
            me: me.clone(),
            locks: locks.unchecked_into(),
            held: RefCell::default(),
            asking: Cell::new(false),
            on_refusal: Box::new(on_refusal),
        });
        lock.take();
        Some(lock)
    }

    /// Asks for it, unless it is held, asked for already, or would be refused because the page is hidden.
    fn take(&self) {
        let is_held = self.held.borrow().as_ref().is_some_and(|held| !held.released());
        if is_held || document().hidden() || self.asking.replace(true) {
            return;
        }
        let me = self.me.clone();
        settled(&promise::of(self.locks.request("screen")), move |granted| {
            let sentinel = granted.ok().map(JsValue::unchecked_into::<Sentinel>);
            match (me.upgrade(), sentinel) {
                (Some(lock), sentinel) => {
                    lock.asking.set(false);
                    if sentinel.is_none() {
                        lock.on_refusal.act();
                    }
                    lock.held.replace(sentinel);
                }
                // Granted after it was let go.
                (None, Some(sentinel)) => release(&sentinel),
                (None, None) => {}
            }
        });
    }
}

impl Drop for WakeLock {
    fn drop(&mut self) {
        if let Some(sentinel) = self.held.take() {
            release(&sentinel);
        }
    }
}

/// Releasing what is released already is harmless.
fn release(sentinel: &Sentinel) {
    let _ = sentinel.release();
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::testing::{PageErrors, let_things_happen};
    use wasm_bindgen_test::wasm_bindgen_test;

    // The locks of a browser that has no screen may be refused, so the tests have their own.
    #[wasm_bindgen(inline_js = r#"
        export class StandIn {
            sentinels = [];
            refuses = false;
            constructor() {
                Object.defineProperty(navigator, "wakeLock", { value: this, configurable: true });
            }
            async request(kind) {
                if (this.refuses) throw new DOMException(`no ${kind} for you`, "NotAllowedError");
                const sentinel = { released: false, release: async () => { sentinel.released = true; } };
                this.sentinels.push(sentinel);
                return sentinel;
            }
            refuse(refuses) { this.refuses = refuses; }
            hide() { for (const sentinel of this.sentinels) sentinel.released = true; }
            granted() { return this.sentinels.length; }
            held() { return this.sentinels.filter(({ released }) => !released).length; }
            remove() { delete navigator.wakeLock; }
        }
    "#)]
    extern "C" {
        type StandIn;
        #[wasm_bindgen(constructor)]
        fn new() -> StandIn;
        #[wasm_bindgen(method)]
        fn refuse(this: &StandIn, refuses: bool);
        #[wasm_bindgen(method)]
        fn hide(this: &StandIn);
        #[wasm_bindgen(method)]
        fn granted(this: &StandIn) -> u32;
        #[wasm_bindgen(method)]
        fn held(this: &StandIn) -> u32;
        #[wasm_bindgen(method)]
        fn remove(this: &StandIn);
    }

    fn page_shows() {
        document().dispatch_event(&Event::new("visibilitychange").expect("an event")).expect("heard");
    }

    #[wasm_bindgen_test]
    async fn is_taken_again_when_the_page_is_back_and_released_when_dropped() {
        let locks = StandIn::new();
        let lock = WakeLock::screen(|| ()).expect("locks");
        let_things_happen().await;
        page_shows();
        let_things_happen().await;
        assert_eq!((locks.granted(), locks.held()), (1, 1), "one is enough");
        locks.hide();
        page_shows();
        page_shows();
        let_things_happen().await;
        assert_eq!((locks.granted(), locks.held()), (2, 1));
        drop(lock);
        page_shows();
        let_things_happen().await;
        assert_eq!((locks.granted(), locks.held()), (2, 0));
        locks.remove();
    }

    #[wasm_bindgen_test]
    async fn what_is_granted_after_the_drop_is_released() {
        let locks = StandIn::new();
        drop(WakeLock::screen(|| ()).expect("locks"));
        assert_eq!(locks.granted(), 1);
        let_things_happen().await;
        assert_eq!(locks.held(), 0);
        locks.remove();
    }

    #[wasm_bindgen_test]
    async fn a_refusal_is_told_is_no_error_and_may_end() {
        let errors = PageErrors::watch();
        let locks = StandIn::new();
        locks.refuse(true);
        let refusals = Rc::new(Cell::new(0));
        let count = refusals.clone();
        let lock = WakeLock::screen(move || count.set(count.get() + 1)).expect("locks");
        assert!(errors.seen().await.is_empty());
        assert_eq!((locks.granted(), refusals.get()), (0, 1));
        locks.refuse(false);
        page_shows();
        let_things_happen().await;
        assert_eq!(locks.held(), 1);
        drop(lock);
        locks.remove();
    }
}
