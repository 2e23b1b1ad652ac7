//! Where somebody stands between two requests of a sign-in, as a sealed text that they carry themselves. Nothing of
//! it can be read or made without the key; it holds for a short time, for one epoch of the credential, and leads on
//! once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gridfolio_db::{Session, query};
use gridfolio_wire::UserId;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::identity::sign_in::Method;
use crate::kit::error::{ApiError, ApiResult};

/// How long a step waits for the next one.
const LIFE_MS: i64 = 5 * 60_000;

/// Length of a step before it is sealed.
const LENGTH: usize = 512;

/// What a step waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaits {
    /// A signature by SRP.
    PasswordVerifier,
    /// A code of the second factor.
    Code,
    /// A password instead of a temporary one.
    NewPassword,
    /// A second factor, which must be set up.
    SetUp,
}

impl Awaits {
    fn purpose(self) -> &'static str {
        match self {
            Self::PasswordVerifier => "sign-in: password verifier",
            Self::Code => "sign-in: code",
            Self::NewPassword => "sign-in: new password",
            Self::SetUp => "sign-in: set-up",
        }
    }
}

/// Where somebody stands.
#[derive(Clone, Serialize, Deserialize)]
pub struct Ticket {
    /// Its own id, by which it is known to be used.
    pub id: String,
    /// Who it is, or would be if they existed.
    pub user: UserId,
    /// The epoch of their credential.
    pub epoch: i64,
    /// Until when it holds, ms.
    pub expires_at: i64,
    /// How they proved, or mean to prove, the password.
    pub method: Method,
    /// The key that both sides of SRP came to, or the secret of a second factor that is being set up.
    #[serde(default)]
    pub secret: Vec<u8>,
    /// Whether that second factor was proven.
    #[serde(default)]
    pub proven: bool,
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ticket").field("id", &self.id).field("user", &self.user).finish_non_exhaustive()
    }
}

impl Ticket {
    /// A new one for a person at an epoch of their credential.
    pub fn new(app: &App, user: &UserId, epoch: i64, method: Method) -> Self {
        Self {
            id: app.ids.uuid(),
            user: user.clone(),
            epoch,
            expires_at: app.clock.now_ms() + LIFE_MS,
            method,
            secret: Vec::new(),
            proven: false,
        }
    }

    /// The text that the client carries, in Base64.
    pub fn seal(&self, app: &App, awaits: Awaits) -> ApiResult<String> {
        let mut plain = serde_json::to_vec(self).map_err(ApiError::internal)?;
        // One length for everybody: it would tell how often a password was changed, and so who exists.
        plain.resize(plain.len().max(LENGTH), b' ');
        let sealed = app.authority.seal.seal(awaits.purpose(), &plain).map_err(ApiError::internal)?;
        Ok(STANDARD.encode(sealed))
    }

    /// Opens a text; `None` if it is not ours, waits for something else, or has expired.
    pub fn open(app: &App, awaits: Awaits, text: &str) -> Option<Self> {
        let sealed = STANDARD.decode(text).ok()?;
        let plain = app.authority.seal.open(awaits.purpose(), &sealed).ok()?;
        let ticket: Self = serde_json::from_slice(&plain).ok()?;
        (app.clock.now_ms() < ticket.expires_at).then_some(ticket)
    }

    /// Writes down that it led on, and forgets those that expired; `false` if it had led on before.
    pub async fn spend(&self, session: &mut Session, now_ms: i64) -> gridfolio_db::Result<bool> {
        query("DELETE FROM used_step WHERE expires_at <= $1").bind(now_ms).execute(session).await?;
        let touched =
            query("INSERT INTO used_step (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")
                .bind(&self.id)
                .bind(self.expires_at)
                .execute(session)
                .await?;
        Ok(touched == 1)
    }
}
