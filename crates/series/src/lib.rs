//! The datum store: streams, day blocks, readings and roll-ups.
//!
//! Knows streams, not projects. Nothing here reads the clock.

mod datum;
mod number;

pub use datum::{Datum, PropertyKind};
pub use number::{Number, NumberError};
