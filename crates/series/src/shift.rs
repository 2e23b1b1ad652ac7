//! Shifts: from an instant on, all values of a meter carry a constant more.
//!
//! Recomputing derived energy changes everything behind the changed stretch by one constant. The constant is noted
//! at once and readers add it; a job rewrites the blocks behind the mark in batches.

use gridfolio_db::{Session, query};

use crate::columns::{Columns, Data};
use crate::streams::Stream;
use crate::{Error, Number, PropertyKind, Result};

/// A shift that is not applied to the blocks yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shift {
    pub(crate) id: i64,
    pub(crate) property: String,
    pub(crate) next_at: i64,
    pub(crate) delta: Number,
}

/// The pending shifts of a stream.
pub(crate) async fn pending(session: &mut Session, stream: &Stream) -> Result<Vec<Shift>> {
    if stream.shifts == 0 {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, String, i64, String)> =
        query("SELECT id, property, next_at, delta FROM datum_shift WHERE stream = $1 ORDER BY id")
            .bind(stream.id)
            .all(session)
            .await?;
    let shift = |(id, property, next_at, delta): (i64, String, i64, String)| {
        let delta = Number::from_stored(&delta).ok_or_else(|| Error::Corrupt {
            stream: stream.id,
            day: "every day".to_owned(),
            what: "delta of a shift",
        })?;
        Ok(Shift { id, property, next_at, delta })
    };
    rows.into_iter().map(shift).collect()
}

/// Stored values become true ones.
pub(crate) fn add(rows: &mut Columns, shifts: &[Shift]) {
    for shift in shifts {
        change(rows, shift, &shift.delta);
    }
}

/// True values become stored ones.
pub(crate) fn subtract(rows: &mut Columns, shifts: &[Shift]) {
    for shift in shifts {
        change(rows, shift, &-&shift.delta);
    }
}

fn change(rows: &mut Columns, shift: &Shift, delta: &Number) {
    let first = rows.times.partition_point(|&at| at < shift.next_at);
    if first == rows.len() {
        return;
    }
    let column = rows
        .columns
        .iter_mut()
        .find(|column| column.kind == PropertyKind::Accumulating && *column.name == *shift.property);
    if let Some(column) = column {
        let values = (0..column.data.len()).map(|row| {
            let value = column.data.number(row)?;
            Some(if row < first { value } else { &value + delta })
        });
        column.data = Data::from_numbers(values.collect());
    }
}
