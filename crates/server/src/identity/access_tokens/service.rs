//! Making, using and revoking access tokens.

use std::net::IpAddr;

use gridfolio_wire::AccessTokenId;
use gridfolio_wire::access_tokens::{AccessToken, FreshAccessToken};
use gridfolio_wire::error::Fault;
use gridfolio_wire::identity::User;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::json;

use crate::app::App;
use crate::identity::access_tokens::model::{self, AccessTokenKey, Listed};
use crate::identity::access_tokens::store;
use crate::identity::administer::Administrator;
use crate::identity::service::{hash_token, person, random_token};
use crate::kit::access::{Area, Group, Groups, Person, Proof, Verb};
use crate::kit::body::Body;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::rows;
use crate::kit::stored::{Document, Stored};
use crate::kit::tx::{Change, Tx};

/// What the text of every token begins with.
const PREFIX: &str = "gfp_";
/// How long a use is not noted again.
const NOTE_MS: i64 = 60_000;
/// Most tokens of one person.
const MOST: usize = 100;

/// Whether a credential says that it is an access token.
pub fn is_access_token(token: &str) -> bool {
    token.starts_with(PREFIX)
}

/// The owner of a token, with what the token may do now.
pub async fn authenticate(app: &App, token: &str, address: Option<IpAddr>) -> ApiResult<Person> {
    let now = app.clock.now_ms();
    let mut snapshot = app.db.read().await?;
    let found = store::find_access_token(&mut snapshot, &hash_token(token), now).await?.ok_or_else(|| {
        ApiError::Unauthorized("the access token has ended or was revoked; make another".to_owned())
    })?;
    let id = found.token.key.id.clone();
    let mut person =
        person(app, &mut snapshot, &found.owner, Proof::AccessToken(id.to_string()), address).await?;
    person.rights.groups = person.rights.groups.both(model::groups(&found.token));
    drop(snapshot);
    if found.last_used_at.is_none_or(|at| at <= now - NOTE_MS)
        && let Err(error) = note_use(app, &id, now).await
    {
        // A busy database is no reason to refuse the machine.
        tracing::warn!(%error, "the use of an access token was not noted");
    }
    Ok(person)
}

async fn note_use(app: &App, id: &AccessTokenId, now: i64) -> ApiResult<()> {
    let mut tx = app.db.write().await?;
    store::note_use(&mut tx, id, now, now - NOTE_MS).await?;
    Ok(tx.commit().await?)
}

/// The tokens of a user.
pub async fn list(session: &mut gridfolio_db::Session, owner: &Stored<User>) -> ApiResult<Vec<AccessToken>> {
    store::list_access_tokens(session, &owner.key).await?.iter().map(Listed::shown).collect()
}

/// Makes a token for the person who asks.
pub async fn create(
    mut tx: Tx,
    asking: &Person,
    owner: &Stored<User>,
    body: Body<AccessToken>,
) -> ApiResult<FreshAccessToken> {
    if asking.id != owner.key {
        return Err(ApiError::Forbidden("only its owner makes an access token".to_owned()));
    }
    // A token of another issuer ends when that says so; what it makes would not.
    if !matches!(asking.proof, Proof::Session(_)) {
        return Err(ApiError::Forbidden(
            "sign in with your password here to make an access token".to_owned(),
        ));
    }
    let now = tx.now_ms();
    let expires_at = check_expiry(&body.view.expires, now)?;
    let groups = check_groups(&body.view.groups, asking.rights.groups)?;
    if store::list_access_tokens(&mut tx, &owner.key).await?.len() >= MOST {
        return Err(ApiError::Conflict(format!("you have {MOST} access tokens; revoke one first")));
    }
    let token = format!("{PREFIX}{}", random_token()?);
    let key = AccessTokenKey { user: owner.key.clone(), id: tx.app().ids.uuid().parse()? };
    let mut document = Document::new();
    document.insert("name".to_owned(), json!(body.view.name));
    document.insert("expires".to_owned(), json!(body.view.expires));
    document.insert("groups".to_owned(), json!(groups.words()));
    let stored = Stored::new(key, document);
    let columns = vec![("token_hash", hash_token(&token).into()), ("expires_at", expires_at.into())];
    rows::insert(&mut tx, &stored, columns).await?;
    tx.commit(Change::event("access_token_create", owner, detail(&stored))).await?;
    let access_token = Listed { token: stored, created_at: now, last_used_at: None }.shown()?;
    Ok(FreshAccessToken { access_token, token })
}

/// Revokes a token: its owner in person, or somebody who administers the owner.
pub async fn revoke(mut tx: Tx, asking: &Person, owner: &Stored<User>, id: AccessTokenId) -> ApiResult<()> {
    let token: Stored<AccessToken> =
        rows::get(&mut tx, &AccessTokenKey { user: owner.key.clone(), id }).await?;
    if asking.id != owner.key {
        asking.check(Area::People, Verb::Edit)?;
        Administrator::from(asking).check_over(&mut tx, owner).await?;
    }
    rows::delete(&mut tx, &token).await?;
    tx.commit(Change::event("access_token_delete", owner, detail(&token))).await
}

/// What the log keeps of a token: never its text, nor its hash.
fn detail(token: &Stored<AccessToken>) -> Document {
    let mut detail = Document::new();
    detail.insert("accessToken".to_owned(), json!(token.key.id));
    detail.extend(token.document.clone());
    detail
}

fn fault(field: String, rule: impl Into<String>) -> ApiError {
    ApiError::faults(vec![Fault { field, rule: rule.into() }])
}

/// When a token ends, in milliseconds since 1970 UTC.
fn check_expiry(text: &str, now_ms: i64) -> ApiResult<i64> {
    let wrong = |rule: String| fault("expires".to_owned(), rule);
    let at: Timestamp =
        text.parse().map_err(|_| wrong("must be an instant such as 2026-01-31T00:00:00Z".to_owned()))?;
    let now = Timestamp::from_millisecond(now_ms).map_err(ApiError::internal)?;
    let last = now.to_zoned(TimeZone::UTC).checked_add(1.year()).map_err(ApiError::internal)?.timestamp();
    if at <= now || at > last {
        return Err(wrong(format!("must lie ahead, at most a year: until {last}")));
    }
    Ok(at.as_millisecond())
}

/// The groups of a token: known ones, and its owner's.
fn check_groups(words: &[String], own: Groups) -> ApiResult<Groups> {
    let mut groups = Groups::NONE;
    for (place, word) in words.iter().enumerate() {
        let group = Group::from_word(word).filter(|group| own.has(*group)).ok_or_else(|| {
            fault(format!("groups[{place}]"), format!("{word:?} must be one of your own groups"))
        })?;
        groups = groups.with(group);
    }
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_within_a_year() {
        let now = "2024-02-29T12:00:00Z".parse::<Timestamp>().unwrap().as_millisecond();
        let check = |text: &str| check_expiry(text, now).map_err(|e| e.to_string());
        assert_eq!(check("2024-02-29T12:00:00.001Z").unwrap(), now + 1);
        assert!(check("2025-02-28T12:00:00Z").is_ok() && check("2025-02-28T13:00:00+01:00").is_ok());
        for bad in
            ["2025-02-28T12:00:00.001Z", "2024-02-29T12:00:00Z", "2023-01-01T00:00:00Z", "tomorrow", ""]
        {
            assert!(check(bad).unwrap_err().contains("expires"), "{bad}");
        }
    }

    #[test]
    fn a_token_has_only_groups_of_its_owner() {
        let own = Groups::from_words(["export", "events-view"]);
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let groups = check_groups(&words(&["events-view", "events-view"]), own).unwrap();
        assert_eq!(groups.words(), ["events-view"]);
        for bad in ["users-edit", "no-such", ""] {
            let refused = check_groups(&words(&["export", bad]), own).unwrap_err().to_string();
            assert!(refused.contains("groups[1]"), "{refused}");
        }
    }
}
