//! The stored form of a summary: one row per local day and local month.
//!
//! Times are relative to the first datum, numbers of one property share a scale, and what can be derived is left
//! out: a meter that every datum shows, without a gap, takes two numbers.

use super::bytes::{Put, Reader, get_numbers, put_numbers};
use crate::Number;
use crate::hour::Reading;
use crate::summary::{Acc, Inst, Summary};

const CODEC: u8 = 1;
const HEAD: usize = 5;

/// Every datum has the same meters.
const UNIFORM: u8 = 1;
const HAS_READINGS: u8 = 2;
const HAS_STATUS: u8 = 4;
const HAS_TAGS: u8 = 8;

/// The meter shows a value in the first and last datum and its reading and clock are their difference.
const PLAIN: u8 = 0;
const GENERAL: u8 = 1;

/// Key of an aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AggKey {
    pub(crate) stream: i64,
    pub(crate) kind: i64,
    pub(crate) start: i64,
}

fn checksum(key: AggKey, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for part in [key.stream, key.kind, key.start] {
        hasher.update(&part.to_le_bytes());
    }
    hasher.update(body);
    hasher.finalize()
}

pub(crate) fn encode(key: AggKey, summary: &Summary) -> Vec<u8> {
    let mut out = vec![CODEC, 0, 0, 0, 0];
    let mut flags = if summary.uniform { UNIFORM } else { 0 };
    flags |= if summary.readings.is_some() { HAS_READINGS } else { 0 };
    flags |= if summary.status.is_empty() { 0 } else { HAS_STATUS };
    flags |= if summary.tags.is_empty() { 0 } else { HAS_TAGS };
    out.push(flags);
    out.put_u64(summary.count);
    out.put_i64(summary.first_at);
    out.put_i64(summary.last_at - summary.first_at);
    if let Some((first, last)) = summary.readings {
        out.put_i64(first - summary.first_at);
        out.put_i64(summary.last_at - last);
    }
    out.put_len(summary.inst.len());
    for (property, inst) in summary.inst.iter() {
        out.put_len(property);
        out.put_u64(inst.count);
        put_numbers(&mut out, &[&inst.min, &inst.max, &inst.slot_bound, &inst.sum]);
    }
    out.put_len(summary.acc.len());
    for (property, acc) in summary.acc.iter() {
        out.put_len(property);
        put_acc(&mut out, acc, summary);
    }
    put_texts(&mut out, summary, flags);
    let sum = checksum(key, &out[HEAD..]);
    out[1..HEAD].copy_from_slice(&sum.to_le_bytes());
    out
}

/// Statuses and tags, where there are any.
fn put_texts(out: &mut Vec<u8>, summary: &Summary, flags: u8) {
    if flags & HAS_STATUS != 0 {
        out.put_len(summary.status.len());
        for (property, counts) in summary.status.iter() {
            out.put_len(property);
            out.put_len(counts.len());
            for (value, count) in counts {
                out.put_text(value);
                out.put_u64(*count);
            }
        }
    }
    if flags & HAS_TAGS != 0 {
        out.put_len(summary.tags.len());
        for tag in &summary.tags {
            out.put_text(tag);
        }
    }
}

/// The plain form of a meter: what the general form would hold.
fn plain(start: Number, end: Number, first_at: i64, last_at: i64) -> Acc {
    let reading = Reading::step(&start, &end);
    Acc {
        clock: reading.diff.clone(),
        reading: Some(reading),
        head: Some((first_at, start)),
        lead: Some(end.clone()),
        tail: Some((last_at, end)),
    }
}

fn put_acc(out: &mut Vec<u8>, acc: &Acc, summary: &Summary) {
    if let (Some((_, start)), Some((_, end))) = (&acc.head, &acc.tail)
        && *acc == plain(start.clone(), end.clone(), summary.first_at, summary.last_at)
    {
        out.push(PLAIN);
        put_numbers(out, &[start, end]);
        return;
    }
    let zero = Number::ZERO;
    let present = [acc.reading.is_some(), acc.head.is_some(), acc.lead.is_some(), acc.tail.is_some()];
    out.push(GENERAL | present.iter().rev().fold(0, |bits, &has| bits << 1 | u8::from(has)) << 1);
    out.put_i64(acc.head.as_ref().map_or(0, |(at, _)| at - summary.first_at));
    out.put_i64(acc.tail.as_ref().map_or(0, |(at, _)| summary.last_at - at));
    let reading = acc.reading.as_ref();
    put_numbers(
        out,
        &[
            &acc.clock,
            reading.map_or(&zero, |reading| &reading.diff),
            reading.map_or(&zero, |reading| &reading.start),
            reading.map_or(&zero, |reading| &reading.end),
            acc.head.as_ref().map_or(&zero, |(_, value)| value),
            acc.lead.as_ref().unwrap_or(&zero),
            acc.tail.as_ref().map_or(&zero, |(_, value)| value),
        ],
    );
}

fn get_acc(reader: &mut Reader<'_>, summary: &Summary) -> Option<Acc> {
    let form = reader.byte()?;
    if form == PLAIN {
        let [start, end] = get_numbers(reader)?;
        return Some(plain(start, end, summary.first_at, summary.last_at));
    }
    let has = |bit: u8| form >> bit & 1 == 1;
    let head_at = summary.first_at.checked_add(reader.i64()?)?;
    let tail_at = summary.last_at.checked_sub(reader.i64()?)?;
    let [clock, diff, start, end, head, lead, tail] = get_numbers(reader)?;
    Some(Acc {
        clock,
        reading: has(1).then_some(Reading { diff, start, end }),
        head: has(2).then_some((head_at, head)),
        lead: has(3).then_some(lead),
        tail: has(4).then_some((tail_at, tail)),
    })
}

/// Decodes an aggregate; `Err` says what is wrong with the bytes.
pub(crate) fn decode(key: AggKey, bytes: &[u8]) -> Result<Summary, &'static str> {
    let (head, body) = bytes.split_at_checked(HEAD).ok_or("aggregate too short")?;
    if head[0] != CODEC {
        return Err("unknown aggregate coding");
    }
    if checksum(key, body).to_le_bytes() != head[1..] {
        return Err("checksum of an aggregate");
    }
    decode_body(&mut Reader::new(body)).ok_or("layout of an aggregate")
}

fn decode_body(reader: &mut Reader<'_>) -> Option<Summary> {
    let flags = reader.byte()?;
    let count = reader.u64()?;
    let first_at = reader.i64()?;
    let last_at = first_at.checked_add(reader.i64()?)?;
    let readings = if flags & HAS_READINGS == 0 {
        None
    } else {
        Some((first_at.checked_add(reader.i64()?)?, last_at.checked_sub(reader.i64()?)?))
    };
    let mut summary = Summary {
        count,
        first_at,
        last_at,
        readings,
        uniform: flags & UNIFORM != 0,
        inst: crate::summary::Slots::default(),
        acc: crate::summary::Slots::default(),
        status: crate::summary::Slots::default(),
        tags: crate::columns::Tags::new(),
    };
    for _ in 0..reader.len()? {
        let property = usize::try_from(reader.u64()?).ok()?;
        let count = reader.u64()?;
        let [min, max, slot_bound, sum] = get_numbers(reader)?;
        summary.inst.insert(property, Inst { sum, count, min, max, slot_bound });
    }
    for _ in 0..reader.len()? {
        let property = usize::try_from(reader.u64()?).ok()?;
        let acc = get_acc(reader, &summary)?;
        summary.acc.insert(property, acc);
    }
    get_texts(reader, &mut summary, flags)?;
    reader.is_empty().then_some(summary)
}

fn get_texts(reader: &mut Reader<'_>, summary: &mut Summary, flags: u8) -> Option<()> {
    if flags & HAS_STATUS != 0 {
        for _ in 0..reader.len()? {
            let property = usize::try_from(reader.u64()?).ok()?;
            for _ in 0..reader.len()? {
                let value = reader.text()?.to_owned();
                summary.status.entry(property).insert(value, reader.u64()?);
            }
        }
    }
    if flags & HAS_TAGS != 0 {
        for _ in 0..reader.len()? {
            summary.tags.insert(reader.text()?.to_owned());
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Datum;
    use crate::columns::Columns;
    use crate::stream::Properties;
    use crate::summary::Builder;

    const KEY: AggKey = AggKey { stream: 7, kind: 1, start: 18_414 };

    /// Minute, meter, power, mode.
    type Point = (i64, Option<i64>, Option<i64>, Option<bool>);

    fn summary(points: &[Point]) -> Option<Summary> {
        part(points, points)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_summary_survives(points in prop::collection::vec((0i64..3000, any::<Option<i64>>(), any::<Option<i64>>(), any::<Option<bool>>()), 1..40)) {
            let summary = summary(&points).unwrap();
            let bytes = encode(KEY, &summary);
            prop_assert_eq!(decode(KEY, &bytes), Ok(summary));
            let other = AggKey { start: 1, ..KEY };
            prop_assert!(decode(other, &bytes).is_err());
        }

        #[test]
        fn any_body_is_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = decode_body(&mut Reader::new(&body));
        }

        /// Joining does not depend on where a stretch is cut, as long as it is cut between hours.
        #[test]
        fn joining_is_associative(points in prop::collection::vec((0i64..900, prop::option::of(0i64..500), any::<Option<i64>>(), any::<Option<bool>>()), 1..40), cuts in prop::collection::btree_set(1i64..15, 1..4)) {
            let whole = summary(&points).unwrap();
            let mut parts = Vec::new();
            let mut from = 0;
            for cut in cuts.into_iter().chain([16]) {
                let inside: Vec<Point> = points.iter().filter(|p| (from..cut * 60).contains(&p.0)).copied().collect();
                parts.extend(part(&points, &inside));
                from = cut * 60;
            }
            let joined = parts.into_iter().reduce(Summary::join).unwrap();
            prop_assert_eq!(without_bound(joined), without_bound(whole));
        }
    }

    /// The summary of some of the points, under the property indices of all.
    fn part(all: &[Point], inside: &[Point]) -> Option<Summary> {
        let datum = |(minute, meter, power, mode): &Point| {
            let mut datum = Datum::at(minute * 60_000).t("t");
            datum.accumulating.extend(meter.map(|value| ("meter".to_owned(), Number::new(value.into(), 3))));
            datum.instantaneous.extend(power.map(|value| ("power".to_owned(), Number::new(value.into(), 1))));
            datum.status.extend(mode.map(|value| ("mode".to_owned(), value.to_string())));
            datum
        };
        let columns =
            |points: &[Point]| Columns::from_datums(&points.iter().map(datum).collect::<Vec<_>>()).sorted();
        let (all, rows) = (columns(all), columns(inside));
        let mut properties = Properties::default();
        for column in &all.columns {
            properties.intern(column.kind, &column.name).unwrap();
        }
        Builder::new(&rows, &properties).summary(0..rows.len())
    }

    fn without_bound(mut summary: Summary) -> Summary {
        for (_, inst) in summary.inst.iter_mut() {
            inst.slot_bound = Number::ZERO;
        }
        summary
    }
}
