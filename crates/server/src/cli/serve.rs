//! `gridfolio serve`: migrate, listen, work, stop cleanly.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, watch};

use crate::app::{App, Outside};
use crate::config::{IdentityArgs, LogFormat, MailArgs, NetworkArgs, Place, TlsArgs, start_logging_as};
use crate::identity::{keys, store};
use crate::kit::jobs;
use crate::kit::origin::Peer;
use crate::net::notify;
use crate::net::port::Port;
use crate::net::tls::Certificate;
use crate::{router, worker};

/// Flags of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The server's certificate.
    #[command(flatten)]
    pub tls: TlsArgs,
    /// Who is believed and who may read.
    #[command(flatten)]
    pub network: NetworkArgs,
    /// How messages reach people.
    #[command(flatten)]
    pub mail: MailArgs,
    /// How a line of the log looks: json is one object per line.
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub log_format: LogFormat,
    /// Where the data is.
    #[command(flatten)]
    pub place: Place,
    /// Who issues tokens.
    #[command(flatten)]
    pub identity: IdentityArgs,
}

/// Serves until told to stop.
pub async fn run(args: ServeArgs) -> Result<ExitCode, String> {
    start_logging_as(&args.place.log, args.log_format)?;
    let (port, app) = open(&args).await?;
    let signals = Signals::listen()?;
    println!("Gridfolio listens on {}", app.authority.public_url);
    if users(&app).await? == 0 {
        println!("{}", first_administrator(&args.place));
    }
    serve(port, app, signals).await?;
    Ok(ExitCode::SUCCESS)
}

/// Takes the port and opens the application behind it.
pub async fn open(args: &ServeArgs) -> Result<(Port, App), String> {
    let certificate = args.tls.files()?.map(Certificate::load).transpose()?.map(Arc::new);
    let port = Port::bind(args.listen, certificate).await?;
    let identity = args.identity.config(&port.url()?, &args.place.pool);
    let outside = Outside { messages: args.mail.messages()?, ..args.network.outside()? };
    let app = args.place.open_app(&identity, outside).await?;
    Ok((port, app))
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

/// The signals that a server answers. Before it listens to them, each of them ends the process.
#[derive(Debug)]
pub struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From here on they are ours.
    pub fn listen() -> Result<Self, String> {
        let listen = |kind| signal(kind).map_err(|e| format!("signals: {e}"));
        Ok(Self {
            hangup: listen(SignalKind::hangup())?,
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }
}

/// Serves an application on a port, with its jobs, until SIGTERM or SIGINT.
pub async fn serve(port: Port, app: App, signals: Signals) -> Result<(), String> {
    let Signals { hangup, terminate, interrupt } = signals;
    keys::schedule(&app).await.map_err(|e| e.to_string())?;
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(jobs::work(app.clone(), worker::JOBS, stopped));
    let beside = [tokio::spawn(renew(port.certificate(), hangup)), tokio::spawn(notify::keep_alive())];
    let service = router::router(&app).into_make_service_with_connect_info::<Peer>();
    let stopping = Arc::new(Notify::new());
    let heard = stopping.clone();
    let graceful = axum::serve(port, service).with_graceful_shutdown(async move {
        told_to_stop(terminate, interrupt).await;
        heard.notify_one();
    });
    notify::ready();
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
    beside.iter().for_each(tokio::task::JoinHandle::abort);
    app.db.close().await;
    served
}

/// Reads the certificate again at every SIGHUP. Without one the signal changes nothing, and does not end the server.
async fn renew(certificate: Option<Arc<Certificate>>, mut hangup: Signal) {
    while hangup.recv().await.is_some() {
        notify::reloading();
        match certificate.as_ref().map(|certificate| certificate.reload()) {
            None => tracing::info!("nothing to read again: there is no certificate"),
            Some(Ok(())) => tracing::info!("new connections get the certificate that was read just now"),
            Some(Err(error)) => tracing::error!(error, "the certificate stays the old one"),
        }
        notify::ready();
    }
}

/// How long open requests and jobs may take to end after the signal.
const PATIENCE: Duration = Duration::from_secs(10);

async fn patience(stopping: &Notify) {
    stopping.notified().await;
    tokio::time::sleep(PATIENCE).await;
}

async fn told_to_stop(mut terminate: Signal, mut interrupt: Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    notify::stopping();
    tracing::info!("stopping: open requests end first");
}
