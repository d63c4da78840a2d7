//! The records of a text file whose cells are separated: CSV, with commas or what else people have.

use crate::record::{Broken, Record, Records, Step, clean, raw};
use crate::{Dialect, MOST_ROW_BYTES};
use csv::ByteRecord;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::{Read, Result};
use std::rc::Rc;

/// What the reader of records does not tell: the lines that records begin in, whatever ends a line, and quotes that close where no cell
/// ends, `"Part"ners`. A quote too many makes one cell of all that stands before the next one, and a reader that forgives it swallows rows.
#[derive(Debug)]
struct Scan {
    delimiter: u8,
    state: Inside,
    /// Bytes seen, and lines ended.
    at: u64,
    line: u64,
    /// Where each wrong quote was followed by something else than a delimiter or the end of the line.
    wrong: VecDeque<u64>,
    /// Where each record begins, and in which line.
    begins: VecDeque<(u64, u64)>,
}

#[derive(Debug, Default, Clone, Copy)]
enum Inside {
    /// Between two records.
    #[default]
    Between,
    /// Where a cell begins.
    Nothing,
    Plain,
    Quoted,
    /// Behind a quote in a quoted cell.
    Closing,
}

impl Scan {
    fn of(delimiter: u8) -> Scan {
        Scan { delimiter, state: Inside::Between, at: 0, line: 1, wrong: VecDeque::new(), begins: VecDeque::new() }
    }

    fn take(&mut self, text: &[u8]) {
        let mut at = 0;
        while at < text.len() {
            let here = self.at + at as u64;
            let byte = text[at];
            if matches!(self.state, Inside::Between) && !is_end(byte) {
                self.begins.push_back((here, self.line));
                self.state = Inside::Nothing;
            }
            self.state = match (self.state, byte) {
                (Inside::Nothing, b'"') | (Inside::Closing, b'"') => Inside::Quoted,
                (Inside::Quoted, _) => {
                    let Some(skipped) = memchr::memchr2(b'"', b'\n', &text[at..]) else { break };
                    at += skipped;
                    self.line += u64::from(text[at] == b'\n');
                    if text[at] == b'\n' { Inside::Quoted } else { Inside::Closing }
                }
                (_, byte) if is_end(byte) => {
                    self.line += u64::from(byte == b'\n');
                    Inside::Between
                }
                (_, byte) if byte == self.delimiter => Inside::Nothing,
                (state, _) => {
                    if matches!(state, Inside::Closing) {
                        self.wrong.push_back(here);
                    }
                    at += memchr::memchr3(self.delimiter, b'\n', b'\r', &text[at..]).unwrap_or(text.len() - at);
                    self.state = Inside::Plain;
                    continue;
                }
            };
            at += 1;
        }
        self.at += text.len() as u64;
    }

    /// Whether a wrong quote stands from `start` to `end`; those before `end` are forgotten.
    fn are_wrong(&mut self, start: u64, end: u64) -> bool {
        let mut found = false;
        while self.wrong.front().is_some_and(|at| *at < end) {
            found |= self.wrong.pop_front().is_some_and(|at| at >= start);
        }
        found
    }

    /// The line in which the record begins that stands from `start` to `end`; what is before `end` is forgotten.
    fn line(&mut self, start: u64, end: u64) -> Option<u64> {
        let mut line = None;
        while self.begins.front().is_some_and(|(at, _)| *at < end) {
            line =
                self.begins.pop_front().filter(|(at, _)| *at >= start && line.is_none()).map(|(_, line)| line).or(line);
        }
        line
    }
}

fn is_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// The records of a text file. What is held of it is one record.
pub struct Delimited<R: Read> {
    /// The words of its first record; `None` if a quote opens in it and never closes. Empty for a file of nothing but blank lines.
    pub header: Option<Vec<String>>,
    reader: csv::Reader<Metered<R>>,
    /// Bytes read since the last row ended.
    since: Rc<Cell<u64>>,
    /// How many bytes the text has, once all are read.
    bytes: Rc<Cell<Option<u64>>>,
    scan: Rc<RefCell<Scan>>,
    ended: bool,
}

/// A line behind the last one: if it comes out as a row of its own, the last quote was closed. What it holds is known by
/// where it stands: a file may hold the same.
const END: &[u8] = b"\n\x02";
const END_CELL: &[u8] = b"\x02";

impl<R: Read> Delimited<R> {
    /// # Errors
    /// The text cannot be read.
    pub fn open(text: R, dialect: Dialect) -> Result<Delimited<R>> {
        let since = Rc::new(Cell::new(0));
        let scan = Rc::new(RefCell::new(Scan::of(dialect.delimiter)));
        let bytes = Rc::new(Cell::new(None));
        let inner = Metered { inner: text, end: END, since: since.clone(), scan: scan.clone(), bytes: bytes.clone() };
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(dialect.delimiter)
            .buffer_capacity(128 << 10)
            .from_reader(inner);
        let mut opened = Delimited { header: None, reader, since, bytes, scan, ended: false };
        if dialect.says_so {
            opened.reader.read_byte_record(&mut ByteRecord::new())?;
        }
        opened.header = opened.read_header()?;
        Ok(opened)
    }

    fn read_header(&mut self) -> Result<Option<Vec<String>>> {
        let mut words = ByteRecord::new();
        match self.reader.read_byte_record(&mut words) {
            Ok(_) => {}
            Err(_) if self.since.get() > MOST_ROW_BYTES => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        match self.is_behind_the_end() {
            true if words.len() == 1 && &words[0] == END_CELL => Ok(Some(vec![])),
            true => Ok(None),
            false => Ok(Some(words.iter().map(|word| clean(&String::from_utf8_lossy(word))).collect())),
        }
    }

    /// Whether the record that was read last goes on to the last byte of [`END`]; those before take the first at most.
    fn is_behind_the_end(&self) -> bool {
        self.bytes.get().is_some_and(|bytes| self.reader.position().byte() > bytes + 1)
    }
}

impl<R: Read> Records for Delimited<R> {
    fn step(&mut self, to: &mut Record) -> Result<Step> {
        if self.ended {
            return Ok(Step::End);
        }
        self.since.set(0);
        let record = &mut to.cells;
        let read = self.reader.read_byte_record(record);
        let cut_off = match read {
            Ok(false) => {
                self.ended = true;
                return Ok(Step::End);
            }
            Ok(true) if self.is_behind_the_end() && record.len() == 1 && &record[0] == END_CELL => {
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
        let mut position = record.position().cloned().unwrap_or_else(|| self.reader.position().clone());
        let (start, end) = (position.byte(), self.reader.position().byte());
        let wrong_quote = self.scan.borrow_mut().are_wrong(start, end);
        let line = self.scan.borrow_mut().line(start, end).unwrap_or(position.line());
        position.set_line(line);
        record.set_position(Some(position));
        if !cut_off && !wrong_quote {
            return Ok(Step::Row);
        }
        let reason = match self.ended {
            true => format!("more than {} MB without the end of the row: a quote never closes", MOST_ROW_BYTES >> 20),
            false if cut_off => "a quote opens in this row and never closes: the file was cut off".to_string(),
            false => "a quote closes in the midst of a cell: one is missing or too many, here or before".to_string(),
        };
        let raw = if cut_off && !self.ended { raw(&without_end(record), usize::MAX) } else { raw(record, usize::MAX) };
        Ok(Step::Broken(Broken { line, reason, raw }))
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
    scan: Rc<RefCell<Scan>>,
    bytes: Rc<Cell<Option<u64>>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, to: &mut [u8]) -> Result<usize> {
        if self.since.get() > MOST_ROW_BYTES {
            return Err(std::io::Error::other("the row does not end"));
        }
        let mut read = if self.bytes.get().is_none() { self.inner.read(to)? } else { 0 };
        if read == 0 && !to.is_empty() {
            let seen = self.scan.borrow().at;
            self.bytes.set(self.bytes.get().or(Some(seen)));
            read = self.end.read(to)?;
        }
        self.since.set(self.since.get() + read as u64);
        self.scan.borrow_mut().take(&to[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> bool {
        // In one piece, and byte by byte.
        let found = [text.len(), 1].map(|size| {
            let mut scan = Scan::of(b',');
            text.as_bytes().chunks(size).for_each(|some| scan.take(some));
            scan.are_wrong(0, u64::MAX)
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

    #[test]
    fn a_record_s_line_is_that_of_an_editor() {
        let lines = |text: &str| {
            let dialect = Dialect { delimiter: b',', says_so: false };
            let mut rows = Delimited::open(text.as_bytes(), dialect).expect("a slice can be read");
            let mut record = Record::default();
            let mut lines = vec![];
            while let Step::Row = rows.step(&mut record).expect("a slice can be read") {
                lines.push(crate::line(&record.cells));
            }
            lines
        };
        for end in ["\n", "\r\n"] {
            assert_eq!(lines(&format!("a,b{end}1,2{end}3,4{end}")), [2, 3], "{end:?}");
            assert_eq!(lines(&format!("a,b{end}{end}1,\"x{end}y\"{end}{end}{end}3,4")), [3, 7], "{end:?}");
        }
        assert_eq!(lines("a,b\r\n1,2\n3,4\r\n5,6\n"), [2, 3, 4]);
    }
}
