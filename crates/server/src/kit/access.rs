//! Who calls, and may they. The only way to a loaded thing is through the check.
//!
//! An operation asks in its signature: `Can<Read, Project>`, `Can<Edit, Site>`, `Can<CreateIn, Site>`,
//! `May<CreateProject>`, `Visible<Project>`. The rule itself is one function, [`allows`]. A thing that the caller may
//! not see does not exist for them (404); one that they see but may not change is 403; without credentials
//! everything that is not public is 401.

use std::marker::PhantomData;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::header;
use axum::http::request::Parts;
use gridfolio_db::{ReadTx, Session};
use gridfolio_wire::{SessionId, UserId};

use crate::app::App;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::facts::Facts;
use crate::kit::if_match::IfMatch;
use crate::kit::stored::{Kind, Stored};
use crate::kit::tx::Tx;

/// What people may do. Until there are groups, there are these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    Administrator,
    /// Reads everything, edits the own profile.
    User,
}

impl Role {
    /// The word in the database and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::User => "user",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Administrator, Self::User].into_iter().find(|role| role.word() == word)
    }
}

/// A signed-in person, as their session says now.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// First and last name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The session that the token belongs to.
    pub session: SessionId,
}

/// Who a change is written down for.
#[derive(Debug, Clone)]
pub struct Actor {
    /// A user's id, or the name of a command.
    pub id: String,
    /// Name for people.
    pub name: String,
}

impl Actor {
    /// A command run on the machine itself.
    pub fn command(name: &str) -> Self {
        Self { id: format!("command:{name}"), name: format!("gridfolio {name}") }
    }
}

impl From<&Person> for Actor {
    fn from(person: &Person) -> Self {
        Self { id: person.id.to_string(), name: person.name.clone() }
    }
}

/// Who calls.
#[derive(Debug, Clone)]
pub enum Caller {
    /// Nobody said.
    Anonymous,
    /// A signed-in person.
    Person(Person),
}

impl Caller {
    /// The person, or 401.
    pub fn person(&self) -> ApiResult<&Person> {
        match self {
            Self::Person(person) => Ok(person),
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
        let person = crate::identity::service::authenticate(app, token).await?;
        Facts::note_user(&parts.extensions, &person.id);
        Ok(Self::Person(person))
    }
}

/// What a caller wants to do with a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// See it.
    Read,
    /// Change or remove it.
    Edit,
    /// Make it, or something in it.
    Create,
    /// Change what belongs to it, not the thing itself.
    EditIn,
    /// See its history.
    ReadAudit,
    /// See other people's accounts.
    ReadPeople,
    /// See or change the own account.
    Own,
}

/// A wish as a type, for signatures.
pub trait Action {
    /// The wish.
    const WISH: Wish;
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident => $wish:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl Action for $name { const WISH: Wish = Wish::$wish; }
    )+};
}
actions! {
    /// See it.
    Read => Read;
    /// Change or remove it.
    Edit => Edit;
    /// Make a child in it.
    CreateIn => Create;
    /// Change or remove what belongs to it. `If-Match` is not about the thing itself then.
    EditIn => EditIn;
    /// Make a project.
    CreateProject => Create;
    /// Make a portfolio.
    CreatePortfolio => Create;
    /// Make an event.
    CreateEvent => Create;
    /// See its history.
    ReadAudit => ReadAudit;
    /// See other people's accounts.
    ReadPeople => ReadPeople;
    /// The own account.
    Own => Own;
}

/// The policy: the one place that decides.
pub fn allows(role: Role, wish: Wish) -> bool {
    match role {
        Role::Administrator => true,
        Role::User => match wish {
            Wish::Read | Wish::ReadAudit | Wish::Own => true,
            Wish::Edit | Wish::Create | Wish::EditIn | Wish::ReadPeople => false,
        },
    }
}

/// A wish's verdict for a caller.
fn check(caller: &Caller, wish: Wish) -> ApiResult<Person> {
    let person = caller.person()?;
    if allows(person.role, wish) {
        Ok(person.clone())
    } else {
        Err(ApiError::Forbidden(refusal(wish).to_owned()))
    }
}

fn refusal(wish: Wish) -> &'static str {
    match wish {
        Wish::Edit | Wish::Create | Wish::EditIn => "your account may see this, but not change it",
        Wish::Read | Wish::ReadAudit | Wish::ReadPeople | Wish::Own => "your account may not see this",
    }
}

/// A thing that can be loaded by the parameters of a path.
pub trait Load: Sized + Send {
    /// Loads it through its parents; `Err` with 404 says which of them is missing.
    fn load(path: &PathParams, session: &mut Session) -> impl Future<Output = ApiResult<Self>> + Send;

    /// 404 for a person who may not know of the thing, in the words for one that is not there.
    fn visible_to(&self, _person: &Person) -> ApiResult<()> {
        Ok(())
    }

    /// The validator that `If-Match` is compared with, if the thing has one.
    fn etag(&self) -> Option<String> {
        None
    }
}

/// The decoded parameters of the path.
#[derive(Debug, Clone)]
pub struct PathParams(Vec<(String, String)>);

impl PathParams {
    /// A parameter as text.
    pub fn text(&self, name: &str) -> ApiResult<&str> {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
            .ok_or_else(|| ApiError::internal(format!("the path has no {{{name}}}")))
    }

    /// A parameter as an id. An id that breaks its rule cannot exist: 404.
    pub fn known<T: std::str::FromStr>(&self, name: &str, what: &str) -> ApiResult<T> {
        let text = self.text(name)?;
        text.parse().map_err(|_| ApiError::NotFound(format!("there is no {what} {text:?}")))
    }

    /// A parameter as the id of something new: one that breaks its rule is a fault of the request.
    pub fn new_id<T: std::str::FromStr<Err = gridfolio_wire::BadId>>(&self, name: &str) -> ApiResult<T> {
        Ok(self.text(name)?.parse()?)
    }
}

impl FromRequestParts<App> for PathParams {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let raw = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|_| ApiError::bad("the path must be percent-encoded UTF-8"))?;
        Ok(Self(raw.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }
}

/// A loaded thing that the caller may act on, and the snapshot it was read in.
#[derive(Debug)]
pub struct Can<A, R> {
    /// The thing.
    pub resource: R,
    /// Who acts.
    pub person: Person,
    /// The snapshot; further reads of the same answer belong here.
    pub snapshot: ReadTx,
    path: PathParams,
    action: PhantomData<A>,
}

impl<A: Action, R: Load> FromRequestParts<App> for Can<A, R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let person = caller.person()?.clone();
        let path = PathParams::from_request_parts(parts, app).await?;
        let mut snapshot = app.db.read().await?;
        let resource = R::load(&path, &mut snapshot).await?;
        resource.visible_to(&person)?;
        check(&caller, A::WISH)?;
        if let (Wish::Edit, Some(etag)) = (A::WISH, resource.etag()) {
            IfMatch::of(&parts.headers).check(&etag)?;
        }
        Ok(Self { resource, person, snapshot, path, action: PhantomData })
    }
}

impl<A, R> Can<A, R> {
    /// Begins to write: gives the snapshot back and opens the transaction of this person.
    pub async fn begin(self, app: &App) -> ApiResult<(R, Tx)> {
        let Self { resource, person, snapshot, .. } = self;
        drop(snapshot);
        Ok((resource, Tx::begin(app, Actor::from(&person)).await?))
    }
}

impl<A, R> Can<A, R> {
    /// The parameters of the path.
    pub fn path(&self) -> &PathParams {
        &self.path
    }
}

impl<K: Kind> Stored<K> {
    /// 404 in the words of every area.
    pub fn missing(key: &K::Key) -> ApiError {
        ApiError::NotFound(format!("there is no {} {:?}", K::KIND, K::asset(key)))
    }
}

/// Leave to do something that has no thing yet.
#[derive(Debug)]
pub struct May<A> {
    /// Who acts.
    pub person: Person,
    /// The parameters of the path.
    pub path: PathParams,
    action: PhantomData<A>,
}

impl<A: Action> FromRequestParts<App> for May<A> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let person = check(&caller, A::WISH)?;
        let path = PathParams::from_request_parts(parts, app).await?;
        Ok(Self { person, path, action: PhantomData })
    }
}

impl<A> May<A> {
    /// Opens the transaction of this person.
    pub async fn begin(&self, app: &App) -> ApiResult<Tx> {
        Tx::begin(app, Actor::from(&self.person)).await
    }
}

/// The things of a kind that the caller may see; lists take it, so that nothing is filtered after the query.
#[derive(Debug)]
pub struct Visible<K> {
    role: Role,
    kind: PhantomData<K>,
}

impl<K: Send> FromRequestParts<App> for Visible<K> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let person = check(&caller, Wish::Read)?;
        Ok(Self { role: person.role, kind: PhantomData })
    }
}

impl<K> Visible<K> {
    /// For a command run on the machine itself, which sees everything.
    pub fn to_command() -> Self {
        Self { role: Role::Administrator, kind: PhantomData }
    }

    /// As a term for a `WHERE … = 1`. Both roles see everything.
    pub fn condition(&self) -> &'static str {
        match self.role {
            Role::Administrator | Role::User => "1",
        }
    }
}
