//! Properties of the page's objects, by name.

use crate::dom::window;
use wasm_bindgen::prelude::*;

// Not js_sys::Reflect, which wants the name as a JsValue.
#[wasm_bindgen]
extern "C" {
    type Any;

    #[wasm_bindgen(method, catch, structural, indexing_getter)]
    fn get(this: &Any, name: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, structural, indexing_setter)]
    fn set(this: &Any, name: &str, value: &JsValue) -> Result<(), JsValue>;
}

/// `undefined` where there is none, and where reading it throws.
pub fn get(object: &JsValue, name: &str) -> JsValue {
    object.unchecked_ref::<Any>().get(name).unwrap_or_default()
}

/// Whether the page has a class of this name.
pub fn is_there(class: &str) -> bool {
    !get(&window(), class).is_undefined()
}

pub fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = object.unchecked_ref::<Any>().set(name, value);
}
