//! Rows of `message`.

use gridfolio_db::{Result, Session, query};

use crate::kit::error::ApiResult;
use crate::messages::delivery::Sealed;
use crate::messages::model::{Message, State};

/// A row.
#[derive(Clone)]
pub(super) struct MessageRow {
    pub(super) id: String,
    pub(super) channel: String,
    pub(super) purpose: String,
    pub(super) bytes: Vec<u8>,
    pub(super) created_at: i64,
    pub(super) state: String,
    pub(super) last_error: Option<String>,
}

impl MessageRow {
    /// What only the key opens.
    pub(super) fn sealed(&self) -> Sealed {
        Sealed { id: self.id.clone(), created_at: self.created_at, bytes: self.bytes.clone() }
    }
}

type Columns = (String, String, String, Vec<u8>, i64, String, Option<String>);

fn row((id, channel, purpose, bytes, created_at, state, last_error): Columns) -> MessageRow {
    MessageRow { id, channel, purpose, bytes, created_at, state, last_error }
}

/// Writes a new message.
pub(super) async fn insert_message(
    session: &mut Session,
    sealed: &Sealed,
    message: &Message,
    state: State,
) -> Result<()> {
    query(
        "INSERT INTO message (id, channel, purpose, sealed, created_at, state) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&sealed.id)
    .bind(message.channel.word())
    .bind(message.purpose.word())
    .bind(sealed.bytes.clone())
    .bind(sealed.created_at)
    .bind(state.word())
    .execute(session)
    .await?;
    Ok(())
}

/// A message, whatever its state.
pub(super) async fn find_message(session: &mut Session, id: &str) -> Result<Option<MessageRow>> {
    let found: Option<Columns> = query(
        "SELECT id, channel, purpose, sealed, created_at, state, last_error FROM message WHERE id = $1",
    )
    .bind(id)
    .optional(session)
    .await?;
    Ok(found.map(row))
}

/// All messages that were not sent, the oldest first.
pub(super) async fn list_messages(session: &mut Session) -> Result<Vec<MessageRow>> {
    let found: Vec<Columns> = query(
        "SELECT id, channel, purpose, sealed, created_at, state, last_error FROM message \
         WHERE state <> $1 ORDER BY created_at, id",
    )
    .bind(State::Sent.word())
    .all(session)
    .await?;
    Ok(found.into_iter().map(row).collect())
}

/// Writes down how far a waiting message has come; what was sent is erased.
pub(super) async fn settle_message(
    session: &mut Session,
    id: &str,
    state: State,
    now_ms: i64,
    error: Option<&str>,
) -> Result<()> {
    query(
        "UPDATE message SET state = $2, settled_at = $3, last_error = $4, \
         sealed = CASE WHEN $2 = 'sent' THEN $5 ELSE sealed END WHERE id = $1 AND state = 'waiting'",
    )
    .bind(id)
    .bind(state.word())
    .bind((state != State::Waiting).then_some(now_ms))
    .bind(error)
    .bind(Vec::new())
    .execute(session)
    .await?;
    Ok(())
}

/// Makes a kept or failed message wait again; tells whether it was one.
pub(super) async fn wait_again(session: &mut Session, id: &str) -> Result<bool> {
    let changed = query(
        "UPDATE message SET state = 'waiting', settled_at = NULL, last_error = NULL \
         WHERE id = $1 AND state IN ('kept', 'failed')",
    )
    .bind(id)
    .execute(session)
    .await?;
    Ok(changed == 1)
}

/// Takes a message away that was not sent; tells whether there was one.
pub(super) async fn delete_message(session: &mut Session, id: &str) -> Result<bool> {
    let gone =
        query("DELETE FROM message WHERE id = $1 AND state <> 'sent'").bind(id).execute(session).await?;
    Ok(gone == 1)
}

/// Takes away what nobody needs any more: notes of what was sent, and what was kept for too long.
pub(super) async fn prune_messages(session: &mut Session, sent_before: i64, all_before: i64) -> Result<()> {
    query("DELETE FROM message WHERE created_at < $1 AND (state = 'sent' OR created_at < $2)")
        .bind(sent_before)
        .bind(all_before)
        .execute(session)
        .await?;
    Ok(())
}

/// How many messages there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// For a job to send.
    pub waiting: i64,
    /// For an administrator to hand on.
    pub kept: i64,
    /// That could not be sent.
    pub failed: i64,
}

/// How many messages there are, those that were sent left out.
pub(super) async fn count_messages(session: &mut Session) -> ApiResult<Counts> {
    let (waiting, kept, failed): (i64, i64, i64) = query(
        "SELECT CAST(COUNT(CASE WHEN state = 'waiting' THEN 1 END) AS BIGINT), \
         CAST(COUNT(CASE WHEN state = 'kept' THEN 1 END) AS BIGINT), \
         CAST(COUNT(CASE WHEN state = 'failed' THEN 1 END) AS BIGINT) FROM message",
    )
    .one(session)
    .await?;
    Ok(Counts { waiting, kept, failed })
}
