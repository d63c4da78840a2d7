//! One record of a file, whatever form the file has, and what is wrong with some of them.

use csv::{ByteRecord, Position};
use std::io::Result;

/// How much of a rejected row is kept.
const MOST_RAW_BYTES: usize = 64 << 10;

/// Text cells, and which of them the file itself holds as numbers.
#[derive(Debug, Clone, Default)]
pub struct Record {
    pub cells: ByteRecord,
    numbers: Vec<bool>,
}

impl Record {
    /// Empties it for the record that begins in `line`.
    pub fn begin(&mut self, line: u64) {
        self.cells.clear();
        self.numbers.clear();
        let mut position = Position::new();
        position.set_line(line.max(1));
        self.cells.set_position(Some(position));
    }

    pub fn push(&mut self, cell: &[u8], is_number: bool) {
        self.cells.push_field(cell);
        if is_number {
            self.numbers.resize(self.cells.len(), false);
            self.numbers[self.cells.len() - 1] = true;
        }
    }

    /// Whether the file holds this cell as a number: no locale wrote it, its point is a decimal point.
    pub fn is_number(&self, cell: usize) -> bool {
        self.numbers.get(cell).is_some_and(|is| *is)
    }

    /// Up to the last cell that holds something.
    pub fn filled(&self) -> usize {
        self.cells.iter().enumerate().rfind(|(_, cell)| !cell.is_empty()).map_or(0, |(at, _)| at + 1)
    }
}

/// The line a record begins in, counted from 1: that of a text file, the row of a sheet, else the number of the record.
pub fn line(cells: &ByteRecord) -> u64 {
    cells.position().map_or(0, Position::line)
}

/// A record that could not be read by columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    pub line: u64,
    pub reason: String,
    /// Its text, as CSV.
    pub raw: String,
}

#[derive(Debug)]
pub enum Step {
    /// The next record was read.
    Row,
    /// It is none that can be read by columns.
    Broken(Broken),
    End,
}

/// A form of file: the records below its header.
pub trait Records {
    /// Reads the next record into `to`.
    ///
    /// # Errors
    /// The file cannot be read on.
    fn step(&mut self, to: &mut Record) -> Result<Step>;

    /// Lines at the end that are no records, as reports have them; all known at the end only.
    fn footer(&self) -> u64 {
        0
    }

    /// Lines that are the header again, and no records; all known at the end only.
    fn headers(&self) -> u64 {
        0
    }
}

/// The records of a file, counted. What is held of the file is one record.
pub struct Rows<'r> {
    records: Box<dyn Records + 'r>,
    pub record: Record,
    /// How many records were read, good and bad.
    pub count: u64,
}

impl<'r> Rows<'r> {
    pub fn new(records: impl Records + 'r) -> Rows<'r> {
        Rows { records: Box::new(records), record: Record::default(), count: 0 }
    }

    /// # Errors
    /// The file cannot be read on.
    pub fn step(&mut self) -> Result<Step> {
        let step = self.records.step(&mut self.record)?;
        self.count += u64::from(!matches!(step, Step::End));
        Ok(step)
    }

    /// How many lines at the end were no records, once all were read.
    pub fn footer(&self) -> u64 {
        self.records.footer()
    }

    /// How many lines were the header again, once all were read.
    pub fn headers(&self) -> u64 {
        self.records.headers()
    }
}

/// A heading without what pages and templates put around it: blanks of any kind, a byte order mark, the `*` of a required
/// column, the `:` of a form.
pub fn clean(word: &str) -> String {
    let around = |c: char| c.is_whitespace() || matches!(c, '\u{a0}' | '\u{feff}' | '\u{200b}');
    let word = word.trim_matches(around);
    let bare = word.trim_end_matches(|c| around(c) || matches!(c, '*' | ':'));
    let bare = bare.trim_start_matches(|c| around(c) || c == '*');
    if bare.is_empty() { word.to_string() } else { bare.to_string() }
}

/// The text of a record as CSV, its first `cells` cells at most if the others are empty; cut off with `…` where it is very long.
pub fn raw(record: &ByteRecord, cells: usize) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(vec![]);
    let empty_tail = record.iter().skip(cells).all(<[u8]>::is_empty);
    let kept = if empty_tail { cells } else { usize::MAX };
    let short = record.iter().take(kept).map(|cell| &cell[..cell.len().min(MOST_RAW_BYTES)]);
    let written = writer.write_record(short).map(|()| writer.into_inner().expect("a Vec takes all"));
    let mut text = String::from_utf8_lossy(&written.unwrap_or_default()).trim_end_matches('\n').to_string();
    if text.len() > MOST_RAW_BYTES {
        let end = (0..=MOST_RAW_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_what_is_left_when_the_page_is_taken_off() {
        for word in ["Name", " Name\u{a0}", "\u{feff}Name", "Name*", "* Name", "Name:", "Name :", "Name *:"] {
            assert_eq!(clean(word), "Name", "{word:?}");
        }
        assert_eq!((clean("*"), clean("  "), clean("a:b")), ("*".into(), String::new(), "a:b".into()));
    }
}
