//! `POST /feedback`: somebody's words to those who run the server, as a mail to each of `mail.operators`; without
//! any, in the outbox (`gridfolio outbox`).

use axum::Json;
use axum::extract::State;
use gridfolio_wire::identity::User;
use gridfolio_wire::integrations::FeedbackAnswer;
use serde_json::json;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::identity::model;
use crate::kit::access::{May, Own};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::limits::Limit;
use crate::kit::params::{FromParams, Params, Query};
use crate::kit::rows;
use crate::kit::stored::{Document, Stored};
use crate::kit::tx::Change;
use crate::messages::templates::{self, Recipient};
use crate::messages::{enqueue, mail_address};

/// Most characters of the words.
const LONGEST: usize = 5000;
/// Most characters of a version.
const LONGEST_VERSION: usize = 100;

/// The operations of this area.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(send_feedback))
}

/// What is said, and of what.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FeedbackQuery {
    /// Version of the program that it is about, at most 100 characters.
    #[param(min_length = 1, max_length = 100)]
    pub version: String,
    /// Where an answer is wanted, if not at the own address.
    #[param(format = Email)]
    pub email: Option<String>,
    /// The words, at most 5000 characters.
    #[param(min_length = 1, max_length = 5000)]
    pub feedback: String,
}

impl FromParams for FeedbackQuery {
    fn from_params(params: &Params) -> ApiResult<Self> {
        let text = |name: &str, longest: usize| {
            let text = params.find(name).map(str::trim).filter(|text| !text.is_empty());
            let text = text.ok_or_else(|| ApiError::bad(format!("{name}: is required")))?;
            if text.chars().count() <= longest {
                return Ok(text.to_owned());
            }
            Err(ApiError::bad(format!("{name}: must have at most {longest} characters")))
        };
        let email = params.find("email").map(|email| {
            mail_address(email).ok_or_else(|| ApiError::bad("email: must be an e-mail address"))
        });
        Ok(Self {
            version: text("version", LONGEST_VERSION)?,
            email: email.transpose()?,
            feedback: text("feedback", LONGEST)?,
        })
    }
}

/// Says something to those who run the server.
#[utoipa::path(post, path = "/feedback", tag = "integrations", params(FeedbackQuery),
    responses((status = 200, description = "handed on", body = FeedbackAnswer)))]
pub async fn send_feedback(
    State(app): State<App>,
    may: May<Own>,
    Query(said): Query<FeedbackQuery>,
) -> ApiResult<Json<FeedbackAnswer>> {
    app.limits.check(Limit::Feedback, may.person.id.as_str())?;
    let FeedbackQuery { version, email, feedback } = said;
    let mut tx = may.begin(&app).await?;
    let user: Stored<User> = rows::get(&mut tx, &may.person.id).await?;
    let email = email.unwrap_or_else(|| model::email(&user).to_owned());
    let from = Recipient { name: &may.person.name, email: &email };
    let words = format!("Version {version}\n\n{feedback}");
    let operators = app.mail.operators();
    for message in templates::feedback(operators, from, &app.authority.public_url, &words) {
        enqueue(&mut tx, &message).await?;
    }
    let mut detail = Document::new();
    detail.insert("version".to_owned(), json!(version));
    tx.commit(Change::event("feedback", &user, detail)).await?;
    let results = if operators.is_empty() { "kept for the operators" } else { "sent to the operators" };
    Ok(Json(FeedbackAnswer { results: results.to_owned() }))
}
