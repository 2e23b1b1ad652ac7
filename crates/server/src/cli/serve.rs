//! `gridfolio serve`: migrate, listen, work, stop cleanly.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};

use crate::app::App;
use crate::config::{IdentityArgs, Place, start_logging};
use crate::identity::store;
use crate::kit::jobs;
use crate::{router, worker};

/// Flags of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Where the data is.
    #[command(flatten)]
    pub place: Place,
    /// Who issues tokens.
    #[command(flatten)]
    pub identity: IdentityArgs,
}

/// Serves until told to stop.
pub async fn run(args: ServeArgs) -> Result<ExitCode, String> {
    start_logging(&args.place.log)?;
    let (listener, app) = open(&args).await?;
    println!("Gridfolio listens on {}", app.authority.public_url);
    if users(&app).await? == 0 {
        println!("{}", first_administrator(&args.place));
    }
    serve(listener, app).await?;
    Ok(ExitCode::SUCCESS)
}

/// Takes the port and opens the application behind it.
pub async fn open(args: &ServeArgs) -> Result<(TcpListener, App), String> {
    let listener =
        TcpListener::bind(args.listen).await.map_err(|e| format!("listen: {}: {e}", args.listen))?;
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    let app = args.place.open_app(&args.identity.config(&address.to_string(), &args.place.pool)).await?;
    Ok((listener, app))
}

async fn users(app: &App) -> Result<i64, String> {
    let mut snapshot = app.db.read().await.map_err(|e| e.to_string())?;
    store::count_users(&mut snapshot).await.map_err(|e| e.to_string())
}

fn first_administrator(place: &Place) -> String {
    let database = place.database.as_ref().map(|_| " --database URL".to_owned()).unwrap_or_default();
    format!(
        "There is no user yet. Add the first administrator:\n  gridfolio user add EMAIL --first FIRST --last LAST --admin --password-stdin --data {}{database}",
        place.data.display()
    )
}

/// Serves an application on a listener, with its jobs, until SIGTERM or SIGINT.
pub async fn serve(listener: TcpListener, app: App) -> Result<(), String> {
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(jobs::work(app.clone(), worker::JOBS, stopped));
    let service = router::router(&app).into_make_service();
    let stopping = Arc::new(Notify::new());
    let heard = stopping.clone();
    let graceful = axum::serve(listener, service).with_graceful_shutdown(async move {
        told_to_stop().await;
        heard.notify_one();
    });
    let served = tokio::select! {
        served = graceful => served.map_err(|e| e.to_string()),
        () = patience(&stopping) => {
            tracing::warn!("requests that did not end in time are dropped");
            Ok(())
        }
    };
    let _ = stop.send(true);
    // A job that is cut off is taken up again when its lease has run out.
    let _ = tokio::time::timeout(PATIENCE, worker).await;
    app.db.close().await;
    served
}

/// How long open requests and jobs may take to end after the signal.
const PATIENCE: Duration = Duration::from_secs(10);

async fn patience(stopping: &Notify) {
    stopping.notified().await;
    tokio::time::sleep(PATIENCE).await;
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping: open requests end first");
}
