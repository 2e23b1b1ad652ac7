//! Names of properties and how each behaves when nobody says otherwise.
//!
//! A name that is not in the table is a momentary number: a meter reading taken for one is only averaged, while the
//! reverse would make energy out of nothing.

use gridfolio_series::PropertyKind;

use crate::OptionError;
use crate::unit::{Quantity, Unit};

const NAME_LENGTH: usize = 64;

const KNOWN: &[(&str, PropertyKind, Quantity)] = &[
    ("watts", PropertyKind::Instantaneous, Quantity::Power),
    ("dcPower", PropertyKind::Instantaneous, Quantity::Power),
    ("wattHours", PropertyKind::Accumulating, Quantity::Energy),
    ("wattHoursReverse", PropertyKind::Accumulating, Quantity::Energy),
    ("irradiance", PropertyKind::Instantaneous, Quantity::Irradiance),
    ("irradianceHours", PropertyKind::Accumulating, Quantity::Irradiation),
    ("temp", PropertyKind::Instantaneous, Quantity::Temperature),
];

/// The kind of a property by its name: meter readings for the known accumulating names, momentary for all others.
pub fn default_kind(name: &str) -> PropertyKind {
    KNOWN.iter().find(|known| known.0 == name).map_or(PropertyKind::Instantaneous, |known| known.1)
}

/// Checks a name against `^[A-Za-z_][A-Za-z0-9_]{0,63}$`.
pub(crate) fn check_name(name: &str) -> Result<(), OptionError> {
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let continues = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if starts && continues && name.len() <= NAME_LENGTH {
        Ok(())
    } else {
        Err(OptionError::PropertyName(name.to_owned()))
    }
}

/// Refuses watts in kWh and the like; a property that is not in the table takes any unit.
pub(crate) fn check_unit(name: &str, unit: Unit) -> Result<(), OptionError> {
    let wanted = KNOWN.iter().find(|known| known.0 == name).map(|known| known.2);
    match (wanted, unit.quantity()) {
        (Some(wanted), Some(given)) if wanted != given => {
            Err(OptionError::UnitOfProperty { property: name.to_owned(), unit: unit.to_string() })
        }
        _ => Ok(()),
    }
}
