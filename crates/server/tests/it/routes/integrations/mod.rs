//! Other systems.

mod send_feedback;
