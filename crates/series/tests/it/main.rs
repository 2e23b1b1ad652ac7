//! The datum store on real databases.

mod basics;
mod model;
mod random;
mod support;
