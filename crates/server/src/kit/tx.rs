//! Writing: a transaction that cannot be committed without saying what changed.

use std::ops::{Deref, DerefMut};

use gridfolio_db::{Arg, Insert, Session, WriteTx, query};
use serde_json::Value;

use crate::app::App;
use crate::kit::access::Actor;
use crate::kit::error::ApiResult;
use crate::kit::stored::{Document, Kind, Stored};

/// An open write transaction of one actor.
#[derive(Debug)]
pub struct Tx {
    inner: WriteTx,
    app: App,
    actor: Actor,
}

/// What a transaction changed, for the log.
#[derive(Debug, Default)]
#[must_use]
pub struct Change {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    action: &'static str,
    asset_type: &'static str,
    asset: String,
    project: Option<String>,
    before: Option<Document>,
    after: Option<Document>,
}

impl Entry {
    fn new<K: Kind>(action: &'static str, thing: &Stored<K>) -> Self {
        Self {
            action,
            asset_type: K::KIND,
            asset: K::asset(&thing.key),
            project: thing.project().map(str::to_owned),
            before: None,
            after: None,
        }
    }
}

impl Change {
    /// Something was made.
    pub fn create<K: Kind>(after: &Stored<K>) -> Self {
        Self::default().and_create(after)
    }

    /// Something was replaced.
    pub fn update<K: Kind>(before: &Stored<K>, after: &Stored<K>) -> Self {
        Self::default().and_update(before, after)
    }

    /// Something was removed.
    pub fn delete<K: Kind>(before: &Stored<K>) -> Self {
        Self::default().and_delete(before)
    }

    /// Something happened to a thing that its document does not show, such as a sign-in: a word for it, and what is
    /// to be known of it. Never a secret.
    pub fn event<K: Kind>(action: &'static str, thing: &Stored<K>, detail: Document) -> Self {
        let mut entry = Entry::new(action, thing);
        entry.after = Some(detail);
        Self { entries: vec![entry] }
    }

    /// Something was tried in the name of a thing that there is not.
    pub fn event_of_nobody<K: Kind>(action: &'static str, detail: Document) -> Self {
        let (asset, after) = ("unknown".to_owned(), Some(detail));
        let entry = Entry { action, asset_type: K::KIND, asset, project: None, before: None, after };
        Self { entries: vec![entry] }
    }

    /// … and another change in the same transaction.
    pub fn and(mut self, other: Self) -> Self {
        self.entries.extend(other.entries);
        self
    }

    /// … and something else was made in the same transaction.
    pub fn and_create<K: Kind>(mut self, after: &Stored<K>) -> Self {
        let mut entry = Entry::new("create", after);
        entry.after = Some(after.document.clone());
        self.entries.push(entry);
        self
    }

    /// … and something else was replaced in the same transaction.
    pub fn and_update<K: Kind>(mut self, before: &Stored<K>, after: &Stored<K>) -> Self {
        let mut entry = Entry::new("update", after);
        // What leaves a project is told there.
        entry.project = entry.project.or_else(|| K::project_in(&before.document).map(str::to_owned));
        entry.before = Some(before.document.clone());
        entry.after = Some(after.document.clone());
        self.entries.push(entry);
        self
    }

    /// … and something else was removed in the same transaction.
    pub fn and_delete<K: Kind>(mut self, before: &Stored<K>) -> Self {
        let mut entry = Entry::new("delete", before);
        entry.before = Some(before.document.clone());
        self.entries.push(entry);
        self
    }
}

impl Tx {
    /// Begins a transaction for an actor.
    pub async fn begin(app: &App, actor: Actor) -> ApiResult<Self> {
        Ok(Self { inner: app.db.write().await?, app: app.clone(), actor })
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The application this transaction belongs to.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Now, in milliseconds since 1970 UTC.
    pub fn now_ms(&self) -> i64 {
        self.app.clock.now_ms()
    }

    /// For parts of the database that have their own transaction type, such as the datum store.
    pub fn raw(&mut self) -> &mut WriteTx {
        &mut self.inner
    }

    /// Writes the log rows and makes everything durable.
    pub async fn commit(mut self, change: Change) -> ApiResult<()> {
        let (sequence,): (i64,) =
            query("SELECT COALESCE(MAX(sequence), 0) + 1 FROM audit").one(&mut self.inner).await?;
        let rows = self.audit_rows(change, sequence);
        INSERT_AUDIT.execute(&mut self.inner, rows).await?;
        Ok(self.inner.commit().await?)
    }

    /// Commits something that is no change of an asset. Rare; the places are listed in a test.
    pub async fn commit_unlogged(self, reason: &'static str) -> ApiResult<()> {
        tracing::trace!(reason, "commit without a log row");
        Ok(self.inner.commit().await?)
    }

    fn audit_rows(&self, change: Change, sequence: i64) -> Vec<[Arg; 13]> {
        let at = self.now_ms();
        let text = |document: Option<Document>| document.map(|d| Value::Object(d).to_string());
        (0_i64..)
            .zip(change.entries)
            .map(|(position, Entry { action, asset_type, asset, project, before, after })| {
                [
                    self.app.ids.uuid().into(),
                    at.into(),
                    position.into(),
                    sequence.into(),
                    action.into(),
                    asset_type.into(),
                    asset.into(),
                    project.into(),
                    self.actor.id.as_str().into(),
                    self.actor.name.as_str().into(),
                    text(before).into(),
                    text(after).into(),
                    self.actor.address.map(|address| address.to_string()).into(),
                ]
            })
            .collect()
    }
}

const INSERT_AUDIT: Insert = Insert {
    head: "INSERT INTO audit (id, at, position, sequence, action, asset_type, asset, project, user_id, user_name, document_before, document_after, address)",
    tail: "",
};

impl Deref for Tx {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.inner
    }
}
