//! How messages reach people: the mail server, the provider of text messages, and who runs this server.

use clap::Args;

use crate::messages::{MailConfig, MessagesConfig, SmsConfig, check_operator};

/// Mail and text messages.
#[derive(Debug, Clone, Default, Args)]
pub struct MailArgs {
    /// Mail server: `smtp://HOST:PORT`, `smtps://HOST:PORT` or `smtp+starttls://HOST:PORT`; without one, mail is kept for
    /// `gridfolio outbox`.
    #[arg(long, value_name = "URL")]
    pub mail_smtp: Option<String>,
    /// Name to sign in to the mail server with.
    #[arg(long, value_name = "NAME")]
    pub mail_user: Option<String>,
    /// Password to sign in to the mail server with.
    #[arg(long, value_name = "PASSWORD", hide = true)]
    pub mail_password: Option<String>,
    /// Sender of all mail, such as `Gridfolio <gridfolio@example.org>`.
    #[arg(long, value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Who gets the feedback that people give.
    #[arg(long, value_name = "ADDRESS,…", value_delimiter = ',')]
    pub mail_operators: Vec<String>,
    /// Provider of text messages, called with POST `{"to": …, "text": …}`; without one, they are kept.
    #[arg(long, value_name = "URL")]
    pub sms_url: Option<String>,
    /// Token for the provider of text messages, sent as `Authorization: Bearer …`.
    #[arg(long, value_name = "TOKEN", hide = true)]
    pub sms_token: Option<String>,
}

impl MailArgs {
    /// The configuration, checked. Errors name the key.
    pub fn messages(&self) -> Result<MessagesConfig, String> {
        let operators = self.mail_operators.iter().map(|address| check_operator(address));
        Ok(MessagesConfig {
            mail: self.mail()?,
            sms: self.sms()?,
            operators: operators.collect::<Result<_, _>>()?,
            elsewhere: false,
        })
    }

    fn mail(&self) -> Result<Option<MailConfig>, String> {
        let credentials = match (self.mail_user.as_deref(), self.mail_password.as_deref()) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            (Some(_), None) => return Err("mail.password: must be given with mail.user".to_owned()),
            (None, Some(_)) => return Err("mail.user: must be given with mail.password".to_owned()),
        };
        match (self.mail_smtp.as_deref(), self.mail_from.as_deref()) {
            (Some(smtp), Some(from)) => MailConfig::new(smtp, from, credentials).map(Some),
            (Some(_), None) => Err("mail.from: must be given with mail.smtp".to_owned()),
            (None, None) if credentials.is_none() => Ok(None),
            (None, _) => {
                Err("mail.smtp: must be given with mail.from, mail.user and mail.password".to_owned())
            }
        }
    }

    fn sms(&self) -> Result<Option<SmsConfig>, String> {
        match (self.sms_url.as_deref(), self.sms_token.as_deref()) {
            (Some(url), token) => SmsConfig::new(url, token).map(Some),
            (None, Some(_)) => Err("sms.url: must be given with sms.token".to_owned()),
            (None, None) => Ok(None),
        }
    }
}
