//! Landing: files as the CRM wrote them become typed rows in `landing/` tables, rejects and a record of every load.
//!
//! read = landed + rejected + duplicate, for every file. A load makes one commit for each table it touches, and each
//! commit carries one transaction for each file, so that a load killed and repeated gives the same lake.

mod batch;
pub(crate) mod cell;
pub(crate) mod clocks;
mod conflicts;
mod correct;
pub(crate) mod dates;
pub(crate) mod document;
mod drift;
mod fetch;
pub(crate) mod find;
mod form;
mod in_order;
mod journal;
mod months;
mod names;
pub(crate) mod numbers;
mod packed;
mod parquet;
mod pour;
mod prepare;
pub(crate) mod recognise;
mod sheets;
pub(crate) mod snapshot;
mod spool;
mod stored;
mod survey;
mod typed;
pub(crate) mod unpack;

pub use batch::{array, arrow_type, landing_schema};
pub use cell::{Cell, id18};
pub use clocks::clock;
pub use correct::{Open, open_rejects};
pub use find::{is_taken, is_whole};
pub use form::wide_row;
pub use journal::{Entry, Journal, loads_columns, rejects_columns};

use crate::error::LakeError;
use crate::manifest::{Published, none_is_older};
use crate::relations::is_built;
use crate::store::{MOST_TRIES, Seen, Store, pause};
use batch::{all_columns, landing_schema as schema_of};
use chrono::{DateTime, NaiveDate, Utc};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::error::{DataFusionError, Result as EngineResult};
use fetch::Delivery;
use in_order::{InOrder, Limits, is_large};
use pour::{Batches, Job, Poured, Sink, pour};
use prepare::{Prepared, Preparing};
use recognise::Recognised;
use snapshot::Dated;
use spool::Spool;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::mpsc;
use tracing::info;
use uptake_spec::source::{ColumnType, DateOrder, DecimalMark};
use uptake_spec::{Place, Problem, Project};

/// What to load and how.
#[derive(Debug, Clone, Default)]
pub struct LoadOrder {
    /// Files, zips and folders, also as patterns (`exports/*.csv`) and URLs.
    pub paths: Vec<String>,
    /// The snapshot date, where the files do not tell it.
    pub snapshot: Option<NaiveDate>,
    /// The source, where two fit.
    pub source: Option<String>,
    /// The files are whole objects: what is missing from them is gone.
    pub complete: bool,
    /// How `02/03/2026` is read where a column does not say it itself.
    pub date_order: Option<DateOrder>,
    /// How `1.234` is read where a column does not say it itself.
    pub decimal: Option<DecimalMark>,
    /// Read and report, write nothing.
    pub dry_run: bool,
}

/// What became of one file. read = landed + rejected + duplicate.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FileReport {
    /// `exports/WE_00D_1.ZIP/User.csv`.
    pub file: String,
    pub source: String,
    pub object: String,
    /// `landing.salesforce_user`.
    pub table: String,
    pub snapshot: Option<NaiveDate>,
    pub snapshot_from: &'static str,
    pub read: u64,
    pub landed: u64,
    pub rejected: u64,
    pub duplicate: u64,
    /// `already loaded`, `header only`, `windows-1252 since line 7`.
    pub note: String,
}

impl FileReport {
    /// Whether the lake did not have this very file before.
    pub fn is_new(&self) -> bool {
        !self.note.contains("already loaded")
    }
}

#[derive(Debug, Clone, Default)]
pub struct LoadReport {
    pub files: Vec<FileReport>,
    /// Files that are no tables, and why.
    pub skipped: Vec<(String, String)>,
    pub refused: Vec<Problem>,
    /// The first rejected rows of each file, a few in all: file, line and reason.
    pub rejects: Vec<String>,
}

/// A file surveyed and dated, waiting to be compared with its neighbour.
struct Ready<'p> {
    fit: Recognised<'p>,
    dated: Dated,
    note: String,
    /// It was loaded before, and is now said to be complete.
    amends: bool,
    job: Arc<Job>,
}

/// Hears of each file, with the name of its load: one file of corrected rows can be of several.
type Tell<'a> = &'a mut dyn FnMut(&str, &FileReport);

type ByTable<'p> = BTreeMap<String, Vec<Ready<'p>>>;

/// Lands every file below `order.paths`. A refused file does not keep the others from landing. On object stores another load may be
/// first at a table; this one then begins again, and what it has committed stays and is not written twice.
///
/// # Errors
/// Only the lake itself: storage, a table that cannot be written. Files at fault are in the report.
pub async fn load(
    store: &Store,
    project: &Project,
    order: &LoadOrder,
    at: DateTime<Utc>,
    on_file: &mut dyn FnMut(&FileReport),
) -> Result<LoadReport, LakeError> {
    let fetched = fetch::fetch(&order.paths).await;
    // Who writes nothing waits for nobody.
    let _lock = if order.dry_run { None } else { Some(store.lock().await?) };
    let mut told = HashSet::new();
    let mut tell = |load: &str, report: &FileReport| {
        if told.insert((report.file.clone(), load.to_string())) {
            on_file(report);
        }
    };
    for tries in 1..MOST_TRIES {
        match load_once(store, project, order, &fetched, at, &mut tell).await {
            Err(LakeError::Overtaken(what)) => {
                info!(what, tries, "overtaken by another load, starting again");
                pause(tries).await;
            }
            ended => return ended,
        }
    }
    load_once(store, project, order, &fetched, at, &mut tell).await
}

async fn load_once(
    store: &Store,
    project: &Project,
    order: &LoadOrder,
    fetched: &Delivery,
    at: DateTime<Utc>,
    tell: Tell<'_>,
) -> Result<LoadReport, LakeError> {
    none_is_older(store, Published::read(store).await?.newest.as_ref(), |table| !is_built(table)).await?;
    let mut journal = Journal::open(store).await?;
    let mut report = LoadReport::default();
    let mut by_table = prepared(project, order, fetched, &journal, at.date_naive(), &mut report, tell);
    conflicts::refuse_other_organisations(&mut by_table, &journal, &mut report.refused);
    conflicts::refuse_second_exports(&mut by_table, &journal, &mut report.refused, &mut report.skipped);
    let rejects = Arc::new(Spool::default());
    let mut names = HashMap::new();
    for (table, mut files) in by_table.into_iter().filter(|(_, files)| !files.is_empty()) {
        files.sort_by(|a, b| (a.job.day, &a.job.file).cmp(&(b.job.day, &b.job.file)));
        names.extend(files.iter().map(|ready| (ready.job.load.clone(), ready.job.file.clone())));
        match land(store, &table, &mut files, order.dry_run, &mut journal, &rejects, at).await {
            Ok(landed) => {
                files.iter().zip(&landed).for_each(|(ready, report)| tell(&ready.job.load, report));
                report.files.extend(landed);
            }
            Err(LakeError::Refused(problem)) => {
                let others = files.iter().filter(|ready| problem.place.file.to_string_lossy() != *ready.job.file);
                let hint =
                    "it was to land together with a file that could not be read on; load it again without that one";
                report
                    .refused
                    .extend(others.map(|r| Problem::new(Place::whole(&r.job.file), "it was not landed", hint)));
                report.refused.push(problem);
            }
            // What one table cannot take does not keep the others from landing.
            Err(error @ (LakeError::Table { .. } | LakeError::Compute { .. } | LakeError::Damaged(_))) => {
                report.refused.extend(files.iter().map(|ready| cannot_take(ready, &error)))
            }
            Err(error) => return Err(error),
        }
    }
    report.rejects = rejects.first(&names).map_err(LakeError::Spool)?;
    if !order.dry_run {
        journal.commit(store, Arc::into_inner(rejects).expect("all tables are done")).await?;
    }
    Ok(report)
}

/// Surveys every file and sorts them by the tables they go to; what goes nowhere is reported.
fn prepared<'p>(
    project: &'p Project,
    order: &'p LoadOrder,
    fetched: &Delivery,
    journal: &Journal,
    today: NaiveDate,
    report: &mut LoadReport,
    tell: Tell<'_>,
) -> ByTable<'p> {
    let search = find::find(&order.paths, &fetched.files);
    report.skipped = search.skipped.into_iter().chain(fetched.skipped.iter().cloned()).collect();
    report.refused = search.refused.into_iter().chain(fetched.refused.iter().cloned()).collect();
    let mut preparing = Preparing::new(project, order, journal, &search.tables, today);
    let mut by_table = ByTable::new();
    for prepared in search.tables.iter().flat_map(|found| preparing.prepare(found)).collect::<Vec<_>>() {
        match prepared {
            Prepared::Surveyed(surveyed) => match preparing.dated(*surveyed) {
                Ok(ready) => by_table.entry(ready.fit.table()).or_default().push(ready),
                Err(problem) => report.refused.push(problem),
            },
            Prepared::Known(load, known) => {
                tell(&load, &known);
                report.files.push(known);
            }
            Prepared::Skipped(file, why) => report.skipped.push((file, why)),
            Prepared::Refused(problem) => report.refused.push(problem),
        }
    }
    by_table
}

fn cannot_take(ready: &Ready, error: &LakeError) -> Problem {
    let hint = "nothing of it was landed; the other tables were";
    Problem::new(Place::whole(&ready.job.file), crate::check::chain(error), hint)
}

fn slot(ready: &Ready) -> String {
    journal::slot(&ready.fit.source.name, &ready.fit.object.name, ready.dated.day, part(ready))
}

/// Which part of its day's export a file is. A view is a part by itself: two of them stand beside each other.
fn part(ready: &Ready) -> i64 {
    match &ready.fit.set {
        Some((_, part)) => i64::from(*part),
        None if ready.fit.source.views && !ready.fit.whole => {
            let digest = &ready.job.document.look.digest;
            digest.get(..15).and_then(|start| i64::from_str_radix(start, 16).ok()).unwrap_or_default()
        }
        None => i64::from(ready.fit.part),
    }
}

/// Pours the files of one table, in the order of their snapshots, into one commit.
async fn land(
    store: &Store,
    table: &str,
    files: &mut [Ready<'_>],
    dry_run: bool,
    journal: &mut Journal,
    rejects: &Arc<Spool>,
    at: DateTime<Utc>,
) -> Result<Vec<FileReport>, LakeError> {
    let loads: Vec<String> = files.iter().map(|ready| ready.job.load.clone()).collect();
    let seen = store.seen(table, &loads).await?;
    for (ready, committed) in files.iter_mut().zip(&seen.committed) {
        let job = Arc::make_mut(&mut ready.job);
        job.written = *committed || dry_run || job.survey.rows == 0;
        job.before = journal.before(&ready.fit.source.name, &ready.fit.object.name, job.day);
    }
    let known = seen.columns();
    let columns = all_columns(&known, files.iter().map(|ready| &ready.job.form.columns[..]));
    let transactions: Vec<String> =
        files.iter().filter(|ready| !ready.job.written).map(|ready| ready.job.load.clone()).collect();
    let stored = Stored::new(store, table, &files[0].fit, journal);
    let jobs: Vec<Arc<Job>> = files.iter().map(|ready| ready.job.clone()).collect();
    let poured = write(seen, columns, jobs, stored, rejects.clone(), &transactions).await?;
    let reports: Vec<FileReport> =
        files.iter().zip(&poured).map(|(ready, poured)| counted(ready, poured, &known)).collect();
    for ((ready, report), poured) in files.iter().zip(&reports).zip(&poured) {
        journal.note(report, ready, poured, at);
    }
    Ok(reports)
}

/// Pours on a thread of its own while the lake writes.
async fn write(
    seen: Seen,
    columns: Vec<(String, ColumnType)>,
    jobs: Vec<Arc<Job>>,
    stored: Stored,
    rejects: Arc<Spool>,
    transactions: &[String],
) -> Result<Vec<Poured>, LakeError> {
    let (send, receive) = mpsc::channel(2);
    let stopped = Arc::new(AtomicBool::new(false));
    let refused = stopped.clone();
    let schema = schema_of(&columns);
    let forms: Vec<Arc<Job>> = jobs.clone();
    let naming: Vec<&str> = forms.iter().filter_map(|job| job.form.naming_column()).collect();
    let time = time_of(&jobs, &columns).filter(|_| is_large(&jobs));
    let is_ordered = time.is_some();
    let pouring = tokio::task::spawn_blocking(move || {
        whole_or_nothing(send, &refused, |out| {
            let poured = |sink: &mut dyn Sink| pour(&jobs, &columns, &|day| stored.marks(day), &rejects, sink);
            match is_ordered {
                true => ordered(InOrder::new(&columns, Limits::default()), out, poured),
                false => poured(&mut Batches::new(&columns, out)),
            }
        })
    });
    let written = match (transactions.is_empty(), time) {
        (true, _) => Ok(()),
        (false, None) => seen.append_stream(schema, receive, transactions, &naming).await,
        (false, Some(time)) => seen.append_files(schema, receive, transactions, &naming, &time).await,
    };
    let poured = pouring.await.expect("pouring does not panic");
    match (poured, written) {
        // Where the lake took no more rows, its error says why.
        (Err(error), Err(_)) if !stopped.load(Ordering::Relaxed) => Err(error),
        (_, Err(error)) | (Err(error), Ok(())) => Err(error),
        (Ok(poured), Ok(())) => Ok(poured),
    }
}

/// The column by whose time the rows of files lie, where all of them have it; as the table spells it.
fn time_of(jobs: &[Arc<Job>], columns: &[(String, ColumnType)]) -> Option<String> {
    let mut times = jobs.iter().filter(|job| !job.written).map(|job| job.form.time_column().map(str::to_lowercase));
    let first = times.next()??;
    let all = times.all(|other| other.as_ref() == Some(&first));
    columns.iter().map(|(name, _)| name).find(|name| all && name.to_lowercase() == first).cloned()
}

/// Hands out what `pour` gives once all of it is there, in the order of time.
fn ordered<T>(
    mut rows: InOrder,
    out: pour::Out,
    pour: impl FnOnce(&mut dyn Sink) -> Result<T, LakeError>,
) -> Result<T, LakeError> {
    let poured = pour(&mut rows);
    // The export is not at fault for a full disk of ours.
    let rows = rows.settled().map_err(LakeError::Spool)?;
    let poured = poured?;
    rows.hand_out(out).map_err(LakeError::Spool)?;
    Ok(poured)
}

/// Hands out what `pour` makes. Where it does not come to its end an error follows, also where it panics: nothing may be committed of what
/// came so far.
fn whole_or_nothing<T>(
    send: mpsc::Sender<EngineResult<RecordBatch>>,
    refused: &AtomicBool,
    pour: impl FnOnce(pour::Out) -> Result<T, LakeError>,
) -> Result<T, LakeError> {
    let mut out = |batch| {
        let taken = send.blocking_send(Ok(batch)).is_ok();
        refused.store(!taken, Ordering::Relaxed);
        taken
    };
    let poured = catch_unwind(AssertUnwindSafe(|| pour(&mut out)));
    if !matches!(poured, Ok(Ok(_))) {
        let _ = send.blocking_send(Err(DataFusionError::Execution("a file could not be read on".into())));
    }
    poured.unwrap_or_else(|panic| resume_unwind(panic))
}

/// What the lake holds of one object, for the thread that pours.
struct Stored {
    store: Store,
    table: String,
    loads: BTreeMap<NaiveDate, Vec<String>>,
    runtime: tokio::runtime::Handle,
}

impl Stored {
    fn new(store: &Store, table: &str, fit: &Recognised, journal: &Journal) -> Stored {
        let loads = stored::loads_of(journal, &fit.source.name, &fit.object.name);
        Stored { store: store.clone(), table: table.into(), loads, runtime: tokio::runtime::Handle::current() }
    }

    fn marks(&self, day: NaiveDate) -> Result<survey::Marks, LakeError> {
        let loads = self.loads.get(&day).map_or(&[][..], |loads| loads);
        self.runtime.block_on(stored::marks(&self.store, &self.table, day, loads))
    }
}

const REJECTED_AGAIN: &str =
    "rejected again: `uptake rejects` lists the rows as they first came, the table `rejects` also why now";

/// `known` are the columns that the table had before.
fn counted(ready: &Ready, poured: &Poured, known: &[String]) -> FileReport {
    let Poured { read, landed, rejected, torn, .. } = *poured;
    let header_only = if read == 0 { "header only" } else { "" };
    let torn = if torn && ready.fit.whole { "not taken as complete: some rows have no readable key" } else { "" };
    let amended = match (ready.amends, torn.is_empty()) {
        (true, true) => "already loaded, now as complete",
        (true, false) => "already loaded",
        (false, _) => "",
    };
    let again = if rejected > 0 && ready.fit.correction.is_some() { REJECTED_AGAIN } else { "" };
    let drift = drift::drift(known, &ready.job.form, &ready.fit).join(", ");
    let jumped = jumped(ready);
    let notes = [ready.note.as_str(), header_only, amended, torn, again, &jumped, &drift];
    let report = FileReport {
        file: ready.job.file.clone(),
        source: ready.fit.source.name.clone(),
        object: ready.fit.object.name.clone(),
        table: if read == 0 { String::new() } else { ready.fit.table().replace('/', ".") },
        snapshot: Some(ready.dated.day),
        snapshot_from: ready.dated.from,
        read,
        landed,
        rejected,
        duplicate: read - landed - rejected,
        note: notes.into_iter().filter(|n| !n.is_empty()).collect::<Vec<_>>().join(", "),
    };
    if ready.amends { FileReport { landed: 0, rejected: 0, duplicate: read, ..report } } else { report }
}

/// How many local times no clock showed.
fn jumped(ready: &Ready) -> String {
    match (ready.job.form.take_jumped(), ready.fit.source.zone_of(&ready.fit.object)) {
        (0, _) | (_, None) => String::new(),
        (1, Some(zone)) => format!("1 time that the clock of {zone} jumped over is read as if it had not yet"),
        (times, Some(zone)) => {
            format!("{times} times that the clock of {zone} jumped over are read as if it had not yet")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out before the channel closes: a batch is true, an error false.
    async fn taken(pour: fn(pour::Out) -> Result<(), LakeError>) -> Vec<bool> {
        let (send, mut receive) = mpsc::channel(2);
        let pouring = tokio::task::spawn_blocking(move || whole_or_nothing(send, &AtomicBool::new(false), pour));
        let mut taken = vec![];
        while let Some(came) = receive.recv().await {
            taken.push(came.is_ok());
        }
        let _ = pouring.await;
        taken
    }

    fn batch() -> RecordBatch {
        RecordBatch::new_empty(Arc::new(datafusion::arrow::datatypes::Schema::empty()))
    }

    fn refused() -> LakeError {
        LakeError::Refused(Problem::new(Place::whole("a.csv"), "it is torn", ""))
    }

    #[tokio::test]
    async fn an_error_follows_whatever_does_not_come_to_its_end() {
        assert_eq!(taken(|out| Ok(_ = out(batch()))).await, [true]);
        assert_eq!(taken(|out| if out(batch()) { Err(refused()) } else { Ok(()) }).await, [true, false]);
        assert_eq!(taken(|out| panic!("after a batch: {}", out(batch()))).await, [true, false]);
    }
}
