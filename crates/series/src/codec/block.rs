//! The stored form of a block: the datums of one stream and UTC day (or hour).
//!
//! `codec, checksum, count, times, then per property: index, form, length, values`. The checksum covers everything
//! after it together with the block's key, so a body under the wrong key is found as well.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bytes::{Put, Reader};
use super::ints::{get_ints, put_ints};
use crate::columns::{Column, Columns, Data, Tags};
use crate::stream::Properties;
use crate::{Number, PropertyKind};

/// The one coding so far.
const CODEC: u8 = 1;
const HEAD: usize = 5;

const FIXED: u8 = 1;
const EXACT: u8 = 2;
const TEXT: u8 = 3;
/// Flag: a bitmap says which rows have a value.
const SPARSE: u8 = 0x80;

/// Key of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BlockKey {
    pub(crate) stream: i64,
    /// UTC day since 1970-01-01.
    pub(crate) day: i64,
    /// 0 for a whole day, else 1 + the UTC hour.
    pub(crate) part: i64,
}

fn checksum(key: BlockKey, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for part in [key.stream, key.day, key.part] {
        hasher.update(&part.to_le_bytes());
    }
    hasher.update(body);
    hasher.finalize()
}

/// Codes a block; every column's property must be in the dictionary.
pub(crate) fn encode(key: BlockKey, rows: &Columns, properties: &Properties) -> Vec<u8> {
    let mut out = vec![CODEC, 0, 0, 0, 0];
    out.put_len(rows.len());
    put_times(&mut out, &rows.times);
    let mut columns: Vec<(usize, &Column)> =
        rows.columns.iter().filter_map(|c| Some((properties.index(c.kind, &c.name)?, c))).collect();
    columns.sort_by_key(|(index, _)| *index);
    columns.retain(|(_, column)| (0..rows.len()).any(|row| column.data.has(row)));
    out.put_len(columns.len());
    let mut payload = Vec::new();
    for (index, column) in columns {
        payload.clear();
        let form = put_column(&mut payload, &column.data);
        out.put_len(index);
        out.push(form);
        out.put_len(payload.len());
        out.extend_from_slice(&payload);
    }
    put_tags(&mut out, &rows.tags);
    let sum = checksum(key, &out[HEAD..]);
    out[1..HEAD].copy_from_slice(&sum.to_le_bytes());
    out
}

/// Decodes the properties that are wanted; `Err` says what is wrong with the bytes.
pub(crate) fn decode(
    key: BlockKey,
    bytes: &[u8],
    properties: &Properties,
    wanted: &dyn Fn(usize) -> bool,
) -> Result<Columns, &'static str> {
    let (head, body) = bytes.split_at_checked(HEAD).ok_or("block too short")?;
    if head[0] != CODEC {
        return Err("unknown block coding");
    }
    if checksum(key, body).to_le_bytes() != head[1..] {
        return Err("checksum of a block");
    }
    decode_body(body, properties, wanted).ok_or("layout of a block")
}

fn decode_body(body: &[u8], properties: &Properties, wanted: &dyn Fn(usize) -> bool) -> Option<Columns> {
    let mut reader = Reader::new(body);
    let rows = usize::try_from(reader.u64()?).ok()?;
    let times = get_times(&mut reader, rows)?;
    let mut columns = Vec::new();
    for _ in 0..reader.len()? {
        let index = usize::try_from(reader.u64()?).ok()?;
        let form = reader.byte()?;
        let length = reader.len()?;
        let payload = reader.take(length)?;
        if wanted(index) {
            let (kind, name) = properties.get(index)?;
            let data = get_column(&mut Reader::new(payload), form, rows)?;
            let fits = (kind == PropertyKind::Status) == matches!(data, Data::Text(_));
            columns.push(fits.then(|| Column { kind, name: Arc::clone(name), data })?);
        }
    }
    let tags = get_tags(&mut reader, rows)?;
    reader.is_empty().then_some(Columns { times, columns, tags })
}

/// Regular times are start and step; others are divided by their largest common step.
fn put_times(out: &mut Vec<u8>, times: &[i64]) {
    let start = times.first().copied().unwrap_or(0);
    out.put_i64(start);
    let steps: Vec<i64> = times.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
    let step = steps.iter().fold(0, |common, &step| greatest_common_divisor(common, step.unsigned_abs()));
    out.put_u64(step);
    let regular = steps.iter().all(|own| own.unsigned_abs() == step);
    out.push(u8::from(!regular));
    if !regular && let Ok(step) = i64::try_from(step) {
        put_ints(out, &steps.iter().map(|own| own / step.max(1)).collect::<Vec<_>>());
    }
}

fn get_times(reader: &mut Reader<'_>, rows: usize) -> Option<Vec<i64>> {
    let start = reader.i64()?;
    let step = i64::try_from(reader.u64()?).ok()?;
    let regular = reader.byte()? == 0;
    // A block covers a day at most, and no two datums share a millisecond.
    if rows > 86_400_000 {
        return None;
    }
    let mut times = Vec::with_capacity(rows);
    let mut at = start;
    if rows > 0 {
        times.push(at);
    }
    if regular {
        for _ in 1..rows {
            at = at.checked_add(step)?;
            times.push(at);
        }
    } else {
        for own in get_ints(reader, rows.checked_sub(1)?)? {
            at = at.checked_add(own.checked_mul(step)?)?;
            times.push(at);
        }
    }
    Some(times)
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn put_column(out: &mut Vec<u8>, data: &Data) -> u8 {
    let rows = data.len();
    let sparse = (0..rows).any(|row| !data.has(row));
    if sparse {
        put_bitmap(out, (0..rows).map(|row| data.has(row)));
    }
    let form = match data.shortest() {
        Data::Fixed { scale, values, .. } => {
            out.push(scale);
            if sparse {
                let values: Vec<i64> =
                    values.iter().enumerate().filter(|(row, _)| data.has(*row)).map(|(_, v)| *v).collect();
                put_ints(out, &values);
            } else {
                put_ints(out, &values);
            }
            FIXED
        }
        Data::Exact(values) => {
            for value in values.iter().flatten() {
                out.put_text(&value.to_string());
            }
            EXACT
        }
        Data::Text(values) => {
            put_dictionary(out, &values.iter().flatten().collect::<Vec<_>>(), |out, text| out.put_text(text));
            TEXT
        }
    };
    form | if sparse { SPARSE } else { 0 }
}

fn get_column(reader: &mut Reader<'_>, form: u8, rows: usize) -> Option<Data> {
    let present = if form & SPARSE == 0 { None } else { Some(get_bitmap(reader, rows)?) };
    let count = present.as_ref().map_or(rows, |present| present.iter().filter(|has| **has).count());
    let data = match form & !SPARSE {
        FIXED => {
            let scale = reader.byte().filter(|scale| *scale <= 9)?;
            let values = get_ints(reader, count)?;
            let values = match &present {
                None => values,
                Some(present) => spread(present, values.into_iter()).map(Option::unwrap_or_default).collect(),
            };
            Data::Fixed { scale, values, present }
        }
        EXACT => {
            let values: Option<Vec<Number>> =
                (0..count).map(|_| Number::from_stored(reader.text()?)).collect();
            Data::Exact(spread(&flags(present, rows), values?.into_iter()).collect())
        }
        TEXT => {
            let values = get_dictionary(reader, count, |reader| reader.text().map(str::to_owned))?;
            Data::Text(spread(&flags(present, rows), values.into_iter()).collect())
        }
        _ => return None,
    };
    reader.is_empty().then_some(data)
}

fn flags(present: Option<Vec<bool>>, rows: usize) -> Vec<bool> {
    present.unwrap_or_else(|| vec![true; rows])
}

/// Values at the rows that have one.
fn spread<T>(present: &[bool], mut values: impl Iterator<Item = T>) -> impl Iterator<Item = Option<T>> {
    present.iter().map(move |has| if *has { values.next() } else { None })
}

fn put_bitmap(out: &mut Vec<u8>, flags: impl Iterator<Item = bool>) {
    let flags: Vec<bool> = flags.collect();
    for chunk in flags.chunks(8) {
        out.push(chunk.iter().rev().fold(0, |byte, &flag| byte << 1 | u8::from(flag)));
    }
}

fn get_bitmap(reader: &mut Reader<'_>, rows: usize) -> Option<Vec<bool>> {
    let bytes = reader.take(rows.div_ceil(8))?;
    Some((0..rows).map(|row| bytes[row / 8] >> (row % 8) & 1 == 1).collect())
}

/// Distinct values once, then one index per row.
fn put_dictionary<T: Ord + Clone>(out: &mut Vec<u8>, values: &[T], put: impl Fn(&mut Vec<u8>, &T)) {
    let mut numbers: BTreeMap<&T, i64> = values.iter().map(|value| (value, 0)).collect();
    out.put_len(numbers.len());
    for ((value, number), position) in numbers.iter_mut().zip(0..) {
        put(out, value);
        *number = position;
    }
    put_ints(out, &values.iter().map(|value| numbers[value]).collect::<Vec<_>>());
}

fn get_dictionary<'b, T: Clone>(
    reader: &mut Reader<'b>,
    count: usize,
    get: impl Fn(&mut Reader<'b>) -> Option<T>,
) -> Option<Vec<T>> {
    let distinct: Option<Vec<T>> = (0..reader.len()?).map(|_| get(reader)).collect();
    let distinct = distinct?;
    let value = |index: i64| distinct.get(usize::try_from(index).ok()?).cloned();
    get_ints(reader, count)?.into_iter().map(value).collect()
}

fn put_tags(out: &mut Vec<u8>, tags: &[Tags]) {
    if tags.iter().all(Tags::is_empty) {
        out.push(0);
        return;
    }
    out.push(1);
    put_dictionary(out, tags, |out, tags| {
        out.put_len(tags.len());
        for tag in tags {
            out.put_text(tag);
        }
    });
}

fn get_tags(reader: &mut Reader<'_>, rows: usize) -> Option<Vec<Tags>> {
    match reader.byte()? {
        0 => Some(Vec::new()),
        _ => get_dictionary(reader, rows, |reader| {
            (0..reader.len()?).map(|_| reader.text().map(str::to_owned)).collect()
        }),
    }
}

#[cfg(test)]
mod tests;
