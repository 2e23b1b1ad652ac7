//! Columns from rows, from several columns, and from a batch laid over what is stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Column, Columns, Data, Tags};
use crate::{Datum, Number, PropertyKind};

/// A batch laid over stored rows.
pub(crate) struct Overlay {
    /// All rows, in order of time.
    pub(crate) rows: Columns,
    /// Rows of the batch at times that were new.
    pub(crate) inserted: usize,
    /// Rows of the batch that say what was stored already.
    pub(crate) unchanged: usize,
    /// The stored rows that the batch changed, as they were.
    pub(crate) replaced: Vec<Datum>,
}

impl Columns {
    /// Rows as columns, in the order given.
    pub fn from_datums(datums: &[Datum]) -> Self {
        let mut numbers: BTreeMap<(PropertyKind, &str), Vec<Option<Number>>> = BTreeMap::new();
        let mut texts: BTreeMap<&str, Vec<Option<String>>> = BTreeMap::new();
        let rows = datums.len();
        for (row, datum) in datums.iter().enumerate() {
            let instantaneous = datum.instantaneous.iter().map(|entry| (PropertyKind::Instantaneous, entry));
            let accumulating = datum.accumulating.iter().map(|entry| (PropertyKind::Accumulating, entry));
            for (kind, (name, value)) in instantaneous.chain(accumulating) {
                numbers.entry((kind, name)).or_insert_with(|| vec![None; rows])[row] = Some(value.clone());
            }
            for (name, value) in &datum.status {
                texts.entry(name).or_insert_with(|| vec![None; rows])[row] = Some(value.clone());
            }
        }
        let mut columns: Vec<Column> = numbers
            .into_iter()
            .map(|((kind, name), values)| Column {
                kind,
                name: name.into(),
                data: Data::from_numbers(values),
            })
            .collect();
        columns.extend(texts.into_iter().map(|(name, values)| Column {
            kind: PropertyKind::Status,
            name: name.into(),
            data: Data::Text(values),
        }));
        let tagged = datums.iter().any(|datum| !datum.tags.is_empty());
        let tags = if tagged { datums.iter().map(|datum| datum.tags.clone()).collect() } else { Vec::new() };
        Self { times: datums.iter().map(|datum| datum.at).collect(), columns, tags }
    }

    /// The parts one after the other.
    pub(crate) fn concat(parts: &[&Self]) -> Self {
        let mut keys: Vec<(PropertyKind, Arc<str>)> = Vec::new();
        for column in parts.iter().flat_map(|part| &part.columns) {
            if !keys.iter().any(|(kind, name)| *kind == column.kind && *name == column.name) {
                keys.push((column.kind, Arc::clone(&column.name)));
            }
        }
        let columns = keys.into_iter().map(|(kind, name)| {
            let of_parts: Vec<_> = parts
                .iter()
                .map(|part| (part.column(kind, &name).map(|column| &column.data), part.len()))
                .collect();
            Column { kind, data: Data::concat(&of_parts), name }
        });
        let columns = columns.collect();
        let tags = if parts.iter().all(|part| part.tags.is_empty()) {
            Vec::new()
        } else {
            let of = |part: &&Self| -> Vec<Tags> {
                if part.tags.is_empty() { vec![Tags::new(); part.len()] } else { part.tags.clone() }
            };
            parts.iter().flat_map(of).collect()
        };
        Self { times: parts.iter().flat_map(|part| &part.times).copied().collect(), columns, tags }
    }

    /// Sorted by time; of several rows at one time the last stays.
    pub(crate) fn sorted(self) -> Self {
        if self.times.windows(2).all(|pair| pair[0] < pair[1]) {
            return self;
        }
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|&row| self.times[row]);
        let last = |index: usize| {
            order.get(index + 1).is_none_or(|&next| self.times[next] != self.times[order[index]])
        };
        let kept: Vec<usize> =
            order.iter().enumerate().filter(|&(index, _)| last(index)).map(|(_, &row)| row).collect();
        self.take(&kept)
    }

    /// Lays a batch over these rows; both are sorted. A row of the batch replaces the whole row at its time.
    pub(crate) fn overlay(&self, batch: &Self) -> Overlay {
        let both = Self::concat(&[self, batch]);
        let appends =
            self.times.last().is_none_or(|last| batch.times.first().is_some_and(|first| first > last));
        if appends {
            return Overlay { rows: both, inserted: batch.len(), unchanged: 0, replaced: Vec::new() };
        }
        let (mut order, mut replaced, mut unchanged) = (Vec::with_capacity(both.len()), Vec::new(), 0);
        let (mut old, mut new) = (0, 0);
        while old < self.len() || new < batch.len() {
            let (at_old, at_new) = (self.times.get(old), batch.times.get(new));
            if at_new.is_none_or(|at_new| at_old.is_some_and(|at_old| at_old < at_new)) {
                order.push(old);
                old += 1;
                continue;
            }
            if at_old == at_new {
                match (self.datum(old), batch.datum(new)) {
                    (before, after) if before == after => unchanged += 1,
                    (before, _) => replaced.extend(before),
                }
                old += 1;
            }
            order.push(self.len() + new);
            new += 1;
        }
        let inserted = batch.len() - unchanged - replaced.len();
        Overlay { rows: both.take(&order), inserted, unchanged, replaced }
    }
}
