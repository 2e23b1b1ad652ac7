//! Handing a mail to the mail server, step by step, because what a refusal means depends on the step: a server that
//! refuses our password or our sender must be put right, one that refuses the recipient has said its last word.

use std::fmt;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message as Mail};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::{Address, address::Envelope};
use tokio::time::timeout;

use crate::messages::config::{MailConfig, Tls};
use crate::messages::delivery::{Failure, Sealed};
use crate::messages::model::Content;
use crate::messages::words::harmless;
use crate::net::trust::Trust;

/// How long the mail server may take to be reached.
const CONNECT: Duration = Duration::from_secs(10);
/// How long all of it may take: well under the lease of a job, so that no other worker sends the same message.
const TIME: Duration = Duration::from_secs(40);

/// The way to the mail server.
pub(super) struct Smtp {
    config: MailConfig,
    tls: Option<TlsParameters>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Smtp {
    /// From the configuration; the mail server must prove its name to this trust.
    pub(super) fn new(config: MailConfig, trust: &Trust) -> Result<Self, String> {
        let tls = (config.tls != Tls::None).then(|| parameters(&config.host, trust)).transpose()?;
        Ok(Self { config, tls })
    }

    /// The server, for people.
    pub(super) fn server(&self) -> String {
        self.config.server()
    }

    /// Sends a message; `Ok` means that the mail server has it now.
    pub(super) async fn send(&self, sealed: &Sealed, content: &Content) -> Result<(), Failure> {
        let mail = self.compose(sealed, content)?;
        timeout(TIME, self.hand_over(mail.envelope(), &mail.formatted())).await.unwrap_or_else(|_| {
            Err(Failure::Unreachable(format!(
                "{}: did not finish within {} s",
                self.server(),
                TIME.as_secs()
            )))
        })
    }

    fn compose(&self, sealed: &Sealed, content: &Content) -> Result<Mail, Failure> {
        let refused = |what: &str| Failure::Refused(format!("the mail cannot be written: {what}"));
        let to: Address = content.to.parse().map_err(|_| refused("its recipient is no mail address"))?;
        let at = Timestamp::from_millisecond(sealed.created_at).unwrap_or(Timestamp::UNIX_EPOCH);
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        Mail::builder()
            .from(self.config.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&content.subject)
            .date(SystemTime::from(at))
            .message_id(Some(format!("<{}@{}>", sealed.id, self.config.from.email.domain())))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            // Its last line is ended by what ends the mail.
            .body(content.text.trim_end().to_owned())
            .map_err(|_| refused("sender or recipient do not fit"))
    }

    async fn hand_over(&self, envelope: &Envelope, mail: &[u8]) -> Result<(), Failure> {
        let mut server = self.connect().await?;
        if let Some((user, password)) = &self.config.credentials {
            let credentials = Credentials::new(user.clone(), password.0.clone());
            let signed_in = server.auth(DEFAULT_MECHANISMS, &credentials).await;
            signed_in
                .map_err(|e| Failure::Later(self.describe("refused mail.user and mail.password", &e)))?;
        }
        let ascii = |address: &Address| <Address as AsRef<str>>::as_ref(address).is_ascii();
        let international = !envelope.to().iter().chain(envelope.from()).all(ascii);
        if international && !server.server_info().supports_feature(Extension::SmtpUtfEight) {
            let why = format!("{}: takes no addresses with letters beyond ASCII", self.server());
            return Err(Failure::Refused(why));
        }
        let parameters = international.then_some(MailParameter::SmtpUtfEight).into_iter().collect();
        let from = server.command(MailFrom::new(envelope.from().cloned(), parameters)).await;
        from.map_err(|e| Failure::Later(self.describe("refused the sender, mail.from", &e)))?;
        for to in envelope.to() {
            let taken = server.command(Rcpt::new(to.clone(), Vec::new())).await;
            taken.map_err(|e| self.judge("refused the recipient", &e))?;
        }
        let refused = "refused the message";
        server.command(Data).await.map_err(|e| self.judge(refused, &e))?;
        server.message(mail).await.map_err(|e| self.judge(refused, &e))?;
        // It has the message: how the conversation ends changes nothing.
        let _ = server.quit().await;
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let hello = ClientId::Domain(self.config.from.email.domain().to_owned());
        let at_once = self.tls.clone().filter(|_| self.config.tls == Tls::FromTheStart);
        let address = (self.config.host.as_str(), self.config.port);
        let reached =
            AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT), &hello, at_once, None).await;
        let mut server = reached.map_err(|e| Failure::Unreachable(self.describe("cannot be reached", &e)))?;
        if let Some(tls) = self.tls.clone().filter(|_| self.config.tls == Tls::Upgraded) {
            let upgraded = server.starttls(tls, &hello).await;
            upgraded.map_err(|e| Failure::Unreachable(self.describe("does not do STARTTLS", &e)))?;
        }
        Ok(server)
    }

    /// A refusal for good ends the message, one for now does not.
    fn judge(&self, step: &str, error: &Error) -> Failure {
        let why = self.describe(step, error);
        if error.is_permanent() { Failure::Refused(why) } else { Failure::Later(why) }
    }

    /// Server, step and cause; of the server's own words those that tell no secret.
    fn describe(&self, step: &str, error: &Error) -> String {
        let source = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
        let cause = match error.status() {
            Some(code) => format!("{code} {}", harmless(&source)),
            None => source,
        };
        format!("{} {step}: {cause}", self.server())
    }
}

fn parameters(host: &str, trust: &Trust) -> Result<TlsParameters, String> {
    let wrong = |e: Error| format!("mail.smtp: {e}");
    let mut builder = TlsParameters::builder(host.to_owned());
    for certificate in trust.further() {
        builder = builder.add_root_certificate(Certificate::from_der(certificate.to_vec()).map_err(wrong)?);
    }
    builder.build_rustls().map_err(wrong)
}
