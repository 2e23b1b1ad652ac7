//! Facts that every process on one database shares: the pool id, the client id, how far the demo has come.

use gridfolio_db::{Result, Session, query};

use crate::kit::error::ApiResult;

/// The setting that stands in a database into which `gridfolio copy` has begun to write and not ended; its value is
/// the installation's pool id. Nobody else works on the data while it stands.
pub const COPY_UNFINISHED: &str = "copy.unfinished";

/// A setting's value, if it has one.
pub async fn find_setting(session: &mut Session, name: &str) -> Result<Option<String>> {
    let row: Option<(String,)> =
        query("SELECT value FROM setting WHERE name = $1").bind(name).optional(session).await?;
    Ok(row.map(|(value,)| value))
}

/// Gives a setting its value, once: another process may have been faster, and then its value counts.
pub async fn settle_setting(session: &mut Session, name: &str, value: &str) -> ApiResult<String> {
    query("INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
        .bind(name)
        .bind(value)
        .execute(session)
        .await?;
    let (settled,): (String,) =
        query("SELECT value FROM setting WHERE name = $1").bind(name).one(session).await?;
    Ok(settled)
}

/// Keeps a setting as it is until the transaction ends: others who hold it wait, whatever it is about.
pub async fn hold_setting(session: &mut Session, name: &str) -> ApiResult<()> {
    query("UPDATE setting SET value = value WHERE name = $1").bind(name).execute(session).await?;
    Ok(())
}

/// Gives a setting a value, whatever it had.
pub async fn put_setting(session: &mut Session, name: &str, value: &str) -> Result<()> {
    query("INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(name)
        .bind(value)
        .execute(session)
        .await?;
    Ok(())
}

/// The next number of a counter, from 1.
pub async fn next_number(session: &mut Session, counter: &str) -> ApiResult<i64> {
    let (value,): (i64,) = query(
        "INSERT INTO counter (name, value) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value",
    )
    .bind(counter)
    .one(session)
    .await?;
    Ok(value)
}
