//! Tokens: who may do what, until when.
//!
//! * `access`: whether somebody may. `claims`: what a token says. `key`: whether that is to be believed.
//! * `mint`: makes one, for `blobcast-relay token`.

mod access;
mod claims;
mod key;
mod mint;

pub(crate) use access::{Access, Denied};
#[cfg(any(test, fuzzing))]
pub(crate) use claims::Claims;
pub(crate) use key::Key;
pub use key::KeyError;
pub use mint::{Mint, MintError};
