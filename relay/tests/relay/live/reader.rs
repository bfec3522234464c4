//! Who reads, and what there is to read: segments made by hand, so that each picture is known.

use crate::common::{TestServer, soon};
use blobcast_container::Tidy;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A segment in normal form with pictures at these times, ms, each a keyframe of so many bytes; recorded by somebody.
pub(super) fn segment(codec: &str, by: u8, times: impl IntoIterator<Item = u16>, len: u32) -> Vec<u8> {
    let entry = [&[0xD7, 0x81, 1, 0x83, 0x81, 1, 0x86, 0x80 | codec.len() as u8], codec.as_bytes()].concat();
    let mut segment = [
        &b"\x1A\x45\xDF\xA3\x87\x42\x82\x84webm\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF"[..],
        &[0x15, 0x49, 0xA9, 0x66, 0x84, 0x4D, 0x80, 0x81, by],
        &[0x16, 0x54, 0xAE, 0x6B, 0x82 + entry.len() as u8, 0xAE, 0x80 | entry.len() as u8],
        &entry,
        b"\x1F\x43\xB6\x75\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xE7\x81\x00",
    ]
    .concat();
    times.into_iter().for_each(|time| segment.extend(block(time, len)));
    segment
}

/// One picture more.
pub(super) fn block(time: u16, len: u32) -> Vec<u8> {
    let [high, low] = time.to_be_bytes();
    let mut block = vec![0xA3];
    block.extend((0x1000_0000 | (len + 4)).to_be_bytes());
    block.extend([0x81, high, low, 0x80]);
    block.resize(block.len() + len as usize, 7);
    block
}

/// Who reads.
pub(super) struct Reader {
    tcp: TcpStream,
    pub(super) head: String,
    tidy: Tidy,
    /// When each picture is to be seen, ms.
    times: Vec<i64>,
}

impl Reader {
    pub(super) async fn open(server: &TestServer, path: &str) -> Self {
        Self::over(TcpStream::connect(server.address).await.unwrap(), path).await
    }

    /// By HTTP/1.0, which has no chunks.
    pub(super) async fn over(mut tcp: TcpStream, path: &str) -> Self {
        tcp.write_all(format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(soon("the head", tcp.read_u8()).await.unwrap());
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        Self { tcp, head, tidy: Tidy::default(), times: Vec::new() }
    }

    /// Reads some; `false` at the end.
    async fn read(&mut self) -> bool {
        let mut bytes = vec![0; 64 << 10];
        let len = soon("more", self.tcp.read(&mut bytes)).await.unwrap();
        self.tidy.push(&bytes[..len]).unwrap();
        self.times.extend(self.tidy.take().iter().map(|frame| frame.time));
        len > 0
    }

    pub(super) async fn until(&mut self, pictures: usize) -> &[i64] {
        while self.times.len() < pictures {
            assert!(self.read().await, "it ended after {:?}", self.times);
        }
        &self.times
    }

    pub(super) async fn rest(&mut self) -> &[i64] {
        while self.read().await {}
        &self.times
    }
}
