//! The name of a broadcast.

use std::{fmt, str::FromStr};

/// A broadcast's name: 1 to 8 parts joined by `/`, each `[A-Za-z0-9_][A-Za-z0-9_-]{0,63}`, at most 128
/// characters in all. So it is safe in a URL path, a file path and a NATS subject.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Box<str>);

/// A string that is no broadcast name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameError;

impl Name {
    /// The name as it stands in a URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        let parts = || name.as_bytes().split(|byte| *byte == b'/');
        let parts_fit = parts().count() <= 8 && parts().all(is_part);
        if name.len() <= 128 && parts_fit { Ok(Self(name.into())) } else { Err(NameError) }
    }
}

fn is_part(part: &[u8]) -> bool {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    part.len() <= 64 && part.first().is_some_and(word) && part.iter().all(|byte| word(byte) || *byte == b'-')
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As long as fits in the reason of a close frame.
        out.write_str(
            "a broadcast's name is up to 8 parts joined by '/', each 1 to 64 of A-Z a-z 0-9 _ - (not - first), \
             128 in all",
        )
    }
}

impl std::error::Error for NameError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_names_and_refuses_what_is_none() {
        let long_part = "a".repeat(64);
        for good in ["lobby", "a/b/c/d/e/f/g/h", "_x", "9-1", long_part.as_str()] {
            assert_eq!(good.parse::<Name>().map(|name| name.to_string()), Ok(good.to_owned()), "{good}");
        }
        let too_long_part = "a".repeat(65);
        let too_long = format!("{long_part}/{long_part}");
        let bad =
            ["", "/", "a/", "/a", "a//b", "-a", "a.b", "a*", "a>b", "ä", "a b", "a\n", "1/2/3/4/5/6/7/8/9"];
        for bad in bad.into_iter().chain([too_long_part.as_str(), too_long.as_str()]) {
            assert_eq!(bad.parse::<Name>(), Err(NameError), "{bad:?}");
        }
        assert!(NameError.to_string().len() <= 123, "the reason of a close frame holds no more");
    }
}
