//! A user as stored.

use gridfolio_wire::UserId;
use gridfolio_wire::identity::Profile;

use crate::kit::access::Role;
use crate::kit::stored::{Kind, Stored};

impl Kind for Profile {
    type Key = UserId;
    const KIND: &'static str = "profile";

    fn asset(key: &UserId) -> String {
        key.to_string()
    }

    fn project(_: &UserId) -> Option<&str> {
        None
    }
}

/// A person's account.
#[derive(Debug, Clone)]
pub struct User {
    /// Who they say they are.
    pub profile: Stored<Profile>,
    /// What they may do.
    pub role: Role,
    /// Argon2id, in PHC text form.
    pub password_hash: String,
}

impl User {
    /// First and last name.
    pub fn name(&self) -> String {
        let part = |name| self.profile.text_member(name).unwrap_or_default();
        format!("{} {}", part("firstName"), part("lastName")).trim().to_owned()
    }

    /// The address they sign in with.
    pub fn email(&self) -> &str {
        self.profile.text_member("email").unwrap_or_default()
    }
}

/// The form of an address that makes a person unique.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}
