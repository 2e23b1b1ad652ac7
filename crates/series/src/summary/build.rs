//! Summaries from columns.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Acc, Inst, Slots, Summary};
use crate::columns::{Column, Columns, Data};
use crate::hour::{HOUR, Reading, RowKind, fold_hour, hour_of};
use crate::stream::Properties;
use crate::{Number, PropertyKind};

const QUARTER: i64 = HOUR / 4;

/// Makes summaries of ranges of rows; rows are sorted.
pub(crate) struct Builder<'c> {
    rows: &'c Columns,
    instantaneous: Vec<(usize, &'c Column)>,
    accumulating: Vec<(usize, &'c Column)>,
    status: Vec<(usize, &'c Column)>,
}

impl<'c> Builder<'c> {
    pub(crate) fn new(rows: &'c Columns, properties: &Properties) -> Self {
        let of = |kind: PropertyKind| -> Vec<(usize, &'c Column)> {
            let mut found: Vec<_> = rows
                .columns
                .iter()
                .filter(|column| column.kind == kind)
                .filter_map(|column| Some((properties.index(kind, &column.name)?, column)))
                .collect();
            found.sort_by_key(|(index, _)| *index);
            found
        };
        Self {
            rows,
            instantaneous: of(PropertyKind::Instantaneous),
            accumulating: of(PropertyKind::Accumulating),
            status: of(PropertyKind::Status),
        }
    }

    /// The summary of a range of rows; `None` for an empty range.
    pub(crate) fn summary(&self, rows: Range<usize>) -> Option<Summary> {
        if rows.is_empty() {
            return None;
        }
        if self.is_uniform(&rows) {
            return Some(self.uniform(rows));
        }
        // Rows with different meters: hour by hour, as the rule for leading and trailing rows wants.
        let mut hours = self.hours(rows).map(|(_, hour)| self.single_hour(hour));
        let first = hours.next()?;
        Some(hours.fold(first, Summary::join))
    }

    /// The ranges of rows of each UTC hour.
    fn hours(&self, rows: Range<usize>) -> impl Iterator<Item = (i64, Range<usize>)> + '_ {
        let mut next = rows.start;
        std::iter::from_fn(move || {
            let start = next;
            let hour = hour_of(*self.rows.times[..rows.end].get(start)?);
            next += self.rows.times[start..rows.end].partition_point(|&at| at < hour + HOUR);
            Some((hour, start..next))
        })
    }

    fn is_uniform(&self, rows: &Range<usize>) -> bool {
        self.accumulating.iter().all(|(_, column)| {
            let count = rows.clone().filter(|&row| column.data.has(row)).count();
            matches!(&column.data, Data::Fixed { present: None, .. }) || count == 0 || count == rows.len()
        })
    }

    /// Only what concerns instantaneous properties, texts and tags; the range is not empty.
    pub(crate) fn statistics(&self, rows: Range<usize>) -> Summary {
        self.base(rows)
    }

    fn base(&self, rows: Range<usize>) -> Summary {
        Summary {
            count: rows.len() as u64,
            first_at: self.rows.times[rows.start],
            last_at: self.rows.times[rows.end - 1],
            readings: None,
            uniform: true,
            inst: self.inst(&rows),
            acc: Slots::default(),
            status: self.status(&rows),
            tags: self.rows.tags.get(rows).into_iter().flatten().flatten().cloned().collect(),
        }
    }

    /// Every row has the same meters: differences telescope.
    fn uniform(&self, rows: Range<usize>) -> Summary {
        let mut summary = self.base(rows.clone());
        let (first, last) = (rows.start, rows.end - 1);
        let times = &self.rows.times;
        let gaps: Vec<usize> = (first..last).filter(|&row| times[row + 1] - times[row] > HOUR).collect();
        for (property, column) in &self.accumulating {
            let (Some(start), Some(end)) = (column.number(first), column.number(last)) else { continue };
            let reading = Reading::step(&start, &end);
            let mut clock = reading.diff.clone();
            for &row in &gaps {
                if let (Some(before), Some(after)) = (column.number(row), column.number(row + 1)) {
                    clock -= &(&after - &before);
                }
            }
            let acc = Acc {
                clock,
                reading: Some(reading),
                head: Some((summary.first_at, start)),
                lead: Some(end.clone()),
                tail: Some((summary.last_at, end)),
            };
            summary.acc.insert(*property, acc);
            summary.readings = Some((summary.first_at, summary.last_at));
        }
        summary
    }

    /// Rows of one hour, by themselves.
    fn single_hour(&self, rows: Range<usize>) -> Summary {
        let mut summary = self.base(rows.clone());
        let with_readings: Vec<usize> = rows.clone().filter(|&row| self.rows.has_reading(row)).collect();
        let (Some(&first), Some(&last)) = (with_readings.first(), with_readings.last()) else {
            return summary;
        };
        summary.readings = Some((self.rows.times[first], self.rows.times[last]));
        summary.uniform = self.is_uniform(&rows);
        let start = hour_of(summary.first_at);
        for (property, column) in &self.accumulating {
            let values: Vec<(i64, Number)> = with_readings
                .iter()
                .filter_map(|&row| Some((self.rows.times[row], column.number(row)?)))
                .collect();
            let folded = fold_hour(values.iter().map(|(at, value)| (*at, RowKind::Datum, value)), start);
            if let Some(sum) = folded {
                let acc = Acc {
                    clock: sum.clock,
                    reading: sum.reading,
                    head: values.first().cloned(),
                    lead: column.number(last),
                    tail: values.last().cloned(),
                };
                summary.acc.insert(*property, acc);
            }
        }
        summary
    }

    fn inst(&self, rows: &Range<usize>) -> Slots<Inst> {
        let mut all = Slots::default();
        for (property, column) in &self.instantaneous {
            let inst = match &column.data {
                Data::Fixed { scale, values, present } => {
                    let present = present.as_ref().map(|present| &present[rows.clone()]);
                    fixed_inst(&self.rows.times[rows.clone()], &values[rows.clone()], present, *scale)
                }
                data => exact_inst(rows.clone().filter_map(|row| data.number(row))),
            };
            if let Some(inst) = inst {
                all.insert(*property, inst);
            }
        }
        all
    }

    fn status(&self, rows: &Range<usize>) -> Slots<BTreeMap<String, u64>> {
        let mut all: Slots<BTreeMap<String, u64>> = Slots::default();
        for (property, column) in &self.status {
            for (_, hour) in self.hours(rows.clone()) {
                let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
                for text in hour.filter_map(|row| column.text(row)) {
                    *counts.entry(text).or_default() += 1;
                }
                if let Some(value) = mode(counts) {
                    *all.entry(*property).entry(value.to_owned()).or_default() += 1;
                }
            }
        }
        all
    }
}

/// The most frequent value; of several the first in order of text.
pub(crate) fn mode<T: Ord>(counts: impl IntoIterator<Item = (T, u64)>) -> Option<T> {
    let mut best: Option<(T, u64)> = None;
    for (value, count) in counts {
        let better =
            best.as_ref().is_none_or(|(own, most)| count > *most || (count == *most && value < *own));
        if better {
            best = Some((value, count));
        }
    }
    best.map(|(value, _)| value)
}

fn fixed_inst(times: &[i64], values: &[i64], present: Option<&[bool]>, scale: u8) -> Option<Inst> {
    let (mut sum, mut count) = (0_i128, 0_u64);
    let (mut min, mut max) = (i64::MAX, i64::MIN);
    let (mut slot, mut slot_sum, mut slot_count, mut bound) = (i64::MIN, 0_i128, 0_i128, i128::MIN);
    for (row, (&at, &value)) in times.iter().zip(values).enumerate() {
        if present.is_some_and(|present| !present[row]) {
            continue;
        }
        if at >= slot.saturating_add(QUARTER) || slot == i64::MIN {
            bound = bound.max(ceiling(slot_sum, slot_count));
            slot = at - at.rem_euclid(QUARTER);
            (slot_sum, slot_count) = (0, 0);
        }
        slot_sum += i128::from(value);
        slot_count += 1;
        sum += i128::from(value);
        count += 1;
        min = min.min(value);
        max = max.max(value);
    }
    bound = bound.max(ceiling(slot_sum, slot_count));
    let number = |value: i128| Number::new(value, i32::from(scale));
    (count > 0).then(|| Inst {
        sum: number(sum),
        count,
        min: number(i128::from(min)),
        max: number(i128::from(max)),
        slot_bound: number(bound),
    })
}

/// The mean rounded up; lowest for no value.
fn ceiling(sum: i128, count: i128) -> i128 {
    if count == 0 { i128::MIN } else { sum.div_euclid(count) + i128::from(sum.rem_euclid(count) != 0) }
}

fn exact_inst(values: impl Iterator<Item = Number>) -> Option<Inst> {
    let mut all: Option<Inst> = None;
    for value in values {
        let one =
            Inst { sum: value.clone(), count: 1, min: value.clone(), max: value.clone(), slot_bound: value };
        match &mut all {
            None => all = Some(one),
            Some(all) => all.add(&one),
        }
    }
    all
}
