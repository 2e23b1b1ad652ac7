//! The outbox: putting a message in, and what an administrator does with those that were not sent.

use gridfolio_db::Session;

use crate::app::App;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::jobs;
use crate::kit::tx::Tx;
use crate::messages::delivery::{JOB, Payload, Sealed};
use crate::messages::model::{Content, Message, State};
use crate::messages::store::{self, Counts, MessageRow};

/// How long a note of what was sent stays: 30 days.
const SENT_MS: i64 = 30 * 24 * 3_600_000;
/// How long anything stays: 90 days.
const ALL_MS: i64 = 90 * 24 * 3_600_000;

/// Puts a message into the outbox, in the transaction that asks for it. It is sent after the commit, if there is a way
/// to send it, else kept.
pub async fn enqueue(tx: &mut Tx, message: &Message) -> ApiResult<()> {
    let app = tx.app().clone();
    enqueue_in(tx, &app, message).await
}

/// The same for a transaction that has no actor, such as a job's.
pub async fn enqueue_in(session: &mut Session, app: &App, message: &Message) -> ApiResult<()> {
    let (id, now) = (app.ids.uuid(), app.clock.now_ms());
    let bytes = Sealed::seal(&app.authority.seal, &id, &message.content)?;
    let sealed = Sealed { id, created_at: now, bytes };
    // A message for nobody is for whoever looks into the outbox.
    let queued = app.mail.queues(message.channel) && !message.content.to.is_empty();
    let state = if queued { State::Waiting } else { State::Kept };
    store::prune_messages(session, now - SENT_MS, now - ALL_MS).await?;
    store::insert_message(session, &sealed, message, state).await?;
    if queued { enqueue_job(session, app, &sealed.id).await } else { Ok(()) }
}

async fn enqueue_job(session: &mut Session, app: &App, id: &str) -> ApiResult<()> {
    let now = app.clock.now_ms();
    let payload = Payload { message: id.to_owned(), since: now };
    let payload = serde_json::to_string(&payload).map_err(ApiError::internal)?;
    jobs::enqueue(session, &app.ids.uuid(), JOB.kind, &payload, now).await
}

/// A message that was not sent.
#[derive(Clone)]
pub struct Held {
    /// Its id.
    pub id: String,
    /// When it was written, ms since 1970 UTC.
    pub created_at: i64,
    /// What it is for, how it travels, and its state, as words.
    pub words: [String; 3],
    /// Whom it is for and what it says; or why that cannot be opened.
    pub content: Result<Content, String>,
    /// Why it was not sent, if that was tried.
    pub last_error: Option<String>,
}

fn held(app: &App, row: MessageRow) -> Held {
    let content = row.sealed().open(&app.authority.seal);
    let MessageRow { id, channel, purpose, bytes: _, created_at, state, last_error } = row;
    Held { id, created_at, words: [purpose, channel, state], content, last_error }
}

/// All messages that were not sent, the oldest first.
pub async fn list(app: &App) -> ApiResult<Vec<Held>> {
    let mut snapshot = app.db.read().await?;
    let rows = store::list_messages(&mut snapshot).await?;
    Ok(rows.into_iter().map(|row| held(app, row)).collect())
}

/// One of them.
pub async fn get(app: &App, id: &str) -> ApiResult<Held> {
    let mut snapshot = app.db.read().await?;
    let row = store::find_message(&mut snapshot, id).await?;
    let row = row.filter(|row| row.state != State::Sent.word()).ok_or_else(|| missing(id))?;
    Ok(held(app, row))
}

fn missing(id: &str) -> ApiError {
    ApiError::NotFound(format!("the outbox holds no message {id}; gridfolio outbox lists what it holds"))
}

/// Puts a kept or failed message back into the queue.
pub async fn send(app: &App, id: &str) -> ApiResult<()> {
    let mut tx = app.db.write().await?;
    if !store::wait_again(&mut tx, id).await? {
        let there = store::find_message(&mut tx, id).await?;
        let waits = there.is_some_and(|row| row.state == State::Waiting.word());
        return Err(if waits {
            ApiError::Conflict(format!("{id} waits already; the running server sends it"))
        } else {
            missing(id)
        });
    }
    enqueue_job(&mut tx, app, id).await?;
    Ok(tx.commit().await?)
}

/// Puts all kept and failed messages back into the queue; tells how many.
pub async fn send_all(app: &App) -> ApiResult<usize> {
    let mut tx = app.db.write().await?;
    let mut sent = 0;
    for row in store::list_messages(&mut tx).await? {
        if store::wait_again(&mut tx, &row.id).await? {
            enqueue_job(&mut tx, app, &row.id).await?;
            sent += 1;
        }
    }
    tx.commit().await?;
    Ok(sent)
}

/// Takes a message away that was not sent.
pub async fn discard(app: &App, id: &str) -> ApiResult<()> {
    let mut tx = app.db.write().await?;
    if !store::delete_message(&mut tx, id).await? {
        return Err(missing(id));
    }
    Ok(tx.commit().await?)
}

/// How many messages wait, are kept, failed.
pub async fn counts(session: &mut Session) -> ApiResult<Counts> {
    store::count_messages(session).await
}
