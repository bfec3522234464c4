//! A connection on which a test says what no library would.

use super::soon;
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub(crate) struct Raw(pub(crate) TcpStream);

impl Raw {
    pub(crate) async fn connect(relay: SocketAddr) -> Self {
        Self(TcpStream::connect(relay).await.unwrap())
    }

    /// Opens a WebSocket.
    pub(crate) async fn open(relay: SocketAddr, path: &str) -> Self {
        let (raw, head) = Self::ask(relay, path, &format!("Host: {relay}\r\n")).await;
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        raw
    }

    /// Asks for a WebSocket with more headers, of which each ends with a line break; the head of the answer.
    pub(crate) async fn ask(relay: SocketAddr, path: &str, headers: &str) -> (Self, String) {
        let mut raw = Self::connect(relay).await;
        raw.say(&format!(
            "GET {path} HTTP/1.1\r\n{headers}Connection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: blobcast.v1\r\n\r\n"
        ))
        .await;
        let head = raw.head().await;
        (raw, head)
    }

    /// Says something. That the relay has hung up is heard by reading.
    pub(crate) async fn say(&mut self, text: &str) {
        self.send(text.as_bytes()).await;
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        let _ = soon("sending", self.0.write_all(bytes)).await;
    }

    /// Sends a frame, masked with zeros: its two first bytes are as given but for the mask bit.
    pub(crate) async fn frame(&mut self, first: u8, payload: &[u8]) {
        let mut frame = vec![first];
        match payload.len() {
            len @ 0..126 => frame.push(0x80 | len as u8),
            len @ 126..65_536 => {
                frame.push(0x80 | 126);
                frame.extend((len as u16).to_be_bytes());
            }
            len => {
                frame.push(0x80 | 127);
                frame.extend((len as u64).to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(payload);
        self.send(&frame).await;
    }

    /// The head of an answer.
    pub(crate) async fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match soon("the head of an answer", self.0.read_u8()).await {
                Ok(byte) => head.push(byte),
                Err(_) => break,
            }
        }
        String::from_utf8_lossy(&head).into_owned()
    }

    /// Reads frames until the relay closes, and gives the code; 1006 if it hangs up without one.
    pub(crate) async fn closed(&mut self) -> u16 {
        self.closed_with().await.0
    }

    /// The same with its reason.
    pub(crate) async fn closed_with(&mut self) -> (u16, String) {
        self.closed_unless(|_| false).await.expect("nothing else ends it")
    }

    /// Asks the relay whether it is there: `None` when it answers, and the code when it closes instead.
    pub(crate) async fn closed_before_pong(&mut self) -> Option<u16> {
        self.frame(0x81, br#"{"type":"ping","t":77.5}"#).await;
        let is_answer = |payload: &[u8]| payload.starts_with(br#"{"type":"pong","t":77.5,"#);
        self.closed_unless(is_answer).await.map(|(code, _)| code)
    }

    async fn closed_unless(&mut self, is_enough: impl Fn(&[u8]) -> bool) -> Option<(u16, String)> {
        soon("a close", async {
            loop {
                let Ok((first, payload)) = self.read_frame().await else {
                    return Some((1006, String::new()));
                };
                if first == 0x88 {
                    return Some(match payload.split_first_chunk() {
                        Some((code, why)) => {
                            (u16::from_be_bytes(*code), String::from_utf8_lossy(why).into_owned())
                        }
                        None => (1005, String::new()),
                    });
                }
                if is_enough(&payload) {
                    return None;
                }
            }
        })
        .await
    }

    async fn read_frame(&mut self) -> std::io::Result<(u8, Vec<u8>)> {
        let first = self.0.read_u8().await?;
        let mut payload = vec![0; self.len().await?];
        self.0.read_exact(&mut payload).await?;
        Ok((first, payload))
    }

    async fn len(&mut self) -> std::io::Result<usize> {
        match self.0.read_u8().await? {
            126 => Ok(self.0.read_u16().await?.into()),
            127 => Ok(self.0.read_u64().await? as usize),
            len => Ok(len.into()),
        }
    }

    /// Waits until the relay has hung up; what it said before that.
    pub(crate) async fn hung_up(&mut self) -> String {
        let mut rest = Vec::new();
        // A reset is an end, too.
        let _ = soon("the end of a connection", self.0.read_to_end(&mut rest)).await;
        String::from_utf8_lossy(&rest).into_owned()
    }
}
