//! The proof of a password by SRP: what the server offers, and the signature that answers it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gridfolio_wire::UserId;

use crate::app::App;
use crate::identity::model::Account;
use crate::identity::sign_in::flow::{Caller, Proven, Spent, Step, onward};
use crate::identity::sign_in::lockout::{Attempt, check_rate};
use crate::identity::sign_in::person::Claimed;
use crate::identity::sign_in::refusal::{Refusal, WRONG_PASSWORD, WRONG_SESSION};
use crate::identity::sign_in::step::{Awaits, Ticket};
use crate::identity::sign_in::{Method, secrets, srp};

/// How far a client's clock may be off.
const CLOCK_MS: i64 = 5 * 60_000;

/// What a client needs for its signature.
#[derive(Debug)]
pub struct Offered {
    /// Hex.
    pub salt: String,
    /// `SRP_B`, hex.
    pub public_b: String,
    /// The sealed step, Base64.
    pub secret_block: String,
    /// The name that goes into the hashes.
    pub user: UserId,
}

/// What a client claims.
#[derive(Debug)]
pub struct Claim<'a> {
    /// Address or id.
    pub username: &'a str,
    /// The sealed step.
    pub secret_block: &'a str,
    /// Base64.
    pub signature: &'a str,
    /// `Wed Jan 7 05:04:03 UTC 2026`
    pub timestamp: &'a str,
}

/// Answers a client's `SRP_A`.
pub async fn begin(app: &App, caller: &Caller, username: &str, public_a: &str) -> Result<Offered, Refusal> {
    let Claimed { id, account } = Claimed::find(app, username).await?;
    check_rate(app, caller, &id)?;
    let (salt, verifier) = secrets::salt_and_verifier(app, &id, account.as_ref())?;
    let (public_a, private_b) = (public_a.to_owned(), secrets::random::<32>()?);
    let offer = secrets::power(move || srp::offer(&public_a, &verifier, &private_b))
        .await?
        .ok_or_else(|| Refusal::InvalidParameter("SRP_A must be a number of the group, in hex".to_owned()))?;
    let epoch = account.map_or(1, |account| account.credential.epoch);
    let ticket = Ticket::new(app, &id, epoch, Method::Srp);
    let ticket = Ticket { secret: offer.key.to_vec(), ..ticket };
    let secret_block = ticket.seal(app, Awaits::PasswordVerifier).await?;
    Ok(Offered { salt, public_b: offer.public_b, secret_block, user: id })
}

/// Checks a client's signature.
pub async fn respond(app: &App, caller: &Caller, claim: Claim<'_>) -> Result<Step, Refusal> {
    check_time(app, claim.timestamp)?;
    let ticket =
        Ticket::open(app, Awaits::PasswordVerifier, claim.secret_block).await?.ok_or(WRONG_SESSION)?;
    let claimed = Claimed::find(app, claim.username).await?;
    if claimed.id != ticket.user {
        return Err(WRONG_PASSWORD);
    }
    let attempt = Attempt::begin(app, caller, &claimed.id).await?;
    let is_current =
        |account: &Account| account.credential.epoch == ticket.epoch && secrets::has_verifier(app, account);
    let right = is_signed(app, &ticket, &claim);
    match claimed.account {
        Some(account) if right && is_current(&account) => {
            let proven = Proven { account, method: Method::Srp, mfa: false };
            onward(app, caller, (proven, &attempt), Spent::ticket(&ticket)).await
        }
        account => {
            attempt.failed(app, caller, &Claimed { id: claimed.id, account }, Method::Srp.word()).await?;
            Err(WRONG_PASSWORD)
        }
    }
}

fn check_time(app: &App, text: &str) -> Result<(), Refusal> {
    let at = srp::timestamp(text).ok_or_else(|| {
        Refusal::InvalidParameter(
            "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.".to_owned(),
        )
    })?;
    if at.as_millisecond().abs_diff(app.clock.now_ms()) > CLOCK_MS.unsigned_abs() {
        return Err(Refusal::NotAuthorized(
            "TIMESTAMP differs from the server's time by more than 5 minutes.",
        ));
    }
    Ok(())
}

fn is_signed(app: &App, ticket: &Ticket, claim: &Claim<'_>) -> bool {
    let (Ok(block), Ok(signature)) = (STANDARD.decode(claim.secret_block), STANDARD.decode(claim.signature))
    else {
        return false;
    };
    let whose = srp::Whose { pool_name: app.authority.pool_name(), user_id: ticket.user.as_str() };
    srp::holds(&ticket.secret, whose, &block, claim.timestamp, &signature)
}
