//! The job that makes what changed zones and shifted meters left to do, in short transactions. Answers are right
//! before it as well, only slower; done twice, it finds nothing.

use gridfolio_db::Session;

use crate::app::App;
use crate::kit::error::ApiResult;
use crate::kit::jobs::{self, Job};

const KIND: &str = "settle-measurements";

/// The job.
pub const JOB: Job = Job { kind: KIND, run: |app, _| Box::pin(part(app)) };

/// Datums that one transaction rewrites at most, about.
const DATUMS: usize = 5000;
/// Local days whose aggregates one transaction makes.
const DAYS: usize = 14;
/// Transactions of one job: a second or two.
const TURNS: usize = 32;

/// Asks for it, in the transaction that leaves something to do.
pub async fn enqueue(session: &mut Session, app: &App, due_at: i64) -> ApiResult<()> {
    jobs::enqueue(session, &app.ids.uuid(), KIND, "{}", due_at).await
}

/// Does it to the end: shifts of one stream or of all, then all aggregates.
pub async fn settle(app: &App, stream: Option<i64>) -> ApiResult<()> {
    while shift(app, stream).await? {}
    while aggregate(app).await? {}
    Ok(())
}

/// A bounded part of it; what is left is a job of its own, so that a server that is told to stop stops.
async fn part(app: &App) -> ApiResult<()> {
    let mut shifts_left = true;
    for _ in 0..TURNS {
        if shifts_left {
            shifts_left = shift(app, None).await?;
        } else if !aggregate(app).await? {
            return Ok(());
        }
    }
    // This job is done only after this: whatever stops us in between, one of the two jobs is there.
    let mut tx = app.db.write().await?;
    enqueue(&mut tx, app, app.clock.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// One transaction; tells whether shifts are left.
async fn shift(app: &App, stream: Option<i64>) -> ApiResult<bool> {
    let mut tx = app.db.write().await?;
    let left = gridfolio_series::advance_shift(&mut tx, stream, DATUMS).await?;
    tx.commit().await?;
    Ok(left)
}

/// One transaction; tells whether there were aggregates to make.
async fn aggregate(app: &App) -> ApiResult<bool> {
    let mut tx = app.db.write().await?;
    let made = gridfolio_series::settle(&mut tx, DAYS).await?;
    tx.commit().await?;
    Ok(made > 0)
}
