//! Who calls, and may they. The only way to a loaded thing is through the check.
//!
//! An operation asks in its signature: `Can<Read, Stored<Project>>`, `Can<Edit, Stored<Site>>`, `May<CreateProject>`,
//! `Visible<Project>`. The rule itself is one function, [`policy::allows`], over groups; which projects somebody sees
//! is their [`Scope`]. A thing that the caller may not see does not exist for them (404); an area that they may not
//! see at all, or a thing that they see but may not change, is 403; without credentials everything that is not
//! public is 401.

mod person;
pub mod policy;
mod scope;

use std::marker::PhantomData;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use gridfolio_db::{ReadTx, Session};

pub use self::person::{Actor, Caller, Days, Person, Proof};
pub use self::policy::{Area, Group, Groups, Rights, Verb};
pub use self::scope::{Condition, Limits, Scope};
use crate::app::App;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::facts::Facts;
use crate::kit::if_match::IfMatch;
use crate::kit::stored::{Kind, Stored};
use crate::kit::tx::Tx;

/// What an operation does with a loaded thing, as a type for its signature.
pub trait Action {
    /// The verb.
    const VERB: Verb;
    /// The area, where it is another than the thing's own.
    const AREA: Option<Area> = None;
    /// Whether it changes the thing itself, so that `If-Match` is about it.
    const CHANGES_IT: bool = false;
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident => $verb:ident $(in $area:ident)? $(, changes it: $changes:literal)?;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl Action for $name {
            const VERB: Verb = Verb::$verb;
            $(const AREA: Option<Area> = Some(Area::$area);)?
            $(const CHANGES_IT: bool = $changes;)?
        }
    )+};
}
actions! {
    /// See it.
    Read => Read;
    /// Change or remove it.
    Edit => Edit, changes it: true;
    /// Make a child in it, or change what belongs to it.
    EditIn => Edit;
    /// See what everybody sees of their own account; who sees accounts, of any.
    ReadOwn => Own in People;
    /// Add to what is a person's own; whose it is, the operation looks at.
    EditInOwn => Own in People;
    /// Change what is a person's own; whose it is, the operation looks at.
    EditOwn => Own in People, changes it: true;
    /// Change what is a person's own and for them alone, in person: a machine's token must not.
    EditAccount => OwnAccount in People;
    /// Take it out as a file.
    Download => Download;
    /// Give its devices orders.
    Control => Control in Devices;
    /// See its measurements.
    ReadEnergy => Read in Energy;
    /// See its money.
    ReadFinance => Read in Finance;
    /// Change its money.
    EditFinance => Edit in Finance;
}

/// What an operation does that has no thing yet, as a type for its signature.
pub trait Errand {
    /// The area.
    const AREA: Area;
    /// The verb.
    const VERB: Verb;
    /// Whether only those may who see everything: what is made lies outside every limit.
    const UNLIMITED: bool = false;
}

macro_rules! errands {
    ($($(#[$doc:meta])* $name:ident => $verb:ident in $area:ident $(, unlimited: $unlimited:literal)?;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl Errand for $name {
            const AREA: Area = Area::$area;
            const VERB: Verb = Verb::$verb;
            $(const UNLIMITED: bool = $unlimited;)?
        }
    )+};
}
errands! {
    /// Make a project.
    CreateProject => Edit in Catalogue, unlimited: true;
    /// Make a portfolio.
    CreatePortfolio => Edit in Catalogue;
    /// Make an event.
    CreateEvent => Edit in Events;
    /// See accounts, groups and types of users, and their log.
    ReadPeople => Read in People;
    /// Make an account or a type of users.
    CreatePeople => Edit in People;
    /// Be signed in: what is everybody's own, and what everybody may know.
    Own => Own in People;
    /// Change the own account.
    OwnAccount => OwnAccount in People;
}

/// What a request turned out to need, for the generated documents about access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// The area.
    pub area: Area,
    /// The verb.
    pub verb: Verb,
}

/// Who calls, if they may see the area at all; and their verdict for the verb.
async fn person_for(
    parts: &mut Parts,
    app: &App,
    area: Area,
    verb: Verb,
) -> ApiResult<(Person, ApiResult<()>)> {
    let person = Caller::from_request_parts(parts, app).await?.person()?;
    Facts::note_need(&parts.extensions, Need { area, verb });
    let verdict = person.check(area, verb);
    if verdict.is_err() && !person.may(area, Verb::Read) {
        verdict?;
        return Err(ApiError::internal("a verdict changed its mind"));
    }
    Ok((person, verdict))
}

/// A thing that can be loaded by the parameters of a path.
pub trait Load: Sized + Send {
    /// The area that it belongs to.
    const AREA: Area;

    /// Loads it through its parents; `Err` with 404 says which of them is missing.
    fn load(path: &PathParams, session: &mut Session) -> impl Future<Output = ApiResult<Self>> + Send;

    /// Whether a person may know of it.
    fn is_visible_to(&self, person: &Person) -> bool;

    /// The words for one that is not there, which those hear who may not know of it.
    fn missing(&self) -> ApiError;

    /// The validator that `If-Match` is compared with, if the thing has one.
    fn etag(&self) -> Option<String> {
        None
    }
}

/// A kind whose documents are loaded by the parameters of a path.
pub trait FromPath: Kind {
    /// Loads one through its parents.
    fn from_path(
        path: &PathParams,
        session: &mut Session,
    ) -> impl Future<Output = ApiResult<Stored<Self>>> + Send;

    /// Whether a person may know of one: if they see its project; without a project, if they see everything.
    fn is_visible_to(thing: &Stored<Self>, person: &Person) -> bool {
        match thing.project() {
            Some(code) => person.scope.sees(code),
            None => person.scope.is_everything(),
        }
    }
}

impl<K: FromPath> Load for Stored<K> {
    const AREA: Area = K::AREA;

    fn load(path: &PathParams, session: &mut Session) -> impl Future<Output = ApiResult<Self>> + Send {
        K::from_path(path, session)
    }

    fn is_visible_to(&self, person: &Person) -> bool {
        K::is_visible_to(self, person)
    }

    fn missing(&self) -> ApiError {
        Self::missing(&self.key)
    }

    fn etag(&self) -> Option<String> {
        Some(Stored::etag(self))
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

    /// 404 where the path leads into a project that the person may not see, whatever else it names: what is in there
    /// must not show by another word.
    fn check_project(&self, person: &Person) -> ApiResult<()> {
        match self.text("projectId") {
            Ok(code) if !person.scope.sees(code) => {
                Err(ApiError::NotFound(format!("there is no project {code:?}")))
            }
            _ => Ok(()),
        }
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
        let area = A::AREA.unwrap_or(R::AREA);
        let (person, verdict) = person_for(parts, app, area, A::VERB).await?;
        let path = PathParams::from_request_parts(parts, app).await?;
        path.check_project(&person)?;
        let mut snapshot = app.db.read().await?;
        let resource = R::load(&path, &mut snapshot).await?;
        if !resource.is_visible_to(&person) {
            return Err(resource.missing());
        }
        verdict?;
        if let (true, Some(etag)) = (A::CHANGES_IT, resource.etag()) {
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

impl<A: Errand> FromRequestParts<App> for May<A> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let (person, verdict) = person_for(parts, app, A::AREA, A::VERB).await?;
        verdict?;
        if A::UNLIMITED && !person.scope.is_everything() {
            return Err(ApiError::Forbidden(
                "your account is limited to certain projects and may not make others".to_owned(),
            ));
        }
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
pub struct Visible<K, A = Read> {
    /// What they see.
    pub scope: Scope,
    kind: PhantomData<(K, A)>,
}

impl<K: Kind + Send, A: Action> FromRequestParts<App> for Visible<K, A> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let area = A::AREA.unwrap_or(K::AREA);
        let (person, verdict) = person_for(parts, app, area, A::VERB).await?;
        verdict?;
        Ok(Self { scope: person.scope, kind: PhantomData })
    }
}
