//! The values of one property.

use std::ops::Range;

use crate::Number;

/// Decimal places that a column of integers may have.
pub(crate) const MAX_SCALE: i32 = 9;

/// The values of one property, as many as rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Data {
    /// Integers × 10^−scale; 0 where absent. `present` is `None` when every row has a value.
    Fixed { scale: u8, values: Vec<i64>, present: Option<Vec<bool>> },
    /// Numbers that do not fit so.
    Exact(Vec<Option<Number>>),
    /// Texts.
    Text(Vec<Option<String>>),
}

fn pow10(exponent: u8) -> Option<i64> {
    10_i64.checked_pow(u32::from(exponent))
}

fn flags(present: Option<&Vec<bool>>, rows: usize) -> Vec<bool> {
    present.cloned().unwrap_or_else(|| vec![true; rows])
}

impl Data {
    /// Integers where all fit an `i64` at one scale up to 9.
    pub(crate) fn from_numbers(values: Vec<Option<Number>>) -> Self {
        let scale = values.iter().flatten().map(Number::scale).max().unwrap_or(0).max(0);
        if scale > MAX_SCALE {
            return Self::Exact(values);
        }
        let fit = |number: &Number| number.scaled(scale).and_then(|value| i64::try_from(value).ok());
        let fixed: Option<Vec<i64>> =
            values.iter().map(|value| value.as_ref().map_or(Some(0), fit)).collect();
        match (fixed, u8::try_from(scale)) {
            (Some(fixed), Ok(scale)) => {
                let present: Vec<bool> = values.iter().map(Option::is_some).collect();
                let present = present.contains(&false).then_some(present);
                Self::Fixed { scale, values: fixed, present }
            }
            _ => Self::Exact(values),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Fixed { values, .. } => values.len(),
            Self::Exact(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    pub(crate) fn has(&self, row: usize) -> bool {
        match self {
            Self::Fixed { present: None, values, .. } => row < values.len(),
            Self::Fixed { present: Some(present), .. } => present.get(row) == Some(&true),
            Self::Exact(values) => values.get(row).is_some_and(Option::is_some),
            Self::Text(values) => values.get(row).is_some_and(Option::is_some),
        }
    }

    pub(crate) fn number(&self, row: usize) -> Option<Number> {
        match self {
            Self::Fixed { scale, values, .. } if self.has(row) => {
                Some(Number::new(i128::from(values[row]), i32::from(*scale)))
            }
            Self::Exact(values) => values.get(row)?.clone(),
            _ => None,
        }
    }

    pub(crate) fn slice(&self, rows: Range<usize>) -> Self {
        match self {
            Self::Fixed { scale, values, present } => Self::Fixed {
                scale: *scale,
                values: values[rows.clone()].to_vec(),
                present: full_as_none(present.as_ref().map(|present| present[rows].to_vec())),
            },
            Self::Exact(values) => Self::Exact(values[rows].to_vec()),
            Self::Text(values) => Self::Text(values[rows].to_vec()),
        }
    }

    pub(crate) fn take(&self, rows: &[usize]) -> Self {
        match self {
            Self::Fixed { scale, values, present } => Self::Fixed {
                scale: *scale,
                values: rows.iter().map(|&row| values[row]).collect(),
                present: full_as_none(
                    present.as_ref().map(|present| rows.iter().map(|&row| present[row]).collect()),
                ),
            },
            Self::Exact(values) => Self::Exact(rows.iter().map(|&row| values[row].clone()).collect()),
            Self::Text(values) => Self::Text(rows.iter().map(|&row| values[row].clone()).collect()),
        }
    }

    /// The parts one after the other; a part is a column or a number of rows without the property.
    pub(crate) fn concat(parts: &[(Option<&Self>, usize)]) -> Self {
        if parts.iter().any(|(data, _)| matches!(data, Some(Self::Text(_)))) {
            return Self::Text(parts.iter().flat_map(|part| texts(*part)).collect());
        }
        Self::concat_fixed(parts).unwrap_or_else(|| {
            let numbers = |&(data, rows): &(Option<&Self>, usize)| -> Vec<Option<Number>> {
                (0..rows).map(|row| data.and_then(|data| data.number(row))).collect()
            };
            Self::Exact(parts.iter().flat_map(numbers).collect())
        })
    }

    fn concat_fixed(parts: &[(Option<&Self>, usize)]) -> Option<Self> {
        let (mut scale, mut sparse) = (0, false);
        for (data, _) in parts {
            match data {
                None => sparse = true,
                Some(Self::Fixed { scale: own, present, .. }) => {
                    scale = scale.max(*own);
                    sparse |= present.is_some();
                }
                Some(_) => return None,
            }
        }
        let rows = parts.iter().map(|(_, rows)| rows).sum();
        let (mut all, mut present) = (Vec::with_capacity(rows), Vec::new());
        for &(data, rows) in parts {
            let Some(Self::Fixed { scale: own, values, present: flagged }) = data else {
                all.resize(all.len() + rows, 0);
                present.resize(all.len(), false);
                continue;
            };
            if *own == scale {
                all.extend_from_slice(values);
            } else {
                let factor = pow10(scale - own)?;
                for value in values {
                    all.push(value.checked_mul(factor)?);
                }
            }
            if sparse {
                present.extend(flags(flagged.as_ref(), rows));
            }
        }
        Some(Self::Fixed {
            scale,
            values: all,
            present: if sparse { full_as_none(Some(present)) } else { None },
        })
    }

    /// The same values in the shortest form: the lowest scale that holds them all, integers where they fit.
    pub(crate) fn shortest(&self) -> Self {
        match self {
            Self::Fixed { scale, values, present } => {
                let mut drop = 0;
                let mut factor = 1_i64;
                while drop < *scale && values.iter().all(|value| value % (factor * 10) == 0) {
                    factor *= 10;
                    drop += 1;
                }
                let values =
                    if drop == 0 { values.clone() } else { values.iter().map(|v| v / factor).collect() };
                Self::Fixed { scale: scale - drop, values, present: full_as_none(present.clone()) }
            }
            Self::Exact(values) => Self::from_numbers(values.clone()),
            Self::Text(values) => Self::Text(values.clone()),
        }
    }
}

fn full_as_none(present: Option<Vec<bool>>) -> Option<Vec<bool>> {
    present.filter(|present| present.contains(&false))
}

fn texts((data, rows): (Option<&Data>, usize)) -> Vec<Option<String>> {
    match data {
        Some(Data::Text(values)) => values.clone(),
        _ => vec![None; rows],
    }
}
