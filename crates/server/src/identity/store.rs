//! SQL of users and sessions.

use gridfolio_db::{Session, query};
use gridfolio_wire::{SessionId, UserId};

use crate::identity::model::{User, email_key};
use crate::kit::access::Role;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::stored::Stored;
use crate::kit::tx::Tx;

/// A session joined with its user and the key that a token names.
#[derive(Debug)]
pub struct SessionRow {
    /// The user.
    pub user: User,
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
    pub user: User,
}

type UserColumns = (String, String, String, i64, String);

fn user((id, role, password_hash, revision, document): UserColumns) -> ApiResult<User> {
    let key: UserId = id.parse().map_err(|e| ApiError::internal(format!("stored user: {e}")))?;
    let role = Role::from_word(&role).ok_or_else(|| ApiError::internal(format!("stored role {role:?}")))?;
    Ok(User { profile: Stored::from_row(key, revision, &document)?, role, password_hash })
}

/// The user with an address.
pub async fn find_user_by_email(session: &mut Session, email: &str) -> ApiResult<Option<User>> {
    let row: Option<UserColumns> =
        query("SELECT id, role, password_hash, revision, document FROM app_user WHERE email_key = $1")
            .bind(email_key(email))
            .optional(session)
            .await?;
    row.map(user).transpose()
}

/// The user with an id.
pub async fn find_user(session: &mut Session, id: &UserId) -> ApiResult<Option<User>> {
    let row: Option<UserColumns> =
        query("SELECT id, role, password_hash, revision, document FROM app_user WHERE id = $1")
            .bind(id.as_str())
            .optional(session)
            .await?;
    row.map(user).transpose()
}

/// All users, by address.
pub async fn list_users(session: &mut Session) -> ApiResult<Vec<User>> {
    let rows: Vec<UserColumns> =
        query("SELECT id, role, password_hash, revision, document FROM app_user ORDER BY email_key")
            .all(session)
            .await?;
    rows.into_iter().map(user).collect()
}

/// Number of users.
pub async fn count_users(session: &mut Session) -> ApiResult<i64> {
    let (count,): (i64,) = query("SELECT CAST(COUNT(*) AS BIGINT) FROM app_user").one(session).await?;
    Ok(count)
}

/// Writes a new user.
pub async fn insert_user(tx: &mut Tx, user: &User) -> gridfolio_db::Result<()> {
    let now = tx.now_ms();
    query(
        "INSERT INTO app_user (id, email_key, role, password_hash, revision, document, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
    )
    .bind(user.profile.key.as_str())
    .bind(email_key(user.email()))
    .bind(user.role.word())
    .bind(&user.password_hash)
    .bind(user.profile.revision)
    .bind(user.profile.text())
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Replaces a user's document and password; `false` if it was changed by another in between.
pub async fn update_user(tx: &mut Tx, before: i64, user: &User) -> gridfolio_db::Result<bool> {
    let now = tx.now_ms();
    let touched = query(
        "UPDATE app_user SET email_key = $3, password_hash = $4, revision = $5, document = $6, updated_at = $7 \
         WHERE id = $1 AND revision = $2",
    )
    .bind(user.profile.key.as_str())
    .bind(before)
    .bind(email_key(user.email()))
    .bind(&user.password_hash)
    .bind(user.profile.revision)
    .bind(user.profile.text())
    .bind(now)
    .execute(tx)
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
    let row: Option<(String, String, String, i64, String, String)> = query(
        "SELECT u.id, u.role, u.password_hash, u.revision, u.document, k.public_jwk \
         FROM app_session s JOIN app_user u ON u.id = s.app_user JOIN signing_key k ON k.id = $2 \
         WHERE s.id = $1 AND s.expires_at > $3",
    )
    .bind(id.as_str())
    .bind(key_id)
    .bind(now_ms)
    .optional(session)
    .await?;
    let Some((user_id, role, hash, revision, document, public_jwk)) = row else { return Ok(None) };
    Ok(Some(SessionRow { user: user((user_id, role, hash, revision, document))?, public_jwk }))
}

/// The session of a refresh token that has not ended.
pub async fn find_session_by_refresh(
    session: &mut Session,
    refresh_hash: &str,
    now_ms: i64,
) -> ApiResult<Option<RefreshRow>> {
    let row: Option<(String, i64, String, String, String, i64, String)> = query(
        "SELECT s.id, s.created_at, u.id, u.role, u.password_hash, u.revision, u.document \
         FROM app_session s JOIN app_user u ON u.id = s.app_user WHERE s.refresh_hash = $1 AND s.expires_at > $2",
    )
    .bind(refresh_hash)
    .bind(now_ms)
    .optional(session)
    .await?;
    let Some((id, created_at, user_id, role, hash, revision, document)) = row else { return Ok(None) };
    Ok(Some(RefreshRow {
        session: id.parse()?,
        created_at,
        user: user((user_id, role, hash, revision, document))?,
    }))
}

/// Writes a new session, and forgets those that have ended; `false` if the user's password is another by now.
pub async fn insert_session(
    session: &mut Session,
    id: &SessionId,
    user: &User,
    refresh_hash: &str,
    (now_ms, expires_at): (i64, i64),
) -> ApiResult<bool> {
    query("DELETE FROM app_session WHERE expires_at <= $1").bind(now_ms).execute(session).await?;
    // The password may have been changed, and all sessions ended, while this one was checked.
    let opened = query(
        "INSERT INTO app_session (id, app_user, refresh_hash, created_at, expires_at) \
         SELECT $1, u.id, $3, $4, $5 FROM app_user u WHERE u.id = $2 AND u.password_hash = $6",
    )
    .bind(id.as_str())
    .bind(user.profile.key.as_str())
    .bind(refresh_hash)
    .bind(now_ms)
    .bind(expires_at)
    .bind(&user.password_hash)
    .execute(session)
    .await?;
    Ok(opened == 1)
}

/// Ends all sessions of a user.
pub async fn delete_sessions(session: &mut Session, user: &UserId) -> ApiResult<()> {
    query("DELETE FROM app_session WHERE app_user = $1").bind(user.as_str()).execute(session).await?;
    Ok(())
}
