//! What an address names: a SQLite file, or a PostgreSQL database with the parts that may be shown and handed to other
//! programs.

use std::path::PathBuf;

use sqlx::postgres::PgConnectOptions;

use crate::{Error, Result};

/// The file that an address names: `sqlite:PATH`, `sqlite://PATH` or a bare path, which may have colons. `None`: it has
/// the form of an address of something else.
pub fn sqlite_path(url: &str) -> Option<PathBuf> {
    match url.split_once(':') {
        Some(("sqlite", path)) => Some(path.strip_prefix("//").unwrap_or(path).into()),
        Some((_, rest)) if rest.starts_with("//") => None,
        _ => Some(url.into()),
    }
}

/// Where a PostgreSQL database is; without the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresAddress {
    /// Host name, address, or folder of the socket.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Who connects.
    pub user: String,
    /// The database.
    pub database: String,
}

impl PostgresAddress {
    /// From `postgres://…`; what the address leaves out is filled in as when connecting.
    pub fn of(url: &str) -> Result<Self> {
        // The parser's own words may repeat the address, and with it the password.
        let bad = |_| Error::Scheme("the address given".to_owned());
        let options: PgConnectOptions = url.parse().map_err(bad)?;
        let user = options.get_username().to_owned();
        let socket = options.get_socket().map(|path| path.display().to_string());
        Ok(Self {
            host: socket.unwrap_or_else(|| options.get_host().to_owned()),
            port: options.get_port(),
            database: options.get_database().unwrap_or(&user).to_owned(),
            user,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_one_file_or_none() {
        for (url, path) in [
            ("sqlite:a.db", Some("a.db")),
            ("sqlite:/d/a.db", Some("/d/a.db")),
            ("sqlite://a.db", Some("a.db")),
            ("sqlite:///d/a.db", Some("/d/a.db")),
            ("sqlite:a:b.db", Some("a:b.db")),
            ("a.db", Some("a.db")),
            ("/d/2026-01-01T10:00.db", Some("/d/2026-01-01T10:00.db")),
            ("postgres://u@h/d", None),
            ("postgresql://u@h/d", None),
            ("mysql://u@h/d", None),
        ] {
            assert_eq!(sqlite_path(url), path.map(PathBuf::from), "{url}");
        }
    }
}
