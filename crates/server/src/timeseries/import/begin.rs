//! The start of an import: its stream, its number, its meter. Everything is agreed on in one transaction.

use gridfolio_db::WriteTx;
use gridfolio_meterfile::Property;
use gridfolio_series::{Stream, StreamKey};

use crate::app::App;
use crate::kit::settings::next_number;
use crate::timeseries::import::error::{Error, Result};
use crate::timeseries::import::meter::{self, Note};
use crate::timeseries::import::request::Request;
use crate::timeseries::import::run::Checked;
use crate::timeseries::import::store::{self, Import, State};
use crate::timeseries::import::windows::DAY;
use crate::timeseries::import::work;

/// An import that has begun, now or in an earlier run.
#[derive(Debug)]
pub struct Begun {
    /// The import.
    pub import: Import,
    /// The meter that is derived in its stream.
    pub note: Option<Note>,
    /// The line at which it was interrupted.
    pub resumed_at: Option<i64>,
    /// Stored datums per day, about.
    pub density: i64,
}

/// Makes the stream and the import, or finds the interrupted one.
pub async fn begin(app: &App, request: &Request, checked: &Checked, node_id: i64) -> Result<Begun> {
    let mut tx = app.db.write().await?;
    let key = StreamKey::new(node_id, request.source.as_str());
    let stream = gridfolio_series::ensure_stream(&mut tx, &key, &checked.target.zone).await?;
    work::lock(&mut tx, stream.id).await?;
    refuse_other_kinds(&stream, checked)?;
    let others = store::list_imports_of_stream(&mut tx, stream.id).await?;
    work::refuse_half_undone(&others)?;
    let new = fresh(app, request, checked, &stream);
    let interrupted = others.into_iter().find(|other| {
        other.state == State::Running
            && (other.file_bytes, other.file_crc32) == (new.file_bytes, new.file_crc32)
            && other.options == new.options
    });
    let resumed_at = interrupted.as_ref().map(|import| import.through_line);
    let import = match interrupted {
        Some(import) => import,
        None => insert(&mut tx, new).await?,
    };
    let note = agree_on_meter(&mut tx, request, &stream, import.id).await?;
    let extent = gridfolio_series::extent(&mut tx, stream.id).await?;
    tx.commit().await?;
    let density = extent.map_or(0, |extent| {
        let days = (extent.last_at - extent.first_at) / DAY + 1;
        i64::try_from(extent.count).unwrap_or(i64::MAX) / days
    });
    Ok(Begun { import, note, resumed_at, density })
}

async fn insert(tx: &mut WriteTx, new: Import) -> Result<Import> {
    let import = Import { id: next_number(tx, "import").await?, ..new };
    store::insert_import(tx, &import).await?;
    Ok(import)
}

fn fresh(app: &App, request: &Request, checked: &Checked, stream: &Stream) -> Import {
    let name = request.file.file_name().unwrap_or(request.file.as_os_str());
    let fingerprint = checked.summary.fingerprint;
    Import {
        id: 0,
        stream: stream.id,
        node: stream.key.node_id,
        source: stream.key.source_id.clone(),
        state: State::Running,
        file_name: name.to_string_lossy().into_owned(),
        file_bytes: i64::try_from(fingerprint.bytes).unwrap_or(i64::MAX),
        file_crc32: fingerprint.crc32.into(),
        options: checked.identity.clone(),
        started_at: app.clock.now_ms(),
        finished_at: None,
        through_line: 0,
        added: 0,
        replaced: 0,
    }
}

/// A property that is a meter in one file and a momentary value in the next would be counted twice.
fn refuse_other_kinds(stream: &Stream, checked: &Checked) -> Result<()> {
    for Property { name, kind, .. } in checked.properties() {
        let other = stream.properties.iter().find(|(known, text)| text == name && known != kind);
        if let Some((known, _)) = other {
            let (known, letter) = (known.letter(), kind.letter());
            return Err(Error::Refused(format!(
                "property {name} is of kind {known} in this source and of kind {letter} in the mapping: \
                 write {name}/{known}, or choose another name"
            )));
        }
    }
    Ok(())
}

/// Notes a meter that is to be derived; refuses one that is measured.
async fn agree_on_meter(
    tx: &mut WriteTx,
    request: &Request,
    stream: &Stream,
    import: i64,
) -> Result<Option<Note>> {
    let known = Note::find(tx, stream.id).await?;
    if let Some(note) = &known {
        let meter = &note.derive.meter;
        if request.map.iter().any(|mapping| mapping.property == *meter) {
            return Err(Error::Refused(format!(
                "{meter} of this source is derived from {}: it cannot be imported as well",
                note.derive.power
            )));
        }
        return match &request.derive {
            Some(derive) if *derive != note.derive => {
                Err(Error::Refused(format!("this source derives {} already, not {derive}", note.derive)))
            }
            _ => Ok(known),
        };
    }
    let Some(derive) = request.derive.clone() else { return Ok(None) };
    if meter::is_measured(tx, stream, &derive.meter).await? {
        return Err(Error::Refused(format!(
            "this source has measured {}: it cannot be derived from {} as well",
            derive.meter, derive.power
        )));
    }
    let first = gridfolio_series::extent(tx, stream.id).await?.map(|extent| extent.first_at);
    let note = Note { derive, import, through: first };
    note.put(tx, stream.id).await?;
    Ok(Some(note))
}
