//! Ids, each its own type, checked where they enter. A value of these types always keeps its rule.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An id that breaks its rule; the message names the kind, the value and the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadId(pub String);

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadId {}

fn quoted(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    format!("{short:?}{}", if short.len() < text.len() { "…" } else { "" })
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $rule:literal, $holds:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schema(value_type = String)]
        pub struct $name(String);

        impl $name {
            /// The text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                let holds: fn(&str) -> bool = $holds;
                if holds(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(BadId([$what, " ", &quoted(text), " must ", $rule].concat()))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

fn short(text: &str, most: usize, allowed: fn(u8) -> bool) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(allowed)
}

fn upper_or_digit(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn uuid_like(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_digit() || (b'a'..=b'f').contains(&b),
        })
}

text_id!(
    /// The code of a project: its id, opaque and case-sensitive.
    ProjectCode, "project code", "match ^[A-Za-z0-9_-]{1,20}$",
    |t| short(t, 20, |b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
);
text_id!(
    /// The code of a site within its project.
    SiteCode, "site code", "match ^[A-Z0-9]{1,12}$", |t| short(t, 12, upper_or_digit)
);
text_id!(
    /// The code of a system within its site.
    SystemCode, "system code", "match ^[A-Z0-9]{1,12}$", |t| short(t, 12, upper_or_digit)
);
text_id!(
    /// The id of a portfolio, a UUID.
    PortfolioId, "portfolio id", "be a UUID in lower case", uuid_like
);
text_id!(
    /// The immutable id of a user, a UUID.
    UserId, "user id", "be a UUID in lower case", uuid_like
);
text_id!(
    /// The id of a type of users, a UUID.
    UserTypeId, "user type id", "be a UUID in lower case", uuid_like
);
text_id!(
    /// The id of a person's notification, a UUID.
    NotificationId, "notification id", "be a UUID in lower case", uuid_like
);
text_id!(
    /// The id of an access token for a machine, a UUID.
    AccessTokenId, "access token id", "be a UUID in lower case", uuid_like
);
text_id!(
    /// The id of a signed-in session, a UUID.
    SessionId, "session id", "be a UUID in lower case", uuid_like
);
text_id!(
    /// The id of an event, a UUID.
    EventId, "event id", "be a UUID in lower case", uuid_like
);
text_id!(
    /// The name of a stored version of a pro forma.
    VersionName, "version", "have 1 to 100 characters, none of them a control character",
    |t| !t.is_empty() && t.chars().count() <= 100 && !t.chars().any(char::is_control)
);
text_id!(
    /// The id of a source of measurements: by convention `/{project}/{site}/{system}/{KIND}/{n}`.
    SourceId, "source id", "have 1 to 64 characters, none of them a control character",
    |t| !t.is_empty() && t.chars().count() <= 64 && !t.chars().any(char::is_control)
);

/// The parts of a source id that follows the convention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePath {
    /// The project that the source belongs to.
    pub project: ProjectCode,
    /// The site within it.
    pub site: SiteCode,
    /// The system within that.
    pub system: SystemCode,
    /// `GEN`, `INV`, `CON`, `PYR`, `WEA`, …, as written.
    pub kind: String,
    /// What follows the kind: the device's number or name, possibly with further segments.
    pub device: String,
}

impl SourceId {
    /// Splits a conventional source id; the message says which part breaks which rule.
    pub fn path(&self) -> Result<SourcePath, BadId> {
        let parts: Vec<&str> = self.0.split('/').collect();
        let ["", project, site, system, kind, device @ ..] = parts.as_slice() else {
            return Err(self.unconventional());
        };
        if kind.is_empty() || device.is_empty() || device.iter().any(|part| part.is_empty()) {
            return Err(self.unconventional());
        }
        Ok(SourcePath {
            project: project.parse()?,
            site: site.parse()?,
            system: system.parse()?,
            kind: (*kind).to_owned(),
            device: device.join("/"),
        })
    }

    fn unconventional(&self) -> BadId {
        BadId(format!("source id {} must have the form /PROJECT/SITE/SYSTEM/KIND/NUMBER", quoted(&self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_keep_their_rules() {
        assert!("OldLyme".parse::<ProjectCode>().is_ok());
        assert!("0193".parse::<ProjectCode>().is_ok());
        assert!("a b".parse::<ProjectCode>().is_err());
        assert!("".parse::<ProjectCode>().is_err());
        assert!("123456789012345678901".parse::<ProjectCode>().is_err());
        let bad = "s1".parse::<SiteCode>().unwrap_err();
        assert_eq!(bad.to_string(), "site code \"s1\" must match ^[A-Z0-9]{1,12}$");
    }

    #[test]
    fn a_source_id_splits_into_its_parts() {
        let path = "/SERF/S1/R1/GEN/1".parse::<SourceId>().unwrap().path().unwrap();
        assert_eq!((path.project.as_str(), path.kind.as_str(), path.device.as_str()), ("SERF", "GEN", "1"));
        assert!("/SERF/S1/R1/GEN".parse::<SourceId>().unwrap().path().is_err());
        assert!("SERF/S1/R1/GEN/1".parse::<SourceId>().unwrap().path().is_err());
        assert!("/SERF/s1/R1/GEN/1".parse::<SourceId>().unwrap().path().is_err());
        assert!("x".repeat(65).parse::<SourceId>().is_err());
    }
}
