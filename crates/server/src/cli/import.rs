//! `gridfolio import …`: meter files in, a list of what came in, and back out again.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use gridfolio_meterfile::{ColumnRef, Mapping, TimeFormat};
use gridfolio_wire::SourceId;
use indicatif::{ProgressBar, ProgressStyle};

use crate::config::{Place, start_logging};
use crate::timeseries::import::{self, Derive, Request, Stage, report};

/// What to do with imports.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Import a CSV file of measurements.
    Datums(Box<DatumsArgs>),
    /// List imports, the newest first.
    List {
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
    /// Take an import back: what it wrote goes, what it overwrote comes back.
    Undo {
        /// Its number in the list.
        id: i64,
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
}

/// Flags of `import datums`.
#[derive(Debug, Args)]
pub struct DatumsArgs {
    /// The file: UTF-8, a header line, columns divided by comma, semicolon, tab or |.
    file: PathBuf,
    /// Source that measured: /PROJECT/SITE/SYSTEM/KIND/NUMBER, such as /SERF/S1/R1/GEN/1.
    #[arg(long, value_name = "SOURCE")]
    source: SourceId,
    /// Node of the source; default: the project's first.
    #[arg(long, value_name = "NUMBER")]
    node: Option<i64>,
    /// Column of times, by its name or its place: #1 is the first.
    #[arg(long, value_name = "COLUMN")]
    time: ColumnRef,
    /// iso, epoch, or a pattern such as '%m/%d/%Y %H:%M'; default: found out from the file.
    #[arg(long, value_name = "FORMAT")]
    time_format: Option<TimeFormat>,
    /// Column that becomes a property: COLUMN=PROPERTY[/KIND][:UNIT], such as `ac_power=watts:kW`; kind i (momentary) or
    /// a (meter reading). More than one: repeat the flag, or list them after it.
    #[arg(long, value_name = "MAPPING", required = true, num_args = 1..)]
    map: Vec<Mapping>,
    /// Zone of times without offset, such as America/Denver; default: the project's.
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// Meter to be computed from power, such as wattHours=watts.
    #[arg(long, value_name = "METER=POWER")]
    derive: Option<Derive>,
    /// Make the project, site and system where they are missing.
    #[arg(long)]
    create: bool,
    /// Import the good lines of a broken file; the bad ones go to FILE.rejected.csv.
    #[arg(long)]
    skip_bad: bool,
    /// Say what the file holds, and write nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
}

/// Does it.
pub async fn run(command: ImportCommand) -> Result<ExitCode, String> {
    match command {
        ImportCommand::Datums(args) => datums(*args).await?,
        ImportCommand::List { place } => {
            let app = open(&place).await?;
            let imports = import::list(&app).await.map_err(|e| e.to_string())?;
            print!("{}", report::list(&imports));
            app.db.close().await;
        }
        ImportCommand::Undo { id, place } => {
            let app = open(&place).await?;
            let bar = Bar::new("taking back", None);
            let undone = import::undo(&app, id, &mut |done, total| bar.set(done, total)).await;
            bar.clear();
            app.db.close().await;
            print!("{}", report::undone(&undone.map_err(|e| e.to_string())?));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn open(place: &Place) -> Result<crate::app::App, String> {
    start_logging(&place.log)?;
    place.open_app_for_command().await
}

async fn datums(args: DatumsArgs) -> Result<(), String> {
    let app = open(&args.place).await?;
    let bytes = std::fs::metadata(&args.file).map(|meta| meta.len()).ok();
    let (checking, writing) = (Bar::new("checking", bytes), Bar::new("writing", bytes));
    let mut progress = |stage: Stage, done: u64| match stage {
        Stage::Checking => checking.set(done, bytes.unwrap_or(done)),
        Stage::Writing => {
            checking.clear();
            writing.set(done, bytes.unwrap_or(done));
        }
    };
    let dry_run = args.dry_run;
    let request = args.request();
    let text = if dry_run {
        import::check(&app, &request, &mut progress).await.map(|checked| report::preview(&checked))
    } else {
        import::run(&app, &request, &mut progress).await.map(|outcome| report::outcome(&outcome))
    };
    checking.clear();
    writing.clear();
    app.db.close().await;
    print!("{}", text.map_err(|e| e.to_string())?);
    Ok(())
}

impl DatumsArgs {
    fn request(self) -> Request {
        Request {
            file: self.file,
            source: self.source,
            node: self.node,
            time: self.time,
            time_format: self.time_format,
            map: self.map,
            zone: self.zone,
            derive: self.derive,
            create: self.create,
            skip_bad: self.skip_bad,
        }
    }
}

/// A progress bar on a terminal; nothing anywhere else.
struct Bar(Option<ProgressBar>);

impl Bar {
    /// With a size in bytes, or a number of steps that is told later.
    fn new(what: &'static str, bytes: Option<u64>) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let template = match bytes {
            Some(_) => "{prefix} [{bar:40}] {bytes} of {total_bytes}, {eta}",
            None => "{prefix} [{bar:40}] {pos} of {len}, {eta}",
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(Some(ProgressBar::no_length().with_style(style).with_prefix(what)))
    }

    fn set(&self, done: u64, total: u64) {
        if let Self(Some(bar)) = self {
            bar.set_length(total);
            bar.set_position(done);
        }
    }

    fn clear(&self) {
        if let Self(Some(bar)) = self {
            bar.finish_and_clear();
        }
    }
}
