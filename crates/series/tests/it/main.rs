//! The datum store on real databases.
#![expect(clippy::unwrap_used, reason = "a test says by panicking what is wrong")]

mod basics;
mod model;
mod moments;
mod peak;
mod random;
mod support;
