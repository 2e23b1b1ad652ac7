//! What somebody does with the access token of their session: change the password, sign out.

use gridfolio_wire::SessionId;
use serde_json::json;

use crate::app::App;
use crate::identity::model::{self, Account};
use crate::identity::sign_in::flow::{Caller, invalid_password, proven_password};
use crate::identity::sign_in::lockout::Attempt;
use crate::identity::sign_in::person::Claimed;
use crate::identity::sign_in::refusal::{CLOSED, Refusal};
use crate::identity::sign_in::{detail, secrets, store};
use crate::identity::{password, service, store as accounts, tokens};
use crate::kit::error::ApiError;
use crate::kit::tx::{Change, Tx};

/// Somebody whose access token holds.
#[derive(Debug)]
pub struct Holder {
    /// Their account.
    pub account: Account,
    /// The session that the token belongs to.
    pub session: SessionId,
}

/// Who an access token belongs to.
pub async fn holder(app: &App, token: &str) -> Result<Holder, Refusal> {
    const ENDED: Refusal = Refusal::NotAuthorized("Access Token has been revoked");
    let wrong = |error| match error {
        ApiError::Unauthorized(_) => Refusal::NotAuthorized("Invalid Access Token"),
        other => Refusal::Internal(other),
    };
    let (key_id, session) = tokens::unverified(token).map_err(wrong)?;
    let mut snapshot = app.db.read().await?;
    let row =
        accounts::find_session(&mut snapshot, &session, &key_id, app.clock.now_ms()).await?.ok_or(ENDED)?;
    tokens::verify_access_token(app, &row.public_jwk, token, &row.user.key).map_err(wrong)?;
    let account = accounts::find_account(&mut snapshot, &row.user.key).await?.ok_or(ENDED)?;
    let access = model::access(&account.user)?;
    if model::outside_window(&account.user, access.as_ref(), app.clock.now()).is_some() {
        return Err(CLOSED);
    }
    Ok(Holder { account, session })
}

/// Changes the password and ends the person's other sessions.
pub async fn change_password(
    app: &App,
    caller: &Caller,
    holder: Holder,
    (previous, proposed): (&str, &str),
) -> Result<(), Refusal> {
    let id = holder.account.user.key.clone();
    let attempt = Attempt::begin(app, caller, &id).await?;
    let claimed = Claimed { id, account: Some(holder.account) };
    let (account, _turn) = proven_password(app, caller, (claimed, attempt), previous).await?;
    password::check_rule(proposed).map_err(invalid_password)?;
    let after = secrets::with_password(app, &account, proposed.to_owned()).await?;
    let Account { user, credential } = account;
    let mut tx = Tx::begin(app, caller.as_person(&user)).await?;
    if !accounts::update_credential(&mut tx, &user.key, credential.epoch, &after).await? {
        return Err(Refusal::Internal(ApiError::Stale));
    }
    store::delete_other_sessions(&mut tx, &user.key, &holder.session).await?;
    Ok(tx.commit(Change::event("password_change", &user, detail(json!({})))).await?)
}

/// Ends all sessions of a person.
pub async fn sign_out_everywhere(app: &App, caller: &Caller, holder: Holder) -> Result<(), Refusal> {
    let user = holder.account.user;
    let mut tx = Tx::begin(app, caller.as_person(&user)).await?;
    accounts::delete_sessions(&mut tx, &user.key).await?;
    Ok(tx.commit(Change::event("sign_out", &user, detail(json!({"everywhere": true})))).await?)
}

/// Ends the session of a refresh token. One that is not known, or no more, is as good as ended.
pub async fn revoke(app: &App, caller: &Caller, refresh_token: &str) -> Result<(), Refusal> {
    let hash = service::hash_token(refresh_token);
    let mut snapshot = app.db.read().await?;
    let found = accounts::find_session_by_refresh(&mut snapshot, &hash, app.clock.now_ms()).await?;
    drop(snapshot);
    let Some(row) = found else { return Ok(()) };
    let mut tx = Tx::begin(app, caller.as_person(&row.user)).await?;
    store::delete_session(&mut tx, &row.session).await?;
    Ok(tx.commit(Change::event("sign_out", &row.user, detail(json!({})))).await?)
}
