//! Why a socket was closed, as WebSocket close codes.

/// A close code of the protocol. The reason text that travels with it says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Close {
    /// 1000: finished.
    Finished,
    /// 1001: the peer goes away.
    GoingAway,
    /// 1006: no close frame came; only ever seen, never sent.
    Lost,
    /// 1009: a message was larger than [`MAX_MESSAGE_LEN`](crate::MAX_MESSAGE_LEN).
    TooBig,
    /// 1012: the relay restarts.
    Restarting,
    /// 4400: a message (or a URL) that the protocol does not know.
    BadMessage,
    /// 4401: the token was refused.
    Unauthorized,
    /// 4403: the page's origin may not connect.
    OriginRefused,
    /// 4404: no such broadcast.
    NoBroadcast,
    /// 4408: too slow for too long.
    TooSlow,
    /// 4409: another broadcaster took over.
    Replaced,
    /// 4424: the session's other socket did not come, or is gone for too long.
    NoPartner,
    /// 4429: a limit; the reason begins with the seconds to wait.
    Limit,
}

impl Close {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 13] = [
        Self::Finished,
        Self::GoingAway,
        Self::Lost,
        Self::TooBig,
        Self::Restarting,
        Self::BadMessage,
        Self::Unauthorized,
        Self::OriginRefused,
        Self::NoBroadcast,
        Self::TooSlow,
        Self::Replaced,
        Self::NoPartner,
        Self::Limit,
    ];

    /// The number on the wire.
    pub const fn code(self) -> u16 {
        match self {
            Self::Finished => 1000,
            Self::GoingAway => 1001,
            Self::Lost => 1006,
            Self::TooBig => 1009,
            Self::Restarting => 1012,
            Self::BadMessage => 4400,
            Self::Unauthorized => 4401,
            Self::OriginRefused => 4403,
            Self::NoBroadcast => 4404,
            Self::TooSlow => 4408,
            Self::Replaced => 4409,
            Self::NoPartner => 4424,
            Self::Limit => 4429,
        }
    }

    /// The meaning of a number; `None` for one that the protocol does not use.
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|close| close.code() == code)
    }

    /// Whether trying again is no use. [`Unauthorized`](Self::Unauthorized) is final too, after one more
    /// try with a fresh token.
    pub const fn is_final(self) -> bool {
        match self {
            Self::GoingAway
            | Self::Lost
            | Self::Restarting
            | Self::TooSlow
            | Self::NoPartner
            | Self::Limit => false,
            Self::Finished
            | Self::TooBig
            | Self::BadMessage
            | Self::Unauthorized
            | Self::OriginRefused
            | Self::NoBroadcast
            | Self::Replaced => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back_and_finality_is_the_protocols() {
        for close in Close::ALL {
            assert_eq!(Close::from_code(close.code()), Some(close));
        }
        assert_eq!(Close::from_code(1005), None);
        let finals: Vec<_> =
            Close::ALL.into_iter().filter(|close| close.is_final()).map(Close::code).collect();
        assert_eq!(finals, [1000, 1009, 4400, 4401, 4403, 4404, 4409]);
        assert_eq!((Close::NoPartner.code(), Close::NoPartner.is_final()), (4424, false));
    }
}
