//! What must hold of every file, whatever its bytes: reading ends, and each of its rows comes out, good or broken, with its place, or the file as a
//! whole has a fault with words. Shared by the tests and by `fuzz/`.

use std::io::{Cursor, Error, Read, Result};
use uptake_read::workbook::{TableAt, Workbook};
use uptake_read::{Delimited, Fault, Footed, HEAD, Rows, Step, json, sniff, text};

/// How reading ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// So many rows, good and broken, and lines of a footer.
    Read(u64),
    Fault,
}

/// A text file, as it is read when it is loaded.
pub fn delimited(bytes: &[u8]) -> Ended {
    ended(read_delimited(bytes), bytes)
}

fn read_delimited(bytes: &[u8]) -> Result<u64> {
    let look = text::look(&mut &bytes[..])?;
    let mut head = vec![];
    text::Text::new(&mut &bytes[..], &look).take(HEAD as u64).read_to_end(&mut head)?;
    let dialect = sniff(&head);
    let mut again = bytes;
    let opened = Delimited::open(text::Text::new(&mut again, &look), dialect)?;
    let Some(header) = opened.header.clone() else { return Ok(0) };
    // In UTF-16 a byte becomes half a character, in Windows-1252 up to three bytes; a line has one line end at least.
    to_the_end(Rows::new(Footed::of_lines(opened, &header)), bytes.len() as u64 * 3 + 2)
}

/// JSON, one document or an object a line.
pub fn json(bytes: &[u8], lines: bool) -> Ended {
    ended(read_json(bytes, lines), bytes)
}

fn read_json(bytes: &[u8], lines: bool) -> Result<u64> {
    let mut rows = 0;
    for objects in json::objects(bytes, lines)? {
        rows += to_the_end(Rows::new(json::Json::open(bytes, &objects)?), bytes.len() as u64 + 1)?;
    }
    Ok(rows)
}

/// A workbook: every sheet, its table taken to begin in each of the first rows that could be a header.
pub fn workbook(bytes: &[u8]) -> Ended {
    ended(read_workbook(bytes), bytes)
}

fn read_workbook(bytes: &[u8]) -> Result<u64> {
    let mut book = Workbook::open(Cursor::new(bytes))?;
    let mut rows = 0;
    for sheet in 0..book.sheets().len().min(10) {
        for (header, words) in book.heads(sheet)?.into_iter().take(3) {
            let at = TableAt { sheet, header, first: 0, width: words.len() };
            // A sheet has a million rows, filled or not.
            rows += to_the_end(Rows::new(Footed::of_sheet(book.table(at)?, &words)), 1 << 20)?;
        }
    }
    Ok(rows)
}

/// Reads to the end; panics where it has none, or a row has no place.
fn to_the_end(mut rows: Rows, most: u64) -> Result<u64> {
    let mut line = 0;
    loop {
        let at = match rows.step()? {
            Step::End => return Ok(rows.count + rows.footer()),
            Step::Row => uptake_read::line(&rows.record.cells),
            Step::Broken(broken) => {
                assert!(!broken.reason.is_empty(), "a row is broken for no reason");
                broken.line
            }
        };
        assert!(at >= 1 && at >= line, "a row of line {at} comes after one of line {line}");
        assert!(rows.count <= most, "there are more rows than can be");
        line = at;
    }
}

fn ended(read: Result<u64>, bytes: &[u8]) -> Ended {
    match read {
        Ok(rows) => Ended::Read(rows),
        Err(error) => {
            assert!(is_told(&error), "{error:?} of {} bytes says nobody what to do", bytes.len());
            Ended::Fault
        }
    }
}

/// A fault says what and what now.
fn is_told(error: &Error) -> bool {
    Fault::of(error).is_some_and(|fault| !fault.what.is_empty() && !fault.hint.is_empty())
}
