//! Natural order of codes: `S2` before `S10`.

use std::cmp::Ordering;

/// Compares texts with their runs of digits as numbers; equal numbers written differently by text, so that the order
/// is total.
pub fn compare(left: &str, right: &str) -> Ordering {
    let (mut l, mut r) = (left, right);
    loop {
        let (Some(a), Some(b)) = (l.chars().next(), r.chars().next()) else {
            return l.len().cmp(&r.len()).then_with(|| left.cmp(right));
        };
        if a.is_ascii_digit() && b.is_ascii_digit() {
            let (number_l, rest_l) = digits(l);
            let (number_r, rest_r) = digits(r);
            match number_l.len().cmp(&number_r.len()).then_with(|| number_l.cmp(number_r)) {
                Ordering::Equal => (l, r) = (rest_l, rest_r),
                unequal => return unequal,
            }
        } else if a == b {
            (l, r) = (&l[a.len_utf8()..], &r[b.len_utf8()..]);
        } else {
            return a.cmp(&b);
        }
    }
}

/// The leading digits without leading zeros, and what follows.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].trim_start_matches('0'), &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_as_numbers() {
        let mut codes = vec!["S10", "S2", "S1", "R1", "S02", "S", "S2A"];
        codes.sort_by(|a, b| compare(a, b));
        assert_eq!(codes, ["R1", "S", "S1", "S02", "S2", "S2A", "S10"]);
    }
}
