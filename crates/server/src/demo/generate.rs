//! Makes the measurements of models, in the order in which they arrive: month by month, late stretches at the end.
//!
//! Nothing here knows the database. The same model gives the same batches on every machine.

use std::ops::{ControlFlow, Range};

use gridfolio_calc::physics::{Counter, Flow, Run, Skies, Steps};
use gridfolio_series::{Columns, PropertyKind, Result};

use crate::demo::model::{Model, Shows, StreamModel, Zone};
use crate::kit::error::{ApiError, ApiResult};

/// Datums of one stream that arrive together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Batch {
    /// Place of the stream in [`Model::sources`].
    pub(crate) stream: usize,
    /// The datums, in order of time.
    pub(crate) datums: Columns,
}

/// A stream with its counters, which run on from month to month.
struct Meter<'m> {
    model: &'m StreamModel,
    forward: Counter,
    backward: Counter,
}

/// Gives every batch of a model to `take`, until that says to stop. Tells whether all were taken.
pub(crate) fn generate(model: &Model, take: &mut dyn FnMut(Batch) -> ControlFlow<()>) -> ApiResult<bool> {
    let mut runs: Vec<Run> = model.sites.iter().map(|site| Run::new(site.site.clone())).collect();
    let mut meters: Vec<Vec<Meter<'_>>> =
        model.sites.iter().map(|site| site.streams.iter().map(Meter::new).collect()).collect();
    let mut late = Vec::new();
    for month in Zone::named(model.zone)?.months(&model.span)? {
        let mut stream = 0;
        for (run, meters) in runs.iter_mut().zip(&mut meters) {
            let steps = run.steps(month.start, month.end);
            for meter in meters {
                let mut batches = meter.read(&steps).map_err(ApiError::from)?.into_iter();
                let on_time = batches.next().filter(|datums| !datums.is_empty());
                if on_time.is_some_and(|datums| take(Batch { stream, datums }).is_break()) {
                    return Ok(false);
                }
                late.extend(batches.map(|datums| Batch { stream, datums }));
                stream += 1;
            }
        }
    }
    Ok(late.into_iter().all(|batch| take(batch).is_continue()))
}

impl<'m> Meter<'m> {
    fn new(model: &'m StreamModel) -> Self {
        Self { model, forward: Counter::showing(model.first_count), backward: Counter::showing(0) }
    }

    /// What arrives in time, then each stretch that is late.
    fn read(&mut self, steps: &Steps) -> Result<Vec<Columns>> {
        let alive = self.model.alive.as_ref().map_or(0..steps.times.len(), |alive| rows(&steps.times, alive));
        let shown = self.show(steps, alive);
        let is_late = |at: i64| self.model.late.iter().any(|stretch| stretch.contains(&at));
        let mut parts = vec![shown.filtered(|at| !is_late(at))?];
        for stretch in &self.model.late {
            let part = shown.filtered(|at| stretch.contains(&at))?;
            if !part.is_empty() {
                parts.push(part);
            }
        }
        Ok(parts)
    }

    fn show(&mut self, steps: &Steps, rows: Range<usize>) -> Shown {
        let times = steps.times[rows.clone()].to_vec();
        let shown = match self.model.shows {
            Shows::Array(number) => match steps.arrays.get(number) {
                Some(flow) => self.meter(flow, rows, false),
                None => Vec::new(),
            },
            Shows::Arrays => match steps.arrays.split_first() {
                Some((first, rest)) => {
                    let sum = rest.iter().fold(first.clone(), |sum, flow| sum.plus(flow));
                    self.meter(&sum, rows, false)
                }
                None => Vec::new(),
            },
            Shows::Load => self.meter(&steps.load, rows, false),
            Shows::Battery => self.meter(&steps.battery, rows, true),
            Shows::Grid => self.meter(&steps.grid, rows, true),
            Shows::Irradiance => self.pyranometer(&steps.skies, rows),
            Shows::Air => air(&steps.skies, rows),
        };
        Shown { times, columns: shown }
    }

    fn meter(&mut self, flow: &Flow, rows: Range<usize>, both_ways: bool) -> Vec<Values> {
        let counted = |counter: &mut Counter, steps: &[i64]| -> Vec<i64> {
            steps[rows.clone()].iter().map(|step| counter.count(*step, 0)).collect()
        };
        let forward = counted(&mut self.forward, &flow.forward_mwh);
        let mut columns = vec![
            Values::new(PropertyKind::Instantaneous, "watts", 0, flow.watts[rows.clone()].to_vec()),
            Values::new(PropertyKind::Accumulating, "wattHours", 0, forward),
        ];
        if both_ways {
            let backward = counted(&mut self.backward, &flow.backward_mwh);
            columns.push(Values::new(PropertyKind::Accumulating, "wattHoursReverse", 0, backward));
        }
        columns
    }

    fn pyranometer(&mut self, skies: &Skies, rows: Range<usize>) -> Vec<Values> {
        let part = |values: &[i64]| values[rows.clone()].to_vec();
        let steps = &skies.irradiation_thousandths[rows.clone()];
        let counted = steps.iter().map(|step| self.forward.count(*step, 1)).collect();
        vec![
            Values::new(PropertyKind::Instantaneous, "irradiance", 1, part(&skies.irradiance_tenths)),
            Values::new(PropertyKind::Instantaneous, "cellTemp", 1, part(&skies.cell_tenths)),
            Values::new(PropertyKind::Instantaneous, "temp", 1, part(&skies.air_tenths)),
            Values::new(PropertyKind::Accumulating, "irradianceHours", 1, counted),
        ]
    }
}

fn air(skies: &Skies, rows: Range<usize>) -> Vec<Values> {
    let part = |values: &[i64]| values[rows.clone()].to_vec();
    vec![
        Values::new(PropertyKind::Instantaneous, "temp", 1, part(&skies.air_tenths)),
        Values::new(PropertyKind::Instantaneous, "wspeed", 1, part(&skies.wind_tenths)),
        Values::new(PropertyKind::Instantaneous, "cloudiness", 0, part(&skies.cover_percent)),
    ]
}

fn rows(times: &[i64], alive: &Range<i64>) -> Range<usize> {
    let start = times.partition_point(|at| *at < alive.start);
    start..times.partition_point(|at| *at < alive.end).max(start)
}

/// A property as integers.
struct Values {
    kind: PropertyKind,
    name: &'static str,
    scale: u8,
    integers: Vec<i64>,
}

impl Values {
    fn new(kind: PropertyKind, name: &'static str, scale: u8, integers: Vec<i64>) -> Self {
        Self { kind, name, scale, integers }
    }
}

/// What a stream shows, not yet cut by when it arrives.
struct Shown {
    times: Vec<i64>,
    columns: Vec<Values>,
}

impl Shown {
    fn filtered(&self, wanted: impl Fn(i64) -> bool) -> Result<Columns> {
        let kept: Vec<bool> = self.times.iter().map(|at| wanted(*at)).collect();
        let part = |values: &[i64]| -> Vec<i64> {
            values.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(value, _)| *value).collect()
        };
        let mut columns = Columns::new(part(&self.times));
        for Values { kind, name, scale, integers } in &self.columns {
            columns = columns.with_fixed(*kind, name, *scale, part(integers))?;
        }
        Ok(columns)
    }
}
