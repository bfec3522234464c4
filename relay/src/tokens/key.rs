//! The key that tokens are made with: a secret that the relay shares, or the public half of a pair.

use super::{access::Denied, claims::Claims};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode, errors::ErrorKind,
};
use serde_json::Value;
use std::{
    error::Error,
    fmt, fs, io,
    path::{Path, PathBuf},
};

/// The shortest secret, bytes: as long as what HMAC-SHA-256 gives.
/// <https://datatracker.ietf.org/doc/html/rfc7518#section-3.2>
const MIN_SECRET_LEN: usize = 32;

/// Tells tokens that were made with it.
pub(crate) struct Key {
    key: DecodingKey,
    validation: Validation,
}

/// Makes tokens.
pub(crate) struct Pen {
    key: EncodingKey,
    algorithm: Algorithm,
}

/// A file that gives no key.
#[derive(Debug)]
pub struct KeyError {
    file: PathBuf,
    what: Broken,
}

#[derive(Debug)]
enum Broken {
    Unreadable(io::Error),
    Short,
    NoEd25519(&'static str),
}

impl Key {
    /// A secret, for HS256.
    pub(crate) fn from_secret(file: &Path) -> Result<Self, KeyError> {
        Ok(Self::new(DecodingKey::from_secret(&read_secret(file)?), Algorithm::HS256))
    }

    /// A public key of Ed25519 in a PEM file, for EdDSA.
    pub(crate) fn from_public_key(file: &Path) -> Result<Self, KeyError> {
        let key = DecodingKey::from_ed_pem(&read(file)?);
        Ok(Self::new(key.map_err(|_| broken(file, Broken::NoEd25519("public")))?, Algorithm::EdDSA))
    }

    /// Any key that tokens of one algorithm are told by.
    pub(crate) fn new(key: DecodingKey, algorithm: Algorithm) -> Self {
        let mut validation = Validation::new(algorithm);
        // What the claims say is judged by `claims`.
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        Self { key, validation }
    }

    /// What a token says, if it was made with this key.
    pub(crate) fn verify(&self, token: &str) -> Result<Claims, Denied> {
        let claims =
            decode::<Value>(token, &self.key, &self.validation).map_err(|error| match error.kind() {
                ErrorKind::InvalidAudience => Denied::Unclear,
                _ => Denied::Forged,
            })?;
        serde_json::from_value(claims.claims).map_err(|_| Denied::Unclear)
    }
}

impl Pen {
    /// A secret, for HS256.
    pub(crate) fn from_secret(file: &Path) -> Result<Self, KeyError> {
        Ok(Self { key: EncodingKey::from_secret(&read_secret(file)?), algorithm: Algorithm::HS256 })
    }

    /// A private key of Ed25519 in a PEM file, for EdDSA.
    pub(crate) fn from_private_key(file: &Path) -> Result<Self, KeyError> {
        let key = EncodingKey::from_ed_pem(&read(file)?);
        let key = key.map_err(|_| broken(file, Broken::NoEd25519("private")))?;
        Ok(Self { key, algorithm: Algorithm::EdDSA })
    }

    /// Makes a token; `None` if the key is of no use after all.
    pub(crate) fn sign(&self, claims: &Claims) -> Option<String> {
        encode(&Header::new(self.algorithm), claims, &self.key).ok()
    }
}

fn read(file: &Path) -> Result<Vec<u8>, KeyError> {
    fs::read(file).map_err(|error| broken(file, Broken::Unreadable(error)))
}

/// Line breaks at the end belong to the editor, not to the secret.
fn read_secret(file: &Path) -> Result<Vec<u8>, KeyError> {
    let secret = read(file)?.trim_ascii_end().to_vec();
    if secret.len() < MIN_SECRET_LEN { Err(broken(file, Broken::Short)) } else { Ok(secret) }
}

fn broken(file: &Path, what: Broken) -> KeyError {
    KeyError { file: file.into(), what }
}

impl fmt::Display for KeyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match &self.what {
            Broken::Unreadable(error) => write!(out, "{file} cannot be read: {error}"),
            Broken::Short => write!(
                out,
                "{file} holds fewer than {MIN_SECRET_LEN} bytes, which can be guessed: make one by openssl rand -hex 32"
            ),
            Broken::NoEd25519(half) => write!(
                out,
                "{file} is no {half} key of Ed25519 in PEM form: make a pair by openssl genpkey -algorithm ed25519"
            ),
        }
    }
}

impl Error for KeyError {}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Key").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use tempfile::NamedTempFile;

    /// `openssl genpkey -algorithm ed25519`, and `openssl pkey -pubout` of it.
    const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIDuL48TPIqO10V3xeit8vEFi1kxLKO3Uld3i6oOT+XIr\n-----END PRIVATE KEY-----\n";
    const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAhfzaVzymbYEserF0bM9Cxer27Uobj33yxjfkmF672Fk=\n-----END PUBLIC KEY-----\n";

    fn file(text: &str) -> NamedTempFile {
        let mut file = NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        file
    }

    fn claims() -> Claims {
        serde_json::from_str(r#"{"name":"lobby","role":"view","exp":1800000000}"#).expect("claims")
    }

    #[test]
    fn a_token_is_told_by_the_key_that_it_was_made_with() {
        let secret = file(&"s".repeat(32));
        let same = file(&format!("{}\n", "s".repeat(32)));
        let other = file(&"o".repeat(32));
        let pair = (file(PRIVATE), file(PUBLIC));
        let by_secret = Pen::from_secret(secret.path()).expect("a pen").sign(&claims()).expect("a token");
        let by_pair = Pen::from_private_key(pair.0.path()).expect("a pen").sign(&claims()).expect("a token");
        let shared = Key::from_secret(same.path()).expect("a key");
        let public = Key::from_public_key(pair.1.path()).expect("a key");
        assert_eq!(shared.verify(&by_secret), Ok(claims()));
        assert_eq!(public.verify(&by_pair), Ok(claims()));
        for (key, token) in [
            (&shared, by_pair.as_str()),
            (&public, &by_secret),
            (&Key::from_secret(other.path()).expect("a key"), &by_secret),
            (&shared, ""),
            (&shared, "a.b.c"),
            // {"alg":"none"}, the oldest trick
            (&shared, "eyJhbGciOiJub25lIn0.eyJuYW1lIjoiYSIsInJvbGUiOiJ2aWV3IiwiZXhwIjoxODAwMDAwMDAwfQ."),
        ] {
            assert_eq!(key.verify(token), Err(Denied::Forged), "{token}");
        }
        // The public key as a secret, the second oldest.
        let confused =
            Pen::from_secret(pair.1.path()).expect("long enough").sign(&claims()).expect("a token");
        assert_eq!(public.verify(&confused), Err(Denied::Forged));
    }

    #[test]
    fn a_good_signature_under_other_claims_is_unclear() {
        let secret = file(&"s".repeat(32));
        let key = EncodingKey::from_secret("s".repeat(32).as_bytes());
        let shared = Key::from_secret(secret.path()).expect("a key");
        for claims in [
            serde_json::json!({ "name": "lobby", "role": "view" }),
            serde_json::json!({ "name": "lobby", "role": "view", "exp": 1_800_000_000, "aud": "another service" }),
        ] {
            let token = encode(&Header::new(Algorithm::HS256), &claims, &key).expect("a token");
            assert_eq!(shared.verify(&token), Err(Denied::Unclear), "{claims}");
        }
    }

    #[test]
    fn a_file_that_gives_no_key_is_told_about() {
        let said = |error: Option<KeyError>| error.expect("an error").to_string();
        let nothing = Path::new("/nonexistent/secret");
        assert!(said(Key::from_secret(nothing).err()).starts_with("/nonexistent/secret cannot be read"));
        assert!(said(Key::from_secret(file("short\n").path()).err()).contains("openssl rand -hex 32"));
        assert!(said(Key::from_public_key(file(PRIVATE).path()).err()).contains("no public key of Ed25519"));
        assert!(said(Pen::from_private_key(file("x").path()).err()).contains("no private key of Ed25519"));
    }
}
