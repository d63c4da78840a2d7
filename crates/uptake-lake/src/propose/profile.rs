//! A file that nobody knows, read once over: its columns with what they mean, and what may name a row.

use super::tally::Tally;
use super::typing::{Typed, typed};
use super::words::Meaning;
use crate::landing::document::Document;
use crate::landing::snapshot;
use chrono_tz::Tz;
use std::collections::HashSet;
use std::io::Result;
use uptake_read::{Rows, Step, line};
use uptake_spec::Problem;
use xxhash_rust::xxh3::xxh3_64;

/// A table of a file.
#[derive(Debug, Clone)]
pub struct Profile {
    /// As people are shown it, with the entry or the sheet.
    pub file: String,
    /// Its name without date and number of a copy: `sales_pipeline`.
    pub stem: String,
    pub rows: u64,
    /// Rows that are none by columns.
    pub broken: u64,
    pub columns: Vec<Column>,
    /// Whether its name, its folder or its zip tells of which day it is.
    pub is_dated: bool,
    /// What its name means.
    pub meaning: Meaning,
}

#[derive(Debug, Clone)]
pub struct Column {
    pub heading: String,
    /// Where it stands in a record.
    pub at: usize,
    /// What it is called in the lake; `None` where another column has the same heading, so that it cannot be declared.
    pub name: Option<String>,
    pub meaning: Meaning,
    pub tally: Tally,
    pub typed: Typed,
}

impl Column {
    pub fn means(&self, list: &str) -> bool {
        self.meaning.has(list)
    }

    /// Every row has a value, and no two the same.
    pub fn names_rows(&self, profile: &Profile) -> bool {
        self.tally.unique && self.tally.filled == profile.rows - profile.broken && self.tally.filled > 0
    }

    /// Nearly every row has a value of its own: an id of which some came twice.
    pub fn nearly_names_rows(&self, profile: &Profile) -> bool {
        let (distinct, rows) = (self.tally.distinct() as u64, profile.rows - profile.broken);
        self.means("id") && self.tally.filled == rows && rows >= 20 && distinct * 50 >= rows * 49
    }
}

/// `zone` is the firm's.
///
/// # Errors
/// The file cannot be read on.
pub fn profile(document: &Document, zone: Tz) -> std::result::Result<Profile, Problem> {
    let header = &document.header;
    let named = header.iter().rposition(|word| !word.is_empty()).map_or(0, |last| last + 1);
    let mut tallies = vec![Tally::in_zone(zone); named];
    let (rows, broken) = document.rows(|rows| read_through(rows, &mut tallies))?;
    let names = names(&header[..named]);
    let columns = tallies.into_iter().zip(names).enumerate().map(|(at, (tally, name))| {
        let meaning = Meaning::of(&header[at]);
        Column { heading: header[at].clone(), at, name, typed: typed(&tally, &meaning), meaning, tally }
    });
    let found = &document.found;
    let stem = snapshot::without_date(found.names().first().map_or("", String::as_str));
    Ok(Profile {
        file: found.shown(),
        rows,
        broken,
        columns: columns.collect(),
        is_dated: snapshot::date_of(found, None, None, None).is_some(),
        meaning: Meaning::of(&found.names().join(" ")),
        stem,
    })
}

fn read_through(mut rows: Rows, tallies: &mut [Tally]) -> Result<(u64, u64)> {
    let mut broken = 0;
    loop {
        match rows.step()? {
            Step::End => return Ok((rows.count, broken)),
            Step::Broken(_) => broken += 1,
            Step::Row => {
                let cells = &rows.record.cells;
                let line = line(cells);
                for (at, tally) in tallies.iter_mut().enumerate() {
                    tally.note(cells.get(at).unwrap_or_default(), line, rows.record.is_number(at));
                }
            }
        }
    }
}

/// What names each row: of several sets of columns, for each how many rows have what a row before them has.
///
/// # Errors
/// The file cannot be read on.
pub fn doubles(document: &Document, sets: &[Vec<usize>]) -> std::result::Result<Vec<u64>, Problem> {
    document.rows(|mut rows| {
        let mut seen = vec![HashSet::new(); sets.len()];
        let mut doubles = vec![0; sets.len()];
        loop {
            match rows.step()? {
                Step::End => return Ok(doubles),
                Step::Broken(_) => continue,
                Step::Row => {}
            }
            for (nth, set) in sets.iter().enumerate() {
                let mut bytes = vec![];
                for at in set {
                    bytes.extend_from_slice(rows.record.cells.get(*at).unwrap_or_default().trim_ascii());
                    bytes.push(0x1f);
                }
                doubles[nth] += u64::from(!seen[nth].insert(xxh3_64(&bytes)));
            }
        }
    })
}

/// How many rows have a state that is no end, and how many of them have an end nevertheless.
///
/// # Errors
/// The file cannot be read on.
pub fn open_rows(
    document: &Document,
    state: usize,
    end: usize,
    has_ended: impl Fn(&str) -> bool,
) -> std::result::Result<(u64, u64), Problem> {
    document.rows(|mut rows| {
        let (mut open, mut planned) = (0, 0);
        loop {
            match rows.step()? {
                Step::End => return Ok((open, planned)),
                Step::Broken(_) => continue,
                Step::Row => {}
            }
            let cell =
                |at: usize| String::from_utf8_lossy(rows.record.cells.get(at).unwrap_or_default()).trim().to_string();
            if !has_ended(&cell(state)) {
                open += 1;
                let end = cell(end);
                planned += u64::from(!end.is_empty() && !super::words::is_nothing(&end));
            }
        }
    })
}

/// Words that mean something in every table of the lake.
const RESERVED: [&str; 5] = ["first_seen", "last_seen", "next_seen", "gone", "nth"];

/// What the columns under these headings are called.
fn names(headings: &[String]) -> Vec<Option<String>> {
    let folded: Vec<String> = headings.iter().map(|word| snake(word).replace('_', "")).collect();
    let mut taken: HashSet<String> = HashSet::new();
    let name = |(at, heading): (usize, &String)| {
        let same = |other: usize| other != at && headings[other].eq_ignore_ascii_case(heading);
        if folded[at].is_empty() || (0..headings.len()).any(same) || folded[..at].contains(&folded[at]) {
            return None;
        }
        let mut name = snake(heading);
        if RESERVED.contains(&name.as_str()) {
            name.push('_');
        }
        taken.insert(name.clone()).then_some(name)
    };
    headings.iter().enumerate().map(name).collect()
}

/// `Deal Owner (E-Mail)` as `deal_owner_e_mail`.
pub fn snake(heading: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c } else { ' ' };
    let words: String = heading.to_lowercase().chars().map(plain).collect();
    words.split_whitespace().collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_called_after_their_headings() {
        let headings = ["Deal Owner", "deal_owner", "Größe (m²)", "gone", "", "Rating", "rating"].map(String::from);
        let names = names(&headings);
        let names: Vec<Option<&str>> = names.iter().map(|name| name.as_deref()).collect();
        assert_eq!(names, [Some("deal_owner"), None, Some("größe_m²"), Some("gone_"), None, None, None]);
    }
}
