//! Signing in, and who a token belongs to.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gridfolio_wire::error::Fault;
use gridfolio_wire::identity::Profile;
use gridfolio_wire::{SessionId, UserId};
use serde_json::{Value, json};

use crate::app::App;
use crate::identity::model::User;
use crate::identity::tokens::{self, Issued};
use crate::identity::{keys, password, store};
use crate::kit::access::{Actor, Person, Role};
use crate::kit::error::{ApiError, ApiResult, TakenKey as _};
use crate::kit::if_match::IfMatch;
use crate::kit::stored::{Document, Stored};
use crate::kit::tx::{Change, Tx};

/// How long a person stays signed in without giving the password again: 30 days.
const SESSION_LIFE_MS: i64 = 30 * 24 * 3_600_000;

/// A fresh sign-in.
#[derive(Debug)]
pub struct SignedIn {
    /// The tokens.
    pub tokens: Issued,
    /// For new tokens later; `None` when it was used just now and stays the same.
    pub refresh_token: Option<String>,
}

/// The person a token belongs to, as their session and rights are now.
pub async fn authenticate(app: &App, token: &str) -> ApiResult<Person> {
    let (key_id, session_id) = tokens::unverified(token)?;
    let mut snapshot = app.db.read().await?;
    let row = store::find_session(&mut snapshot, &session_id, &key_id, app.clock.now_ms())
        .await?
        .ok_or_else(|| ApiError::Unauthorized("the session has ended; sign in again".to_owned()))?;
    drop(snapshot);
    let claims = tokens::verify_id_token(app, &row.public_jwk, token)?;
    let user = row.user;
    if claims.sub != user.profile.key.as_str() {
        return Err(ApiError::Unauthorized("the token and its session name different people".to_owned()));
    }
    Ok(Person { id: user.profile.key.clone(), name: user.name(), role: user.role, session: session_id })
}

/// Signs a person in with address (or id) and password; `None` if they do not fit.
pub async fn sign_in(app: &App, username: &str, secret: &str) -> ApiResult<Option<SignedIn>> {
    let mut snapshot = app.db.read().await?;
    let user = match username.parse::<UserId>() {
        Ok(id) => store::find_user(&mut snapshot, &id).await?,
        Err(_) => store::find_user_by_email(&mut snapshot, username).await?,
    };
    drop(snapshot);
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    if secret.len() > password::LONGEST || !password::verify(secret.to_owned(), hash).await? {
        return Ok(None);
    }
    match user {
        Some(user) => open_session(app, &user).await,
        None => Ok(None),
    }
}

/// Opens a session for a user and issues its tokens; `None` if the password was changed meanwhile.
pub async fn open_session(app: &App, user: &User) -> ApiResult<Option<SignedIn>> {
    let key = keys::current(app).await?;
    let session: SessionId = app.ids.uuid().parse()?;
    let refresh_token = random_token()?;
    let now = app.clock.now_ms();
    let mut tx = app.db.write().await?;
    let life = (now, now + SESSION_LIFE_MS);
    let hash = hash_token(&refresh_token);
    if !store::insert_session(&mut tx, &session, user, &hash, life).await? {
        return Ok(None);
    }
    tx.commit().await?;
    let tokens = tokens::issue(app, &key, user, &session, now.div_euclid(1000))?;
    Ok(Some(SignedIn { tokens, refresh_token: Some(refresh_token) }))
}

/// New tokens for a refresh token; `None` if its session has ended.
pub async fn refresh(app: &App, refresh_token: &str) -> ApiResult<Option<SignedIn>> {
    let key = keys::current(app).await?;
    let mut snapshot = app.db.read().await?;
    let found =
        store::find_session_by_refresh(&mut snapshot, &hash_token(refresh_token), app.clock.now_ms()).await?;
    let Some(store::RefreshRow { session, created_at, user }) = found else { return Ok(None) };
    let tokens = tokens::issue(app, &key, &user, &session, created_at.div_euclid(1000))?;
    Ok(Some(SignedIn { tokens, refresh_token: None }))
}

fn random_token() -> ApiResult<String> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(ApiError::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn hash_token(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()))
}

/// A person to add.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Address to sign in with.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// What they may do.
    pub role: Role,
    /// Their first password.
    pub password: String,
}

/// Adds a person.
pub async fn add_user(app: &App, actor: Actor, new: NewUser) -> ApiResult<User> {
    password::check_rule(&new.password).map_err(ApiError::bad)?;
    let profile = json!({"email": new.email, "firstName": new.first_name, "lastName": new.last_name});
    let faults = app.schemas.faults("Profile", &profile);
    if !faults.is_empty() {
        return Err(ApiError::faults(faults));
    }
    let Value::Object(document) = profile else { return Err(ApiError::internal("a profile is an object")) };
    let id: UserId = app.ids.uuid().parse()?;
    let password_hash = password::hash(new.password).await?;
    let user = User { profile: Stored::new(id, document), role: new.role, password_hash };
    let mut tx = Tx::begin(app, actor).await?;
    store::insert_user(&mut tx, &user).await.or_taken(|| format!("a user with the address {}", new.email))?;
    tx.commit(Change::create(&user.profile)).await?;
    Ok(user)
}

/// Gives a person another password and ends their sessions.
pub async fn set_password(app: &App, actor: Actor, email: &str, new_password: String) -> ApiResult<()> {
    password::check_rule(&new_password).map_err(ApiError::bad)?;
    let password_hash = password::hash(new_password).await?;
    let mut tx = Tx::begin(app, actor).await?;
    let before = store::find_user_by_email(&mut tx, email)
        .await?
        .ok_or_else(|| ApiError::NotFound(format!("there is no user {email}")))?;
    let profile = before.profile.replaced(before.profile.document.clone());
    let after = User { profile, role: before.role, password_hash };
    if !store::update_user(&mut tx, before.profile.revision, &after).await? {
        return Err(ApiError::Stale);
    }
    store::delete_sessions(&mut tx, &after.profile.key).await?;
    tx.commit(Change::update(&before.profile, &after.profile)).await
}

/// Refuses members that look like a secret: a profile is given back, logged and backed up as it was sent.
fn refuse_secrets(document: &Document) -> ApiResult<()> {
    let like_a_secret = |name: &&String| {
        let name = name.to_lowercase();
        ["password", "secret", "token"].iter().any(|word| name.contains(word))
    };
    let rule = "is no member of a profile, which is stored in clear; a password is set with `gridfolio user password`";
    let faults: Vec<Fault> = document
        .keys()
        .filter(like_a_secret)
        .map(|name| Fault { field: name.clone(), rule: rule.to_owned() })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(ApiError::faults(faults)) }
}

/// Replaces a person's own profile.
pub async fn update_profile(
    app: &App,
    person: &Person,
    expected: &IfMatch,
    document: Document,
) -> ApiResult<Stored<Profile>> {
    refuse_secrets(&document)?;
    let mut tx = Tx::begin(app, Actor::from(person)).await?;
    let before = store::find_user(&mut tx, &person.id)
        .await?
        .ok_or_else(|| ApiError::Unauthorized("the account was removed".to_owned()))?;
    expected.check(&before.profile.etag())?;
    let after = User { profile: before.profile.replaced(document), ..before.clone() };
    let email = after.email().to_owned();
    let fresh = store::update_user(&mut tx, before.profile.revision, &after)
        .await
        .or_taken(|| format!("a user with the address {email}"))?;
    if !fresh {
        return Err(ApiError::Stale);
    }
    tx.commit(Change::update(&before.profile, &after.profile)).await?;
    Ok(after.profile)
}
