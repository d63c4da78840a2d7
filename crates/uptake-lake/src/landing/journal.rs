//! What was loaded: the lake's `loads` and `rejects`, read at the start of a load and written at its end.

use super::FileReport;
use super::batch::{array, arrow_type};
use super::cell::Cell;
use super::recognise::Recognised;
use super::sheet::{Reject, Sheet};
use crate::error::LakeError;
use crate::store::Store;
use chrono::{DateTime, NaiveDate, Utc};
use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::arrow::record_batch::RecordBatch;
use std::collections::HashSet;
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
    rejects: Vec<(usize, Reject)>,
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
    /// When it was loaded.
    pub at: DateTime<Utc>,
}

impl Journal {
    pub async fn open(store: &Store) -> Result<Journal, LakeError> {
        let Some(version) = store.version("loads").await? else { return Ok(Journal::default()) };
        Journal::at(store, version).await
    }

    /// The loads as they stood at one version of the table.
    pub async fn at(store: &Store, version: u64) -> Result<Journal, LakeError> {
        let table = store.rows("loads", version, None).await?;
        let entries: Vec<Entry> = (0..table.rows()).map(|row| read_entry(&table, row)).collect();
        Ok(Journal { stored: entries.len(), entries, rejects: vec![] })
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What a load of this name counted, if it was done before.
    pub fn known(&self, load: &str) -> Option<FileReport> {
        self.entries.iter().find(|entry| entry.load == load).map(|entry| entry.report.clone())
    }

    /// The organisation of the lake's first set.
    pub fn organisation(&self) -> Option<&str> {
        self.entries.iter().find_map(|entry| entry.organisation.as_deref())
    }

    /// Whether this slot was filled by a file of other content; a header alone fills nothing.
    pub fn holds_other(&self, slot: &str, digest: &str) -> bool {
        self.entries.iter().any(|entry| entry.report.read > 0 && entry.slot() == slot && entry.digest != digest)
    }

    /// The newest snapshot of an object before `day` that the lake holds.
    pub fn before(&self, source: &str, object: &str, day: NaiveDate) -> Option<NaiveDate> {
        let same = self.entries[..self.stored]
            .iter()
            .filter(|e| e.report.source == source && e.report.object == object && e.report.read > 0);
        same.filter_map(|entry| entry.report.snapshot).filter(|d| *d < day).max()
    }

    pub fn note(
        &mut self,
        report: &FileReport,
        load: &str,
        digest: &str,
        sheet: &Sheet,
        fit: &Recognised,
        at: DateTime<Utc>,
    ) {
        let entry = Entry {
            report: report.clone(),
            load: load.into(),
            digest: digest.into(),
            organisation: fit.set.as_ref().map(|(org, _)| org.clone()),
            part: fit.set.as_ref().map_or(0, |(_, part)| i64::from(*part)),
            whole: fit.whole && sheet.is_whole(),
            columns: sheet.columns.iter().map(|(name, _)| name.clone()).collect(),
            newest: sheet.newest(&fit.object),
            at,
        };
        self.rejects.extend(sheet.rejects.iter().map(|reject| (self.entries.len(), reject.clone())));
        self.entries.push(entry);
    }

    /// Writes the new rejects, then the new loads; each with the files' transactions, skipping what is there.
    pub async fn commit(&self, store: &Store) -> Result<(), LakeError> {
        let new = &self.entries[self.stored..];
        if new.is_empty() {
            return Ok(());
        }
        let loads: Vec<String> = new.iter().map(|entry| entry.load.clone()).collect();
        let done: HashSet<String> = self.done(store, "rejects", &loads).await?;
        let rejects: Vec<_> = self.rejects.iter().filter(|(at, _)| !done.contains(&self.entries[*at].load)).collect();
        if !rejects.is_empty() {
            let mut with_rejects: Vec<String> = rejects.iter().map(|(at, _)| self.entries[*at].load.clone()).collect();
            with_rejects.dedup();
            let rows = build(&REJECTS, rejects.len(), |row, column| self.reject_cell(rejects[row], column));
            store.append("rejects", vec![rows], &with_rejects).await?;
        }
        let done = self.done(store, "loads", &loads).await?;
        let new: Vec<&Entry> = new.iter().filter(|entry| !done.contains(&entry.load)).collect();
        let rows = build(&LOADS, new.len(), |row, column| new[row].cell(column));
        let loads: Vec<String> = new.iter().map(|entry| entry.load.clone()).collect();
        store.append("loads", vec![rows], &loads).await
    }

    async fn done(&self, store: &Store, table: &str, loads: &[String]) -> Result<HashSet<String>, LakeError> {
        let committed = store.committed(table, loads).await?;
        Ok(loads.iter().zip(committed).filter(|(_, done)| *done).map(|(load, _)| load.clone()).collect())
    }

    fn reject_cell(&self, (at, reject): &(usize, Reject), column: &str) -> Cell {
        match column {
            "line" => Cell::Integer(reject.line as i64),
            "column" => text(&reject.column),
            "reason" => text(&reject.reason),
            "raw" => text(&reject.raw),
            _ => self.entries[*at].cell(column),
        }
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
            let files: Vec<&Entry> = ours.clone().filter(|e| e.report.snapshot == Some(day)).collect();
            let columns: HashSet<String> = files.iter().flat_map(|e| &e.columns).map(|c| c.to_lowercase()).collect();
            let complete = files.iter().all(|e| e.whole) && needed.is_subset(&columns);
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

impl Entry {
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
            "organisation" => self.organisation.clone().map_or(Cell::Nothing, Cell::Text),
            "part" => Cell::Integer(self.part),
            "whole" => Cell::Boolean(self.whole),
            "columns" => Cell::Text(self.columns.join("\n")),
            "snapshot_from" => text(report.snapshot_from),
            "digest" => text(&self.digest),
            _ => text(&self.load),
        }
    }
}

fn text(text: &str) -> Cell {
    if text.is_empty() { Cell::Nothing } else { Cell::Text(text.into()) }
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
    let read = count("read") as u64;
    let report = FileReport {
        file: text("file"),
        source: text("source"),
        object: text("object"),
        table: if read == 0 {
            String::new()
        } else {
            format!("landing.{}_{}", text("source"), text("object").to_lowercase())
        },
        snapshot: match table.value(row, "snapshot") {
            Value::Date(day) => Some(day),
            _ => None,
        },
        snapshot_from: "",
        read,
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
        at: instant(table.value(row, "at")).unwrap_or_default(),
    }
}

fn instant(value: Value) -> Option<DateTime<Utc>> {
    match value {
        Value::Instant(at) => Some(at),
        _ => None,
    }
}
