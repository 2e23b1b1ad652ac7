//! An account as stored: the document that everybody may see parts of, and the credential that nobody sees.

use std::collections::BTreeSet;
use std::sync::Arc;

use gridfolio_db::Session;
use gridfolio_wire::identity::{Access, Restriction, User, YesNo};
use gridfolio_wire::{PortfolioId, UserId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::catalogue::service as catalogue;
use crate::kit::access::{Area, Days, FromPath, Groups, Limits, PathParams, Person, Scope, Verb};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::rows::{self, Table, parsed};
use crate::kit::stored::{Document, Kind, Stored};

/// Members of an account that its owner neither sees in the profile nor sets.
pub const ADMINISTERED: [&str; 4] = ["id", "userType", "access", "groups"];

impl Kind for User {
    type Key = UserId;
    const KIND: &'static str = "user";
    const AREA: Area = Area::People;

    fn asset(key: &UserId) -> String {
        key.to_string()
    }

    fn project(_: &UserId) -> Option<&str> {
        None
    }
}

impl Table for User {
    const TABLE: &'static str = "app_user";
    const KEY: &'static [&'static str] = &["id"];

    fn key_columns(key: &UserId) -> Vec<&str> {
        vec![key.as_str()]
    }

    fn key_of(columns: &[String]) -> Result<UserId, String> {
        parsed(columns, 0)
    }
}

impl FromPath for User {
    async fn from_path(path: &PathParams, session: &mut Session) -> ApiResult<Stored<Self>> {
        rows::get(session, &path.known("userId", "user")?).await
    }

    /// Everybody knows of themselves; of others who may see accounts.
    fn is_visible_to(user: &Stored<Self>, person: &Person) -> bool {
        user.key == person.id || person.may(Area::People, Verb::Read)
    }
}

/// What a person proves themselves with. Nothing of it is in a document, a log or an answer.
#[derive(Clone, Default)]
pub struct Credential {
    /// Argon2id, in PHC text form.
    pub password_hash: String,
    /// Rises with every change of the password or of the second factor.
    pub epoch: i64,
    /// Until when a password that somebody else has set holds, ms; `None` for an own one.
    pub temporary_until: Option<i64>,
    /// Salt of SRP, hex.
    pub srp_salt: Option<String>,
    /// Verifier of SRP, sealed.
    pub srp_verifier: Option<Vec<u8>>,
    /// Secret of a second factor that was asked for but is not proven, sealed.
    pub totp_pending: Option<Vec<u8>>,
    /// Secret of the second factor, sealed.
    pub totp_secret: Option<Vec<u8>>,
    /// Whether sign-in asks for the second factor.
    pub totp_on: bool,
    /// The last time step whose code was used.
    pub totp_step: i64,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

/// A person's account.
#[derive(Debug, Clone)]
pub struct Account {
    /// Who they are, what they may do.
    pub user: Stored<User>,
    /// What they prove themselves with.
    pub credential: Credential,
}

/// First and last name.
pub fn name(user: &Stored<User>) -> String {
    let part = |name| user.text_member(name).unwrap_or_default();
    format!("{} {}", part("firstName"), part("lastName")).trim().to_owned()
}

/// The address they sign in with.
pub fn email(user: &Stored<User>) -> &str {
    user.text_member("email").unwrap_or_default()
}

/// The zone that dates about them are read in: theirs, or UTC.
pub fn zone(user: &Stored<User>) -> TimeZone {
    user.text_member("timezone").and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

/// Their groups.
pub fn groups(user: &Stored<User>) -> Groups {
    let words = user.document.get("groups").and_then(Value::as_array);
    Groups::from_words(words.into_iter().flatten().filter_map(Value::as_str))
}

/// The document with other groups, in their order.
pub fn with_groups(document: &Document, groups: Groups) -> Document {
    let mut document = document.clone();
    document.insert("groups".to_owned(), groups.words().into());
    document
}

/// A document behind its id.
pub fn with_id(id: &str, document: &Document) -> Document {
    let mut shown = Document::new();
    shown.insert("id".to_owned(), id.into());
    shown.extend(document.clone());
    shown
}

/// What somebody sees of an account: without projects and portfolios that they do not see themselves.
pub fn seen(user: &Stored<User>, scope: &Scope) -> Document {
    let mut document = with_id(user.key.as_str(), &user.document);
    hide_unseen(&mut document, scope);
    document
}

/// Takes projects and portfolios that somebody does not see out of an account's document.
pub fn hide_unseen(document: &mut Document, scope: &Scope) {
    let Some(Value::Object(access)) = document.get_mut("access") else { return };
    if let Some(Value::Array(codes)) = access.get_mut("projects") {
        codes.retain(|code| code.as_str().is_some_and(|code| scope.sees(code)));
    }
    if let Some(Value::Array(ids)) = access.get_mut("portfolios") {
        ids.retain(|id| id.as_str().is_some_and(|id| scope.sees_portfolio(id, [])));
    }
}

/// What their owner sees of an account.
pub fn profile(user: &Stored<User>) -> Document {
    let mut document = user.document.clone();
    document.retain(|name, _| !ADMINISTERED.contains(&name.as_str()));
    document
}

/// What is kept from a person. An account whose restrictions cannot be read opens nothing.
pub fn access(user: &Stored<User>) -> ApiResult<Option<Access>> {
    let Some(value) = user.document.get("access") else { return Ok(None) };
    serde_json::from_value(value.clone())
        .map(Some)
        .map_err(|e| ApiError::internal(format!("stored access of {}: {e}", user.key)))
}

/// Whether files are kept from them.
pub fn prevents_download(access: Option<&Access>) -> bool {
    access.is_some_and(|access| access.prevent_download == YesNo::Yes)
}

/// On which days they may call.
pub fn days(access: Option<&Access>) -> Days {
    access.map_or_else(Days::default, |access| Days {
        first: access.start_date.clone(),
        last: access.end_date.clone(),
    })
}

/// Why they may not call at this moment, if they may not.
pub fn outside_window(user: &Stored<User>, access: Option<&Access>, now: Timestamp) -> Option<String> {
    let access = access?;
    // Dates of this form are in order of their text.
    let today = now.to_zoned(zone(user)).date().to_string();
    if let Some(first) = access.start_date.as_ref().filter(|first| today < **first) {
        return Some(format!("your access begins on {first}"));
    }
    let last = access.end_date.as_ref().filter(|last| today > **last)?;
    Some(format!("your access ended on {last}"))
}

/// What they see.
pub async fn scope(session: &mut Session, access: Option<&Access>) -> ApiResult<Scope> {
    let Some(access) = access else { return Ok(Scope::Everything) };
    let limits = match access.restrict_projects {
        Restriction::No => return Ok(Scope::Everything),
        Restriction::Yes => Limits {
            projects: access.projects.iter().flatten().cloned().collect(),
            portfolios: BTreeSet::new(),
        },
        Restriction::Portfolios => {
            let portfolios: BTreeSet<String> = access.portfolios.iter().flatten().cloned().collect();
            let ids: Vec<PortfolioId> = portfolios.iter().filter_map(|id| id.parse().ok()).collect();
            Limits { projects: catalogue::codes_of_portfolios(session, &ids).await?, portfolios }
        }
    };
    Ok(Scope::Only(Arc::new(limits)))
}

/// The form of an address that makes a person unique.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn user(document: &Value) -> Stored<User> {
        let id = "00000000-0000-4000-8000-000000000001".parse().unwrap();
        Stored::new(id, document.as_object().unwrap().clone())
    }

    #[test]
    fn the_window_is_of_whole_days_in_the_persons_zone() {
        let one = user(&json!({"timezone": "Pacific/Auckland",
            "access": {"startDate": "2025-06-16", "endDate": "2025-06-16", "preventDownload": "no", "restrictProjects": "no"}}));
        let access = access(&one).unwrap();
        let at = |text: &str| outside_window(&one, access.as_ref(), text.parse().unwrap());
        // Auckland is 12 hours ahead.
        assert_eq!(at("2025-06-15T11:59:59Z").unwrap(), "your access begins on 2025-06-16");
        assert_eq!((at("2025-06-15T12:00:00Z"), at("2025-06-16T11:59:59Z")), (None, None));
        assert_eq!(at("2025-06-16T12:00:00Z").unwrap(), "your access ended on 2025-06-16");
        assert_eq!(outside_window(&user(&json!({})), None, Timestamp::UNIX_EPOCH), None);
    }

    #[test]
    fn what_cannot_be_read_opens_nothing() {
        assert!(access(&user(&json!({"access": {"restrictProjects": "perhaps"}}))).is_err());
        assert!(groups(&user(&json!({"groups": "all"}))).words().is_empty());
    }

    #[test]
    fn a_profile_is_without_what_administrators_set() {
        let one = user(&json!({"email": "e", "userType": "t", "own": 1, "groups": ["export"], "access": {}}));
        assert_eq!(Value::Object(profile(&one)), json!({"email": "e", "own": 1}));
        assert_eq!(groups(&one).words(), ["export"]);
    }
}
