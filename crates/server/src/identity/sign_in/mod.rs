//! Signing in, whatever the protocol: passwords, SRP, second factors, forgotten passwords, and how often somebody may
//! be wrong.

pub mod srp;
pub mod totp;
