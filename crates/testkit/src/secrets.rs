//! What the suite keeps secret, and where it must not show: in answers that refuse, in the log of changes as it is read,
//! and in everything that the tests print (`scripts/check-run` looks through that).

use std::io::Write as _;
use std::sync::Once;

use serde_json::Value;

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

/// Members of answers that hold a secret made for the caller.
const MADE: [&str; 8] = [
    "RefreshToken",
    "SecretCode",
    "Session",
    "SECRET_BLOCK",
    "refresh_token",
    "token",
    "code",
    "temporaryPassword",
];

/// Notes the secrets that an answer hands out, for `scripts/check-run`: one a line in a file of this process.
pub(crate) fn note(path: &str, body: &[u8]) {
    let Some(folder) = std::env::var_os("GRIDFOLIO_TEST_SECRETS") else { return };
    let hands_out = path == "/" || path.starts_with("/oauth2/") || path.ends_with("/tokens");
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return };
    let mut found = Vec::new();
    collect(&body, &mut found);
    if !hands_out || found.is_empty() {
        return;
    }
    let file = std::path::Path::new(&folder).join(std::process::id().to_string());
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(file).unwrap();
    for secret in found {
        writeln!(file, "{secret}").unwrap();
    }
}

fn collect<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    // Shorter ones would be found by chance.
                    Value::String(text) if MADE.contains(&name.as_str()) && text.len() >= 20 => {
                        found.push(text);
                    }
                    other => collect(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
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
