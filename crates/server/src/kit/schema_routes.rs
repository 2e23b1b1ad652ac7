//! `/schemas/*`: one handler, one row per kind of thing.

use axum::Json;
use axum::extract::State;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::kit::access::{May, Own};
use crate::kit::error::{ApiError, ApiResult};

macro_rules! schema_operations {
    ($($operation:ident, $path:literal, $type_name:literal, $tag:literal;)+) => {
        /// The schema operations.
        pub fn routes() -> OpenApiRouter<App> {
            OpenApiRouter::new()$(.routes(routes!($operation)))+
        }
        $(
            #[doc = concat!("JSON Schema of a ", $type_name, ": what a form needs, and what bodies are checked against.")]
            #[utoipa::path(get, path = $path, tag = $tag,
                responses((status = 200, description = "the schema, JSON Schema 2020-12", body = Object)))]
            pub async fn $operation(State(app): State<App>, _: May<Own>) -> ApiResult<Json<Value>> {
                published(&app, $type_name)
            }
        )+
    };
}

schema_operations! {
    get_project_schema, "/schemas/project", "Project", "schemas";
    get_site_schema, "/schemas/site", "Site", "schemas";
    get_system_schema, "/schemas/system", "System", "schemas";
    get_portfolio_schema, "/schemas/portfolio", "Portfolio", "schemas";
    get_event_schema, "/schemas/event", "Event", "schemas";
    get_user_schema, "/schemas/user", "User", "schemas";
    get_user_type_schema, "/schemas/user-type", "UserType", "schemas";
    get_profile_schema, "/schemas/profile", "Profile", "schemas";
    get_notification_schema, "/schemas/notification", "Notification", "schemas";
    get_pro_forma_schema, "/schemas/pro-forma", "ProForma", "schemas";
}

fn published(app: &App, type_name: &str) -> ApiResult<Json<Value>> {
    app.schemas
        .schema(type_name)
        .cloned()
        .map(Json)
        .ok_or_else(|| ApiError::internal(format!("no schema {type_name}")))
}
