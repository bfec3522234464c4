//! Guards over what a page lends: each takes in `new` and gives back in `drop`.

use crate::callback::{Callback, Hear};
pub use crate::callback::{weakly, with};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, Document, EventTarget, Url, Window};

/// Removes the listener when dropped; no call comes after that.
#[must_use = "dropping a listener removes it"]
pub struct Listener {
    target: EventTarget,
    kind: &'static str,
    callback: Callback,
}

impl Listener {
    /// Tells `handler` every event of this kind. `E` is what the platform sends for it.
    pub fn new<E: JsCast + 'static>(
        target: &EventTarget,
        kind: &'static str,
        handler: impl Hear<E> + 'static,
    ) -> Self {
        let callback = Callback::new(move |event: JsValue| handler.hear(event.unchecked_into()));
        Self::attach(target, kind, callback)
    }

    fn attach(target: &EventTarget, kind: &'static str, callback: Callback) -> Self {
        // It throws for nothing that is a function.
        let _ = target.add_event_listener_with_callback(kind, callback.function());
        Self { target: target.clone(), kind, callback }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback(self.kind, self.callback.function());
    }
}

/// An object URL, revoked when dropped.
///
/// Keep it until the *next* source of the element shows a picture: revoking it while the element still loads
/// makes `play()` reject.
#[must_use = "dropping an object URL revokes it"]
pub struct ObjectUrl(String);

impl ObjectUrl {
    /// For the bytes of a blob.
    pub fn for_blob(blob: &Blob) -> Result<Self, JsValue> {
        Url::create_object_url_with_blob(blob).map(Self)
    }

    /// For a MediaSource.
    pub fn for_source(source: &web_sys::MediaSource) -> Result<Self, JsValue> {
        Url::create_object_url_with_source(source).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        let _ = Url::revoke_object_url(&self.0);
    }
}

#[wasm_bindgen]
extern "C" {
    type Global;

    #[wasm_bindgen(static_method_of = Global, js_class = "globalThis", getter)]
    fn window() -> Window;

    #[wasm_bindgen(static_method_of = Global, js_class = "globalThis", getter)]
    fn document() -> Document;

    /// The page's monotonic clock, ms.
    #[wasm_bindgen(js_namespace = performance)]
    pub fn now() -> f64;
}

/// The page's window. This package runs in pages, not in workers; `web_sys::window` would ask where it is.
pub fn window() -> Window {
    Global::window()
}

/// The page's document.
pub fn document() -> Document {
    Global::document()
}

/// A new element. `T` is what the platform makes for this tag.
pub fn create<T: JsCast>(tag: &str) -> Option<T> {
    document().create_element(tag).ok().map(JsCast::unchecked_into)
}

/// The same clock as a duration. Not by `from_secs_f64`, which brings a panic in words.
pub fn monotonic() -> std::time::Duration {
    std::time::Duration::from_micros((now() * 1e3) as u64)
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use std::{
        cell::{Cell, RefCell},
        rc::{Rc, Weak},
    };
    use wasm_bindgen_futures::JsFuture;
    use wasm_bindgen_test::wasm_bindgen_test;
    use web_sys::Event;

    fn fire(target: &EventTarget, kind: &str) {
        target.dispatch_event(&Event::new(kind).expect("an event")).expect("heard");
    }

    #[wasm_bindgen_test]
    fn a_dropped_listener_hears_nothing_and_lets_go_of_what_it_held() {
        let target = EventTarget::new().expect("a target");
        let heard = Rc::new(Cell::new(0));
        let listener = {
            let heard = heard.clone();
            Listener::new(&target, "tick", move |_: Event| heard.set(heard.get() + 1))
        };
        fire(&target, "tick");
        fire(&target, "tock");
        drop(listener);
        fire(&target, "tick");
        assert_eq!((heard.get(), Rc::strong_count(&heard)), (1, 1));
    }

    #[wasm_bindgen_test]
    fn a_listener_may_be_dropped_by_its_own_handler() {
        let target = EventTarget::new().expect("a target");
        let held: Rc<RefCell<Option<Listener>>> = Rc::default();
        let heard = Rc::new(Cell::new(0));
        let handler = {
            let (held, heard) = (Rc::downgrade(&held), heard.clone());
            move |_: Event| {
                heard.set(heard.get() + 1);
                held.upgrade().expect("alive").take();
            }
        };
        held.replace(Some(Listener::new(&target, "tick", handler)));
        fire(&target, "tick");
        fire(&target, "tick");
        assert_eq!((heard.get(), Rc::strong_count(&heard)), (1, 1));
    }

    #[wasm_bindgen_test]
    fn a_handler_does_not_keep_its_owner() {
        struct Owner {
            heard: Rc<Cell<u32>>,
            _listener: Listener,
        }
        let target = EventTarget::new().expect("a target");
        let heard = Rc::new(Cell::new(0));
        let count = heard.clone();
        let owner = Rc::new_cyclic(|me: &Weak<Owner>| Owner {
            heard: count,
            _listener: Listener::new(
                &target,
                "tick",
                with(me, |me, _: Event| me.heard.set(me.heard.get() + 1)),
            ),
        });
        fire(&target, "tick");
        drop(owner);
        fire(&target, "tick");
        assert_eq!((heard.get(), Rc::strong_count(&heard)), (1, 1));
    }

    #[wasm_bindgen_test]
    async fn a_dropped_object_url_is_revoked() {
        let blob = Blob::new().expect("a blob");
        let url = ObjectUrl::for_blob(&blob).expect("a URL");
        let address = url.as_str().to_owned();
        JsFuture::from(window().fetch_with_str(&address)).await.expect("there while the guard lives");
        drop(url);
        JsFuture::from(window().fetch_with_str(&address)).await.expect_err("gone with the guard");
    }
}
