//! SQL of failures, second factors and forgotten passwords.

use gridfolio_db::{Result, Session, query};
use gridfolio_wire::{SessionId, UserId};

/// Until when an account waits, ms.
pub async fn find_lock(session: &mut Session, key: &str) -> Result<Option<i64>> {
    let row: Option<(i64,)> =
        query("SELECT locked_until FROM sign_in_failure WHERE id = $1").bind(key).optional(session).await?;
    Ok(row.map(|(until,)| until))
}

/// Counts one more failure in a row.
pub async fn count_failure(session: &mut Session, key: &str, now_ms: i64) -> Result<i64> {
    let (failures,): (i64,) = query(
        "INSERT INTO sign_in_failure (id, failures, last_at, locked_until) VALUES ($1, 1, $2, 0) \
         ON CONFLICT (id) DO UPDATE SET failures = sign_in_failure.failures + 1, last_at = excluded.last_at \
         RETURNING failures",
    )
    .bind(key)
    .bind(now_ms)
    .one(session)
    .await?;
    Ok(failures)
}

/// Lets an account wait.
pub async fn put_lock(session: &mut Session, key: &str, until: i64) -> Result<()> {
    query("UPDATE sign_in_failure SET locked_until = $2 WHERE id = $1")
        .bind(key)
        .bind(until)
        .execute(session)
        .await?;
    Ok(())
}

/// Forgets the failures of an account.
pub async fn delete_failures(session: &mut Session, key: &str) -> Result<()> {
    query("DELETE FROM sign_in_failure WHERE id = $1").bind(key).execute(session).await?;
    Ok(())
}

/// Two statements that change nothing, in place of those that write a row of the log.
pub async fn write_nothing(session: &mut Session) -> Result<()> {
    let (_,): (i64,) = query("SELECT COALESCE(MAX(sequence), 0) FROM audit").one(session).await?;
    delete_failures(session, "nobody").await
}

/// Forgets failures after which nobody has tried, nor waited, since a time.
pub async fn delete_old_failures(session: &mut Session, before: i64) -> Result<()> {
    query("DELETE FROM sign_in_failure WHERE last_at <= $1 AND locked_until <= $1")
        .bind(before)
        .execute(session)
        .await?;
    Ok(())
}

/// Writes down which code was used; `false` if this one or a later one was before, or the credential is another.
pub async fn use_code(session: &mut Session, user: &UserId, epoch: i64, step: i64) -> Result<bool> {
    let touched =
        query("UPDATE credential SET totp_step = $3 WHERE app_user = $1 AND epoch = $2 AND totp_step < $3")
            .bind(user.as_str())
            .bind(epoch)
            .bind(step)
            .execute(session)
            .await?;
    Ok(touched == 1)
}

/// Writes what SRP needs of a password that was seen just now; nothing if it is another by now.
pub async fn put_verifier(
    session: &mut Session,
    user: &UserId,
    epoch: i64,
    (salt, verifier): (&str, &[u8]),
) -> Result<()> {
    query("UPDATE credential SET srp_salt = $3, srp_verifier = $4 WHERE app_user = $1 AND epoch = $2")
        .bind(user.as_str())
        .bind(epoch)
        .bind(salt)
        .bind(verifier)
        .execute(session)
        .await?;
    Ok(())
}

/// Ends a person's sessions but one.
pub async fn delete_other_sessions(session: &mut Session, user: &UserId, kept: &SessionId) -> Result<()> {
    query("DELETE FROM app_session WHERE app_user = $1 AND id <> $2")
        .bind(user.as_str())
        .bind(kept.as_str())
        .execute(session)
        .await?;
    Ok(())
}

/// Ends one session.
pub async fn delete_session(session: &mut Session, id: &SessionId) -> Result<()> {
    query("DELETE FROM app_session WHERE id = $1").bind(id.as_str()).execute(session).await?;
    Ok(())
}

/// Keeps a secret of a second factor until a code proves it; `false` if the credential is another by now.
pub async fn put_pending(session: &mut Session, user: &UserId, epoch: i64, sealed: &[u8]) -> Result<bool> {
    let touched = query("UPDATE credential SET totp_pending = $3 WHERE app_user = $1 AND epoch = $2")
        .bind(user.as_str())
        .bind(epoch)
        .bind(sealed)
        .execute(session)
        .await?;
    Ok(touched == 1)
}

/// Writes a code for a forgotten password. Attempts on an earlier one of the last hour stay counted.
pub async fn put_code(
    session: &mut Session,
    id: &str,
    code_hash: &str,
    (now_ms, life_ms): (i64, i64),
) -> Result<()> {
    query(
        "INSERT INTO password_code (id, code_hash, expires_at, attempts, counted_since) VALUES ($1, $2, $3, 0, $4) \
         ON CONFLICT (id) DO UPDATE SET code_hash = excluded.code_hash, expires_at = excluded.expires_at, \
         attempts = CASE WHEN password_code.counted_since <= $5 THEN 0 ELSE password_code.attempts END, \
         counted_since = CASE WHEN password_code.counted_since <= $5 THEN $4 ELSE password_code.counted_since END",
    )
    .bind(id)
    .bind(code_hash)
    .bind(now_ms + life_ms)
    .bind(now_ms)
    .bind(now_ms - life_ms)
    .execute(session)
    .await?;
    Ok(())
}

/// Counts an attempt: how many it makes, the hash that is wanted, and when it expires; `None` without a code.
pub async fn count_attempt(session: &mut Session, id: &str) -> Result<Option<(i64, String, i64)>> {
    query(
        "UPDATE password_code SET attempts = attempts + 1 WHERE id = $1 RETURNING attempts, code_hash, expires_at",
    )
    .bind(id)
    .optional(session)
    .await
}

/// Uses a code up; `false` if it is another by now.
pub async fn delete_code(session: &mut Session, id: &str, code_hash: &str) -> Result<bool> {
    let touched = query("DELETE FROM password_code WHERE id = $1 AND code_hash = $2")
        .bind(id)
        .bind(code_hash)
        .execute(session)
        .await?;
    Ok(touched == 1)
}

/// Forgets codes that have expired.
pub async fn delete_old_codes(session: &mut Session, now_ms: i64) -> Result<()> {
    query("DELETE FROM password_code WHERE expires_at <= $1").bind(now_ms).execute(session).await?;
    Ok(())
}
