//! A secret that a relay shares with the test, and tokens made with it by any library.

use blobcast_wire::SUBPROTOCOL;
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use std::{
    fs,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};
use tempfile::TempDir;

/// A secret in a file.
pub(crate) struct Secret {
    folder: TempDir,
    key: EncodingKey,
}

impl Secret {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let secret = "a secret for tests, of no use elsewhere";
        fs::write(folder.path().join("secret"), secret).unwrap();
        Self { folder, key: EncodingKey::from_secret(secret.as_bytes()) }
    }

    pub(crate) fn file(&self) -> Option<PathBuf> {
        Some(self.folder.path().join("secret"))
    }

    /// A token that is good for a minute.
    pub(crate) fn token(&self, name: &str, role: &str) -> String {
        self.token_until(name, role, seconds() + 60)
    }

    pub(crate) fn token_until(&self, name: &str, role: &str, exp: u64) -> String {
        self.sign(&json!({ "name": name, "role": role, "exp": exp }))
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        encode(&Header::default(), claims, &self.key).unwrap()
    }
}

/// Now, since the Unix epoch.
pub(crate) fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// What a client offers that has a token.
pub(crate) fn bearing(token: &str) -> String {
    format!("{SUBPROTOCOL}, bearer.{token}")
}
