//! What a link tells its peer.

use crate::{bytes::JsBytes, error::Error, property};
use blobcast_wire::{Live, Segment, Socket, Text};
use js_sys::JSON;

/// A broadcaster or a viewer, behind its link.
pub trait Peer {
    /// Where a lost viewer goes on: the segment it reads and its next piece.
    fn position(&self) -> Option<(Segment, u32)>;

    /// Something happened.
    fn hear(&self, news: News);

    /// Something happened that is told to who debugs alone.
    fn trace(&self, _what: &str, _text: &str, _a: f64, _b: f64) {}
}

/// What happened.
#[derive(Debug)]
pub enum News {
    /// Both sockets are open.
    Up {
        /// The chunk socket is another one than before, so the relay says first what it has.
        chunk_is_new: bool,
    },
    /// The relay's clock is known.
    ClockSettled,
    /// A binary message.
    Message(JsBytes),
    /// A text message other than `pong`.
    Text(Text),
    /// A socket is away; the link opens it again.
    Lost {
        which: Socket,
        /// The other one is, too.
        both: bool,
    },
    /// The relay ended it for good, and both sockets are closed.
    Closed(Error),
}

/// Asks the relay for its time; `now` is ours, ms, to the microsecond. By whole numbers: what writes a float would come into the
/// wasm with it.
pub fn ping(now: f64) -> String {
    let now = (now * 1e3) as u64;
    format!(r#"{{"type":"ping","t":{}.{:03}}}"#, now / 1_000, now % 1_000)
}

/// Reads a text message with the browser's own JSON; `None` for types that this version does not know.
pub fn read_text(json: &str) -> Option<Text> {
    let object = JSON::parse(json).ok()?;
    let field = |name| property::get(&object, name);
    let number = |name| field(name).as_f64();
    let segment = |name| number(name).map(|number| number as Segment);
    Some(match field("type").as_string()?.as_str() {
        "pong" => Text::Pong { t: number("t")?, now: number("now")? },
        "have" => {
            Text::Have { segment: segment("segment")?, seq: number("seq")? as u32, last: segment("last")? }
        }
        "skip" => Text::Skip { from: segment("from")?, to: segment("to")? },
        "state" => {
            let state = field("state").as_string()?;
            let state =
                [Live::Live, Live::Waiting, Live::Ended].into_iter().find(|live| live.as_str() == state)?;
            Text::State { state, viewers: number("viewers").unwrap_or(0.0) as u32 }
        }
        _ => return None,
    })
}
