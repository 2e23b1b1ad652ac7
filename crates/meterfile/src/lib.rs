//! meterfile
