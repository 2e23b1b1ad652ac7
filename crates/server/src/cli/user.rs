//! `gridfolio user …`: people, on the machine itself. There is never a default password.

use std::io::{BufRead as _, IsTerminal as _};
use std::process::ExitCode;

use clap::Subcommand;

use crate::config::{Place, start_logging};
use crate::identity::service::{self, NewUser};
use crate::identity::types::{self, Shipped};
use crate::identity::{model, store};
use crate::kit::access::Actor;

/// What to do with people.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a person.
    Add {
        /// Address to sign in with.
        email: String,
        /// Given name.
        #[arg(long)]
        first: String,
        /// Family name.
        #[arg(long)]
        last: String,
        /// What they are: administrator, asset manager, finance, engineer, field technician or viewer.
        #[arg(long = "type", value_name = "TYPE", value_parser = parse_type, default_value = "viewer", conflicts_with = "admin")]
        user_type: Shipped,
        /// Short for --type administrator.
        #[arg(long)]
        admin: bool,
        /// Read the password from the first line of standard input; else one is made and printed once.
        #[arg(long)]
        password_stdin: bool,
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
    /// List people.
    List {
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
    /// Set a person's password and end their sessions.
    Password {
        /// Address to sign in with.
        email: String,
        /// Read the password from the first line of standard input; else one is made and printed once.
        #[arg(long)]
        password_stdin: bool,
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
}

/// Runs the command.
pub async fn run(command: UserCommand) -> Result<ExitCode, String> {
    match command {
        UserCommand::Add { email, first, last, user_type, admin, password_stdin, place } => {
            let (password, made) = password(password_stdin)?;
            let user_type = if admin { types::ADMINISTRATOR } else { user_type };
            let app = open(&place).await?;
            let new =
                NewUser { email: email.clone(), first_name: first, last_name: last, user_type, password };
            let user =
                service::add_user(&app, Actor::command("user add"), new).await.map_err(|e| e.to_string())?;
            println!("added {email} as {} with id {}", user_type.name, user.key);
            tell(made.as_deref());
            app.db.close().await;
        }
        UserCommand::List { place } => {
            let app = open(&place).await?;
            let mut snapshot = app.db.read().await.map_err(|e| e.to_string())?;
            for user in store::list_users(&mut snapshot).await.map_err(|e| e.to_string())? {
                let kind = types::name_of(&user);
                println!("{}  {kind:16}  {}  {}", user.key, model::email(&user), model::name(&user));
            }
        }
        UserCommand::Password { email, password_stdin, place } => {
            let (password, made) = password(password_stdin)?;
            let app = open(&place).await?;
            service::set_password(&app, Actor::command("user password"), &email, password)
                .await
                .map_err(|e| e.to_string())?;
            println!("{email} has a new password; their sessions have ended");
            tell(made.as_deref());
            app.db.close().await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn parse_type(name: &str) -> Result<Shipped, String> {
    Shipped::named(name).ok_or_else(|| {
        let names: Vec<&str> = types::SHIPPED.iter().map(|one| one.name).collect();
        format!("must be one of {}", names.join(", "))
    })
}

async fn open(place: &Place) -> Result<crate::app::App, String> {
    start_logging(&place.log)?;
    place.open_app_for_command().await
}

fn tell(made: Option<&str>) {
    if let Some(password) = made {
        println!("password: {password}");
    }
}

/// The password from standard input, or a made one that is told once.
fn password(from_stdin: bool) -> Result<(String, Option<String>), String> {
    if !from_stdin {
        let made = made_password()?;
        return Ok((made.clone(), Some(made)));
    }
    if std::io::stdin().is_terminal() {
        eprintln!("type the password and Enter; it is shown");
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|e| format!("standard input: {e}"))?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        Err("standard input holds no password".to_owned())
    } else {
        Ok((password, None))
    }
}

/// A password of 120 random bits.
pub fn made_password() -> Result<String, String> {
    use base64::Engine as _;
    let mut bytes = [0; 15];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| "no randomness to be had".to_owned())?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}
