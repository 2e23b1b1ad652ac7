//! The addresses of applications: to which codes are sent, and people after they signed out. An address counts to the
//! letter; only the port of one on the person's own machine may differ, because programs there take a free one.

use std::fmt::Write as _;
use std::str::FromStr;

/// The addresses that the configuration names.
#[derive(Debug, Clone, Default)]
pub struct AppUris {
    /// Where codes may be sent.
    pub redirect: Vec<AppUri>,
    /// Where people may be sent when they signed out.
    pub logout: Vec<AppUri>,
}

/// An address of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppUri(String);

/// Hosts that are the person's own machine.
const OWN_MACHINE: [&str; 3] = ["http://127.0.0.1", "http://[::1]", "http://localhost"];

impl FromStr for AppUri {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let plain = |byte: u8| byte.is_ascii_graphic() && !br#""'<>\^`{|};"#.contains(&byte);
        let (scheme, rest) = text.split_once(':').unwrap_or_default();
        let web = rest.strip_prefix("//").is_some_and(|rest| {
            let host = rest.split(['/', '?']).next().unwrap_or_default();
            !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
        });
        // An application's own scheme is a domain turned round, so that no two take the same.
        let own = scheme.contains('.')
            && scheme.starts_with(|c: char| c.is_ascii_lowercase())
            && scheme.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-+".contains(&b))
            && !rest.is_empty();
        let fits = match scheme {
            "https" => web,
            "http" => web && without_port(text).is_some(),
            _ => own,
        };
        if fits && text.bytes().all(plain) && !text.contains('#') {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be an https:// address, an http:// one on the own machine (127.0.0.1, [::1], localhost) or one \
                 of an application's own scheme (com.example.app:/callback), without fragment"
                .to_owned())
        }
    }
}

/// An address on the own machine, without its port.
fn without_port(uri: &str) -> Option<(&'static str, &str)> {
    OWN_MACHINE.into_iter().find_map(|host| {
        let rest = uri.strip_prefix(host)?;
        let path = match rest.strip_prefix(':') {
            Some(port) => port.trim_start_matches(|c: char| c.is_ascii_digit()),
            None => rest,
        };
        (path.is_empty() || path.starts_with(['/', '?'])).then_some((host, path))
    })
}

impl AppUri {
    /// Whether an address that a request names is this one.
    fn is(&self, said: &str) -> bool {
        self.0 == said || without_port(&self.0).is_some_and(|own| without_port(said) == Some(own))
    }
}

/// Whether an address is one of these.
pub fn is_named(uris: &[AppUri], said: &str) -> bool {
    uris.iter().any(|uri| uri.is(said))
}

/// The address with parameters added to its query.
pub fn with_parameters(uri: &str, parameters: &[(&str, &str)]) -> String {
    let mut text = uri.to_owned();
    let mut mark = if uri.contains('?') { '&' } else { '?' };
    for (name, value) in parameters {
        text.push(mark);
        text.push_str(name);
        text.push('=');
        text.push_str(&percent_encode(value));
        mark = '&';
    }
    text
}

/// Percent-encodes everything but letters, digits and `-._~`.
pub fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// What a Content-Security-Policy calls the server of an address. It knows no IPv6 hosts.
pub fn policy_source(uri: &str) -> String {
    let (scheme, rest) = uri.split_once(':').unwrap_or_default();
    match rest.strip_prefix("//").map(|rest| rest.split(['/', '?']).next().unwrap_or_default()) {
        Some(host) if matches!(scheme, "http" | "https") && !host.contains('[') => {
            format!("{scheme}://{host}")
        }
        _ => format!("{scheme}:"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> AppUri {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_counts_to_the_letter() {
        let own = uri("https://app.example.org/cb?x=1");
        assert!(own.is("https://app.example.org/cb?x=1"));
        for other in [
            "https://app.example.org/cb",
            "https://app.example.org/cb?x=1&y",
            "https://app.example.org:443/cb?x=1",
            "https://APP.example.org/cb?x=1",
            "https://app.example.org.evil/cb?x=1",
        ] {
            assert!(!own.is(other), "{other}");
        }
    }

    #[test]
    fn on_the_own_machine_any_port_fits() {
        for (named, said) in [
            ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"),
            ("http://[::1]:1/cb", "http://[::1]:2/cb"),
            ("http://localhost:8080", "http://localhost"),
        ] {
            assert!(uri(named).is(said), "{said}");
        }
        for (named, said) in [
            ("http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb"),
            ("http://127.0.0.1/cb", "http://localhost:1/cb"),
            ("http://127.0.0.1/cb", "https://127.0.0.1:1/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb/other"),
        ] {
            assert!(!uri(named).is(said), "{said}");
        }
    }

    #[test]
    fn what_is_no_address_of_an_application_is_refused() {
        for text in ["https://a.example", "com.example.app:/cb", "http://localhost:1/cb"] {
            text.parse::<AppUri>().unwrap();
        }
        for text in [
            "",
            "x",
            "http://a.example/cb",
            "https://a.example/cb#x",
            "https://u@a.example/",
            "https:///cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://a.example/;x",
            "https://a.example/a b",
            "http://127.0.0.1.evil.example/",
            "/cb",
        ] {
            assert!(text.parse::<AppUri>().is_err(), "{text}");
        }
    }

    #[test]
    fn parameters_are_added_and_encoded() {
        let text = with_parameters("https://a.example/cb?x=1", &[("code", "a b"), ("state", "ä&=")]);
        assert_eq!(text, "https://a.example/cb?x=1&code=a%20b&state=%C3%A4%26%3D");
        assert_eq!(policy_source("https://a.example:8/cb"), "https://a.example:8");
        assert_eq!(policy_source("http://[::1]:8/cb"), "http:");
        assert_eq!(policy_source("com.example.app:/cb"), "com.example.app:");
    }
}
