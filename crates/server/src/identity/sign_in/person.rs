//! Who somebody says they are. A name that is nobody's gets an id, a salt and a verifier that are made of it with the
//! secret key, so that it is answered in the same words, by the same statements and in the same time.

use std::net::IpAddr;

use gridfolio_wire::UserId;
use gridfolio_wire::identity::User;

use crate::app::App;
use crate::identity::model::{self, Account, email_key};
use crate::identity::sign_in::srp;
use crate::identity::store;
use crate::kit::access::Actor;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::facts::Facts;
use crate::kit::stored::Stored;

/// Where a sign-in comes from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Caller {
    /// The address, as far as it is proven.
    pub address: Option<IpAddr>,
}

impl From<&Facts> for Caller {
    fn from(facts: &Facts) -> Self {
        Self { address: facts.origin().address }
    }
}

impl Caller {
    /// Who is written into the log for what a person did.
    pub fn as_person(&self, user: &Stored<User>) -> Actor {
        Actor::named(user.key.as_str(), &model::name(user), self.address)
    }

    /// Who is written into the log for what nobody proved.
    pub fn as_nobody(&self) -> Actor {
        Actor::named("anonymous", "somebody who is not signed in", self.address)
    }
}

/// Somebody as they name themselves.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The id of the account, or the one that a name without an account has.
    pub id: UserId,
    /// The account, if there is one.
    pub account: Option<Account>,
}

impl Claimed {
    /// Looks for an address or an id.
    pub async fn find(app: &App, username: &str) -> ApiResult<Self> {
        let mut snapshot = app.db.read().await?;
        let (id, account) = match username.parse::<UserId>() {
            Ok(id) => (id.clone(), store::find_account(&mut snapshot, &id).await?),
            Err(_) => (nobody(app, username)?, store::find_account_by_email(&mut snapshot, username).await?),
        };
        let id = account.as_ref().map_or(id, |account| account.user.key.clone());
        Ok(Self { id, account })
    }
}

/// The id that a name without an account has. It looks like any other.
fn nobody(app: &App, username: &str) -> ApiResult<UserId> {
    let mut bytes = app.authority.seal.mac("nobody's id", email_key(username).as_bytes());
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = srp::hex(&bytes[..16]);
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    parts.join("-").parse().map_err(ApiError::from)
}
