//! What an application asks for when it sends a person to the sign-in page. A wrong client or address is told to the
//! person, on a page; everything else to the application, at its address.

use serde::{Deserialize, Serialize};

use crate::identity::authority::Authority;
use crate::identity::oauth::uris::{is_named, with_parameters};
use crate::kit::params::Params;

/// What the scopes are; others are left out, and the answer says so.
pub const SCOPES: [&str; 3] = ["openid", "email", "profile"];
/// Most bytes of `state`, of `nonce` and of an address.
const LONGEST: usize = 4096;
/// Parameters that mean something here; each may stand once.
const KNOWN: [&str; 13] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "response_mode",
    "request",
    "request_uri",
    "login_hint",
];

/// A request that may be answered with a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizeRequest {
    /// Where the code goes, as the application said it.
    pub redirect_uri: String,
    /// Comes back with the code.
    pub state: Option<String>,
    /// Comes back in the id token.
    pub nonce: Option<String>,
    /// What is granted, separated by spaces.
    pub scope: String,
    /// Base64 of the SHA-256 of the secret that the code is exchanged with.
    pub challenge: String,
    /// Who it will be, as far as the application knows.
    pub login_hint: Option<String>,
}

/// A request that gets no page to sign in on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turned {
    /// The person is told why, here.
    Here(String),
    /// The application is told, at this address.
    Back(String),
}

impl AuthorizeRequest {
    /// Reads the parameters of a request.
    pub fn read(authority: &Authority, params: &Params) -> Result<Self, Turned> {
        let here = |why: &str| Err(Turned::Here(why.to_owned()));
        match params.find("client_id") {
            Some(client) if client == authority.client_id => {}
            Some(_) => return here("There is no such application (client_id)."),
            None => return here("The application has not said which it is (client_id)."),
        }
        let Some(redirect_uri) = params.find("redirect_uri") else {
            return here("The application has not said where to go on (redirect_uri).");
        };
        let named = is_named(&authority.app_uris.redirect, redirect_uri);
        if !named || redirect_uri.len() > LONGEST || params.repeated(&KNOWN[1..3]).is_some() {
            return here(
                "The application wants to go on at an address that is not known here (redirect_uri).",
            );
        }
        let request = Self {
            redirect_uri: redirect_uri.to_owned(),
            state: params.find("state").map(str::to_owned),
            nonce: params.find("nonce").map(str::to_owned),
            scope: granted(params.find("scope")),
            challenge: params.find("code_challenge").unwrap_or_default().to_owned(),
            login_hint: params.find("login_hint").filter(|hint| hint.len() < 200).map(str::to_owned),
        };
        match request.fault(params) {
            None => Ok(request),
            Some((error, why)) => Err(Turned::Back(request.refusal(authority, error, &why))),
        }
    }

    fn fault(&self, params: &Params) -> Option<(&'static str, String)> {
        let invalid = |why: &str| Some(("invalid_request", why.to_owned()));
        if let Some(name) = params.repeated(&KNOWN) {
            return invalid(&format!("{name} stands twice"));
        }
        let texts = [&self.state, &self.nonce];
        if texts.into_iter().flatten().any(|text| text.len() > LONGEST) {
            return invalid("state and nonce must not be longer than 4096 bytes");
        }
        if params.find("response_type") != Some("code") {
            let kind = if params.find("response_type").is_none() {
                "invalid_request"
            } else {
                "unsupported_response_type"
            };
            return Some((kind, "response_type must be code".to_owned()));
        }
        if params.find("request").is_some() {
            return Some(("request_not_supported", "send the parameters themselves".to_owned()));
        }
        if params.find("request_uri").is_some() {
            return Some(("request_uri_not_supported", "send the parameters themselves".to_owned()));
        }
        if params.find("response_mode").is_some_and(|mode| mode != "query") {
            return invalid("response_mode must be query");
        }
        let base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if params.find("code_challenge_method") != Some("S256")
            || self.challenge.len() != 43
            || !self.challenge.bytes().all(base64)
        {
            return invalid("code_challenge is required, with code_challenge_method S256 (RFC 7636)");
        }
        if self.scope.split(' ').next() != Some("openid") {
            return Some(("invalid_scope", "scope must hold openid".to_owned()));
        }
        let silent = params.find("prompt").is_some_and(|prompt| prompt.split(' ').any(|word| word == "none"));
        silent.then(|| ("login_required", "no sign-in is remembered here".to_owned()))
    }

    /// The address that tells the application of a refusal.
    pub fn refusal(&self, authority: &Authority, error: &str, why: &str) -> String {
        self.back(authority, &[("error", error), ("error_description", why)])
    }

    /// The address that brings the application its code.
    pub fn success(&self, authority: &Authority, code: &str) -> String {
        self.back(authority, &[("code", code)])
    }

    /// Every answer carries `state` as it was sent, and the issuer (RFC 9207).
    fn back(&self, authority: &Authority, parameters: &[(&str, &str)]) -> String {
        let state = self.state.as_deref().map(|state| ("state", state));
        let all: Vec<_> =
            parameters.iter().copied().chain(state).chain([("iss", authority.issuer.as_str())]).collect();
        with_parameters(&self.redirect_uri, &all)
    }
}

/// The scopes that are granted, in our order; all of them if none is asked for.
fn granted(asked: Option<&str>) -> String {
    let wanted = |scope: &&str| asked.is_none_or(|asked| asked.split(' ').any(|word| word == *scope));
    SCOPES.into_iter().filter(wanted).collect::<Vec<_>>().join(" ")
}
