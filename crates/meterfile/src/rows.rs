//! Lines turned into rows: the one place where a line is judged, so that the check and the reading agree.

use std::io::Read;

use gridfolio_series::{Datum, Number, PropertyKind};

use crate::cells::Cells;
use crate::layout::{Layout, Property, io_error};
use crate::lines::Lines;
use crate::time::{LocalTimes, Moment, TimeFault, TimeReader};
use crate::unit::Unit;
use crate::{BadLine, Error, Reason};

/// One line as read: an instant and a value for each mapped column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line, counted from 1, the header included.
    pub line: u64,
    /// Milliseconds since 1970-01-01T00:00Z.
    pub at: i64,
    /// In the order of the mapping and in the store's units; `None` where the cell is empty.
    pub values: Vec<Option<Number>>,
}

impl Row {
    /// The row as a datum.
    pub fn to_datum(&self, properties: &[Property]) -> Datum {
        let mut datum = Datum::at(self.at);
        for (property, value) in properties.iter().zip(&self.values) {
            let Some(value) = value else { continue };
            let values = match property.kind {
                PropertyKind::Accumulating => &mut datum.accumulating,
                _ => &mut datum.instantaneous,
            };
            values.insert(property.name.clone(), value.clone());
        }
        datum
    }
}

/// What a line turned out to be.
#[derive(Debug)]
pub(crate) enum Outcome {
    Row(Row),
    /// A time and nothing else.
    NoValues,
    Bad(BadLine),
}

/// Everything that a pass over the file needs to know.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) layout: Layout,
    pub(crate) time: TimeReader,
    pub(crate) local: Option<LocalTimes>,
}

/// One pass over the lines below the header.
#[derive(Debug)]
pub(crate) struct Rows<'p, R> {
    lines: Lines<R>,
    layout: &'p Layout,
    time: &'p TimeReader,
    local: Option<LocalTimes>,
    cells: Cells,
}

impl<'p, R: Read> Rows<'p, R> {
    /// Begins at the start of the source; passes over what stands up to the header.
    pub(crate) fn new(source: R, plan: &'p Plan) -> Result<Self, Error> {
        let mut lines = Lines::new(source);
        loop {
            if !lines.advance().map_err(io_error)? {
                return Err(Error::Changed);
            }
            if !lines.raw().trim_ascii().is_empty() {
                break;
            }
        }
        if lines.raw() != plan.layout.header {
            return Err(Error::Changed);
        }
        Ok(Self {
            lines,
            layout: &plan.layout,
            time: &plan.time,
            local: plan.local.clone(),
            cells: Cells::default(),
        })
    }

    /// The next line that is not blank; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Outcome>, Error> {
        while self.lines.advance().map_err(io_error)? {
            if self.lines.raw().trim_ascii().is_empty() {
                continue;
            }
            match self.judge() {
                Ok(Some(outcome)) => return Ok(Some(outcome)),
                Ok(None) => {}
                Err((column, reason)) => {
                    let column = column.map(|index| self.layout.column(index));
                    return Ok(Some(Outcome::Bad(BadLine { line: self.lines.number(), column, reason })));
                }
            }
        }
        Ok(None)
    }

    /// The line behind the last outcome, as it stands in the file.
    pub(crate) fn raw(&self) -> &[u8] {
        self.lines.raw()
    }

    pub(crate) fn lines(&self) -> &Lines<R> {
        &self.lines
    }

    /// `None` for a line of delimiters only, the empty line of a spreadsheet.
    fn judge(&mut self) -> Result<Option<Outcome>, (Option<usize>, Reason)> {
        let line = |reason| (None, reason);
        let text = self.lines.text().map_err(line)?;
        self.cells.split(text, self.layout.delimiter).map_err(line)?;
        if self.cells.are_empty() {
            return Ok(None);
        }
        self.layout.check_count(&self.cells).map_err(line)?;
        // The time comes first: what it says about the order of the file holds even if a number is broken.
        let at = self.instant().map_err(|reason| (Some(self.layout.time), reason))?;
        let mut values = Vec::with_capacity(self.layout.properties.len());
        for property in &self.layout.properties {
            let value = number(self.cells.get(property.index), property.unit)
                .map_err(|reason| (Some(property.index), reason))?;
            values.push(value);
        }
        if values.iter().all(Option::is_none) {
            return Ok(Some(Outcome::NoValues));
        }
        Ok(Some(Outcome::Row(Row { line: self.lines.number(), at, values })))
    }

    fn instant(&mut self) -> Result<i64, Reason> {
        let text = self.cells.get(self.layout.time);
        match read_time(self.time, text)? {
            Moment::Exact(at) => Ok(at),
            Moment::Local(civil) => {
                let local = self.local.as_mut().ok_or_else(|| Reason::NoOffset(text.to_owned()))?;
                let zone = |local: &LocalTimes| local.zone_name();
                local
                    .instant(civil)
                    .ok_or_else(|| Reason::SkippedTime { text: text.to_owned(), zone: zone(local) })
            }
        }
    }
}

fn read_time(reader: &TimeReader, text: &str) -> Result<Moment, Reason> {
    if text.is_empty() {
        return Err(Reason::NoTime);
    }
    reader.read(text).map_err(|fault| {
        let text: String = text.chars().take(60).collect();
        match fault {
            TimeFault::Form => Reason::TimeFormat { text, format: reader.to_string() },
            TimeFault::NoSuchTime => Reason::NoSuchTime(text),
            TimeFault::Year => Reason::Year(text),
        }
    })
}

/// A cell as a number in the store's unit. Empty and `NaN`, which programs write for "no value", are no value.
fn number(text: &str, unit: Unit) -> Result<Option<Number>, Reason> {
    if text.is_empty() || text.eq_ignore_ascii_case("nan") {
        return Ok(None);
    }
    let number: Number = text.parse().map_err(|error| {
        let comma =
            text.contains(',') && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.,eE".contains(&byte));
        if comma { Reason::DecimalComma(text.chars().take(60).collect()) } else { Reason::Number(error) }
    })?;
    let converted = unit.convert(number);
    // A conversion must not lead out of the range that the store promises to keep.
    if unit != Unit::AsWritten && converted.scaled(9).is_none() {
        converted.to_string().parse::<Number>().map_err(Reason::Number)?;
    }
    Ok(Some(converted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, unit: Unit) -> Result<Option<String>, String> {
        number(text, unit)
            .map(|number| number.map(|number| number.to_string()))
            .map_err(|reason| reason.to_string())
    }

    #[test]
    fn reads_numbers_exactly() {
        let kept = |text: &str| read(text, Unit::AsWritten).unwrap().unwrap();
        assert_eq!(kept("1e-3"), "0.001");
        assert_eq!(kept("-1.50E+2"), "-150");
        assert_eq!(kept("0.1234567890123456789"), "0.1234567890123456789");
        assert_eq!(kept("12345678901234567890123456789012345678"), "12345678901234567890123456789012345678");
    }

    #[test]
    fn no_value_is_none() {
        assert_eq!(read("", Unit::Kilowatt), Ok(None));
        assert_eq!(read("NaN", Unit::Kilowatt), Ok(None));
    }

    #[test]
    fn refuses_the_rest() {
        let message = |text: &str| read(text, Unit::Kilowatt).unwrap_err();
        assert!(message("1,5").contains("decimals with a point"));
        assert!(message("1,234.5").contains("decimals with a point"));
        assert!(message("inf").contains("not a decimal number"));
        assert!(message("-Infinity").contains("not a decimal number"));
        assert!(message("12 kW").contains("not a decimal number"));
        assert!(message("1e39").contains("out of range"));
        assert!(message("123456789012345678901234567890123456789").contains("out of range"));
        // 1e37 kW is 1e40 W: beyond what is kept
        assert!(message("1e37").contains("out of range"));
        assert_eq!(read("1e35", Unit::Kilowatt).unwrap().map(|text| text.len()), Some(39));
    }
}
