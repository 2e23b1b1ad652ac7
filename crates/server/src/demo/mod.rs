//! The demo organisation: one project of real measurements, five of physics.
//!
//! What exists is left alone, so a demo folder can be started again and again; an interrupted start goes on. The real
//! measurements come through the same import that people use, documents through the same checks; nothing here writes
//! around the ways of the product, reads the clock or leaves anything to chance.

mod assets;
pub mod fleet;
mod generate;
mod model;
mod papers;
mod plants;
mod progress;
mod serf;
#[cfg(test)]
mod tests;
mod write;

use std::time::Instant;

use serde_json::Value;

use crate::app::App;
use crate::catalogue::service;
use crate::demo::model::Model;
use crate::demo::progress::Stage;
use crate::kit::error::ApiResult;

/// Makes what is missing of the organisation, with all its measurements; tells how many datums of physics it wrote.
pub async fn make(app: &App) -> Result<usize, String> {
    let models = plants::all().map_err(|e| e.to_string())?;
    let datums = make_with(app, &models).await.map_err(|e| e.to_string())?;
    serf::import(app).await?;
    Ok(datums)
}

/// Makes what is missing, with the measurements of these models.
async fn make_with(app: &App, models: &[Model]) -> ApiResult<usize> {
    let mut datums = 0;
    for file in assets::files()? {
        let model = models.iter().find(|model| model.project == assets::code(&file["project"]));
        datums += make_project(app, &file, model).await?;
    }
    make_portfolios(app).await?;
    Ok(datums)
}

/// Makes a project, or goes on with it.
async fn make_project(app: &App, file: &Value, model: Option<&Model>) -> ApiResult<usize> {
    let code = assets::code(&file["project"]);
    let Some(mut stage) = stage(app, code).await? else { return Ok(0) };
    if stage == Stage::Begun {
        assets::make(app, &file["project"]).await?;
        papers::make(app, file).await?;
        stage = Stage::Measured(0);
        note(app, code, stage).await?;
    }
    let mut datums = 0;
    if let (Stage::Measured(done), Some(model)) = (stage, model) {
        let started = Instant::now();
        datums = write::write(app, model, done).await?;
        let milliseconds = started.elapsed().as_millis();
        tracing::info!(project = code, datums, milliseconds, "measurements made");
    }
    note(app, code, Stage::Done).await?;
    Ok(datums)
}

/// The portfolios are made once; who removes one does not get it back.
async fn make_portfolios(app: &App) -> ApiResult<()> {
    let mut snapshot = app.db.read().await?;
    let stage = progress::find(&mut snapshot, PORTFOLIOS).await?;
    drop(snapshot);
    if stage != Some(Stage::Done) {
        papers::make_portfolios(app).await?;
        note(app, PORTFOLIOS, Stage::Done).await?;
    }
    Ok(())
}

/// The name under which the progress of portfolios is kept; no code of a project has a dot.
const PORTFOLIOS: &str = ".portfolios";

/// Where to go on with a project; none if it was made before, whatever became of it, or is somebody's own.
async fn stage(app: &App, code: &str) -> ApiResult<Option<Stage>> {
    let mut snapshot = app.db.read().await?;
    let exists = service::find_project(&mut snapshot, &code.parse()?).await?.is_some();
    let stage = progress::find(&mut snapshot, code).await?;
    drop(snapshot);
    if exists || stage == Some(Stage::Done) {
        return Ok(stage.filter(|stage| *stage != Stage::Done));
    }
    note(app, code, Stage::Begun).await?;
    Ok(Some(Stage::Begun))
}

async fn note(app: &App, code: &str, stage: Stage) -> ApiResult<()> {
    let mut tx = app.db.write().await?;
    progress::note(&mut tx, code, stage).await?;
    Ok(tx.commit().await?)
}
