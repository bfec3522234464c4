//! Promises of the page's, and our own.
//!
//! By callbacks and not by futures: what runs these is 6 KB of the wasm, gzipped, without the states of each.

use crate::{callback::Callback, cell::RefCell};
use js_sys::{Function, Promise};
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::JsValue;

/// Calls `then` when the promise is settled: later, never at once.
pub fn settled(promise: &Promise, then: impl FnOnce(Result<JsValue, JsValue>) + 'static) {
    wait(promise, Box::new(then));
}

/// The part that is the same for everything that is waited for, and so is there once.
fn wait(promise: &Promise, then: Box<dyn FnOnce(Result<JsValue, JsValue>)>) {
    let then = Rc::new(Cell::new(Some(then)));
    // They keep themselves until one of them is called.
    let callbacks: Rc<Cell<Option<[Callback; 2]>>> = Rc::default();
    let callback = |result: fn(JsValue) -> Result<JsValue, JsValue>| {
        let (then, callbacks) = (then.clone(), callbacks.clone());
        Callback::new(move |value: JsValue| {
            callbacks.take();
            if let Some(then) = then.take() {
                then(result(value));
            }
        })
    };
    let (resolved, rejected) = (callback(Ok), callback(Err));
    let _ = promise.then2(resolved.closure(), rejected.closure());
    callbacks.set(Some([resolved, rejected]));
}

/// What a call gave: the promise itself, or one that is rejected with what the call threw.
pub fn of(called: Result<JsValue, JsValue>) -> Promise {
    called.map_or_else(|thrown| Promise::reject(&thrown), |given| Promise::resolve(&given))
}

/// A promise that is settled from outside: at most once, and what comes later is ignored.
pub struct Deferred {
    promise: Promise,
    settle: RefCell<Option<(Function, Function)>>,
}

impl Default for Deferred {
    fn default() -> Self {
        let mut settle = None;
        let promise = Promise::new(&mut |resolve, reject| settle = Some((resolve, reject)));
        Self { promise, settle: RefCell::new(settle) }
    }
}

impl Deferred {
    /// The promise. Whoever may reject must be waited for, else the page sees an unhandled rejection.
    pub fn promise(&self) -> Promise {
        self.promise.clone()
    }

    pub fn is_settled(&self) -> bool {
        self.settle.borrow().is_none()
    }

    pub fn resolve(&self) {
        self.resolve_with(&JsValue::UNDEFINED);
    }

    pub fn resolve_with(&self, value: &JsValue) {
        if let Some((resolve, _)) = self.settle.take() {
            let _ = resolve.call1(&JsValue::UNDEFINED, value);
        }
    }

    pub fn reject(&self, error: &JsValue) {
        if let Some((_, reject)) = self.settle.take() {
            let _ = reject.call1(&JsValue::UNDEFINED, error);
        }
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::testing::let_things_happen;
    use wasm_bindgen_futures::JsFuture;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    async fn what_waits_for_a_promise_is_called_once_and_gone_then() {
        let promises: [Promise; 2] =
            [Promise::resolve(&JsValue::from(1)), Promise::reject(&JsValue::from(2))];
        for promise in promises {
            let heard: Rc<RefCell<Vec<_>>> = Rc::default();
            let hears = heard.clone();
            settled(&promise, move |result| hears.borrow_mut().push(result.is_ok()));
            assert!(heard.borrow().is_empty(), "not at once");
            let is_resolved = JsFuture::from(promise).await.is_ok();
            let_things_happen().await;
            assert_eq!((heard.borrow().as_slice(), Rc::strong_count(&heard)), (&[is_resolved][..], 1));
        }
    }

    #[wasm_bindgen_test]
    async fn is_settled_once() {
        let deferred = Deferred::default();
        assert!(!deferred.is_settled());
        deferred.resolve();
        deferred.reject(&"too late".into());
        assert!(deferred.is_settled());
        JsFuture::from(deferred.promise()).await.expect("resolved");
    }

    #[wasm_bindgen_test]
    async fn rejects_with_the_error() {
        let deferred = Deferred::default();
        deferred.reject(&"why".into());
        assert_eq!(JsFuture::from(deferred.promise()).await, Err(JsValue::from("why")));
    }
}
