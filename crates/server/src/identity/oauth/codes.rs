//! Codes: what the sign-in page hands to an application, and what the application exchanges for tokens. A code counts
//! once, for a minute, for the address and the secret it was asked for with, and while the person's password and second
//! factor are what they were. A second use ends the session of the first: one of the two was a thief.

use gridfolio_db::{Session, query};
use gridfolio_wire::{SessionId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::App;
use crate::identity::model::Account;
use crate::identity::oauth::answers::OAuthError;
use crate::identity::oauth::request::AuthorizeRequest;
use crate::identity::service::{SESSION_LIFE_MS, SignedIn, hash_token, random_token};
use crate::identity::sign_in::flow::Caller;
use crate::identity::tokens::Asked;
use crate::identity::{keys, store, tokens};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::stored::Document;
use crate::kit::tx::{Change, Tx};

/// How long a code counts.
const LIFE_MS: i64 = 60_000;
/// How long it is remembered, to know it again: a day.
const KNOWN_MS: i64 = 24 * 3_600_000;

/// What a code was asked for with.
#[derive(Debug, Serialize, Deserialize)]
struct Grant {
    redirect_uri: String,
    challenge: String,
    scope: String,
    nonce: Option<String>,
    /// When the person proved who they are, ms.
    proven_at: i64,
}

/// A code as stored.
struct CodeRow {
    user: UserId,
    epoch: i64,
    grant: Grant,
    expires_at: i64,
    session: Option<SessionId>,
}

/// What an application says when it exchanges a code.
#[derive(Debug)]
pub struct Claim<'a> {
    /// The code.
    pub code: &'a str,
    /// The address it got it at.
    pub redirect_uri: &'a str,
    /// The secret whose SHA-256 it asked with.
    pub verifier: &'a str,
}

/// Makes a code for a person who has proven who they are.
pub async fn make(app: &App, account: &Account, request: &AuthorizeRequest) -> ApiResult<String> {
    let code = random_token()?;
    let now = app.clock.now_ms();
    let grant = Grant {
        redirect_uri: request.redirect_uri.clone(),
        challenge: request.challenge.clone(),
        scope: request.scope.clone(),
        nonce: request.nonce.clone(),
        proven_at: now,
    };
    let mut tx = app.db.write().await?;
    query("DELETE FROM authorization_code WHERE expires_at <= $1")
        .bind(now - KNOWN_MS)
        .execute(&mut tx)
        .await?;
    query("INSERT INTO authorization_code (id, app_user, epoch, document, expires_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(hash_token(&code))
        .bind(account.user.key.as_str())
        .bind(account.credential.epoch)
        .bind(serde_json::to_string(&grant).map_err(ApiError::internal)?)
        .bind(now + LIFE_MS)
        .execute(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(code)
}

fn invalid(why: &str) -> OAuthError {
    OAuthError::new("invalid_grant", why)
}

/// Exchanges a code for a session and its tokens; beside them the scopes.
pub async fn exchange(
    app: &App,
    caller: &Caller,
    claim: &Claim<'_>,
) -> Result<(SignedIn, String), OAuthError> {
    let (id, now) = (hash_token(claim.code), app.clock.now_ms());
    let key = keys::current(app).await?;
    let mut tx = app.db.write().await?;
    let row = find(&mut tx, &id).await?.ok_or_else(|| invalid("there is no such code, or no more"))?;
    let CodeRow { user, epoch, grant, expires_at, session: used } = row;
    let session: SessionId = app.ids.uuid().parse().map_err(ApiError::from)?;
    if used.is_some() || !mark(&mut tx, &id, &session).await? {
        drop(tx);
        return Err(used_twice(app, caller, &id).await?);
    }
    check(&grant, claim)?;
    if now >= expires_at {
        return Err(invalid("the code has expired; sign in again"));
    }
    let changed = || invalid("password or second factor were changed since; sign in again");
    let account = store::find_account(&mut tx, &user).await?.ok_or_else(changed)?;
    let refresh_token = random_token()?;
    let life = (grant.proven_at, now + SESSION_LIFE_MS);
    let hash = hash_token(&refresh_token);
    if account.credential.epoch != epoch
        || !store::insert_session(&mut tx, &session, &account, &hash, life).await?
    {
        return Err(changed());
    }
    tx.commit().await?;
    let asked = Asked { nonce: grant.nonce.as_deref(), scope: &grant.scope };
    let tokens =
        tokens::issue_as(app, &key, &account.user, &session, (grant.proven_at.div_euclid(1000), asked))?;
    Ok((SignedIn { tokens, refresh_token: Some(refresh_token) }, grant.scope))
}

fn check(grant: &Grant, claim: &Claim<'_>) -> Result<(), OAuthError> {
    if grant.redirect_uri != claim.redirect_uri {
        return Err(invalid("redirect_uri is not the one that the code was asked for with"));
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let fits = (43..=128).contains(&claim.verifier.len()) && claim.verifier.bytes().all(plain);
    if !fits || hash_token(claim.verifier) != grant.challenge {
        return Err(invalid("code_verifier is not the one of code_challenge"));
    }
    Ok(())
}

async fn find(session: &mut Session, id: &str) -> Result<Option<CodeRow>, OAuthError> {
    let row: Option<(String, i64, String, i64, Option<String>)> =
        query("SELECT app_user, epoch, document, expires_at, session FROM authorization_code WHERE id = $1")
            .bind(id)
            .optional(session)
            .await?;
    let Some((user, epoch, document, expires_at, session)) = row else { return Ok(None) };
    let grant = serde_json::from_str(&document).map_err(ApiError::internal)?;
    let user = user.parse().map_err(ApiError::from)?;
    let session = session.map(|id| id.parse()).transpose().map_err(ApiError::from)?;
    Ok(Some(CodeRow { user, epoch, grant, expires_at, session }))
}

/// Writes down which session a code gave; `false` if it gave one before.
async fn mark(session: &mut Session, id: &str, given: &SessionId) -> Result<bool, OAuthError> {
    let touched = query("UPDATE authorization_code SET session = $2 WHERE id = $1 AND session IS NULL")
        .bind(id)
        .bind(given.as_str())
        .execute(session)
        .await?;
    Ok(touched == 1)
}

/// Ends the session that a code gave.
async fn used_twice(app: &App, caller: &Caller, id: &str) -> Result<OAuthError, OAuthError> {
    let mut snapshot = app.db.read().await?;
    let row = find(&mut snapshot, id).await?;
    let Some(CodeRow { user, session: Some(given), .. }) = row else {
        return Ok(invalid("there is no such code"));
    };
    let account = store::find_account(&mut snapshot, &user).await?;
    drop(snapshot);
    if let Some(account) = account {
        let mut tx = Tx::begin(app, caller.as_nobody()).await?;
        let ended =
            query("DELETE FROM app_session WHERE id = $1").bind(given.as_str()).execute(&mut tx).await?;
        if ended == 1 {
            let why = json!({"reason": "the code of the sign-in page was used twice"});
            let detail: Document = why.as_object().cloned().unwrap_or_default();
            tx.commit(Change::event("sign_out", &account.user, detail)).await?;
        }
    }
    Ok(invalid("the code was used before; the session that it gave has ended"))
}
