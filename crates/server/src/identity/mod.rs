//! People: who they are, how they sign in, what their tokens say.
//!
//! Sign-in speaks the Cognito JSON protocol on `POST /`, because that is what existing clients speak. Tokens say who
//! somebody is; what they may do is looked up per request, with the session, so that a removal counts at once.
//! Nothing here keeps a password, and no secret is written to a log.

pub mod access_tokens;
pub mod administer;
pub mod authority;
pub mod cognito;
pub mod groups;
pub mod keys;
pub mod model;
pub mod notices;
pub mod oauth;
pub mod password;
pub mod people;
pub mod routes;
pub mod seal;
pub mod service;
pub mod sign_in;
pub mod store;
pub mod tokens;
pub mod trusted;
pub mod types;
pub mod user_types;
pub mod users;

pub use routes::routes;
