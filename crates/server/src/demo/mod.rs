//! The demo organisation.

use crate::app::App;
use crate::kit::error::ApiResult;

/// Makes it, unless it is there.
pub async fn make(_app: &App) -> ApiResult<()> {
    Ok(())
}
