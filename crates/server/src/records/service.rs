//! Saving and removing pro formas.

use gridfolio_wire::ProjectCode;
use gridfolio_wire::records::ProForma;

use crate::kit::body::Body;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::if_match::IfMatch;
use crate::kit::rows;
use crate::kit::stored::Stored;
use crate::kit::tx::{Change, Tx};
use crate::records::model::{self, ProFormaKey};
use crate::records::store;

/// Makes or replaces a pro forma or a version of it.
pub async fn save_pro_forma(
    mut tx: Tx,
    key: ProFormaKey,
    expected: &IfMatch,
    body: Body<ProForma>,
) -> ApiResult<Stored<ProForma>> {
    let faults = model::repeated_ids(&body.view);
    if !faults.is_empty() {
        return Err(ApiError::faults(faults));
    }
    if let Some(before) = rows::find::<ProForma>(&mut tx, &key).await? {
        expected.check(&before.etag())?;
        let after = before.replaced(body.document);
        rows::update(&mut tx, &after, vec![]).await?;
        tx.commit(Change::update(&before, &after)).await?;
        return Ok(after);
    }
    expected.check_absent()?;
    let position = store::next_position(&mut tx, &key.project).await?;
    let new = Stored::new(key, body.document);
    match rows::insert(&mut tx, &new, vec![("position", position.into())]).await {
        // Somebody made it just now: then this is a replacement.
        Err(ApiError::Conflict(_)) => return Err(ApiError::Stale),
        made => made?,
    }
    tx.commit(Change::create(&new)).await?;
    Ok(new)
}

/// Removes a pro forma or a version of it; 404 without it.
pub async fn delete_pro_forma(mut tx: Tx, key: &ProFormaKey, expected: &IfMatch) -> ApiResult<()> {
    let gone = rows::get::<ProForma>(&mut tx, key).await?;
    expected.check(&gone.etag())?;
    rows::delete(&mut tx, &gone).await?;
    tx.commit(Change::delete(&gone)).await
}

/// Removes all pro formas of a project that goes.
pub async fn delete_all(tx: &mut Tx, project: &ProjectCode, mut change: Change) -> ApiResult<Change> {
    for gone in store::list_pro_formas(tx, project).await? {
        rows::delete(tx, &gone).await?;
        change = change.and_delete(&gone);
    }
    Ok(change)
}
