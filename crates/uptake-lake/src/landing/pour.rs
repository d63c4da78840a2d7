//! From files to the rows of a landing table, one after the other: what is held of them is a mark a row, and what their sink holds.

use super::batch::{Batcher, Noted, Origin, Places};
use super::document::{Document, Worked};
use super::form::Form;
use super::spool::{Reject, Spool};
use super::survey::{Marks, Survey};
use super::typed::{Good, Outcome, Row, Typed, Typing};
use crate::error::LakeError;
use chrono::{DateTime, NaiveDate, Utc};
use datafusion::arrow::record_batch::RecordBatch;
use std::collections::{BTreeMap, HashSet};
use std::io::Error;
use std::sync::Arc;
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

/// The rows a batch has at most, the cells, and roughly the bytes.
const BATCH_ROWS: usize = 8192;
const BATCH_CELLS: usize = 1 << 20;
const BATCH_BYTES: usize = 8 << 20;

/// Where batches go; `false` if nobody takes any more.
pub type Out<'a> = &'a mut dyn FnMut(RecordBatch) -> bool;

/// Where the rows of a table go, one file after the other.
pub trait Sink {
    /// Takes a row with its cells as [`Typed::cells`] has them; without, only its presence is noted. `false` if no more are taken.
    fn take(&mut self, cells: Option<&[u8]>, noted: &Noted) -> bool;

    /// All rows of the file were taken.
    fn end(&mut self);
}

/// Makes batches of the rows as they come. What is held is one of them.
pub struct Batches<'a> {
    batcher: Batcher,
    most_rows: usize,
    out: Out<'a>,
}

impl<'a> Batches<'a> {
    /// For a table of `columns`.
    pub fn new(columns: &[(String, ColumnType)], out: Out<'a>) -> Batches<'a> {
        let most_rows = BATCH_ROWS.min(BATCH_CELLS / columns.len().max(1)).max(1);
        Batches { batcher: Batcher::new(columns), most_rows, out }
    }
}

impl Sink for Batches<'_> {
    fn take(&mut self, cells: Option<&[u8]>, noted: &Noted) -> bool {
        self.batcher.push(cells, noted).expect("they were packed for this table");
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

/// Reads the files of one table of `columns` in the order of their snapshots.
///
/// # Errors
/// A file that cannot be read any more; no room for rejects; the lake's storage.
pub fn pour(
    jobs: &[Arc<Job>],
    columns: &[(String, ColumnType)],
    stored: Stored,
    rejects: &Spool,
    sink: &mut dyn Sink,
) -> Result<Vec<Poured>, LakeError> {
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
            columns,
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
    /// The table's.
    columns: &'a [(String, ColumnType)],
    before: Option<&'a Marks>,
    same_day: Option<&'a Marks>,
}

impl File<'_> {
    fn pour(&self, now: Option<&mut Marks>, rejects: &Spool, sink: &mut dyn Sink) -> Result<Poured, LakeError> {
        let Job { form, survey, document, written, .. } = self.job;
        let typing = Typing {
            job: self.job,
            places: (!written).then(|| Places::of(self.columns, &form.columns)),
            marked: self.before.is_some() || self.same_day.is_some() || now.is_some(),
        };
        // The survey read some of them too.
        form.take_jumped();
        let sink = if *written { None } else { Some(sink) };
        let mut pouring = Pouring {
            file: self,
            now,
            rejects,
            sink,
            poured: Poured::default(),
            held: Marks::default(),
            no_room: None,
        };
        let read = document.worked(|batch| typing.typed(batch), |next| pouring.all(next));
        let Pouring { sink, poured, no_room, .. } = pouring;
        // The export is not at fault for a full disk of ours.
        if let Some(error) = no_room {
            return Err(LakeError::Spool(error));
        }
        if read.map_err(LakeError::Refused)? != survey.rows {
            let what = "it changed while it was read";
            let hint = "load it again when it is whole";
            return Err(LakeError::Refused(Problem::new(Place::whole(&self.job.file), what, hint)));
        }
        if let Some(sink) = sink {
            sink.end();
        }
        Ok(poured)
    }

    fn origin<'r>(&'r self, row: &'r Row) -> Origin<'r> {
        let Job { day, file, load, .. } = self.job;
        Origin { snapshot: *day, file: row.file.as_ref().unwrap_or(file), line: row.line, load }
    }

    /// Whether the lake has this very row, of the snapshot before or of this one.
    fn is_known(&self, row: &Good) -> bool {
        [self.before, self.same_day].into_iter().flatten().any(|marks| marks.contains(&row.mark))
    }
}

/// A file whose typed rows come in.
struct Pouring<'a, 's> {
    file: &'a File<'a>,
    /// Marks of all its rows, where they are asked for later.
    now: Option<&'a mut Marks>,
    rejects: &'a Spool,
    /// `None` where it is counted only.
    sink: Option<&'a mut (dyn Sink + 's)>,
    poured: Poured,
    /// Marks of the keys whose first row holds, until the newest of the others comes.
    held: Marks,
    /// Why a reject could not be kept.
    no_room: Option<Error>,
}

impl Pouring<'_, '_> {
    /// Takes all, and says how many records the file has, good and bad.
    fn all(&mut self, next: Worked<Typed>) -> std::io::Result<u64> {
        loop {
            let typed = next()?;
            for row in &typed.rows {
                self.poured.read += 1;
                let goes_on = match &row.outcome {
                    Outcome::Good(good) => self.good(row, good, &typed),
                    Outcome::Bad(reject) => self.bad(row, reject)?,
                    Outcome::Twice(reject) => self.twice(reject)?,
                    Outcome::First(key, good) => {
                        self.held.insert(*key);
                        self.good(row, good, &typed)
                    }
                    Outcome::Again(again) if self.held.remove(&again.key) => self.twice(&again.reject)?,
                    Outcome::Again(again) => self.good(row, &again.good, &typed),
                };
                if !goes_on {
                    return Err(Error::other("the lake took no more rows"));
                }
            }
            if let Some(records) = typed.end {
                return Ok(records);
            }
        }
    }

    /// `false` if no more rows are taken.
    fn good(&mut self, row: &Row, good: &Good, typed: &Typed) -> bool {
        let lands = !self.file.is_known(good);
        self.poured.landed += u64::from(lands);
        self.poured.newest = self.poured.newest.max(good.stamp);
        if let Some(now) = &mut self.now {
            now.insert(good.mark);
        }
        let origin = self.file.origin(row);
        // Of a row that stands there in full, a column of its own tells it: see `with_stamp`.
        let stamp = good.stamp.filter(|_| !lands);
        let noted = Noted { key: typed.key(good), content: Some(good.content), stamp, time: good.time, origin };
        self.sink.as_mut().is_none_or(|sink| sink.take(lands.then(|| typed.cells(good)), &noted))
    }

    /// Keeps the row, and notes that its record is there. `false` if no more are taken.
    fn bad(&mut self, row: &Row, reject: &Reject) -> std::io::Result<bool> {
        self.keep(reject)?;
        let noted = reject.key.as_ref().map(|key| Noted::rejected(key, self.file.origin(row)));
        Ok(self.sink.as_mut().zip(noted).is_none_or(|(sink, noted)| sink.take(None, &noted)))
    }

    fn twice(&mut self, reject: &Reject) -> std::io::Result<bool> {
        self.keep(reject).map(|()| true)
    }

    fn keep(&mut self, reject: &Reject) -> std::io::Result<()> {
        self.poured.rejected += 1;
        self.poured.torn |= reject.key.is_none();
        self.rejects.add(&self.file.job.load, reject).map_err(|error| {
            let told = Error::new(error.kind(), error.to_string());
            self.no_room = Some(error);
            told
        })
    }
}
