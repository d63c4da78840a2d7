//! A first reading of a file: what has to be known of all its rows before the first of them lands.

use super::dates::{Seen, is_dated};
use super::document::Document;
use super::form::{Form, NamedBy, Standing, lacks_zone};
use super::numbers;
use chrono::{Days, NaiveDate};
use csv::ByteRecord;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::path::Path;
use uptake_read::{Rows, Step, line};
use uptake_spec::source::{DateOrder, DecimalMark};
use uptake_spec::{Place, Problem};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// What a first reading told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Survey {
    /// How many rows the file has, good and bad.
    pub rows: u64,
    /// The newest day among its stamps.
    pub newest: Option<NaiveDate>,
    /// Of each key that comes again, the newest of the good rows that are not its first.
    pub again: Standings,
    /// Where all columns together name a row: rows, numbered from 0, that are alike in all with one before them, and the how many-th each is.
    pub alike: HashMap<u64, u32>,
    /// How many lines at its end are no rows, as reports have them.
    pub footer: u64,
    /// How many lines are the header again.
    pub headers: u64,
    /// Whether some row bears an id that the sample firm's instance made.
    pub of_sample: bool,
}

/// A 128-bit digest: it stands for a key, or for a key and its content, where millions are remembered.
pub type Mark = u128;

pub fn mark(key: &str, content: i64) -> Mark {
    let seed = content as u64;
    let high = xxh3_64_with_seed(key.as_bytes(), seed);
    let low = xxh3_64_with_seed(key.as_bytes(), seed ^ 0x9e37_79b9_7f4a_7c15);
    (u128::from(high) << 64) | u128::from(low)
}

/// Marks of keys with their content, or halves of them. They are hashes already.
pub type Marks<M = Mark> = HashSet<M, BuildHasherDefault<Halved>>;

/// By the mark of a key.
pub type Standings = HashMap<Mark, Standing, BuildHasherDefault<Halved>>;

/// The upper half of a mark.
#[derive(Debug, Default)]
pub struct Halved(u64);

impl Hasher for Halved {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let half = bytes.last_chunk::<8>().map_or(0, |half| u64::from_ne_bytes(*half));
        self.0 = half;
    }

    fn write_u128(&mut self, mark: u128) {
        self.0 = (mark >> 64) as u64;
    }
}

/// How what can be read in two ways is read where the column does not say it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said {
    /// The day of the load, by which what is over has ended.
    pub today: NaiveDate,
    pub order: Option<DateOrder>,
    /// As its source usually writes: where no other column of the file says it either.
    pub usual_order: Option<DateOrder>,
    pub decimal: Option<DecimalMark>,
}

/// Reads the whole file by `form`, and settles the order of its dates and the marks of its numbers in it.
///
/// # Errors
/// The file cannot be read; a timestamp has no zone and the source declares none; ids that were rounded; dates or numbers that can be
/// read in two ways.
pub fn survey(document: &Document, form: &mut Form, said: Said, source_file: &Path) -> Result<Survey, Problem> {
    let file = document.found.shown();
    let mut pass = document.rows(|rows| read_through(form, rows))?;
    if let Some(reach) = pass.beyond {
        form.widen(reach);
        pass = document.rows(|rows| read_through(form, rows))?;
    }
    if let Some(line) = pass.without_zone {
        let what = "a timestamp has no zone and the source declares none";
        let hint = format!("add zone = \"UTC\" to {}", source_file.display());
        return Err(Problem::new(Place::new(file, line as usize, 1), what, hint));
    }
    if let Some((line, column)) = pass.rounded {
        let what = format!("a spreadsheet took the ids in \"{}\" for numbers and rounded them", form.columns[column].0);
        let hint =
            "load the export as the CRM wrote it, without saving it from a spreadsheet; nothing of it was landed";
        return Err(Problem::new(Place::new(file, line as usize, 1), what, hint));
    }
    let mut reordered = false;
    let evident = evident(&pass.dates);
    for (column, seen) in std::mem::take(&mut pass.dates) {
        let order = said.order.or(evident.filter(|_| !seen.is_mixed())).or(said.usual_order);
        if said.order.is_none() {
            let name = &form.columns[column].0;
            seen.not_turned_round(&file, name).and_then(|()| seen.not_year_first(&file, name))?;
        }
        if seen.are_serials() {
            form.set_serials(column);
            reordered = true;
        }
        let order = seen.order(&file, &form.columns[column].0, order).map_err(|p| in_source(p, source_file))?;
        reordered |= order.is_some();
        form.set_order(column, order);
    }
    for (column, seen) in std::mem::take(&mut pass.numbers) {
        let mark = seen.mark(&file, &form.columns[column].0, said.decimal).map_err(|p| in_source(p, source_file))?;
        reordered |= mark == Some(DecimalMark::Comma);
        form.set_mark(column, mark);
    }
    // Keys and stamps may be such dates or numbers.
    if reordered {
        pass = document.rows(|rows| read_through(form, rows))?;
    }
    if form.named_by == NamedBy::StandIn && !pass.again.is_empty() {
        form.name_by_everything();
        pass = document.rows(|rows| read_through(form, rows))?;
    }
    let newest = pass.newest_day(said.today);
    let Pass { rows, footer, headers, of_sample, again, alike, .. } = pass;
    Ok(Survey { rows, footer, headers, newest, again, alike, of_sample })
}

/// The problem with the way to the source's own file in its hint.
fn in_source(problem: Problem, source_file: &Path) -> Problem {
    Problem { hint: problem.hint.replace("the source's source.toml", &source_file.display().to_string()), ..problem }
}

/// The order that columns of the file say, if they say one: whoever wrote it has one format for all of them.
fn evident(dates: &[(usize, Seen)]) -> Option<DateOrder> {
    let mut said = dates.iter().filter_map(|(_, seen)| seen.evident());
    let first = said.next()?;
    said.all(|order| order == first).then_some(first)
}

/// What one reading told.
#[derive(Default)]
pub struct Pass {
    rows: u64,
    footer: u64,
    headers: u64,
    newest: Option<NaiveDate>,
    /// The stamp that told it, as it is written.
    newest_text: Vec<u8>,
    /// Days on which something ended.
    ended: BTreeSet<NaiveDate>,
    of_sample: bool,
    without_zone: Option<u64>,
    /// How far the widest row has values under no heading.
    beyond: Option<usize>,
    /// The first line with a rounded id, and its column.
    rounded: Option<(u64, usize)>,
    dates: Vec<(usize, Seen)>,
    numbers: Vec<(usize, numbers::Seen)>,
    /// See [`Survey`].
    again: Standings,
    alike: HashMap<u64, u32>,
    /// How many rows had each key that came again, by its mark, where all columns together are the key.
    times: HashMap<Mark, u32, BuildHasherDefault<Halved>>,
}

/// How many days after the newest stamp something may end and still date its file: what lies further ahead is a slip of the pen.
const MOST_DAYS_LATER: u64 = 92;

impl Pass {
    fn newest_day(&self, today: NaiveDate) -> Option<NaiveDate> {
        let last = self.newest.map_or(today, |day| today.min(day + Days::new(MOST_DAYS_LATER)));
        self.newest.max(self.ended.range(..=last).next_back().copied())
    }

    /// Notes the stamp of a record. Reading each of millions takes longer than all else here, so that those are passed over of which the text
    /// says that they are no newer.
    fn stamped(&mut self, form: &Form, record: &ByteRecord) {
        let Some(text) = form.stamp(record).filter(|text| !is_no_newer(text, &self.newest_text)) else { return };
        let Some(day) = form.dated(record) else { return };
        if Some(day) >= self.newest {
            self.newest = Some(day);
            self.newest_text.clear();
            self.newest_text.extend_from_slice(text);
        }
    }

    /// Notes a record whose key, or one with the same half of a mark, came before. A row that is rejected for another reason takes no other's
    /// place.
    fn comes_again(&mut self, form: &Form, record: &ByteRecord, number: u64, scratch: &mut String) {
        let Ok(row) = form.row(record, scratch) else { return };
        let key = mark(&row.key, 0);
        if form.named_by == NamedBy::Everything {
            // The first is as good as this one: it is alike in all.
            let times = self.times.entry(key).or_insert(1);
            *times += 1;
            self.alike.insert(number, *times);
        } else {
            let standing = row.standing(number);
            let newest = self.again.entry(key).or_insert(standing);
            *newest = standing.max(*newest);
        }
    }
}

fn read_through(form: &Form, mut rows: Rows) -> std::io::Result<Pass> {
    let dated = (0..form.columns.len()).filter(|column| is_dated(form.columns[*column].1));
    let counted = (0..form.columns.len()).filter_map(|at| Some((at, numbers::Seen::of(form.columns[at].1)?)));
    let dates = dated.map(|column| (column, Seen::default())).collect();
    let mut pass = Pass { dates, numbers: counted.collect(), ..Default::default() };
    let (mut key, mut scratch) = (String::new(), String::new());
    // Half a mark of each key.
    let mut keys = Marks::<u64>::default();
    loop {
        match rows.step()? {
            Step::End => break,
            Step::Broken(_) => continue,
            Step::Row => {}
        }
        let record = &rows.record.cells;
        if !form.is_meant(record) {
            continue;
        }
        let line = line(record);
        pass.beyond = pass.beyond.max(form.beyond(record));
        if form.key(record, &mut key) {
            pass.of_sample |= instance(&key) == instance(crate::SAMPLE_ORGANISATION);
            // What stands in for a key names a row as long as no two good ones have it.
            let counts = form.named_by != NamedBy::StandIn || form.row(record, &mut scratch).is_ok();
            if counts && !keys.insert(xxh3_64(key.as_bytes())) {
                pass.comes_again(form, record, rows.count - 1, &mut scratch);
            }
        }
        pass.rounded = pass.rounded.or_else(|| Some((line, form.rounded_id(record)?)));
        pass.stamped(form, record);
        pass.ended.extend(form.ended(record));
        for (column, seen) in &mut pass.dates {
            let cell = form.cell(record, *column);
            if form.tells(cell, *column) {
                seen.note(cell, line);
            }
            if pass.without_zone.is_none() && lacks_zone(form, record, *column) {
                pass.without_zone = Some(line);
            }
        }
        for (column, seen) in &mut pass.numbers {
            seen.note(form.cell(record, *column), line, form.is_number(&rows.record, *column));
        }
    }
    pass.rows = rows.count;
    (pass.footer, pass.headers) = (rows.footer(), rows.headers());
    Ok(pass)
}

/// Whether two stamps are in ISO 8601 with seconds, and in one zone, and the first is not of a later minute than the other.
fn is_no_newer(text: &[u8], than: &[u8]) -> bool {
    const MINUTE: usize = "2026-01-05T09:00".len();
    const SECOND: usize = "2026-01-05T09:00:00".len();
    let marks = [(4, b'-'), (7, b'-'), (13, b':'), (MINUTE, b':')];
    let is_iso = |text: &[u8]| text.len() >= SECOND && marks.iter().all(|(at, mark)| text[*at] == *mark);
    if !is_iso(text) || !is_iso(than) || text[10] != than[10] {
        return false;
    }
    let is_fraction = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',');
    let zone = |text: &[u8]| text.iter().position(|byte| !is_fraction(byte)).unwrap_or(text.len());
    let (one, other) = (&text[SECOND..], &than[SECOND..]);
    let (one, other) = (&one[zone(one)..], &other[zone(other)..]);
    let is_zone = one.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b':' | b'Z'));
    one == other && is_zone && text[..MINUTE] <= than[..MINUTE]
}

/// The fourth to sixth character of an id name the instance that made it.
fn instance(id: &str) -> Option<&str> {
    id.get(3..6)
}

#[cfg(test)]
mod tests {
    use super::is_no_newer;

    #[test]
    fn only_stamps_that_are_written_alike_are_passed_over() {
        let newest = "2026-01-05T09:30:20.000Z";
        for text in ["2026-01-05T09:30:59.000Z", "2026-01-05T09:29:00.123Z", "2025-12-31T23:59:59Z", newest] {
            assert!(is_no_newer(text.as_bytes(), newest.as_bytes()), "{text}");
        }
        for text in [
            "2026-01-05T09:31:00.000Z",
            "2026-01-06T00:00:00.000Z",
            "2026-01-05T09:00:00.000-1400",
            "2026-01-05 09:00:00.000Z",
            "1/5/2026 09:00:00 AM UTC",
            "1767603600000",
            "",
        ] {
            assert!(!is_no_newer(text.as_bytes(), newest.as_bytes()), "{text}");
        }
        assert!(!is_no_newer(newest.as_bytes(), b""));
        for (text, than) in [
            ("2026-01-05 11:30:00 PM", "2026-01-05 12:30:00 PM"),
            ("2026-01-05 11:30:00 AM", "2026-01-05 12:30:00 AM"),
            ("2026-01-05T20:00-08:00", "2026-01-05T20:00+01:00"),
            ("2026-01-05 20:00 PST", "2026-01-05 20:00 CET"),
            ("2026-01-05 20:00+01", "2026-01-05 20:00-08"),
        ] {
            assert!(!is_no_newer(text.as_bytes(), than.as_bytes()), "{text}, {than}");
        }
    }
}
