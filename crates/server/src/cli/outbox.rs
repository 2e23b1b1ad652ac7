//! `gridfolio outbox`: messages to people that were not sent. Works beside a running server, which sends what is
//! queued again.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use crate::app::App;
use crate::config::{Place, start_logging};
use crate::messages::outbox::{self, Held};

/// Lists messages that were not sent; with a word after it, does something with one.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct OutboxArgs {
    #[command(subcommand)]
    command: Option<OutboxCommand>,
    /// Where the data is.
    #[command(flatten)]
    place: Place,
}

/// What to do with a message.
#[derive(Debug, Subcommand)]
enum OutboxCommand {
    /// Print a message whole. It may hold a password.
    Show {
        /// Id of the message.
        id: String,
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
    /// Queue a message again that was kept or failed; the running server sends it.
    Send {
        /// Id of the message.
        #[arg(required_unless_present = "all")]
        id: Option<String>,
        /// All that were kept or failed.
        #[arg(long, conflicts_with = "id")]
        all: bool,
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
    /// Take a message away.
    Drop {
        /// Id of the message.
        id: String,
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
}

/// Runs the command.
pub async fn run(args: OutboxArgs) -> Result<ExitCode, String> {
    let place = match &args.command {
        None => &args.place,
        Some(
            OutboxCommand::Show { place, .. }
            | OutboxCommand::Send { place, .. }
            | OutboxCommand::Drop { place, .. },
        ) => place,
    };
    start_logging(&place.log)?;
    place.refuse_missing()?;
    let app = place.open_app_for_command().await?;
    let said = act(&app, args.command).await;
    app.db.close().await;
    print!("{}", said?);
    Ok(ExitCode::SUCCESS)
}

/// Does it and says what was done.
async fn act(app: &App, command: Option<OutboxCommand>) -> Result<String, String> {
    let said = match command {
        None => outbox::list(app).await.map(|held| held.iter().map(line).collect()),
        Some(OutboxCommand::Show { id, .. }) => outbox::get(app, &id).await.map(|held| whole(&held)),
        Some(OutboxCommand::Send { id: Some(id), .. }) => {
            outbox::send(app, &id).await.map(|()| format!("{id} is queued; the running server sends it\n"))
        }
        Some(OutboxCommand::Send { .. }) => {
            outbox::send_all(app).await.map(|n| format!("{n} are queued; the running server sends them\n"))
        }
        Some(OutboxCommand::Drop { id, .. }) => {
            outbox::discard(app, &id).await.map(|()| format!("{id} is gone\n"))
        }
    };
    said.map_err(|e| e.to_string())
}

fn when(at: i64) -> String {
    Timestamp::from_millisecond(at)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

fn line(held: &Held) -> String {
    let Held { id, created_at, words: [purpose, channel, state], content, last_error: _ } = held;
    let what = match content {
        Ok(content) => format!("{}  {}", shown(&content.to), content.subject),
        Err(why) => why.clone(),
    };
    format!("{id}  {}  {state:7}  {purpose:17}  {channel:5}  {what}\n", when(*created_at))
}

fn whole(held: &Held) -> String {
    let Held { id, created_at, words: [purpose, channel, state], content, last_error } = held;
    let error = last_error.as_ref().map(|error| format!("Error: {error}\n")).unwrap_or_default();
    let content = match content {
        Ok(content) => {
            format!("To: {}\nSubject: {}\n\n{}", shown(&content.to), content.subject, content.text)
        }
        Err(why) => format!("{why}\n"),
    };
    let at = when(*created_at);
    format!(
        "Id: {id}\nWritten: {at}\nState: {state}\n{error}Purpose: {purpose}\nChannel: {channel}\n{content}"
    )
}

fn shown(to: &str) -> &str {
    if to.is_empty() { "(whoever runs this server; see mail.operators)" } else { to }
}
