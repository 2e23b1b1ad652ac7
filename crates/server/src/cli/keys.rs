//! `gridfolio keys …`: the keys that tokens are signed with. They change by themselves while a server runs; this is for
//! those who want to see it, or cannot wait.

use std::process::ExitCode;

use clap::Subcommand;
use jiff::Timestamp;

use crate::app::App;
use crate::config::{Place, start_logging};
use crate::identity::keys::{self, Duty, SigningKey};
use crate::kit::error::ApiResult;

/// What to do with the signing keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// List the keys: which signs, which will, which only verifies.
    List {
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
    /// Make the next key. It signs a day later, when verifiers know it; nobody is signed out.
    Rotate {
        /// For a key that was stolen: the new one signs now, and all others go. Tokens end; refresh tokens stay.
        #[arg(long)]
        at_once: bool,
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
}

/// Runs the command.
pub async fn run(command: KeysCommand) -> Result<ExitCode, String> {
    let (place, rotate) = match &command {
        KeysCommand::List { place } => (place, None),
        KeysCommand::Rotate { at_once, place } => (place, Some(*at_once)),
    };
    start_logging(&place.log)?;
    place.refuse_missing()?;
    let app = place.open_app_for_command().await?;
    let said = match rotate {
        None => list(&app).await,
        Some(at_once) => make(&app, at_once).await,
    };
    app.db.close().await;
    print!("{}", said.map_err(|e| e.to_string())?);
    Ok(ExitCode::SUCCESS)
}

async fn make(app: &App, at_once: bool) -> ApiResult<String> {
    if at_once {
        let key = keys::make(&app.authority.seal, app.clock.now_ms(), app.ids.uuid()).await?;
        let mut tx = app.db.write().await?;
        keys::replace(&mut tx, &key).await?;
        tx.commit().await?;
    } else if keys::rotate(app).await?.is_none() {
        return Ok(format!("no key was made: the newest does not sign yet\n{}", list(app).await?));
    }
    list(app).await
}

async fn list(app: &App) -> ApiResult<String> {
    let mut snapshot = app.db.read().await?;
    let keys = keys::list(&mut snapshot).await?;
    let duties = keys::duties(&keys, app.clock.now_ms());
    let line = |(key, duty): (&SigningKey, Duty)| {
        let duty = match duty {
            Duty::Signs => "signs".to_owned(),
            Duty::SignsFrom(at) => format!("signs from {}", shown(at)),
            Duty::VerifiesUntil(at) => format!("verifies until {}", shown(at)),
        };
        format!("{}  made {}  {duty}\n", key.id, shown(key.created_at))
    };
    Ok(keys.iter().zip(duties).map(line).collect())
}

fn shown(at_ms: i64) -> String {
    let second = Timestamp::from_second(at_ms.div_euclid(1000));
    second.map_or_else(|_| at_ms.to_string(), |at| at.to_string())
}
