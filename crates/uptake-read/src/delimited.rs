//! The records of a text file whose cells are separated: CSV, with commas or what else people have.
//!
//! Cells are told apart as RFC 4180 has it, and as the crate `csv` reads what keeps to no rule. Ours knows beside it in which line a record
//! begins, whatever ends lines, and quotes that close where no cell ends, `"Part"ners`: a quote too many makes one cell of all that stands
//! before the next one, and a reader that forgives it swallows rows.

use crate::record::{Broken, Record, Records, Step, clean, raw};
use crate::{Dialect, MOST_ROW_BYTES};
use csv::{ByteRecord, Position};
use memchr::memchr3;
use std::io::{ErrorKind, Read, Result};

/// How many records are looked at for a header.
const HEADS: usize = 30;

/// The records of a text file. What is held of it is one record, and some more bytes.
pub struct Delimited<R: Read> {
    /// The words of its first record; `None` if a quote opens in it and never closes. Empty for a file of nothing but blank lines.
    pub header: Option<Vec<String>>,
    window: Window<R>,
    delimiter: u8,
    /// In which the next byte stands, counted from 1.
    line: u64,
    /// What was read last is a CR: it ends a line, alone or with the LF behind it.
    after_cr: bool,
    /// For cells that are not in the text as they are.
    scratch: Vec<u8>,
    ended: bool,
}

/// How a record ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Whole,
    /// A quote closed in the midst of a cell.
    WrongQuote,
    /// The text ends within quotes.
    Open,
    TooLong,
    /// There is none any more.
    Nothing,
}

impl<R: Read> Delimited<R> {
    /// # Errors
    /// The text cannot be read.
    pub fn open(text: R, dialect: Dialect) -> Result<Delimited<R>> {
        let window = Window { text, bytes: vec![], at: 0, filled: 0, ends: false };
        let mut opened = Delimited {
            header: None,
            window,
            delimiter: dialect.delimiter,
            line: 1,
            after_cr: false,
            scratch: vec![],
            ended: false,
        };
        let mut words = ByteRecord::new();
        for _ in 0..dialect.above {
            opened.record(&mut words)?;
        }
        opened.header = opened.words(&mut words)?;
        Ok(opened)
    }

    /// The words of its first records, one of which may be its header; no more than the first if that has no end.
    ///
    /// # Errors
    /// The text cannot be read.
    pub fn heads(mut self) -> Result<Vec<Vec<String>>> {
        let mut heads: Vec<_> = self.header.take().into_iter().collect();
        while (1..HEADS).contains(&heads.len())
            && let Some(words) = self.words(&mut ByteRecord::new())?.filter(|words| !words.is_empty())
        {
            heads.push(words);
        }
        Ok(heads)
    }

    /// The words of the next record; `None` if a quote opens in it and never closes.
    fn words(&mut self, cells: &mut ByteRecord) -> Result<Option<Vec<String>>> {
        Ok(match self.record(cells)? {
            End::Nothing => Some(vec![]),
            End::Open | End::TooLong => None,
            End::Whole | End::WrongQuote => {
                Some(cells.iter().map(|word| clean(&String::from_utf8_lossy(word))).collect())
            }
        })
    }

    /// Reads the next record that is no blank line. Its cells are cleared where it is too long.
    fn record(&mut self, cells: &mut ByteRecord) -> Result<End> {
        cells.clear();
        loop {
            match self.window.rest().first().copied() {
                Some(b'\n') => {
                    self.line += 1;
                    self.after_cr = false;
                }
                Some(b'\r') => self.line += u64::from(std::mem::replace(&mut self.after_cr, true)),
                Some(_) => break,
                None if self.window.more()? => continue,
                None => return Ok(End::Nothing),
            }
            self.window.at += 1;
        }
        self.line += u64::from(std::mem::take(&mut self.after_cr));
        let mut position = Position::new();
        position.set_line(self.line);
        loop {
            let (text, ends) = (self.window.rest(), self.window.ends);
            if let Some(split) = split(text, ends, self.delimiter, cells, &mut self.scratch) {
                self.after_cr = text[..split.bytes].ends_with(b"\r") && !matches!(split.end, End::Open);
                self.window.at += split.bytes;
                self.line += split.lines;
                cells.set_position(Some(position));
                return Ok(split.end);
            }
            cells.clear();
            if text.len() as u64 > MOST_ROW_BYTES {
                cells.set_position(Some(position));
                return Ok(End::TooLong);
            }
            self.window.more()?;
        }
    }
}

impl<R: Read> Records for Delimited<R> {
    fn step(&mut self, to: &mut Record) -> Result<Step> {
        let end = if self.ended { End::Nothing } else { self.record(&mut to.cells)? };
        let reason = match end {
            End::Whole => return Ok(Step::Row),
            End::Nothing => return Ok(Step::End),
            End::TooLong => {
                format!("more than {} MB without the end of the row: a quote never closes", MOST_ROW_BYTES >> 20)
            }
            End::Open => "a quote opens in this row and never closes: the file was cut off".to_string(),
            End::WrongQuote => {
                "a quote closes in the midst of a cell: one is missing or too many, here or before".to_string()
            }
        };
        self.ended = matches!(end, End::TooLong);
        Ok(Step::Broken(Broken { line: crate::line(&to.cells), reason, raw: raw(&to.cells, usize::MAX) }))
    }
}

/// One record at the beginning of a text, and what it took.
struct Split {
    bytes: usize,
    /// Lines that ended in it.
    lines: u64,
    end: End,
}

/// Puts the cells of the record at the beginning of `text` into `cells`; `None` if more of the text is needed, which `ends` here or does not.
fn split(text: &[u8], ends: bool, delimiter: u8, cells: &mut ByteRecord, scratch: &mut Vec<u8>) -> Option<Split> {
    let (mut at, mut lines, mut end) = (0, 0, End::Whole);
    loop {
        if text.get(at) == Some(&b'"') {
            scratch.clear();
            let quoted = quoted(&text[at + 1..], ends, scratch)?;
            lines += quoted.lines;
            at += 1 + quoted.bytes;
            let stop = cell_end(text, at, ends, delimiter)?;
            match scratch.is_empty() && at == stop {
                true => cells.push_field(quoted.last),
                false => {
                    scratch.extend_from_slice(quoted.last);
                    scratch.extend_from_slice(&text[at..stop]);
                    cells.push_field(scratch);
                }
            }
            if quoted.is_open {
                return Some(Split { bytes: at, lines, end: End::Open });
            }
            if at < stop {
                end = End::WrongQuote;
            }
            at = stop;
        } else {
            let stop = cell_end(text, at, ends, delimiter)?;
            cells.push_field(&text[at..stop]);
            at = stop;
        }
        match text.get(at) {
            Some(byte) if *byte == delimiter => at += 1,
            None => return Some(Split { bytes: at, lines, end }),
            Some(byte) => {
                lines += u64::from(*byte == b'\n');
                return Some(Split { bytes: at + 1, lines, end });
            }
        }
    }
}

/// Where the cell ends that is outside of quotes at `from`; `None` if more of the text is needed.
fn cell_end(text: &[u8], from: usize, ends: bool, delimiter: u8) -> Option<usize> {
    match text.get(from) {
        Some(byte) if *byte == delimiter || matches!(byte, b'\n' | b'\r') => Some(from),
        _ => {
            let found = memchr3(delimiter, b'\n', b'\r', &text[from..]).map(|bytes| from + bytes);
            found.or(ends.then_some(text.len()))
        }
    }
}

/// What stands within quotes.
struct Quoted<'t> {
    /// With the quote that closes.
    bytes: usize,
    lines: u64,
    /// What stands behind the last two quotes that are one; those before it are in `scratch`.
    last: &'t [u8],
    is_open: bool,
}

/// From behind the quote that opens; `None` if more of the text is needed.
fn quoted<'t>(text: &'t [u8], ends: bool, scratch: &mut Vec<u8>) -> Option<Quoted<'t>> {
    let (mut at, mut kept, mut lines) = (0, 0, 0);
    while let Some(found) = memchr3(b'"', b'\n', b'\r', &text[at..]) {
        at += found + 1;
        if text[at - 1] != b'"' {
            lines += u64::from(text[at - 1] == b'\n' || text.get(at) != Some(&b'\n'));
            continue;
        }
        match text.get(at) {
            Some(b'"') => {
                scratch.extend_from_slice(&text[kept..at]);
                at += 1;
                kept = at;
            }
            None if !ends => return None,
            _ => return Some(Quoted { bytes: at, lines, last: &text[kept..at - 1], is_open: false }),
        }
    }
    ends.then(|| Quoted { bytes: text.len(), lines, last: &text[kept..], is_open: true })
}

/// What is held of a text.
struct Window<R> {
    text: R,
    bytes: Vec<u8>,
    /// What is before it was worked on.
    at: usize,
    filled: usize,
    /// Whether the text ends with it.
    ends: bool,
}

const WINDOW: usize = 256 << 10;

impl<R: Read> Window<R> {
    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..self.filled]
    }

    /// Reads on, with more room where all of it is taken; `false` if there is no more.
    fn more(&mut self) -> Result<bool> {
        self.bytes.copy_within(self.at..self.filled, 0);
        (self.at, self.filled) = (0, self.filled - self.at);
        if self.filled == self.bytes.len() {
            self.bytes.resize(WINDOW.max(2 * self.bytes.len()), 0);
        }
        let before = self.filled;
        while self.filled < self.bytes.len() && !self.ends {
            match self.text.read(&mut self.bytes[self.filled..]) {
                Ok(0) => self.ends = true,
                Ok(read) => self.filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.filled > before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A text that comes in pieces of so many bytes.
    struct Pieces<'t>(&'t [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, to: &mut [u8]) -> Result<usize> {
            let size = self.1.min(to.len());
            self.0.read(&mut to[..size])
        }
    }

    const COMMA: Dialect = Dialect { delimiter: b',', above: 0 };

    fn steps(text: &str, size: usize) -> Vec<(u64, std::result::Result<Vec<String>, String>)> {
        let mut lines = Delimited::open(Pieces(text.as_bytes(), size), COMMA).expect("a slice can be read");
        let (mut record, mut steps) = (Record::default(), vec![]);
        loop {
            let step = lines.step(&mut record).expect("a slice can be read");
            let cells = record.cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
            match step {
                Step::End => return steps,
                Step::Row => steps.push((crate::line(&record.cells), Ok(cells))),
                Step::Broken(broken) => steps.push((broken.line, Err(broken.reason))),
            }
        }
    }

    fn is_wrong(row: &str) -> bool {
        steps(&format!("a,b\n{row}"), usize::MAX).iter().any(|(_, read)| read.is_err())
    }

    #[test]
    fn a_quote_closes_where_its_cell_ends() {
        for good in
            ["a,b\n", "\"a\",\"b\"\r\n", "\"say \"\"hi\"\"\",1\n", "5\" pipe,x\n", "\"a,\nb\",c\n", "\"\",\"\"\n"]
        {
            assert!(!is_wrong(good), "{good}");
        }
        for bad in ["\"Part\"ners\n", "a,\"5\" pipe\"\n", "\"a\" ,b\n"] {
            assert!(is_wrong(bad), "{bad}");
        }
    }

    #[test]
    fn a_record_s_line_is_that_of_an_editor() {
        let lines = |text: &str| steps(text, usize::MAX).iter().map(|(line, _)| *line).collect::<Vec<_>>();
        for end in ["\n", "\r\n", "\r"] {
            assert_eq!(lines(&format!("a,b{end}1,2{end}3,4{end}")), [2, 3], "{end:?}");
            assert_eq!(lines(&format!("a,b{end}{end}1,\"x{end}y\"{end}{end}{end}3,4")), [3, 7], "{end:?}");
        }
        assert_eq!(lines("a,b\r\n1,2\n3,4\r\n5,6\n"), [2, 3, 4]);
    }

    #[test]
    fn a_quote_that_never_closes_is_told_and_what_stands_behind_it_kept() {
        let mut lines = Delimited::open("a,b\n1,\"x\ny\"\"".as_bytes(), COMMA).expect("a slice can be read");
        let mut record = Record::default();
        let Ok(Step::Broken(broken)) = lines.step(&mut record) else { panic!("it is open") };
        assert_eq!((broken.line, broken.raw.as_str()), (2, "1,\"x\ny\"\"\""));
        assert!(matches!(lines.step(&mut record), Ok(Step::End)));
        assert!(Delimited::open("a,\"b\n1,2\n".as_bytes(), COMMA).expect("a slice can be read").header.is_none());
        assert_eq!(Delimited::open("\n\r\n".as_bytes(), COMMA).expect("a slice").header, Some(vec![]));
    }

    proptest! {
        /// The crate `csv` is the outside source: what it reads of any text, ours reads too, however the text comes.
        #[test]
        fn cells_are_those_that_others_read(text in "[ab,\"\r\n]{0,40}", size in 1usize..9) {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let theirs: Vec<Vec<String>> = reader.byte_records()
                .map(|record| record.expect("a slice can be read").iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect())
                .collect();
            let (mut window, mut ours) = (Delimited::open(Pieces(b"", size), COMMA).expect("a slice can be read"), vec![]);
            window.window = Window { text: Pieces(text.as_bytes(), size), bytes: vec![], at: 0, filled: 0, ends: false };
            let mut cells = ByteRecord::new();
            while window.record(&mut cells).expect("a slice can be read") != End::Nothing {
                ours.push(cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect::<Vec<_>>());
            }
            prop_assert_eq!(ours, theirs);
            prop_assert_eq!(steps(&text, size), steps(&text, usize::MAX));
        }
    }
}
