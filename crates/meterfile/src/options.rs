//! What the caller says about a file: which column is the time, which columns become properties, in which zone.
//!
//! Everything here is parsed from command-line text and refuses what it does not understand.

use std::fmt;
use std::str::FromStr;

use gridfolio_series::PropertyKind;
use jiff::tz::TimeZone;

use crate::property::{check_name, check_unit, default_kind};
use crate::time::TimeFormat;
use crate::unit::Unit;

/// Why an option is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionError {
    /// An empty column name.
    #[error("the column has no name: write #1 for the first column, #2 for the second")]
    EmptyColumn,
    /// `#0` or `#x`.
    #[error("column {0:?}: columns are counted from #1")]
    ColumnIndex(String),
    /// A mapping without `=`.
    #[error("mapping {0:?} must have the form COLUMN=PROPERTY[/KIND][:UNIT]")]
    MappingForm(String),
    /// A property name out of form.
    #[error("property {0:?} must match ^[A-Za-z_][A-Za-z0-9_]{{0,63}}$")]
    PropertyName(String),
    /// A kind that a number cannot have.
    #[error("kind {0:?} of a property must be i (momentary value) or a (meter reading)")]
    Kind(String),
    /// A unit that is not in the table.
    #[error("unit {unit:?} is not known; known units: {known}")]
    UnknownUnit {
        /// As given.
        unit: String,
        /// All known units.
        known: String,
    },
    /// A unit of another quantity than the property.
    #[error("property {property} is not measured in {unit}")]
    UnitOfProperty {
        /// The known property.
        property: String,
        /// The unit given.
        unit: String,
    },
    /// A time format that is no format.
    #[error("time format {format:?} {reason}; write iso, epoch or a pattern such as '%m/%d/%Y %H:%M'")]
    TimeFormat {
        /// As given.
        format: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A zone that is not in the tz database.
    #[error("zone {0:?} is not an IANA time zone such as America/Denver")]
    Zone(String),
}

/// A column by its name in the header, or by its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnRef {
    /// The exact name, without the spaces around it.
    Name(String),
    /// The place, counted from 1.
    Index(usize),
}

impl FromStr for ColumnRef {
    type Err = OptionError;

    fn from_str(text: &str) -> Result<Self, OptionError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(OptionError::EmptyColumn);
        }
        match text.strip_prefix('#') {
            None => Ok(Self::Name(text.to_owned())),
            Some(digits) => match digits.parse() {
                Ok(index) if index > 0 => Ok(Self::Index(index)),
                _ => Err(OptionError::ColumnIndex(text.to_owned())),
            },
        }
    }
}

impl fmt::Display for ColumnRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => formatter.write_str(name),
            Self::Index(index) => write!(formatter, "#{index}"),
        }
    }
}

/// A column that becomes a property: `COLUMN=PROPERTY[/KIND][:UNIT]`.
///
/// `ac_power=watts:kW`, `#3=temp:F`, `total=production/a:kWh`. The last `=` divides, so a column name may hold one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Where the number stands.
    pub column: ColumnRef,
    /// The property's name in the store.
    pub property: String,
    /// Momentary value or meter reading.
    pub kind: PropertyKind,
    /// The unit of the column.
    pub unit: Unit,
}

impl FromStr for Mapping {
    type Err = OptionError;

    fn from_str(text: &str) -> Result<Self, OptionError> {
        let (column, target) =
            text.rsplit_once('=').ok_or_else(|| OptionError::MappingForm(text.to_owned()))?;
        let column = column.parse()?;
        let (name, unit) = match target.split_once(':') {
            Some((name, unit)) => (name, unit.trim().parse()?),
            None => (target, Unit::default()),
        };
        let (property, kind) = match name.split_once('/') {
            Some((property, "i")) => (property, Some(PropertyKind::Instantaneous)),
            Some((property, "a")) => (property, Some(PropertyKind::Accumulating)),
            Some((_, kind)) => return Err(OptionError::Kind(kind.to_owned())),
            None => (name, None),
        };
        check_name(property)?;
        check_unit(property, unit)?;
        let kind = kind.unwrap_or_else(|| default_kind(property));
        Ok(Self { column, property: property.to_owned(), kind, unit })
    }
}

impl fmt::Display for Mapping {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}={}/{}:{}", self.column, self.property, self.kind.letter(), self.unit)
    }
}

/// What the caller says about a file.
#[derive(Debug, Clone)]
pub struct Options {
    /// The column of times.
    pub time: ColumnRef,
    /// How times are written; found out from the file when not given.
    pub time_format: Option<TimeFormat>,
    /// The columns to read. At least one.
    pub map: Vec<Mapping>,
    /// The zone of times that carry no offset.
    pub zone: Option<TimeZone>,
}

/// The zone of an IANA name.
pub fn parse_zone(name: &str) -> Result<TimeZone, OptionError> {
    TimeZone::get(name).map_err(|_| OptionError::Zone(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(text: &str) -> Mapping {
        text.parse().unwrap()
    }

    fn refusal(text: &str) -> String {
        text.parse::<Mapping>().unwrap_err().to_string()
    }

    #[test]
    fn reads_mappings() {
        let plain = mapping("ac_power=watts:kW");
        assert_eq!(plain.column, ColumnRef::Name("ac_power".into()));
        assert_eq!(
            (plain.property.as_str(), plain.kind.letter(), plain.unit),
            ("watts", 'i', Unit::Kilowatt)
        );
        assert_eq!(mapping("#12=wattHours").kind.letter(), 'a');
        assert_eq!(mapping("#12=wattHours").column, ColumnRef::Index(12));
        assert_eq!(mapping("total=made/a:kWh").to_string(), "total=made/a:kWh");
        assert_eq!(mapping("a=b=gauge").column, ColumnRef::Name("a=b".into()));
        assert_eq!(mapping("x=irradiance:W/m2").unit, Unit::WattPerSquareMetre);
        assert_eq!(mapping("x=unheard").kind.letter(), 'i');
    }

    #[test]
    fn refuses_what_it_does_not_understand() {
        assert!(refusal("ac_power").contains("COLUMN=PROPERTY"));
        assert!(refusal("=watts").contains("#1"));
        assert!(refusal("#0=watts").contains("#1"));
        assert!(refusal("#=watts").contains("#1"));
        assert!(refusal("x=9lives").contains("[A-Za-z_]"));
        assert!(refusal(&format!("x={}", "n".repeat(65))).contains("{0,63}"));
        assert!(refusal("x=").contains("[A-Za-z_]"));
        assert!(refusal("x=mode/s").contains("i (momentary"));
        assert!(refusal("x=watts:kWh").contains("watts is not measured in kWh"));
        assert!(refusal("x=temp:K").contains("known units"));
    }

    #[test]
    fn refuses_zones_outside_the_database() {
        assert!(parse_zone("America/Denver").is_ok());
        assert!(parse_zone("Mars/Base").unwrap_err().to_string().contains("Mars/Base"));
    }
}
