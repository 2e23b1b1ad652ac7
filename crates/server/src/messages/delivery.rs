//! Sending: the ways that are configured, and the job that takes one message on one of them.

use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::identity::seal::SealKey;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::jobs::{Job, JobFuture};
use crate::messages::config::MessagesConfig;
use crate::messages::model::{Channel, Content, State};
use crate::messages::sms::Gateway;
use crate::messages::smtp::Smtp;
use crate::messages::store;
use crate::net::fetch::Fetch;
use crate::net::trust::Trust;

/// The job that sends a message.
pub const JOB: Job = Job { kind: "send-message", run };
/// How long a message is tried: three days.
const TRY_MS: i64 = 3 * 24 * 3_600_000;
/// After a server could not be reached, how long the other messages for it do not try: a queue of them must not keep
/// the worker from everything else.
const PAUSE_MS: i64 = 30_000;

/// What the job needs to know.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Payload {
    /// Id of the message.
    pub(super) message: String,
    /// When it was put into the queue, ms since 1970 UTC.
    pub(super) since: i64,
}

/// Why a message was not sent. The texts go into logs: server and cause, never recipient or content.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Nobody answers there; what else is for there can wait.
    Unreachable(String),
    /// Not now.
    Later(String),
    /// Never.
    Refused(String),
}

/// A message as the database has it.
#[derive(Clone)]
pub(super) struct Sealed {
    pub(super) id: String,
    pub(super) created_at: i64,
    pub(super) bytes: Vec<u8>,
}

impl Sealed {
    /// Seals what a message says; only a row with this id opens it.
    pub(super) fn seal(key: &SealKey, id: &str, content: &Content) -> ApiResult<Vec<u8>> {
        let plain = serde_json::to_vec(content).map_err(ApiError::internal)?;
        key.seal(&purpose(id), &plain).map_err(ApiError::internal)
    }

    /// Opens it.
    pub(super) fn open(&self, key: &SealKey) -> Result<Content, String> {
        let plain = key.open(&purpose(&self.id), &self.bytes)?;
        serde_json::from_slice(&plain).map_err(|_| "a sealed message is not what it should be".to_owned())
    }
}

fn purpose(id: &str) -> String {
    format!("message {id}")
}

/// The ways to send messages.
#[derive(Debug, Default)]
pub struct Ways {
    mail: Option<Smtp>,
    sms: Option<Gateway>,
    operators: Vec<String>,
    elsewhere: bool,
    mail_rests_until: AtomicI64,
    sms_rests_until: AtomicI64,
}

impl Ways {
    /// As configured.
    pub fn new(config: MessagesConfig, trust: &Trust, fetch: &Fetch) -> Result<Self, String> {
        let MessagesConfig { mail, sms, operators, elsewhere } = config;
        let mail = mail.map(|mail| Smtp::new(mail, trust)).transpose()?;
        let sms = sms.map(|sms| Gateway::new(sms, fetch.clone()));
        Ok(Self { mail, sms, operators, elsewhere, ..Self::default() })
    }

    /// Mail addresses of those who run the server.
    pub fn operators(&self) -> &[String] {
        &self.operators
    }

    /// The mail server and the provider of text messages, for people.
    pub fn names(&self) -> (Option<String>, Option<String>) {
        (self.mail.as_ref().map(Smtp::server), self.sms.as_ref().map(Gateway::provider))
    }

    /// Whether a message on this channel is for a job, here or in the server beside this command.
    pub(super) fn queues(&self, channel: Channel) -> bool {
        self.elsewhere
            || match channel {
                Channel::Email => self.mail.is_some(),
                Channel::Sms => self.sms.is_some(),
            }
    }

    /// Sends a message; `None` if there is no way.
    async fn send(
        &self,
        channel: Channel,
        message: &Sealed,
        content: &Content,
        now_ms: i64,
    ) -> Option<Result<(), Failure>> {
        let rests_until = match channel {
            Channel::Email => &self.mail_rests_until,
            Channel::Sms => &self.sms_rests_until,
        };
        if now_ms < rests_until.load(Ordering::Relaxed) {
            let why = "its server could not be reached a moment ago".to_owned();
            return Some(Err(Failure::Later(why)));
        }
        let outcome = match channel {
            Channel::Email => self.mail.as_ref()?.send(message, content).await,
            Channel::Sms => self.sms.as_ref()?.send(content).await,
        };
        if let Err(Failure::Unreachable(_)) = outcome {
            rests_until.store(now_ms + PAUSE_MS, Ordering::Relaxed);
        }
        Some(outcome)
    }
}

fn run<'a>(app: &'a App, payload: &'a str) -> JobFuture<'a> {
    Box::pin(deliver(app, payload))
}

/// Sends one message, unless it was sent or taken away meanwhile.
async fn deliver(app: &App, payload: &str) -> ApiResult<()> {
    let Payload { message, since } = serde_json::from_str(payload).map_err(ApiError::internal)?;
    let mut snapshot = app.db.read().await?;
    let found = store::find_message(&mut snapshot, &message).await?;
    drop(snapshot);
    let Some(row) = found.filter(|row| row.state == State::Waiting.word()) else { return Ok(()) };
    let channel = Channel::from_word(&row.channel).ok_or_else(|| ApiError::internal("an unknown channel"))?;
    let sealed = row.sealed();
    let content = match sealed.open(&app.authority.seal) {
        Ok(content) => content,
        Err(why) => return settle(app, &message, State::Failed, Some(&why)).await,
    };
    let why = match app.mail.send(channel, &sealed, &content, app.clock.now_ms()).await {
        None => return settle(app, &message, State::Kept, None).await,
        Some(Ok(())) => return settle(app, &message, State::Sent, None).await,
        Some(Err(Failure::Refused(why))) => return settle(app, &message, State::Failed, Some(&why)).await,
        Some(Err(Failure::Later(why) | Failure::Unreachable(why))) => why,
    };
    if app.clock.now_ms() - since >= TRY_MS {
        return settle(app, &message, State::Failed, Some(&why)).await;
    }
    settle(app, &message, State::Waiting, Some(&why)).await?;
    Err(ApiError::internal(why))
}

/// Writes down how far a message has come. What was sent is erased.
async fn settle(app: &App, id: &str, state: State, error: Option<&str>) -> ApiResult<()> {
    let mut tx = app.db.write().await?;
    store::settle_message(&mut tx, id, state, app.clock.now_ms(), error).await?;
    tx.commit().await?;
    if state == State::Failed {
        tracing::warn!(message = id, error, "a message could not be sent; see gridfolio outbox");
    }
    Ok(())
}
