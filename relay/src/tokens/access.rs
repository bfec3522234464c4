//! Who may publish and view what. Pure: time is an argument.

use super::key::Key;
use blobcast_wire::{Name, Role};
use std::fmt;

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    Missing,
    /// It was not made with our key, or is no token at all.
    Forged,
    /// It was made with our key, and does not say what we ask for.
    Unclear,
    Expired,
    Early,
    Name,
    Role,
}

/// The doorkeeper.
#[derive(Debug)]
pub(crate) struct Access {
    /// Without one, everybody may do everything.
    pub(crate) key: Option<Key>,
    /// Viewers need no token.
    pub(crate) public_view: bool,
}

impl Access {
    /// Viewers need no token.
    pub(crate) fn is_public(&self) -> bool {
        self.key.is_none() || self.public_view
    }

    /// Whether somebody may do this with a name at `now`, and until when, seconds since the Unix epoch; `None`: for ever.
    pub(crate) fn admit(
        &self,
        role: Role,
        name: &Name,
        token: Option<&str>,
        now: u64,
    ) -> Result<Option<u64>, Denied> {
        let Some(key) = &self.key else { return Ok(None) };
        if self.public_view && role == Role::View {
            return Ok(None);
        }
        let claims = key.verify(token.ok_or(Denied::Missing)?)?;
        claims.permit(role, name, now)?;
        Ok(Some(claims.exp))
    }
}

impl Denied {
    /// One word for it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Missing => "token-missing",
            Self::Forged => "token-forged",
            Self::Unclear => "token-unclear",
            Self::Expired => "token-expired",
            Self::Early => "token-early",
            Self::Name => "token-name",
            Self::Role => "token-role",
        }
    }
}

impl fmt::Display for Denied {
    /// As long as fits in the reason of a close frame.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Missing => "this relay asks for a token: give one with the option token",
            Self::Forged => "the token was not made with this relay's key",
            Self::Unclear => "the token lacks what the relay asks for: the claims name, role and exp",
            Self::Expired => "the token has expired: get a new one",
            Self::Early => "the token is not valid yet: is the clock right of whoever made it?",
            Self::Name => "the token is for another name",
            Self::Role => {
                "the token does not permit this: publishing needs the role publish, viewing the role view"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_key_everybody_may_do_everything() {
        let access = Access { key: None, public_view: false };
        let name = "a".parse().expect("a name");
        assert_eq!(access.admit(Role::Publish, &name, Some("whatever"), 1_800_000_000), Ok(None));
    }
}
