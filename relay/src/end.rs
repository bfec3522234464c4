//! How a socket's driver ended, and what that means for the socket.

use crate::{farewell::Farewell, socket::Socket};
use blobcast_wire::Close;

/// How a driver ended.
#[derive(Debug)]
pub(crate) enum End {
    /// The relay has nothing more for this socket.
    Ours(Farewell),
    /// The peer did what the protocol does not know: its other socket is closed too.
    Refused(Farewell),
    /// The peer closed it, with this code if it said one.
    Theirs(Option<u16>),
    /// The connection is gone.
    Lost,
}

impl End {
    /// Whether the peer has said that it is done.
    pub(crate) fn is_finish(&self) -> bool {
        matches!(self, Self::Theirs(Some(code)) if Close::from_code(*code) == Some(Close::Finished))
    }

    /// The code that the socket was closed with, by whichever side; `None` if it is none of the protocol's.
    pub(crate) fn code(&self) -> Option<Close> {
        match self {
            Self::Ours(farewell) | Self::Refused(farewell) => Some(farewell.close),
            Self::Theirs(code) => code.and_then(Close::from_code),
            Self::Lost => Some(Close::Lost),
        }
    }

    /// What the peer was told, if the relay ended it.
    pub(crate) fn farewell(&self) -> Option<&Farewell> {
        match self {
            Self::Ours(farewell) | Self::Refused(farewell) => Some(farewell),
            Self::Theirs(_) | Self::Lost => None,
        }
    }

    /// Takes leave of the peer.
    pub(crate) async fn say(&self, socket: Socket) {
        match self {
            Self::Ours(farewell) | Self::Refused(farewell) => socket.close(farewell).await,
            Self::Theirs(_) => socket.drain().await,
            Self::Lost => {}
        }
    }
}
