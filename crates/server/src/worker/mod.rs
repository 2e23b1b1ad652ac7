//! The registry of jobs. What a job does lives in its area.

use crate::identity::keys;
use crate::identity::sign_in::{lockout, reset};
use crate::kit::jobs::Job;
use crate::messages;
use crate::timeseries::settle;

/// All kinds of jobs.
pub const JOBS: &[Job] = &[settle::JOB, keys::JOB, reset::SEND_CODE, lockout::ALERT, messages::JOB];
