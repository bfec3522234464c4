//! The relay with real sockets: servers in this process, and the program itself.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod broadcaster;
mod clocks;
mod common;
mod cuts;
mod ends;
mod http;
mod join;
mod pairing;
mod program;
mod refusals;
mod viewer;
