//! The port: plain or TLS, and what the service manager is told. Knows nothing of requests.

pub mod notify;
pub mod port;
pub mod tls;
