//! Setting up a second factor: during a sign-in that requires one, and later by somebody who is signed in. A secret
//! counts when a code has proven that it arrived.

use serde_json::json;

use crate::app::App;
use crate::identity::authority::SecondFactor;
use crate::identity::model::{Account, Credential};
use crate::identity::sign_in::account::Holder;
use crate::identity::sign_in::flow::{Caller, Proven, Spent, Step, onward, opened};
use crate::identity::sign_in::lockout::Attempt;
use crate::identity::sign_in::refusal::{Refusal, WRONG_SESSION};
use crate::identity::sign_in::step::{Awaits, Ticket};
use crate::identity::sign_in::{detail, secrets, store, totp};
use crate::identity::store as accounts;
use crate::kit::error::ApiError;
use crate::kit::tx::{Change, Tx};

/// A new secret, in Base32, and the step that carries it on.
pub async fn mfa_setup_begin(app: &App, session: &str) -> Result<(String, String), Refusal> {
    let (ticket, account) = opened(app, Awaits::SetUp, session).await?;
    if ticket.proven {
        return Err(WRONG_SESSION);
    }
    let secret = secrets::second_factor()?;
    let next = Ticket::new(app, &account.user.key, ticket.epoch, ticket.method);
    let next = Ticket { secret: secret.to_vec(), ..next };
    Ok((totp::base32(&secret), next.seal(app, Awaits::SetUp).await?))
}

/// A code that proves the new secret; the step that it leads to. A wrong one leaves the step as it is.
pub async fn mfa_setup_verify(
    app: &App,
    caller: &Caller,
    session: &str,
    code: &str,
) -> Result<String, Refusal> {
    let (ticket, account) = opened(app, Awaits::SetUp, session).await?;
    if ticket.proven || ticket.secret.is_empty() {
        return Err(Refusal::NoSecondFactor);
    }
    let step =
        totp::accepted_step(&ticket.secret, code, app.clock.now_ms(), 0).ok_or(Refusal::WrongSetUpCode)?;
    let Account { user, credential } = account;
    let after = Credential {
        totp_pending: None,
        totp_secret: Some(secrets::seal_second_factor(app, &ticket.secret)?),
        totp_on: true,
        totp_step: step,
        epoch: credential.epoch + 1,
        ..credential
    };
    let mut tx = Tx::begin(app, caller.as_person(&user)).await?;
    let now = tx.now_ms();
    let fresh = ticket.spend(&mut tx, now).await?
        && accounts::update_credential(&mut tx, &user.key, ticket.epoch, &after).await?;
    if !fresh {
        return Err(WRONG_SESSION);
    }
    tx.commit(Change::event("mfa_enable", &user, detail(json!({"during": "sign-in"})))).await?;
    let next = Ticket::new(app, &user.key, after.epoch, ticket.method);
    Ok(Ticket { proven: true, ..next }.seal(app, Awaits::SetUp).await?)
}

/// The sign-in goes on after the set-up.
pub async fn mfa_setup_finish(app: &App, caller: &Caller, session: &str) -> Result<Step, Refusal> {
    let (ticket, account) = opened(app, Awaits::SetUp, session).await?;
    if !ticket.proven {
        return Err(Refusal::NoSecondFactor);
    }
    let attempt = Attempt::begin(app, caller, &ticket.user).await?;
    let proven = Proven { account, method: ticket.method, mfa: true };
    onward(app, caller, (proven, &attempt), Spent::ticket(&ticket)).await
}

/// A new secret for somebody who is signed in, in Base32. The one in use stays in use until a code proves this one.
pub async fn associate(app: &App, holder: &Holder) -> Result<String, Refusal> {
    let secret = secrets::second_factor()?;
    let sealed = secrets::seal_second_factor(app, &secret)?;
    let Account { user, credential } = &holder.account;
    let mut tx = app.db.write().await?;
    if !store::put_pending(&mut tx, &user.key, credential.epoch, &sealed).await? {
        return Err(Refusal::Internal(ApiError::Stale));
    }
    tx.commit().await?;
    Ok(totp::base32(&secret))
}

/// A code that proves the secret that was asked for last.
pub async fn verify(app: &App, caller: &Caller, holder: Holder, code: &str) -> Result<(), Refusal> {
    let Account { user, credential } = holder.account;
    let pending = credential.totp_pending.as_deref().ok_or(Refusal::NoSecondFactor)?;
    let secret = secrets::open_second_factor(app, pending)?;
    let step = totp::accepted_step(&secret, code, app.clock.now_ms(), 0).ok_or(Refusal::WrongSetUpCode)?;
    let on = credential.totp_on || app.authority.sign_in.mfa == SecondFactor::Required;
    let after = Credential {
        totp_secret: credential.totp_pending.clone(),
        totp_pending: None,
        totp_on: on,
        totp_step: step,
        epoch: credential.epoch + 1,
        ..credential
    };
    let word = if on { "mfa_enable" } else { "mfa_verify" };
    let told = json!({"replaced": credential.totp_secret.is_some()});
    let mut tx = Tx::begin(app, caller.as_person(&user)).await?;
    if !accounts::update_credential(&mut tx, &user.key, credential.epoch, &after).await? {
        return Err(Refusal::Internal(ApiError::Stale));
    }
    Ok(tx.commit(Change::event(word, &user, detail(told))).await?)
}

/// Switches the second factor on or off; one that is as wanted stays as it is.
pub async fn prefer(app: &App, caller: &Caller, holder: Holder, on: bool) -> Result<(), Refusal> {
    let Account { user, credential } = holder.account;
    if on && credential.totp_secret.is_none() {
        return Err(Refusal::InvalidParameter("User has not verified software token mfa".to_owned()));
    }
    if !on && app.authority.sign_in.mfa == SecondFactor::Required {
        let why = "MFA cannot be switched off: this server requires it";
        return Err(Refusal::InvalidParameter(why.to_owned()));
    }
    if on == credential.totp_on {
        return Ok(());
    }
    let before = credential.epoch;
    let after = Credential { totp_on: on, epoch: before + 1, ..credential };
    let word = if on { "mfa_enable" } else { "mfa_disable" };
    let mut tx = Tx::begin(app, caller.as_person(&user)).await?;
    if !accounts::update_credential(&mut tx, &user.key, before, &after).await? {
        return Err(Refusal::Internal(ApiError::Stale));
    }
    Ok(tx.commit(Change::event(word, &user, detail(json!({})))).await?)
}
