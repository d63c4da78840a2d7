//! From the text of a file to typed rows and rejects. read = rows + rejects, always.

use super::cell::{Cell, read_cell};
use super::recognise::Recognised;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::hash::Hasher;
use std::io::Read;
use twox_hash::XxHash3_64;
use uptake_spec::source::{ColumnType, Object};
use uptake_spec::{Place, Problem};

/// The rows of one file, typed; `columns` are named as the source declares them.
#[derive(Debug)]
pub struct Sheet {
    pub columns: Vec<(String, ColumnType)>,
    pub rows: Vec<Row>,
    pub rejects: Vec<Reject>,
    /// The file ends inside a quoted cell.
    pub cut_off: bool,
}

#[derive(Debug)]
pub struct Row {
    pub cells: Vec<Cell>,
    pub key: String,
    /// A hash over all values by column name; absent values and the order of columns do not count.
    pub content: i64,
    /// Line in the file, from 1.
    pub line: u64,
}

/// A row that did not land, as `rejects` keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reject {
    pub line: u64,
    /// Empty where the row as a whole is at fault.
    pub column: String,
    pub reason: String,
    pub raw: String,
    /// The row's key, where it could be read: such a record is not gone.
    pub key: Option<String>,
}

impl Sheet {
    /// Whether the file has a header only.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.rejects.is_empty()
    }

    /// Whether nothing of the file is unknown: every row that did not land still tells its key. Only then does a key
    /// that is missing from it mean anything.
    pub fn is_whole(&self) -> bool {
        !self.rows.is_empty() && !self.cut_off && self.rejects.iter().all(|reject| reject.key.is_some())
    }

    /// The newest of the object's system stamps.
    pub fn newest(&self, object: &Object) -> Option<DateTime<Utc>> {
        let at =
            self.columns.iter().position(|(c, _)| object.newest.as_ref().is_some_and(|n| n.eq_ignore_ascii_case(c)))?;
        let stamps = self.rows.iter().filter_map(|row| match row.cells[at] {
            Cell::Instant(instant) => Some(instant),
            _ => None,
        });
        stamps.max()
    }
}

/// The most bytes one cell may hold.
const MOST_CELL_BYTES: usize = 16 << 20;
/// How much of a rejected row is kept.
const MOST_RAW_BYTES: usize = 64 << 10;

/// The header of a CSV text, trimmed; empty for an empty file.
pub fn header(text: &str) -> Result<Vec<String>, csv::Error> {
    Ok(reader(text).headers()?.iter().map(clean).collect())
}

fn reader(text: &str) -> csv::Reader<impl Read> {
    csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes().chain(END))
}

/// A line behind the last one: if it comes out as a row of its own, the last quote was closed.
const END: &[u8] = b"\n\x02";
const END_CELL: &[u8] = b"\x02";

/// Header words without blanks, non-breaking ones too, and without the characters a Delta column cannot have.
fn clean(word: &str) -> String {
    let word = word.trim_matches(|c: char| c.is_whitespace() || c == '\u{a0}' || c == '\u{feff}');
    word.replace([' ', ',', ';', '{', '}', '(', ')', '\n', '\t', '='], "_")
}

/// # Errors
/// Two columns of one name, or a timestamp without a zone in a source that declares none: the file is refused.
pub fn read_sheet(text: &str, file: &str, fit: &Recognised) -> Result<Sheet, Problem> {
    let refuse = |what: String, hint: &str| Problem::new(Place::new(file, 1, 1), what, hint);
    let names = header(text).map_err(|e| refuse(e.to_string(), "it is no CSV"))?;
    let columns: Vec<_> = names.iter().map(|name| declared(fit, name)).collect();
    for (at, (name, _)) in columns.iter().enumerate() {
        if columns[..at].iter().any(|(earlier, _)| earlier.eq_ignore_ascii_case(name)) {
            return Err(refuse(format!("two columns are called \"{name}\""), "rename or remove one of them"));
        }
    }
    if fit.source.zone.is_none() && columns.iter().any(|(_, kind)| *kind == ColumnType::Instant) {
        check_zones(text, &columns).map_err(|line| {
            let what = "a timestamp has no zone and the source declares none";
            Problem::new(
                Place::new(file, line, 1),
                what,
                format!("add zone = \"UTC\" to {}", fit.source.file.display()),
            )
        })?;
    }
    let mut sheet = Sheet { columns, rows: vec![], rejects: vec![], cut_off: false };
    let key: Vec<usize> = fit
        .object
        .key
        .iter()
        .filter_map(|k| sheet.columns.iter().position(|(c, _)| c.eq_ignore_ascii_case(k)))
        .collect();
    let mut reader = reader(text);
    let mut record = csv::ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => break,
            Ok(true) => take(&record, fit, &key, &mut sheet),
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                sheet.rejects.push(Reject {
                    line,
                    column: String::new(),
                    reason: error.to_string(),
                    raw: String::new(),
                    key: None,
                });
            }
        }
    }
    reject_doubles(fit, &mut sheet);
    Ok(sheet)
}

/// The column's name and type as the source declares them, else the header's word as text. A word that means
/// something in every landing table gets a `_` behind it.
fn declared(fit: &Recognised, name: &str) -> (String, ColumnType) {
    let all = fit.object.columns.iter().chain(&fit.source.columns);
    let own = all.map(|(column, _)| column).find(|column| column.eq_ignore_ascii_case(name));
    let ours = RESERVED.contains(&name.to_lowercase().as_str()) || name.starts_with('_');
    let word = own
        .cloned()
        .unwrap_or_else(|| if ours { format!("{}_", name.trim_start_matches('_')) } else { name.to_string() });
    (word, fit.source.column_type(&fit.object, name))
}

/// Columns that `landing.*` has beside those of the export; so has every name that begins with `_`.
const RESERVED: [&str; 5] = ["first_seen", "last_seen", "next_seen", "gone", "nth"];

/// The line of the first timestamp without a zone.
fn check_zones(text: &str, columns: &[(String, ColumnType)]) -> Result<(), usize> {
    for record in reader(text).records().flatten() {
        for (cell, (_, kind)) in record.iter().zip(columns) {
            if *kind == ColumnType::Instant
                && read_cell(cell, *kind, &[], None).is_err()
                && read_cell(cell, *kind, &[], Some(chrono_tz::UTC)).is_ok()
            {
                return Err(record.position().map_or(0, |p| p.line() as usize));
            }
        }
    }
    Ok(())
}

fn take(record: &csv::ByteRecord, fit: &Recognised, key: &[usize], sheet: &mut Sheet) {
    if record.len() == 1 && &record[0] == END_CELL {
        return;
    }
    if record.iter().next_back().is_some_and(|cell| cell.ends_with(END_CELL)) {
        sheet.cut_off = true;
        let reason = "a quote opens in this row and never closes: the file was cut off".to_string();
        let line = record.position().map_or(0, csv::Position::line);
        sheet.rejects.push(Reject { line, column: String::new(), reason, raw: raw(record), key: None });
        return;
    }
    match read_row(record, fit, key, &sheet.columns) {
        Ok(row) => sheet.rows.push(row),
        Err(reject) => sheet.rejects.push(reject),
    }
}

fn read_row(
    record: &csv::ByteRecord,
    fit: &Recognised,
    key: &[usize],
    columns: &[(String, ColumnType)],
) -> Result<Row, Reject> {
    let line = record.position().map_or(0, csv::Position::line);
    let reject =
        |column: &str, reason: String, key| Reject { line, column: column.into(), reason, raw: raw(record), key };
    if record.len() != columns.len() {
        return Err(reject("", format!("{} cells where the header has {}", record.len(), columns.len()), None));
    }
    let mut cells = Vec::with_capacity(columns.len());
    let mut wrong = None;
    for (bytes, (name, kind)) in record.iter().zip(columns) {
        if bytes.len() > MOST_CELL_BYTES {
            let reason = format!(
                "the cell has {} MB, more than {}; a quote may never close",
                bytes.len() >> 20,
                MOST_CELL_BYTES >> 20
            );
            return Err(reject(name, reason, None));
        }
        let text = std::str::from_utf8(bytes).expect("the whole text was decoded to UTF-8");
        let cell = read_cell(text, *kind, &fit.source.nothing, fit.source.zone);
        cells.push(cell.unwrap_or_else(|reason| {
            wrong.get_or_insert((name, reason));
            Cell::Nothing
        }));
    }
    let row_key = key_of(&cells, key);
    match (wrong, row_key) {
        (Some((column, reason)), key) => Err(reject(column, reason, key)),
        (None, None) => Err(reject(&fit.object.key.join(", "), "the key is empty".into(), None)),
        (None, Some(key)) => Ok(Row { content: content(&cells, columns), cells, key, line }),
    }
}

/// The values of the key columns; of all columns where the file has none of them. `None` if all are empty.
fn key_of(cells: &[Cell], key: &[usize]) -> Option<String> {
    let texts: Vec<Option<String>> = match key.is_empty() {
        true => cells.iter().map(Cell::canonical).collect(),
        false => key.iter().map(|at| cells[*at].canonical()).collect(),
    };
    let any = texts.iter().any(Option::is_some);
    any.then(|| texts.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>().join("\u{1f}"))
}

fn content(cells: &[Cell], columns: &[(String, ColumnType)]) -> i64 {
    let values = cells.iter().zip(columns).filter_map(|(cell, (name, _))| Some((name, cell.canonical()?)));
    // Added up, so that the order of the columns does not matter.
    let sum = values.fold(0u64, |sum, (name, value)| {
        let mut hash = XxHash3_64::with_seed(0);
        hash.write(name.to_lowercase().as_bytes());
        hash.write(&[0x1f]);
        hash.write(value.as_bytes());
        sum.wrapping_add(hash.finish())
    });
    sum as i64
}

fn raw(record: &csv::ByteRecord) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(vec![]);
    let short = record.iter().map(|cell| &cell[..cell.len().min(MOST_RAW_BYTES)]);
    let written = writer.write_record(short).map(|()| writer.into_inner().expect("a Vec takes all"));
    let mut text = String::from_utf8_lossy(&written.unwrap_or_default()).trim_end().to_string();
    if text.len() > MOST_RAW_BYTES {
        let end = (0..=MOST_RAW_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Of two rows with one key the one with the newest system stamp holds, of equal ones the later.
fn reject_doubles(fit: &Recognised, sheet: &mut Sheet) {
    let newest =
        fit.object.newest.as_ref().and_then(|n| sheet.columns.iter().position(|(c, _)| c.eq_ignore_ascii_case(n)));
    let stamp = |row: &Row| {
        newest.map(|at| match row.cells[at] {
            Cell::Instant(instant) => instant.timestamp_micros(),
            _ => i64::MIN,
        })
    };
    let mut holds: HashMap<&str, usize> = HashMap::with_capacity(sheet.rows.len());
    let mut loses = vec![false; sheet.rows.len()];
    for (at, row) in sheet.rows.iter().enumerate() {
        if let Some(other) = holds.get(row.key.as_str()).copied() {
            let older = stamp(row) < stamp(&sheet.rows[other]);
            loses[if older { at } else { other }] = true;
            if older {
                continue;
            }
        }
        holds.insert(&row.key, at);
    }
    let rows = std::mem::take(&mut sheet.rows);
    for (row, loses) in rows.into_iter().zip(loses) {
        if !loses {
            sheet.rows.push(row);
            continue;
        }
        let raw: Vec<String> = row.cells.iter().map(|cell| cell.canonical().unwrap_or_default()).collect();
        let (column, reason) = (fit.object.key.join(", "), "key twice".into());
        sheet.rejects.push(Reject { line: row.line, column, reason, raw: raw.join(","), key: Some(row.key) });
    }
}
