//! A meter file, opened: its header is read and the format of its times is known.
//!
//! Opening refuses a file that could be read in two ways; it says nothing yet about single lines.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use crate::cells::Cells;
use crate::layout::{Layout, Property, io_error};
use crate::lines::Lines;
use crate::options::Options;
use crate::rows::{Plan, Rows};
use crate::time::{Detection, LocalTimes, Moment, TimeReader, choose, detect};
use crate::{Delimiter, Error};

/// Lines from which formats are found out.
const SAMPLE: usize = 200;

/// A file that is ready to be checked and read.
#[derive(Debug)]
pub struct MeterFile<R> {
    name: String,
    source: R,
    plan: Plan,
    newest_first: bool,
}

/// A time of the sample and its line.
struct Sampled {
    line: u64,
    text: String,
}

impl MeterFile<File> {
    /// Opens a file.
    pub fn open(path: &Path, options: &Options) -> Result<Self, Error> {
        let name = path.display().to_string();
        let source = File::open(path).map_err(|source| Error::Io { file: name.clone(), source })?;
        Self::named(name, source, options)
    }
}

impl<R: Read + Seek> MeterFile<R> {
    /// Takes anything that can be read from its start more than once.
    pub fn new(source: R, options: &Options) -> Result<Self, Error> {
        Self::named("the file".to_owned(), source, options)
    }

    fn named(name: String, mut source: R, options: &Options) -> Result<Self, Error> {
        let (plan, newest_first) = prepare(&mut source, options).map_err(|error| rename(error, &name))?;
        Ok(Self { name, source, plan, newest_first })
    }

    /// What divides its columns.
    pub fn delimiter(&self) -> Delimiter {
        self.plan.layout.delimiter
    }

    /// The names in its header.
    pub fn columns(&self) -> &[String] {
        &self.plan.layout.columns
    }

    /// The columns that are read, in the order of the mapping.
    pub fn properties(&self) -> &[Property] {
        &self.plan.layout.properties
    }

    /// How its times are read.
    pub fn time_format(&self) -> &TimeReader {
        &self.plan.time
    }

    /// Whether its lines go back in time.
    pub fn newest_first(&self) -> bool {
        self.newest_first
    }

    /// Begins a pass over its lines.
    pub(crate) fn rows(&mut self) -> Result<Rows<'_, &mut R>, Error> {
        self.source.rewind().map_err(io_error)?;
        Rows::new(&mut self.source, &self.plan)
    }

    /// An error with the file's name in it.
    pub(crate) fn name_in(&self, error: Error) -> Error {
        rename(error, &self.name)
    }

    /// The header line as it stands in the file.
    pub(crate) fn header(&self) -> &[u8] {
        &self.plan.layout.header
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

pub(crate) fn rename(error: Error, name: &str) -> Error {
    match error {
        Error::Io { source, .. } => Error::Io { file: name.to_owned(), source },
        other => other,
    }
}

fn prepare<R: Read + Seek>(source: &mut R, options: &Options) -> Result<(Plan, bool), Error> {
    source.rewind().map_err(io_error)?;
    let mut lines = Lines::new(&mut *source);
    let layout = Layout::read(&mut lines, options)?;
    let header_line = lines.number();
    let sample = sample(&mut lines, &layout)?;
    let texts: Vec<String> = sample.iter().map(|sampled| sampled.text.clone()).collect();
    let unknown = || {
        let shown: Vec<String> = texts.iter().take(3).map(|text| format!("{text:?}")).collect();
        Error::UnknownTimeFormat(if shown.is_empty() {
            "the first lines".to_owned()
        } else {
            shown.join(", ")
        })
    };
    let time = match detect(options.time_format.as_ref(), &texts).ok_or_else(unknown)? {
        Detection::One(reader) => reader,
        Detection::Several(candidates) => {
            source.rewind().map_err(io_error)?;
            let mut lines = Lines::new(&mut *source);
            Layout::read(&mut lines, options)?;
            choose(&candidates, Times { lines, layout: &layout, cells: Cells::default() })?
        }
    };
    refuse_data_as_header(&layout, &time, header_line)?;
    let newest_first = goes_back(&time, &texts);
    let local = options.zone.clone().map(|zone| LocalTimes::new(zone, newest_first));
    if local.is_none()
        && let Some(naive) = sample.iter().find(|s| matches!(time.read(&s.text), Ok(Moment::Local(_))))
    {
        return Err(Error::NeedsZone { line: naive.line, text: naive.text.clone() });
    }
    Ok((Plan { layout, time, local }, newest_first))
}

/// The times of the first lines; broken lines are left out.
fn sample<R: Read>(lines: &mut Lines<R>, layout: &Layout) -> Result<Vec<Sampled>, Error> {
    let mut cells = Cells::default();
    let mut sample = Vec::new();
    let mut seen = 0;
    while seen < SAMPLE && lines.advance().map_err(io_error)? {
        if lines.raw().trim_ascii().is_empty() {
            continue;
        }
        seen += 1;
        if let Some(text) = time_of_line(lines, layout, &mut cells) {
            sample.push(Sampled { line: lines.number(), text });
        }
    }
    if seen == 0 { Err(Error::NoRows) } else { Ok(sample) }
}

fn time_of_line<R: Read>(lines: &Lines<R>, layout: &Layout, cells: &mut Cells) -> Option<String> {
    cells.split(lines.text().ok()?, layout.delimiter).ok()?;
    layout.check_count(cells).ok()?;
    let text = cells.get(layout.time);
    (!text.is_empty()).then(|| text.to_owned())
}

/// The times of all lines.
struct Times<'l, R> {
    lines: Lines<R>,
    layout: &'l Layout,
    cells: Cells,
}

impl<R: Read> Iterator for Times<'_, R> {
    type Item = Result<(u64, String), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.lines.advance() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(io_error(error))),
            }
            if let Some(text) = time_of_line(&self.lines, self.layout, &mut self.cells) {
                return Some(Ok((self.lines.number(), text)));
            }
        }
    }
}

/// A file without header would lose its first line silently.
fn refuse_data_as_header(layout: &Layout, time: &TimeReader, line: u64) -> Result<(), Error> {
    let text = &layout.columns[layout.time];
    if time.read(text).is_ok() { Err(Error::NoHeader { line, text: text.clone() }) } else { Ok(()) }
}

/// Whether more of the sample's steps lead back in time than forward.
fn goes_back(time: &TimeReader, texts: &[String]) -> bool {
    let moments: Vec<Moment> = texts.iter().filter_map(|text| time.read(text).ok()).collect();
    let (mut forward, mut back) = (0, 0);
    for pair in moments.windows(2) {
        let order = match pair {
            [Moment::Exact(first), Moment::Exact(second)] => first.cmp(second),
            [Moment::Local(first), Moment::Local(second)] => first.cmp(second),
            _ => continue,
        };
        forward += u32::from(order.is_lt());
        back += u32::from(order.is_gt());
    }
    back > forward
}
