//! The four sockets of a broadcast, as URL paths.

use crate::{Name, NameError};
use std::fmt;

/// What a peer is to a broadcast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// It records and sends.
    Publish,
    /// It watches.
    View,
}

/// Which of a peer's two sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Socket {
    /// Carries blobs, `ping` and `pong`.
    Blob,
    /// Carries chunks and all other text.
    Chunk,
}

/// One of the four paths: `/publish/{name}/blob`, `/publish/{name}/chunk`, `/view/{name}/blob`, `/view/{name}/chunk`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Broadcaster or viewer.
    pub role: Role,
    /// The broadcast.
    pub name: Name,
    /// Blob or chunk socket.
    pub socket: Socket,
}

/// A path that names no socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointError {
    /// It does not have the form of the four paths.
    Path,
    /// It has, but what stands for the name is none.
    Name(NameError),
}

impl Endpoint {
    /// Reads a URL's path, without its query.
    ///
    /// # Errors
    /// What is wrong with the path.
    pub fn parse(path: &str) -> Result<Self, EndpointError> {
        let (role, rest) = if let Some(rest) = path.strip_prefix("/publish/") {
            (Role::Publish, rest)
        } else if let Some(rest) = path.strip_prefix("/view/") {
            (Role::View, rest)
        } else {
            return Err(EndpointError::Path);
        };
        let (name, socket) = match rest.rsplit_once('/') {
            Some((name, "blob")) => (name, Socket::Blob),
            Some((name, "chunk")) => (name, Socket::Chunk),
            _ => return Err(EndpointError::Path),
        };
        Ok(Self { role, name: name.parse().map_err(EndpointError::Name)?, socket })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = match self.role {
            Role::Publish => "publish",
            Role::View => "view",
        };
        let socket = match self.socket {
            Socket::Blob => "blob",
            Socket::Chunk => "chunk",
        };
        write!(out, "/{role}/{}/{socket}", self.name)
    }
}

impl fmt::Display for EndpointError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path => out.write_str(
                "sockets are /publish/NAME/blob, /publish/NAME/chunk, /view/NAME/blob and /view/NAME/chunk",
            ),
            Self::Name(error) => error.fmt(out),
        }
    }
}

impl std::error::Error for EndpointError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_reads_back() {
        for path in
            ["/publish/lobby/blob", "/publish/a/b/chunk", "/view/lobby/blob", "/view/blob/chunk/chunk"]
        {
            assert_eq!(Endpoint::parse(path).map(|endpoint| endpoint.to_string()), Ok(path.to_owned()));
        }
    }

    #[test]
    fn refuses_what_is_no_path() {
        for path in ["", "/", "/view/lobby", "/view/blob", "/watch/lobby/blob", "/view/lobby/blobs"] {
            assert_eq!(Endpoint::parse(path), Err(EndpointError::Path), "{path}");
        }
        assert_eq!(Endpoint::parse("/view/a.b/blob"), Err(EndpointError::Name(NameError)));
    }
}
