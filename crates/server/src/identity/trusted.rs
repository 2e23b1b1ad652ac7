//! Outside issuers whose tokens are believed, by configuration: their signature, their audience, and the claim that
//! names a person who has an account here.
//!
//! What such a token says about rights is never read, and nobody gets an account by one. Who is not configured is
//! never called.

use std::sync::{PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use crate::app::App;
use crate::kit::error::{ApiError, ApiResult};
use crate::net::fetch::is_address;

/// How long fetched keys count before they are fetched again, milliseconds: an hour.
const FRESH_MS: i64 = 3_600_000;
/// How long they count at most while the issuer cannot be asked: a day.
const STALE_MS: i64 = 24 * 3_600_000;
/// How long it takes until an issuer is asked again, whoever wants to know.
const PAUSE_MS: i64 = 60_000;
/// How much earlier than it says a token may be used, seconds: clocks differ.
const EARLY_S: f64 = 60.0;

/// What the configuration says about an outside issuer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerRule {
    /// `iss` of its tokens, to the letter; its discovery document is found under it.
    pub issuer: String,
    /// `aud` of its tokens, or several of which one must be there.
    pub audience: OneOrMore,
    /// What its tokens must say.
    #[serde(default)]
    pub claims: ClaimRule,
}

/// A text, or a list of texts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OneOrMore {
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

impl OneOrMore {
    fn texts(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::More(texts) => texts,
        }
    }
}

/// What the tokens of an issuer must say.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClaimRule {
    /// The claim that holds the address of the person's account.
    pub email: String,
    /// Claims that must have a value: equal to the text, or a list with the text in it.
    pub require: Map<String, Value>,
}

impl Default for ClaimRule {
    fn default() -> Self {
        Self { email: "email".to_owned(), require: Map::new() }
    }
}

/// The rules as the configuration gives them: a JSON array.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssuerRules(pub Vec<IssuerRule>);

impl std::str::FromStr for IssuerRules {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rules: Vec<IssuerRule> = serde_json::from_str(text)
            .map_err(|e| format!("must be a list of {{issuer, audience, claims}}: {e}"))?;
        for rule in &rules {
            let named = |why: &str| Err(format!("issuer {:?}: {why}", rule.issuer));
            if !may_be_called(&rule.issuer) || rule.issuer.contains(['?', '#']) {
                return named("must begin with https:// (http:// on this machine only) and have no query");
            }
            if rule.audience.texts().is_empty() || rule.audience.texts().iter().any(String::is_empty) {
                return named("audience must name what its tokens are made for");
            }
            if rule.claims.require.values().any(|value| !value.is_string()) {
                return named("claims.require must give a text for each claim");
            }
            if rules.iter().filter(|other| other.issuer == rule.issuer).count() > 1 {
                return named("stands twice");
            }
        }
        Ok(Self(rules))
    }
}

/// https, or http to this machine.
fn may_be_called(url: &str) -> bool {
    let local = |rest: &str| {
        let host = rest.split('/').next().unwrap_or_default();
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        ["127.0.0.1", "[::1]", "localhost"].contains(&name) || host == "[::1]"
    };
    is_address(url) && (url.starts_with("https://") || url.strip_prefix("http://").is_some_and(local))
}

/// The outside issuers, and what is known of their keys.
#[derive(Debug, Default)]
pub struct Trusted(Vec<Issuer>);

/// An outside issuer.
#[derive(Debug)]
pub struct Issuer {
    rule: IssuerRule,
    keys: RwLock<Told>,
    /// One asks at a time; who waits finds the answer.
    turn: Mutex<()>,
}

/// The keys of an issuer, as they were told.
#[derive(Debug, Default, Clone)]
struct Told {
    keys: Vec<Jwk>,
    fetched_at: Option<i64>,
    asked_at: Option<i64>,
}

impl From<IssuerRules> for Trusted {
    fn from(IssuerRules(rules): IssuerRules) -> Self {
        let issuer = |rule| Issuer { rule, keys: RwLock::default(), turn: Mutex::default() };
        Self(rules.into_iter().map(issuer).collect())
    }
}

fn refused(why: impl std::fmt::Display) -> ApiError {
    ApiError::Unauthorized(format!("the token does not hold: {why}"))
}

impl Trusted {
    /// The issuer that an unverified token says it is from, if it is one of these.
    pub fn find(&self, token: &str) -> Option<&Issuer> {
        let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
        let claims: Value = serde_json::from_slice(&payload).ok()?;
        let said = claims.get("iss")?.as_str()?;
        self.0.iter().find(|issuer| issuer.rule.issuer == said)
    }
}

impl Issuer {
    /// The address in a token of this issuer, when everything about it holds.
    pub async fn verify(&self, app: &App, token: &str) -> ApiResult<String> {
        let header = decode_header(token).map_err(|_| refused("it is no JSON Web Token"))?;
        if !matches!(header.alg, Algorithm::RS256 | Algorithm::ES256) {
            return Err(refused("it must be signed with RS256 or ES256"));
        }
        if header.crit.is_some() {
            return Err(refused("it asks for an extension that this server does not know"));
        }
        let key = DecodingKey::from_jwk(&self.key(app, &header).await?).map_err(refused)?;
        let mut rules = Validation::new(header.alg);
        rules.set_audience(self.rule.audience.texts());
        rules.set_issuer(&[&self.rule.issuer]);
        rules.set_required_spec_claims(&["exp", "aud", "iss"]);
        // The clock is ours: the times are checked below.
        rules.validate_exp = false;
        let claims = decode::<Map<String, Value>>(token, &key, &rules)
            .map_err(|_| refused("signature or audience is not what is configured for its issuer"))?
            .claims;
        check_times(&claims, app.clock.now_ms())?;
        self.rule.claims.address(&claims)
    }

    /// The key that a token names, fetched if it is not known.
    async fn key(&self, app: &App, header: &Header) -> ApiResult<Jwk> {
        let now = app.clock.now_ms();
        let within = |known: &Told, ms: i64| known.fetched_at.is_some_and(|at| now - at < ms);
        let mut known = self.known();
        if !within(&known, FRESH_MS) || known.find(header).is_none() {
            let _turn = self.turn.lock().await;
            known = self.known();
            let paused = known.asked_at.is_some_and(|at| now - at < PAUSE_MS);
            if !paused && (!within(&known, FRESH_MS) || known.find(header).is_none()) {
                known = self.fetch(app, known).await;
            }
        }
        if !within(&known, STALE_MS) {
            return Err(ApiError::Unavailable(format!(
                "the issuer {} does not tell its keys; try again in a minute",
                self.rule.issuer
            )));
        }
        known.find(header).cloned().ok_or_else(|| refused("its issuer has no such key"))
    }

    fn known(&self) -> Told {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the issuer; what was known stays if it does not answer.
    async fn fetch(&self, app: &App, mut known: Told) -> Told {
        let now = Some(app.clock.now_ms());
        known.asked_at = now;
        match self.ask(app).await {
            Ok(keys) => (known.keys, known.fetched_at) = (keys, now),
            Err(error) => tracing::warn!(issuer = self.rule.issuer, error, "the issuer's keys cannot be had"),
        }
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = known.clone();
        known
    }

    async fn ask(&self, app: &App) -> Result<Vec<Jwk>, String> {
        let issuer = &self.rule.issuer;
        let document = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let document = app.fetch.get_json(&document).await.map_err(|e| e.to_string())?;
        if document["issuer"].as_str() != Some(issuer) {
            return Err("its discovery document names another issuer".to_owned());
        }
        let address = document["jwks_uri"].as_str().unwrap_or_default();
        let weaker = issuer.starts_with("https://") && !address.starts_with("https://");
        if !may_be_called(address) || weaker {
            return Err("jwks_uri in its discovery document must begin with https://".to_owned());
        }
        let set = app.fetch.get_json(address).await.map_err(|e| e.to_string())?;
        let keys = set["keys"].as_array().ok_or("its key set has no keys")?;
        // Kinds that this program does not know are nobody's fault.
        Ok(keys.iter().filter_map(|key| serde_json::from_value(key.clone()).ok()).collect())
    }
}

impl Told {
    /// The key that a header names; without a name, the only one that fits.
    fn find(&self, header: &Header) -> Option<&Jwk> {
        let mut fitting = self.keys.iter().filter(|key| fits(key, header.alg));
        match &header.kid {
            Some(kid) => fitting.find(|key| key.common.key_id.as_ref() == Some(kid)),
            None => fitting.next().filter(|_| fitting.next().is_none()),
        }
    }
}

/// Whether a key is for signatures of an algorithm.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let kind = match &key.algorithm {
        AlgorithmParameters::RSA(_) => algorithm == Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(curve) => {
            algorithm == Algorithm::ES256 && curve.curve == EllipticCurve::P256
        }
        _ => false,
    };
    let signs = key.common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature);
    let said =
        key.common.key_algorithm.as_ref().is_none_or(|said| said.to_string() == format!("{algorithm:?}"));
    kind && signs && said
}

fn check_times(claims: &Map<String, Value>, now_ms: i64) -> ApiResult<()> {
    #[expect(clippy::cast_precision_loss, reason = "seconds of our time are whole in a double")]
    let now = now_ms as f64 / 1000.0;
    let time = |name: &str| claims.get(name).and_then(Value::as_f64);
    if time("exp").is_none_or(|end| now >= end) {
        return Err(refused("it has expired; sign in again"));
    }
    if claims.contains_key("nbf") && time("nbf").is_none_or(|begin| now + EARLY_S < begin) {
        return Err(refused("it does not hold yet"));
    }
    Ok(())
}

impl ClaimRule {
    /// The address that claims tell, when they say what is required.
    fn address(&self, claims: &Map<String, Value>) -> ApiResult<String> {
        for (name, wanted) in &self.require {
            let fits = match claims.get(name) {
                Some(Value::Array(said)) => said.contains(wanted),
                said => said == Some(wanted),
            };
            if !fits {
                return Err(refused(format!("the claim {name} has not the value that is required here")));
            }
        }
        let doubtful = [Value::Bool(false), Value::from("false")];
        if claims.get("email_verified").is_some_and(|said| doubtful.contains(said)) {
            return Err(refused("its issuer has not verified the address"));
        }
        let address = claims.get(&self.email).and_then(Value::as_str).filter(|text| !text.is_empty());
        address.map(str::to_owned).ok_or_else(|| refused(format!("it has no claim {}", self.email)))
    }
}
