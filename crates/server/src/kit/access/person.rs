//! Who calls, as their credentials say at this moment.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use gridfolio_wire::{SessionId, UserId};

use crate::app::App;
use crate::kit::access::policy::{self, Area, Rights, Verb};
use crate::kit::access::scope::Scope;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::facts::Facts;

/// What a person proved themselves with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A token of a session that they signed in to.
    Session(SessionId),
    /// A token for machines, by its id.
    AccessToken(String),
    /// A token of another issuer that is trusted.
    Outside,
}

/// The days on which somebody may call, as the text of dates (`2025-06-30`); `None` is without end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Days {
    /// The first one.
    pub first: Option<String>,
    /// The last one.
    pub last: Option<String>,
}

impl Days {
    /// Whether others lie within these. Each is in the zone of its person: what is compared is what was written.
    pub fn covers(&self, other: &Self) -> bool {
        // Dates of this form are in order of their text.
        let begins = |own: &String| other.first.as_ref().is_some_and(|first| first >= own);
        let ends = |own: &String| other.last.as_ref().is_some_and(|last| last <= own);
        self.first.as_ref().is_none_or(begins) && self.last.as_ref().is_none_or(ends)
    }
}

/// A person, with what they may do and see now.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// First and last name.
    pub name: String,
    /// What they may do.
    pub rights: Rights,
    /// What they see.
    pub scope: Scope,
    /// On which days they may call.
    pub days: Days,
    /// How they proved who they are.
    pub proof: Proof,
    /// Where they call from, as far as it is proven.
    pub address: Option<IpAddr>,
}

impl Person {
    /// Whether they may, by the policy.
    pub fn may(&self, area: Area, verb: Verb) -> bool {
        policy::allows(&self.rights, area, verb)
    }

    /// 403 unless they may.
    pub fn check(&self, area: Area, verb: Verb) -> ApiResult<()> {
        if self.may(area, verb) {
            Ok(())
        } else {
            Err(ApiError::Forbidden(policy::refusal(&self.rights, verb).to_owned()))
        }
    }
}

/// Who a change is written down for, and what of it they see.
#[derive(Debug, Clone)]
pub struct Actor {
    /// A user's id, or the name of a command.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Where it was asked for.
    pub address: Option<IpAddr>,
    /// What they see.
    pub scope: Scope,
}

impl Actor {
    /// A command run on the machine itself, which sees everything.
    pub fn command(name: &str) -> Self {
        Self {
            id: format!("command:{name}"),
            name: format!("gridfolio {name}"),
            address: None,
            scope: Scope::Everything,
        }
    }

    /// Somebody by id and name, where what they see does not matter.
    pub fn named(id: &str, name: &str, address: Option<IpAddr>) -> Self {
        Self { id: id.to_owned(), name: name.to_owned(), address, scope: Scope::Everything }
    }
}

impl From<&Person> for Actor {
    fn from(person: &Person) -> Self {
        Self {
            id: person.id.to_string(),
            name: person.name.clone(),
            address: person.address,
            scope: person.scope.clone(),
        }
    }
}

/// Who calls.
#[derive(Debug, Clone)]
pub enum Caller {
    /// Nobody said.
    Anonymous,
    /// A person who is known.
    Person(Box<Person>),
}

impl Caller {
    /// The person, or 401.
    pub fn person(self) -> ApiResult<Person> {
        match self {
            Self::Person(person) => Ok(*person),
            Self::Anonymous => Err(ApiError::Unauthorized(
                "sign in first: send the id token in the header Authorization".to_owned(),
            )),
        }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let Some(value) = parts.headers.get(header::AUTHORIZATION) else { return Ok(Self::Anonymous) };
        let text = value.to_str().unwrap_or_default().trim();
        let token = match text.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => text,
        };
        let address = Facts::of(&parts.extensions).and_then(|facts| facts.origin().address);
        let person = crate::identity::service::authenticate(app, token, address).await?;
        Facts::note_user(&parts.extensions, &person.id);
        Ok(Self::Person(Box::new(person)))
    }
}
