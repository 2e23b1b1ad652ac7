//! Messages to people: invitations, codes, alerts, by mail or as a text message.
//!
//! A message is a row of `message` whose recipient, subject and text are sealed, because it may hold a temporary
//! password. [`enqueue`] writes it in the transaction that asks for it, so it exists only if the change does; a job
//! sends it and erases what was sealed. Where no way to send is configured it stays for `gridfolio outbox`.
//!
//! Delivery is at least once: a server that stops between the mail server's word and its own note sends again, with the
//! same `Message-ID`.
//!
//! What this area refuses: to put into a log or an error whom a message is for or what it says, to sign in to a mail
//! server over an open connection, to fall back to one, and to send HTML. It takes no mail in.

mod config;
mod delivery;
mod model;
pub mod outbox;
mod sms;
mod smtp;
mod store;
pub mod templates;
mod words;

pub use config::{MailConfig, MessagesConfig, SmsConfig, check_operator, mail_address};
pub use delivery::{JOB, Ways};
pub use model::{Channel, Message, Purpose, State};
pub use outbox::enqueue;
pub use store::Counts;
