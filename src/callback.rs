//! Functions of ours that the page's objects call.
//!
//! A handler that belongs to an owner holds it weakly, through [`with`]: owner → guard → closure → owner
//! would live for ever.
//!
//! All of them are one kind of function in JavaScript, and the handlers of one kind of owner share their code: each kind is
//! some hundred bytes of the wasm.

use js_sys::Function;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;

/// What hears of something. Not a `dyn Fn`, which brings two more ways to call it.
pub trait Hear<E> {
    fn hear(&self, event: E);
}

impl<E, F: Fn(E)> Hear<E> for F {
    fn hear(&self, event: E) {
        self(event);
    }
}

/// What is called and told nothing, as by a timer.
pub trait Act {
    fn act(&self);
}

impl<F: Fn()> Act for F {
    fn act(&self) {
        self();
    }
}

/// See [`with`].
pub struct With<T, E> {
    owner: Weak<T>,
    handle: fn(&Rc<T>, E),
}

/// A handler that does nothing once its owner is gone, and keeps it alive during the call.
pub fn with<T, E>(owner: &Weak<T>, handle: fn(&Rc<T>, E)) -> With<T, E> {
    With { owner: owner.clone(), handle }
}

impl<T, E> Hear<E> for With<T, E> {
    fn hear(&self, event: E) {
        if let Some(owner) = self.owner.upgrade() {
            (self.handle)(&owner, event);
        }
    }
}

impl<T> Act for With<T, ()> {
    fn act(&self) {
        self.hear(());
    }
}

/// The same for what has to remember more than its owner.
pub fn weakly<T: 'static>(owner: &Weak<T>, act: impl Fn(&Rc<T>) + 'static) -> impl Fn() + 'static {
    let owner = owner.clone();
    move || {
        if let Some(owner) = owner.upgrade() {
            act(&owner);
        }
    }
}

/// A function of JavaScript. It does nothing any more when this is dropped, which it may be while it is called.
pub struct Callback(Closure<dyn FnMut(JsValue)>);

impl Callback {
    pub fn new(handler: impl Hear<JsValue> + 'static) -> Self {
        Self::of(Box::new(handler))
    }

    /// The part that is the same for every handler, and so is there once.
    fn of(handler: Box<dyn Hear<JsValue>>) -> Self {
        Self(Closure::new(move |event| handler.hear(event)))
    }

    pub fn function(&self) -> &Function {
        self.0.as_js_value().unchecked_ref()
    }

    pub fn closure(&self) -> &Closure<dyn FnMut(JsValue)> {
        &self.0
    }
}
