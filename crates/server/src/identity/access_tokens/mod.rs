//! Access tokens for machines: a person makes one with a name, an end and some of their own groups, and gives its text
//! to a program, which sends it as `Authorization`.
//!
//! Only the SHA-256 of the text is stored: it has 256 random bits, so nothing slower is needed. What a token may do is
//! looked up at every request: its groups, as far as its owner has them now, within what its owner sees now, while the
//! owner's access window is open. It ends with its time, by revocation, and with its owner's account; not with the
//! owner's sessions or password.
//!
//! A token never makes or revokes tokens, changes the account, or signs in: for these the owner comes in person.

mod model;
pub mod routes;
pub mod service;
mod store;

pub use routes::routes;
