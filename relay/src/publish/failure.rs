//! Why a broadcast ended before its time, as one sentence that says what to do.

use super::refusal::{Refusal, What};
use blobcast_wire::Close;

/// What happened.
#[derive(Debug)]
pub(super) enum Failure {
    /// The recording is to blame.
    Media(What),
    /// The relay has closed it, with this code and reason.
    Closed(u16, String),
    /// No relay was there, and the last try said this.
    NoRelay(String),
    /// It has not said that it has everything.
    NotDelivered,
}

impl Failure {
    /// Of this recording, sent to the relay at this address.
    pub(super) fn sentence(self, input: &str, address: &str) -> String {
        match self {
            Self::Media(what) => Refusal { input: input.into(), what }.to_string(),
            Self::NoRelay(why) => {
                format!(
                    "no relay answers at {address} ({why}): check that it runs there and that --url names it"
                )
            }
            Self::Closed(code, reason) => {
                let hint = match Close::from_code(code) {
                    Some(Close::Unauthorized) => " (--token, --token-file)",
                    _ => "",
                };
                format!("the relay has closed the broadcast: {reason}{hint} (close code {code})")
            }
            Self::NotDelivered => {
                format!(
                    "the relay at {address} did not say that it has everything, so the end may be missing: see the relay's log, and send \
                     it again"
                )
            }
        }
    }
}
