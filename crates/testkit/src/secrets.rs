//! What the suite keeps secret, and where it must not show: in answers that refuse, in the log of changes as it is read,
//! and in everything that the tests print (`scripts/check-run` looks through that).

use std::sync::Once;

/// The texts of `secrets.txt` that are no patterns.
pub fn texts() -> impl Iterator<Item = &'static str> {
    let lines = include_str!("secrets.txt").lines();
    lines.filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("re:"))
}

/// The first secret in a text.
pub fn find(text: &str) -> Option<&'static str> {
    texts().find(|secret| text.contains(secret)).or_else(|| text.contains(".eyJ").then_some("a token"))
}

/// Whether an answer must be free of secrets: it refuses, or it shows the log of changes.
pub fn must_be_clean(path: &str, status: u16) -> bool {
    status >= 400 || path.starts_with("/audit/")
}

/// Writes the application's log, as detailed as it gets, into the output of the test. Only where the runner keeps the
/// output of each test apart.
pub(crate) fn start_log() {
    static STARTED: Once = Once::new();
    if std::env::var_os("GRIDFOLIO_TEST_LOG").is_none() {
        return;
    }
    STARTED.call_once(|| {
        let filter = tracing_subscriber::EnvFilter::new("info,gridfolio=trace");
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_test_writer().init();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found() {
        assert!(texts().count() >= 5);
        assert_eq!(find("he said \"a password for tests\" aloud"), Some("a password for tests"));
        assert_eq!(find("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln"), Some("a token"));
        assert_eq!(find("nothing"), None);
        assert!(must_be_clean("/x", 400) && must_be_clean("/audit/users", 200) && !must_be_clean("/x", 200));
    }
}
