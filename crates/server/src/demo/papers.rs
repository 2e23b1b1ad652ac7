//! What is written about the demo's projects: pro formas, events, portfolios.

use gridfolio_wire::alerts::Event;
use gridfolio_wire::catalogue::Portfolio;
use gridfolio_wire::records::ProForma;
use gridfolio_wire::time::Moment;
use serde_json::Value;

use crate::alerts::service as alerts;
use crate::app::App;
use crate::catalogue::service as catalogue;
use crate::demo::{assets, plants};
use crate::kit::access::{Actor, Scope};
use crate::kit::body::Body;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::if_match::IfMatch;
use crate::kit::range::Range;
use crate::kit::rows;
use crate::kit::stored::Stored;
use crate::kit::tx::Tx;
use crate::records::model::ProFormaKey;
use crate::records::service as records;

static PORTFOLIOS: &str = include_str!("organisation/portfolios.json");

/// The portfolios.
pub(crate) fn portfolios() -> ApiResult<Vec<Value>> {
    serde_json::from_str(PORTFOLIOS).map_err(ApiError::internal)
}

async fn begin(app: &App) -> ApiResult<Tx> {
    Tx::begin(app, Actor::command("demo")).await
}

/// Makes what is missing of a project's papers.
pub(crate) async fn make(app: &App, file: &Value) -> ApiResult<()> {
    if let Some(pro_forma) = file.get("proForma") {
        let key = ProFormaKey { project: assets::code(&file["project"]).parse()?, version: None };
        let known: Option<Stored<ProForma>> = rows::find(&mut *app.db.read().await?, &key).await?;
        if known.is_none() {
            let body = Body::<ProForma>::parse(app, pro_forma.to_string().as_bytes())?;
            records::save_pro_forma(begin(app).await?, key, &IfMatch::default(), body).await?;
        }
    }
    let known = events(app).await?;
    for event in file["events"].as_array().into_iter().flatten() {
        let is_there =
            |one: &Value| one["description"] == event["description"] && one["location"] == event["location"];
        if !known.iter().any(is_there) {
            let body = Body::<Event>::parse(app, event.to_string().as_bytes())?;
            alerts::create_event(begin(app).await?, body).await?;
        }
    }
    Ok(())
}

/// The events of the demo's months.
async fn events(app: &App) -> ApiResult<Vec<Value>> {
    let zone = crate::demo::model::Zone::named("UTC")?;
    let months = zone.between(plants::FROM, plants::UNTIL)?;
    let range = Range { start: Moment::Instant(months.start), end: Moment::Instant(months.end) };
    let mut snapshot = app.db.read().await?;
    let found = alerts::list_events(&mut snapshot, &Scope::Everything, &range).await?;
    Ok(found.into_iter().map(|event| Value::Object(event.event.document)).collect())
}

/// Makes the portfolios that are missing by their names, of the projects that are there.
pub(crate) async fn make_portfolios(app: &App) -> ApiResult<()> {
    let mut snapshot = app.db.read().await?;
    let known = catalogue::list_portfolios(&mut snapshot, &Scope::Everything).await?;
    drop(snapshot);
    for portfolio in portfolios()? {
        if known.iter().any(|one| one.text_member("name") == portfolio["name"].as_str()) {
            continue;
        }
        let body = Body::<Portfolio>::parse(app, portfolio.to_string().as_bytes())?;
        catalogue::create_portfolio(begin(app).await?, body).await?;
    }
    Ok(())
}
