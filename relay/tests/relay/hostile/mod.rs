//! Peers that mean ill, or are broken. Each is got rid of, with a code where it still understands one, and nothing is left.

mod frames;
mod messages;
mod requests;

const BLOB: &str = "/publish/lobby/blob?session=s";
