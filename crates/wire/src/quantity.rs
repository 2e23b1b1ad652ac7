//! A decimal number on the wire, written with exactly its digits.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// A JSON number that keeps all its digits, which a float would not.
#[derive(Debug, Clone, PartialEq, Eq, utoipa::ToSchema)]
#[schema(value_type = f64)]
pub struct Quantity(String);

impl Quantity {
    /// From plain decimal text such as `-12.5`; `None` if it is not a JSON number.
    pub fn from_decimal_text(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        serde_json::from_str::<serde_json::Number>(&text).is_ok().then_some(Self(text))
    }

    /// The decimal text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_survive() {
        let quantity = Quantity::from_decimal_text("12345678901234567.891").unwrap();
        assert_eq!(serde_json::to_string(&quantity).unwrap(), "12345678901234567.891");
        assert!(Quantity::from_decimal_text("1e").is_none());
        assert!(Quantity::from_decimal_text("NaN").is_none());
    }
}
