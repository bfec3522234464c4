//! `blobcast-relay token`: makes a token, for tests and for those who have no server that makes them.

#![allow(rustdoc::bare_urls, reason = "these comments are the text of --help")]

use super::{
    claims::{Claims, Permitted, Roles, Scope},
    key::{KeyError, Pen},
};
use clap::Args;
use std::{
    error::Error,
    fmt,
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Makes a token and prints it.
///
/// Any other maker of JSON Web Tokens will do as well: HS256 or EdDSA over the claims name, role and exp.
#[derive(Args, Clone, Debug)]
#[command(group = clap::ArgGroup::new("key").required(true))]
pub struct Mint {
    /// The file with the secret that the relay has.
    #[arg(long, env = "BLOBCAST_TOKEN_SECRET", value_name = "FILE", group = "key")]
    token_secret: Option<PathBuf>,

    /// A PEM file with the private key of the Ed25519 pair whose public key the relay has.
    #[arg(long, env = "BLOBCAST_TOKEN_PRIVATE_KEY", value_name = "FILE", group = "key")]
    token_private_key: Option<PathBuf>,

    /// For which broadcast: a name, or all below one with school/*.
    #[arg(long)]
    name: Scope,

    /// What it permits. Repeatable.
    #[arg(long, required = true, value_enum, value_delimiter = ',')]
    role: Vec<Permitted>,

    /// How long it is good for, such as 90s, 15m, 1h or 7days.
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = humantime::parse_duration)]
    ttl: Duration,
}

/// Why there is no token.
#[derive(Debug)]
pub enum MintError {
    /// There is no key where one should be.
    Key(KeyError),
    /// The key makes no tokens.
    Sign,
}

impl Mint {
    /// Makes the token.
    ///
    /// # Errors
    /// There is no key, or it is of no use.
    pub fn token(&self) -> Result<String, MintError> {
        let pen = match (&self.token_private_key, &self.token_secret) {
            (Some(file), _) => Pen::from_private_key(file),
            (None, Some(file)) => Pen::from_secret(file),
            (None, None) => return Err(MintError::Sign),
        };
        let end = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().saturating_add(self.ttl);
        let role = match &self.role[..] {
            [one] => Roles::One(*one),
            some => Roles::Some(some.to_vec()),
        };
        let claims = Claims { name: self.name.clone(), role, exp: end.as_secs(), nbf: None };
        pen.map_err(MintError::Key)?.sign(&claims).ok_or(MintError::Sign)
    }
}

impl fmt::Display for MintError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(error) => error.fmt(out),
            Self::Sign => out.write_str(
                "this key makes no tokens: it takes a secret or the private key of an Ed25519 pair",
            ),
        }
    }
}

impl Error for MintError {}
