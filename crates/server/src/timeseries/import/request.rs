//! What an import is asked to do.
//!
//! Two requests with the same file, stream and [`Request::identity`] are the same import: the second goes on where
//! the first was interrupted.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use gridfolio_meterfile::{ColumnRef, Mapping, OptionError, Options, TimeFormat, parse_zone};
use gridfolio_series::PropertyKind;
use gridfolio_wire::SourceId;

/// A meter that is computed from power: `wattHours=watts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derive {
    /// The accumulating property that is made.
    pub meter: String,
    /// The momentary property in W that it is made from.
    pub power: String,
}

impl FromStr for Derive {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || format!("{text:?} must have the form METER=POWER, as in wattHours=watts");
        let (meter, power) = text.split_once('=').ok_or_else(form)?;
        let name = |text: &str| -> Result<String, String> {
            // a mapping's own check of a property name
            let checked: Mapping = format!("#1={text}").parse().map_err(|e: OptionError| e.to_string())?;
            if checked.property == text { Ok(checked.property) } else { Err(form()) }
        };
        let derive = Self { meter: name(meter)?, power: name(power)? };
        if derive.meter == derive.power { Err(form()) } else { Ok(derive) }
    }
}

impl fmt::Display for Derive {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}={}", self.meter, self.power)
    }
}

/// What an import is asked to do.
#[derive(Debug, Clone)]
pub struct Request {
    /// The file.
    pub file: PathBuf,
    /// The stream's source id, `/PROJECT/SITE/SYSTEM/KIND/NUMBER`.
    pub source: SourceId,
    /// The stream's node; the project's first when not given.
    pub node: Option<i64>,
    /// The column of times.
    pub time: ColumnRef,
    /// How times are written, unless the file says it.
    pub time_format: Option<TimeFormat>,
    /// The columns to read.
    pub map: Vec<Mapping>,
    /// The zone of times without offset; the project's when not given.
    pub zone: Option<String>,
    /// A meter to be computed from power.
    pub derive: Option<Derive>,
    /// Make the project, site and system where they are missing.
    pub create: bool,
    /// Import the good lines of a broken file.
    pub skip_bad: bool,
}

impl Request {
    /// Refuses options that contradict each other.
    pub fn check(&self) -> Result<(), String> {
        let Some(derive) = &self.derive else { return Ok(()) };
        if self.map.iter().any(|mapping| mapping.property == derive.meter) {
            return Err(format!(
                "{} cannot be read from a column and derived from {}",
                derive.meter, derive.power
            ));
        }
        let power = self.map.iter().find(|mapping| mapping.property == derive.power);
        match power {
            None => Err(format!("--derive {derive} needs a column that is mapped to {}", derive.power)),
            Some(mapping) if mapping.kind != PropertyKind::Instantaneous => {
                Err(format!("--derive {derive} needs {} to be a momentary value", derive.power))
            }
            Some(_) => Ok(()),
        }
    }

    /// The options of the file, with the project's zone where none was given.
    pub fn file_options(&self, project_zone: &str) -> Result<Options, OptionError> {
        Ok(Options {
            time: self.time.clone(),
            time_format: self.time_format.clone(),
            map: self.map.clone(),
            zone: Some(parse_zone(self.zone.as_deref().unwrap_or(project_zone))?),
        })
    }

    /// Everything beside the file's content and the stream that decides what is written.
    pub fn identity(&self, project_zone: &str) -> String {
        let map: Vec<String> = self.map.iter().map(ToString::to_string).collect();
        let derive = self.derive.as_ref().map(|derive| format!(" derive {derive}")).unwrap_or_default();
        let format = match &self.time_format {
            None => String::new(),
            Some(TimeFormat::Iso) => " format iso".to_owned(),
            Some(TimeFormat::Epoch) => " format epoch".to_owned(),
            Some(TimeFormat::Pattern(pattern)) => format!(" format {pattern}"),
        };
        let zone = self.zone.as_deref().unwrap_or(project_zone);
        let skip = if self.skip_bad { " skip-bad" } else { "" };
        format!("time {}{format} zone {zone} map {}{derive}{skip}", self.time, map.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(map: &[&str], derive: &str) -> Request {
        Request {
            file: "meter.csv".into(),
            source: "/P/S1/R1/GEN/1".parse().unwrap(),
            node: None,
            time: "#1".parse().unwrap(),
            time_format: None,
            map: map.iter().map(|text| text.parse().unwrap()).collect(),
            zone: None,
            derive: Some(derive.parse().unwrap()),
            create: false,
            skip_bad: false,
        }
    }

    #[test]
    fn a_derived_meter_needs_its_power_and_no_column_of_its_own() {
        assert_eq!(request(&["p=watts:kW"], "wattHours=watts").check(), Ok(()));
        let message = |map: &[&str]| request(map, "wattHours=watts").check().unwrap_err();
        assert!(message(&["p=temp"]).contains("needs a column that is mapped to watts"));
        assert!(message(&["p=watts", "e=wattHours"]).contains("cannot be read from a column and derived"));
        assert!(message(&["p=watts/a"]).contains("momentary"));
    }

    #[test]
    fn refuses_derivations_that_are_none() {
        for text in ["wattHours", "=watts", "wattHours=", "watts=watts", "a=b:kW", "a=b/i"] {
            assert!(text.parse::<Derive>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_identity_holds_every_option_that_counts() {
        let plain = request(&["p=watts:kW"], "wattHours=watts");
        let same = Request { file: "moved.csv".into(), create: true, ..plain.clone() };
        assert_eq!(plain.identity("UTC"), same.identity("UTC"));
        let others = [
            Request { zone: Some("America/Denver".into()), ..plain.clone() },
            Request { time: "#2".parse().unwrap(), ..plain.clone() },
            Request { time_format: Some("iso".parse().unwrap()), ..plain.clone() },
            Request { derive: None, ..plain.clone() },
            Request { skip_bad: true, ..plain.clone() },
            Request { map: vec!["p=watts".parse().unwrap()], ..plain.clone() },
        ];
        for other in others {
            assert_ne!(plain.identity("UTC"), other.identity("UTC"), "{other:?}");
        }
    }
}
