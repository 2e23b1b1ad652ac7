//! What is stored of a password, and of a second factor: a hash, and sealed what SRP and the codes need.

use aws_lc_rs::rand;
use gridfolio_wire::UserId;
use tokio::sync::Semaphore;

use crate::app::App;
use crate::identity::model::{Account, Credential};
use crate::identity::password;
use crate::identity::sign_in::{srp, totp};
use crate::kit::error::{ApiError, ApiResult};

const VERIFIER: &str = "srp verifier";
const SECOND_FACTOR: &str = "second factor";

/// Powers at work at the same time, at most: anybody may ask for one.
static AT_WORK: Semaphore = Semaphore::const_new(4);

/// A credential of which only the password is known.
pub async fn credential(app: &App, user: &UserId, password: String) -> ApiResult<Credential> {
    let (srp_salt, srp_verifier) = srp_of(app, user, password.clone()).await?.unzip();
    let password_hash = password::hash(password).await?;
    Ok(Credential { password_hash, epoch: 1, srp_salt, srp_verifier, ..Credential::default() })
}

/// The credential with another password, which is its owner's: the second factor stays.
pub async fn with_password(
    app: &App,
    Account { user, credential: before }: &Account,
    password: String,
) -> ApiResult<Credential> {
    let new = credential(app, &user.key, password).await?;
    Ok(Credential {
        password_hash: new.password_hash,
        srp_salt: new.srp_salt,
        srp_verifier: new.srp_verifier,
        epoch: before.epoch + 1,
        temporary_until: None,
        ..before.clone()
    })
}

/// What SRP needs of a password: salt and sealed verifier; `None` where it is switched off.
pub async fn srp_of(app: &App, user: &UserId, password: String) -> ApiResult<Option<(String, Vec<u8>)>> {
    if !app.authority.sign_in.srp {
        return Ok(None);
    }
    let salt = srp::salt(random()?);
    let (pool, user) = (app.authority.pool_name().to_owned(), user.to_string());
    let verifier =
        power(move || srp::verifier(srp::Whose { pool_name: &pool, user_id: &user }, &password, &salt))
            .await?;
    let sealed = app.authority.seal.seal(VERIFIER, &verifier).map_err(ApiError::internal)?;
    Ok(Some((srp::hex(&salt), sealed)))
}

/// Salt and verifier of an account, if it has them. Those of an id without are made as well, and in the same time.
pub fn salt_and_verifier(
    app: &App,
    user: &UserId,
    account: Option<&Account>,
) -> ApiResult<(String, [u8; srp::NUMBER])> {
    let seal = &app.authority.seal;
    let mut salt = [0; srp::SALT];
    salt.copy_from_slice(&seal.mac("nobody's salt", user.as_str().as_bytes())[..srp::SALT]);
    let made = (
        srp::hex(&srp::salt(salt)),
        srp::number_from(&seal.mac("nobody's verifier", user.as_str().as_bytes())),
    );
    Ok(account.and_then(|account| stored(app, account)).unwrap_or(made))
}

/// What is stored for SRP, where it is switched on and the secret key is still the one that it was sealed with.
fn stored(app: &App, account: &Account) -> Option<(String, [u8; srp::NUMBER])> {
    let Credential { srp_salt: Some(salt), srp_verifier: Some(sealed), .. } = &account.credential else {
        return None;
    };
    let verifier = app.authority.seal.open(VERIFIER, sealed).ok().filter(|_| app.authority.sign_in.srp)?;
    Some((salt.clone(), verifier.try_into().ok()?))
}

/// Whether an account can prove its password by SRP.
pub fn has_verifier(app: &App, account: &Account) -> bool {
    stored(app, account).is_some()
}

/// A new secret of a second factor.
pub fn second_factor() -> ApiResult<[u8; totp::SECRET]> {
    random()
}

/// Seals the secret of a second factor.
pub fn seal_second_factor(app: &App, secret: &[u8]) -> ApiResult<Vec<u8>> {
    app.authority.seal.seal(SECOND_FACTOR, secret).map_err(ApiError::internal)
}

/// Opens the secret of a second factor.
pub fn open_second_factor(app: &App, sealed: &[u8]) -> ApiResult<Vec<u8>> {
    app.authority.seal.open(SECOND_FACTOR, sealed).map_err(ApiError::internal)
}

/// Random bytes.
pub fn random<const N: usize>() -> ApiResult<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(ApiError::internal)?;
    Ok(bytes)
}

/// Computes a power off the asynchronous threads.
pub async fn power<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> ApiResult<T> {
    let _permit = AT_WORK.acquire().await.map_err(ApiError::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)
}
