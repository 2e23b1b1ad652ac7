//! Other systems, and other people: for now what users say to those who run the server.
//!
//! Nothing here keeps what was said longer than the outbox does; the log says only that somebody said something.

pub mod feedback;

pub use feedback::routes;
