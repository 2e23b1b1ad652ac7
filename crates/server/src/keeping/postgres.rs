//! PostgreSQL keeps its own backups: here are the commands, made out of the address that Gridfolio was given.
//! Passwords are never printed.

use gridfolio_db::PostgresAddress;

/// What to do instead of `gridfolio backup`.
pub fn backup_commands(url: &str, file: &str) -> Result<String, String> {
    let address = PostgresAddress::of(url).map_err(|e| e.to_string())?;
    Ok(format!(
        "the database is PostgreSQL, which makes its own backups, also while the server runs:\n\
         \x20 {}\n\
         {PASSWORD}\
         The secret key is not in it: keep secret.key (or the key that you configured) apart from the backup.",
        dump(&address, file),
    ))
}

/// What to do instead of `gridfolio restore`.
pub fn restore_commands(url: &str, file: &str) -> Result<String, String> {
    let address = PostgresAddress::of(url).map_err(|e| e.to_string())?;
    let place = flags(&address);
    let name = quoted(&address.database);
    Ok(format!(
        "the database is PostgreSQL, which restores its own backups, into a database that is new:\n\
         \x20 createdb {place} {name}\n\
         \x20 pg_restore --no-owner --exit-on-error --single-transaction {place} --dbname={name} {}\n\
         {PASSWORD}\
         Then put the secret.key of that installation into the data folder, and start the server on the new database.",
        quoted(file),
    ))
}

/// The one line that backs a database up.
pub fn dump_command(url: &str, file: &str) -> Result<String, String> {
    Ok(dump(&PostgresAddress::of(url).map_err(|e| e.to_string())?, file))
}

/// The address for people to read: without the password.
pub fn shown(url: &str) -> String {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        // A slip of the pen may be an address all the same.
        let harmless = url.starts_with("sqlite:") || !url.contains('@');
        return if harmless {
            url.to_owned()
        } else {
            "an address that is not shown: it may hold a password".to_owned()
        };
    }
    match PostgresAddress::of(url) {
        Ok(address) => {
            format!("postgres://{}@{}:{}/{}", address.user, address.host, address.port, address.database)
        }
        Err(_) => "postgres://…".to_owned(),
    }
}

const PASSWORD: &str =
    "The password is read from PGPASSWORD, from ~/.pgpass, or asked for; it is not printed here.\n";

fn dump(address: &PostgresAddress, file: &str) -> String {
    format!(
        "pg_dump --format=custom --no-owner {} --dbname={} --file={}",
        flags(address),
        quoted(&address.database),
        quoted(file)
    )
}

fn flags(address: &PostgresAddress) -> String {
    let PostgresAddress { host, port, user, .. } = address;
    format!("--host={} --port={port} --username={}", quoted(host), quoted(user))
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "postgres://grid:top%20secret@db.example.org:5433/fleet";

    #[test]
    fn commands_name_the_place_and_never_the_password() {
        let text = backup_commands(URL, "/mnt/my backup.dump").unwrap();
        assert!(text.contains(
            "pg_dump --format=custom --no-owner --host=db.example.org --port=5433 --username=grid --dbname=fleet \
             --file='/mnt/my backup.dump'"
        ));
        let back = restore_commands(URL, "it's").unwrap();
        assert!(back.contains("createdb --host=db.example.org --port=5433 --username=grid fleet\n"));
        assert!(back.contains("--dbname=fleet 'it'\\''s'\n"));
        for text in [text, back, shown(URL), dump_command(URL, "f").unwrap()] {
            assert!(!text.contains("top%20secret") && !text.contains("top secret"), "{text}");
        }
        assert_eq!(shown(URL), "postgres://grid@db.example.org:5433/fleet");
        assert_eq!((shown("sqlite:a@b.db"), shown("a.db")), ("sqlite:a@b.db".to_owned(), "a.db".to_owned()));
        for slip in ["Postgres://u:secret@h/d", "\"postgres://u:secret@h/d\"", "postgres:/u:secret@h/d"] {
            assert!(!shown(slip).contains("secret"), "{slip}");
        }
    }
}
