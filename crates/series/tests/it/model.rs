//! A slow, independent model of the store: a map of datums, and every hour worked out from scratch.

use std::collections::{BTreeMap, BTreeSet};

use gridfolio_series::{BucketSize, Datum, Number, Window};

use crate::support::HOUR;

/// What a bucket says, by property name.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ModelBucket {
    /// sum, count, min, max
    pub inst: BTreeMap<String, (Number, u64, Number, Number)>,
    /// clock (to 20 digits), and diff, start, end
    pub acc: BTreeMap<String, (Number, [Number; 3])>,
    pub status: BTreeMap<String, String>,
    pub tags: BTreeSet<String>,
}

pub(crate) type Rows = BTreeMap<i64, Datum>;

fn mode(values: impl IntoIterator<Item = String>) -> Option<String> {
    let mut counts: BTreeMap<String, i32> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let most = *counts.values().max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(value, _)| value)
}

/// The record of the hour [S, E), straight from the contract's words.
pub(crate) fn hour(rows: &Rows, s: i64) -> Option<ModelBucket> {
    let e = s + HOUR;
    let year_ago = jiff::Timestamp::from_millisecond(s).unwrap().to_zoned(jiff::tz::TimeZone::UTC)
        - jiff::Span::new().years(1);
    let has_a = |datum: &&Datum| !datum.accumulating.is_empty();
    let inside: Vec<&Datum> = rows.range(s..e).map(|(_, datum)| datum).collect();
    let at_end = rows.get(&e);
    let leading =
        rows.range(year_ago.timestamp().as_millisecond()..s).rev().map(|(_, datum)| datum).find(has_a);
    let gap_hour = inside.is_empty() && at_end.as_ref().is_some_and(has_a) && leading.is_some();
    if inside.is_empty() && !gap_hour {
        return None;
    }
    let dropped = inside.first().is_some_and(|first| first.at == s && has_a(first));
    let trailing = if at_end.is_some() { None } else { rows.range(e + 1..).next().map(|(_, datum)| datum) };
    let lead = leading.filter(|_| !dropped);
    let seen: Vec<&Datum> = lead.into_iter().chain(inside.clone()).chain(at_end).chain(trailing).collect();
    let mut bucket = ModelBucket::default();
    let names: BTreeSet<&String> = seen.iter().flat_map(|datum| datum.accumulating.keys()).collect();
    for name in names {
        let values: Vec<(i64, &Number)> =
            seen.iter().filter_map(|datum| Some((datum.at, datum.accumulating.get(name)?))).collect();
        let read: Vec<&Number> = values.iter().filter(|(at, _)| *at <= e).map(|(_, value)| *value).collect();
        let (Some(first), Some(last)) = (read.first(), read.last()) else { continue };
        let mut clock = Number::ZERO;
        for pair in values.windows(2) {
            let ((t0, v0), (t1, v1)) = (pair[0], pair[1]);
            let covered = t1.min(e) - t0.max(s);
            if t1 - t0 <= HOUR && covered > 0 {
                clock += &(v1 - v0).mul_ratio(covered, t1 - t0, 20).unwrap();
            }
        }
        bucket.acc.insert(name.clone(), (clock, [*last - *first, (*first).clone(), (*last).clone()]));
    }
    for datum in &inside {
        for (name, value) in &datum.instantaneous {
            let entry = bucket.inst.entry(name.clone());
            let sum = entry.or_insert_with(|| (Number::ZERO, 0, value.clone(), value.clone()));
            *sum = (
                &sum.0 + value,
                sum.1 + 1,
                sum.2.clone().min(value.clone()),
                sum.3.clone().max(value.clone()),
            );
        }
        bucket.tags.extend(datum.tags.iter().cloned());
    }
    let names: BTreeSet<&String> = inside.iter().flat_map(|datum| datum.status.keys()).collect();
    for name in names {
        let values = inside.iter().filter_map(|datum| datum.status.get(name).cloned());
        bucket.status.extend(mode(values).map(|value| (name.clone(), value)));
    }
    Some(bucket)
}

fn add(sum: &mut ModelBucket, later: &ModelBucket) {
    for (name, (value, count, low, high)) in &later.inst {
        let entry = sum.inst.entry(name.clone());
        let own = entry.or_insert_with(|| (Number::ZERO, 0, low.clone(), high.clone()));
        *own =
            (&own.0 + value, own.1 + count, own.2.clone().min(low.clone()), own.3.clone().max(high.clone()));
    }
    for (name, (clock, [diff, start, end])) in &later.acc {
        let entry = sum.acc.entry(name.clone());
        let own = entry.or_insert_with(|| (Number::ZERO, [Number::ZERO, start.clone(), end.clone()]));
        own.0 += clock;
        own.1[0] += diff;
        own.1[2] = end.clone();
    }
    sum.tags.extend(later.tags.iter().cloned());
}

/// All buckets of a window of hours or longer, keyed by wall time (and offset, for hours).
pub(crate) fn buckets(rows: &Rows, window: &Window) -> BTreeMap<String, ModelBucket> {
    let mut answer: BTreeMap<String, ModelBucket> = BTreeMap::new();
    // Bucket → day → modes of its hours.
    let mut modes: BTreeMap<(String, String), BTreeMap<String, Vec<String>>> = BTreeMap::new();
    let mut h = window.from + (-window.from).rem_euclid(HOUR);
    while h < window.until {
        if let Some(record) = hour(rows, h) {
            let local = jiff::Timestamp::from_millisecond(h).unwrap().to_zoned(window.zone.clone());
            let key = match window.size {
                BucketSize::Day => local.strftime("%Y-%m-%d").to_string(),
                BucketSize::Month => local.strftime("%Y-%m").to_string(),
                BucketSize::Year => local.strftime("%Y").to_string(),
                _ => local.strftime("%Y-%m-%dT%H:%M%:z").to_string(),
            };
            add(answer.entry(key.clone()).or_default(), &record);
            for (name, value) in record.status {
                let day = local.strftime("%Y-%m-%d").to_string();
                modes.entry((key.clone(), name)).or_default().entry(day).or_default().push(value);
            }
        }
        h += HOUR;
    }
    for ((key, name), days) in modes {
        let value = match window.size {
            BucketSize::Year => None,
            BucketSize::Month => mode(days.into_values().filter_map(mode)),
            _ => mode(days.into_values().flatten()),
        };
        if let Some(bucket) = answer.get_mut(&key) {
            bucket.status.extend(value.map(|value| (name, value)));
        }
    }
    answer
}
