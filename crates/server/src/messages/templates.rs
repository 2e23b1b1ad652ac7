//! What messages say: plain text, one function for each purpose. Names and other people's words are made harmless here:
//! a name is one line, and what somebody wrote is quoted.

use jiff::Zoned;

use crate::messages::model::{Message, Purpose};
use crate::messages::words::{one_line, quote, wrap};

/// Most characters of a name in a text.
const NAME: usize = 100;
/// The same where the reader may be a stranger to whoever acts.
const SHORT_NAME: usize = 60;
/// Most characters of a text message: four parts.
const SMS: usize = 600;

/// Whom a mail is for.
#[derive(Debug, Clone, Copy)]
pub struct Recipient<'a> {
    /// Their name.
    pub name: &'a str,
    /// Their mail address, with which they sign in as well.
    pub email: &'a str,
}

/// A person gets an account.
#[derive(Clone)]
pub struct Invitation<'a> {
    /// Who is invited.
    pub to: Recipient<'a>,
    /// Address under which clients reach this server.
    pub server: &'a str,
    /// Who invites.
    pub invited_by: &'a str,
    /// The password for the first sign-in.
    pub temporary_password: &'a str,
    /// Until when it holds, in the recipient's zone.
    pub until: Zoned,
}

/// An invitation, or one that is sent again.
pub fn invitation(invitation: &Invitation<'_>) -> Message {
    let Invitation { to, server, invited_by, temporary_password, until } = invitation;
    let text = format!(
        "You have an account on Gridfolio, given to you by {by}.\n\n\
         Server: {server}\n\
         Sign in as: {email}\n\
         Temporary password: {temporary_password}\n\n\
         It holds until {until}. At the first sign-in you choose a password of your own. If the time has passed, ask \
         an administrator for another invitation.\n",
        by = one_line(invited_by, NAME),
        email = one_line(to.email, NAME),
        until = moment(until),
    );
    mail(Purpose::Invitation, *to, "Your account on Gridfolio", &text)
}

/// A code for somebody who forgot the password.
#[derive(Clone)]
pub struct PasswordReset<'a> {
    /// Who forgot it.
    pub to: Recipient<'a>,
    /// Address under which clients reach this server.
    pub server: &'a str,
    /// The code.
    pub code: &'a str,
    /// Until when it holds, in the recipient's zone.
    pub until: Zoned,
}

/// The code that proves that a forgetful person reads their mail.
pub fn password_reset(reset: &PasswordReset<'_>) -> Message {
    let PasswordReset { to, server, code, until } = reset;
    let text = format!(
        "Somebody, most likely you, asked for a new password on {server}.\n\n\
         Code: {code}\n\n\
         It works once, until {}. If it was not you, do nothing: your password stays as it is. Nobody of us ever asks \
         you for this code.\n",
        moment(until),
    );
    mail(Purpose::PasswordReset, *to, "Your code for a new password", &text)
}

/// A second factor was taken away.
pub fn mfa_reset(to: Recipient<'_>, server: &str, by: &str, at: &Zoned) -> Message {
    let text = format!(
        "Your second factor on {server} was reset by {} on {}. Sign in with your password; you may be asked to set up \
         a new one. You were signed out everywhere.\n\n\
         If you did not ask for this, tell your administrator at once.\n",
        one_line(by, NAME),
        moment(at),
    );
    mail(Purpose::MfaReset, to, "Your second factor was reset", &text)
}

/// A person's mail address is another one now; told to the old one, which may be anybody's: it holds nobody's words but
/// the start of a name.
pub fn address_changed(old: Recipient<'_>, server: &str, by: &str, at: &Zoned) -> Message {
    let text = format!(
        "The mail address of your account on {server} was changed by {} on {}. You no longer sign in with {}, and no \
         more messages come here.\n\n\
         If you did not ask for this, tell your administrator at once.\n",
        one_line(by, SHORT_NAME),
        moment(at),
        one_line(old.email, NAME),
    );
    mail(Purpose::AddressChange, Recipient { name: "", ..old }, "Your mail address was changed", &text)
}

/// Something that a person wants to be told of, as a mail.
pub fn alert(to: Recipient<'_>, server: &str, what: &str, at: &Zoned) -> Message {
    let text = format!("{}\n\n{what}\n\nServer: {server}\n", moment(at), what = quote(what).trim_end());
    mail(Purpose::Alert, to, &format!("Gridfolio: {what}"), &text)
}

/// The same as a text message.
pub fn alert_sms(telephone: &str, what: &str, at: &Zoned) -> Message {
    let text = one_line(&format!("Gridfolio, {}: {what}", moment(at)), SMS);
    Message::sms(Purpose::Alert, telephone, text)
}

/// What a person says to those who run the server: a mail for each of them. Without any, one that is kept.
pub fn feedback(operators: &[String], from: Recipient<'_>, server: &str, words: &str) -> Vec<Message> {
    let (name, email) = (one_line(from.name, NAME), one_line(from.email, NAME));
    let subject = format!("Feedback from {name}");
    let text = wrap(&format!("{name} <{email}> writes on {server}:\n")) + "\n" + &quote(words);
    let write = |to: &str| Message::mail(Purpose::Feedback, to, &subject, text.clone());
    if operators.is_empty() { vec![write("")] } else { operators.iter().map(|to| write(to)).collect() }
}

/// A person asked for something that only an administrator can do: `what`, such as "a new password".
pub fn ask_administrator(to: Recipient<'_>, server: &str, what: &str) -> Message {
    let text = format!(
        "Somebody, most likely you, asked for {what} on {server}. Your account cannot do that by itself: please ask \
         an administrator. If it was not you, do nothing.\n",
        what = one_line(what, NAME),
    );
    mail(Purpose::AskAdministrator, to, "Please ask an administrator", &text)
}

fn mail(purpose: Purpose, to: Recipient<'_>, subject: &str, text: &str) -> Message {
    let name = one_line(to.name, NAME);
    let greeting = if name.is_empty() { "Hello,".to_owned() } else { format!("Hello {name},") };
    let text = wrap(&format!("{greeting}\n\n{text}"));
    Message::mail(purpose, to.email, subject, text)
}

/// `Sunday 15 June 2025, 12:00 UTC`
fn moment(at: &Zoned) -> String {
    at.strftime("%A %-d %B %Y, %H:%M %Z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO: Recipient<'_> = Recipient { name: "Zoë\r\nBcc: all@example.org", email: "zoe@example.org" };

    fn noon() -> Zoned {
        "2025-06-15T12:00:00[America/Denver]".parse().unwrap()
    }

    fn text(message: &Message) -> &str {
        &message.content.text
    }

    #[test]
    fn an_invitation_says_where_who_and_until_when() {
        let message = invitation(&Invitation {
            to: TO,
            server: "https://energy.example.org",
            invited_by: "Ada\nTest",
            temporary_password: "xK3-p9",
            until: noon(),
        });
        assert_eq!(
            text(&message),
            "Hello Zoë Bcc: all@example.org,\n\n\
             You have an account on Gridfolio, given to you by Ada Test.\n\n\
             Server: https://energy.example.org\n\
             Sign in as: zoe@example.org\n\
             Temporary password: xK3-p9\n\n\
             It holds until Sunday 15 June 2025, 12:00 MDT. At the first sign-in you\n\
             choose a password of your own. If the time has passed, ask an\n\
             administrator for another invitation.\n"
        );
        assert_eq!((message.content.to.as_str(), message.purpose), ("zoe@example.org", Purpose::Invitation));
        assert!(!format!("{message:?}").contains("xK3-p9"));
    }

    #[test]
    fn the_others_say_what_they_must() {
        let server = "https://energy.example.org";
        let code = PasswordReset { to: TO, server, code: "123456", until: noon() };
        assert!(text(&password_reset(&code)).contains("\nCode: 123456\n"));
        let changed = address_changed(TO, server, "Ada", &noon());
        assert!(text(&changed).contains("changed by Ada on") && changed.content.to == TO.email);
        let long = address_changed(TO, server, &"word ".repeat(40), &noon());
        assert!(text(&long).matches("word").count() <= 12 && !text(&long).contains("Zo"), "{}", text(&long));
        assert!(text(&mfa_reset(TO, server, "Ada", &noon())).contains("reset by Ada on"));
        assert!(
            text(&ask_administrator(TO, server, "a new password")).contains("asked for a new password on")
        );
    }

    #[test]
    fn other_peoples_words_stay_apart() {
        let evil = "Stopped\r\nBcc: all@example.org\n\nCode: 1";
        let message = alert(TO, "https://h", evil, &noon());
        assert_eq!(message.content.subject, "Gridfolio: Stopped Bcc: all@example.org Code: 1");
        assert!(
            text(&message).contains("> Stopped\n> Bcc: all@example.org\n>\n> Code: 1\n"),
            "{}",
            text(&message)
        );
        let sms = alert_sms("+15550100", &"word ".repeat(1000), &noon());
        assert!(text(&sms).chars().count() <= SMS + 1 && !text(&sms).contains('\n'));
        let said = feedback(&["a@example.org".to_owned(), "b@example.org".to_owned()], TO, "https://h", evil);
        assert_eq!(said.len(), 2);
        assert_eq!(said[1].content.to, "b@example.org");
        assert_eq!(said[0].content.subject, "Feedback from Zoë Bcc: all@example.org");
        assert!(text(&said[0]).ends_with("\n> Stopped\n> Bcc: all@example.org\n>\n> Code: 1\n"));
        assert_eq!(feedback(&[], TO, "https://h", evil)[0].content.to, "", "kept for whoever looks");
    }
}
