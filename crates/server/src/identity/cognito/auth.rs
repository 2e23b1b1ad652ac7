//! `InitiateAuth` and `RespondToAuthChallenge`.

use std::collections::HashMap;

use gridfolio_wire::identity::User;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Call, CognitoError, account, required};
use crate::identity::service::{self, SignedIn};
use crate::identity::sign_in::flow::{self, Challenge, Step};
use crate::identity::sign_in::password_verifier::{self, Claim};
use crate::identity::sign_in::refusal::WRONG_SESSION;
use crate::identity::sign_in::step::Awaits;
use crate::identity::sign_in::{Refusal, second_factor};
use crate::identity::tokens::TOKEN_LIFE_S;
use crate::kit::stored::Stored;

type Parameters = HashMap<String, String>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InitiateAuth {
    auth_flow: String,
    client_id: String,
    #[serde(default)]
    auth_parameters: Parameters,
}

pub(super) async fn initiate_auth(call: &Call<'_>) -> Result<Value, CognitoError> {
    let request: InitiateAuth = call.read()?;
    call.check_client(&request.client_id)?;
    let parameter = |name: &str| required(request.auth_parameters.get(name), name);
    match request.auth_flow.as_str() {
        "USER_PASSWORD_AUTH" => {
            let (username, password) = (parameter("USERNAME")?, parameter("PASSWORD")?);
            let step = flow::password(call.app, &call.caller, username, password).await?;
            answer(call, step).await
        }
        "USER_SRP_AUTH" => {
            let (username, public_a) = (parameter("USERNAME")?, parameter("SRP_A")?);
            let offered = password_verifier::begin(call.app, &call.caller, username, public_a).await?;
            Ok(json!({"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": {
                "SALT": offered.salt, "SECRET_BLOCK": offered.secret_block, "SRP_B": offered.public_b,
                "USERNAME": offered.user, "USER_ID_FOR_SRP": offered.user}}))
        }
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => {
            let token = parameter("REFRESH_TOKEN")?;
            let signed_in = service::refresh(call.app, token).await?;
            Ok(authenticated(signed_in.ok_or(Refusal::NotAuthorized("Invalid Refresh Token"))?))
        }
        _ => Err(CognitoError::invalid(
            "AuthFlow must be USER_PASSWORD_AUTH, USER_SRP_AUTH or REFRESH_TOKEN_AUTH",
        )),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RespondToAuthChallenge {
    client_id: String,
    challenge_name: String,
    session: Option<String>,
    #[serde(default)]
    challenge_responses: Parameters,
}

impl RespondToAuthChallenge {
    fn response(&self, name: &str) -> Result<&str, CognitoError> {
        required(self.challenge_responses.get(name), name)
    }

    /// The step that comes back, if it is that of the person who is named.
    async fn session(&self, call: &Call<'_>, awaits: Awaits) -> Result<&str, CognitoError> {
        let username = self.response("USERNAME")?;
        let session = required(self.session.as_ref(), "Session")?;
        if flow::is_of(call.app, awaits, session, username).await? {
            Ok(session)
        } else {
            Err(WRONG_SESSION.into())
        }
    }
}

pub(super) async fn respond_to_auth_challenge(call: &Call<'_>) -> Result<Value, CognitoError> {
    let request: RespondToAuthChallenge = call.read()?;
    call.check_client(&request.client_id)?;
    let (app, caller) = (call.app, &call.caller);
    let step = match request.challenge_name.as_str() {
        "PASSWORD_VERIFIER" => {
            let claim = Claim {
                username: request.response("USERNAME")?,
                secret_block: request.response("PASSWORD_CLAIM_SECRET_BLOCK")?,
                signature: request.response("PASSWORD_CLAIM_SIGNATURE")?,
                timestamp: request.response("TIMESTAMP")?,
            };
            password_verifier::respond(app, caller, claim).await?
        }
        "SOFTWARE_TOKEN_MFA" => {
            let code = request.response("SOFTWARE_TOKEN_MFA_CODE")?;
            flow::mfa_code(app, caller, request.session(call, Awaits::Code).await?, code).await?
        }
        "NEW_PASSWORD_REQUIRED" => {
            let password = request.response("NEW_PASSWORD")?;
            let session = request.session(call, Awaits::NewPassword).await?;
            flow::new_password(app, caller, session, password).await?
        }
        "MFA_SETUP" => {
            let session = request.session(call, Awaits::SetUp).await?;
            second_factor::mfa_setup_finish(app, caller, session).await?
        }
        _ => {
            return Err(CognitoError::invalid(
                "ChallengeName must be PASSWORD_VERIFIER, SOFTWARE_TOKEN_MFA, NEW_PASSWORD_REQUIRED or MFA_SETUP",
            ));
        }
    };
    answer(call, step).await
}

/// Tokens for who is proven, or what must be answered next.
async fn answer(call: &Call<'_>, step: Step) -> Result<Value, CognitoError> {
    match step {
        Step::Proven(proven) => {
            let signed_in = service::open_session(call.app, &proven.account).await?;
            Ok(authenticated(signed_in.ok_or(WRONG_SESSION)?))
        }
        Step::Challenge(challenge) => Ok(challenged(challenge)),
    }
}

fn challenged(challenge: Challenge) -> Value {
    let (name, session, parameters) = match challenge {
        Challenge::SoftwareTokenMfa { session, user } => {
            ("SOFTWARE_TOKEN_MFA", session, json!({"USER_ID_FOR_SRP": user}))
        }
        Challenge::NewPasswordRequired { session, user } => {
            let parameters = json!({"USER_ID_FOR_SRP": user.key, "requiredAttributes": "[]",
                "userAttributes": attributes(&user).to_string()});
            ("NEW_PASSWORD_REQUIRED", session, parameters)
        }
        Challenge::MfaSetup { session, user } => {
            let parameters = json!({"MFAS_CAN_SETUP": "[\"SOFTWARE_TOKEN_MFA\"]", "USER_ID_FOR_SRP": user});
            ("MFA_SETUP", session, parameters)
        }
    };
    json!({"ChallengeName": name, "Session": session, "ChallengeParameters": parameters})
}

fn attributes(user: &Stored<User>) -> Value {
    let pairs = account::attributes(user).into_iter().filter(|(name, _)| *name != "sub");
    Value::Object(pairs.map(|(name, value)| (name.to_owned(), value.into())).collect::<Map<_, _>>())
}

fn authenticated(SignedIn { tokens, refresh_token }: SignedIn) -> Value {
    let mut result = json!({
        "AccessToken": tokens.access_token,
        "ExpiresIn": TOKEN_LIFE_S,
        "IdToken": tokens.id_token,
        "TokenType": "Bearer",
    });
    if let Some(refresh_token) = refresh_token {
        result["RefreshToken"] = refresh_token.into();
    }
    json!({"AuthenticationResult": result, "ChallengeParameters": {}})
}
