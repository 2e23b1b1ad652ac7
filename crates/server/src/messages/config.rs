//! What the configuration says about mail and text messages, checked. Errors name the key and the rule, never the value:
//! it may hold a password.

use axum::http::{HeaderValue, Uri};
use lettre::Address;
use lettre::message::Mailbox;

use crate::net::fetch;

/// How messages are sent.
#[derive(Debug, Clone, Default)]
pub struct MessagesConfig {
    /// Mail; without it mail is kept.
    pub mail: Option<MailConfig>,
    /// Text messages; without it they are kept.
    pub sms: Option<SmsConfig>,
    /// Mail addresses of those who run the server.
    pub operators: Vec<String>,
    /// Whether the server beside this process sends, which knows whether it can: commands write into its queue.
    pub elsewhere: bool,
}

/// How mail is sent.
#[derive(Debug, Clone)]
pub struct MailConfig {
    pub(super) tls: Tls,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) credentials: Option<(String, Secret)>,
    pub(super) from: Mailbox,
}

/// How text messages are sent.
#[derive(Debug, Clone)]
pub struct SmsConfig {
    pub(super) url: String,
    pub(super) authorization: Option<HeaderValue>,
}

/// When the connection to the mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tls {
    /// Never.
    None,
    /// From the first byte.
    FromTheStart,
    /// After `STARTTLS`, which the server must offer.
    Upgraded,
}

/// A password that no debug print shows.
#[derive(Clone)]
pub(super) struct Secret(pub(super) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl MailConfig {
    /// From `mail.smtp`, `mail.from` and, where the server wants them, `mail.user` and `mail.password`.
    pub fn new(smtp: &str, from: &str, credentials: Option<(&str, &str)>) -> Result<Self, String> {
        let (tls, host, port) = parse_smtp(smtp).ok_or(
            "mail.smtp: must be smtp://HOST:PORT, smtps://HOST:PORT or smtp+starttls://HOST:PORT; user and \
             password are mail.user and mail.password",
        )?;
        let from: Mailbox = from
            .parse()
            .map_err(|_| "mail.from: must be an address such as gridfolio@example.org or Name <address>")?;
        if tls == Tls::None && credentials.is_some() && !is_this_machine(&host) {
            return Err("mail.password: would be sent in the open by smtp://; use smtps:// or \
                        smtp+starttls:// in mail.smtp"
                .to_owned());
        }
        if tls == Tls::None && !is_this_machine(&host) {
            return Err("mail.smtp: smtp:// sends codes and temporary passwords in the open, and is taken only for a \
                        mail server on this machine; use smtps:// or smtp+starttls://"
                .to_owned());
        }
        let credentials = credentials.map(|(user, password)| (user.to_owned(), Secret(password.to_owned())));
        Ok(Self { tls, host, port, credentials, from })
    }

    /// The server, for people: scheme, host and port.
    pub fn server(&self) -> String {
        let scheme = match self.tls {
            Tls::None => "smtp",
            Tls::FromTheStart => "smtps",
            Tls::Upgraded => "smtp+starttls",
        };
        format!("{scheme}://{}:{}", self.host, self.port)
    }
}

fn parse_smtp(url: &str) -> Option<(Tls, String, u16)> {
    let uri: Uri = url.trim_end_matches('/').parse().ok()?;
    let (tls, usual) = match uri.scheme_str()? {
        "smtp" => (Tls::None, 25),
        "smtps" => (Tls::FromTheStart, 465),
        "smtp+starttls" => (Tls::Upgraded, 587),
        _ => return None,
    };
    let bare = !uri.authority()?.as_str().contains('@') && uri.query().is_none() && uri.path().len() <= 1;
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
    (bare && !host.is_empty()).then(|| (tls, host.to_owned(), uri.port_u16().unwrap_or(usual)))
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A mail address as it is written to, if the text is one.
pub fn mail_address(text: &str) -> Option<String> {
    let parsed: Result<Address, _> = text.trim().parse();
    parsed.ok().map(|address| address.to_string())
}

/// An address of `mail.operators`.
pub fn check_operator(address: &str) -> Result<String, String> {
    mail_address(address)
        .ok_or_else(|| "mail.operators: must be addresses such as help@example.org".to_owned())
}

impl SmsConfig {
    /// From `sms.url` and, where the provider wants one, `sms.token`.
    pub fn new(url: &str, token: Option<&str>) -> Result<Self, String> {
        if !fetch::is_address(url) {
            return Err(
                "sms.url: must be an address such as https://sms.example.org/send, without user or password"
                    .to_owned(),
            );
        }
        let uri: Uri = url.parse().map_err(|_| "sms.url: must be an address".to_owned())?;
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        if uri.scheme_str() != Some("https") && !is_this_machine(host) {
            return Err("sms.url: http:// sends the token and codes in the open, and is taken only for a provider on \
                        this machine; use https://"
                .to_owned());
        }
        let header = |token: &str| {
            let value = HeaderValue::from_str(&format!("Bearer {token}"));
            value.map_err(|_| "sms.token: must be letters, digits and signs of ASCII".to_owned())
        };
        let mut authorization = token.map(header).transpose()?;
        if let Some(value) = &mut authorization {
            value.set_sensitive(true);
        }
        Ok(Self { url: url.to_owned(), authorization })
    }

    /// The provider, for people: scheme, host and port.
    pub fn provider(&self) -> String {
        fetch::server(&self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_have_a_scheme_a_host_and_a_port() {
        for (url, server) in [
            ("smtp://localhost", "smtp://localhost:25"),
            ("smtps://mail.example.org/", "smtps://mail.example.org:465"),
            ("smtp+starttls://mail.example.org", "smtp+starttls://mail.example.org:587"),
            ("smtp://127.0.0.1:2525", "smtp://127.0.0.1:2525"),
        ] {
            assert_eq!(MailConfig::new(url, "a@example.org", None).unwrap().server(), server);
        }
        for url in [
            "",
            "mail.example.org",
            "http://h",
            "smtp://",
            "smtp://u:hidden@h",
            "smtp://h/x",
            "smtp://h?x=hidden",
        ] {
            let refused = MailConfig::new(url, "a@example.org", None).unwrap_err();
            assert!(refused.starts_with("mail.smtp: ") && !refused.contains("hidden"), "{url}: {refused}");
        }
    }

    #[test]
    fn a_password_never_travels_in_the_open() {
        let open = |url| MailConfig::new(url, "a@example.org", Some(("user", "hidden")));
        assert!(open("smtp://mail.example.org").unwrap_err().starts_with("mail.password: "));
        let bare = |url| MailConfig::new(url, "a@example.org", None);
        assert!(bare("smtp://mail.example.org").unwrap_err().starts_with("mail.smtp: smtp:// "));
        for url in ["smtp://localhost", "smtp://127.0.0.1", "smtp://[::1]", "smtps://mail.example.org"] {
            assert!(!format!("{:?}", open(url).unwrap()).contains("hidden"), "{url}");
        }
    }

    #[test]
    fn senders_and_operators_are_addresses() {
        assert!(MailConfig::new("smtps://h", "Ümit & Co <a@example.org>", None).is_ok());
        for from in ["", "a", "a@example.org\r\nBcc: b@example.org", "<>"] {
            assert!(
                MailConfig::new("smtps://h", from, None).unwrap_err().starts_with("mail.from: "),
                "{from}"
            );
        }
        assert_eq!(check_operator(" a@example.org ").unwrap(), "a@example.org");
        assert!(check_operator("a").unwrap_err().starts_with("mail.operators: "));
    }

    #[test]
    fn providers_of_text_messages_are_called_by_http() {
        let config = SmsConfig::new("https://sms.example.org/send?account=1", Some("hidden")).unwrap();
        assert_eq!(config.provider(), "https://sms.example.org:443");
        assert!(!format!("{config:?}").contains("hidden"));
        for url in ["http://sms.example.org/send", "http://10.0.0.1/"] {
            assert!(
                SmsConfig::new(url, Some("hidden")).unwrap_err().starts_with("sms.url: http:// "),
                "{url}"
            );
        }
        for url in ["http://127.0.0.1:9/", "http://[::1]/", "http://localhost/"] {
            assert!(SmsConfig::new(url, None).is_ok(), "{url}");
        }
        assert!(SmsConfig::new("sms.example.org", None).unwrap_err().starts_with("sms.url: "));
        assert!(SmsConfig::new("https://h/", Some("a\nb")).unwrap_err().starts_with("sms.token: "));
    }
}
