//! How the rows of one file are read: its columns, their types, and which of them name a row.

use super::cell::{Datum, Habits, read_cell, shortened};
use super::correct::CORRECTION_COLUMNS;
use super::numbers::Mark;
use super::recognise::{Corrects, Recognised};
use super::spool::Reject;
use chrono::{DateTime, NaiveDate, Utc};
use csv::ByteRecord;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use uptake_read::{Record, line, raw};
use uptake_spec::source::{ColumnType, DateOrder, Headings, Object};
use uptake_spec::{Place, Problem};
use xxhash_rust::xxh3::xxh3_64;

#[derive(Debug, Clone)]
pub struct Form {
    /// Named as the source declares them.
    pub columns: Vec<(String, ColumnType)>,
    /// The words of the header as the file has them.
    pub words: Vec<String>,
    /// Where in a record each column stands.
    at: Vec<usize>,
    /// Where in a record those stand that never land.
    left_out: Vec<usize>,
    /// How many cells a record has at least, and at most; those that no column reaches are empty.
    width: (usize, usize),
    /// The cell behind that of the last column.
    reach: usize,
    habits: Vec<Habits>,
    /// What the hash of a value begins with: its column's name in small letters.
    prefixes: Vec<String>,
    key: Vec<usize>,
    pub named_by: NamedBy,
    pub key_words: String,
    /// Whether the file has the key's columns, and they are ids.
    pub keyed_by_ids: bool,
    newest: Option<usize>,
    /// The column whose newest day dates a file that nothing else dates.
    dating: Option<usize>,
    /// Those of days on which something ended, where no column tells when a row was changed.
    ended: Vec<usize>,
    pub correction: Option<Correction>,
}

/// Which columns together name a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NamedBy {
    /// Those of the object's key that the file has.
    Key,
    /// Those that stand in for a key that the file lacks.
    StandIn,
    /// All.
    Everything,
}

/// Rows that `uptake rejects --out` wrote, corrected by hand: where each came from stands in the row itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// Its load rejected the rows; those of other loads are passed over.
    corrects: Corrects,
    pub load_at: usize,
    pub file_at: usize,
    pub line_at: usize,
}

/// One good row.
#[derive(Debug)]
pub struct Row<'r> {
    pub cells: Vec<Datum<'r>>,
    pub key: String,
    /// A hash over all values by column name; absent values and the order of columns do not count.
    pub content: i64,
    /// The newest system stamp.
    pub stamp: Option<DateTime<Utc>>,
    /// When it was true: what [`Form::time_column`] tells.
    pub time: Option<DateTime<Utc>>,
}

/// By which of several rows of one key the greatest holds: its system stamp in microseconds since 1970, the least without one, and its
/// number, counted from 0.
pub type Standing = (i64, u64);

impl Row<'_> {
    /// Among the rows of one key, where it is the row of this number.
    pub fn standing(&self, number: u64) -> Standing {
        (self.stamp.map_or(i64::MIN, |stamp| stamp.timestamp_micros()), number)
    }
}

/// Columns that `landing.*` has beside those of the export; so has every name that begins with `_`.
const RESERVED: [&str; 5] = ["first_seen", "last_seen", "next_seen", "gone", "nth"];

const NOT_KEPT: &str = "it may hold what never lands";

/// The most bytes one cell may hold.
const MOST_CELL_BYTES: usize = 16 << 20;

impl Form {
    /// # Errors
    /// Two columns of one name: the file is refused.
    pub fn new(words: &[String], file: &str, fit: &Recognised) -> Result<Form, Problem> {
        let named = words.iter().rposition(|word| !word.is_empty()).map_or(0, |last| last + 1);
        let ours: &[&str] = if fit.correction.is_some() { &CORRECTION_COLUMNS } else { &[] };
        let is_ours = |word: &str| ours.iter().any(|our| our.eq_ignore_ascii_case(word));
        let (left_out, at): (Vec<usize>, Vec<usize>) = (0..named)
            .filter(|at| !is_ours(&words[*at]))
            .partition(|at| fit.source.never_lands(&fit.object, &words[*at]));
        let (columns, places) = Types::of(fit).columns(words, &at, file)?;
        let place = |name: &str| places.get(&name.to_lowercase()).copied();
        let stamps = fit.source.stamps.as_ref();
        let modified = stamps.and_then(|s| s.modified.as_ref()).map(|m| m.1.as_str());
        let changed = [fit.object.newest.as_deref(), modified].into_iter().flatten().find_map(place);
        let dating = changed.or_else(|| place(stamps?.created.1.as_str()));
        let correction = fit.correction.as_ref().map(|corrects| {
            let at = |name: &str| words.iter().position(|word| word.eq_ignore_ascii_case(name)).unwrap_or_default();
            let [load_at, file_at, line_at] = ["_load", "_file", "_line"].map(at);
            Correction { corrects: corrects.clone(), load_at, file_at, line_at }
        });
        let those = |names: &[String]| names.iter().filter_map(|name| place(name)).collect::<Vec<usize>>();
        let (named_by, key) = match (those(&fit.object.key), those(&fit.object.stand_in)) {
            (key, _) if !key.is_empty() => (NamedBy::Key, key),
            (_, stand_in) if !stand_in.is_empty() => (NamedBy::StandIn, stand_in),
            _ => (NamedBy::Everything, (0..columns.len()).collect()),
        };
        let keyed_by_ids = named_by == NamedBy::Key && key.iter().all(|at| columns[*at].1 == ColumnType::Id);
        let habits = Habits {
            nothing: fit.source.nothing.clone(),
            zone: fit.source.zone_of(&fit.object),
            empty_is_false: fit.source.empty_is_false,
            id_prefix: fit.source.id_prefix.clone(),
            booleans: fit.source.booleans.clone(),
            jumped: Some(Arc::default()),
            ..Habits::default()
        };
        Ok(Form {
            at,
            left_out,
            width: (named, words.len()),
            reach: named,
            habits: vec![habits; columns.len()],
            prefixes: columns.iter().map(|(name, _)| format!("{}\u{1f}", name.to_lowercase())).collect(),
            key,
            keyed_by_ids,
            named_by,
            key_words: fit.object.key.join(", "),
            newest: fit.object.newest.as_deref().and_then(place),
            dating,
            ended: if changed.is_none() { those(&fit.object.ended) } else { vec![] },
            words: words[..named].to_vec(),
            correction,
            columns,
        })
    }

    /// The cell of a column, empty if the record is too short.
    pub fn cell<'r>(&self, record: &'r ByteRecord, column: usize) -> &'r [u8] {
        record.get(self.at[column]).unwrap_or_default()
    }

    /// How far a record has values under no heading at its header's end, if it has any. In a file of which something must not land none is
    /// taken: a comma too many would move it there.
    pub fn beyond(&self, record: &ByteRecord) -> Option<usize> {
        if !self.left_out.is_empty() {
            return None;
        }
        let most = record.len().min(self.width.1);
        (self.reach..most).rev().find(|at| !record[*at].trim_ascii().is_empty()).map(|at| at + 1)
    }

    /// Takes the cells up to `reach` for columns too: they have no headings, and values.
    pub fn widen(&mut self, reach: usize) {
        for at in self.reach..reach {
            let is_taken = |name: &String| self.columns.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
            let first = plain("", at.saturating_sub(self.correction.as_ref().map_or(0, |_| CORRECTION_COLUMNS.len())));
            let numbered = (2..).map(|number| format!("{first}_{number}"));
            let mut names = std::iter::once(first.clone()).chain(numbered);
            let name = names.find(|name| !is_taken(name)).expect("numbers do not end");
            self.prefixes.push(format!("{name}\u{1f}"));
            self.columns.push((name, ColumnType::Text));
            let habits = self.habits.first().cloned().unwrap_or_default();
            self.habits.push(Habits { order: None, mark: None, serials: false, ..habits });
            self.words.push(String::new());
            self.at.push(at);
        }
        self.reach = self.reach.max(reach);
        if self.named_by == NamedBy::Everything {
            self.name_by_everything();
        }
    }

    /// How many times that a clock had jumped over were read since the last call.
    pub fn take_jumped(&self) -> u64 {
        let counter = self.habits.first().and_then(|habits| habits.jumped.as_ref());
        counter.map_or(0, |jumped| jumped.swap(0, Ordering::Relaxed))
    }

    /// Where what stands in for the key names no row by itself.
    pub fn name_by_everything(&mut self) {
        (self.named_by, self.key) = (NamedBy::Everything, (0..self.columns.len()).collect());
    }

    /// The columns that name a row, as the file calls them.
    pub fn naming_words(&self) -> String {
        let words = self.key.iter().map(|column| format!("\"{}\"", self.words[self.at[*column]]));
        words.collect::<Vec<_>>().join(", ")
    }

    /// The column of the key whose cell is an id that a spreadsheet took for a number and rounded: `1.23457E+11`.
    pub fn rounded_id(&self, record: &ByteRecord) -> Option<usize> {
        let is_id = |column: &usize| matches!(self.columns[*column].1, ColumnType::Id | ColumnType::Text);
        let rounded = |column: &usize| is_rounded(self.cell(record, *column));
        self.key
            .iter()
            .copied()
            .filter(|_| self.named_by == NamedBy::Key)
            .find(|column| is_id(column) && rounded(column))
    }

    /// What stands first in this column's dates.
    pub fn set_order(&mut self, column: usize, order: Option<DateOrder>) {
        self.habits[column].order = order;
    }

    /// That this column's dates are bare numbers of days.
    pub fn set_serials(&mut self, column: usize) {
        self.habits[column].serials = true;
    }

    /// Whether a cell of this column means something.
    pub fn tells(&self, cell: &[u8], column: usize) -> bool {
        let nothing = &self.habits[column].nothing;
        !cell.is_empty() && !nothing.iter().any(|word| word.as_bytes() == cell.trim_ascii())
    }

    /// What stands before the fractions of this column's numbers.
    pub fn set_mark(&mut self, column: usize, mark: Option<Mark>) {
        self.habits[column].mark = mark;
    }

    /// Whether the file holds the cell of a column as a number, and not as a text that somebody wrote.
    pub fn is_number(&self, record: &Record, column: usize) -> bool {
        record.is_number(self.at[column])
    }

    fn datum<'r>(&self, record: &'r ByteRecord, column: usize) -> Result<Datum<'r>, String> {
        self.read(std::str::from_utf8(self.cell(record, column)).ok(), column)
    }

    fn read<'r>(&self, text: Option<&'r str>, column: usize) -> Result<Datum<'r>, String> {
        let text = text.ok_or_else(|| "it is no text any more: the file changed".to_string())?;
        read_cell(text, self.columns[column].1, &self.habits[column])
    }

    /// The column of a key of one column: near every row has a value of its own there.
    pub fn naming_column(&self) -> Option<&str> {
        match self.key[..] {
            [column] if self.named_by == NamedBy::Key => Some(&self.columns[column].0),
            _ => None,
        }
    }

    /// The column that tells when a row was true: its newest stamp, else its last change, else its beginning.
    pub fn time_column(&self) -> Option<&str> {
        let (name, kind) = &self.columns[self.dating?];
        matches!(kind, ColumnType::Instant | ColumnType::Date | ColumnType::Day).then_some(name)
    }

    /// Writes what names the row: the values of the key columns. `false` if all are empty or one cannot be read, or the record has too few
    /// cells or too many.
    pub fn key(&self, record: &ByteRecord, to: &mut String) -> bool {
        to.clear();
        if !self.fits(record) {
            return false;
        }
        let mut any = false;
        for (nth, column) in self.key.iter().enumerate() {
            if nth > 0 {
                to.push('\u{1f}');
            }
            let Ok(datum) = self.datum(record, *column) else { return false };
            any |= datum.canonical(to);
        }
        any
    }

    /// The cell whose day dates the file, see `dated`.
    pub fn stamp<'r>(&self, record: &'r ByteRecord) -> Option<&'r [u8]> {
        Some(self.cell(record, self.dating?))
    }

    pub fn dated(&self, record: &ByteRecord) -> Option<NaiveDate> {
        self.datum(record, self.dating?).ok()?.day()
    }

    /// The last day on which something of the row ended.
    pub fn ended(&self, record: &ByteRecord) -> Option<NaiveDate> {
        self.ended.iter().filter_map(|column| self.datum(record, *column).ok()?.day()).max()
    }

    /// Whether the row came out of the load that this correction is about; every row of any other file.
    pub fn is_meant(&self, record: &ByteRecord) -> bool {
        self.correction.as_ref().is_none_or(|c| record.get(c.load_at) == Some(c.corrects.of.as_bytes()))
    }

    /// Whether rows that cannot be read by columns are counted here: each file counts its own once.
    pub fn counts_broken(&self) -> bool {
        self.correction.as_ref().is_none_or(|c| c.corrects.first)
    }

    fn fits(&self, record: &ByteRecord) -> bool {
        let (least, most) = self.width;
        (least..=most).contains(&record.len()) && (self.reach..record.len()).all(|at| record[at].is_empty())
    }

    /// # Errors
    /// Why the row does not land.
    pub fn row<'r>(&self, record: &'r ByteRecord, scratch: &mut String) -> Result<Row<'r>, Reject> {
        let line = line(record);
        let reject = |column: &str, reason: String, key| Reject {
            line,
            column: column.into(),
            reason,
            raw: self.raw(record),
            key,
        };
        if !self.fits(record) {
            let reason = format!("{} cells where the header has {}", record.len(), self.width.0);
            return Err(self.unkept(reject("", reason, None)));
        }
        // Other rows may be in such a cell: whose is not known.
        if let Some(column) = (0..self.columns.len()).find(|column| self.cell(record, *column).len() > MOST_CELL_BYTES)
        {
            let (has, most) = (self.cell(record, column).len() >> 20, MOST_CELL_BYTES >> 20);
            let reason = format!("the cell has {has} MB, more than {most}; a quote may never close");
            return Err(self.unkept(reject(&self.columns[column].0, reason, None)));
        }
        let mut cells = Vec::with_capacity(self.columns.len());
        let mut wrong = None;
        // Whether it is text is asked once for all cells.
        let whole = std::str::from_utf8(record.as_slice()).ok();
        for column in 0..self.columns.len() {
            let text = record.range(self.at[column]).map_or(Some(""), |cell| whole?.get(cell));
            cells.push(self.read(text, column).unwrap_or_else(|reason| {
                wrong.get_or_insert((column, reason));
                Datum::Nothing
            }));
        }
        let key = self.key_of(&cells);
        match (wrong, key) {
            (Some((column, reason)), key) => Err(reject(&self.columns[column].0, reason, key)),
            (None, None) => Err(reject(&self.key_words, "the key is empty".into(), None)),
            (None, Some(key)) => {
                let content = self.content(&cells, scratch);
                let instant = |at: Option<usize>| at.and_then(|at| cells[at].instant());
                Ok(Row { stamp: instant(self.newest), time: instant(self.dating), cells, key, content })
            }
        }
    }

    /// The row as `rejects` keeps it: the cells that never land are empty in it.
    pub fn raw(&self, record: &ByteRecord) -> String {
        if self.left_out.is_empty() {
            return raw(record, self.words.len());
        }
        let kept = |(at, cell)| if self.left_out.contains(&at) { &b""[..] } else { cell };
        raw(&record.iter().enumerate().map(kept).collect(), self.words.len())
    }

    /// A row whose cells belong to columns that nobody knows: its text is not kept where it may hold what never lands.
    pub fn unkept(&self, reject: Reject) -> Reject {
        if self.left_out.is_empty() {
            return reject;
        }
        Reject { raw: String::new(), reason: format!("{}; the row is not kept: {NOT_KEPT}", reject.reason), ..reject }
    }

    /// The headings of the columns that never land.
    pub fn left_out(&self) -> impl Iterator<Item = &String> {
        self.left_out.iter().map(|at| &self.words[*at])
    }

    fn key_of(&self, cells: &[Datum]) -> Option<String> {
        let mut key = String::new();
        let mut any = false;
        for (nth, at) in self.key.iter().enumerate() {
            if nth > 0 {
                key.push('\u{1f}');
            }
            any |= cells[*at].canonical(&mut key);
        }
        any.then_some(key)
    }

    /// Added up over the columns, so that their order does not matter.
    fn content(&self, cells: &[Datum], scratch: &mut String) -> i64 {
        let mut sum = 0u64;
        for (cell, prefix) in cells.iter().zip(&self.prefixes) {
            scratch.clear();
            scratch.push_str(prefix);
            if cell.canonical(scratch) {
                sum = sum.wrapping_add(xxh3_64(scratch.as_bytes()));
            }
        }
        sum as i64
    }
}

/// The declared columns of an object and its source, by name in small letters.
struct Types<'p> {
    object: &'p Object,
    headings: Headings<'p>,
    known: HashMap<String, (&'p str, ColumnType)>,
    /// How many columns of ours stand before the export's own.
    ours: usize,
}

type Columns = Vec<(String, ColumnType)>;

impl<'p> Types<'p> {
    fn of(fit: &'p Recognised<'p>) -> Types<'p> {
        let all = fit.source.columns.iter().chain(&fit.object.columns);
        let known = all.map(|(name, kind)| (name.to_lowercase(), (name.as_str(), *kind))).collect();
        let ours = fit.correction.as_ref().map_or(0, |_| CORRECTION_COLUMNS.len());
        Types { object: &fit.object, headings: fit.source.headings(&fit.object), known, ours }
    }

    /// Every column with its type, and which of them has a name in small letters. Of several headings that stand for one column the first
    /// does; the others keep their own words.
    ///
    /// # Errors
    /// A column that the source knows comes twice by the same heading: which holds is not known.
    fn columns(
        &self,
        words: &[String],
        at: &[usize],
        file: &str,
    ) -> Result<(Columns, HashMap<String, usize>), Problem> {
        let mut columns: Columns = Vec::with_capacity(at.len());
        let mut places: HashMap<String, usize> = HashMap::with_capacity(at.len());
        for (place, at) in at.iter().enumerate() {
            let word = &words[*at];
            let (mut name, mut kind) = self.declared(word, *at);
            let is_known = self.known.contains_key(&name.to_lowercase());
            if places.contains_key(&name.to_lowercase()) {
                if is_known && words[..*at].iter().any(|before| before.eq_ignore_ascii_case(word)) {
                    let what = format!("two columns are called \"{}\"", shortened(&name));
                    return Err(Problem::new(Place::new(file, 1, 1), what, "rename or remove one of them"));
                }
                (name, kind) = (self.untaken(&plain(word, self.own(*at)), &places), ColumnType::Text);
            }
            places.insert(name.to_lowercase(), place);
            columns.push((name, kind));
        }
        Ok((columns, places))
    }

    /// The name, with a number behind it where another column has it.
    fn untaken(&self, name: &str, places: &HashMap<String, usize>) -> String {
        let is_taken = |name: &String| {
            let lower = name.to_lowercase();
            places.contains_key(&lower) || self.known.contains_key(&lower)
        };
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        std::iter::once(name.to_string()).chain(numbered).find(|name| !is_taken(name)).expect("numbers do not end")
    }

    /// The column's name and type as the source declares them, else the header's word as text.
    fn declared(&self, word: &str, at: usize) -> (String, ColumnType) {
        let name = self.headings.column(word).unwrap_or(word);
        if let Some((own, kind)) = self.known.get(&name.to_lowercase()) {
            return (own.to_string(), *kind);
        }
        if let Some((wide, row)) = self.object.wide_of(word) {
            return (wide_column(&wide.name, row), wide.kind);
        }
        (plain(name, self.own(at)), ColumnType::Text)
    }

    /// The place of a column in the export that its file was.
    fn own(&self, at: usize) -> usize {
        at.saturating_sub(self.ours)
    }
}

/// A header's word as the name of a column: without what a column of Delta cannot have. A word that means something in every landing
/// table gets a `_` behind it, a missing one the number of its column.
fn plain(word: &str, at: usize) -> String {
    let name = word.replace([' ', ',', ';', '{', '}', '(', ')', '\n', '\r', '\t', '='], "_");
    let ours = RESERVED.contains(&name.to_lowercase().as_str()) || name.starts_with('_');
    match name.as_str() {
        "" => format!("column_{}", at + 1),
        _ if ours => format!("{}_", name.trim_start_matches('_')),
        _ => name,
    }
}

/// `entered:Closed%20Won`: what a column is called that is a row in truth. [`wide_row`] reads it again.
pub fn wide_column(wide: &str, row: &str) -> String {
    let mut name = format!("{wide}:");
    for byte in row.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => name.push(byte.into()),
            _ => name.push_str(&format!("%{byte:02X}")),
        }
    }
    name
}

/// The name of the row that a column of `wide` stands for; `None` for a column of another kind.
pub fn wide_row(wide: &str, column: &str) -> Option<String> {
    let mut rest = column.strip_prefix(wide)?.strip_prefix(':')?.as_bytes();
    let mut row = vec![];
    while let [first, behind @ ..] = rest {
        match (first, behind.split_at_checked(2)) {
            (b'%', Some((digits, behind))) => {
                row.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
                rest = behind;
            }
            _ => {
                row.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(row).ok()
}

/// Whether a cell is what spreadsheets make of more than 11 digits.
fn is_rounded(cell: &[u8]) -> bool {
    let Some(at) = cell.iter().position(|b| b.eq_ignore_ascii_case(&b'E')) else { return false };
    let is_digits = |some: &[u8]| !some.is_empty() && some.iter().all(u8::is_ascii_digit);
    let (number, exponent) = (&cell[..at], &cell[at + 1..]);
    let fraction =
        number.get(1).is_none_or(|mark| matches!(mark, b'.' | b',')) && is_digits(number.get(2..).unwrap_or(b"0"));
    number.first().is_some_and(u8::is_ascii_digit)
        && fraction
        && exponent.strip_prefix(b"+").is_some_and(|e| e.len() == 2 && is_digits(e))
}

/// Whether a timestamp without a zone stands in a column of instants, though the source declares none.
pub fn lacks_zone(form: &Form, record: &ByteRecord, column: usize) -> bool {
    if form.habits[column].zone.is_some() || form.columns[column].1 != ColumnType::Instant {
        return false;
    }
    let text = std::str::from_utf8(form.cell(record, column)).unwrap_or_default();
    let habits = &form.habits[column];
    let in_utc = || Habits { zone: Some(chrono_tz::UTC), ..habits.clone() };
    read_cell(text, ColumnType::Instant, habits).is_err() && read_cell(text, ColumnType::Instant, &in_utc()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rounded_id_is_known_by_its_exponent() {
        for cell in ["1.23457E+11", "4,04427E+17", "5E+15", "1.2e+12"] {
            assert!(is_rounded(cell.as_bytes()), "{cell}");
        }
        for cell in
            ["", "E", "E+11", "1E5", "123456789012", "1.5E+1", "12.5E+11", "001E000001AbCdE", "1.E+11", "Suite 1E+11"]
        {
            assert!(!is_rounded(cell.as_bytes()), "{cell}");
        }
    }

    #[test]
    fn the_name_of_a_wide_column_tells_its_row() {
        for row in ["Closed Won (Sales Pipeline)", "100 %", "Übergabe, Teil 2", "closedwon"] {
            let column = wide_column("entered", row);
            assert!(!column.contains([' ', ',', ';', '{', '}', '(', ')', '=']), "{column}");
            assert_eq!(wide_row("entered", &column), Some(row.to_string()));
        }
        assert_eq!(wide_row("entered", "entered_on"), None);
        assert_eq!(wide_row("left", "entered:x"), None);
    }
}
