//! Changes of accounts by those who administer them. Who may is asked of [`Administrator`] each time, before anything
//! else; nothing here signs anybody in.

use gridfolio_db::Session;
use gridfolio_wire::identity::User;
use gridfolio_wire::{UserId, UserTypeId};
use serde_json::Value;

use crate::alerts::{self, service as of_alerts};
use crate::app::App;
use crate::identity::administer::{self, Administrator, Reach};
use crate::identity::model::{Account, Credential};
use crate::identity::sign_in::secrets;
use crate::identity::{model, notices, password, service, store, user_types};
use crate::kit::access::Groups;
use crate::kit::body::Body;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::limits::Limit;
use crate::kit::stored::{Document, Stored};
use crate::kit::tx::{Change, Tx};

/// How long a temporary password holds: 7 days.
const TEMPORARY_MS: i64 = 7 * 24 * 3_600_000;

/// A password that its owner replaces at the first sign-in.
pub struct Temporary {
    password: String,
    until_ms: i64,
    credential: Credential,
}

impl std::fmt::Debug for Temporary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Temporary").field("until_ms", &self.until_ms).finish_non_exhaustive()
    }
}

impl Temporary {
    /// Makes one. It takes the time of a hash, so it is made before a transaction begins.
    pub async fn make(app: &App, user: &UserId) -> ApiResult<Self> {
        let password = password::made()?;
        let until_ms = app.clock.now_ms() + TEMPORARY_MS;
        let credential = secrets::credential(app, user, password.clone()).await?;
        Ok(Self {
            password,
            until_ms,
            credential: Credential { temporary_until: Some(until_ms), ..credential },
        })
    }
}

/// Makes an account and invites its person by mail.
pub async fn create_user(
    mut tx: Tx,
    by: &Administrator,
    (id, temporary): (UserId, Temporary),
    body: Body<User>,
) -> ApiResult<Stored<User>> {
    service::refuse_secrets(&body.document)?;
    administer::check_references(&mut tx, by, &body.view, None).await?;
    let kind = body.view.user_type.as_ref().map(UserTypeId::as_str);
    let groups = user_types::groups_of(&mut tx, kind).await?;
    let user = Stored::new(id, model::with_groups(&body.document, groups));
    by.check_given(&Reach::of(&mut tx, &user).await?)?;
    let Temporary { password, until_ms, credential } = temporary;
    let account = Account { user, credential };
    store::insert_account(&mut tx, &account).await?;
    // Last: nobody uses up the invitations of an address to which they may send none.
    tx.app().limits.check(Limit::InvitationAddress, &model::email_key(model::email(&account.user)))?;
    notices::invite(&mut tx, &account.user, &password, until_ms).await?;
    tx.commit(Change::create(&account.user)).await?;
    Ok(account.user)
}

/// Invites somebody again, with another temporary password; 409 for those who have a password of their own.
pub async fn invite_again(
    mut tx: Tx,
    by: &Administrator,
    user: &Stored<User>,
    temporary: Temporary,
) -> ApiResult<()> {
    by.check_over(&mut tx, user).await?;
    let before = credential_of(&mut tx, user).await?;
    if before.temporary_until.is_none() {
        let why = "this user has a password of their own: who forgot it asks for a code at sign-in";
        return Err(ApiError::Conflict(why.to_owned()));
    }
    let Temporary { password, until_ms, credential: new } = temporary;
    let after = Credential {
        password_hash: new.password_hash,
        temporary_until: new.temporary_until,
        srp_salt: new.srp_salt,
        srp_verifier: new.srp_verifier,
        ..before.clone()
    };
    change_credential(&mut tx, user, &before, after).await?;
    notices::invite(&mut tx, user, &password, until_ms).await?;
    tx.commit(Change::event("invitation", user, Document::new())).await
}

async fn credential_of(session: &mut Session, user: &Stored<User>) -> ApiResult<Credential> {
    let account = store::find_account(session, &user.key).await?;
    account.map(|account| account.credential).ok_or_else(|| Stored::<User>::missing(&user.key))
}

/// Replaces a credential; what was begun with the one before ends.
async fn change_credential(
    tx: &mut Tx,
    user: &Stored<User>,
    before: &Credential,
    after: Credential,
) -> ApiResult<()> {
    let after = Credential { epoch: before.epoch + 1, ..after };
    if !store::update_credential(tx, &user.key, before.epoch, &after).await? {
        return Err(ApiError::Stale);
    }
    store::delete_sessions(tx, &user.key).await
}

/// Takes a person's second factor away and ends their sessions; they are told, and administrators are alerted. Where
/// there is none, nothing happens.
pub async fn reset_mfa(mut tx: Tx, by: &Administrator, user: &Stored<User>) -> ApiResult<()> {
    by.check_over(&mut tx, user).await?;
    let before = credential_of(&mut tx, user).await?;
    if !before.totp_on && before.totp_secret.is_none() && before.totp_pending.is_none() {
        return Ok(());
    }
    let after = Credential { totp_on: false, totp_secret: None, totp_pending: None, ..before.clone() };
    change_credential(&mut tx, user, &before, after).await?;
    notices::tell_mfa_reset(&mut tx, user).await?;
    let what = format!("{} reset the second factor of {}", tx.actor().name, model::email(user));
    let app = tx.app().clone();
    alerts::raise(&mut tx, &app, &what).await?;
    tx.commit(Change::event("mfa_reset", user, Document::new())).await
}

/// Replaces an account. Another type brings its groups; the same one leaves the groups as they are.
pub async fn update_user(
    mut tx: Tx,
    by: &Administrator,
    before: &Stored<User>,
    body: Body<User>,
) -> ApiResult<Stored<User>> {
    service::refuse_secrets(&body.document)?;
    by.check_over(&mut tx, before).await?;
    administer::check_references(&mut tx, by, &body.view, Some(before)).await?;
    let kind = body.view.user_type.as_ref().map(UserTypeId::as_str);
    let groups = match kind {
        Some(kind) if before.text_member("userType") != Some(kind) => {
            user_types::groups_of(&mut tx, Some(kind)).await?
        }
        _ => model::groups(before),
    };
    let after = before.replaced(model::with_groups(&body.document, groups));
    replace(&mut tx, by, before, &after).await?;
    notices::tell_old_address(&mut tx, before, &after).await?;
    tx.commit(Change::update(before, &after)).await?;
    Ok(after)
}

/// Gives an account another address, on the machine itself; the old address is told.
pub async fn change_address(mut tx: Tx, before: &Stored<User>, address: &str) -> ApiResult<()> {
    let mut document = before.document.clone();
    document.insert("email".to_owned(), address.into());
    let faults = tx.app().schemas.faults("User", &Value::Object(document.clone()));
    if !faults.is_empty() {
        return Err(ApiError::faults(faults));
    }
    let after = before.replaced(document);
    store::update_user(&mut tx, &after).await?;
    notices::tell_old_address(&mut tx, before, &after).await?;
    tx.commit(Change::update(before, &after)).await
}

/// Writes an account whose rights may be others now.
async fn replace(
    tx: &mut Tx,
    by: &Administrator,
    before: &Stored<User>,
    after: &Stored<User>,
) -> ApiResult<()> {
    by.check_own_rights(before, after)?;
    by.check_given(&Reach::of(tx, after).await?)?;
    administer::keep_one(tx, before, Some(after)).await?;
    store::update_user(tx, after).await
}

/// Removes an account; its sessions and tokens end with it. The log keeps the name.
pub async fn delete_user(mut tx: Tx, by: &Administrator, user: &Stored<User>) -> ApiResult<()> {
    by.check_other(&user.key, "removes themselves")?;
    by.check_over(&mut tx, user).await?;
    administer::keep_one(&mut tx, user, None).await?;
    let change = of_alerts::forget_person(&mut tx, &user.key, Change::default()).await?;
    store::delete_account(&mut tx, user).await?;
    tx.commit(change.and_delete(user)).await
}

/// Gives a person these groups. Where they have them, nothing is written.
pub async fn change_groups(
    mut tx: Tx,
    by: &Administrator,
    before: &Stored<User>,
    groups: Groups,
) -> ApiResult<()> {
    by.check_other(&before.key, "changes their own groups")?;
    by.check_over(&mut tx, before).await?;
    if groups == model::groups(before) {
        return Ok(());
    }
    // What stays is not given: it may be kept from the account in another way.
    by.check_groups(model::groups(before).iter().fold(groups, Groups::without))?;
    let after = before.replaced(model::with_groups(&before.document, groups));
    replace(&mut tx, by, before, &after).await?;
    tx.commit(Change::update(before, &after)).await
}

/// Gives a person the groups of their type.
pub async fn reset_groups(mut tx: Tx, by: &Administrator, before: &Stored<User>) -> ApiResult<()> {
    let Some(kind) = before.text_member("userType") else {
        by.check_over(&mut tx, before).await?;
        return Err(ApiError::Conflict("this user has no type: set userType first".to_owned()));
    };
    let groups = user_types::groups_of(&mut tx, Some(kind)).await?;
    change_groups(tx, by, before, groups).await
}
