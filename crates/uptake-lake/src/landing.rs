//! Landing: files as the CRM wrote them become typed rows in `landing/` tables, rejects and a record of every load.
//!
//! read = landed + rejected + duplicate, for every file. A load makes one commit for each table it touches, and each
//! commit carries one transaction for each file, so that a load killed and repeated gives the same lake.

mod batch;
mod cell;
mod decode;
mod find;
mod journal;
mod recognise;
mod sheet;
mod snapshot;

pub use batch::{array, arrow_type, landing_schema};
pub use cell::{Cell, id18};
pub use journal::{Journal, loads_columns, rejects_columns};

use crate::error::LakeError;
use crate::store::Store;
use batch::{Landing, all_columns, batch};
use chrono::{DateTime, NaiveDate, Utc};
use find::Found;
use recognise::Recognised;
use sheet::Sheet;
use snapshot::Dated;
use std::collections::{BTreeMap, HashSet};
use uptake_spec::source::{ColumnType, Kind};
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
    refuse_mixed_firms(&mut by_table, &journal, &mut report.refused);
    for (table, mut files) in by_table {
        files.sort_by(|a, b| (a.dated.day, &a.file).cmp(&(b.dated.day, &b.file)));
        refuse_conflicts(&mut files, &journal, &mut report.refused);
        let landed = land(store, &table, &files, order.dry_run, &mut journal, at).await?;
        landed.iter().for_each(&mut *on_file);
        report.files.extend(landed);
    }
    if !order.dry_run {
        journal.commit(store).await?;
    }
    Ok(report)
}

enum Prepared<'p> {
    Ready(Box<Ready<'p>>),
    /// Loaded before, with what it counted then.
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
        return Ok(Prepared::Known(FileReport { file, note: "already loaded".into(), ..known }));
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

/// A fictional firm and a real one never mix in one lake.
fn refuse_mixed_firms(by_table: &mut BTreeMap<String, Vec<Ready>>, journal: &Journal, refused: &mut Vec<Problem>) {
    let orgs = by_table.values().flatten().filter_map(|ready| ready.fit.set.as_ref().map(|(org, _)| org.clone()));
    let first = journal.organisation().map(String::from).or_else(|| orgs.min());
    let Some(home) = first else { return };
    for files in by_table.values_mut() {
        files.retain(|ready| {
            let foreign = match &ready.fit.set {
                Some((org, _)) => (*org == crate::SAMPLE_ORGANISATION) != (home == crate::SAMPLE_ORGANISATION),
                None => home == crate::SAMPLE_ORGANISATION && bears_other_ids(ready),
            };
            if foreign {
                let what = if home == crate::SAMPLE_ORGANISATION {
                    "this lake holds the sample firm"
                } else {
                    "this file is of the sample firm"
                };
                let hint = "`uptake init DIR` makes a project and an empty lake for a firm of one's own";
                refused.push(Problem::new(Place::whole(&ready.file), what, hint));
            }
            !foreign
        });
    }
}

/// Whether a file that names no organisation holds ids, and none of them of the sample firm's instance: the fourth to
/// sixth character of an id name the instance that made it.
fn bears_other_ids(ready: &Ready) -> bool {
    let is_id = |column: &String| ready.fit.source.column_type(&ready.fit.object, column) == ColumnType::Id;
    let by_id = !ready.fit.object.key.is_empty() && ready.fit.object.key.iter().all(is_id);
    by_id
        && !ready.sheet.rows.is_empty()
        && !ready.sheet.rows.iter().any(|row| row.key.get(3..6) == crate::SAMPLE_ORGANISATION.get(3..6))
}

/// Two files of one object, day and part with different content: which one holds?
fn refuse_conflicts(files: &mut Vec<Ready>, journal: &Journal, refused: &mut Vec<Problem>) {
    let mut kept: Vec<(String, String)> = vec![];
    files.retain(|ready| {
        let slot = slot(ready);
        let in_order = kept.iter().find(|(other, digest)| *other == slot && *digest != ready.digest);
        let clash =
            ready.fit.object.kind == Kind::Record && (in_order.is_some() || journal.holds_other(&slot, &ready.digest));
        if clash {
            let what =
                format!("another {} of {} was loaded with different content", ready.fit.object.name, ready.dated.day);
            refused.push(Problem::new(
                Place::whole(&ready.file),
                what,
                "say of which day this one is: --snapshot 2026-12-31",
            ));
        }
        // The same content twice in one command is one file.
        let twice = kept.iter().any(|(other, digest)| *other == slot && *digest == ready.digest);
        kept.push((slot, ready.digest.clone()));
        !clash && !twice
    });
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
    let columns = all_columns(files.iter().map(|ready| &ready.sheet));
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
        journal.note(&report, &ready.load, &ready.digest, &ready.sheet, &ready.fit, at);
        if !committed && report.read > 0 {
            let presence = ready.fit.object.kind == Kind::Record;
            let landing = Landing {
                sheet: &ready.sheet,
                lands: &lands,
                presence,
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
    let notes = [ready.note.as_str(), header_only];
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
