//! The network: the port, plain or TLS, what the service manager is told, and calls to other servers. Knows nothing of
//! operations.

pub mod fetch;
pub mod notify;
pub mod port;
pub mod tls;
pub mod trust;
