//! Work for later. A job exists only if the write that asked for it does; it is claimed by a lease, so any number of
//! processes may work on one queue, and a job whose worker died is taken up again.
//!
//! A job must be safe to run twice: a lease that runs out while the job still works lets another worker begin.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use gridfolio_db::{Db, Session, query};

use crate::app::App;
use crate::kit::error::ApiResult;
use crate::kit::settings::COPY_UNFINISHED;

/// How long a worker has a job for itself.
pub const LEASE_MS: i64 = 60_000;
/// Longest pause between two attempts.
const MOST_BACKOFF_MS: i64 = 15 * 60_000;

/// A claimed job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Id of the job.
    pub id: String,
    /// Which function does it.
    pub kind: String,
    /// What to do it with, JSON.
    pub payload: String,
    /// Attempts, this one included.
    pub attempts: i64,
    /// Until when it is ours.
    pub leased_until: i64,
}

/// What a job's function returns.
pub type JobFuture<'a> = Pin<Box<dyn Future<Output = ApiResult<()>> + Send + 'a>>;

/// A kind of job: its name and its function.
#[derive(Clone, Copy)]
pub struct Job {
    /// The name in the queue.
    pub kind: &'static str,
    /// Does it.
    pub run: for<'a> fn(&'a App, &'a str) -> JobFuture<'a>,
}

/// Puts a job into the queue, in the transaction that asks for it.
pub async fn enqueue(
    session: &mut Session,
    id: &str,
    kind: &str,
    payload: &str,
    due_at: i64,
) -> ApiResult<()> {
    query(
        "INSERT INTO job (id, kind, payload, due_at, attempts, leased_until) VALUES ($1, $2, $3, $4, 0, 0)",
    )
    .bind(id)
    .bind(kind)
    .bind(payload)
    .bind(due_at)
    .execute(session)
    .await?;
    Ok(())
}

/// Puts a job of a fixed id into the queue, unless it is there.
pub async fn enqueue_once(session: &mut Session, id: &str, kind: &str, due_at: i64) -> ApiResult<()> {
    query(
        "INSERT INTO job (id, kind, payload, due_at, attempts, leased_until) VALUES ($1, $2, '{}', $3, 0, 0) \
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(id)
    .bind(kind)
    .bind(due_at)
    .execute(session)
    .await?;
    Ok(())
}

/// Lets a job of a fixed id stay in the queue when it is done, to be done again later; the job itself asks for it.
pub async fn put_off(session: &mut Session, id: &str, due_at: i64) -> ApiResult<()> {
    query("UPDATE job SET due_at = $2, leased_until = 0, attempts = 0, last_error = NULL WHERE id = $1")
        .bind(id)
        .bind(due_at)
        .execute(session)
        .await?;
    Ok(())
}

/// Claims the most overdue job that nobody has; none while `gridfolio copy` writes the database.
pub async fn claim(db: &Db, now_ms: i64) -> ApiResult<Option<Claimed>> {
    let mut tx = db.write().await?;
    // The lease is tested again outside: on PostgreSQL the subquery alone lets two workers claim one job.
    let row: Option<(String, String, String, i64, i64)> = query(
        "UPDATE job SET leased_until = $2, attempts = attempts + 1 \
         WHERE id = (SELECT id FROM job WHERE due_at <= $1 AND leased_until <= $1 ORDER BY due_at, id LIMIT 1) \
         AND leased_until <= $1 AND NOT EXISTS (SELECT 1 FROM setting WHERE name = $3) RETURNING id, kind, payload, attempts, leased_until",
    )
    .bind(now_ms)
    .bind(now_ms + LEASE_MS)
    .bind(COPY_UNFINISHED)
    .optional(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(row.map(|(id, kind, payload, attempts, leased_until)| Claimed {
        id,
        kind,
        payload,
        attempts,
        leased_until,
    }))
}

/// How the queue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Jobs that are due and that nobody has.
    pub waiting: i64,
    /// Jobs that a worker has.
    pub running: i64,
    /// Jobs that are not due yet.
    pub later: i64,
    /// Jobs whose last run failed; they are among the others.
    pub failing: i64,
    /// How long the most overdue waiting job has been due, in milliseconds.
    pub oldest_ms: i64,
}

/// How the queue stands.
pub async fn queue(session: &mut Session, now_ms: i64) -> ApiResult<Queue> {
    let (all, failing, running, waiting, oldest): (i64, i64, i64, i64, Option<i64>) = query(
        "SELECT CAST(COUNT(*) AS BIGINT), CAST(COUNT(last_error) AS BIGINT), \
         CAST(COUNT(CASE WHEN leased_until > $1 THEN 1 END) AS BIGINT), \
         CAST(COUNT(CASE WHEN leased_until <= $1 AND due_at <= $1 THEN 1 END) AS BIGINT), \
         CAST(MIN(CASE WHEN leased_until <= $1 AND due_at <= $1 THEN due_at END) AS BIGINT) FROM job",
    )
    .bind(now_ms)
    .one(session)
    .await?;
    let oldest_ms = oldest.map_or(0, |due_at| now_ms - due_at);
    Ok(Queue { waiting, running, later: all - running - waiting, failing, oldest_ms })
}

/// Removes a job that is done, if the lease is still ours.
pub async fn complete(db: &Db, job: &Claimed) -> ApiResult<bool> {
    let mut tx = db.write().await?;
    let removed = query("DELETE FROM job WHERE id = $1 AND leased_until = $2")
        .bind(&job.id)
        .bind(job.leased_until)
        .execute(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(removed == 1)
}

/// Gives a failed job back, to be tried again later and later.
pub async fn give_back(db: &Db, job: &Claimed, now_ms: i64, error: &str) -> ApiResult<()> {
    let pause = MOST_BACKOFF_MS.min(1000_i64 << job.attempts.clamp(0, 20));
    let mut tx = db.write().await?;
    query(
        "UPDATE job SET leased_until = 0, due_at = $3, last_error = $4 WHERE id = $1 AND leased_until = $2",
    )
    .bind(&job.id)
    .bind(job.leased_until)
    .bind(now_ms + pause)
    .bind(error)
    .execute(&mut tx)
    .await?;
    Ok(tx.commit().await?)
}

/// Does one job, if one is due. Tells whether there was one.
pub async fn work_once(app: &App, jobs: &[Job]) -> ApiResult<bool> {
    let Some(claimed) = claim(&app.db, app.clock.now_ms()).await? else { return Ok(false) };
    let job = jobs.iter().find(|job| job.kind == claimed.kind);
    let outcome = match job {
        Some(job) => run_apart(*job, app.clone(), claimed.payload.clone()).await,
        None => Err(format!("this program knows no job {:?}", claimed.kind)),
    };
    app.metrics.count_job(job.map_or("unknown", |job| job.kind), outcome.is_ok());
    match outcome {
        Ok(()) => {
            complete(&app.db, &claimed).await?;
        }
        Err(error) => {
            tracing::warn!(job = claimed.kind, attempts = claimed.attempts, error, "job failed");
            give_back(&app.db, &claimed, app.clock.now_ms(), &error).await?;
        }
    }
    Ok(true)
}

/// Runs a job on a task of its own, so that a panic ends the job and not the worker.
async fn run_apart(job: Job, app: App, payload: String) -> Result<(), String> {
    let outcome = tokio::spawn(async move { (job.run)(&app, &payload).await.map_err(|e| e.to_string()) });
    outcome.await.unwrap_or_else(|e| Err(format!("the job panicked: {e}")))
}

/// Works until told to stop.
pub async fn work(app: App, jobs: &'static [Job], mut stop: tokio::sync::watch::Receiver<bool>) {
    while !*stop.borrow() {
        let busy = match work_once(&app, jobs).await {
            Ok(busy) => busy,
            Err(error) => {
                tracing::warn!(%error, "the job queue cannot be read");
                false
            }
        };
        if !busy {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(2)) => {}
                _ = stop.changed() => {}
            }
        }
    }
}
