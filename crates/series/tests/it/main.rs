//! The datum store on real databases.

mod basics;
mod model;
mod peak;
mod random;
mod support;
