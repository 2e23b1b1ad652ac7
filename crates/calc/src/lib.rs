//! Pure arithmetic of energy: no I/O, no clock, no chance.

pub mod physics;
