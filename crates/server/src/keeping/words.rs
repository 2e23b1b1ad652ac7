//! Sizes, times and counts in words for a terminal.

use std::time::Duration;

/// `512 bytes`, `8.2 kB`, `1.3 GB`: powers of a thousand.
pub fn bytes(count: u64) -> String {
    let (mut whole, mut tenths, mut unit) = (count, 0, "bytes");
    for larger in ["kB", "MB", "GB", "TB"] {
        if whole < 1000 {
            break;
        }
        (whole, tenths, unit) = (whole / 1000, whole % 1000 / 100, larger);
    }
    if unit == "bytes" { format!("{whole} {unit}") } else { format!("{whole}.{tenths} {unit}") }
}

/// `0.4 s`, `75.0 s`
pub fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

/// `1 row`, `2 rows`
pub fn counted(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_well() {
        assert_eq!(bytes(0), "0 bytes");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(8_192), "8.1 kB");
        assert_eq!(bytes(1_999_999), "1.9 MB");
        assert_eq!(bytes(7_000_000_000_000_000), "7000.0 TB");
        assert_eq!(counted(1, "row") + &counted(2, "row"), "1 row2 rows");
    }
}
