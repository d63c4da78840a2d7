//! What was loaded: the lake's `loads` and `rejects`, read at the start of a load and written at its end.

use super::FileReport;
use super::Ready;
use super::batch::{array, arrow_type};
use super::cell::Cell;
use super::pour::Poured;
use super::snapshot::BY_STAMPS;
use super::spool::{Reject, Spool};
use crate::error::LakeError;
use crate::store::Store;
use chrono::{DateTime, NaiveDate, Utc};
use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::error::DataFusionError;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uptake_spec::source::ColumnType::{self, Boolean, Date, Instant, Integer, Text};
use uptake_spec::{Table, Value};

const LOADS: [(&str, ColumnType); 18] = [
    ("file", Text),
    ("source", Text),
    ("object", Text),
    ("snapshot", Date),
    ("read", Integer),
    ("landed", Integer),
    ("rejected", Integer),
    ("duplicate", Integer),
    ("at", Instant),
    ("note", Text),
    ("newest", Instant),
    ("organisation", Text),
    ("part", Integer),
    ("whole", Boolean),
    ("columns", Text),
    ("snapshot_from", Text),
    ("digest", Text),
    ("load", Text),
];
const REJECTS: [(&str, ColumnType); 9] = [
    ("file", Text),
    ("source", Text),
    ("object", Text),
    ("snapshot", Date),
    ("line", Integer),
    ("column", Text),
    ("reason", Text),
    ("raw", Text),
    ("load", Text),
];

/// The columns of the lake's `loads`.
pub fn loads_columns() -> &'static [(&'static str, ColumnType)] {
    &LOADS
}

/// The columns of the lake's `rejects`.
pub fn rejects_columns() -> &'static [(&'static str, ColumnType)] {
    &REJECTS
}

/// Every load of the lake, and those of the running command.
#[derive(Debug, Default)]
pub struct Journal {
    entries: Vec<Entry>,
    /// How many of the entries the lake had already.
    stored: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub report: FileReport,
    pub load: String,
    pub digest: String,
    pub organisation: Option<String>,
    pub part: i64,
    /// A whole-object export by its kind; see [`Journal::complete`] for whether it counts as one.
    pub whole: bool,
    pub columns: Vec<String>,
    /// The newest system stamp among its rows.
    pub newest: Option<DateTime<Utc>>,
    /// Whether only its rows say of which day it is.
    pub by_stamps: bool,
    /// When it was loaded.
    pub at: DateTime<Utc>,
}

/// What the load is called that says of an earlier one: it was complete.
const COMPLETES: &str = ":complete";
/// What stands between a correction's own load and the one it corrects.
const CORRECTS: &str = " corrects ";

impl Journal {
    pub async fn open(store: &Store) -> Result<Journal, LakeError> {
        let Some(version) = store.version("loads").await? else { return Ok(Journal::default()) };
        Journal::at(store, version).await
    }

    /// The loads as they stood at one version of the table.
    pub async fn at(store: &Store, version: u64) -> Result<Journal, LakeError> {
        let table = store.rows("loads", version, None).await?;
        let (amends, mut entries): (Vec<Entry>, Vec<Entry>) =
            (0..table.rows()).map(|row| read_entry(&table, row)).partition(|entry| entry.load.ends_with(COMPLETES));
        for entry in &mut entries {
            let said = amends.iter().any(|a| a.whole && a.load.strip_suffix(COMPLETES) == Some(&entry.load));
            entry.whole |= said;
        }
        Ok(Journal { stored: entries.len(), entries })
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The load of this name, if it was done before.
    pub fn known(&self, load: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.load == load)
    }

    /// The load of these bytes as this object, if only their rows said of which day they are.
    pub fn known_by_stamps(&self, digest: &str, source: &str, object: &str) -> Option<&Entry> {
        let same = |e: &&Entry| e.digest == digest && e.report.source == source && e.report.object == object;
        self.entries.iter().filter(|entry| entry.by_stamps).find(same)
    }

    /// The organisation of the lake's first set.
    pub fn organisation(&self) -> Option<&str> {
        self.entries.iter().find_map(|entry| entry.organisation.as_deref())
    }

    /// Whether this slot was filled by a file of other content; a header alone fills nothing.
    pub fn holds_other(&self, slot: &str, digest: &str) -> bool {
        let others = self.entries.iter().filter(|entry| entry.report.read > 0 && entry.corrects().is_none());
        others.into_iter().any(|entry| entry.slot() == slot && entry.digest != digest)
    }

    /// The newest snapshot of an object before `day` that the lake holds.
    pub fn before(&self, source: &str, object: &str, day: NaiveDate) -> Option<NaiveDate> {
        let same = self.entries[..self.stored]
            .iter()
            .filter(|e| e.report.source == source && e.report.object == object && e.report.read > 0);
        same.filter_map(|entry| entry.report.snapshot).filter(|d| *d < day).max()
    }

    pub(super) fn note(&mut self, report: &FileReport, ready: &Ready, poured: &Poured, at: DateTime<Utc>) {
        let set = ready.fit.set.as_ref();
        let name = if ready.amends { COMPLETES } else { "" };
        self.entries.push(Entry {
            report: report.clone(),
            load: format!("{}{name}", ready.job.load),
            digest: ready.job.document.look.digest.clone(),
            organisation: set.map(|(org, _)| org.clone()),
            part: super::part(ready),
            whole: ready.fit.whole && !poured.torn,
            columns: ready.job.form.words.iter().map(|word| word.replace(['\n', '\r'], " ")).collect(),
            newest: poured.newest,
            by_stamps: ready.dated.from == BY_STAMPS,
            at,
        });
    }

    /// Writes the new rejects, then the new loads; each with the files' transactions, skipping what is there.
    pub async fn commit(&self, store: &Store, rejects: Spool) -> Result<(), LakeError> {
        let new = &self.entries[self.stored..];
        if new.is_empty() {
            return Ok(());
        }
        self.commit_rejects(store, rejects).await?;
        let loads: Vec<String> = new.iter().map(|entry| entry.load.clone()).collect();
        let seen = store.seen("loads", &loads).await?;
        let new = new.iter().zip(&seen.committed).filter(|(_, done)| !**done);
        let new: Vec<&Entry> = new.map(|(entry, _)| entry).collect();
        if new.is_empty() {
            return Ok(());
        }
        let rows = build(&LOADS, new.len(), |row, column| new[row].cell(column));
        let loads: Vec<String> = new.iter().map(|entry| entry.load.clone()).collect();
        store.append(seen, vec![rows], &loads).await
    }

    async fn commit_rejects(&self, store: &Store, rejects: Spool) -> Result<(), LakeError> {
        let new = self.entries[self.stored..].iter().filter(|e| e.report.rejected > 0 && !e.load.ends_with(COMPLETES));
        let loads: Vec<String> = new.clone().map(|entry| entry.load.clone()).collect();
        let seen = store.seen("rejects", &loads).await?;
        let open = new.zip(&seen.committed).filter(|(_, done)| !**done);
        let open: HashMap<String, Entry> = open.map(|(e, _)| (e.load.clone(), e.clone())).collect();
        if open.is_empty() || rejects.is_empty() {
            return Ok(());
        }
        let loads: Vec<String> = open.keys().cloned().collect();
        let (send, receive) = tokio::sync::mpsc::channel(2);
        let reading = tokio::task::spawn_blocking(move || {
            let read = rejects.each(|some| {
                let some: Vec<_> = some.iter().filter_map(|(load, reject)| Some((open.get(load)?, reject))).collect();
                let rows = build(&REJECTS, some.len(), |row, column| reject_cell(some[row], column));
                // Nobody listens any more where the write failed; that is told there.
                let _ = send.blocking_send(Ok(rows));
            });
            if read.is_err() {
                // Nothing may be committed of what came so far.
                let why = "the rejected rows could not be read back";
                let _ = send.blocking_send(Err(DataFusionError::Execution(why.into())));
            }
            read
        });
        let schema = build(&REJECTS, 0, |_, _| Cell::Nothing).schema();
        let written = seen.append_stream(schema, receive, &loads, &[]).await;
        reading.await.expect("reading rejects back does not panic").map_err(LakeError::Spool)?;
        written
    }

    /// The snapshots of one object, in order, each with whether it is complete: a whole export with at least one row
    /// and every column that an earlier complete one had.
    pub fn snapshots(&self, source: &str, object: &str) -> Vec<(NaiveDate, bool)> {
        let ours =
            self.entries.iter().filter(|e| e.report.source == source && e.report.object == object && e.report.read > 0);
        let mut days: Vec<NaiveDate> = ours.clone().filter_map(|e| e.report.snapshot).collect();
        days.sort();
        days.dedup();
        let mut needed: HashSet<String> = HashSet::new();
        let mut snapshots = vec![];
        for day in days {
            let files: Vec<&Entry> =
                ours.clone().filter(|e| e.report.snapshot == Some(day) && e.corrects().is_none()).collect();
            let columns: HashSet<String> =
                files.iter().flat_map(|e| &e.columns).map(|c| c.to_lowercase().replace(' ', "_")).collect();
            let complete = !files.is_empty() && files.iter().all(|e| e.whole) && needed.is_subset(&columns);
            if complete {
                needed.extend(columns);
            }
            snapshots.push((day, complete));
        }
        snapshots
    }
}

/// The place of a file in the lake: two files of one slot cannot both hold.
pub fn slot(source: &str, object: &str, day: NaiveDate, part: i64) -> String {
    format!("{source}/{object}/{day}/{part}")
}

/// The load of corrected rows, by its own bytes and the load that had rejected them.
pub fn correcting(digest: &str, of: &str) -> String {
    format!("{digest}{CORRECTS}{of}")
}

fn reject_cell((entry, reject): (&Entry, &Reject), column: &str) -> Cell {
    match column {
        "line" => Cell::Integer(reject.line as i64),
        "column" => text(&reject.column),
        "reason" => text(&reject.reason),
        "raw" => text(&reject.raw),
        _ => entry.cell(column),
    }
}

impl Entry {
    /// The load whose rejected rows this one brought corrected.
    pub fn corrects(&self) -> Option<&str> {
        self.load.split_once(CORRECTS).map(|(_, of)| of)
    }

    fn slot(&self) -> String {
        slot(&self.report.source, &self.report.object, self.report.snapshot.unwrap_or_default(), self.part)
    }

    fn cell(&self, column: &str) -> Cell {
        let report = &self.report;
        match column {
            "file" => text(&report.file),
            "source" => text(&report.source),
            "object" => text(&report.object),
            "snapshot" => report.snapshot.map_or(Cell::Nothing, Cell::Date),
            "read" => Cell::Integer(report.read as i64),
            "landed" => Cell::Integer(report.landed as i64),
            "rejected" => Cell::Integer(report.rejected as i64),
            "duplicate" => Cell::Integer(report.duplicate as i64),
            "at" => Cell::Instant(self.at),
            "note" => text(&report.note),
            "newest" => self.newest.map_or(Cell::Nothing, Cell::Instant),
            "organisation" => text(self.organisation.as_deref().unwrap_or_default()),
            "part" => Cell::Integer(self.part),
            "whole" => Cell::Boolean(self.whole),
            "columns" => Cell::Text(self.columns.join("\n").into()),
            "snapshot_from" => text(report.snapshot_from),
            "digest" => text(&self.digest),
            _ => text(&self.load),
        }
    }
}

fn text(text: &str) -> Cell {
    if text.is_empty() { Cell::Nothing } else { Cell::Text(text.to_string().into()) }
}

fn build(columns: &[(&str, ColumnType)], rows: usize, cell: impl Fn(usize, &str) -> Cell) -> RecordBatch {
    let fields: Vec<Field> = columns.iter().map(|(name, kind)| Field::new(*name, arrow_type(*kind), true)).collect();
    let arrays = columns.iter().map(|(name, kind)| array(*kind, (0..rows).map(|row| cell(row, name)))).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("every column has as many rows")
}

fn read_entry(table: &Table, row: usize) -> Entry {
    let text = |name| match table.value(row, name) {
        Value::Text(text) => text.to_string(),
        _ => String::new(),
    };
    let count = |name| match table.value(row, name) {
        Value::Integer(n) => n,
        _ => 0,
    };
    let report = FileReport {
        file: text("file"),
        source: text("source"),
        object: text("object"),
        // Whoever tells of it again asks the source for the name.
        table: String::new(),
        snapshot: match table.value(row, "snapshot") {
            Value::Date(day) => Some(day),
            _ => None,
        },
        snapshot_from: "",
        read: count("read") as u64,
        landed: count("landed") as u64,
        rejected: count("rejected") as u64,
        duplicate: count("duplicate") as u64,
        note: text("note"),
    };
    Entry {
        report,
        load: text("load"),
        digest: text("digest"),
        organisation: Some(text("organisation")).filter(|o| !o.is_empty()),
        part: count("part"),
        whole: table.value(row, "whole") == Value::Boolean(true),
        columns: text("columns").split('\n').map(String::from).collect(),
        newest: instant(table.value(row, "newest")),
        by_stamps: text("snapshot_from") == BY_STAMPS,
        at: instant(table.value(row, "at")).unwrap_or_default(),
    }
}

fn instant(value: Value) -> Option<DateTime<Utc>> {
    match value {
        Value::Instant(at) => Some(at),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn rejects_that_cannot_be_read_back_are_not_called_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("lake").to_string_lossy()).expect("a lake");
        let entry = Entry {
            report: FileReport { read: 1, rejected: 1, ..Default::default() },
            load: "one".into(),
            digest: String::new(),
            organisation: None,
            part: 0,
            whole: false,
            columns: vec![],
            newest: None,
            by_stamps: false,
            at: DateTime::default(),
        };
        let journal = Journal { entries: vec![entry], stored: 0 };
        let ended = journal.commit(&store, Spool::torn(folder.path())).await;
        assert!(matches!(ended, Err(LakeError::Spool(_))), "{ended:?}");
        assert_eq!(store.seen("rejects", &["one".into()]).await.expect("a lake").committed, [false]);
    }
}
