//! What waits for a broker that takes it more slowly than it comes, bounded in bytes. The client bounds it in messages, of which one may be
//! a byte long or the protocol's longest.

use super::connection::QUEUED;
use blobcast_wire::MAX_MESSAGE_LEN;
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many bytes may wait: as many as [`QUEUED`] chunks of 32 KB, and two of the longest messages.
const ROOM: usize = QUEUED * (32 << 10);
const _: () = assert!(ROOM >= 2 * MAX_MESSAGE_LEN);

/// Room for what waits.
#[derive(Debug)]
pub(super) struct Queue(Arc<Semaphore>);

/// A message that takes up room until the client has sent it, or has given it up with its connection.
struct Queued {
    message: Bytes,
    _room: OwnedSemaphorePermit,
}

impl Queue {
    /// With nothing in it.
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(ROOM)))
    }

    /// The same message as it may be given to the client, once there is room for it: first come, first served.
    pub(super) async fn admit(&self, message: Bytes) -> Bytes {
        let room = Arc::clone(&self.0).acquire_many_owned(message.len() as u32).await;
        Bytes::from_owner(Queued { message, _room: room.expect("never closed") })
    }
}

impl AsRef<[u8]> for Queued {
    fn as_ref(&self) -> &[u8] {
        &self.message
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    fn message(len: usize) -> Bytes {
        Bytes::from(vec![7; len])
    }

    #[test]
    fn a_message_waits_until_those_before_it_have_left_room_for_it() {
        let queue = Queue::new();
        let first = queue.admit(message(ROOM - 10)).now_or_never().expect("room");
        let second = queue.admit(message(10)).now_or_never().expect("just enough");
        assert_eq!((first.len(), &second[..]), (ROOM - 10, &[7; 10][..]));
        let mut third = Box::pin(queue.admit(message(11)));
        assert!((&mut third).now_or_never().is_none());
        drop(second);
        assert!((&mut third).now_or_never().is_none(), "10 are not enough");
        assert!(queue.admit(message(1)).now_or_never().is_none(), "a smaller one does not go before it");
        assert!(queue.admit(Bytes::new()).now_or_never().is_some(), "what has no bytes needs no room");
        // The client may cut it in two on its way.
        let tail = first.slice(1..);
        drop(first);
        assert!((&mut third).now_or_never().is_none());
        drop(tail);
        assert!(third.now_or_never().is_some());
        assert_eq!(queue.0.available_permits(), ROOM, "whoever did not wait for its turn takes none");
    }
}
