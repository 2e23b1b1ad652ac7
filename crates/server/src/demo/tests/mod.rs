//! What the demo organisation holds: the same on every machine, and such as real plants show.

mod checksums;
mod documents;
mod physics;
mod store;

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};

use gridfolio_series::{Columns, PropertyKind};
use jiff::civil::DateTime;

use super::generate::{Batch, generate};
use super::model::{Model, Zone};
use super::plants;

/// A model with all its batches, in the order in which they arrive.
pub(super) struct Made {
    pub(super) model: Model,
    pub(super) batches: Vec<Batch>,
}

/// A project of the demo, made.
pub(super) fn project(code: &str) -> Made {
    let models = plants::all().unwrap();
    make(models.into_iter().find(|model| model.project == code).unwrap())
}

fn make(model: Model) -> Made {
    let mut batches = Vec::new();
    let all = generate(&model, &mut |batch| {
        batches.push(batch);
        ControlFlow::Continue(())
    });
    assert!(all.unwrap(), "all were taken");
    Made { model, batches }
}

impl Made {
    /// Whether a source has a property.
    pub(super) fn has(&self, source: &str, name: &str) -> bool {
        let stream = self.model.sources().iter().position(|known| known == source).unwrap();
        let first = self.batches.iter().find(|batch| batch.stream == stream).unwrap();
        first.datums.column(PropertyKind::Accumulating, name).is_some()
    }

    /// Times and whole numbers of a property of a source, in order of time.
    pub(super) fn series(&self, source: &str, name: &str) -> BTreeMap<i64, i64> {
        let stream = self.model.sources().iter().position(|known| known.ends_with(source)).unwrap();
        let mut series = BTreeMap::new();
        for batch in self.batches.iter().filter(|batch| batch.stream == stream) {
            series.extend(values(&batch.datums, name));
        }
        assert!(!series.is_empty(), "{source} {name}");
        series
    }

    /// The instants between two wall times of the project.
    pub(super) fn between(&self, from: DateTime, until: DateTime) -> Range<i64> {
        Zone::named(self.model.zone).unwrap().between(from, until).unwrap()
    }
}

fn values(datums: &Columns, name: &str) -> Vec<(i64, i64)> {
    let kinds = [PropertyKind::Instantaneous, PropertyKind::Accumulating];
    let column = kinds.into_iter().find_map(|kind| datums.column(kind, name)).unwrap();
    let number = |row: usize| column.number(row).unwrap().scaled(1).unwrap() / 10;
    (0..datums.len()).map(|row| (datums.times()[row], i64::try_from(number(row)).unwrap())).collect()
}
