//! The records of a CSV file, one after the other, and what is wrong with some of them.

use csv::ByteRecord;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::Read;
use std::rc::Rc;

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

/// The most bytes one row may have; behind a quote that never closes, the rest of the file is one row.
const MOST_ROW_BYTES: u64 = 64 << 20;
/// How much of a rejected row is kept.
const MOST_RAW_BYTES: usize = 64 << 10;

/// The header of a CSV text, trimmed; empty for a file of nothing but blank lines, `None` if a quote opens in it and never closes.
pub fn header(text: impl Read) -> std::io::Result<Option<Vec<String>>> {
    let mut rows = Rows::new(text);
    let words: Vec<String> = match rows.reader.byte_headers() {
        Ok(words) => words.iter().map(|word| clean(&String::from_utf8_lossy(word))).collect(),
        Err(_) if rows.since.get() > MOST_ROW_BYTES => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    match rows.is_behind_the_end() {
        true if words.len() == 1 && words[0].as_bytes() == END_CELL => Ok(Some(vec![])),
        true => Ok(None),
        false => Ok(Some(words)),
    }
}

/// Header words without blanks, non-breaking ones too.
fn clean(word: &str) -> String {
    word.trim_matches(|c: char| c.is_whitespace() || c == '\u{a0}' || c == '\u{feff}').to_string()
}

/// Quotes that close where no cell ends: `"Part"ners`. A quote too many makes one cell of all that stands before the next
/// one, and a reader that forgives it swallows rows.
#[derive(Debug, Default)]
struct Quotes {
    state: Inside,
    /// Bytes seen.
    at: u64,
    /// Where each wrong one was followed by something else than a comma or the end of the line.
    wrong: VecDeque<u64>,
}

#[derive(Debug, Default, Clone, Copy)]
enum Inside {
    /// Where a cell begins.
    #[default]
    Nothing,
    Plain,
    Quoted,
    /// Behind a quote in a quoted cell.
    Closing,
}

impl Quotes {
    fn take(&mut self, text: &[u8]) {
        let mut at = 0;
        while at < text.len() {
            self.state = match (self.state, text[at]) {
                (Inside::Nothing, b'"') => Inside::Quoted,
                (Inside::Nothing | Inside::Closing | Inside::Plain, b',' | b'\n' | b'\r') => Inside::Nothing,
                (Inside::Closing, b'"') => Inside::Quoted,
                (Inside::Closing, _) => {
                    self.wrong.push_back(self.at + at as u64);
                    Inside::Plain
                }
                (Inside::Nothing | Inside::Plain, _) => {
                    at += memchr::memchr3(b',', b'\n', b'\r', &text[at..]).unwrap_or(text.len() - at);
                    self.state = Inside::Plain;
                    continue;
                }
                (Inside::Quoted, _) => match memchr::memchr(b'"', &text[at..]) {
                    Some(quote) => {
                        at += quote;
                        Inside::Closing
                    }
                    None => {
                        at = text.len();
                        Inside::Quoted
                    }
                },
            };
            at += 1;
        }
        self.at += text.len() as u64;
    }

    /// Whether one stands from `start` to `end`; those before `end` are forgotten.
    fn are_wrong(&mut self, start: u64, end: u64) -> bool {
        let mut found = false;
        while self.wrong.front().is_some_and(|at| *at < end) {
            found |= self.wrong.pop_front().is_some_and(|at| at >= start);
        }
        found
    }
}

/// The records below the header. What is held of the file is one row.
pub struct Rows<R: Read> {
    reader: csv::Reader<Metered<R>>,
    /// Bytes read since the last row ended.
    since: Rc<Cell<u64>>,
    /// How many bytes the text has, once all are read.
    bytes: Rc<Cell<Option<u64>>>,
    quotes: Rc<RefCell<Quotes>>,
    pub record: ByteRecord,
    /// How many records were read.
    pub count: u64,
    ended: bool,
}

pub enum Step {
    /// The next record is in `record`.
    Row,
    /// It is none that could be read by columns.
    Broken(Reject),
    End,
}

/// A line behind the last one: if it comes out as a row of its own, the last quote was closed. What it holds is known by
/// where it stands: a file may hold the same.
const END: &[u8] = b"\n\x02";
const END_CELL: &[u8] = b"\x02";

impl<R: Read> Rows<R> {
    pub fn new(text: R) -> Rows<R> {
        let since = Rc::new(Cell::new(0));
        let quotes = Rc::new(RefCell::new(Quotes::default()));
        let bytes = Rc::new(Cell::new(None));
        let inner =
            Metered { inner: text, end: END, since: since.clone(), quotes: quotes.clone(), bytes: bytes.clone() };
        let reader = csv::ReaderBuilder::new().flexible(true).buffer_capacity(128 << 10).from_reader(inner);
        Rows { reader, since, bytes, quotes, record: ByteRecord::new(), count: 0, ended: false }
    }

    /// Whether the record that was read last goes on to the last byte of [`END`]; those before take the first at most.
    fn is_behind_the_end(&self) -> bool {
        self.bytes.get().is_some_and(|bytes| self.reader.position().byte() > bytes + 1)
    }

    /// # Errors
    /// The file cannot be read on.
    pub fn step(&mut self) -> std::io::Result<Step> {
        if self.ended {
            return Ok(Step::End);
        }
        self.since.set(0);
        let read = self.reader.read_byte_record(&mut self.record);
        let cut_off = match read {
            Ok(false) => {
                self.ended = true;
                return Ok(Step::End);
            }
            Ok(true) if self.is_behind_the_end() && self.record.len() == 1 && &self.record[0] == END_CELL => {
                self.ended = true;
                return Ok(Step::End);
            }
            Ok(true) => self.is_behind_the_end(),
            Err(_) if self.since.get() > MOST_ROW_BYTES => {
                self.ended = true;
                true
            }
            Err(error) => return Err(error.into()),
        };
        self.count += 1;
        let start = self.record.position().map_or(0, csv::Position::byte);
        let wrong_quote = self.quotes.borrow_mut().are_wrong(start, self.reader.position().byte());
        if !cut_off && !wrong_quote {
            return Ok(Step::Row);
        }
        let line = self.record.position().map_or_else(|| self.reader.position().line(), csv::Position::line);
        let reason = match self.ended {
            true => format!("more than {} MB without the end of the row: a quote never closes", MOST_ROW_BYTES >> 20),
            false if cut_off => "a quote opens in this row and never closes: the file was cut off".to_string(),
            false => "a quote closes in the midst of a cell: one is missing or too many, here or before".to_string(),
        };
        let raw = if cut_off && !self.ended {
            raw(&without_end(&self.record), usize::MAX)
        } else {
            raw(&self.record, usize::MAX)
        };
        Ok(Step::Broken(Reject { line, column: String::new(), reason, raw, key: None }))
    }
}

/// The row as the file has it: [`END`] is ours.
fn without_end(record: &ByteRecord) -> ByteRecord {
    let last = record.len().saturating_sub(1);
    let cells = record.iter().enumerate();
    cells.map(|(at, cell)| cell.strip_suffix(END).filter(|_| at == last).unwrap_or(cell)).collect()
}

/// Puts [`END`] behind the text, and stops where a row grows beyond all measure.
struct Metered<R> {
    inner: R,
    /// What is still to come of it.
    end: &'static [u8],
    since: Rc<Cell<u64>>,
    quotes: Rc<RefCell<Quotes>>,
    bytes: Rc<Cell<Option<u64>>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        if self.since.get() > MOST_ROW_BYTES {
            return Err(std::io::Error::other("the row does not end"));
        }
        let mut read = if self.bytes.get().is_none() { self.inner.read(to)? } else { 0 };
        if read == 0 && !to.is_empty() {
            let seen = self.quotes.borrow().at;
            self.bytes.set(self.bytes.get().or(Some(seen)));
            read = self.end.read(to)?;
        }
        self.since.set(self.since.get() + read as u64);
        self.quotes.borrow_mut().take(&to[..read]);
        Ok(read)
    }
}

/// The text of a row, its first `cells` cells at most.
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

    fn wrong(text: &str) -> bool {
        // In one piece, and byte by byte.
        let found = [text.len(), 1].map(|size| {
            let mut quotes = Quotes::default();
            text.as_bytes().chunks(size).for_each(|some| quotes.take(some));
            quotes.are_wrong(0, u64::MAX)
        });
        assert_eq!(found[0], found[1], "{text}");
        found[0]
    }

    #[test]
    fn a_quote_closes_where_its_cell_ends() {
        for good in
            ["a,b\n", "\"a\",\"b\"\r\n", "\"say \"\"hi\"\"\",1\n", "5\" pipe,x\n", "\"a,\nb\",c\n", "\"\",\"\"\n"]
        {
            assert!(!wrong(good), "{good}");
        }
        for bad in ["\"Part\"ners\n", "a,\"5\" pipe\"\n", "\"a\" ,b\n"] {
            assert!(wrong(bad), "{bad}");
        }
    }
}
