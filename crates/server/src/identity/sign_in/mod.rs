//! Signing in, whatever the protocol: passwords, SRP, second factors, forgotten passwords, and how often somebody may
//! be wrong.
//!
//! `flow` is the one way in; nothing else looks at a password or a code. Nothing here tells whether a name has an
//! account: not by words, not by statements, not by time. No secret is in a log, a row or an answer.

pub mod account;
pub mod flow;
pub mod lockout;
pub mod password_verifier;
pub mod person;
pub mod refusal;
pub mod reset;
pub mod second_factor;
pub mod secrets;
pub mod srp;
pub mod step;
pub mod store;
pub mod totp;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kit::stored::Document;

pub use refusal::Refusal;

/// How a password was proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// It was sent.
    Password,
    /// By SRP: it never left the client.
    Srp,
}

impl Method {
    /// The word in the log.
    pub fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Srp => "srp",
        }
    }
}

/// What a row of the log tells beside its word.
fn detail(members: Value) -> Document {
    match members {
        Value::Object(members) => members,
        _ => Document::new(),
    }
}
