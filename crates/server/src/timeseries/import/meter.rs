//! Meters that are derived from power: signed trapezoids between neighbouring datums.
//!
//! The meter is 0 at the stream's first datum with power. A step of at most an hour adds the mean of its two powers
//! times its length, rounded once, half to even, to 0.001 Wh; a longer one adds nothing. Nothing is clipped: what an
//! inverter draws at night counts.
//!
//! When power changes somewhere, the meter is computed again for the changed stretch, and everything behind it
//! shifts by one constant, which the datum store notes at once and readers add. So the meter depends on the power
//! alone, not on the order in which it came.

use gridfolio_db::{Session, WriteTx};
use gridfolio_series::{Columns, Datum, Number, PropertyKind, Stream, step_energy};
use serde_json::{Map, Value, json};

use crate::timeseries::import::error::{Error, Result};
use crate::timeseries::import::request::Derive;
use crate::timeseries::import::windows;
use crate::timeseries::import::work;

/// What a stream's metadata says about its derived meter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is computed from what.
    pub derive: Derive,
    /// The import that asked for it first.
    pub import: i64,
    /// While datums that were there before get their meter: the instant up to which they have it.
    pub through: Option<i64>,
}

impl Note {
    const MEMBER: &'static str = "derived";

    /// Reads the note out of a stream's metadata.
    pub async fn find(session: &mut Session, stream: i64) -> Result<Option<Self>> {
        let metadata = metadata(session, stream).await?;
        let Some(note) = metadata.get(Self::MEMBER) else { return Ok(None) };
        let text = |name: &str| note[name].as_str().map(str::to_owned);
        let read = || {
            let derive = Derive { meter: text("meter")?, power: text("power")? };
            Some(Self { derive, import: note["import"].as_i64()?, through: note["through"].as_i64() })
        };
        let unknown = || Error::Refused(format!("the metadata of stream {stream} say nothing known: {note}"));
        read().ok_or_else(unknown).map(Some)
    }

    /// Writes the note into a stream's metadata.
    pub async fn put(&self, tx: &mut WriteTx, stream: i64) -> Result<()> {
        let mut note = json!({
            "meter": self.derive.meter, "power": self.derive.power, "import": self.import,
        });
        if let Some(through) = self.through {
            note["through"] = through.into();
        }
        set(tx, stream, Some(note)).await
    }

    /// Takes the note out of a stream's metadata.
    pub async fn remove(tx: &mut WriteTx, stream: i64) -> Result<()> {
        set(tx, stream, None).await
    }
}

async fn metadata(session: &mut Session, stream: i64) -> Result<Map<String, Value>> {
    let text = gridfolio_series::stream_metadata(session, stream).await?;
    serde_json::from_str(&text)
        .map_err(|e| Error::Refused(format!("the metadata of stream {stream} are damaged: {e}")))
}

async fn set(tx: &mut WriteTx, stream: i64, note: Option<Value>) -> Result<()> {
    let mut members = metadata(tx, stream).await?;
    match note {
        Some(note) => members.insert(Note::MEMBER.to_owned(), note),
        None => members.remove(Note::MEMBER),
    };
    let text = Value::Object(members).to_string();
    Ok(gridfolio_series::set_stream_metadata(tx, stream, &text).await?)
}

/// The last datum with power, and what the meter shows there.
#[derive(Debug, Clone)]
struct Anchor {
    at: i64,
    power: Number,
    meter: Number,
}

impl Anchor {
    fn of(datum: &Datum, derive: &Derive) -> Option<Self> {
        let power = datum.instantaneous.get(&derive.power)?.clone();
        let meter = datum.accumulating.get(&derive.meter)?.clone();
        Some(Self { at: datum.at, power, meter })
    }

    /// What the meter must show at the next datum with power.
    fn next(anchor: Option<&Self>, at: i64, power: &Number) -> Number {
        anchor.map_or(Number::ZERO, |last| &last.meter + &step_energy((last.at, &last.power), (at, power)))
    }
}

/// Gives every datum its meter, in order of time; one without power has none.
fn run(mut anchor: Option<Anchor>, rows: &mut [Datum], derive: &Derive) -> Option<Anchor> {
    for row in rows {
        let Some(power) = row.instantaneous.get(&derive.power).cloned() else {
            row.accumulating.remove(&derive.meter);
            continue;
        };
        let meter = Anchor::next(anchor.as_ref(), row.at, &power);
        row.accumulating.insert(derive.meter.clone(), meter.clone());
        anchor = Some(Anchor { at: row.at, power, meter });
    }
    anchor
}

async fn anchor_before(
    tx: &mut WriteTx,
    stream: i64,
    before: i64,
    derive: &Derive,
) -> Result<Option<Anchor>> {
    let found = windows::last_before(tx, stream, before, |datum| Anchor::of(datum, derive).is_some()).await?;
    Ok(found.and_then(|datum| Anchor::of(&datum, derive)))
}

/// Writes the datums of a region (all that are to stand there, in order of time) with their meter, and shifts what
/// lies behind; tells whether it did. The region holds at least every instant at which power changed.
pub async fn write_region(
    tx: &mut WriteTx,
    stream: i64,
    derive: &Derive,
    region: (i64, i64),
    mut rows: Vec<Datum>,
) -> Result<bool> {
    let anchor = anchor_before(tx, stream, region.0, derive).await?;
    let anchor = run(anchor, &mut rows, derive);
    write(tx, stream, rows).await?;
    let behind = region.1.saturating_add(1);
    let next = windows::first_from(tx, stream, behind, |datum| Anchor::of(datum, derive).is_some()).await?;
    let Some(next) = next.and_then(|datum| Anchor::of(&datum, derive)) else { return Ok(false) };
    let delta = &Anchor::next(anchor.as_ref(), next.at, &next.power) - &next.meter;
    if delta.is_zero() {
        return Ok(false);
    }
    gridfolio_series::begin_shift(tx, stream, &derive.meter, next.at, &delta).await?;
    Ok(true)
}

/// Writes datums as they are.
pub async fn write(tx: &mut WriteTx, stream: i64, rows: Vec<Datum>) -> Result<()> {
    gridfolio_series::write(tx, stream, Columns::from_datums(&rows)).await?;
    Ok(())
}

/// Gives the next datums that were there before the meter theirs. False when all have it.
pub async fn begin_step(tx: &mut WriteTx, stream: i64, note: &Note) -> Result<bool> {
    let Some(through) = note.through else { return Ok(false) };
    let Some((mut rows, next)) = windows::next_rows(tx, stream, through, work::STEP).await? else {
        Note { through: None, ..note.clone() }.put(tx, stream).await?;
        return Ok(false);
    };
    let anchor = anchor_before(tx, stream, through, &note.derive).await?;
    run(anchor, &mut rows, &note.derive);
    write(tx, stream, rows).await?;
    Note { through: Some(next), ..note.clone() }.put(tx, stream).await?;
    Ok(true)
}

/// Takes the meter off the next datums from an instant on, and says where to go on; `None` when none has it.
pub async fn strip_step(tx: &mut WriteTx, stream: i64, derive: &Derive, from: i64) -> Result<Option<i64>> {
    let Some((rows, next)) = windows::next_rows(tx, stream, from, work::STEP).await? else { return Ok(None) };
    let bare = rows.into_iter().filter_map(|mut datum| {
        datum.accumulating.remove(&derive.meter)?;
        Some(datum)
    });
    write(tx, stream, bare.collect()).await?;
    Ok(Some(next))
}

/// Whether any datum has a value of this meter.
pub async fn is_measured(session: &mut Session, stream: &Stream, meter: &str) -> Result<bool> {
    let known = stream.properties.iter().any(|known| known == (PropertyKind::Accumulating, meter));
    let has = |datum: &Datum| datum.accumulating.contains_key(meter);
    Ok(known && windows::first_from(session, stream.id, i64::MIN, has).await?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn datums_without_power_are_passed_over() {
        let derive: Derive = "wattHours=watts".parse().unwrap();
        let datum = |minute: i64, watts: i64| Datum::at(minute * 60_000).i("watts", watts);
        let mut rows = vec![
            datum(0, 100),
            Datum::at(60_000).i("temp", 5).a("wattHours", 99),
            datum(30, 100),
            datum(91, 100),
            datum(96, 40),
        ];
        let end = run(None, &mut rows, &derive).unwrap();
        let meters: Vec<Option<String>> =
            rows.iter().map(|row| row.accumulating.get("wattHours").map(ToString::to_string)).collect();
        let expected = [Some("0"), None, Some("50"), Some("50"), Some("55.833")];
        assert_eq!(meters, expected.map(|text| text.map(str::to_owned)));
        assert_eq!(end.meter, number("55.833"));
    }
}
