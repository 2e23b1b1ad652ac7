//! SQL of access tokens: by their text, and lists. Single ones are written by `kit::rows`.

use gridfolio_db::{Session, query};
use gridfolio_wire::access_tokens::AccessToken;
use gridfolio_wire::identity::User;
use gridfolio_wire::{AccessTokenId, UserId};

use crate::identity::access_tokens::model::{AccessTokenKey, Listed};
use crate::kit::error::ApiResult;
use crate::kit::stored::Stored;

/// What the text of a token leads to.
pub(super) struct Found {
    pub(super) token: Stored<AccessToken>,
    pub(super) last_used_at: Option<i64>,
    pub(super) owner: Stored<User>,
}

type Columns = (String, i64, String, Option<i64>, String, i64, String);

/// The token with this hash that has not ended, and its owner.
pub(super) async fn find_access_token(
    session: &mut Session,
    hash: &str,
    now_ms: i64,
) -> ApiResult<Option<Found>> {
    let row: Option<Columns> = query(
        "SELECT t.id, t.revision, t.document, t.last_used_at, u.id, u.revision, u.document \
         FROM access_token t JOIN app_user u ON u.id = t.app_user WHERE t.token_hash = $1 AND t.expires_at > $2",
    )
    .bind(hash)
    .bind(now_ms)
    .optional(session)
    .await?;
    let Some((id, revision, document, last_used_at, user, user_revision, user_document)) = row else {
        return Ok(None);
    };
    let user: UserId = user.parse()?;
    let key = AccessTokenKey { user: user.clone(), id: id.parse()? };
    Ok(Some(Found {
        token: Stored::from_row(key, revision, &document)?,
        last_used_at,
        owner: Stored::from_row(user, user_revision, &user_document)?,
    }))
}

/// All tokens of a user, ended ones too, the oldest first.
pub(super) async fn list_access_tokens(session: &mut Session, user: &UserId) -> ApiResult<Vec<Listed>> {
    let rows: Vec<(String, i64, String, i64, Option<i64>)> = query(
        "SELECT id, revision, document, created_at, last_used_at FROM access_token WHERE app_user = $1 \
         ORDER BY created_at, id",
    )
    .bind(user.as_str())
    .all(session)
    .await?;
    rows.into_iter()
        .map(|(id, revision, document, created_at, last_used_at)| {
            let key = AccessTokenKey { user: user.clone(), id: id.parse()? };
            Ok(Listed { token: Stored::from_row(key, revision, &document)?, created_at, last_used_at })
        })
        .collect()
}

/// Notes that a token was used, unless that was noted later than `unless_after`.
pub(super) async fn note_use(
    session: &mut Session,
    id: &AccessTokenId,
    now_ms: i64,
    unless_after: i64,
) -> ApiResult<()> {
    query(
        "UPDATE access_token SET last_used_at = $2 \
         WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)",
    )
    .bind(id.as_str())
    .bind(now_ms)
    .bind(unless_after)
    .execute(session)
    .await?;
    Ok(())
}
