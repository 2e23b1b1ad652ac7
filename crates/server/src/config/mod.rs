//! Configuration: flags, `GRIDFOLIO_…` variables and the keys of `gridfolio.toml` are one list.
//!
//! A flag wins over a variable, a variable over the file, the file over the default. A key or variable that no flag
//! has stops the program with its name, and so does a value that does not fit. Values are read once and passed down.

mod file;
mod logging;
mod mail;
mod network;
mod place;

pub use file::{parse, variable};
pub use logging::{LogFormat, start_logging, start_logging_as};
pub use mail::MailArgs;
pub use network::{NetworkArgs, TlsArgs};
pub use place::{IdentityArgs, Place, PoolArgs, make_private_folder};
