//! The energy tree of projects: systems are summed from meters, sites from systems, the project from sites.

use std::collections::HashMap;

use gridfolio_db::Session;
use gridfolio_series::{BucketSize, Number, StreamBuckets, Window};
use gridfolio_wire::Quantity;
use gridfolio_wire::catalogue::{Project, Site, System};
use gridfolio_wire::energy::{
    EnergyProject, EnergySite, EnergySystem, InOrder, SourceReadings, TotalsByBucket,
};
use jiff::tz::TimeZone;

use crate::catalogue::service::zone;
use crate::catalogue::tree::Children;
use crate::energy::meters::{Meter, Role, meters};
use crate::energy::period::Period;
use crate::energy::totals::{ENERGY, POWER, REVERSE, Totals, quantity, source_reading};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::stored::Stored;

/// The time zone of a project.
pub fn time_zone(project: &Stored<Project>) -> ApiResult<TimeZone> {
    TimeZone::get(zone(project)).map_err(ApiError::internal)
}

/// The energy trees of projects, in the order given.
pub async fn energy_trees(
    session: &mut Session,
    projects: &[Stored<Project>],
    period: &Period,
) -> ApiResult<Vec<EnergyProject<TotalsByBucket>>> {
    let codes: Vec<_> = projects.iter().map(|project| &project.key).collect();
    let children = Children::load(session, &codes).await?;
    let mut trees = Vec::with_capacity(projects.len());
    for (window, members) in by_zone(projects, period)? {
        let mut query = EnergyQuery::load(session, &children, &members, window).await?;
        for (position, project) in members {
            trees.push((position, query.project(session, project).await?));
        }
    }
    trees.sort_by_key(|(position, _)| *position);
    Ok(trees.into_iter().map(|(_, tree)| tree).collect())
}

type Placed<'a> = Vec<(usize, &'a Stored<Project>)>;

/// Projects that share a zone share a window, and with it one query.
fn by_zone<'a>(projects: &'a [Stored<Project>], period: &Period) -> ApiResult<Vec<(Window, Placed<'a>)>> {
    let mut groups: Vec<(&str, Window, Placed<'a>)> = Vec::new();
    for (position, project) in projects.iter().enumerate() {
        let name = zone(project);
        if let Some((.., members)) = groups.iter_mut().find(|(known, ..)| *known == name) {
            members.push((position, project));
        } else {
            groups.push((name, period.window(&time_zone(project)?)?, vec![(position, project)]));
        }
    }
    Ok(groups.into_iter().map(|(_, window, members)| (window, members)).collect())
}

/// The measurements of some projects in one window.
struct EnergyQuery<'c> {
    children: &'c Children,
    window: Window,
    /// Energy by bucket, by stream.
    buckets: HashMap<i64, StreamBuckets>,
    /// The same by hour, where buckets are too short to have readings.
    hours: Option<HashMap<i64, StreamBuckets>>,
    /// Peaks that are known already, by streams.
    peaks: HashMap<Vec<i64>, Option<Quantity>>,
}

/// One level of the tree before it is written down.
struct Level {
    totals: Totals,
    sources: SourceReadings,
    meters: Vec<Meter>,
    dc_size_kw: Option<Number>,
}

impl<'c> EnergyQuery<'c> {
    async fn load(
        session: &mut Session,
        children: &'c Children,
        projects: &Placed<'_>,
        window: Window,
    ) -> ApiResult<Self> {
        let mut streams = Vec::new();
        for (_, project) in projects {
            for site in children.sites(&project.key) {
                for system in children.systems(&site.key) {
                    let counted = meters(system, children.measured(&system.key))?;
                    streams.extend(counted.into_iter().map(|meter| meter.source.stream));
                }
            }
        }
        let window = clip(session, &streams, window).await?;
        let buckets = load_buckets(session, &streams, &window).await?;
        let has_readings =
            matches!(window.size, BucketSize::Hour | BucketSize::Day | BucketSize::Month | BucketSize::Year);
        let hours = if has_readings {
            None
        } else {
            let by_hour = Window { size: BucketSize::Hour, ..window.clone() };
            Some(load_buckets(session, &streams, &by_hour).await?)
        };
        Ok(Self { children, window, buckets, hours, peaks: HashMap::new() })
    }

    async fn project(
        &mut self,
        session: &mut Session,
        project: &Stored<Project>,
    ) -> ApiResult<EnergyProject<TotalsByBucket>> {
        let (mut sites, mut levels) = (Vec::new(), Vec::new());
        for site in self.children.sites(&project.key) {
            let (value, level) = self.site(session, site).await?;
            sites.push((site.key.site.to_string(), value));
            levels.push(level);
        }
        let level = Level::sum(levels, size_kw(project.document.get("dcSize")));
        Ok(EnergyProject {
            code: project.key.to_string(),
            name: project.text_member("name").unwrap_or_default().to_owned(),
            peak_generation: self.peak(session, &level, is_generation).await?,
            peak_consumption: self.peak(session, &level, is_consumption).await?,
            aggregated_totals: level.totals.on_the_wire(level.dc_size_kw.as_ref()),
            sources: level.sources,
            sites: InOrder(sites),
        })
    }

    async fn site(
        &mut self,
        session: &mut Session,
        site: &Stored<Site>,
    ) -> ApiResult<(EnergySite<TotalsByBucket>, Level)> {
        let (mut systems, mut levels) = (Vec::new(), Vec::new());
        for system in self.children.systems(&site.key) {
            let (value, level) = self.system(session, system).await?;
            systems.push((system.key.system.to_string(), value));
            levels.push(level);
        }
        let level = Level::sum(levels, size_kw(site.document.get("dcSize")));
        let value = EnergySite {
            code: site.key.site.to_string(),
            name: site.text_member("name").unwrap_or_default().to_owned(),
            peak_generation: self.peak(session, &level, is_generation).await?,
            peak_consumption: self.peak(session, &level, is_consumption).await?,
            aggregated_totals: level.totals.on_the_wire(level.dc_size_kw.as_ref()),
            sources: level.sources.clone(),
            systems: InOrder(systems),
        };
        Ok((value, level))
    }

    async fn system(
        &mut self,
        session: &mut Session,
        system: &Stored<System>,
    ) -> ApiResult<(EnergySystem<TotalsByBucket>, Level)> {
        let counted = meters(system, self.children.measured(&system.key))?;
        let (mut totals, mut sources) = (Totals::default(), Vec::new());
        for meter in &counted {
            let stream = meter.source.stream;
            if let Some(buckets) = self.buckets.get(&stream) {
                totals.count(meter.role, buckets);
            }
            if let Some(readings) = self.hours.as_ref().unwrap_or(&self.buckets).get(&stream) {
                sources.push((meter.source.id.to_string(), source_reading(readings)));
            }
        }
        let level = Level {
            totals,
            sources: SourceReadings(sources),
            meters: counted,
            dc_size_kw: system_size_kw(system),
        };
        let value = EnergySystem {
            code: system.key.system.to_string(),
            name: system.text_member("name").unwrap_or_default().to_owned(),
            peak_generation: self.peak(session, &level, is_generation).await?,
            peak_consumption: self.peak(session, &level, is_consumption).await?,
            aggregated_totals: level.totals.on_the_wire(level.dc_size_kw.as_ref()),
            sources: level.sources.clone(),
        };
        Ok((value, level))
    }

    /// The highest mean power of the meters that count, all together. A level with the same meters as the one below
    /// has the same peak.
    async fn peak(
        &mut self,
        session: &mut Session,
        level: &Level,
        counts: fn(Role) -> bool,
    ) -> ApiResult<Option<Quantity>> {
        let streams: Vec<i64> =
            level.meters.iter().filter(|m| counts(m.role)).map(|m| m.source.stream).collect();
        if streams.is_empty() {
            return Ok(None);
        }
        if let Some(known) = self.peaks.get(&streams) {
            return Ok(known.clone());
        }
        let peak = gridfolio_series::peak(session, &streams, &self.window, POWER).await?;
        let peak = peak.as_ref().and_then(quantity);
        self.peaks.insert(streams, peak.clone());
        Ok(peak)
    }
}

fn is_generation(role: Role) -> bool {
    role == Role::Generation
}

fn is_consumption(role: Role) -> bool {
    matches!(role, Role::Consumption | Role::GridMeter)
}

/// Longer windows are cut to what the streams have, and a year around it: an empty century costs nothing.
const LONG_MS: i64 = 3 * YEAR_MS;
const YEAR_MS: i64 = 366 * 24 * 3_600_000;

async fn clip(session: &mut Session, streams: &[i64], window: Window) -> ApiResult<Window> {
    if window.until - window.from <= LONG_MS {
        return Ok(window);
    }
    let mut span: Option<(i64, i64)> = None;
    for stream in streams {
        if let Some((first, last)) = gridfolio_series::bounds(session, *stream).await? {
            let (from, until) = span.unwrap_or((first, last));
            span = Some((from.min(first), until.max(last)));
        }
    }
    let (first, last) = span.unwrap_or((window.from, window.from));
    let from = window.from.max(first - YEAR_MS);
    Ok(Window { from, until: window.until.min(last + YEAR_MS).max(from), ..window })
}

async fn load_buckets(
    session: &mut Session,
    streams: &[i64],
    window: &Window,
) -> ApiResult<HashMap<i64, StreamBuckets>> {
    let found = gridfolio_series::buckets(session, streams, window, &[ENERGY, REVERSE]).await?;
    Ok(found.into_iter().map(|buckets| (buckets.stream, buckets)).collect())
}

impl Level {
    /// The sum of the level below. Its size is its own, or that of the generation below where all of it is known.
    fn sum(below: Vec<Self>, own_size_kw: Option<Number>) -> Self {
        let mut sum = Self {
            totals: Totals::default(),
            sources: SourceReadings::default(),
            meters: Vec::new(),
            dc_size_kw: (!below.is_empty()).then_some(Number::ZERO),
        };
        for level in below {
            sum.totals.add(&level.totals);
            sum.sources.0.extend(level.sources.0);
            sum.meters.extend(level.meters);
            sum.dc_size_kw = sum.dc_size_kw.zip(level.dc_size_kw).map(|(a, b)| &a + &b);
        }
        sum.dc_size_kw = own_size_kw.or(sum.dc_size_kw);
        sum
    }
}

/// What a system adds to the size of its site: nothing, if it does not generate.
fn system_size_kw(system: &Stored<System>) -> Option<Number> {
    let generates = system.text_member("type") == Some("generation");
    if generates { size_kw(system.document.get("dcSize")) } else { Some(Number::ZERO) }
}

/// A size in kW, from the number's shortest text.
fn size_kw(value: Option<&serde_json::Value>) -> Option<Number> {
    value?.as_number()?.to_string().parse().ok()
}
