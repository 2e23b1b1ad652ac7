//! What a message is.

use serde::{Deserialize, Serialize};

use crate::messages::words::one_line;

/// Most characters of a subject.
const SUBJECT: usize = 150;

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Mail.
    Email,
    /// A text message to a telephone.
    Sms,
}

impl Channel {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    /// From the word in the database.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Email, Self::Sms].into_iter().find(|channel| channel.word() == word)
    }
}

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A person was invited; it holds a temporary password.
    Invitation,
    /// A person forgot the password; it holds a code.
    PasswordReset,
    /// A person's second factor was reset.
    MfaReset,
    /// A person's mail address is another one now; it goes to the old one.
    AddressChange,
    /// Something that a person wants to be told of has happened.
    Alert,
    /// A person says something to those who run the server.
    Feedback,
    /// A person cannot help themselves and must ask an administrator.
    AskAdministrator,
}

impl Purpose {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordReset => "password-reset",
            Self::MfaReset => "mfa-reset",
            Self::AddressChange => "address-change",
            Self::Alert => "alert",
            Self::Feedback => "feedback",
            Self::AskAdministrator => "ask-administrator",
        }
    }
}

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A job will send it.
    Waiting,
    /// It was handed on; what it said is erased.
    Sent,
    /// There is no way to send it; an administrator hands it on.
    Kept,
    /// It could not be sent.
    Failed,
}

impl State {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Kept => "kept",
            Self::Failed => "failed",
        }
    }
}

/// A message to a person, ready to be sent.
#[derive(Clone)]
pub struct Message {
    /// What it is for.
    pub purpose: Purpose,
    /// How it travels.
    pub channel: Channel,
    /// What only the recipient may read.
    pub content: Content,
}

/// Whom a message is for and what it says; sealed in the database.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Address or telephone number.
    pub to: String,
    /// One line; not part of a text message.
    pub subject: String,
    /// Plain text, lines ended by `\n`.
    pub text: String,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("purpose", &self.purpose)
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

impl Message {
    /// A mail. The subject is made one line, whatever is in it.
    pub fn mail(purpose: Purpose, to: &str, subject: &str, text: String) -> Self {
        let content = Content { to: to.to_owned(), subject: one_line(subject, SUBJECT), text };
        Self { purpose, channel: Channel::Email, content }
    }

    /// A text message.
    pub fn sms(purpose: Purpose, to: &str, text: String) -> Self {
        let content = Content { to: to.to_owned(), subject: String::new(), text };
        Self { purpose, channel: Channel::Sms, content }
    }
}
