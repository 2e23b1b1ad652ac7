//! The wire contract as types: ids, requests, answers, quantities, time ranges, errors.
//!
//! A type here is a *view* onto JSON: the document that a client sent is what is stored and given back, these types
//! describe it (for the published schema) and read fields out of it. Nothing here reads a clock, a database or a
//! configuration, and nothing here decides who may see what.

pub mod access_tokens;
pub mod alerts;
pub mod audit;
pub mod catalogue;
pub mod energy;
pub mod error;
pub mod identity;
pub mod ids;
pub mod integrations;
pub mod notifications;
pub mod quantity;
pub mod records;
pub mod time;

pub use error::ErrorBody;
pub use ids::{
    AccessTokenId, BadId, EventId, NotificationId, PortfolioId, ProjectCode, SessionId, SiteCode, SourceId,
    SystemCode, UserId, UserTypeId, VersionName,
};
pub use quantity::Quantity;
pub use time::{Aggregation, LocalRange, Moment};

/// An answer without content: `{}`.
#[derive(Debug, Clone, Copy, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Empty {}
