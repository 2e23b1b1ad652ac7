//! One row per datum: values as integers beside each other, clustered by stream and time, prepared multi-row inserts.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use gridfolio_db::{Arg, Db, Insert, Query, in_list, query};
use gridfolio_series::Columns;

use crate::Outcome;

/// Time and three values.
type Row = (i64, Option<i64>, Option<i64>, Option<i64>);

/// The table of rows.
pub(crate) struct Rows;

const PUT: Insert = Insert {
    head: "INSERT INTO datum_row (stream, at, p0, p1, p2, p3)",
    tail: "ON CONFLICT (stream, at) DO UPDATE SET p0 = excluded.p0, p1 = excluded.p1, p2 = excluded.p2, p3 = excluded.p3",
};

fn rows_of(stream: i64, columns: &Columns) -> Vec<[Arg; 6]> {
    let value = |place: usize, row: usize| {
        let scale = if columns.columns().len() > 3 { 4 } else { 1 };
        let number = columns.columns().get(place).and_then(|column| column.number(row));
        Arg::from(number.and_then(|number| number.scaled(scale)).and_then(|value| i64::try_from(value).ok()))
    };
    let row = |(row, at): (usize, &i64)| {
        [Arg::from(stream), Arg::from(*at), value(0, row), value(1, row), value(2, row), value(3, row)]
    };
    columns.times().iter().enumerate().map(row).collect()
}

impl Rows {
    pub(crate) async fn create(db: &Db) -> Outcome<Self> {
        let mut tx = db.write().await?;
        query(
            "CREATE TABLE datum_row (stream BIGINT NOT NULL, at BIGINT NOT NULL, p0 BIGINT, p1 BIGINT, p2 BIGINT, \
             p3 BIGINT, PRIMARY KEY (stream, at)) WITHOUT ROWID",
        )
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(Self)
    }

    /// Upserts a batch in one transaction; the time without making the rows.
    pub(crate) async fn write(&self, db: &Db, stream: i64, columns: &Columns) -> Outcome<Duration> {
        self.put(db, rows_of(stream, columns)).await
    }

    pub(crate) async fn write_many(&self, db: &Db, batches: &BTreeMap<i64, Columns>) -> Outcome<Duration> {
        self.put(db, batches.iter().flat_map(|(stream, columns)| rows_of(*stream, columns)).collect()).await
    }

    async fn put(&self, db: &Db, rows: Vec<[Arg; 6]>) -> Outcome<Duration> {
        let start = Instant::now();
        let mut tx = db.write().await?;
        PUT.execute(&mut tx, rows).await?;
        tx.commit().await?;
        Ok(start.elapsed())
    }

    /// Reads a range; the time and the number of rows.
    pub(crate) async fn read(
        &self,
        db: &Db,
        stream: i64,
        from: i64,
        until: i64,
    ) -> Outcome<(Duration, usize)> {
        let start = Instant::now();
        let mut session = db.read().await?;
        let rows: Vec<Row> = query(
            "SELECT at, p0, p1, p2 FROM datum_row WHERE stream = $1 AND at >= $2 AND at < $3 ORDER BY at",
        )
        .bind(stream)
        .bind(from)
        .bind(until)
        .all(&mut session)
        .await?;
        Ok((start.elapsed(), rows.len()))
    }

    /// Sums by months of equal length: less than the store has to do.
    pub(crate) async fn by_month(
        &self,
        db: &Db,
        streams: &[i64],
        from: i64,
        until: i64,
    ) -> Outcome<Duration> {
        let start = Instant::now();
        let mut session = db.read().await?;
        let text = format!(
            "SELECT stream, (at - $1) / 2629800000, SUM(p0), COUNT(p0), MIN(p0), MAX(p0), MAX(p2) - MIN(p2) \
             FROM datum_row WHERE at >= $1 AND at < $2 AND stream IN ({}) GROUP BY 1, 2",
            in_list(3, streams.len())
        );
        let rows: Vec<(i64, i64, i64, i64, i64, i64, i64)> = Query::assembled(text)
            .bind(from)
            .bind(until)
            .bind_all(streams.to_vec())
            .all(&mut session)
            .await?;
        assert!(!rows.is_empty());
        Ok(start.elapsed())
    }
}
