//! Units that a meter file may use, and how their numbers become the units of the datum store.
//!
//! Only units listed here are known; nothing is guessed from a column's name, and an unknown unit is an error, not a
//! factor of one.

use std::fmt;
use std::str::FromStr;

use gridfolio_series::Number;

use crate::OptionError;

/// Decimal places of a temperature converted from °F.
const FAHRENHEIT_DECIMALS: i32 = 6;

/// The unit of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// No conversion: the number is kept as it is written.
    #[default]
    AsWritten,
    /// W
    Watt,
    /// kW, kept as W
    Kilowatt,
    /// MW, kept as W
    Megawatt,
    /// Wh
    WattHour,
    /// kWh, kept as Wh
    KilowattHour,
    /// `MWh`, kept as Wh
    MegawattHour,
    /// W/m²
    WattPerSquareMetre,
    /// Wh/m²
    WattHourPerSquareMetre,
    /// kWh/m², kept as Wh/m²
    KilowattHourPerSquareMetre,
    /// °C
    Celsius,
    /// °F, kept as °C rounded half to even at 6 decimal places
    Fahrenheit,
}

/// What a unit measures; a known property takes units of its own quantity only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantity {
    Power,
    Energy,
    Irradiance,
    Irradiation,
    Temperature,
}

struct Known {
    unit: Unit,
    /// The first is the one shown.
    spellings: &'static [&'static str],
    quantity: Option<Quantity>,
    /// The power of ten between the file's unit and the store's.
    exponent: i32,
    /// The store's unit.
    kept_as: &'static str,
}

const KNOWN: &[Known] = &[
    known(Unit::AsWritten, &["none"], None, 0, "none"),
    known(Unit::Watt, &["W"], Some(Quantity::Power), 0, "W"),
    known(Unit::Kilowatt, &["kW"], Some(Quantity::Power), 3, "W"),
    known(Unit::Megawatt, &["MW"], Some(Quantity::Power), 6, "W"),
    known(Unit::WattHour, &["Wh"], Some(Quantity::Energy), 0, "Wh"),
    known(Unit::KilowattHour, &["kWh"], Some(Quantity::Energy), 3, "Wh"),
    known(Unit::MegawattHour, &["MWh"], Some(Quantity::Energy), 6, "Wh"),
    known(Unit::WattPerSquareMetre, &["W/m2", "W/m²"], Some(Quantity::Irradiance), 0, "W/m2"),
    known(Unit::WattHourPerSquareMetre, &["Wh/m2", "Wh/m²"], Some(Quantity::Irradiation), 0, "Wh/m2"),
    known(Unit::KilowattHourPerSquareMetre, &["kWh/m2", "kWh/m²"], Some(Quantity::Irradiation), 3, "Wh/m2"),
    known(Unit::Celsius, &["C", "°C", "degC"], Some(Quantity::Temperature), 0, "C"),
    known(Unit::Fahrenheit, &["F", "°F", "degF"], Some(Quantity::Temperature), 0, "C"),
];

const fn known(
    unit: Unit,
    spellings: &'static [&'static str],
    quantity: Option<Quantity>,
    exponent: i32,
    kept_as: &'static str,
) -> Known {
    Known { unit, spellings, quantity, exponent, kept_as }
}

impl Unit {
    fn known(self) -> &'static Known {
        KNOWN.iter().find(|known| known.unit == self).unwrap_or(&KNOWN[0])
    }

    pub(crate) fn quantity(self) -> Option<Quantity> {
        self.known().quantity
    }

    /// The unit in which the store keeps the number.
    pub fn kept_as(self) -> &'static str {
        self.known().kept_as
    }

    /// The number in the store's unit; exact but for °F.
    #[must_use]
    pub fn convert(self, number: Number) -> Number {
        match (self, self.known().exponent) {
            (Self::Fahrenheit, _) => {
                (&number - &Number::from(32_i64)).mul_ratio(5, 9, FAHRENHEIT_DECIMALS).unwrap_or_default()
            }
            (_, 0) => number,
            (_, exponent) => number.mul_pow10(exponent),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.known().spellings[0])
    }
}

impl FromStr for Unit {
    type Err = OptionError;

    /// Upper and lower case matter: mW is not MW.
    fn from_str(text: &str) -> Result<Self, OptionError> {
        KNOWN
            .iter()
            .find(|known| known.spellings.contains(&text))
            .map(|known| known.unit)
            .ok_or_else(|| OptionError::UnknownUnit { unit: text.to_owned(), known: spellings() })
    }
}

fn spellings() -> String {
    KNOWN.iter().map(|known| known.spellings[0]).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(unit: &str, number: &str) -> String {
        unit.parse::<Unit>().unwrap().convert(number.parse().unwrap()).to_string()
    }

    #[test]
    fn scales_powers_of_ten_exactly() {
        assert_eq!(convert("kW", "-2.8601"), "-2860.1");
        assert_eq!(convert("MW", "0.000001"), "1");
        assert_eq!(convert("MWh", "1e-9"), "0.001");
        assert_eq!(convert("none", "1.50"), "1.5");
    }

    #[test]
    fn converts_fahrenheit_half_to_even_at_six_decimals() {
        assert_eq!(convert("F", "32"), "0");
        assert_eq!(convert("°F", "-40"), "-40");
        assert_eq!(convert("degF", "100"), "37.777778");
        // 32.0000009 °F is 0.0000005 °C: the half goes to the even 0
        assert_eq!(convert("F", "32.0000009"), "0");
        assert_eq!(convert("F", "32.0000027"), "0.000002");
    }

    #[test]
    fn names_the_known_units() {
        let message = "mw".parse::<Unit>().unwrap_err().to_string();
        assert!(message.contains("\"mw\"") && message.contains("kW, MW, Wh"), "{message}");
    }
}
