//! Whether the secret key at hand belongs to a database.
//!
//! The key seals the private half of the keys that tokens are signed with, and nothing else: passwords are hashed, not
//! sealed. Without the right key everything can be read and nobody can sign in.

use gridfolio_db::Db;

use crate::config::{Place, PoolArgs};
use crate::identity::authority::{Authority, IdentityConfig};
use crate::identity::keys;
use crate::identity::seal::SealKey;
use crate::kit::clock::{Clock, Ids};

/// How the key at hand and the database's signing keys go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// The database has no signing key yet; the first sign-in makes one.
    NothingSealed,
    /// It opens the signing keys.
    Opens,
    /// There is no key, in the folder or in the configuration.
    NoKey,
    /// It does not open a signing key; why.
    Wrong(String),
}

/// Looks whether the key of a place opens the signing key of a database. Makes no key.
pub async fn fit(place: &Place, db: &Db) -> Result<Fit, String> {
    let mut snapshot = db.read().await.map_err(|e| e.to_string())?;
    let keys = keys::list(&mut snapshot).await.map_err(|e| e.to_string())?;
    if keys.is_empty() {
        return Ok(Fit::NothingSealed);
    }
    if place.secret_key.is_none() && !place.data.join("secret.key").exists() {
        return Ok(Fit::NoKey);
    }
    let opens = |seal: SealKey| keys.iter().try_for_each(|key| key.signer(&seal).map(drop));
    Ok(match place.seal_key().and_then(opens) {
        Ok(()) => Fit::Opens,
        Err(why) => Fit::Wrong(why),
    })
}

/// Gives a database a new signing key in place of all others, sealed with the key of the place, which is made if there is none.
pub async fn begin_anew(place: &Place, db: &Db) -> Result<(), String> {
    let PoolArgs { identity_pool_id: pool_id, identity_client_id: client_id, identity_srp: _ } =
        place.pool.clone();
    let config = IdentityConfig { pool_id, client_id, ..IdentityConfig::default() };
    let authority = Authority::load(db, &config, place.seal_key()?).await.map_err(|e| e.to_string())?;
    let key = keys::make(&authority.seal, Clock::System.now_ms(), Ids::Random.uuid())
        .await
        .map_err(|e| e.to_string())?;
    let mut tx = db.write().await.map_err(|e| e.to_string())?;
    keys::replace(&mut tx, &key).await.map_err(|e| e.to_string())?;
    tx.commit().await.map_err(|e| e.to_string())
}
