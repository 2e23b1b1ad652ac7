//! The job that makes what changed zones and shifted meters left to do, in short transactions. Answers are right
//! before it as well, only slower; done twice, it finds nothing.

use gridfolio_db::Session;

use crate::app::App;
use crate::kit::error::ApiResult;
use crate::kit::jobs::{self, Job};

/// The job.
pub const JOB: Job = Job { kind: "settle-measurements", run: |app, _| Box::pin(settle(app, None)) };

/// Datums that one transaction rewrites at most, about.
const DATUMS: usize = 5000;
/// Local days whose aggregates one transaction makes.
const DAYS: usize = 14;

/// Asks for it, in the transaction that leaves something to do.
pub async fn enqueue(session: &mut Session, app: &App, due_at: i64) -> ApiResult<()> {
    jobs::enqueue(session, &app.ids.uuid(), JOB.kind, "{}", due_at).await
}

/// Does it: shifts of one stream or of all, then all aggregates.
pub async fn settle(app: &App, stream: Option<i64>) -> ApiResult<()> {
    loop {
        let mut tx = app.db.write().await?;
        let left = gridfolio_series::advance_shift(&mut tx, stream, DATUMS).await?;
        tx.commit().await?;
        if !left {
            break;
        }
    }
    loop {
        let mut tx = app.db.write().await?;
        let made = gridfolio_series::settle(&mut tx, DAYS).await?;
        tx.commit().await?;
        if made == 0 {
            return Ok(());
        }
    }
}
