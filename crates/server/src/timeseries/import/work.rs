//! Small things that importing and taking back share.

use gridfolio_db::WriteTx;
use gridfolio_series::{Columns, Datum, Number};

use crate::kit::error::ApiError;
use crate::timeseries::import::error::{Error, Result};
use crate::timeseries::import::windows;

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

/// Adds a constant to a meter from an instant on.
pub async fn shift(tx: &mut WriteTx, stream: i64, meter: &str, from: i64, delta: &Number) -> Result<()> {
    let mut from = Some(from);
    while let Some(start) = from {
        let next = windows::next_rows(tx, stream, start, STEP).await?;
        from = next.as_ref().map(|(_, next)| *next);
        let shifted = next.into_iter().flat_map(|(rows, _)| rows).filter_map(|mut datum| {
            let value = datum.accumulating.get_mut(meter)?;
            *value += delta;
            Some(datum)
        });
        let shifted: Vec<Datum> = shifted.collect();
        gridfolio_series::write(tx, stream, Columns::from_datums(&shifted)).await?;
    }
    Ok(())
}
