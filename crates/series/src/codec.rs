//! The stored forms: bytes, packed integers, blocks, aggregates.
//!
//! Everything read back is checked: a reader returns `None` at the first byte that does not fit, and the caller says
//! which stream and day that was.

pub(crate) mod block;
pub(crate) mod bytes;
pub(crate) mod ints;
pub(crate) mod summary;
