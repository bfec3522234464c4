//! A promise that is settled from outside.

use js_sys::{Function, Promise};
use std::cell::RefCell;
use wasm_bindgen::JsValue;

/// Settled at most once; what comes later is ignored.
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
    /// For the page. Whoever may reject must be waited for, else the page sees an unhandled rejection.
    pub fn promise(&self) -> Promise {
        self.promise.clone()
    }

    pub fn is_settled(&self) -> bool {
        self.settle.borrow().is_none()
    }

    pub fn resolve(&self) {
        if let Some((resolve, _)) = self.settle.take() {
            let _ = resolve.call0(&JsValue::UNDEFINED);
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
    use wasm_bindgen_futures::JsFuture;
    use wasm_bindgen_test::wasm_bindgen_test;

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
