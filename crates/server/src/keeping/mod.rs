//! Keeping the data: backups, restoring, upgrades, moving to another database, looking after streams, removing
//! measurements.
//!
//! What is kept is the database and the secret key, and they are kept apart: no file that is written here holds the
//! key. A file that is not finished never has its final name. Nothing here is an operation of the API; each part is
//! behind one command, and none of them asks.

pub mod backup;
pub mod copy;
pub mod pattern;
pub mod postgres;
pub mod removal;
pub mod restore;
pub mod secret;
pub mod streams;
pub mod upgrade;
pub mod words;
