//! How often somebody may be wrong: after five failures in a row an account waits, twice as long after each further
//! one. Attempts while it waits are not looked at and do not count. Names without an account wait alike.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gridfolio_wire::UserId;
use gridfolio_wire::identity::User;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use crate::alerts;
use crate::app::App;
use crate::identity::sign_in::person::{Caller, Claimed};
use crate::identity::sign_in::{Refusal, store};
use crate::identity::{model, store as accounts};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::jobs::{self, Job, JobFuture};
use crate::kit::limits::Limit;
use crate::kit::tx::{Change, Tx};

/// Failures in a row that cost nothing but the last: it waits for a second.
const FREE: i64 = 5;
/// Longest wait.
const LONGEST_MS: i64 = 900_000;
/// After so long without an attempt all is forgotten.
const QUIET_MS: i64 = 900_000;
/// What is answered while an account waits.
const WAIT: &str = "Password attempts exceeded";

/// Attempts on one account come one after the other, so that many at one time are not looked at before the first of
/// them is counted.
static TURNS: [Mutex<()>; 64] = [const { Mutex::const_new(()) }; 64];

/// An attempt that may be looked at.
#[derive(Debug)]
#[must_use]
pub struct Attempt {
    key: String,
    _turn: MutexGuard<'static, ()>,
}

impl Attempt {
    /// Begins an attempt on an account, or on a name without one; refused while it waits.
    pub async fn begin(app: &App, caller: &Caller, user: &UserId) -> Result<Self, Refusal> {
        check_rate(app, caller, user)?;
        let mut hasher = DefaultHasher::new();
        user.hash(&mut hasher);
        let lane = usize::try_from(hasher.finish() % 64).unwrap_or_default();
        let turn = TURNS[lane].lock().await;
        let key = key(app, user);
        let mut snapshot = app.db.read().await?;
        let locked_until = store::find_lock(&mut snapshot, &key).await?.unwrap_or_default();
        if app.clock.now_ms() < locked_until {
            return Err(Refusal::NotAuthorized(WAIT));
        }
        Ok(Self { key, _turn: turn })
    }

    /// It failed: counts it, tells the log, and makes the account wait if it was one too many.
    pub async fn failed(self, app: &App, caller: &Caller, claimed: &Claimed, what: &str) -> ApiResult<()> {
        let mut tx = Tx::begin(app, caller.as_nobody()).await?;
        let now = tx.now_ms();
        store::delete_old_failures(&mut tx, now - QUIET_MS).await?;
        let failures = store::count_failure(&mut tx, &self.key, now).await?;
        let wait = wait_ms(failures);
        store::put_lock(&mut tx, &self.key, now + wait).await?;
        let mut change = event("sign_in_failed", claimed, json!({"method": what}));
        if wait > 0 {
            change =
                change.and(event("lockout", claimed, json!({"failures": failures, "seconds": wait / 1000})));
        }
        if failures == FREE {
            alert(&mut tx, app, &claimed.id).await?;
        }
        let of_nobody = claimed.account.is_none();
        if of_nobody && app.limits.check_address(Limit::FailureOfNobody, caller.address).is_err() {
            // Strangers do not fill the log. What is done instead costs what a row costs.
            store::write_nothing(&mut tx).await?;
            return tx.commit_unlogged("failures of nobody are told a few times").await;
        }
        tx.commit(change).await
    }

    /// It succeeded, in a transaction that is committed by whoever asks: the failures before it are forgotten.
    pub async fn succeeded(&self, tx: &mut Tx) -> ApiResult<()> {
        Ok(store::delete_failures(tx, &self.key).await?)
    }
}

/// The job that tells administrators of the first wait in a row.
pub const ALERT: Job = Job { kind: "alert_of_lockout", run: |app, payload| tell(app, payload) };
const SEALED: &str = "lockout";

/// Asks for the alert: whoever it is, and whether there is such an account, is looked up by the job. So a name without
/// one costs the same, and an alert that cannot be raised undoes no count.
async fn alert(tx: &mut Tx, app: &App, user: &UserId) -> ApiResult<()> {
    let sealed = app.authority.seal.seal(SEALED, user.as_str().as_bytes()).map_err(ApiError::internal)?;
    jobs::enqueue(tx, &app.ids.uuid(), ALERT.kind, &STANDARD.encode(sealed), app.clock.now_ms()).await
}

fn tell<'a>(app: &'a App, payload: &'a str) -> JobFuture<'a> {
    Box::pin(async move {
        let sealed = STANDARD.decode(payload).map_err(ApiError::internal)?;
        let plain = app.authority.seal.open(SEALED, &sealed).map_err(ApiError::internal)?;
        let user: UserId = String::from_utf8(plain).map_err(ApiError::internal)?.parse()?;
        let mut tx = app.db.write().await?;
        let Some(account) = accounts::find_account(&mut tx, &user).await? else { return Ok(()) };
        let email = model::email(&account.user);
        alerts::raise(&mut tx, app, &format!("{email} must wait after {FREE} failed sign-ins")).await?;
        Ok(tx.commit().await?)
    })
}

/// Somebody proved themselves in another way: the failures are forgotten, in a transaction that the caller commits.
pub async fn forgive(tx: &mut Tx, user: &UserId) -> ApiResult<()> {
    let key = key(tx.app(), user);
    Ok(store::delete_failures(tx, &key).await?)
}

/// How often somebody may try at all: counted by address, and by account, whether there is one or not, from each
/// address apart: no stranger uses up what the owner has.
pub fn check_rate(app: &App, caller: &Caller, user: &UserId) -> Result<(), Refusal> {
    check_address(app, caller)?;
    let by_account = app.limits.check_from(Limit::SignInAccount, user.as_str(), caller.address);
    by_account.map_err(|_| Refusal::TooManyRequests)
}

/// The same by address alone, for what has a count of its own.
pub fn check_address(app: &App, caller: &Caller) -> Result<(), Refusal> {
    let by_address = app.limits.check_address(Limit::SignInAddress, caller.address);
    by_address.map_err(|_| Refusal::TooManyRequests)
}

fn key(app: &App, user: &UserId) -> String {
    crate::identity::sign_in::srp::hex(&app.authority.seal.mac("sign-in failures", user.as_str().as_bytes()))
}

fn wait_ms(failures: i64) -> i64 {
    let Ok(more) = u32::try_from(failures.saturating_sub(FREE).min(60)) else { return 0 };
    1000_i64.saturating_mul(2_i64.saturating_pow(more)).min(LONGEST_MS)
}

/// A row of the log. A name without an account is never written down.
fn event(action: &'static str, claimed: &Claimed, detail: Value) -> Change {
    match &claimed.account {
        Some(account) => Change::event(action, &account.user, super::detail(detail)),
        None => Change::event_of_nobody::<User>(action, super::detail(detail)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_after_the_fourth_doubles_the_wait() {
        let seconds: Vec<i64> = [0, 1, 4, 5, 6, 7, 14, 15, 99, i64::MAX].map(|n| wait_ms(n) / 1000).to_vec();
        assert_eq!(seconds, [0, 0, 0, 1, 2, 4, 512, 900, 900, 900]);
    }
}
