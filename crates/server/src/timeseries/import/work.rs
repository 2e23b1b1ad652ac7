//! Small things that importing and taking back share.

use gridfolio_db::WriteTx;
use gridfolio_series::Columns;

use crate::kit::error::ApiError;
use crate::timeseries::import::error::{Error, Result};

/// Datums that are read at a time where a transaction goes over a stretch not given by a file.
pub const STEP: usize = 5000;

/// Makes this transaction the only one that writes to the stream.
pub async fn lock(tx: &mut WriteTx, stream: i64) -> Result<()> {
    // Every write to a stream locks it first, also one without datums.
    gridfolio_series::write(tx, stream, Columns::default()).await?;
    Ok(())
}

/// Whether the same transaction may succeed in a moment.
pub fn is_busy(error: &Error) -> bool {
    matches!(
        error,
        Error::Api(ApiError::Busy) | Error::Series(gridfolio_series::Error::Db(gridfolio_db::Error::Busy))
    )
}
