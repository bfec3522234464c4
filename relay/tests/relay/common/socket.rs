//! A client's WebSocket, from another library than the relay's.

use super::{Duplex, TestServer, dial, soon};
use blobcast_wire::{Message, SUBPROTOCOL, Text};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use std::net::SocketAddr;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        self, ClientRequestBuilder,
        handshake::client::Response,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};

/// One WebSocket.
pub(crate) struct ClientSocket {
    pub(crate) raw: WebSocketStream<Box<dyn Duplex>>,
    pub(crate) response: Response,
}

/// What a socket hears.
#[derive(Debug, PartialEq)]
pub(crate) enum Heard {
    Piece(Message<Bytes>),
    Text(Text),
    /// Code and reason; 1006 without a close frame.
    Closed(u16, String),
}

impl ClientSocket {
    /// Opens as a blobcast client does.
    pub(crate) async fn open(server: &TestServer, path: &str) -> Self {
        Self::open_with(server, path, &[("sec-websocket-protocol", SUBPROTOCOL)]).await
    }

    /// Opens with these headers.
    pub(crate) async fn open_with(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Self {
        Self::over(server.dial().await.unwrap(), server.address, path, headers).await.unwrap()
    }

    /// Opens as a blobcast client does, if somebody is there.
    pub(crate) async fn connect(relay: SocketAddr, path: &str) -> tungstenite::Result<Self> {
        Self::try_open(relay, path, &[("sec-websocket-protocol", SUBPROTOCOL)]).await
    }

    pub(crate) async fn try_open(
        relay: SocketAddr,
        path: &str,
        headers: &[(&str, &str)],
    ) -> tungstenite::Result<Self> {
        Self::over(dial(relay).await?, relay, path, headers).await
    }

    /// Opens over a connection.
    pub(crate) async fn over(
        connection: Box<dyn Duplex>,
        relay: SocketAddr,
        path: &str,
        headers: &[(&str, &str)],
    ) -> tungstenite::Result<Self> {
        let uri = format!("ws://{relay}{path}").parse().unwrap();
        let request = headers.iter().fold(ClientRequestBuilder::new(uri), |request, (name, value)| {
            request.with_header(*name, *value)
        });
        let (raw, response) = soon("the handshake", client_async(request, connection)).await?;
        Ok(Self { raw, response })
    }

    pub(crate) async fn send(&mut self, message: &Message<Bytes>) {
        self.send_raw(message.encode()).await;
    }

    /// Sends bytes, whatever they are. That the relay has closed meanwhile is heard by reading.
    pub(crate) async fn send_raw(&mut self, bytes: Vec<u8>) {
        let _ = soon("sending", self.raw.send(tungstenite::Message::Binary(bytes.into()))).await;
    }

    pub(crate) async fn send_text(&mut self, json: &str) {
        let _ = soon("sending", self.raw.send(tungstenite::Message::Text(json.into()))).await;
    }

    /// Closes with a code, and waits for the answer.
    pub(crate) async fn close(mut self, code: u16) {
        let frame = CloseFrame { code: CloseCode::from(code), reason: "".into() };
        let _ = self.raw.close(Some(frame)).await;
        soon("the answer to a close", async { while let Some(Ok(_)) = self.raw.next().await {} }).await;
    }

    /// The next piece, text or close. Pings are answered on the way.
    pub(crate) async fn next(&mut self) -> Heard {
        soon("a message", async {
            loop {
                return match self.raw.next().await {
                    Some(Ok(tungstenite::Message::Binary(raw))) => {
                        Heard::Piece(Message::decode(&raw).unwrap())
                    }
                    Some(Ok(tungstenite::Message::Text(json))) => {
                        Heard::Text(Text::from_json(&json).unwrap_or_else(|| panic!("not known: {json}")))
                    }
                    Some(Ok(tungstenite::Message::Close(Some(frame)))) => {
                        Heard::Closed(frame.code.into(), frame.reason.to_string())
                    }
                    Some(Ok(tungstenite::Message::Ping(_) | tungstenite::Message::Pong(_))) => continue,
                    Some(Ok(_)) | Some(Err(_)) | None => Heard::Closed(1006, String::new()),
                };
            }
        })
        .await
    }

    /// The next piece; texts are passed over.
    pub(crate) async fn piece(&mut self) -> Message<Bytes> {
        loop {
            match self.next().await {
                Heard::Piece(piece) => return piece,
                Heard::Text(_) => {}
                Heard::Closed(code, reason) => panic!("closed: {code} {reason}"),
            }
        }
    }

    /// The next text; pieces are passed over.
    pub(crate) async fn text(&mut self) -> Text {
        loop {
            match self.next().await {
                Heard::Text(text) => return text,
                Heard::Piece(_) => {}
                Heard::Closed(code, reason) => panic!("closed: {code} {reason}"),
            }
        }
    }

    /// Waits for a text like this.
    pub(crate) async fn text_like(&mut self, is_so: impl Fn(&Text) -> bool) -> Text {
        loop {
            let text = self.text().await;
            if is_so(&text) {
                return text;
            }
        }
    }

    /// Waits until it is closed by a limit: the seconds to wait, and the rest of the reason.
    pub(crate) async fn limited(&mut self) -> (u32, String) {
        let (code, reason) = self.closed().await;
        assert_eq!(code, 4429, "{reason}");
        let (seconds, what) = reason.split_once(" s: ").unwrap_or_else(|| panic!("no seconds: {reason}"));
        (seconds.parse().unwrap(), what.to_owned())
    }

    /// Waits until the relay closes it, and closes it on this side, too.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Heard::Closed(code, reason) = self.next().await {
                let _ = self.raw.get_mut().shutdown().await;
                return (code, reason);
            }
        }
    }
}
