//! From files to the rows of a landing table, one after the other: what is held of them is a mark a row, and what their sink holds.

use super::batch::{Batcher, Noted, Origin, Places};
use super::cell::Datum;
use super::document::Document;
use super::form::Form;
use super::spool::{Reject, Spool};
use super::survey::{Mark, Survey, mark};
use crate::error::LakeError;
use chrono::{DateTime, NaiveDate, Utc};
use csv::ByteRecord;
use datafusion::arrow::record_batch::RecordBatch;
use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use uptake_read::{Rows, Step, line};
use uptake_spec::source::ColumnType;
use uptake_spec::{Place, Problem};

/// A file that is ready to be poured.
#[derive(Debug, Clone)]
pub struct Job {
    pub document: Document,
    pub form: Form,
    pub survey: Survey,
    /// As people named it.
    pub file: String,
    /// The day of its snapshot.
    pub day: NaiveDate,
    /// Names this file's load everywhere: the transaction of its commits.
    pub load: String,
    /// The nearest earlier snapshot of the object that the lake holds.
    pub before: Option<NaiveDate>,
    /// Its rows are in the table already: it is counted only.
    pub written: bool,
}

/// What became of the rows of one file. read = landed + rejected + duplicate.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Poured {
    pub read: u64,
    pub landed: u64,
    pub rejected: u64,
    /// A rejected row could be anybody's: its key cannot be read.
    pub torn: bool,
    /// The newest system stamp among the good rows.
    pub newest: Option<DateTime<Utc>>,
}

/// Marks of keys with their content. A mark is a hash already.
pub type Marks = HashSet<Mark, BuildHasherDefault<Halved>>;

/// The upper half of a mark.
#[derive(Debug, Default)]
pub struct Halved(u64);

impl Hasher for Halved {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let half = bytes.last_chunk::<8>().map_or(0, |half| u64::from_ne_bytes(*half));
        self.0 = half;
    }

    fn write_u128(&mut self, mark: u128) {
        self.0 = (mark >> 64) as u64;
    }
}

/// The rows a batch has at most, the cells, and roughly the bytes.
const BATCH_ROWS: usize = 8192;
const BATCH_CELLS: usize = 1 << 20;
const BATCH_BYTES: usize = 8 << 20;

/// Where batches go; `false` if nobody takes any more.
pub type Out<'a> = &'a mut dyn FnMut(RecordBatch) -> bool;

/// Where the rows of a table go, one file after the other.
pub trait Sink {
    /// The rows that follow are of a file with these columns.
    fn begin(&mut self, columns: &[(String, ColumnType)]);

    /// Takes a row; without `cells` only its presence is noted. `false` if no more are taken.
    fn take(&mut self, cells: Option<&[Datum]>, noted: &Noted) -> bool;

    /// All rows of the file were taken.
    fn end(&mut self);
}

/// Makes batches of the rows as they come. What is held is one of them.
pub struct Batches<'a> {
    columns: &'a [(String, ColumnType)],
    places: Places,
    batcher: Batcher,
    most_rows: usize,
    out: Out<'a>,
}

impl<'a> Batches<'a> {
    /// For a table of `columns`.
    pub fn new(columns: &'a [(String, ColumnType)], out: Out<'a>) -> Batches<'a> {
        let most_rows = BATCH_ROWS.min(BATCH_CELLS / columns.len().max(1)).max(1);
        Batches { columns, places: Places::of(columns, &[]), batcher: Batcher::new(columns), most_rows, out }
    }
}

impl Sink for Batches<'_> {
    fn begin(&mut self, columns: &[(String, ColumnType)]) {
        self.places = Places::of(self.columns, columns);
    }

    fn take(&mut self, cells: Option<&[Datum]>, noted: &Noted) -> bool {
        match cells {
            Some(cells) => self.batcher.push(self.places.row(cells), noted),
            None => self.batcher.push_presence(noted),
        }
        let full = self.batcher.rows >= self.most_rows || self.batcher.bytes >= BATCH_BYTES;
        !full || (self.out)(self.batcher.finish())
    }

    fn end(&mut self) {
        if self.batcher.rows > 0 {
            (self.out)(self.batcher.finish());
        }
    }
}

/// What the lake holds of a snapshot, read when it is needed.
pub type Stored<'a> = &'a dyn Fn(NaiveDate) -> Result<Marks, LakeError>;

/// Reads the files of one table in the order of their snapshots.
///
/// # Errors
/// A file that cannot be read any more; no room for rejects; the lake's storage.
pub fn pour(jobs: &[Arc<Job>], stored: Stored, rejects: &Spool, sink: &mut dyn Sink) -> Result<Vec<Poured>, LakeError> {
    let mut seen: BTreeMap<NaiveDate, Marks> = BTreeMap::new();
    let mut fetched: HashSet<NaiveDate> = HashSet::new();
    let mut poured = vec![];
    for job in jobs {
        let day = job.day;
        let nearest = job.before.max(seen.range(..day).next_back().map(|(day, _)| *day));
        // A set of several parts may stand half in the lake and half in this load. Corrected rows may be there already.
        let in_lake = [nearest.filter(|_| job.before == nearest), job.form.correction.is_some().then_some(day)];
        for day in in_lake.into_iter().flatten() {
            if fetched.insert(day) {
                let known = stored(day)?;
                seen.entry(day).or_default().extend(known);
            }
        }
        seen.retain(|kept, _| *kept >= nearest.unwrap_or(day));
        let mut now = Marks::default();
        let later = jobs.last().is_some_and(|last| last.day > day) || job.form.correction.is_some();
        let asked_for = later && job.survey.rows > 0;
        let file = File {
            job,
            before: nearest.and_then(|day| seen.get(&day)),
            same_day: seen.get(&day).filter(|_| job.form.correction.is_some()),
        };
        poured.push(file.pour(asked_for.then_some(&mut now), rejects, sink)?);
        if asked_for {
            seen.entry(day).or_default().extend(now);
        }
    }
    Ok(poured)
}

struct File<'a> {
    job: &'a Job,
    before: Option<&'a Marks>,
    same_day: Option<&'a Marks>,
}

impl File<'_> {
    fn pour(&self, now: Option<&mut Marks>, rejects: &Spool, sink: &mut dyn Sink) -> Result<Poured, LakeError> {
        let Job { form, survey, document, .. } = self.job;
        let mut sink = Some(sink).filter(|_| !self.job.written);
        if let Some(sink) = &mut sink {
            sink.begin(&form.columns);
        }
        let mut no_room = None;
        let mut keep = |reject: &Reject| {
            rejects.add(&self.job.load, reject).map_err(|error| {
                let told = std::io::Error::new(error.kind(), error.to_string());
                no_room = Some(error);
                told
            })
        };
        let read = document.rows(|rows| self.rows(rows, &mut sink, now, &mut keep));
        // The export is not at fault for a full disk of ours.
        if let Some(error) = no_room {
            return Err(LakeError::Spool(error));
        }
        let (poured, rows) = read.map_err(LakeError::Refused)?;
        if rows != survey.rows {
            let what = "it changed while it was read";
            let hint = "load it again when it is whole";
            return Err(LakeError::Refused(Problem::new(Place::whole(&self.job.file), what, hint)));
        }
        if let Some(sink) = sink {
            sink.end();
        }
        Ok(poured)
    }

    fn rows(
        &self,
        mut rows: Rows,
        sink: &mut Option<&mut dyn Sink>,
        mut now: Option<&mut Marks>,
        keep: &mut dyn FnMut(&Reject) -> std::io::Result<()>,
    ) -> std::io::Result<(Poured, u64)> {
        let Job { form, survey, .. } = self.job;
        let mut poured = Poured::default();
        let mut scratch = String::new();
        // The survey read some of them too.
        form.take_jumped();
        let mut reject = |poured: &mut Poured, reject: &Reject| {
            poured.read += 1;
            poured.rejected += 1;
            poured.torn |= reject.key.is_none();
            keep(reject)
        };
        loop {
            match rows.step()? {
                Step::End => return Ok((poured, rows.count)),
                Step::Broken(broken) => {
                    if form.counts_broken() {
                        reject(&mut poured, &form.unkept(broken.into()))?;
                    }
                    continue;
                }
                Step::Row => {}
            }
            let record = &rows.record.cells;
            if !form.is_meant(record) {
                continue;
            }
            let (file, line) = origin(form, record, &self.job.file);
            let origin = Origin { snapshot: self.job.day, file: &file, line, load: &self.job.load };
            let mut goes_on = true;
            match form.row(record, &mut scratch) {
                Err(bad) => {
                    reject(&mut poured, &bad)?;
                    if let (Some(sink), Some(key)) = (&mut *sink, &bad.key) {
                        goes_on = sink.take(None, &Noted { key, content: None, stamp: None, origin });
                    }
                }
                Ok(row) if survey.losers.contains(&(rows.count - 1)) => {
                    let raw = form.raw(record);
                    let (column, reason) = (form.key_words.clone(), "key twice".into());
                    reject(&mut poured, &Reject { line, column, reason, raw, key: Some(row.key) })?;
                }
                Ok(mut row) => {
                    if let Some(nth) = survey.alike.get(&(rows.count - 1)) {
                        row.key.push_str(&format!("\u{1f}{nth}"));
                    }
                    let is_asked = self.before.is_some() || self.same_day.is_some() || now.is_some();
                    let mark = if is_asked { mark(&row.key, row.content) } else { 0 };
                    let holds = |marks: &Marks| marks.contains(&mark);
                    let lands = !self.before.is_some_and(holds) && !self.same_day.is_some_and(holds);
                    poured.read += 1;
                    poured.landed += u64::from(lands);
                    poured.newest = poured.newest.max(row.stamp);
                    if let Some(now) = &mut now {
                        now.insert(mark);
                    }
                    if let Some(sink) = sink {
                        // Of a row that stands there in full, a column of its own tells it: see `with_stamp`.
                        let stamp = row.stamp.filter(|_| !lands);
                        let noted = Noted { key: &row.key, content: Some(row.content), stamp, origin };
                        goes_on = sink.take(lands.then_some(&row.cells), &noted);
                    }
                }
            }
            if !goes_on {
                return Err(std::io::Error::other("the lake took no more rows"));
            }
        }
    }
}

/// The file and line a row came from: a corrected one from where it was rejected.
fn origin<'a>(form: &Form, record: &ByteRecord, file: &'a str) -> (std::borrow::Cow<'a, str>, u64) {
    let line = line(record);
    let Some(correction) = &form.correction else { return (file.into(), line) };
    let text = |at| String::from_utf8_lossy(record.get(at).unwrap_or_default()).into_owned();
    (text(correction.file_at).into(), text(correction.line_at).parse().unwrap_or(line))
}
