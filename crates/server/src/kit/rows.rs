//! Documents in tables: read, insert, replace and remove one, the same way for every kind.
//!
//! A table of documents has key columns (TEXT), `revision`, `document`, `created_at`, `updated_at`, and perhaps
//! columns that are filtered on, which the caller gives beside the document. Nothing here commits, checks who may,
//! or knows a kind by name; a list is the business of its area, which begins with [`select`].

use gridfolio_db::{Arg, DocumentRow, Query, Session, in_chunks};

use crate::kit::error::{ApiError, ApiResult, TakenKey as _};
use crate::kit::stored::{Kind, Stored};
use crate::kit::tx::Tx;

/// Where the documents of a kind are.
pub trait Table: Kind {
    /// Name of the table.
    const TABLE: &'static str;
    /// Its key columns.
    const KEY: &'static [&'static str];

    /// The values of the key columns, in their order.
    fn key_columns(key: &Self::Key) -> Vec<&str>;

    /// The key from the values of its columns.
    fn key_of(columns: &[String]) -> Result<Self::Key, String>;
}

/// A key column as an id.
pub fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    columns: &[String],
    index: usize,
) -> Result<T, String> {
    let text = columns.get(index).ok_or_else(|| format!("the row has no key column {index}"))?;
    text.parse().map_err(|e| format!("{e}"))
}

/// A column beside the document, and its value.
pub type Column = (&'static str, Arg);

/// `SELECT key…, revision, document FROM table`, to which a list adds its condition.
pub fn select<K: Table>() -> String {
    format!("SELECT {}, revision, document FROM {}", K::KEY.join(", "), K::TABLE)
}

/// `a = $1 AND b = $2` over the key columns.
fn key_is<K: Table>() -> String {
    let terms: Vec<String> = (1..).zip(K::KEY).map(|(n, column)| format!("{column} = ${n}")).collect();
    terms.join(" AND ")
}

fn stored<K: Table>(row: &DocumentRow) -> ApiResult<Stored<K>> {
    let key = K::key_of(&row.key).map_err(ApiError::internal)?;
    Stored::from_row(key, row.revision, &row.document)
}

/// The documents of a query that began with [`select`].
pub async fn all<K: Table>(session: &mut Session, query: Query) -> ApiResult<Vec<Stored<K>>> {
    let rows: Vec<DocumentRow> = query.all(session).await?;
    rows.iter().map(stored).collect()
}

/// The documents of a query that ends in `IN`, for all of many texts.
pub async fn all_in<K: Table>(
    session: &mut Session,
    select: &str,
    texts: &[&str],
) -> ApiResult<Vec<Stored<K>>> {
    let mut found = Vec::new();
    for query in in_chunks(select, texts) {
        found.extend(all(session, query).await?);
    }
    Ok(found)
}

/// One document by its key.
pub async fn find<K: Table>(session: &mut Session, key: &K::Key) -> ApiResult<Option<Stored<K>>> {
    let query = Query::assembled(format!("{} WHERE {}", select::<K>(), key_is::<K>()));
    let row: Option<DocumentRow> = query.bind_all(K::key_columns(key)).optional(session).await?;
    row.as_ref().map(stored).transpose()
}

/// One document by its key; 404 without it.
pub async fn get<K: Table>(session: &mut Session, key: &K::Key) -> ApiResult<Stored<K>> {
    find(session, key).await?.ok_or_else(|| Stored::<K>::missing(key))
}

/// Writes a new document; a key that is taken is a 409.
pub async fn insert<K: Table>(tx: &mut Tx, new: &Stored<K>, columns: Vec<Column>) -> ApiResult<()> {
    let mut names: Vec<&str> = K::KEY.to_vec();
    names.extend(["revision", "document", "created_at", "updated_at"]);
    names.extend(columns.iter().map(|(name, _)| *name));
    let text = format!(
        "INSERT INTO {} ({}) VALUES ({})",
        K::TABLE,
        names.join(", "),
        gridfolio_db::in_list(1, names.len())
    );
    let now = tx.now_ms();
    let query = Query::assembled(text)
        .bind_all(K::key_columns(&new.key))
        .bind(new.revision)
        .bind(new.text())
        .bind(now)
        .bind(now)
        .bind_all(columns.into_iter().map(|(_, value)| value));
    query.execute(tx).await.or_taken(|| format!("{} {:?}", K::KIND, K::asset(&new.key)))?;
    Ok(())
}

/// Replaces a document, if it still is at the revision before.
pub async fn update<K: Table>(tx: &mut Tx, after: &Stored<K>, columns: Vec<Column>) -> ApiResult<()> {
    update_if(tx, after, columns, None).await
}

/// Replaces a document, if it still is at the revision before and a column beside it still has its value.
pub async fn update_if<K: Table>(
    tx: &mut Tx,
    after: &Stored<K>,
    columns: Vec<Column>,
    unchanged: Option<Column>,
) -> ApiResult<()> {
    let first = K::KEY.len() + 1;
    let names =
        ["revision", "document", "updated_at"].into_iter().chain(columns.iter().map(|(name, _)| *name));
    let terms: Vec<String> = (first + 1..).zip(names).map(|(n, name)| format!("{name} = ${n}")).collect();
    let place = first + terms.len() + 1;
    let condition = unchanged.as_ref().map_or(String::new(), |(name, _)| format!(" AND {name} = ${place}"));
    let text = format!(
        "UPDATE {} SET {} WHERE {} AND revision = ${first}{condition}",
        K::TABLE,
        terms.join(", "),
        key_is::<K>()
    );
    let now = tx.now_ms();
    let query = Query::assembled(text)
        .bind_all(K::key_columns(&after.key))
        .bind(after.revision - 1)
        .bind(after.revision)
        .bind(after.text())
        .bind(now)
        .bind_all(columns.into_iter().chain(unchanged).map(|(_, value)| value));
    one_row(query.execute(tx).await.or_taken(|| format!("another {}", K::KIND))?)
}

/// Keeps a document as it is until this transaction ends: others that would change or hold it wait. Tells whether it
/// is there. Whoever changes rows that hang on a document takes it first, so that nobody waits in a circle.
pub async fn hold<K: Table>(tx: &mut Tx, key: &K::Key) -> ApiResult<bool> {
    let text = format!("UPDATE {} SET revision = revision WHERE {}", K::TABLE, key_is::<K>());
    Ok(Query::assembled(text).bind_all(K::key_columns(key)).execute(tx).await? == 1)
}

/// Removes a document, if it still is at this revision.
pub async fn delete<K: Table>(tx: &mut Tx, gone: &Stored<K>) -> ApiResult<()> {
    let revision = K::KEY.len() + 1;
    let text = format!("DELETE FROM {} WHERE {} AND revision = ${revision}", K::TABLE, key_is::<K>());
    let query = Query::assembled(text).bind_all(K::key_columns(&gone.key)).bind(gone.revision);
    one_row(query.execute(tx).await?)
}

/// One row, or somebody was faster.
fn one_row(touched: u64) -> ApiResult<()> {
    if touched == 1 { Ok(()) } else { Err(ApiError::Stale) }
}
