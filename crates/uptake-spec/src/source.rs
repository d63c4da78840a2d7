//! A source: one folder under `queries/sources/` that says how a CRM's files are read and mapped, in TOML and SQL.

use crate::fields::{Fields, Piece, words};
use crate::kpi::Input;
use crate::problem::Problem;
use chrono_tz::Tz;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub name: String,
    pub title: String,
    /// The zone of timestamps that carry none; without it they are an error.
    pub zone: Option<Tz>,
    /// Texts that mean nothing, beside the empty one.
    pub nothing: Vec<String>,
    /// What an empty boolean means: false, or nothing.
    pub empty_is_false: bool,
    /// How `02/03/2026` is read in a column that does not say it itself; without it, that is an error.
    pub date_order: Option<DateOrder>,
    /// How `1.234` is read in a column that does not say it itself; without it, that is an error.
    pub decimal: Option<DecimalMark>,
    /// Words of its own that mean true or false, beside those that everybody uses.
    pub booleans: Vec<(String, bool)>,
    pub set: Option<SetName>,
    pub stamps: Option<Stamps>,
    /// Columns by which a file of an object we do not know is taken for this source's.
    pub signature: Vec<String>,
    pub objects: Vec<Object>,
    /// What holds for objects without a section of their own; `None` if there can be no others.
    pub other: Option<Object>,
    /// Types wherever such a column occurs.
    pub columns: Vec<(String, ColumnType)>,
    /// One SELECT for each lake table this source fills.
    pub mappings: Vec<Mapping>,
    pub file: PathBuf,
}

/// How the archives of one export are called: `WE_{org}_{part}.ZIP`.
#[derive(Debug, Clone, PartialEq)]
pub struct SetName {
    pub pattern: String,
    /// A whole-object export: what is missing from it is gone.
    pub complete: bool,
    /// How `1.234` is read in these files.
    pub decimal: Option<DecimalMark>,
}

/// Who-and-when columns that make work visible, as (user, instant).
#[derive(Debug, Clone, PartialEq)]
pub struct Stamps {
    pub created: (String, String),
    pub modified: Option<(String, String)>,
    /// Objects that say nothing about work; `*` at either end stands for any text.
    pub except: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Changes and can vanish.
    Record,
    /// Happened once; never gone.
    Event,
}

/// What stands first in a date that is written with slashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

impl DateOrder {
    pub const WORDS: [(&str, DateOrder); 2] = [("dmy", DateOrder::Dmy), ("mdy", DateOrder::Mdy)];
}

/// What stands before the fraction of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalMark {
    Point,
    Comma,
}

impl DecimalMark {
    pub const WORDS: [(&str, DecimalMark); 2] = [("point", DecimalMark::Point), ("comma", DecimalMark::Comma)];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    Text,
    /// A Salesforce id: 15 characters become 18.
    Id,
    Integer,
    /// Up to 18 digits, 4 of them after the point; more is a reject.
    Decimal,
    Date,
    Instant,
    Boolean,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    pub name: String,
    pub kind: Kind,
    /// Whether the file's stem must be the object's name.
    pub named: bool,
    /// The columns whose values together name a row. One that a file lacks is no part of its keys; where it lacks them all, all its columns
    /// together name a row.
    pub key: Vec<String>,
    /// The column of the newest system stamp: decides between two rows of one key, and dates a file that nothing else dates.
    pub newest: Option<String>,
    /// Columns without which the file is refused.
    pub needs: Vec<String>,
    /// At least one of these must be there.
    pub needs_any: Vec<String>,
    pub columns: Vec<(String, ColumnType)>,
    /// Other headings of columns, as pages and reports of the CRM label them: (label, column).
    pub labels: Vec<(String, String)>,
    /// Every file of it is a whole one.
    pub complete: bool,
    /// The inputs it brings up to date, beside [`Input::Records`], which every object with stamps feeds.
    pub feeds: Vec<Input>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// The lake's table it fills.
    pub table: String,
    pub sql: String,
    pub file: PathBuf,
}

const KINDS: [(&str, Kind); 2] = [("record", Kind::Record), ("event", Kind::Event)];
const TYPES: [(&str, ColumnType); 7] = [
    ("text", ColumnType::Text),
    ("id", ColumnType::Id),
    ("integer", ColumnType::Integer),
    ("decimal", ColumnType::Decimal),
    ("date", ColumnType::Date),
    ("instant", ColumnType::Instant),
    ("boolean", ColumnType::Boolean),
];

impl Object {
    /// The column that a heading stands for: itself, or the one it is a label of.
    pub fn column<'a>(&'a self, heading: &'a str) -> &'a str {
        let labelled = self.labels.iter().find(|(label, _)| label.eq_ignore_ascii_case(heading));
        labelled.map_or(heading, |(_, column)| column)
    }
}

impl Source {
    /// The type of `column` in `object`: its own, else the source's, else text.
    pub fn column_type(&self, object: &Object, column: &str) -> ColumnType {
        let found = object.columns.iter().chain(&self.columns).find(|(name, _)| name.eq_ignore_ascii_case(column));
        found.map_or(ColumnType::Text, |(_, kind)| *kind)
    }

    /// `salesforce_opportunity`: the table below `landing.` for an object; letters, digits and `_` only.
    pub fn landing_name(&self, object: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let word: String = object.to_lowercase().chars().map(plain).collect();
        format!("{}_{word}", self.name)
    }

    /// Whether rows of `object` are stamps of work.
    pub fn stamps_of(&self, object: &str) -> Option<&Stamps> {
        self.stamps.as_ref().filter(|stamps| !stamps.except.iter().any(|pattern| fits(pattern, object)))
    }
}

fn fits(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => name.ends_with(end),
        (_, Some(start)) => name.starts_with(start),
        _ => pattern == name,
    }
}

impl SetName {
    /// Organisation and part number in a file's name; `None` if it is called otherwise. Case does not matter.
    pub fn read(&self, file_name: &str) -> Option<(String, u32)> {
        let (before, rest) = self.pattern.split_once("{org}")?;
        let (between, after) = rest.split_once("{part}")?;
        let name = strip(file_name, before, after)?;
        let at = name.rfind(between)?;
        let part = name[at + between.len()..].parse().ok()?;
        Some((name[..at].to_string(), part))
    }
}

fn strip<'a>(name: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let head = name.get(..before.len())?;
    let tail = name.get(name.len().checked_sub(after.len())?..)?;
    let fits = head.eq_ignore_ascii_case(before) && tail.eq_ignore_ascii_case(after);
    fits.then(|| name.get(before.len()..name.len() - after.len())).flatten()
}

/// Reads `queries/sources/NAME/source.toml`; the SQL beside it is added by [`crate::project`].
///
/// # Errors
/// Every mistake of the file.
pub fn read_source(file: &Path, text: &str) -> Result<Source, Vec<Problem>> {
    let name = file.parent().and_then(Path::file_name).map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let piece = Piece::new(file, text, 0);
    let source = piece.read(text, |f| read(&name, file, f));
    match (source, piece.problems()) {
        (Some(source), problems) if problems.is_empty() => Ok(source),
        (_, problems) => Err(problems),
    }
}

fn read(name: &str, file: &Path, f: &Fields) -> Option<Source> {
    let zone = f.text("zone").and_then(|word| match word.parse() {
        Ok(zone) => Some(zone),
        Err(_) => {
            f.object("zone", format!("no time zone is called \"{word}\""), "use an IANA name such as \"UTC\"");
            None
        }
    });
    Some(Source {
        name: name.into(),
        title: f.needed("title")?,
        zone,
        nothing: f.texts("nothing").unwrap_or_default(),
        empty_is_false: f.flag("empty_is_false").unwrap_or(false),
        date_order: f.one_of("date_order", &DateOrder::WORDS),
        decimal: f.one_of("decimal", &DecimalMark::WORDS),
        booleans: f.table("booleans", read_booleans).unwrap_or_default(),
        set: f.table("set", |f| {
            Some(SetName {
                pattern: f.needed("file")?,
                complete: f.flag("complete").unwrap_or(false),
                decimal: f.one_of("decimal", &DecimalMark::WORDS),
            })
        }),
        stamps: f.table("stamps", read_stamps),
        signature: f.texts("signature").unwrap_or_default(),
        other: f.table("other", |f| read_object("", f)),
        objects: f.named("object", read_object),
        columns: read_columns(f),
        mappings: vec![],
        file: file.into(),
    })
}

fn read_booleans(f: &Fields) -> Option<Vec<(String, bool)>> {
    let of = |key, is| f.texts(key).unwrap_or_default().into_iter().map(move |word| (word, is));
    Some(of("true", true).chain(of("false", false)).collect())
}

fn read_stamps(f: &Fields) -> Option<Stamps> {
    let pair = |key| {
        let texts = f.texts(key)?;
        match <[String; 2]>::try_from(texts) {
            Ok([user, instant]) => Some((user, instant)),
            Err(_) => {
                f.object(key, format!("\"{key}\" wants two columns"), "write [\"user column\", \"instant column\"]");
                None
            }
        }
    };
    Some(Stamps {
        created: pair("created")?,
        modified: pair("modified"),
        except: f.texts("except").unwrap_or_default(),
    })
}

fn read_object(name: &str, f: &Fields) -> Option<Object> {
    Some(Object {
        name: name.into(),
        kind: f.one_of("kind", &KINDS).unwrap_or(Kind::Record),
        named: f.flag("named").unwrap_or(true),
        key: f.texts("key").unwrap_or_default(),
        newest: f.text("newest"),
        needs: f.texts("needs").unwrap_or_default(),
        needs_any: f.texts("needs_any").unwrap_or_default(),
        complete: f.flag("complete").unwrap_or(false),
        feeds: words(f, "feeds", Input::ALL),
        columns: read_columns(f),
        labels: f.pairs("labels"),
    })
}

/// The columns under `columns`, with their types.
pub(crate) fn read_columns(f: &Fields) -> Vec<(String, ColumnType)> {
    typed(f, "columns", f.pairs("columns"))
}

/// Names with the words of their types as columns; `key` is where a mistake is said.
pub(crate) fn typed(f: &Fields, key: &'static str, pairs: Vec<(String, String)>) -> Vec<(String, ColumnType)> {
    let mut columns = vec![];
    for (column, word) in pairs {
        match TYPES.iter().find(|(name, _)| *name == word) {
            Some((_, kind)) => columns.push((column, *kind)),
            None => {
                let hint = crate::problem::did_you_mean(&word, TYPES.iter().map(|(name, _)| *name));
                f.object(key, format!("\"{column}\" cannot be of type \"{word}\""), hint);
                // Kept, so that nothing else misses it.
                columns.push((column, ColumnType::Text));
            }
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_name_gives_organisation_and_part() {
        let set = SetName { pattern: "WE_{org}_{part}.ZIP".into(), complete: true, decimal: None };
        assert_eq!(set.read("WE_00D4J000000CuzUUAS_12.zip"), Some(("00D4J000000CuzUUAS".into(), 12)));
        assert_eq!(set.read("WE_00D4J000000CuzUUAS.zip"), None);
        assert_eq!(set.read("é.zip"), None);
    }
}
