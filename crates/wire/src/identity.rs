//! People as they see themselves, and what a client needs to sign in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{UserId, UserTypeId};

/// The calling user's own profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// E-mail address; also the name to sign in with.
    #[schema(format = Email)]
    pub email: String,
    /// Given name.
    #[schema(min_length = 1)]
    pub first_name: String,
    /// Family name.
    #[schema(min_length = 1)]
    pub last_name: String,
    /// IANA time zone for dates that concern the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = "time-zone")]
    pub timezone: Option<String>,
}

/// An account, as administrators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The immutable id, given by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(read_only)]
    pub id: Option<UserId>,
    /// E-mail address; also the name to sign in with.
    #[schema(format = Email)]
    pub email: String,
    /// Given name.
    #[schema(min_length = 1)]
    pub first_name: String,
    /// Family name.
    #[schema(min_length = 1)]
    pub last_name: String,
    /// IANA time zone for dates that concern the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = "time-zone")]
    pub timezone: Option<String>,
    /// Id of a type of users, whose groups the person gets with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_type: Option<UserTypeId>,
    /// Access Controls: what is kept from the person, whatever their groups open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    /// Ids of the person's groups; they are given and taken by `/users/{userId}/groups`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(read_only)]
    pub groups: Option<Vec<String>>,
}

/// What is kept from a person, whatever their groups open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Access {
    /// First day on which the person may call, in their zone (without one: UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub start_date: Option<String>,
    /// Last day on which the person may call, in their zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub end_date: Option<String>,
    /// Prevent downloading data.
    #[schema(default = "no")]
    pub prevent_download: YesNo,
    /// Limit access to the listed `projects` (`yes`) or to the projects of the listed `portfolios`.
    #[schema(default = "no")]
    pub restrict_projects: Restriction,
    /// Codes of projects, with `restrictProjects: yes`; without any, none is seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projects: Option<Vec<String>>,
    /// Ids of portfolios, with `restrictProjects: portfolios`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portfolios: Option<Vec<String>>,
}

/// A switch as forms send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum YesNo {
    /// Off.
    No,
    /// On.
    Yes,
}

/// Whether and by what a person's projects are limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Restriction {
    /// Not limited.
    No,
    /// To listed projects.
    Yes,
    /// To the projects of listed portfolios.
    Portfolios,
}

/// A type of users: the groups that its people begin with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserType {
    /// The id, given by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(read_only)]
    pub id: Option<UserTypeId>,
    /// Its name.
    #[schema(min_length = 1)]
    pub name: String,
    /// Which application it is for.
    pub application: Application,
    /// Ids of the groups that its people begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
}

/// Which application a type of users is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Application {
    /// Asset management.
    Ams,
    /// Nodes on site.
    Econode,
}

/// `{"users": …}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Users {
    /// The users.
    pub users: UsersById,
}

/// Users by id. Beside the ids stands what clients demand that read one user here: who the caller is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsersById {
    /// The caller's own address.
    pub email: String,
    /// The caller's given name.
    pub first_name: String,
    /// The caller's family name.
    pub last_name: String,
    /// The caller's time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// The caller's type of users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_type: Option<UserTypeId>,
    /// The users.
    #[serde(flatten)]
    pub by_id: BTreeMap<String, User>,
}

/// A group: a permission that people have or have not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserGroup {
    /// Its id, a word.
    pub id: String,
    /// What it opens.
    pub description: String,
}

/// `{"groups": …}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct UserGroups {
    /// By id.
    pub groups: BTreeMap<String, UserGroup>,
}

/// `{"userTypes": …}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserTypes {
    /// The types.
    pub user_types: UserTypesById,
}

/// Types of users by id. Beside the ids stands what clients demand that read one type here: of the first by id.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserTypesById {
    /// The name of the first type; empty if there is none.
    pub name: String,
    /// The application of the first type.
    pub application: Application,
    /// The types.
    #[serde(flatten)]
    pub by_id: BTreeMap<String, UserType>,
}

/// Whether sign-in asks for a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MfaState {
    /// How.
    pub mfa: Mfa,
}

/// A second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Mfa {
    /// Codes of an authenticator app.
    #[serde(rename = "SOFTWARE_TOKEN_MFA")]
    SoftwareToken,
    /// None.
    #[serde(rename = "NOMFA")]
    Off,
}

/// `{"profile": …}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProfileAnswer {
    /// The caller's profile.
    pub profile: Profile,
}

/// What a client needs to know before it can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Authentication {
    /// Region part of the pool id.
    pub region: String,
    /// Id of the user pool.
    pub user_pool_id: String,
    /// Id of the public app client; there is no client secret.
    pub client_id: String,
    /// The issuer in the tokens.
    pub issuer: String,
    /// Where the Cognito protocol is spoken: `POST` to this address.
    pub endpoint: String,
}
