//! The application: everything an operation may need, passed down, never global.

use std::ops::Deref;
use std::sync::Arc;

use gridfolio_db::Db;
use serde_json::Value;

use crate::identity::authority::Authority;
use crate::kit::clock::{Clock, Ids};
use crate::kit::limits::Limits;
use crate::kit::metrics::Metrics;
use crate::kit::openapi::OperationIds;
use crate::kit::origin::Network;
use crate::kit::schema::Schemas;
use crate::messages::{MessagesConfig, Ways};
use crate::net::fetch::Fetch;
use crate::net::trust::Trust;

/// The application. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App(Arc<Parts>);

/// What the application is made of. Nothing in it changes while it runs, but the counters.
#[derive(Debug)]
pub struct Parts {
    /// The database.
    pub db: Db,
    /// Time.
    pub clock: Clock,
    /// Chance.
    pub ids: Ids,
    /// Who issues tokens, and with what.
    pub authority: Authority,
    /// The schemas of all bodies.
    pub schemas: Schemas,
    /// The OpenAPI document.
    pub openapi: Value,
    /// The operations in it by path and method.
    pub operation_ids: OperationIds,
    /// How it meets the network.
    pub network: Network,
    /// Calls other servers.
    pub fetch: Fetch,
    /// How messages reach people.
    pub mail: Ways,
    /// What it counts.
    pub metrics: Metrics,
    /// How often somebody may try.
    pub limits: Limits,
}

/// How the application meets what is outside of it.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    /// Who calls.
    pub network: Network,
    /// Whom its own calls believe.
    pub trust: Trust,
    /// How messages reach people.
    pub messages: MessagesConfig,
}

impl From<Network> for Outside {
    fn from(network: Network) -> Self {
        Self { network, ..Self::default() }
    }
}

impl App {
    /// Puts the parts together, for anybody who reaches it.
    pub fn new(db: Db, clock: Clock, ids: Ids, authority: Authority) -> Result<Self, String> {
        Self::on_network(db, (clock, ids), authority, Network::default())
    }

    /// Puts the parts together.
    pub fn on_network(
        db: Db,
        (clock, ids): (Clock, Ids),
        authority: Authority,
        outside: impl Into<Outside>,
    ) -> Result<Self, String> {
        let Outside { network, trust, messages } = outside.into();
        let fetch = Fetch::new(&trust)?;
        let mail = Ways::new(messages, &trust, &fetch)?;
        let openapi = crate::router::openapi();
        let schemas = Schemas::from_openapi(&openapi)?;
        let operation_ids = OperationIds::new(&openapi);
        let metrics = Metrics::new(clock.now_ms()).map_err(|e| format!("metrics: {e}"))?;
        let limits = Limits::new(&clock, network.sign_ins_per_minute);
        Ok(Self(Arc::new(Parts {
            db,
            clock,
            ids,
            authority,
            schemas,
            openapi,
            operation_ids,
            network,
            fetch,
            mail,
            metrics,
            limits,
        })))
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
