//! Why somebody may not go on, by what they can do about it. The words are those that the existing clients know.

use crate::kit::error::ApiError;

/// A refusal.
#[derive(Debug)]
pub enum Refusal {
    /// Wrong password, unknown person, ended session, closed account: told apart as little as they may be.
    NotAuthorized(&'static str),
    /// A code is wrong; the step waits for another.
    CodeMismatch(&'static str),
    /// The code has expired, or there is none.
    ExpiredCode,
    /// A code does not prove a second factor that is being set up.
    WrongSetUpCode,
    /// There is no second factor to check or to switch on.
    NoSecondFactor,
    /// A password that breaks the rule, with the rule.
    InvalidPassword(String),
    /// The request breaks a rule.
    InvalidParameter(String),
    /// Too many requests; later again.
    TooManyRequests,
    /// Too many attempts on one code.
    LimitExceeded,
    /// Our fault.
    Internal(ApiError),
}

/// Wrong password or unknown person.
pub const WRONG_PASSWORD: Refusal = Refusal::NotAuthorized("Incorrect username or password.");
/// A step that has expired, was used, or is not ours.
pub const WRONG_SESSION: Refusal = Refusal::NotAuthorized("Invalid session for the user.");
/// A wrong code of the second factor.
pub const WRONG_CODE: Refusal = Refusal::CodeMismatch("Invalid code received for user");
/// Outside the access window.
pub const CLOSED: Refusal = Refusal::NotAuthorized("User is disabled.");

impl Refusal {
    /// Name and message of the exception in Cognito's protocol; `None` for a fault of ours.
    pub fn exception(&self) -> Option<(&'static str, &str)> {
        Some(match self {
            Self::NotAuthorized(message) => ("NotAuthorizedException", message),
            Self::CodeMismatch(message) => ("CodeMismatchException", message),
            Self::ExpiredCode => {
                ("ExpiredCodeException", "Invalid code provided, please request a code again.")
            }
            Self::WrongSetUpCode => ("EnableSoftwareTokenMFAException", "Code mismatch"),
            Self::NoSecondFactor => {
                ("SoftwareTokenMFANotFoundException", "Software Token MFA has not been set up by the user.")
            }
            Self::InvalidPassword(rule) => ("InvalidPasswordException", rule),
            Self::InvalidParameter(rule) => ("InvalidParameterException", rule),
            Self::TooManyRequests => ("TooManyRequestsException", "Too many requests; try again later."),
            Self::LimitExceeded => {
                ("LimitExceededException", "Attempt limit exceeded, please try after some time.")
            }
            Self::Internal(_) => return None,
        })
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Internal(error)
    }
}

impl From<gridfolio_db::Error> for Refusal {
    fn from(error: gridfolio_db::Error) -> Self {
        Self::Internal(error.into())
    }
}
