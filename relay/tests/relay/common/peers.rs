//! Broadcasters and viewers: two sockets each.

use super::{ClientSocket, Heard, Rebuilt, TestServer, Watched, blob, chunk, last};
use blobcast_wire::{Kind, Live, Reassembly, Segment, Text};
use bytes::Bytes;
use std::{collections::BTreeMap, time::Instant};
use tokio::select;

/// A broadcaster, or what claims to be one.
pub(crate) struct Broadcaster {
    pub(crate) blob: ClientSocket,
    pub(crate) chunk: ClientSocket,
}

impl Broadcaster {
    /// Opens both sockets and waits for the first `have`.
    pub(crate) async fn open(server: &TestServer, name: &str, session: &str) -> Self {
        let mut blob = Self::open_blob(server, name, session).await;
        let mut chunk = Self::open_chunk(server, name, session).await;
        // The relay is at the other socket, too.
        blob.send_text(r#"{"type":"ping","t":1}"#).await;
        assert!(matches!(blob.text().await, Text::Pong { .. }));
        chunk.text_like(|text| matches!(text, Text::Have { .. })).await;
        Self { blob, chunk }
    }

    pub(crate) async fn open_blob(server: &TestServer, name: &str, session: &str) -> ClientSocket {
        ClientSocket::open(server, &format!("/publish/{name}/blob?session={session}")).await
    }

    pub(crate) async fn open_chunk(server: &TestServer, name: &str, session: &str) -> ClientSocket {
        ClientSocket::open(server, &format!("/publish/{name}/chunk?session={session}")).await
    }

    /// Begins a segment.
    pub(crate) async fn begin(&mut self, segment: Segment, body: impl Into<Bytes>) {
        self.blob.send(&blob(segment, 1, body)).await;
    }

    pub(crate) async fn chunk(&mut self, segment: Segment, seq: u32, body: impl Into<Bytes>) {
        self.chunk.send(&chunk(segment, seq, body)).await;
    }

    pub(crate) async fn last(&mut self, segment: Segment, seq: u32, body: impl Into<Bytes>) {
        self.chunk.send(&last(segment, seq, body)).await;
    }

    /// Waits until the relay has all pieces of a segment before `seq`.
    pub(crate) async fn until_have(&mut self, segment: Segment, seq: u32) {
        let is_so =
            |text: &Text| matches!(text, Text::Have { segment: s, seq: n, .. } if (*s, *n) == (segment, seq));
        self.chunk.text_like(is_so).await;
    }

    /// Ends the broadcast as it should be ended.
    pub(crate) async fn finish(self) {
        self.blob.close(1000).await;
        self.chunk.close(1000).await;
    }
}

/// A viewer that puts together what it gets.
pub(crate) struct Viewer {
    pub(crate) blob: ClientSocket,
    pub(crate) chunk: ClientSocket,
    pub(crate) reassembly: Reassembly<Bytes>,
    pub(crate) watched: Watched,
    /// How many last chunks of each segment came.
    pub(crate) ends: BTreeMap<Segment, u32>,
    /// Every text of the chunk socket.
    pub(crate) texts: Vec<Text>,
    /// How many bytes came in all pieces.
    pub(crate) bytes: usize,
    started: Instant,
}

impl Viewer {
    /// Opens both sockets and waits for the first `state`.
    pub(crate) async fn open(server: &TestServer, name: &str, session: &str) -> Self {
        let path = |socket| format!("/view/{name}/{socket}?session={session}");
        let blob = ClientSocket::open(server, &path("blob")).await;
        let mut chunk = ClientSocket::open(server, &path("chunk")).await;
        let Heard::Text(text @ Text::State { .. }) = chunk.next().await else {
            panic!("the state comes first")
        };
        Self {
            blob,
            chunk,
            reassembly: Reassembly::new(),
            watched: Watched::default(),
            ends: BTreeMap::new(),
            texts: vec![text],
            bytes: 0,
            started: Instant::now(),
        }
    }

    /// What a socket says in its URL to go on where this viewer is.
    pub(crate) fn query(&self) -> (String, String) {
        match self.reassembly.position() {
            Some((segment, seq)) => (format!("&segment={segment}"), format!("&segment={segment}&seq={seq}")),
            None => Default::default(),
        }
    }

    /// The state that was said last.
    pub(crate) fn state(&self) -> Option<Live> {
        let state = |text: &Text| if let Text::State { state, .. } = text { Some(*state) } else { None };
        self.texts.iter().rev().find_map(state)
    }

    /// Reads until it has what is asked for.
    pub(crate) async fn until(&mut self, is_so: impl Fn(&Self) -> bool) {
        while !is_so(self) {
            self.hear().await;
        }
    }

    /// Reads until a segment is as it should be.
    pub(crate) async fn until_rebuilt(&mut self, segment: Segment, bytes: &[u8], ended: Option<bool>) {
        let expected = Rebuilt { bytes: bytes.to_vec(), ended };
        self.until(|viewer| viewer.watched.segments.get(&segment) == Some(&expected)).await;
    }

    /// Reads one message.
    pub(crate) async fn hear(&mut self) {
        let heard = select! {
            heard = self.blob.next() => heard,
            heard = self.chunk.next() => heard,
        };
        match heard {
            Heard::Piece(message) => {
                self.bytes += message.body.len();
                if matches!(message.kind, Kind::LastChunk { .. }) {
                    *self.ends.entry(message.segment).or_default() += 1;
                }
                for piece in self.reassembly.push(message, self.started.elapsed()) {
                    self.watched.read(piece);
                }
            }
            Heard::Text(text) => self.texts.push(text),
            Heard::Closed(code, reason) => panic!("closed: {code} {reason}"),
        }
    }
}
