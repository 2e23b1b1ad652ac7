//! SQL of users and sessions.

use gridfolio_db::{Query, Session, query};
use gridfolio_wire::identity::User;
use gridfolio_wire::{SessionId, UserId};

use crate::identity::model::{Account, Credential, email, email_key};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::rows::{self, Column};
use crate::kit::stored::Stored;
use crate::kit::tx::Tx;

/// A session joined with its user and the key that a token names.
#[derive(Debug)]
pub struct SessionRow {
    /// The user.
    pub user: Stored<User>,
    /// JSON Web Key.
    pub public_jwk: String,
}

/// What a refresh token leads to.
#[derive(Debug)]
pub struct RefreshRow {
    /// The session.
    pub session: SessionId,
    /// When the person signed in, ms.
    pub created_at: i64,
    /// Its user.
    pub user: Stored<User>,
}

type AccountColumns = (
    String,
    i64,
    String,
    String,
    i64,
    Option<i64>,
    Option<String>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    i64,
    i64,
);

fn account(columns: AccountColumns) -> ApiResult<Account> {
    let (id, revision, document, hash, epoch, until, salt, verifier, pending, secret, on, step) = columns;
    let credential = Credential {
        password_hash: hash,
        epoch,
        temporary_until: until,
        srp_salt: salt,
        srp_verifier: verifier,
        totp_pending: pending,
        totp_secret: secret,
        totp_on: on != 0,
        totp_step: step,
    };
    Ok(Account { user: Stored::from_row(id.parse()?, revision, &document)?, credential })
}

/// What every search for an account begins with. One statement, whether there is one or not.
const SELECT_ACCOUNT: &str = "SELECT u.id, u.revision, u.document, c.password_hash, c.epoch, c.temporary_until, c.srp_salt, c.srp_verifier, \
     c.totp_pending, c.totp_secret, c.totp_on, c.totp_step FROM app_user u JOIN credential c ON c.app_user = u.id";

/// The user with an address.
pub async fn find_user_by_email(session: &mut Session, email: &str) -> ApiResult<Option<Stored<User>>> {
    let text = format!("{} WHERE email_key = $1", rows::select::<User>());
    Ok(rows::all(session, Query::assembled(text).bind(email_key(email))).await?.pop())
}

/// The account with an address.
pub async fn find_account_by_email(session: &mut Session, email: &str) -> ApiResult<Option<Account>> {
    let text = format!("{SELECT_ACCOUNT} WHERE u.email_key = $1");
    let row: Option<AccountColumns> = Query::assembled(text).bind(email_key(email)).optional(session).await?;
    row.map(account).transpose()
}

/// The account with an id.
pub async fn find_account(session: &mut Session, id: &UserId) -> ApiResult<Option<Account>> {
    let text = format!("{SELECT_ACCOUNT} WHERE u.id = $1");
    let row: Option<AccountColumns> = Query::assembled(text).bind(id.as_str()).optional(session).await?;
    row.map(account).transpose()
}

/// All users, by address.
pub async fn list_users(session: &mut Session) -> ApiResult<Vec<Stored<User>>> {
    let text = format!("{} ORDER BY email_key", rows::select::<User>());
    rows::all(session, Query::assembled(text)).await
}

/// Number of users.
pub async fn count_users(session: &mut Session) -> ApiResult<i64> {
    let (count,): (i64,) = query("SELECT CAST(COUNT(*) AS BIGINT) FROM app_user").one(session).await?;
    Ok(count)
}

fn columns(user: &Stored<User>) -> Vec<Column> {
    vec![("email_key", email_key(email(user)).into())]
}

/// Says which address is taken.
fn address_taken(error: ApiError, user: &Stored<User>) -> ApiError {
    match error {
        ApiError::Conflict(_) => {
            ApiError::Conflict(format!("a user with the address {} exists already", email(user)))
        }
        other => other,
    }
}

/// Writes a new account.
pub async fn insert_account(tx: &mut Tx, Account { user, credential }: &Account) -> ApiResult<()> {
    rows::insert(tx, user, columns(user)).await.map_err(|e| address_taken(e, user))?;
    query("INSERT INTO credential (app_user, password_hash, epoch, temporary_until, srp_salt, srp_verifier, totp_on, totp_step) \
           VALUES ($1, $2, $3, $4, $5, $6, 0, 0)")
        .bind(user.key.as_str())
        .bind(&credential.password_hash)
        .bind(credential.epoch)
        .bind(credential.temporary_until)
        .bind(credential.srp_salt.clone())
        .bind(credential.srp_verifier.clone())
        .execute(tx)
        .await?;
    Ok(())
}

/// Replaces a user's document, if it still is at the revision before; a taken address is a 409.
pub async fn update_user(tx: &mut Tx, user: &Stored<User>) -> ApiResult<()> {
    rows::update(tx, user, columns(user)).await.map_err(|e| address_taken(e, user))
}

/// Replaces a user's credential, if it still is at the epoch before; `false` if it is not. The last code that was used
/// of the same secret stays: one may have been used since the credential was read, which does not change the epoch.
pub async fn update_credential(
    session: &mut Session,
    user: &UserId,
    epoch_before: i64,
    credential: &Credential,
) -> ApiResult<bool> {
    let touched = query(
        "UPDATE credential SET password_hash = $3, epoch = $4, temporary_until = $5, srp_salt = $6, srp_verifier = $7, \
         totp_pending = $8, totp_secret = $9, totp_on = $10, \
         totp_step = CASE WHEN totp_secret = $9 AND totp_step > $11 THEN totp_step ELSE $11 END \
         WHERE app_user = $1 AND epoch = $2",
    )
    .bind(user.as_str())
    .bind(epoch_before)
    .bind(&credential.password_hash)
    .bind(credential.epoch)
    .bind(credential.temporary_until)
    .bind(credential.srp_salt.clone())
    .bind(credential.srp_verifier.clone())
    .bind(credential.totp_pending.clone())
    .bind(credential.totp_secret.clone())
    .bind(credential.totp_on)
    .bind(credential.totp_step)
    .execute(session)
    .await?;
    Ok(touched == 1)
}

/// A session that has not ended, with its user and the key a token names.
pub async fn find_session(
    session: &mut Session,
    id: &SessionId,
    key_id: &str,
    now_ms: i64,
) -> ApiResult<Option<SessionRow>> {
    let row: Option<(String, i64, String, String)> = query(
        "SELECT u.id, u.revision, u.document, k.public_jwk \
         FROM app_session s JOIN app_user u ON u.id = s.app_user JOIN signing_key k ON k.id = $2 \
         WHERE s.id = $1 AND s.expires_at > $3",
    )
    .bind(id.as_str())
    .bind(key_id)
    .bind(now_ms)
    .optional(session)
    .await?;
    let Some((user, revision, document, public_jwk)) = row else { return Ok(None) };
    Ok(Some(SessionRow { user: Stored::from_row(user.parse()?, revision, &document)?, public_jwk }))
}

/// The session of a refresh token that has not ended.
pub async fn find_session_by_refresh(
    session: &mut Session,
    refresh_hash: &str,
    now_ms: i64,
) -> ApiResult<Option<RefreshRow>> {
    let row: Option<(String, i64, String, i64, String)> = query(
        "SELECT s.id, s.created_at, u.id, u.revision, u.document \
         FROM app_session s JOIN app_user u ON u.id = s.app_user WHERE s.refresh_hash = $1 AND s.expires_at > $2",
    )
    .bind(refresh_hash)
    .bind(now_ms)
    .optional(session)
    .await?;
    let Some((id, created_at, user, revision, document)) = row else { return Ok(None) };
    Ok(Some(RefreshRow {
        session: id.parse()?,
        created_at,
        user: Stored::from_row(user.parse()?, revision, &document)?,
    }))
}

/// Writes a new session, and forgets those that have ended; `false` if the credential is another by now.
pub async fn insert_session(
    session: &mut Session,
    id: &SessionId,
    account: &Account,
    refresh_hash: &str,
    (now_ms, expires_at): (i64, i64),
) -> ApiResult<bool> {
    query("DELETE FROM app_session WHERE expires_at <= $1").bind(now_ms).execute(session).await?;
    // The password may have been changed, and all sessions ended, while this one was checked.
    let opened = query(
        "INSERT INTO app_session (id, app_user, refresh_hash, created_at, expires_at) \
         SELECT $1, c.app_user, $3, $4, $5 FROM credential c WHERE c.app_user = $2 AND c.epoch = $6",
    )
    .bind(id.as_str())
    .bind(account.user.key.as_str())
    .bind(refresh_hash)
    .bind(now_ms)
    .bind(expires_at)
    .bind(account.credential.epoch)
    .execute(session)
    .await?;
    Ok(opened == 1)
}

/// Ends all sessions of a user.
pub async fn delete_sessions(session: &mut Session, user: &UserId) -> ApiResult<()> {
    query("DELETE FROM app_session WHERE app_user = $1").bind(user.as_str()).execute(session).await?;
    Ok(())
}

/// What hangs on an account, apart from what other areas keep of it.
const FORGET: [&str; 4] = [
    "DELETE FROM app_session WHERE app_user = $1",
    "DELETE FROM credential WHERE app_user = $1",
    "DELETE FROM authorization_code WHERE app_user = $1",
    "DELETE FROM access_token WHERE app_user = $1",
];

/// Removes an account with everything that it proves itself with.
pub async fn delete_account(tx: &mut Tx, user: &Stored<User>) -> ApiResult<()> {
    for statement in FORGET {
        query(statement).bind(user.key.as_str()).execute(tx).await?;
    }
    rows::delete(tx, user).await
}
