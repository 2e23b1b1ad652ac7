//! `gridfolio user …`: people, on the machine itself. There is never a default password.

use std::io::{BufRead as _, IsTerminal as _};
use std::process::ExitCode;

use clap::Subcommand;
use gridfolio_wire::identity::User;

use crate::app::App;
use crate::config::{Place, start_logging};
use crate::identity::administer::Administrator;
use crate::identity::service::{self, NewUser};
use crate::identity::types::{self, Shipped};
use crate::identity::{model, password as passwords, people, store};
use crate::kit::access::{Actor, Group, Groups};
use crate::kit::stored::Stored;
use crate::kit::tx::Tx;

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
    /// Remove a person; their sessions and tokens end.
    Remove {
        /// Address to sign in with.
        email: String,
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
    /// Show a person's groups, after giving and taking some.
    Groups {
        /// Address to sign in with.
        email: String,
        /// A group to give; may be repeated.
        #[arg(long, value_name = "GROUP", value_parser = parse_group)]
        add: Vec<Group>,
        /// A group to take; may be repeated.
        #[arg(long, value_name = "GROUP", value_parser = parse_group)]
        remove: Vec<Group>,
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
    /// Take a person's second factor away and end their sessions; they and the administrators are told.
    MfaReset {
        /// Address to sign in with.
        email: String,
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
    /// Give a person another address to sign in with; the old one is told.
    Address {
        /// Address to sign in with now.
        old: String,
        /// Address from now on.
        new: String,
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
            let new = NewUser { email, first_name: first, last_name: last, user_type, password };
            add(&place, new, made.as_deref()).await?;
        }
        UserCommand::List { place } => {
            let app = open(&place).await?;
            let mut snapshot = app.db.read().await.map_err(|e| e.to_string())?;
            for user in store::list_users(&mut snapshot).await.map_err(|e| e.to_string())? {
                let kind = types::name_of(&user);
                println!("{}  {kind:16}  {}  {}", user.key, model::email(&user), model::name(&user));
            }
        }
        UserCommand::Remove { email, place } => {
            let (app, user, tx) = open_for(&place, &email, "user remove").await?;
            people::delete_user(tx, &Administrator::command(), &user).await.map_err(|e| e.to_string())?;
            println!("{email} is removed; their sessions and tokens have ended");
            app.db.close().await;
        }
        UserCommand::Groups { email, add, remove, place } => {
            let (app, user, tx) = open_for(&place, &email, "user groups").await?;
            let groups = add.into_iter().fold(model::groups(&user), Groups::with);
            let groups = remove.into_iter().fold(groups, Groups::without);
            people::change_groups(tx, &Administrator::command(), &user, groups)
                .await
                .map_err(|e| e.to_string())?;
            groups.words().iter().for_each(|word| println!("{word}"));
            app.db.close().await;
        }
        UserCommand::MfaReset { email, place } => {
            let (app, user, tx) = open_for(&place, &email, "user mfa-reset").await?;
            people::reset_mfa(tx, &Administrator::command(), &user).await.map_err(|e| e.to_string())?;
            println!("sign-in asks {email} for no second factor");
            app.db.close().await;
        }
        UserCommand::Address { old, new, place } => {
            let (app, user, tx) = open_for(&place, &old, "user address").await?;
            people::change_address(tx, &user, &new).await.map_err(|e| e.to_string())?;
            println!("{old} signs in as {new} from now on");
            app.db.close().await;
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

async fn add(place: &Place, new: NewUser, made: Option<&str>) -> Result<(), String> {
    let app = open(place).await?;
    let told = (new.email.clone(), new.user_type.name);
    let user = service::add_user(&app, Actor::command("user add"), new).await.map_err(|e| e.to_string())?;
    println!("added {} as {} with id {}", told.0, told.1, user.key);
    tell(made);
    app.db.close().await;
    Ok(())
}

fn parse_type(name: &str) -> Result<Shipped, String> {
    Shipped::named(name).ok_or_else(|| {
        let names: Vec<&str> = types::SHIPPED.iter().map(|one| one.name).collect();
        format!("must be one of {}", names.join(", "))
    })
}

fn parse_group(word: &str) -> Result<Group, String> {
    Group::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = Group::ALL.iter().map(|group| group.word()).collect();
        format!("must be one of {}", words.join(", "))
    })
}

/// The account with an address, and a transaction of a command about it.
async fn open_for(place: &Place, email: &str, command: &str) -> Result<(App, Stored<User>, Tx), String> {
    let app = open(place).await?;
    let mut tx = Tx::begin(&app, Actor::command(command)).await.map_err(|e| e.to_string())?;
    let user = store::find_user_by_email(&mut tx, email).await.map_err(|e| e.to_string())?;
    Ok((app, user.ok_or_else(|| format!("there is no user {email}"))?, tx))
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

/// A password for somebody who is told it once.
pub fn made_password() -> Result<String, String> {
    passwords::made().map_err(|e| e.to_string())
}
