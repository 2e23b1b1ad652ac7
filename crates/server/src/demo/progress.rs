//! How far the demo has come with a project, so that an interrupted start goes on and a finished one is left alone.

use gridfolio_db::Session;

use crate::kit::error::ApiResult;
use crate::kit::settings::{find_setting, put_setting};

/// How far a project is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Its assets may be there in part.
    Begun,
    /// Its assets are there, and so many batches of measurements.
    Measured(usize),
    /// All is there; whatever changed since then is somebody's wish.
    Done,
}

fn name(project: &str) -> String {
    format!("demo.{project}")
}

/// The stage of a project; none if the demo did not make it.
pub(crate) async fn find(session: &mut Session, project: &str) -> ApiResult<Option<Stage>> {
    let stage = find_setting(session, &name(project)).await?;
    Ok(stage.map(|text| match (text.as_str(), text.parse()) {
        ("done", _) => Stage::Done,
        (_, Ok(batches)) => Stage::Measured(batches),
        _ => Stage::Begun,
    }))
}

/// Notes the stage of a project.
pub(crate) async fn note(session: &mut Session, project: &str, stage: Stage) -> ApiResult<()> {
    let text = match stage {
        Stage::Begun => "begun".to_owned(),
        Stage::Measured(batches) => batches.to_string(),
        Stage::Done => "done".to_owned(),
    };
    Ok(put_setting(session, &name(project), &text).await?)
}
