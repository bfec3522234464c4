//! What the programs that play an audience share.

use std::error::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub type Failure = Box<dyn Error + Send + Sync>;

/// Makes a connection a viewer's socket, by hand: nothing stands between it and who counts what comes.
pub async fn ask<S: AsyncRead + AsyncWrite + Unpin>(mut tcp: S, path: &str) -> Result<S, Failure> {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: blobcast.v1\r\n\r\n"
    );
    tcp.write_all(request.as_bytes()).await?;
    tcp.flush().await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(tcp.read_u8().await?);
    }
    if head.starts_with(b"HTTP/1.1 101") { Ok(tcp) } else { Err(String::from_utf8_lossy(&head).into()) }
}
