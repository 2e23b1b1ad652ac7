//! Tokens: RS256, signed with a key of the database, verified against it. A token names a session; nothing in it
//! grants a right.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use gridfolio_wire::SessionId;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::identity::authority::Authority;
use crate::identity::model::User;
use crate::identity::seal::SealKey;
use crate::identity::store::{self, SigningKey};
use crate::kit::clock::Clock;
use crate::kit::error::{ApiError, ApiResult};

/// How long an id or access token holds, seconds.
pub const TOKEN_LIFE_S: i64 = 3600;
const PURPOSE: &str = "signing key";

/// What an id token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IdClaims {
    /// The user's immutable id.
    pub sub: String,
    /// The client id.
    pub aud: String,
    /// The issuer.
    pub iss: String,
    /// `id`
    pub token_use: String,
    /// When the person signed in, seconds since 1970.
    pub auth_time: i64,
    /// When the token was made.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
    /// The session.
    pub origin_jti: SessionId,
    /// Id of this token.
    pub jti: String,
    /// Id of the sign-in.
    pub event_id: String,
    /// The address.
    pub email: String,
    /// The name in Cognito's sense.
    #[serde(rename = "cognito:username")]
    pub username: String,
    /// Given name.
    #[serde(rename = "custom:firstName")]
    pub first_name: String,
    /// Family name.
    #[serde(rename = "custom:lastName")]
    pub last_name: String,
}

/// What an access token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct AccessClaims {
    sub: String,
    client_id: String,
    iss: String,
    token_use: String,
    scope: String,
    auth_time: i64,
    iat: i64,
    exp: i64,
    origin_jti: SessionId,
    jti: String,
    event_id: String,
    username: String,
}

/// A pair of tokens for a session.
#[derive(Debug, Clone)]
pub struct Issued {
    /// What every API call carries.
    pub id_token: String,
    /// What Cognito's own operations carry.
    pub access_token: String,
}

/// Makes a key pair and seals its private half.
pub async fn make_key(authority: &Authority, clock: &Clock, id: String) -> ApiResult<SigningKey> {
    let pair = tokio::task::spawn_blocking(|| KeyPair::generate(KeySize::Rsa2048))
        .await
        .map_err(ApiError::internal)?
        .map_err(ApiError::internal)?;
    let pkcs8 = pair.as_der().map_err(ApiError::internal)?;
    let key = encoding_key(pkcs8.as_ref())?;
    let mut jwk = Jwk::from_encoding_key(&key, Algorithm::RS256).map_err(ApiError::internal)?;
    jwk.common.key_id = Some(id.clone());
    jwk.common.public_key_use = Some(jsonwebtoken::jwk::PublicKeyUse::Signature);
    Ok(SigningKey {
        id,
        created_at: clock.now_ms(),
        public_jwk: serde_json::to_string(&jwk).map_err(ApiError::internal)?,
        private_sealed: authority.seal.seal(PURPOSE, pkcs8.as_ref()).map_err(ApiError::internal)?,
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

/// Issues tokens for a session of a user.
pub fn issue(
    app: &App,
    key: &SigningKey,
    user: &User,
    session: &SessionId,
    signed_in_s: i64,
) -> ApiResult<Issued> {
    let authority = &app.authority;
    let private = authority.seal.open(PURPOSE, &key.private_sealed).map_err(ApiError::internal)?;
    let signer = encoding_key(&private)?;
    let header = Header { kid: Some(key.id.clone()), ..Header::new(Algorithm::RS256) };
    let iat = app.clock.now_ms().div_euclid(1000);
    let (exp, event_id) = (iat + TOKEN_LIFE_S, app.ids.uuid());
    let member = |name| user.profile.text_member(name).unwrap_or_default().to_owned();
    let sub = user.profile.key.to_string();
    let id_claims = IdClaims {
        sub: sub.clone(),
        aud: authority.client_id.clone(),
        iss: authority.issuer.clone(),
        token_use: "id".to_owned(),
        auth_time: signed_in_s,
        iat,
        exp,
        origin_jti: session.clone(),
        jti: app.ids.uuid(),
        event_id: event_id.clone(),
        email: member("email"),
        username: sub.clone(),
        first_name: member("firstName"),
        last_name: member("lastName"),
    };
    let access_claims = AccessClaims {
        username: sub.clone(),
        sub,
        client_id: authority.client_id.clone(),
        iss: authority.issuer.clone(),
        token_use: "access".to_owned(),
        scope: "aws.cognito.signin.user.admin".to_owned(),
        auth_time: signed_in_s,
        iat,
        exp,
        origin_jti: session.clone(),
        jti: app.ids.uuid(),
        event_id,
    };
    Ok(Issued {
        id_token: jsonwebtoken::encode(&header, &id_claims, &signer).map_err(ApiError::internal)?,
        access_token: jsonwebtoken::encode(&header, &access_claims, &signer).map_err(ApiError::internal)?,
    })
}

fn refused(why: &str) -> ApiError {
    ApiError::Unauthorized(format!("the token does not hold: {why}"))
}

/// What an unverified token claims about itself: which key to verify it with, and which session it names.
pub fn unverified(token: &str) -> ApiResult<(String, SessionId)> {
    #[derive(Deserialize)]
    struct Named {
        origin_jti: SessionId,
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| refused("it is no JSON Web Token"))?;
    // Ids of keys are ours to make: whatever else stands there never reaches the database.
    let kid = header
        .kid
        .filter(|kid| kid.parse::<SessionId>().is_ok())
        .ok_or_else(|| refused("it names no key"))?;
    let payload = token.split('.').nth(1).unwrap_or_default();
    let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| refused("it is no JSON Web Token"))?;
    let named: Named =
        serde_json::from_slice(&payload).map_err(|_| refused("it names no session of this server"))?;
    Ok((kid, named.origin_jti))
}

/// Verifies an id token against a key.
pub fn verify_id_token(app: &App, public_jwk: &str, token: &str) -> ApiResult<IdClaims> {
    let jwk: Jwk = serde_json::from_str(public_jwk).map_err(ApiError::internal)?;
    let key = DecodingKey::from_jwk(&jwk).map_err(ApiError::internal)?;
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_audience(&[&app.authority.client_id]);
    rules.set_issuer(&[&app.authority.issuer]);
    rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    // The clock is ours, so the end of life is checked below.
    rules.validate_exp = false;
    let claims = jsonwebtoken::decode::<IdClaims>(token, &key, &rules)
        .map_err(|_| refused("signature, issuer or audience is not this server's; send the id token"))?
        .claims;
    if claims.token_use != "id" {
        return Err(refused("it is not an id token"));
    }
    if app.clock.now_ms() >= claims.exp * 1000 {
        return Err(refused("it has expired; sign in again"));
    }
    Ok(claims)
}

/// The newest signing key, made if there is none.
pub async fn current_key(app: &App) -> ApiResult<SigningKey> {
    let mut snapshot = app.db.read().await?;
    if let Some(key) = store::find_newest_key(&mut snapshot).await? {
        return Ok(key);
    }
    drop(snapshot);
    let key = make_key(&app.authority, &app.clock, app.ids.uuid()).await?;
    let mut tx = app.db.write().await?;
    store::insert_key(&mut tx, &key).await?;
    tx.commit().await?;
    Ok(key)
}

/// Whether a seal key opens a signing key; for the set-up check.
pub fn check_key(seal: &SealKey, key: &SigningKey) -> Result<(), String> {
    let private = seal.open(PURPOSE, &key.private_sealed)?;
    encoding_key(&private).map(drop).map_err(|e| e.to_string())
}
