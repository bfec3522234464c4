//! One life of one of the two sockets, from its connection to its close. What happens is told; the rest is `leg`'s and `link`'s.

use super::target::Target;
use blobcast_wire::{Close, Socket as Which, Text};
use futures_util::{SinkExt, StreamExt};
use std::{future::pending, sync::Arc};
use tokio::{select, sync::mpsc};
use tokio_tungstenite::tungstenite::{self, Message};

/// What happened to a socket.
#[derive(Debug)]
pub(super) enum Told {
    Open,
    Text(Text),
    /// So many bytes were handed to the system.
    Written(usize),
    /// It is gone, with the peer's code and reason; 1006 and what went wrong where there are none.
    Closed(u16, String),
}

/// Lives until the socket is closed. `asks_first`: it was away, so that the relay is asked whether it is well before.
pub(super) async fn live(
    target: Arc<Target>,
    which: Which,
    asks_first: bool,
    outgoing: mpsc::UnboundedReceiver<Message>,
    tell: impl Fn(Told),
) {
    let (code, reason) = match run(&target, which, asks_first, outgoing, &tell).await {
        Ok(closed) => closed,
        Err(error) => (Close::Lost.code(), error.to_string()),
    };
    tell(Told::Closed(code, reason));
}

async fn run(
    target: &Target,
    which: Which,
    asks_first: bool,
    mut outgoing: mpsc::UnboundedReceiver<Message>,
    tell: &impl Fn(Told),
) -> tungstenite::Result<(u16, String)> {
    if asks_first {
        target.ask().await?;
    }
    let (mut sink, mut stream) = target.open(which).await?.split();
    tell(Told::Open);
    let write = async {
        while let Some(message) = outgoing.recv().await {
            let len = message.len();
            if sink.send(message).await.is_err() {
                break;
            }
            tell(Told::Written(len));
        }
        // Why it takes no more is heard by reading.
        pending::<()>().await;
    };
    let read = async {
        while let Some(message) = stream.next().await {
            match message? {
                Message::Text(json) => {
                    if let Some(text) = Text::from_json(&json) {
                        tell(Told::Text(text));
                    }
                }
                Message::Close(Some(frame)) => return Ok((frame.code.into(), frame.reason.to_string())),
                _ => {}
            }
        }
        Ok((Close::Lost.code(), "the connection was lost".into()))
    };
    select! {
        closed = read => closed,
        () = write => Ok((Close::Lost.code(), String::new())),
    }
}
