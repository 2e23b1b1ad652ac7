//! Small things that importing and taking back share.

use gridfolio_db::WriteTx;
use gridfolio_series::Columns;

use crate::kit::error::ApiError;
use crate::timeseries::import::error::{Error, Result};
use crate::timeseries::import::store::{Import, State};

/// Datums that are read at a time where a transaction goes over a stretch not given by a file.
pub const STEP: usize = 5000;
/// How often a transaction is tried while the database is busy; each attempt waits for the lock by itself.
pub const ATTEMPTS: u32 = 5;

/// Makes this transaction the only one that writes to the stream.
pub async fn lock(tx: &mut WriteTx, stream: i64) -> Result<()> {
    // Every write to a stream locks it first, also one without datums.
    gridfolio_series::write(tx, stream, Columns::default()).await?;
    Ok(())
}

/// Refuses to change measurements among which an undo has stopped: it would find others than it compared, and could
/// never be ended.
pub fn refuse_half_undone(imports: &[Import]) -> Result<()> {
    match imports.iter().find(|import| import.state == State::Undoing) {
        None => Ok(()),
        Some(Import { id, .. }) => Err(Error::Refused(format!(
            "import {id} of this source is half taken back: finish that with `gridfolio import undo {id}`"
        ))),
    }
}

/// Whether the same transaction may succeed in a moment.
pub fn is_busy(error: &Error) -> bool {
    matches!(
        error,
        Error::Api(ApiError::Busy) | Error::Series(gridfolio_series::Error::Db(gridfolio_db::Error::Busy))
    )
}
