//! The relay with real sockets: servers in this process, and the program itself.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod admin;
mod admit;
mod archive;
mod behind_a_proxy;
mod broadcaster;
mod clocks;
mod common;
mod crowd;
mod cuts;
mod damage;
mod ends;
mod exports;
mod fleet;
mod hostile;
mod http;
mod join;
mod layouts;
mod limits;
mod live;
mod logs;
mod metrics;
mod nginx;
mod open;
mod packaging;
mod pairing;
mod program;
mod publish;
mod quotas;
mod recordings;
mod refusals;
mod retention;
mod talk;
mod tls;
mod tokens;
mod viewer;
mod waiting;
