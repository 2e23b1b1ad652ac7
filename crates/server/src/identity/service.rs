//! Signing in, and who a token belongs to.

use std::net::IpAddr;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gridfolio_db::Session;
use gridfolio_wire::error::Fault;
use gridfolio_wire::identity::User;
use gridfolio_wire::{PortfolioId, SessionId, UserId};
use serde_json::{Value, json};

use crate::app::App;
use crate::identity::access_tokens::service as access_tokens;
use crate::identity::administer::Administrator;
use crate::identity::model::{self, ADMINISTERED, Account};
use crate::identity::sign_in::secrets;
use crate::identity::tokens::{self, Issued};
use crate::identity::types::Shipped;
use crate::identity::{keys, password, store};
use crate::kit::access::{Actor, Person, Proof, Rights};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::if_match::IfMatch;
use crate::kit::rows;
use crate::kit::stored::{Document, Stored};
use crate::kit::tx::{Change, Tx};

/// How long a person stays signed in without giving the password again: 30 days.
pub const SESSION_LIFE_MS: i64 = 30 * 24 * 3_600_000;

/// A fresh sign-in.
pub struct SignedIn {
    /// The tokens.
    pub tokens: Issued,
    /// For new tokens later; `None` when it was used just now and stays the same.
    pub refresh_token: Option<String>,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignedIn(…)")
    }
}

/// The person a token belongs to, as their session and rights are now.
pub async fn authenticate(app: &App, token: &str, address: Option<IpAddr>) -> ApiResult<Person> {
    if access_tokens::is_access_token(token) {
        return access_tokens::authenticate(app, token, address).await;
    }
    if let Some(issuer) = app.authority.trusted.find(token) {
        return outside_person(app, &issuer.verify(app, token).await?, address).await;
    }
    let (key_id, session_id) = tokens::unverified(token)?;
    let mut snapshot = app.db.read().await?;
    let row = store::find_session(&mut snapshot, &session_id, &key_id, app.clock.now_ms())
        .await?
        .ok_or_else(|| ApiError::Unauthorized("the session has ended; sign in again".to_owned()))?;
    let claims = tokens::verify_id_token(app, &row.public_jwk, token)?;
    if claims.sub != row.user.key.as_str() {
        return Err(ApiError::Unauthorized("the token and its session name different people".to_owned()));
    }
    person(app, &mut snapshot, &row.user, Proof::Session(session_id), address).await
}

/// What a user may do and see now, however they proved who they are; 403 outside their access window.
pub async fn person(
    app: &App,
    session: &mut Session,
    user: &Stored<User>,
    proof: Proof,
    address: Option<IpAddr>,
) -> ApiResult<Person> {
    let access = model::access(user)?;
    if let Some(why) = model::outside_window(user, access.as_ref(), app.clock.now()) {
        return Err(ApiError::Forbidden(why));
    }
    let rights = Rights {
        groups: model::groups(user),
        prevent_download: model::prevents_download(access.as_ref()),
        in_person: !matches!(proof, Proof::AccessToken(_)),
    };
    let scope = model::scope(session, access.as_ref()).await?;
    let days = model::days(access.as_ref());
    Ok(Person { id: user.key.clone(), name: model::name(user), rights, scope, days, proof, address })
}

/// The person whom an outside issuer names, as their account is now.
async fn outside_person(app: &App, email: &str, address: Option<IpAddr>) -> ApiResult<Person> {
    let mut snapshot = app.db.read().await?;
    let user = store::find_user_by_email(&mut snapshot, email).await?.ok_or_else(|| {
        ApiError::Unauthorized(format!("there is no account {email} here; ask an administrator for one"))
    })?;
    person(app, &mut snapshot, &user, Proof::Outside, address).await
}

/// Opens a session for a user and issues its tokens; `None` if the credential was changed meanwhile.
pub async fn open_session(app: &App, account: &Account) -> ApiResult<Option<SignedIn>> {
    let key = keys::current(app).await?;
    let session: SessionId = app.ids.uuid().parse()?;
    let refresh_token = random_token()?;
    let now = app.clock.now_ms();
    let mut tx = app.db.write().await?;
    let life = (now, now + SESSION_LIFE_MS);
    let hash = hash_token(&refresh_token);
    if !store::insert_session(&mut tx, &session, account, &hash, life).await? {
        return Ok(None);
    }
    tx.commit().await?;
    let tokens = tokens::issue(app, &key, &account.user, &session, now.div_euclid(1000))?;
    Ok(Some(SignedIn { tokens, refresh_token: Some(refresh_token) }))
}

/// New tokens for a refresh token; `None` if its session has ended, or the person is outside their access window.
pub async fn refresh(app: &App, refresh_token: &str) -> ApiResult<Option<SignedIn>> {
    let key = keys::current(app).await?;
    let mut snapshot = app.db.read().await?;
    let found =
        store::find_session_by_refresh(&mut snapshot, &hash_token(refresh_token), app.clock.now_ms()).await?;
    let Some(store::RefreshRow { session, created_at, user }) = found else { return Ok(None) };
    let access = model::access(&user)?;
    if model::outside_window(&user, access.as_ref(), app.clock.now()).is_some() {
        return Ok(None);
    }
    let tokens = tokens::issue(app, &key, &user, &session, created_at.div_euclid(1000))?;
    Ok(Some(SignedIn { tokens, refresh_token: None }))
}

/// 256 random bits as text.
pub fn random_token() -> ApiResult<String> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(ApiError::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is stored of a token.
pub fn hash_token(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()))
}

/// A person to add.
#[derive(Clone)]
pub struct NewUser {
    /// Address to sign in with.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// What they are: their groups come from it.
    pub user_type: Shipped,
    /// Their first password.
    pub password: String,
}

impl std::fmt::Debug for NewUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewUser").field("email", &self.email).finish_non_exhaustive()
    }
}

/// Adds a person.
pub async fn add_user(app: &App, actor: Actor, new: NewUser) -> ApiResult<Stored<User>> {
    password::check_rule(&new.password).map_err(ApiError::bad)?;
    let profile = json!({"email": new.email, "firstName": new.first_name, "lastName": new.last_name,
        "userType": new.user_type.id});
    let faults = app.schemas.faults("User", &profile);
    if !faults.is_empty() {
        return Err(ApiError::faults(faults));
    }
    let Value::Object(document) = profile else { return Err(ApiError::internal("an account is an object")) };
    let document = model::with_groups(&document, new.user_type.groups());
    let id: UserId = app.ids.uuid().parse()?;
    let credential = secrets::credential(app, &id, new.password).await?;
    let account = Account { user: Stored::new(id, document), credential };
    let mut tx = Tx::begin(app, actor).await?;
    store::insert_account(&mut tx, &account).await?;
    tx.commit(Change::create(&account.user)).await?;
    Ok(account.user)
}

/// Gives a person another password and ends their sessions.
pub async fn set_password(app: &App, actor: Actor, email: &str, new_password: String) -> ApiResult<()> {
    password::check_rule(&new_password).map_err(ApiError::bad)?;
    let mut snapshot = app.db.read().await?;
    let account = store::find_account_by_email(&mut snapshot, email)
        .await?
        .ok_or_else(|| ApiError::NotFound(format!("there is no user {email}")))?;
    drop(snapshot);
    let after = secrets::with_password(app, &account, new_password).await?;
    let Account { user, credential } = account;
    let mut tx = Tx::begin(app, actor).await?;
    if !store::update_credential(&mut tx, &user.key, credential.epoch, &after).await? {
        return Err(ApiError::Stale);
    }
    store::delete_sessions(&mut tx, &user.key).await?;
    tx.commit(Change::event("password_change", &user, Document::new())).await
}

/// Refuses members that look like a secret: a profile is given back, logged and backed up as it was sent.
pub fn refuse_secrets(document: &Document) -> ApiResult<()> {
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

/// Replaces a person's own profile; what administrators set stays, and the address.
pub async fn update_profile(
    app: &App,
    person: &Person,
    expected: &IfMatch,
    mut document: Document,
) -> ApiResult<Stored<User>> {
    refuse_secrets(&document)?;
    let mut tx = Tx::begin(app, Actor::from(person)).await?;
    let before: Stored<User> = rows::find(&mut tx, &person.id)
        .await?
        .ok_or_else(|| ApiError::Unauthorized("the account was removed".to_owned()))?;
    expected.check(&before.etag())?;
    for name in ADMINISTERED {
        document.shift_remove(name);
        if let Some(kept) = before.document.get(name) {
            document.insert(name.to_owned(), kept.clone());
        }
    }
    let after = before.replaced(document);
    Administrator::from(person).check_own_address(&before, &after)?;
    store::update_user(&mut tx, &after).await?;
    tx.commit(Change::update(&before, &after)).await?;
    Ok(after)
}

/// Whether what somebody sees is limited by a portfolio.
pub async fn limits_somebody(session: &mut Session, portfolio: &PortfolioId) -> ApiResult<bool> {
    for user in store::list_users(session).await? {
        let named = model::access(&user)?.and_then(|access| access.portfolios).unwrap_or_default();
        if named.iter().any(|id| id == portfolio.as_str()) {
            return Ok(true);
        }
    }
    Ok(false)
}
