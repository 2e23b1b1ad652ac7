//! Who may change whose account: the one place of these rules.
//!
//! Nobody changes their own groups, type or access, nor removes themselves. Nobody touches an account that can do or
//! see more than they can, and nobody gives what they do not have. One account stays that may administer people and
//! sees everything. Nothing here writes, apart from holding the lock that keeps the last of these true.

use gridfolio_db::Session;
use gridfolio_wire::UserId;
use gridfolio_wire::error::Fault;
use gridfolio_wire::identity::{Access, Restriction, User};

use crate::catalogue::service as catalogue;
use crate::identity::types::SETTING;
use crate::identity::{model, store, user_types};
use crate::kit::access::{Area, Days, Group, Groups, Person, Scope, Verb};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::settings::hold_setting;
use crate::kit::stored::Stored;
use crate::kit::tx::Tx;

/// What an account can do, what it sees, and on which days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    groups: Groups,
    scope: Scope,
    days: Days,
}

impl Reach {
    /// Whoever may not download does not have the group for it, whatever their list says.
    fn new(groups: Groups, prevent_download: bool, (scope, days): (Scope, Days)) -> Self {
        let groups = if prevent_download { groups.without(Group::Export) } else { groups };
        Self { groups, scope, days }
    }

    /// Of an account as it is, or as it would be.
    pub async fn of(session: &mut Session, user: &Stored<User>) -> ApiResult<Self> {
        let access = model::access(user)?;
        let scope = model::scope(session, access.as_ref()).await?;
        let seen = (scope, model::days(access.as_ref()));
        Ok(Self::new(model::groups(user), model::prevents_download(access.as_ref()), seen))
    }

    fn covers(&self, other: &Self) -> bool {
        self.groups.covers(other.groups) && self.scope.covers(&other.scope) && self.days.covers(&other.days)
    }
}

/// Who changes accounts: a person, or a command on the machine itself, which may do everything.
#[derive(Debug, Clone)]
pub struct Administrator {
    id: Option<UserId>,
    reach: Reach,
    in_person: bool,
}

impl From<&Person> for Administrator {
    fn from(person: &Person) -> Self {
        let rights = person.rights;
        Self {
            id: Some(person.id.clone()),
            reach: Reach::new(
                rights.groups,
                rights.prevent_download,
                (person.scope.clone(), person.days.clone()),
            ),
            in_person: rights.in_person,
        }
    }
}

impl Administrator {
    /// A command.
    pub fn command() -> Self {
        let reach = Reach::new(Groups::all(), false, (Scope::Everything, Days::default()));
        Self { id: None, reach, in_person: true }
    }

    /// What they see.
    pub fn scope(&self) -> &Scope {
        &self.reach.scope
    }

    /// 403 where the account is their own.
    pub fn check_other(&self, user: &UserId, what: &str) -> ApiResult<()> {
        if self.id.as_ref() != Some(user) {
            return Ok(());
        }
        Err(ApiError::Forbidden(format!("nobody {what}: ask another administrator")))
    }

    /// 403 where an account can do or see more than they can.
    pub async fn check_over(&self, session: &mut Session, user: &Stored<User>) -> ApiResult<()> {
        if self.id.as_ref() == Some(&user.key) && !self.in_person {
            return Err(ApiError::Forbidden(
                "an access token cannot change the account it belongs to; sign in".to_owned(),
            ));
        }
        if self.reach.covers(&Reach::of(session, user).await?) {
            return Ok(());
        }
        Err(ApiError::Forbidden(
            "this account has groups, sees projects, or may call on days, that yours does not: somebody who has them must do this".to_owned(),
        ))
    }

    /// 403 where they would give groups that they do not have.
    pub fn check_groups(&self, given: Groups) -> ApiResult<()> {
        let beyond: Vec<&str> =
            given.iter().filter(|group| !self.reach.groups.has(*group)).map(Group::word).collect();
        if beyond.is_empty() {
            return Ok(());
        }
        let beyond = beyond.join(", ");
        Err(ApiError::Forbidden(format!("you cannot give groups that you do not have: {beyond}")))
    }

    /// 403 where an account would be able to do or see more than they can.
    pub fn check_given(&self, after: &Reach) -> ApiResult<()> {
        self.check_groups(after.groups)?;
        let why = if !self.reach.scope.covers(&after.scope) {
            "you cannot let others see more projects than you do: set access.restrictProjects"
        } else if !self.reach.days.covers(&after.days) {
            "you cannot let others in on days on which you may not call: set access.startDate and access.endDate within yours"
        } else {
            return Ok(());
        };
        Err(ApiError::Forbidden(why.to_owned()))
    }

    /// 403 where their own address would become another one. Who has the mail of an account gets into it, so whoever
    /// holds no more than a token must not change where its mail goes.
    pub fn check_own_address(&self, before: &Stored<User>, after: &Stored<User>) -> ApiResult<()> {
        let key = |user| model::email_key(model::email(user));
        if self.id.as_ref() != Some(&before.key) || key(before) == key(after) {
            return Ok(());
        }
        Err(ApiError::Forbidden(
            "another administrator changes your address, or `gridfolio user address` on the machine itself"
                .to_owned(),
        ))
    }

    /// 403 where their own address, groups, type or access would change.
    pub fn check_own_rights(&self, before: &Stored<User>, after: &Stored<User>) -> ApiResult<()> {
        self.check_own_address(before, after)?;
        let changed: Vec<&str> = ["groups", "userType", "access"]
            .into_iter()
            .filter(|name| before.document.get(*name) != after.document.get(*name))
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        self.check_other(&before.key, &format!("changes their own {}", changed.join(", ")))
    }
}

/// 403 unless a person may change what somebody wants to be told of: their own, or as an administrator.
pub async fn check_told(session: &mut Session, person: &Person, user: &Stored<User>) -> ApiResult<()> {
    if user.key == person.id {
        return person.check(Area::People, Verb::OwnAccount);
    }
    person.check(Area::People, Verb::Edit)?;
    Administrator::from(person).check_over(session, user).await
}

/// Whether an account keeps the house open: it administers people, sees everything and never ends. One whose
/// restrictions cannot be read opens nothing, and hinders nobody else.
fn keeps_open(user: &Stored<User>) -> bool {
    let unlimited = model::access(user).is_ok_and(|access| {
        access.is_none_or(|Access { start_date, end_date, restrict_projects, .. }| {
            start_date.is_none() && end_date.is_none() && restrict_projects == Restriction::No
        })
    });
    unlimited && model::groups(user).has(Group::EditPeople)
}

/// 409 where the last account that keeps the house open would go (`None`) or be limited. Until the transaction ends
/// nobody else takes one away.
pub async fn keep_one(tx: &mut Tx, before: &Stored<User>, after: Option<&Stored<User>>) -> ApiResult<()> {
    if after.is_some_and(keeps_open) || !keeps_open(before) {
        return Ok(());
    }
    hold_setting(tx, SETTING).await?;
    for user in store::list_users(tx).await? {
        if user.key != before.key && keeps_open(&user) {
            return Ok(());
        }
    }
    let why = "this is the last account with the group users-edit that sees everything at any time: give another one that first";
    Err(ApiError::Conflict(why.to_owned()))
}

/// Everybody who administers people and sees everything.
pub async fn administrators(session: &mut Session) -> ApiResult<Vec<Stored<User>>> {
    let mut found = Vec::new();
    for user in store::list_users(session).await? {
        let unlimited = model::access(&user)
            .is_ok_and(|access| access.is_none_or(|access| access.restrict_projects == Restriction::No));
        if unlimited && model::groups(&user).has(Group::EditPeople) {
            found.push(user);
        }
    }
    Ok(found)
}

fn fault(field: &str, rule: String) -> Fault {
    Fault { field: field.to_owned(), rule }
}

/// Refuses a type of users, projects and portfolios that are not there, and a window that ends before it begins. What
/// the account named before is not asked for again: projects go, and come back.
pub async fn check_references(
    tx: &mut Tx,
    by: &Administrator,
    view: &User,
    before: Option<&Stored<User>>,
) -> ApiResult<()> {
    let mut faults = Vec::new();
    let type_before = before.and_then(|user| user.text_member("userType"));
    if let Some(id) = view.user_type.as_ref().filter(|id| type_before != Some(id.as_str()))
        && !user_types::hold(tx, id).await?
    {
        faults.push(fault("userType", format!("{:?} must be the id of a type of users", id.as_str())));
    }
    if let Some(access) = &view.access {
        let access_before = before.map(model::access).transpose()?.flatten();
        faults.extend(faults_of(tx, by.scope(), access, access_before.as_ref()).await?);
    }
    if faults.is_empty() { Ok(()) } else { Err(ApiError::faults(faults)) }
}

async fn faults_of(
    session: &mut Session,
    scope: &Scope,
    access: &Access,
    before: Option<&Access>,
) -> ApiResult<Vec<Fault>> {
    let mut faults = Vec::new();
    if let (Some(first), Some(last)) = (&access.start_date, &access.end_date)
        && first > last
    {
        faults.push(fault("access.endDate", format!("{last:?} must not be before startDate, {first:?}")));
    }
    let list = |list: &Option<Vec<String>>| list.clone().unwrap_or_default();
    let (projects, portfolios) = (list(&access.projects), list(&access.portfolios));
    let projects_before = before.map(|access| list(&access.projects)).unwrap_or_default();
    let portfolios_before = before.map(|access| list(&access.portfolios)).unwrap_or_default();
    let named = ("access.projects", projects.as_slice());
    faults.extend(catalogue::unknown_projects(session, scope, named, &projects_before).await?);
    let named = ("access.portfolios", portfolios.as_slice());
    faults.extend(catalogue::unknown_portfolios(session, scope, named, &portfolios_before).await?);
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::kit::access::Limits;

    fn only(projects: &[&str]) -> Scope {
        let projects = projects.iter().map(|code| (*code).to_owned()).collect();
        Scope::Only(Arc::new(Limits { projects, ..Limits::default() }))
    }

    fn reach(words: &[&str], scope: Scope) -> Reach {
        Reach::new(Groups::from_words(words.iter().copied()), false, (scope, Days::default()))
    }

    fn user(document: &Value) -> Stored<User> {
        let id = "00000000-0000-4000-8000-000000000001".parse().unwrap();
        Stored::new(id, document.as_object().unwrap().clone())
    }

    fn administrator(reach: Reach) -> Administrator {
        Administrator { id: Some(user(&json!({})).key), reach, in_person: true }
    }

    #[test]
    fn a_reach_is_groups_and_projects() {
        let all = reach(&["users-edit", "export"], Scope::Everything);
        assert!(all.covers(&reach(&["export"], only(&["A"]))) && all.covers(&all));
        assert!(!reach(&["users-edit"], Scope::Everything).covers(&all), "a group more");
        assert!(!reach(&["users-edit", "export"], only(&["A"])).covers(&all), "projects more");
        let prevented = reach(&["users-edit"], Scope::Everything);
        let kept = (Scope::Everything, Days::default());
        assert_eq!(Reach::new(Groups::from_words(["users-edit", "export"]), true, kept), prevented);
        assert!(!prevented.covers(&all) && all.covers(&prevented), "downloads are kept from one of them");
    }

    #[test]
    fn nobody_gives_days_that_they_do_not_have() {
        let with = |first: &str, last: &str| {
            let text = |day: &str| (!day.is_empty()).then(|| day.to_owned());
            let days = Days { first: text(first), last: text(last) };
            Reach { days, ..reach(&["users-edit"], Scope::Everything) }
        };
        let some = administrator(with("2025-01-01", "2025-06-30"));
        for (first, last) in [("2025-01-01", "2025-06-30"), ("2025-02-01", "2025-02-01")] {
            assert!(some.check_given(&with(first, last)).is_ok(), "{first} {last}");
        }
        let beyond = [("", ""), ("2025-01-01", ""), ("", "2025-06-30")];
        for (first, last) in
            [("2025-01-01", "2025-07-01"), ("2024-12-31", "2025-06-30")].into_iter().chain(beyond)
        {
            let refused = some.check_given(&with(first, last)).unwrap_err().to_string();
            assert!(refused.contains("access.endDate"), "{first} {last}: {refused}");
        }
        let ends = administrator(with("", "2025-06-30"));
        assert!(
            ends.check_given(&with("", "2025-06-30")).is_ok() && ends.check_given(&with("", "")).is_err()
        );
        assert!(administrator(with("", "")).check_given(&with("", "")).is_ok());
    }

    #[test]
    fn nobody_gives_what_they_do_not_have() {
        let some = administrator(reach(&["users-edit", "events-view"], only(&["A"])));
        assert!(some.check_given(&reach(&["events-view"], only(&["A"]))).is_ok());
        let groups = some.check_given(&reach(&["finance-view", "events-view"], only(&["A"]))).unwrap_err();
        assert_eq!(groups.to_string(), "you cannot give groups that you do not have: finance-view");
        let scope = some.check_given(&reach(&["events-view"], Scope::Everything)).unwrap_err();
        assert!(scope.to_string().contains("access.restrictProjects"), "{scope}");
        assert!(Administrator::command().check_given(&reach(&["finance-view"], Scope::Everything)).is_ok());
    }

    #[test]
    fn nobody_changes_their_own_rights() {
        let own = administrator(reach(&["users-edit"], Scope::Everything));
        let before = user(&json!({"firstName": "A", "groups": ["export"], "userType": "t"}));
        assert!(
            own.check_own_rights(&before, &user(&json!({"groups": ["export"], "userType": "t"}))).is_ok()
        );
        let after = user(&json!({"groups": [], "access": {}}));
        let refused = own.check_own_rights(&before, &after).unwrap_err().to_string();
        assert_eq!(refused, "nobody changes their own groups, userType, access: ask another administrator");
        assert!(Administrator::command().check_own_rights(&before, &after).is_ok());
    }

    #[test]
    fn only_an_unlimited_administrator_keeps_the_house_open() {
        let with = |access: Value| {
            let mut document = json!({"groups": ["users-edit"]});
            if !access.is_null() {
                document["access"] = access;
            }
            keeps_open(&user(&document))
        };
        assert!(with(Value::Null) && with(json!({"preventDownload": "yes", "restrictProjects": "no"})));
        assert!(!with(json!({"preventDownload": "no", "restrictProjects": "yes"})));
        let ends = json!({"preventDownload": "no", "restrictProjects": "no", "endDate": "2030-01-01"});
        assert!(!with(ends));
        assert!(!with(json!("words of another version")), "what cannot be read opens nothing");
        assert!(!keeps_open(&user(&json!({"groups": ["users-view"]}))));
    }
}
