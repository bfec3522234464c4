//! The relay with real sockets: servers in this process, and the program itself.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod admin;
mod broadcaster;
mod clocks;
mod common;
mod crowd;
mod cuts;
mod ends;
mod hostile;
mod http;
mod join;
mod limits;
mod logs;
mod nginx;
mod pairing;
mod program;
mod refusals;
mod tls;
mod tokens;
mod viewer;
