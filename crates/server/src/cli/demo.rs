//! `gridfolio demo`: a demo organisation, made the first time, and served.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use serde_json::{Value, json};

use crate::app::App;
use crate::cli::serve::{self, ServeArgs, Signals};
use crate::cli::user::made_password;
use crate::config::{
    IdentityArgs, LogFormat, MailArgs, NetworkArgs, Place, PoolArgs, TlsArgs, start_logging,
};
use crate::demo;
use crate::identity::seal::write_private;
use crate::identity::sign_in::flow::{self, Caller, Step};
use crate::identity::{service, store, types};
use crate::kit::access::Actor;
use crate::kit::error::{ApiError, ApiResult};

/// Flags of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Folder of the demo organisation; default: a new temporary folder.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Database: sqlite:PATH or postgres://…; default: gridfolio.db in the data folder.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// What to log, such as info, warn, gridfolio=debug.
    #[arg(long, value_name = "FILTER", default_value = "warn")]
    log: String,
    #[command(flatten)]
    pool: PoolArgs,
    #[command(flatten)]
    identity: IdentityArgs,
}

const EMAIL: &str = "demo@example.org";

/// Makes the organisation if it is not there, and serves it.
pub async fn run(args: DemoArgs) -> Result<ExitCode, String> {
    start_logging(&args.log)?;
    let data = args.data.map_or_else(new_temporary_folder, Ok)?;
    let place = Place {
        data: data.clone(),
        database: args.database,
        config: None,
        secret_key: None,
        log: args.log,
        pool: args.pool,
    };
    let serve_args = ServeArgs {
        listen: args.listen,
        tls: TlsArgs::default(),
        network: NetworkArgs::default(),
        mail: MailArgs::default(),
        log_format: LogFormat::Text,
        place,
        identity: args.identity,
    };
    let (port, app) = serve::open(&serve_args).await?;
    let password = account(&app, &data).await.map_err(|e| e.to_string())?;
    let started = Instant::now();
    let datums = demo::make(&app).await?;
    if datums > 0 {
        println!("{datums} measurements made by physics in {:.1} s\n", started.elapsed().as_secs_f64());
    }
    let id_token = sign_in(&app, &password)
        .await
        .map_err(|e| format!("{e} (the password is in {})", data.join("demo.json").display()))?;
    let facts = json!({
        "url": app.authority.public_url,
        "email": EMAIL,
        "password": password,
        "idToken": id_token,
        "poolId": app.authority.pool_id,
        "clientId": app.authority.client_id,
    });
    write_facts(&data, &facts)?;
    let signals = Signals::listen()?;
    print!("{}", greeting(&facts, &data));
    serve::serve(port, app, signals).await?;
    Ok(ExitCode::SUCCESS)
}

/// An id token of the demo's account.
async fn sign_in(app: &App, password: &str) -> ApiResult<String> {
    match flow::password(app, &Caller::default(), EMAIL, password).await? {
        Step::Proven(proven) => {
            let signed_in = service::open_session(app, &proven.account).await?.ok_or(ApiError::Stale)?;
            Ok(signed_in.tokens.id_token)
        }
        Step::Challenge(_) => Err(ApiError::bad("the demo's account asks for more than its password")),
    }
}

fn new_temporary_folder() -> Result<PathBuf, String> {
    let name = format!("gridfolio-demo-{}", made_password()?);
    Ok(std::env::temp_dir().join(name))
}

/// The demo account's password: the one of the last start, or a new one.
async fn account(app: &App, data: &Path) -> ApiResult<String> {
    let known = std::fs::read_to_string(data.join("demo.json"))
        .ok()
        .and_then(|text| serde_json::from_str::<Value>(&text).ok())
        .and_then(|facts| facts["password"].as_str().map(str::to_owned));
    let mut snapshot = app.db.read().await?;
    let user = store::find_user_by_email(&mut snapshot, EMAIL).await?;
    if user.is_none() && store::count_users(&mut snapshot).await? > 0 {
        return Err(ApiError::bad("this data has people of its own: name another folder with --data"));
    }
    drop(snapshot);
    let fresh = || made_password().map_err(ApiError::internal);
    match (user, known) {
        (Some(_), Some(password)) => Ok(password),
        (Some(_), None) => {
            let password = fresh()?;
            service::set_password(app, Actor::command("demo"), EMAIL, password.clone()).await?;
            Ok(password)
        }
        (None, _) => {
            let password = fresh()?;
            let new = service::NewUser {
                email: EMAIL.to_owned(),
                first_name: "Demo".to_owned(),
                last_name: "Administrator".to_owned(),
                user_type: types::ADMINISTRATOR,
                password: password.clone(),
            };
            service::add_user(app, Actor::command("demo"), new).await?;
            Ok(password)
        }
    }
}

fn write_facts(data: &Path, facts: &Value) -> Result<(), String> {
    let text = serde_json::to_string_pretty(facts).map_err(|e| e.to_string())?;
    let path = data.join("demo.json");
    write_private(&path, &format!("{text}\n"), false).map_err(|e| format!("{}: {e}", path.display()))
}

fn greeting(facts: &Value, data: &Path) -> String {
    let text = |name: &str| facts[name].as_str().unwrap_or_default().to_owned();
    let (url, token) = (text("url"), text("idToken"));
    format!(
        "Gridfolio demo on {url}\n\n  e-mail    {}\n  password  {}\n  data      {} (the same facts are in demo.json there)\n\n\
         id token, good for an hour:\n{token}\n\n\
         Try:\n  curl -H \"Authorization: $TOKEN\" {url}/projects\n  \
         curl -H \"Authorization: $TOKEN\" '{url}/energy/datums/projects/Orchard?start=2025-01-01&end=2026-01-01&aggregation=month'\n  \
         curl -H \"Authorization: $TOKEN\" '{url}/energy/datums?start=2025-06-01&end=2025-07-01&aggregation=day'\n\n\
         The API page is {url}/docs\n",
        text("email"),
        text("password"),
        data.display()
    )
}
