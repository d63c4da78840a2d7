//! The cells of one sheet, row by row, and the table in it.

use super::formats::{Format, number, shown};
use super::part::{Event, Part, attribute, each_attribute};
use super::strings::{Strings, unescaped};
use crate::Fault;
use crate::record::{Broken, Record, Records, Step, raw};
use quick_xml::events::BytesStart;
use std::io::Result;
use std::ops::Range;

/// The most rows and columns that a sheet can have, and the cells that we read of one.
const MOST_ROWS: u32 = 1_048_576;
const MOST_COLUMNS: usize = 16_384;
const MOST_CELLS: u64 = 200_000_000;

pub struct Sheet<'w> {
    part: Part<'w>,
    strings: &'w Strings,
    formats: &'w [Format],
    since_1904: bool,
    row: u32,
    cells: u64,
    /// Where the next cell stands that does not say it.
    next_column: usize,
    ended: bool,
    /// The texts of the row that was read last, and the cells in them: column, place, whether it is a number.
    text: String,
    filled: Vec<(usize, Range<usize>, bool)>,
    value: String,
}

impl<'w> Sheet<'w> {
    pub fn new(part: Part<'w>, strings: &'w Strings, formats: &'w [Format], since_1904: bool) -> Sheet<'w> {
        let (text, filled, value) = (String::new(), vec![], String::new());
        Sheet {
            part,
            strings,
            formats,
            since_1904,
            row: 0,
            cells: 0,
            next_column: 0,
            ended: false,
            text,
            filled,
            value,
        }
    }

    /// Goes to the next row that holds anything and gives its number.
    ///
    /// # Errors
    /// The sheet is damaged, or larger than any can be.
    pub fn next_row(&mut self) -> Result<Option<u32>> {
        let mut in_rows = false;
        while !self.ended {
            match self.part.next()? {
                Event::Start(e) => match e.local_name().as_ref() {
                    "row" => {
                        let said = attribute(&e, "r")?.and_then(|row| row.parse().ok());
                        self.row = said.unwrap_or(self.row + 1);
                        in_rows = true;
                        self.part.begin();
                        self.filled.clear();
                        self.text.clear();
                        self.next_column = 0;
                        self.check_size()?;
                    }
                    "c" => {
                        let cell = CellAt::of(&e, self.formats)?;
                        self.read_cell(cell)?;
                    }
                    _ => {}
                },
                Event::End(e) => match e.local_name().as_ref() {
                    "row" if !self.filled.is_empty() => {
                        self.filled.sort_by_key(|(column, ..)| *column);
                        return Ok(Some(self.row));
                    }
                    "sheetData" => self.ended = true,
                    _ => {}
                },
                Event::Eof if in_rows || self.row > 0 => return self.part.cut_off(),
                Event::Eof => self.ended = true,
                _ => {}
            }
        }
        Ok(None)
    }

    /// The texts of the row, from the first column to the last that is filled.
    pub fn words(&self) -> Vec<String> {
        let mut words = vec![];
        for (column, place, _) in &self.filled {
            words.resize(*column, String::new());
            words.push(self.text[place.clone()].to_string());
        }
        words
    }

    fn check_size(&self) -> Result<()> {
        if self.row <= MOST_ROWS && self.cells <= MOST_CELLS {
            return Ok(());
        }
        let what = format!("a sheet of it has more than {MOST_ROWS} rows or {MOST_CELLS} cells");
        Err(Fault::whole(what, "save its table as .csv").into())
    }

    fn read_cell(&mut self, cell: CellAt) -> Result<()> {
        self.cells += 1;
        let column = cell.column.unwrap_or(self.next_column);
        self.next_column = column.saturating_add(1);
        if column >= MOST_COLUMNS {
            let what = format!("a row of it has more than {MOST_COLUMNS} cells");
            return Err(Fault { line: self.row.into(), what, hint: "save its table as .csv".into() }.into());
        }
        let start = self.text.len();
        let mut is_number = false;
        loop {
            match self.part.next()? {
                Event::Start(e) => {
                    let name = e.local_name().as_ref().to_string();
                    if name != "v" && name != "is" {
                        continue;
                    }
                    self.value.clear();
                    self.part.text(&name, &mut self.value)?;
                    is_number = self.take(cell.kind, name == "is");
                }
                Event::End(e) if e.local_name().as_ref() == "c" => break,
                Event::Eof => return self.part.cut_off(),
                _ => {}
            }
        }
        if self.text.len() > start {
            self.filled.push((column, start..self.text.len(), is_number));
        }
        Ok(())
    }

    /// Puts the value that was read behind the texts of the row; whether it is a number.
    fn take(&mut self, kind: CellKind, inline: bool) -> bool {
        let Sheet { text, value, strings, since_1904, .. } = self;
        match kind {
            _ if inline => text.push_str(&unescaped(value)),
            CellKind::Shared => text.push_str(value.parse().ok().and_then(|at| strings.get(at)).unwrap_or_default()),
            CellKind::Boolean => text.push_str(if value.trim() == "1" { "true" } else { "false" }),
            CellKind::Text => text.push_str(&unescaped(value)),
            CellKind::Number(format) => match value.trim().parse::<f64>().ok().filter(|value| value.is_finite()) {
                Some(read) if format == Format::Number => {
                    // An id of 18 digits is more than a float holds.
                    match value.trim().bytes().all(|b| b.is_ascii_digit()) {
                        true => text.push_str(value.trim()),
                        false => text.push_str(&number(read)),
                    }
                    return true;
                }
                Some(read) => text.push_str(&shown(read, format, *since_1904)),
                None => text.push_str(value),
            },
        }
        false
    }
}

#[derive(Debug, Clone, Copy)]
enum CellKind {
    Shared,
    Text,
    Boolean,
    Number(Format),
}

/// Where a cell says it is, and what.
#[derive(Debug, Clone, Copy)]
struct CellAt {
    /// Counted from 0; without it, the cell follows the one before.
    column: Option<usize>,
    kind: CellKind,
}

impl CellAt {
    fn of(element: &BytesStart, formats: &[Format]) -> Result<CellAt> {
        let (mut place, mut style, mut kind) = (None, 0, CellKind::Text);
        let mut is_plain = true;
        each_attribute(element, |name, value| match name {
            "r" => place = column(value),
            "s" => style = value.parse().unwrap_or(0),
            "t" => {
                is_plain = value == "n";
                kind = match value {
                    "s" => CellKind::Shared,
                    "b" => CellKind::Boolean,
                    _ => CellKind::Text,
                };
            }
            _ => {}
        })?;
        if is_plain {
            kind = CellKind::Number(formats.get::<usize>(style).copied().unwrap_or(Format::Number));
        }
        Ok(CellAt { column: place, kind })
    }
}

/// The column of `AB12`, counted from 0.
fn column(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic);
    let number = letters
        .fold(0usize, |sum, b| sum.saturating_mul(26).saturating_add(usize::from(b.to_ascii_uppercase() - b'A') + 1));
    number.checked_sub(1)
}

/// Which table of a workbook.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TableAt {
    pub sheet: usize,
    /// The row of its header.
    pub header: u32,
    /// Its first column, counted from 0, and how many its header has.
    pub first: usize,
    pub width: usize,
}

/// The records of a table in a sheet.
pub struct Table<'w> {
    sheet: Sheet<'w>,
    at: TableAt,
}

impl<'w> Table<'w> {
    pub fn new(sheet: Sheet<'w>, at: TableAt) -> Table<'w> {
        Table { sheet, at }
    }
}

impl Records for Table<'_> {
    fn step(&mut self, to: &mut Record) -> Result<Step> {
        let TableAt { header, first, width, .. } = self.at;
        while let Some(row) = self.sheet.next_row()? {
            if row <= header {
                continue;
            }
            to.begin(row.into());
            if self.sheet.filled.first().is_some_and(|(column, ..)| *column < first) {
                self.sheet.words().iter().for_each(|word| to.push(word.as_bytes(), false));
                let (reason, raw) = ("a cell stands left of the table".into(), raw(&to.cells, usize::MAX));
                return Ok(Step::Broken(Broken { line: row.into(), reason, raw }));
            }
            for (column, place, is_number) in &self.sheet.filled {
                // Of two cells in one place the first holds.
                while to.cells.len() < column - first {
                    to.push(b"", false);
                }
                if to.cells.len() == column - first {
                    to.push(self.sheet.text[place.clone()].as_bytes(), *is_number);
                }
            }
            while to.cells.len() < width {
                to.push(b"", false);
            }
            return Ok(Step::Row);
        }
        Ok(Step::End)
    }
}
