//! The sign-in page: where an application sends a person, and what the person's answers lead to.

use axum::extract::{RawQuery, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::identity::oauth::answers::read_form;
use crate::identity::oauth::codes;
use crate::identity::oauth::html::{Page, send_to};
use crate::identity::oauth::pages::{self, Said};
use crate::identity::oauth::request::{AuthorizeRequest, Turned};
use crate::identity::oauth::sealed::{Place, Position, browser_of, cookie, new_browser};
use crate::identity::sign_in::flow::{self, Caller, Challenge, Refusal, Step};
use crate::identity::sign_in::second_factor;
use crate::kit::error::ApiResult;
use crate::kit::facts::Facts;
use crate::kit::params::Params;

/// The heading of a page that cannot go on.
const NO_WAY: &str = "This does not work";

/// Where applications send people.
pub async fn authorize(State(app): State<App>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    match Params::parse(query.as_deref().unwrap_or_default()) {
        Ok(params) => begin(&app, &headers, &params).unwrap_or_else(IntoResponse::into_response),
        Err(_) => Page::saying(StatusCode::BAD_REQUEST, NO_WAY, "The address of this page is broken.")
            .into_response(),
    }
}

/// The same by a form, as OpenID Connect asks.
pub async fn authorize_by_form(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let begun = async { begin(&app, &parts.headers, &read_form(&parts, body).await?) };
    begun.await.unwrap_or_else(IntoResponse::into_response)
}

fn begin(app: &App, headers: &HeaderMap, params: &Params) -> ApiResult<Response> {
    let request = match AuthorizeRequest::read(&app.authority, params) {
        Ok(request) => request,
        Err(Turned::Back(uri)) => return Ok(send_to(&uri)),
        Err(Turned::Here(why)) => {
            let words = format!("{why} Go back to the application, and tell those who run it.");
            return Ok(Page::saying(StatusCode::BAD_REQUEST, NO_WAY, &words).into_response());
        }
    };
    let browser = browser_of(app, headers).map_or_else(new_browser, Ok)?;
    let set = cookie(app, &browser)?;
    let mut response =
        pages::form(app, &Place::begin(app, request, browser), "../login", None)?.into_response();
    response.headers_mut().insert(header::SET_COOKIE, set);
    Ok(response)
}

/// An answer on the page.
pub async fn login(State(app): State<App>, facts: Facts, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let answered = async {
        let params = read_form(&parts, body).await?;
        answer(&app, &Caller::from(&facts), &parts, &params).await
    };
    answered.await.unwrap_or_else(IntoResponse::into_response)
}

async fn answer(app: &App, caller: &Caller, parts: &Parts, params: &Params) -> ApiResult<Response> {
    let lost = |words: &str| Ok(Page::saying(StatusCode::BAD_REQUEST, NO_WAY, words).into_response());
    let Some(place) = Place::open(app, params.find("place").unwrap_or_default()) else {
        return lost("This page was not made here. Go back to the application and sign in from there.");
    };
    if browser_of(app, &parts.headers).as_ref() != Some(&place.browser) {
        return lost(
            "This page belongs to another browser, or yours keeps no cookies. Allow cookies for this address, go back to \
             the application and sign in from there.",
        );
    }
    if params.find("cancel").is_some() {
        let uri = place.request.refusal(&app.authority, "access_denied", "the person went back");
        return Ok(send_to(&uri));
    }
    if app.clock.now_ms() >= place.until {
        return again(app, &place, Position::Password, "This page stood open for too long. Sign in again.");
    }
    let place = match (&place.position, params.find("username")) {
        (Position::Password, Some(name)) => Place { name: name.chars().take(200).collect(), ..place },
        _ => place,
    };
    match next(app, caller, &place, params).await {
        Ok(Next::Page(position)) => {
            Ok(pages::form(app, &place.at(app, position), "login", None)?.into_response())
        }
        Ok(Next::Done(uri)) => Ok(send_to(&uri)),
        Err(refusal) => refused(app, &place, refusal),
    }
}

/// What follows an answer that was right.
enum Next {
    /// Something else is asked.
    Page(Position),
    /// The browser goes on to the application.
    Done(String),
}

async fn next(app: &App, caller: &Caller, place: &Place, params: &Params) -> Result<Next, Refusal> {
    let said = |name| params.given(name).unwrap_or_default();
    let step = match &place.position {
        Position::Password => flow::password(app, caller, &place.name, said("password")).await?,
        Position::Code { session } => flow::mfa_code(app, caller, session, &digits(said("code"))).await?,
        Position::NewPassword { .. } if said("new") != said("again") => {
            return Err(Refusal::InvalidPassword("The two passwords are not the same.".to_owned()));
        }
        Position::NewPassword { session } => flow::new_password(app, caller, session, said("new")).await?,
        Position::SetUp { session, .. } => {
            let proven = second_factor::mfa_setup_verify(app, caller, session, &digits(said("code"))).await?;
            second_factor::mfa_setup_finish(app, caller, &proven).await?
        }
    };
    Ok(match step {
        Step::Proven(proven) => {
            let code = codes::make(app, &proven.account, &place.request).await?;
            Next::Done(place.request.success(&app.authority, &code))
        }
        Step::Challenge(Challenge::SoftwareTokenMfa { session, .. }) => {
            Next::Page(Position::Code { session })
        }
        Step::Challenge(Challenge::NewPasswordRequired { session, .. }) => {
            Next::Page(Position::NewPassword { session })
        }
        Step::Challenge(Challenge::MfaSetup { session, .. }) => {
            let (secret, session) = second_factor::mfa_setup_begin(app, &session).await?;
            Next::Page(Position::SetUp { session, secret })
        }
    })
}

/// Apps show a code in two groups.
fn digits(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The form once more, with what was wrong.
fn refused(app: &App, place: &Place, refusal: Refusal) -> ApiResult<Response> {
    let same = place.position.clone();
    match refusal {
        Refusal::Internal(error) => Err(error),
        Refusal::CodeMismatch(_) | Refusal::WrongSetUpCode => again(
            app,
            place,
            same,
            "The code is not right. A code counts once, for half a minute: take the one that is shown now.",
        ),
        Refusal::InvalidPassword(rule) => again(app, place, same, &rule),
        Refusal::TooManyRequests | Refusal::LimitExceeded => {
            let words = "Too many attempts. Wait a few minutes, then try again.".to_owned();
            page(app, place, same, &Said { status: StatusCode::TOO_MANY_REQUESTS, words })
        }
        Refusal::NotAuthorized(why) => again(app, place, Position::Password, plain(&same, why)),
        _ => again(app, place, Position::Password, TOO_LATE),
    }
}

const TOO_LATE: &str = "This took too long, or was used already. Sign in again.";

/// The protocol's words in those of people.
fn plain(position: &Position, why: &str) -> &'static str {
    match why {
        "Incorrect username or password." => "The address or the password is not right.",
        "Password attempts exceeded" => "Too many wrong attempts. Wait a while, then try again.",
        "User is disabled." => "This account is not open at present. Ask an administrator.",
        _ if why.starts_with("Temporary password has expired") => {
            "The temporary password has expired. Ask an administrator for another."
        }
        _ if *position == Position::Password => "The address or the password is not right.",
        _ => TOO_LATE,
    }
}

fn again(app: &App, place: &Place, position: Position, words: &str) -> ApiResult<Response> {
    page(app, place, position, &Said { status: StatusCode::BAD_REQUEST, words: words.to_owned() })
}

fn page(app: &App, place: &Place, position: Position, said: &Said) -> ApiResult<Response> {
    Ok(pages::form(app, &place.at(app, position), "login", Some(said))?.into_response())
}
