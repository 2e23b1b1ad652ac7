//! The datum store on real databases.

mod basics;
mod support;
