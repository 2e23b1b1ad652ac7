//! The demo organisation: one project of real measurements, one of simple physics.
//!
//! What exists is left alone, so a demo folder can be started again and again. The real measurements come through the
//! same import that people use; nothing here writes around the ways of the product.

mod assets;
mod physics;
mod serf;

use crate::app::App;

/// Makes what is missing of the organisation.
pub async fn make(app: &App) -> Result<(), String> {
    assets::make(app).await.map_err(|e| e.to_string())?;
    serf::import(app).await?;
    physics::write(app).await.map_err(|e| e.to_string())
}
