//! `gridfolio doctor`: looks at the set-up and says what to do. It changes nothing.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use gridfolio_db::Db;

use crate::config::{MailArgs, Place, start_logging};
use crate::identity::store;
use crate::keeping::secret::{self, Fit};
use crate::messages::{Counts, MessagesConfig, outbox};

/// One finding: what was looked at, and what to do if it is not right.
struct Finding {
    what: String,
    todo: Option<String>,
}

fn good(what: impl Into<String>) -> Finding {
    Finding { what: what.into(), todo: None }
}

fn bad(what: impl Into<String>, todo: impl Into<String>) -> Finding {
    Finding { what: what.into(), todo: Some(todo.into()) }
}

/// Flags of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// How messages reach people.
    #[command(flatten)]
    mail: MailArgs,
    /// Where the data is.
    #[command(flatten)]
    place: Place,
}

/// Checks everything; the exit code tells whether all is right.
pub async fn run(DoctorArgs { mail, place }: &DoctorArgs) -> Result<ExitCode, String> {
    start_logging(&place.log)?;
    let mut findings = vec![check_mail(mail)];
    if place.data.is_dir() {
        findings.push(check_private(&place.data, "data folder", 0o077));
        let key = place.data.join("secret.key");
        if place.secret_key.is_none() && key.exists() {
            findings.push(check_private(&key, "secret key", 0o077));
        }
        findings.extend(check_database(place).await);
    } else {
        let what = format!("there is no data folder {}", place.data.display());
        findings
            .push(bad(what, "start `gridfolio serve`, which makes it, or name the right one with --data"));
    }
    let mut all_right = true;
    for Finding { what, todo } in findings {
        match todo {
            None => println!("ok       {what}"),
            Some(todo) => {
                all_right = false;
                println!("problem  {what}\n         {todo}");
            }
        }
    }
    Ok(if all_right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check_private(path: &Path, what: &str, forbidden: u32) -> Finding {
    match std::fs::metadata(path) {
        Ok(meta) if meta.permissions().mode() & forbidden == 0 => {
            good(format!("{what} {} is private", path.display()))
        }
        Ok(meta) => bad(
            format!("{what} {} has mode {:o}", path.display(), meta.permissions().mode() & 0o777),
            format!("others can read it: chmod go-rwx {}", path.display()),
        ),
        Err(e) => bad(format!("{what} {}: {e}", path.display()), "make it readable for the user that serves"),
    }
}

async fn check_database(place: &Place) -> Vec<Finding> {
    if place.database_file().is_some_and(|file| !file.exists()) {
        return vec![bad("there is no database yet", "start `gridfolio serve`, which makes it")];
    }
    match place.open_as_it_is().await {
        Ok(db) => {
            let findings = look_into(place, &db).await;
            db.close().await;
            findings
        }
        Err(e) => vec![bad(e, "check the address given with --database, and that its server runs")],
    }
}

async fn look_into(place: &Place, db: &Db) -> Vec<Finding> {
    let mut findings = Vec::new();
    match db.schema_state().await {
        Ok(state) if state.applied == Some(state.known) => {
            findings.push(good(format!("the database has migration {} of {}", state.known, state.known)));
        }
        Ok(state) => {
            let applied = state.applied.unwrap_or(0);
            let what = format!("the database has migration {applied}, this program {}", state.known);
            let todo =
                if applied > state.known { "use the newer program" } else { "run `gridfolio migrate`" };
            findings.push(bad(what, todo));
            return findings;
        }
        Err(e) => {
            findings.push(bad(format!("the database does not answer: {e}"), "restore it from a backup"));
            return findings;
        }
    }
    findings.push(check_users(db).await);
    findings.push(check_key(place, db).await);
    findings.push(check_messages(db).await);
    findings
}

fn check_mail(args: &MailArgs) -> Finding {
    match args.messages() {
        Ok(MessagesConfig { mail, sms, .. }) => {
            let mail = mail.map_or("mail is kept for `gridfolio outbox`".to_owned(), |mail| {
                format!("mail goes to {}", mail.server())
            });
            let sms = sms.map_or("text messages are kept".to_owned(), |sms| {
                format!("text messages go to {}", sms.provider())
            });
            good(format!("{mail}; {sms}"))
        }
        Err(why) => bad(why, "the server does not start with it"),
    }
}

async fn check_messages(db: &Db) -> Finding {
    let counted = match db.read().await {
        Ok(mut snapshot) => outbox::counts(&mut snapshot).await.map_err(|e| e.to_string()),
        Err(e) => Err(e.to_string()),
    };
    match counted {
        Ok(Counts { waiting, kept, failed }) => {
            let what = format!("messages to people: {waiting} wait, {kept} are kept, {failed} failed");
            if kept + failed == 0 {
                good(what)
            } else {
                bad(what, "`gridfolio outbox` lists them, shows them to be handed on, sends or drops them")
            }
        }
        Err(e) => bad(format!("messages cannot be read: {e}"), "restore the database from a backup"),
    }
}

async fn check_users(db: &Db) -> Finding {
    let count = match db.read().await {
        Ok(mut snapshot) => store::count_users(&mut snapshot).await.map_err(|e| e.to_string()),
        Err(e) => Err(e.to_string()),
    };
    match count {
        Ok(0) => bad("there is no user", "gridfolio user add EMAIL --first FIRST --last LAST --admin"),
        Ok(count) => good(format!("{count} users")),
        Err(e) => bad(format!("users cannot be read: {e}"), "restore the database from a backup"),
    }
}

async fn check_key(place: &Place, db: &Db) -> Finding {
    let back = "put the secret.key back that belongs to this database";
    match secret::fit(place, db).await {
        Ok(Fit::NothingSealed) => good("no signing key yet; the first sign-in makes one"),
        Ok(Fit::Opens) => good("the secret key opens the signing key"),
        Ok(Fit::NoKey) => bad("the secret key is missing", "put secret.key back into the data folder"),
        Ok(Fit::Wrong(why)) => bad(why, back),
        Err(e) => bad(format!("signing keys cannot be read: {e}"), "restore the database from a backup"),
    }
}
