//! Records become typed rows: all work on a row that needs no other one, done on some threads at once. What comes of it are bytes
//! (`packed.rs`).

use super::batch::Places;
use super::pour::Job;
use super::spool::Reject;
use super::survey::{Mark, mark};
use super::{form, packed};
use chrono::{DateTime, Utc};
use csv::ByteRecord;
use std::cmp::Ordering;
use std::ops::Range;
use uptake_read::{Batch, Item, line};

/// How the records of one file are typed.
pub struct Typing<'a> {
    pub job: &'a Job,
    /// Where the table has the file's columns; `None` where the rows are counted only.
    pub places: Option<Places>,
    /// Whether the rows' marks are asked for.
    pub marked: bool,
}

/// What came of some records, in their order.
#[derive(Debug, Default)]
pub struct Typed {
    pub rows: Vec<Row>,
    /// Keys and cells of the good ones.
    bytes: Vec<u8>,
    /// How many records the file has, good and bad, where these are its last.
    pub end: Option<u64>,
}

#[derive(Debug)]
pub struct Row {
    pub line: u64,
    /// The file it was rejected from, if it is a corrected one.
    pub file: Option<String>,
    pub outcome: Outcome,
}

#[derive(Debug)]
pub enum Outcome {
    Good(Good),
    Bad(Reject),
    /// Another row of the file has its key, and holds.
    Twice(Reject),
    /// The first row of the key with this mark, and newer than all others of it.
    First(Mark, Good),
    Again(Box<Again>),
}

/// The newest of the rows of a key that are not its first: it holds, unless the first is newer.
#[derive(Debug)]
pub struct Again {
    /// The mark of the key.
    pub key: Mark,
    pub good: Good,
    /// What it is where the first holds.
    pub reject: Reject,
}

#[derive(Debug)]
pub struct Good {
    key: Range<usize>,
    cells: Range<usize>,
    pub content: i64,
    /// Zero where none is asked for.
    pub mark: Mark,
    /// The newest system stamp.
    pub stamp: Option<DateTime<Utc>>,
    /// When it was true.
    pub time: Option<DateTime<Utc>>,
}

impl Typed {
    pub fn key(&self, row: &Good) -> &str {
        std::str::from_utf8(&self.bytes[row.key.clone()]).expect("it was a text")
    }

    /// The cells of the table's columns, as [`packed::push`] put them.
    pub fn cells(&self, row: &Good) -> &[u8] {
        &self.bytes[row.cells.clone()]
    }
}

impl Typing<'_> {
    pub fn typed(&self, batch: &Batch) -> Typed {
        let form = &self.job.form;
        let (mut typed, mut scratch) = (Typed::default(), String::new());
        for (number, item) in (batch.first..).zip(&batch.items) {
            match item {
                Item::Row(record) if form.is_meant(&record.cells) => {
                    let outcome = self.outcome(number, &record.cells, &mut typed.bytes, &mut scratch);
                    let (file, line) = self.origin(&record.cells);
                    typed.rows.push(Row { line, file, outcome });
                }
                Item::Broken(broken) if form.counts_broken() => {
                    let outcome = Outcome::Bad(form.unkept(broken.clone().into()));
                    typed.rows.push(Row { line: broken.line, file: None, outcome });
                }
                Item::Row(_) | Item::Broken(_) => {}
                Item::End(..) => typed.end = Some(number),
            }
        }
        typed
    }

    fn outcome(&self, number: u64, record: &ByteRecord, bytes: &mut Vec<u8>, scratch: &mut String) -> Outcome {
        let Job { form, survey, .. } = self.job;
        let mut row = match form.row(record, scratch) {
            Ok(row) => row,
            Err(reject) => return Outcome::Bad(reject),
        };
        let key = if survey.again.is_empty() { 0 } else { mark(&row.key, 0) };
        let Some(newest) = survey.again.get(&key) else {
            if let Some(nth) = survey.alike.get(&number) {
                row.key.push_str(&format!("\u{1f}{nth}"));
            }
            return Outcome::Good(self.good(&row, bytes));
        };
        let twice = |key: &str| {
            let (column, raw) = (form.key_words.clone(), form.raw(record));
            Reject { line: line(record), column, reason: "key twice".into(), raw, key: Some(key.into()) }
        };
        match row.standing(number).cmp(newest) {
            Ordering::Less => Outcome::Twice(twice(&row.key)),
            Ordering::Equal => {
                Outcome::Again(Box::new(Again { key, good: self.good(&row, bytes), reject: twice(&row.key) }))
            }
            Ordering::Greater => Outcome::First(key, self.good(&row, bytes)),
        }
    }

    fn good(&self, row: &form::Row, bytes: &mut Vec<u8>) -> Good {
        let begin = bytes.len();
        bytes.extend_from_slice(row.key.as_bytes());
        let end = bytes.len();
        if let Some(places) = &self.places {
            places.row(&row.cells).for_each(|cell| packed::push(cell, bytes));
        }
        Good {
            key: begin..end,
            cells: end..bytes.len(),
            content: row.content,
            mark: if self.marked { mark(&row.key, row.content) } else { 0 },
            stamp: row.stamp,
            time: row.time,
        }
    }

    /// The file and line a row came from: a corrected one from where it was rejected.
    fn origin(&self, record: &ByteRecord) -> (Option<String>, u64) {
        let line = line(record);
        let Some(correction) = &self.job.form.correction else { return (None, line) };
        let text = |at| String::from_utf8_lossy(record.get(at).unwrap_or_default()).into_owned();
        (Some(text(correction.file_at)), text(correction.line_at).parse().unwrap_or(line))
    }
}
