//! Where somebody stands on the sign-in page, sealed into a hidden field of it and bound to the browser by a cookie:
//! what the application asked for cannot be changed on the way, and nobody can make another's browser sign in.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::identity::oauth::request::AuthorizeRequest;
use crate::identity::service::random_token;
use crate::kit::error::{ApiError, ApiResult};

const PURPOSE: &str = "sign-in page";
/// How long a page may stand open: 15 minutes.
const LIFE_MS: i64 = 15 * 60_000;

/// Where somebody stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Place {
    /// What the application asked for.
    pub request: AuthorizeRequest,
    /// The secret in the cookie of the browser.
    pub browser: String,
    /// Whom they said they are.
    pub name: String,
    /// What is asked next.
    pub position: Position,
    /// Until when the page counts, ms.
    pub until: i64,
}

/// What is asked next; `session` is the step of `sign_in::flow`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Position {
    /// Address and password.
    Password,
    /// A code of the second factor.
    Code {
        /// The step.
        session: String,
    },
    /// A password of their own.
    NewPassword {
        /// The step.
        session: String,
    },
    /// A code that proves a new second factor.
    SetUp {
        /// The step.
        session: String,
        /// The new secret, in Base32.
        secret: String,
    },
}

impl Place {
    /// The beginning.
    pub fn begin(app: &App, request: AuthorizeRequest, browser: String) -> Self {
        let name = request.login_hint.clone().unwrap_or_default();
        let until = app.clock.now_ms() + LIFE_MS;
        Self { request, browser, name, position: Position::Password, until }
    }

    /// The same sign-in at another point of it.
    #[must_use]
    pub fn at(&self, app: &App, position: Position) -> Self {
        Self { position, until: app.clock.now_ms() + LIFE_MS, ..self.clone() }
    }

    /// As the text of a field.
    pub fn seal(&self, app: &App) -> ApiResult<String> {
        let plain = serde_json::to_vec(self).map_err(ApiError::internal)?;
        let sealed = app.authority.seal.seal(PURPOSE, &plain).map_err(ApiError::internal)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// From a field that this server made, whenever that was.
    pub fn open(app: &App, text: &str) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        serde_json::from_slice(&app.authority.seal.open(PURPOSE, &sealed).ok()?).ok()
    }
}

/// The cookie's name. With `__Host-` browsers take it over https only, and from this host only.
fn cookie_name(app: &App) -> &'static str {
    if app.authority.public_url.starts_with("https://") {
        "__Host-gridfolio-sign-in"
    } else {
        "gridfolio-sign-in"
    }
}

/// The secret that this browser has from an earlier page, so that pages in two windows do not disturb each other.
pub fn browser_of(app: &App, headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == cookie_name(app))?;
    let fits = value.len() == 43 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    fits.then(|| value.to_owned())
}

/// A new secret for a browser.
pub fn new_browser() -> ApiResult<String> {
    random_token()
}

/// The header that gives a browser its secret. It comes back when somebody is sent here by an application, but not with
/// a form that another site sends.
pub fn cookie(app: &App, browser: &str) -> ApiResult<HeaderValue> {
    let secure = if app.authority.public_url.starts_with("https://") { "; Secure" } else { "" };
    let text = format!("{}={browser}; Path=/; HttpOnly; SameSite=Lax{secure}", cookie_name(app));
    HeaderValue::from_str(&text).map_err(ApiError::internal)
}
