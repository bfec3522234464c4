//! `RefCell`, whose panics say where they are in debug builds only: for each place where something is borrowed that is eight
//! bytes of the wasm, gzipped, and there are two hundred. A release still says on the console that it was borrowed already.

use std::cell::{Ref, RefMut};

#[derive(Debug, Default)]
pub struct RefCell<T>(std::cell::RefCell<T>);

impl<T> RefCell<T> {
    pub const fn new(value: T) -> Self {
        Self(std::cell::RefCell::new(value))
    }

    #[cfg_attr(debug_assertions, track_caller)]
    pub fn borrow(&self) -> Ref<'_, T> {
        self.0.borrow()
    }

    #[cfg_attr(debug_assertions, track_caller)]
    pub fn borrow_mut(&self) -> RefMut<'_, T> {
        self.0.borrow_mut()
    }

    #[cfg_attr(debug_assertions, track_caller)]
    pub fn replace(&self, value: T) -> T {
        self.0.replace(value)
    }
}

impl<T: Default> RefCell<T> {
    #[cfg_attr(debug_assertions, track_caller)]
    pub fn take(&self) -> T {
        self.0.take()
    }
}
