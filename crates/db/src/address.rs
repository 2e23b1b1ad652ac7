//! The parts of a PostgreSQL address that may be shown and handed to other programs.

use sqlx::postgres::PgConnectOptions;

use crate::{Error, Result};

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
