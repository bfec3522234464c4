//! A cable between a client and a relay, to be cut.

use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    select,
    sync::watch,
};

/// One TCP connection through a forwarder. When it is cut, both sides see it closed without a word, perhaps in the
/// middle of a message.
#[derive(Clone)]
pub(crate) struct Cable {
    /// Where the client connects to.
    pub(crate) address: SocketAddr,
    /// How many more bytes it carries, in both directions together.
    left: watch::Sender<usize>,
}

impl Cable {
    /// Lays one to a relay.
    pub(crate) async fn lay(relay: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (left, told) = watch::channel(usize::MAX);
        tokio::spawn(async move {
            let (client, _) = listener.accept().await.unwrap();
            if let Ok(relay) = TcpStream::connect(relay).await {
                carry(client, relay, told).await;
            }
        });
        Self { address, left }
    }

    /// Cuts it after so many more bytes.
    pub(crate) fn cut_after(&self, bytes: usize) {
        self.left.send_replace(bytes);
    }
}

async fn carry(mut client: TcpStream, mut relay: TcpStream, mut told: watch::Receiver<usize>) {
    for tcp in [&client, &relay] {
        tcp.set_nodelay(true).unwrap();
    }
    let (mut up, mut down) = ([0; 4096], [0; 4096]);
    let mut left = *told.borrow_and_update();
    while left > 0 {
        let carried = select! {
            Ok(()) = told.changed() => {
                left = *told.borrow_and_update();
                continue;
            }
            read = client.read(&mut up) => pass(read, &up, left, &mut relay).await,
            read = relay.read(&mut down) => pass(read, &down, left, &mut client).await,
        };
        match carried {
            Some(bytes) => left -= bytes,
            None => return,
        }
    }
}

/// Passes on what was read, or the part of it that is still carried; `None` at the end.
async fn pass(read: std::io::Result<usize>, bytes: &[u8], left: usize, to: &mut TcpStream) -> Option<usize> {
    let len = read.ok().filter(|&len| len > 0)?.min(left);
    to.write_all(&bytes[..len]).await.ok()?;
    Some(len)
}
