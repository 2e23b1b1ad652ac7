//! Tokens: RS256, signed with a key of the database, verified against it. A token names a session; nothing in it
//! grants a right.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gridfolio_wire::identity::User;
use gridfolio_wire::{SessionId, UserId};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::identity::keys::SigningKey;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::stored::Stored;

/// How long an id or access token holds, seconds.
pub const TOKEN_LIFE_S: i64 = 3600;

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
    /// What the application asked to find here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
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
#[derive(Clone)]
pub struct Issued {
    /// What every API call carries.
    pub id_token: String,
    /// What Cognito's own operations carry.
    pub access_token: String,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Issued(…)")
    }
}

/// What an application asked for, that its tokens say.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// `nonce` of the id token.
    pub nonce: Option<&'a str>,
    /// `scope` of the access token.
    pub scope: &'a str,
}

/// Issues tokens for a session of a user, as Cognito does for its own protocol.
pub fn issue(
    app: &App,
    key: &SigningKey,
    user: &Stored<User>,
    session: &SessionId,
    signed_in_s: i64,
) -> ApiResult<Issued> {
    let asked = Asked { nonce: None, scope: "aws.cognito.signin.user.admin" };
    issue_as(app, key, user, session, (signed_in_s, asked))
}

/// Issues tokens for a session of a user, as an application asked for them.
pub fn issue_as(
    app: &App,
    key: &SigningKey,
    user: &Stored<User>,
    session: &SessionId,
    (signed_in_s, asked): (i64, Asked<'_>),
) -> ApiResult<Issued> {
    let authority = &app.authority;
    let signer = key.signer(&authority.seal).map_err(ApiError::internal)?;
    let header = Header { kid: Some(key.id.clone()), ..Header::new(Algorithm::RS256) };
    let iat = app.clock.now_ms().div_euclid(1000);
    let (exp, event_id) = (iat + TOKEN_LIFE_S, app.ids.uuid());
    let member = |name| user.text_member(name).unwrap_or_default().to_owned();
    let sub = user.key.to_string();
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
        nonce: asked.nonce.map(str::to_owned),
    };
    let access_claims = AccessClaims {
        username: sub.clone(),
        sub,
        client_id: authority.client_id.clone(),
        iss: authority.issuer.clone(),
        token_use: "access".to_owned(),
        scope: asked.scope.to_owned(),
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
    let claims = read_id_token(app, public_jwk, token)?;
    if app.clock.now_ms() >= claims.exp.saturating_mul(1000) {
        return Err(refused("it has expired; sign in again"));
    }
    Ok(claims)
}

/// Whether an unverified token says that it is an access token.
pub fn is_access_token(token: &str) -> bool {
    let payload = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims = payload.and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    claims.is_some_and(|claims| claims["token_use"] == "access")
}

/// Verifies an id token against a key, but for its end.
pub fn read_id_token(app: &App, public_jwk: &str, token: &str) -> ApiResult<IdClaims> {
    let mut rules = rules(app, &["exp", "aud", "iss", "sub"]);
    rules.set_audience(&[&app.authority.client_id]);
    rules.validate_aud = true;
    let claims = jsonwebtoken::decode::<IdClaims>(token, &decoding_key(public_jwk)?, &rules)
        .map_err(|_| refused("signature, issuer or audience is not this server's; send the id token"))?
        .claims;
    if claims.token_use != "id" {
        return Err(refused("it is not an id token"));
    }
    Ok(claims)
}

/// Verifies an access token of a user against a key.
pub fn verify_access_token(app: &App, public_jwk: &str, token: &str, user: &UserId) -> ApiResult<()> {
    let rules = rules(app, &["exp", "iss", "sub"]);
    let claims = jsonwebtoken::decode::<AccessClaims>(token, &decoding_key(public_jwk)?, &rules)
        .map_err(|_| refused("signature or issuer is not this server's; send the access token"))?
        .claims;
    if claims.token_use != "access" || claims.client_id != app.authority.client_id {
        return Err(refused("it is not an access token of this server's client"));
    }
    if claims.sub != user.as_str() {
        return Err(refused("it names another person than its session"));
    }
    if app.clock.now_ms() >= claims.exp.saturating_mul(1000) {
        return Err(refused("it has expired; sign in again"));
    }
    Ok(())
}

fn decoding_key(public_jwk: &str) -> ApiResult<DecodingKey> {
    let jwk: Jwk = serde_json::from_str(public_jwk).map_err(ApiError::internal)?;
    DecodingKey::from_jwk(&jwk).map_err(ApiError::internal)
}

/// What every token must keep to. The clock is ours, so the end of life is checked with it, afterwards.
fn rules(app: &App, claims: &[&str]) -> Validation {
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_issuer(&[&app.authority.issuer]);
    rules.set_required_spec_claims(claims);
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules
}
