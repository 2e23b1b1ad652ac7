//! Forgotten passwords: a code by mail, good for an hour and for a few attempts. A name without an account gets a
//! code as well, which nobody is sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gridfolio_wire::UserId;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::App;
use crate::identity::model::{self, Account};
use crate::identity::sign_in::flow::{Caller, invalid_password};
use crate::identity::sign_in::person::Claimed;
use crate::identity::sign_in::refusal::Refusal;
use crate::identity::sign_in::{detail, lockout, secrets, srp, store};
use crate::identity::{password, store as accounts};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::jobs::{self, Job, JobFuture};
use crate::kit::limits::Limit;
use crate::kit::tx::{Change, Tx};
use crate::messages::templates::{self, PasswordReset, Recipient};
use crate::messages::{self, Message};

/// How long a code holds, and how long its attempts are counted.
const LIFE_MS: i64 = 3_600_000;
/// Attempts, at most, whatever number of codes was sent meanwhile.
const ATTEMPTS: i64 = 5;
/// What is answered to a wrong code.
const WRONG: Refusal = Refusal::CodeMismatch("Invalid verification code provided, please try again.");
const SEALED: &str = "password reset";

/// The job that sends a code.
pub const SEND_CODE: Job = Job { kind: "send_password_code", run: |app, payload| send(app, payload) };

#[derive(Serialize, Deserialize)]
struct Letter {
    user: UserId,
    code: String,
    until: i64,
}

/// Sends a code to the address of an account; answers the address with most of it hidden. What it takes is the same
/// for every name: who the letter goes to is looked up by the job.
pub async fn forgot(app: &App, caller: &Caller, username: &str) -> Result<String, Refusal> {
    let claimed = Claimed::find(app, username).await?;
    let by_address = app.limits.check_address(Limit::ResetAddress, caller.address);
    by_address
        .and_then(|()| app.limits.check(Limit::ResetAccount, claimed.id.as_str()))
        .map_err(|_| Refusal::LimitExceeded)?;
    let code = new_code()?;
    let now = app.clock.now_ms();
    let letter = Letter { user: claimed.id.clone(), code: code.clone(), until: now + LIFE_MS };
    let plain = serde_json::to_vec(&letter).map_err(ApiError::internal)?;
    let sealed = app.authority.seal.seal(SEALED, &plain).map_err(ApiError::internal)?;
    let (row, hash) = (row_id(app, &claimed.id), hash(app, &claimed, &code));
    let mut tx = app.db.write().await?;
    store::delete_old_codes(&mut tx, now).await?;
    store::put_code(&mut tx, &row, &hash, (now, LIFE_MS)).await?;
    jobs::enqueue(&mut tx, &app.ids.uuid(), SEND_CODE.kind, &STANDARD.encode(sealed), now).await?;
    tx.commit().await?;
    Ok(masked(app, username, &claimed))
}

/// Sets the password of somebody who has read the mail, and ends all their sessions.
pub async fn confirm(
    app: &App,
    caller: &Caller,
    (username, code): (&str, &str),
    secret: &str,
) -> Result<(), Refusal> {
    password::check_rule(secret).map_err(invalid_password)?;
    let claimed = Claimed::find(app, username).await?;
    lockout::check_address(app, caller)?;
    let (row, hash) = (row_id(app, &claimed.id), hash(app, &claimed, code));
    if !is_right(app, &row, &hash).await? {
        return Err(WRONG);
    }
    let account = claimed.account.filter(|a| a.credential.temporary_until.is_none()).ok_or(WRONG)?;
    let after = secrets::with_password(app, &account, secret.to_owned()).await?;
    let Account { user, credential } = account;
    let mut tx = Tx::begin(app, caller.as_person(&user)).await?;
    let fresh = store::delete_code(&mut tx, &row, &hash).await?
        && accounts::update_credential(&mut tx, &user.key, credential.epoch, &after).await?;
    if !fresh {
        return Err(Refusal::ExpiredCode);
    }
    accounts::delete_sessions(&mut tx, &user.key).await?;
    lockout::forgive(&mut tx, &user.key).await?;
    Ok(tx.commit(Change::event("password_reset", &user, detail(json!({"by": "code"})))).await?)
}

/// Counts an attempt, durably, before it is looked at.
async fn is_right(app: &App, row: &str, hash: &str) -> Result<bool, Refusal> {
    let mut tx = app.db.write().await?;
    let Some((attempts, wanted, expires_at)) = store::count_attempt(&mut tx, row).await? else {
        return Err(Refusal::ExpiredCode);
    };
    tx.commit().await?;
    if attempts > ATTEMPTS {
        return Err(Refusal::LimitExceeded);
    }
    if expires_at <= app.clock.now_ms() {
        return Err(Refusal::ExpiredCode);
    }
    let equal = aws_lc_rs::constant_time::verify_slices_are_equal(wanted.as_bytes(), hash.as_bytes());
    Ok(equal.is_ok())
}

/// Six digits. The little by which the division favours some codes is nothing beside five attempts.
fn new_code() -> ApiResult<String> {
    Ok(format!("{:06}", u64::from_be_bytes(secrets::random()?) % 1_000_000))
}

fn row_id(app: &App, user: &UserId) -> String {
    srp::hex(&app.authority.seal.mac("password reset of", user.as_str().as_bytes()))
}

/// A code is for the credential and the address of the moment when it was asked for: another password, a changed second
/// factor and another address end it.
fn hash(app: &App, Claimed { id, account }: &Claimed, code: &str) -> String {
    let made_for = account.as_ref().map(|a| (a.credential.epoch, model::email_key(model::email(&a.user))));
    let text = json!([id, made_for, code]).to_string();
    srp::hex(&app.authority.seal.mac("password reset code", text.as_bytes()))
}

/// `a***@e***`: of the address as typed, so that nothing is told; of an id, made up where there is no account.
fn masked(app: &App, username: &str, claimed: &Claimed) -> String {
    let mac = app.authority.seal.mac("nobody's address", claimed.id.as_str().as_bytes());
    let letter = |byte: u8| char::from(b'a' + byte % 26).to_string();
    let made = format!("{}@{}", letter(mac[0]), letter(mac[1]));
    let stored = claimed.account.as_ref().map(|account| model::email(&account.user).to_lowercase());
    let typed = Some(username.trim().to_lowercase()).filter(|typed| typed.contains('@'));
    let address = typed.or(stored).unwrap_or(made);
    let (local, domain) = address.split_once('@').unwrap_or((&address, ""));
    let first = |part: &str| part.chars().next().map(String::from).unwrap_or_default();
    format!("{}***@{}***", first(local), first(domain))
}

fn send<'a>(app: &'a App, payload: &'a str) -> JobFuture<'a> {
    Box::pin(async move {
        let sealed = STANDARD.decode(payload).map_err(ApiError::internal)?;
        let plain = app.authority.seal.open(SEALED, &sealed).map_err(ApiError::internal)?;
        let letter: Letter = serde_json::from_slice(&plain).map_err(ApiError::internal)?;
        let mut snapshot = app.db.read().await?;
        let account = accounts::find_account(&mut snapshot, &letter.user).await?;
        drop(snapshot);
        let Some(account) = account else { return Ok(()) };
        let message = write(app, &account, &letter)?;
        let mut tx = app.db.write().await?;
        messages::outbox::enqueue_in(&mut tx, app, &message).await?;
        Ok(tx.commit().await?)
    })
}

/// The letter. Whose password somebody else has set does not take another way in, nor does anybody outside their time.
fn write(app: &App, Account { user, credential }: &Account, letter: &Letter) -> ApiResult<Message> {
    let name = model::name(user);
    let to = Recipient { name: &name, email: model::email(user) };
    let server = &app.authority.public_url;
    let access = model::access(user)?;
    let outside = model::outside_window(user, access.as_ref(), app.clock.now()).is_some();
    if outside || credential.temporary_until.is_some() {
        return Ok(templates::ask_administrator(to, server, "a new password"));
    }
    let zone =
        user.text_member("timezone").and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
    let until = Timestamp::from_millisecond(letter.until).map_err(ApiError::internal)?.to_zoned(zone);
    Ok(templates::password_reset(&PasswordReset { to, server, code: &letter.code, until }))
}
