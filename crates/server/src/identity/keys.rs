//! The keys that tokens are signed with, and their change. A new key is published for a day before it signs, so that
//! verifiers that keep the published set for a while know it by then; an old one stays published until the last token
//! it signed has ended. So nobody notices a change, and nobody is signed out by it.
//!
//! Nothing here keeps a key in memory: another process may have changed them.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gridfolio_db::{Session, query};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey};

use crate::app::App;
use crate::identity::seal::SealKey;
use crate::identity::sign_in::step;
use crate::identity::tokens::TOKEN_LIFE_S;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::jobs::{self, Job};
use crate::kit::settings::put_setting;

/// How long a key is published before it signs, milliseconds: a day.
pub const PUBLISHED_FIRST_MS: i64 = 24 * 3_600_000;
/// How long a key stays published after it has signed its last token: their life, and clocks that differ.
pub const PUBLISHED_AFTER_MS: i64 = TOKEN_LIFE_S * 1000 + 600_000;
const PURPOSE: &str = "signing key";
const DAY_MS: i64 = 24 * 3_600_000;

/// A signing key: public half in the clear, private half sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// `kid`
    pub id: String,
    /// When it was made.
    pub created_at: i64,
    /// JSON Web Key.
    pub public_jwk: String,
    /// PKCS#8, sealed.
    pub private_sealed: Vec<u8>,
}

impl SigningKey {
    /// What signs with it.
    pub fn signer(&self, seal: &SealKey) -> Result<EncodingKey, String> {
        let private = seal.open(PURPOSE, &self.private_sealed)?;
        encoding_key(&private).map_err(|e| e.to_string())
    }
}

/// What a key is for at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Published, and signs from then on.
    SignsFrom(i64),
    /// Signs.
    Signs,
    /// Verifies what it has signed, until then.
    VerifiesUntil(i64),
}

/// Makes a key pair and seals its private half.
pub async fn make(seal: &SealKey, now_ms: i64, id: String) -> ApiResult<SigningKey> {
    let pair = tokio::task::spawn_blocking(|| KeyPair::generate(KeySize::Rsa2048))
        .await
        .map_err(ApiError::internal)?
        .map_err(ApiError::internal)?;
    let pkcs8 = pair.as_der().map_err(ApiError::internal)?;
    let mut jwk = Jwk::from_encoding_key(&encoding_key(pkcs8.as_ref())?, Algorithm::RS256)
        .map_err(ApiError::internal)?;
    jwk.common.key_id = Some(id.clone());
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    Ok(SigningKey {
        id,
        created_at: now_ms,
        public_jwk: serde_json::to_string(&jwk).map_err(ApiError::internal)?,
        private_sealed: seal.seal(PURPOSE, pkcs8.as_ref()).map_err(ApiError::internal)?,
    })
}

fn encoding_key(pkcs8: &[u8]) -> ApiResult<EncodingKey> {
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
    for line in STANDARD.encode(pkcs8).as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(ApiError::internal)
}

/// The place of the key that signs: the newest that was published long enough, else the one published longest.
fn signing(keys: &[SigningKey], now_ms: i64) -> usize {
    keys.iter().rposition(|key| key.created_at + PUBLISHED_FIRST_MS <= now_ms).unwrap_or(0)
}

/// The duties of keys, oldest first.
pub fn duties(keys: &[SigningKey], now_ms: i64) -> Vec<Duty> {
    let signs = signing(keys, now_ms);
    let duty = |(place, key): (usize, &SigningKey)| match keys.get(place + 1) {
        _ if place == signs => Duty::Signs,
        Some(next) if place < signs => {
            Duty::VerifiesUntil(next.created_at + PUBLISHED_FIRST_MS + PUBLISHED_AFTER_MS)
        }
        _ => Duty::SignsFrom(key.created_at + PUBLISHED_FIRST_MS),
    };
    keys.iter().enumerate().map(duty).collect()
}

/// The key that signs now, made if there is none.
pub async fn current(app: &App) -> ApiResult<SigningKey> {
    let mut keys = read(app).await?;
    if keys.is_empty() {
        make_if(app, <[SigningKey]>::is_empty).await?;
        keys = read(app).await?;
    }
    let signs = signing(&keys, app.clock.now_ms());
    keys.into_iter().nth(signs).ok_or_else(|| ApiError::internal("there is no signing key"))
}

/// Makes a key, if what is there asks for it: of two processes that do so at once, one finds it made.
async fn make_if(app: &App, wanted: impl Fn(&[SigningKey]) -> bool) -> ApiResult<Option<SigningKey>> {
    if !wanted(&read(app).await?) {
        return Ok(None);
    }
    // Making one takes long; nobody should wait for the database meanwhile.
    let key = make(&app.authority.seal, app.clock.now_ms(), app.ids.uuid()).await?;
    let mut tx = app.db.write().await?;
    take_turns(&mut tx, app.clock.now_ms()).await?;
    if !wanted(&list(&mut tx).await?) {
        return Ok(None);
    }
    insert(&mut tx, &key).await?;
    tx.commit().await?;
    tracing::info!(key = key.id, "a signing key was made");
    Ok(Some(key))
}

/// One process after the other: a row that each of them writes first.
async fn take_turns(session: &mut Session, now_ms: i64) -> ApiResult<()> {
    Ok(put_setting(session, "identity.keys_looked_at", &now_ms.to_string()).await?)
}

/// Makes the next key; `None` if the newest does not sign yet, so that it is the next one.
pub async fn rotate(app: &App) -> ApiResult<Option<SigningKey>> {
    let now = app.clock.now_ms();
    make_if(app, |keys| signing(keys, now) + 1 >= keys.len()).await
}

/// Replaces all keys by a new one that signs at once: for a key that was stolen, or that cannot be opened. The tokens
/// signed so far end with it, and sign-ins that have begun; refresh tokens bring new ones.
pub async fn replace(session: &mut Session, key: &SigningKey) -> ApiResult<()> {
    take_turns(session, key.created_at).await?;
    query("DELETE FROM signing_key").execute(session).await?;
    step::replace(session).await?;
    insert(session, key).await
}

/// The job: makes a key when the newest is old enough, and removes those that nobody needs.
pub const JOB: Job = Job { kind: KIND, run: |app, _| Box::pin(care(app)) };
const KIND: &str = "care-for-signing-keys";

/// Sees to it that the job is there; it stays in the queue for ever, and is due once a day.
pub async fn schedule(app: &App) -> ApiResult<()> {
    let mut tx = app.db.write().await?;
    jobs::enqueue_once(&mut tx, KIND, KIND, app.clock.now_ms()).await?;
    Ok(tx.commit().await?)
}

async fn care(app: &App) -> ApiResult<()> {
    let now = app.clock.now_ms();
    let old = now - app.authority.key_days * DAY_MS;
    make_if(app, |keys| keys.last().is_none_or(|newest| newest.created_at <= old)).await?;
    let mut tx = app.db.write().await?;
    take_turns(&mut tx, now).await?;
    let keys = list(&mut tx).await?;
    for (key, duty) in keys.iter().zip(duties(&keys, now)) {
        if matches!(duty, Duty::VerifiesUntil(until) if until <= now) {
            query("DELETE FROM signing_key WHERE id = $1").bind(&key.id).execute(&mut tx).await?;
            tracing::info!(key = key.id, "a signing key was removed: no token of it is left");
        }
    }
    jobs::put_off(&mut tx, KIND, now + DAY_MS).await?;
    Ok(tx.commit().await?)
}

async fn read(app: &App) -> ApiResult<Vec<SigningKey>> {
    let mut snapshot = app.db.read().await?;
    list(&mut snapshot).await
}

/// All keys, oldest first.
pub async fn list(session: &mut Session) -> ApiResult<Vec<SigningKey>> {
    let rows: Vec<(String, i64, String, Vec<u8>)> =
        query("SELECT id, created_at, public_jwk, private_sealed FROM signing_key ORDER BY created_at, id")
            .all(session)
            .await?;
    let key = |(id, created_at, public_jwk, private_sealed)| SigningKey {
        id,
        created_at,
        public_jwk,
        private_sealed,
    };
    Ok(rows.into_iter().map(key).collect())
}

/// Writes a new key.
async fn insert(session: &mut Session, key: &SigningKey) -> ApiResult<()> {
    query("INSERT INTO signing_key (id, created_at, public_jwk, private_sealed) VALUES ($1, $2, $3, $4)")
        .bind(&key.id)
        .bind(key.created_at)
        .bind(&key.public_jwk)
        .bind(key.private_sealed.as_slice())
        .execute(session)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(created_at: i64) -> SigningKey {
        let id = created_at.to_string();
        SigningKey { id, created_at, public_jwk: String::new(), private_sealed: Vec::new() }
    }

    #[test]
    fn a_key_is_published_signs_verifies() {
        let keys = [key(0), key(10 * DAY_MS)];
        let at = |now| duties(&keys, now);
        let second_signs = 11 * DAY_MS;
        assert_eq!(at(0), [Duty::Signs, Duty::SignsFrom(second_signs)]);
        assert_eq!(at(second_signs - 1), [Duty::Signs, Duty::SignsFrom(second_signs)]);
        let until = second_signs + 3_600_000 + 600_000;
        assert_eq!(at(second_signs), [Duty::VerifiesUntil(until), Duty::Signs]);
        assert_eq!(duties(&[key(5)], 5), [Duty::Signs], "the only one signs at once");
    }
}
