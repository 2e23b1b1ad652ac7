//! The way through a sign-in: password, or its proof by SRP, then whatever the account asks for, until the person is
//! proven. The Cognito protocol and the sign-in page are two forms of it.

use gridfolio_wire::UserId;
use gridfolio_wire::identity::User;
use serde_json::json;

use crate::app::App;
use crate::identity::authority::SecondFactor;
use crate::identity::model::{self, Account};
use crate::identity::sign_in::lockout::Attempt;
use crate::identity::sign_in::person::Claimed;
use crate::identity::sign_in::refusal::{CLOSED, WRONG_CODE, WRONG_PASSWORD, WRONG_SESSION};
use crate::identity::sign_in::step::{Awaits, Ticket};
use crate::identity::sign_in::{Method, detail, secrets, store, totp};
use crate::identity::{password, store as accounts};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::stored::Stored;
use crate::kit::tx::{Change, Tx};

pub use crate::identity::sign_in::person::Caller;
pub use crate::identity::sign_in::refusal::Refusal;

/// What follows an answer that was right.
#[derive(Debug)]
pub enum Step {
    /// The person is proven, and the log knows it: a session may be opened.
    Proven(Box<Proven>),
    /// Something else must be answered first.
    Challenge(Challenge),
}

/// A person who has proven everything that was asked.
#[derive(Debug)]
pub struct Proven {
    /// Their account.
    pub account: Account,
    /// How they proved the password.
    pub method: Method,
    /// Whether they proved a second factor.
    pub mfa: bool,
}

/// What must be answered next. `session` is the sealed step that comes back with the answer.
pub enum Challenge {
    /// A code of the second factor.
    SoftwareTokenMfa {
        /// The step.
        session: String,
        /// Who it is.
        user: UserId,
    },
    /// A password instead of a temporary one.
    NewPasswordRequired {
        /// The step.
        session: String,
        /// Who it is.
        user: Box<Stored<User>>,
    },
    /// A second factor must be set up.
    MfaSetup {
        /// The step.
        session: String,
        /// Who it is.
        user: UserId,
    },
}

impl std::fmt::Debug for Challenge {
    /// Without the step, which is as good as the password that was proven.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, user) = match self {
            Self::SoftwareTokenMfa { user, .. } => ("SoftwareTokenMfa", user),
            Self::NewPasswordRequired { user, .. } => ("NewPasswordRequired", &user.key),
            Self::MfaSetup { user, .. } => ("MfaSetup", user),
        };
        f.debug_struct(name).field("user", user).finish_non_exhaustive()
    }
}

/// What an answer used up, written in the transaction that it leads to.
#[derive(Debug, Default)]
pub(super) struct Spent<'a> {
    ticket: Option<&'a Ticket>,
    code: Option<i64>,
}

impl<'a> Spent<'a> {
    pub(super) fn ticket(ticket: &'a Ticket) -> Self {
        Self { ticket: Some(ticket), code: None }
    }

    /// Refused if something of it was used before, by another request at the same time.
    async fn write(&self, tx: &mut Tx, account: &Account) -> Result<(), Refusal> {
        let now = tx.now_ms();
        if let Some(ticket) = self.ticket
            && !ticket.spend(tx, now).await?
        {
            return Err(WRONG_SESSION);
        }
        let (user, epoch) = (&account.user.key, account.credential.epoch);
        match self.code {
            Some(step) if !store::use_code(tx, user, epoch, step).await? => Err(WRONG_CODE),
            _ => Ok(()),
        }
    }
}

/// A password as typed.
pub async fn password(app: &App, caller: &Caller, username: &str, secret: &str) -> Result<Step, Refusal> {
    let claimed = Claimed::find(app, username).await?;
    let attempt = Attempt::begin(app, caller, &claimed.id).await?;
    let (account, attempt) = proven_password(app, caller, (claimed, attempt), secret).await?;
    if !secrets::has_verifier(app, &account) {
        remember_verifier(app, &account, secret).await?;
    }
    let proven = Proven { account, method: Method::Password, mfa: false };
    onward(app, caller, (proven, &attempt), Spent::default()).await
}

/// The account, if the password is its own; counted as a failure if it is not.
pub(super) async fn proven_password(
    app: &App,
    caller: &Caller,
    (claimed, attempt): (Claimed, Attempt),
    secret: &str,
) -> Result<(Account, Attempt), Refusal> {
    let hash = claimed.account.as_ref().map(|account| account.credential.password_hash.clone());
    let fits = secret.len() <= password::LONGEST;
    let right = password::verify(if fits { secret.to_owned() } else { String::new() }, hash).await?;
    match (claimed.account, right && fits) {
        (Some(account), true) => Ok((account, attempt)),
        (account, _) => {
            attempt.failed(app, caller, &Claimed { id: claimed.id, account }, "password").await?;
            Err(WRONG_PASSWORD)
        }
    }
}

/// Keeps what SRP needs, now that the password is known.
async fn remember_verifier(app: &App, account: &Account, secret: &str) -> ApiResult<()> {
    let user = &account.user.key;
    let Some((salt, verifier)) = secrets::srp_of(app, user, secret.to_owned()).await? else { return Ok(()) };
    let mut tx = app.db.write().await?;
    store::put_verifier(&mut tx, user, account.credential.epoch, (&salt, &verifier)).await?;
    Ok(tx.commit().await?)
}

/// What the account asks for after this.
pub(super) async fn onward(
    app: &App,
    caller: &Caller,
    (proven, attempt): (Proven, &Attempt),
    spent: Spent<'_>,
) -> Result<Step, Refusal> {
    let Account { user, credential } = &proven.account;
    let access = model::access(user)?;
    if model::outside_window(user, access.as_ref(), app.clock.now()).is_some() {
        return Err(CLOSED);
    }
    let ticket = || Ticket::new(app, &user.key, credential.epoch, proven.method);
    let challenge = match credential.temporary_until {
        Some(until) if until <= app.clock.now_ms() => {
            return Err(Refusal::NotAuthorized(
                "Temporary password has expired and must be reset by an administrator.",
            ));
        }
        Some(_) => {
            let session = ticket().seal(app, Awaits::NewPassword).await?;
            Challenge::NewPasswordRequired { session, user: Box::new(user.clone()) }
        }
        None if proven.mfa => return finish(app, caller, (proven, attempt), spent).await,
        None if credential.totp_on => {
            let session = ticket().seal(app, Awaits::Code).await?;
            Challenge::SoftwareTokenMfa { session, user: user.key.clone() }
        }
        None if app.authority.sign_in.mfa == SecondFactor::Required => {
            let session = ticket().seal(app, Awaits::SetUp).await?;
            Challenge::MfaSetup { session, user: user.key.clone() }
        }
        None => return finish(app, caller, (proven, attempt), spent).await,
    };
    if let Some(ticket) = spent.ticket {
        spend(app, ticket).await?;
    }
    Ok(Step::Challenge(challenge))
}

/// Writes down that a step led on to another.
async fn spend(app: &App, ticket: &Ticket) -> Result<(), Refusal> {
    let mut tx = app.db.write().await?;
    if !ticket.spend(&mut tx, app.clock.now_ms()).await? {
        return Err(WRONG_SESSION);
    }
    Ok(tx.commit().await?)
}

/// Everything is proven: failures are forgotten, and the log tells of the sign-in.
async fn finish(
    app: &App,
    caller: &Caller,
    (proven, attempt): (Proven, &Attempt),
    spent: Spent<'_>,
) -> Result<Step, Refusal> {
    let user = &proven.account.user;
    let mut tx = Tx::begin(app, caller.as_person(user)).await?;
    spent.write(&mut tx, &proven.account).await?;
    attempt.succeeded(&mut tx).await?;
    let told = detail(json!({"method": proven.method.word(), "mfa": proven.mfa}));
    tx.commit(Change::event("sign_in", user, told)).await?;
    Ok(Step::Proven(Box::new(proven)))
}

/// The step that somebody carries, and their account as it is now.
pub(super) async fn opened(app: &App, awaits: Awaits, session: &str) -> Result<(Ticket, Account), Refusal> {
    let ticket = Ticket::open(app, awaits, session).await?.ok_or(WRONG_SESSION)?;
    let mut snapshot = app.db.read().await?;
    let account = accounts::find_account(&mut snapshot, &ticket.user).await?;
    match account {
        Some(account) if account.credential.epoch == ticket.epoch => Ok((ticket, account)),
        _ => Err(WRONG_SESSION),
    }
}

/// Whether a name is that of the person a step belongs to.
pub async fn is_of(app: &App, awaits: Awaits, session: &str, username: &str) -> Result<bool, Refusal> {
    let ticket = Ticket::open(app, awaits, session).await?.ok_or(WRONG_SESSION)?;
    Ok(Claimed::find(app, username).await?.id == ticket.user)
}

/// A code of the second factor. A wrong one leaves the step as it is.
pub async fn mfa_code(app: &App, caller: &Caller, session: &str, code: &str) -> Result<Step, Refusal> {
    let (ticket, account) = opened(app, Awaits::Code, session).await?;
    let attempt = Attempt::begin(app, caller, &ticket.user).await?;
    let Some(sealed) = account.credential.totp_secret.as_deref().filter(|_| account.credential.totp_on)
    else {
        return Err(Refusal::NoSecondFactor);
    };
    let secret = secrets::open_second_factor(app, sealed).map_err(|_| {
        tracing::warn!(user = ticket.user.as_str(), "a second factor was sealed with another secret key");
        Refusal::NotAuthorized("The second factor cannot be checked; ask an administrator to reset it.")
    })?;
    let last = account.credential.totp_step;
    let Some(step) = totp::accepted_step(&secret, code, app.clock.now_ms(), last) else {
        let claimed = Claimed { id: ticket.user, account: Some(account) };
        attempt.failed(app, caller, &claimed, "code").await?;
        return Err(WRONG_CODE);
    };
    let spent = Spent { ticket: Some(&ticket), code: Some(step) };
    let proven = Proven { account, method: ticket.method, mfa: true };
    onward(app, caller, (proven, &attempt), spent).await
}

/// A password instead of a temporary one.
pub async fn new_password(app: &App, caller: &Caller, session: &str, secret: &str) -> Result<Step, Refusal> {
    let (ticket, account) = opened(app, Awaits::NewPassword, session).await?;
    let attempt = Attempt::begin(app, caller, &ticket.user).await?;
    password::check_rule(secret).map_err(invalid_password)?;
    let temporary = account.credential.password_hash.clone();
    if password::verify(secret.to_owned(), Some(temporary)).await? {
        return Err(invalid_password("it must be another than the temporary one"));
    }
    let credential = secrets::with_password(app, &account, secret.to_owned()).await?;
    let user = account.user;
    let mut tx = Tx::begin(app, caller.as_person(&user)).await?;
    let now = tx.now_ms();
    let fresh = ticket.spend(&mut tx, now).await?
        && accounts::update_credential(&mut tx, &user.key, ticket.epoch, &credential).await?;
    if !fresh {
        return Err(WRONG_SESSION);
    }
    let told = detail(json!({"reason": "temporary password"}));
    tx.commit(Change::event("password_change", &user, told)).await?;
    let proven = Proven { account: Account { user, credential }, method: ticket.method, mfa: false };
    onward(app, caller, (proven, &attempt), Spent::default()).await
}

/// The refusal of a password that breaks the rule.
pub(super) fn invalid_password(rule: impl std::fmt::Display) -> Refusal {
    Refusal::InvalidPassword(format!("Password did not conform with policy: {rule}"))
}

impl From<Refusal> for ApiError {
    /// For callers outside the protocol, who hear a message and a status.
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Internal(error) => error,
            Refusal::NotAuthorized(message) => Self::Unauthorized(message.to_owned()),
            other => Self::bad(other.exception().map_or("", |(_, message)| message)),
        }
    }
}
