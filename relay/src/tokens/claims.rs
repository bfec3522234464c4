//! What a token says, and whether that permits what somebody asks for. Pure: time is an argument.

use super::access::Denied;
use blobcast_wire::{Name, NameError, Role};
use serde::{Deserialize, Serialize};

/// How far the clock of whoever made a token may be ahead of this one, seconds.
const NBF_LEEWAY: u64 = 60;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// Of which broadcasts.
    pub(crate) name: Scope,
    /// What it permits.
    pub(crate) role: Roles,
    /// Until when, seconds since the Unix epoch.
    pub(crate) exp: u64,
    /// From when on, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nbf: Option<u64>,
}

/// One broadcast, or with `lobby/*` all whose names begin with `lobby/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Scope {
    Exactly(Name),
    Below(Name),
}

/// A role or a list of roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Roles {
    One(Permitted),
    Some(Vec<Permitted>),
}

/// What may be permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Permitted {
    /// To broadcast.
    Publish,
    /// To watch.
    View,
}

impl Claims {
    /// Whether it permits this with a name at `now`, seconds since the Unix epoch.
    pub(crate) fn permit(&self, role: Role, name: &Name, now: u64) -> Result<(), Denied> {
        if now >= self.exp {
            return Err(Denied::Expired);
        }
        if self.nbf.is_some_and(|nbf| nbf > now.saturating_add(NBF_LEEWAY)) {
            return Err(Denied::Early);
        }
        if !self.name.holds(name) {
            return Err(Denied::Name);
        }
        if self.role.holds(role) { Ok(()) } else { Err(Denied::Role) }
    }
}

impl Scope {
    fn holds(&self, name: &Name) -> bool {
        match self {
            Self::Exactly(only) => only == name,
            Self::Below(prefix) => {
                name.as_str().strip_prefix(prefix.as_str()).is_some_and(|rest| rest.starts_with('/'))
            }
        }
    }
}

impl Roles {
    fn holds(&self, role: Role) -> bool {
        let wanted = match role {
            Role::Publish => Permitted::Publish,
            Role::View => Permitted::View,
        };
        match self {
            Self::One(one) => *one == wanted,
            Self::Some(some) => some.contains(&wanted),
        }
    }
}

impl std::str::FromStr for Scope {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_suffix("/*") {
            Some(prefix) => prefix.parse().map(Self::Below),
            None => text.parse().map(Self::Exactly),
        }
    }
}

impl TryFrom<String> for Scope {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Exactly(name) => name.to_string(),
            Scope::Below(prefix) => format!("{prefix}/*"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use blobcast_wire::Endpoint;

    const NOW: u64 = 1_800_000_000;

    fn claims(json: &str) -> Claims {
        serde_json::from_str(json).expect(json)
    }

    /// What a socket at this path would have to be permitted.
    fn permit(claims: &Claims, path: &str) -> Result<(), Denied> {
        let Endpoint { role, name, .. } = Endpoint::parse(path).expect(path);
        claims.permit(role, &name, NOW)
    }

    #[test]
    fn a_token_permits_its_names_and_roles_for_its_time() {
        let viewer = r#"{"name":"lobby","role":"view","exp":1800000001}"#;
        let both = r#"{"name":"school/*","role":["publish","view"],"exp":1800000001,"sub":"ann"}"#;
        for (token, path, verdict) in [
            (viewer, "/view/lobby/blob", Ok(())),
            (viewer, "/publish/lobby/blob", Err(Denied::Role)),
            (viewer, "/view/lobby/2/blob", Err(Denied::Name)),
            (viewer, "/view/Lobby/blob", Err(Denied::Name)),
            (both, "/publish/school/1/chunk", Ok(())),
            (both, "/view/school/1/2/chunk", Ok(())),
            (both, "/view/school/chunk", Err(Denied::Name)),
            (both, "/view/schools/1/chunk", Err(Denied::Name)),
        ] {
            assert_eq!(permit(&claims(token), path), verdict, "{token} {path}");
        }
        let of = |times: &str| claims(&format!(r#"{{"name":"a","role":"view",{times}}}"#));
        let permit = |times: &str| permit(&of(times), "/view/a/blob");
        assert_eq!(permit(r#""exp":1800000000"#), Err(Denied::Expired));
        assert_eq!(permit(r#""exp":1900000000,"nbf":1800000060"#), Ok(()));
        assert_eq!(permit(r#""exp":1900000000,"nbf":1800000061"#), Err(Denied::Early));
    }

    #[test]
    fn claims_that_say_less_or_something_else_are_none() {
        for json in [
            r#"{"role":"view","exp":1}"#,
            r#"{"name":"a","exp":1}"#,
            r#"{"name":"a","role":"view"}"#,
            r#"{"name":"*","role":"view","exp":1}"#,
            r#"{"name":"a*","role":"view","exp":1}"#,
            r#"{"name":"a.b","role":"view","exp":1}"#,
            r#"{"name":"a","role":"admin","exp":1}"#,
            r#"{"name":"a","role":"view","exp":-1}"#,
        ] {
            assert!(serde_json::from_str::<Claims>(json).is_err(), "{json}");
        }
    }
}
