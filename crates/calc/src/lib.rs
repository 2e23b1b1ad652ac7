//! Pure arithmetic of energy: no I/O, no clock.
