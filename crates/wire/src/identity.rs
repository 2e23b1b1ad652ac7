//! People as they see themselves, and what a client needs to sign in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
