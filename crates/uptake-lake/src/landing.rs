//! Landing: files as the CRM wrote them become typed rows in `landing/` tables, rejects and a record of every load.
//!
//! read = landed + rejected + duplicate, for every file. A load makes one commit for each table it touches, and each
//! commit carries one transaction for each file, so that a load killed and repeated gives the same lake.

mod batch;
mod cell;
mod conflicts;
mod decode;
mod find;
mod journal;
mod recognise;
mod sheet;
mod snapshot;

pub use batch::{array, arrow_type, landing_schema};
pub use cell::{Cell, id18};
pub use journal::{Entry, Journal, loads_columns, rejects_columns};

use crate::error::LakeError;
use crate::store::Store;
use batch::{Landing, all_columns, batch};
use chrono::{DateTime, NaiveDate, Utc};
use find::Found;
use recognise::Recognised;
use sheet::Sheet;
use snapshot::Dated;
use std::collections::{BTreeMap, HashSet};
use uptake_spec::source::Kind;
use uptake_spec::{Place, Problem, Project};

/// What to load and how.
#[derive(Debug, Clone, Default)]
pub struct LoadOrder {
    /// Files, zips and folders.
    pub paths: Vec<String>,
    /// The snapshot date, where the files do not tell it.
    pub snapshot: Option<NaiveDate>,
    /// The source, where two fit.
    pub source: Option<String>,
    /// The files are whole objects: what is missing from them is gone.
    pub complete: bool,
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

#[derive(Debug, Clone, Default)]
pub struct LoadReport {
    pub files: Vec<FileReport>,
    /// Files that are no tables, and why.
    pub skipped: Vec<(String, String)>,
    pub refused: Vec<Problem>,
}

/// A file read, dated and typed, waiting to be compared with its neighbour.
struct Ready<'p> {
    fit: Recognised<'p>,
    sheet: Sheet,
    dated: Dated,
    file: String,
    note: String,
    /// Names this file's load everywhere: the transaction of its commits.
    load: String,
    digest: String,
}

/// Lands every file below `order.paths`. A refused file does not keep the others from landing.
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
    let _lock = store.lock().await?;
    let mut journal = Journal::open(store).await?;
    let search = find::find(&order.paths);
    let mut report = LoadReport { skipped: search.skipped, refused: search.refused, ..Default::default() };
    let mut by_table: BTreeMap<String, Vec<Ready>> = BTreeMap::new();
    for found in &search.tables {
        match prepare(project, order, found, &search.tables, &journal) {
            Ok(Prepared::Ready(ready)) => by_table.entry(ready.fit.table()).or_default().push(*ready),
            Ok(Prepared::Known(known)) => {
                on_file(&known);
                report.files.push(known);
            }
            Ok(Prepared::Skipped(why)) => report.skipped.push((found.shown(), why)),
            Err(problem) => report.refused.push(problem),
        }
    }
    conflicts::refuse_other_organisations(&mut by_table, &journal, &mut report.refused);
    conflicts::refuse_second_exports(&mut by_table, &journal, &mut report.refused, &mut report.skipped);
    for (table, mut files) in by_table {
        files.sort_by(|a, b| (a.dated.day, &a.file).cmp(&(b.dated.day, &b.file)));
        match land(store, &table, &files, order.dry_run, &mut journal, at).await {
            Ok(landed) => {
                landed.iter().for_each(&mut *on_file);
                report.files.extend(landed);
            }
            // What one table cannot take does not keep the others from landing.
            Err(error @ LakeError::Table { .. }) => {
                report.refused.extend(files.iter().map(|ready| cannot_take(ready, &error)))
            }
            Err(error) => return Err(error),
        }
    }
    if !order.dry_run {
        journal.commit(store).await?;
    }
    Ok(report)
}

fn cannot_take(ready: &Ready, error: &LakeError) -> Problem {
    let hint = "nothing of it was landed; the other tables were";
    Problem::new(Place::whole(&ready.file), crate::check::chain(error), hint)
}

enum Prepared<'p> {
    Ready(Box<Ready<'p>>),
    /// Loaded before: every row of it is a duplicate.
    Known(FileReport),
    Skipped(String),
}

fn prepare<'p>(
    project: &'p Project,
    order: &LoadOrder,
    found: &Found,
    all: &[Found],
    journal: &Journal,
) -> Result<Prepared<'p>, Problem> {
    let (bytes, digest) = found.read()?;
    if bytes.is_empty() {
        return Ok(Prepared::Skipped("empty".into()));
    }
    let file = found.shown();
    let decoded = decode::decode(bytes).map_err(|line| {
        Problem::new(
            Place::new(&file, line, 1),
            "it has a NUL byte: this is no text",
            "export it again as CSV; nothing of it was landed",
        )
    })?;
    let header = sheet::header(&decoded.text)
        .map_err(|e| Problem::new(Place::new(&file, 1, 1), e.to_string(), "it is no CSV"))?;
    let mut fit = recognise::recognise(project, found, &header, order.source.as_deref())?;
    fit.whole |= order.complete && fit.object.kind == Kind::Record;
    let sheet = sheet::read_sheet(&decoded.text, &file, &fit)?;
    let newest = fit.set.as_ref().and_then(|(org, _)| newest_of_set(org, found, all, &fit));
    let Some(dated) = snapshot::date_of(found, &fit, &sheet, order.snapshot, newest) else {
        return Err(Problem::new(Place::whole(&file), "nothing says of which day it is", "say --snapshot 2026-12-31"));
    };
    let load = format!("{digest}:{}:{}:{}", fit.source.name, fit.object.name, dated.day);
    if let Some(known) = journal.known(&load) {
        let note = "already loaded".into();
        return Ok(Prepared::Known(FileReport { file, note, landed: 0, rejected: 0, duplicate: known.read, ..known }));
    }
    Ok(Prepared::Ready(Box::new(Ready { fit, sheet, dated, file, note: decoded.note, load, digest })))
}

/// The parts of one set are one snapshot: the newest entry of any of them dates all.
fn newest_of_set(org: &str, found: &Found, all: &[Found], fit: &Recognised) -> Option<NaiveDate> {
    let name = fit.source.set.as_ref()?;
    let same_set = |other: &&Found| {
        other.path.parent() == found.path.parent() && name.read(&other.file_name()).is_some_and(|(o, _)| o == org)
    };
    all.iter().filter(same_set).filter_map(|other| other.entry.as_ref()?.newest).max()
}

fn slot(ready: &Ready) -> String {
    let part = ready.fit.set.as_ref().map_or(0, |(_, part)| i64::from(*part));
    journal::slot(&ready.fit.source.name, &ready.fit.object.name, ready.dated.day, part)
}

/// Compares the files of one table with their neighbours, in the order of their snapshots, and writes what is new.
async fn land(
    store: &Store,
    table: &str,
    files: &[Ready<'_>],
    dry_run: bool,
    journal: &mut Journal,
    at: DateTime<Utc>,
) -> Result<Vec<FileReport>, LakeError> {
    let loads: Vec<String> = files.iter().map(|ready| ready.load.clone()).collect();
    let committed = store.committed(table, &loads).await?;
    let columns = all_columns(&store.columns(table).await?, files.iter().map(|ready| &ready.sheet));
    let mut seen = Seen::new();
    let (mut batches, mut reports) = (vec![], vec![]);
    for (ready, committed) in files.iter().zip(committed) {
        let before = neighbour(store, table, ready, journal, &mut seen).await?;
        let lands: Vec<bool> = ready
            .sheet
            .rows
            .iter()
            .map(|row| !before.is_some_and(|set| set.contains(&(row.key.clone(), row.content))))
            .collect();
        let now = seen.entry(ready.dated.day).or_default();
        now.extend(ready.sheet.rows.iter().map(|row| (row.key.clone(), row.content)));
        let report = counted(ready, &lands);
        if !committed && report.read > 0 {
            let landing = Landing {
                sheet: &ready.sheet,
                lands: &lands,
                snapshot: ready.dated.day,
                file: &ready.file,
                load: &ready.load,
            };
            batches.push((batch(&landing, &columns), ready.load.clone()));
        }
        reports.push(report);
    }
    if !dry_run && !batches.is_empty() {
        let (rows, transactions): (Vec<_>, Vec<_>) = batches.into_iter().unzip();
        store.append(table, rows, &transactions).await?;
    }
    for (ready, report) in files.iter().zip(&reports) {
        journal.note(report, &ready.load, &ready.digest, &ready.sheet, &ready.fit, at);
    }
    Ok(reports)
}

type Seen = BTreeMap<NaiveDate, HashSet<(String, i64)>>;

/// What the nearest earlier snapshot of the same object holds, from this load or from the lake.
async fn neighbour<'s>(
    store: &Store,
    table: &str,
    ready: &Ready<'_>,
    journal: &Journal,
    seen: &'s mut Seen,
) -> Result<Option<&'s HashSet<(String, i64)>>, LakeError> {
    let day = ready.dated.day;
    let in_lake = journal.before(&ready.fit.source.name, &ready.fit.object.name, day);
    let in_load = seen.range(..day).next_back().map(|(d, _)| *d);
    let Some(nearest) = in_lake.max(in_load) else { return Ok(None) };
    // A set of several parts may stand half in the lake and half in this load. No row has an empty key, so that
    // one can mark that the lake's half was read.
    let mark = (String::new(), 0);
    if in_lake == Some(nearest) && !seen.get(&nearest).is_some_and(|set| set.contains(&mark)) {
        let stored = store.keys(table, nearest).await?;
        let set = seen.entry(nearest).or_default();
        set.extend(stored);
        set.insert(mark);
    }
    Ok(seen.get(&nearest))
}

fn counted(ready: &Ready, lands: &[bool]) -> FileReport {
    let landed = lands.iter().filter(|lands| **lands).count() as u64;
    let rejected = ready.sheet.rejects.len() as u64;
    let read = ready.sheet.rows.len() as u64 + rejected;
    let header_only = if read == 0 { "header only" } else { "" };
    let torn = ready.fit.whole && read > 0 && !ready.sheet.is_whole();
    let torn = if torn { "not taken as complete: some rows have no readable key" } else { "" };
    let notes = [ready.note.as_str(), header_only, torn];
    FileReport {
        file: ready.file.clone(),
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
    }
}
