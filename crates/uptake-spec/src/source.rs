//! A source: one folder under `queries/sources/` that says how a CRM's files are read and mapped, in TOML and SQL.

mod toml;
mod words;

use crate::kpi::Input;
use chrono_tz::Tz;
use std::collections::HashMap;
use std::path::PathBuf;
pub use toml::read_source;
pub(crate) use toml::typed;
use words::{folded, folded_pattern, like, part_of, strip};

#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub name: String,
    pub title: String,
    /// The zone of timestamps that carry none; without it they are an error.
    pub zone: Option<Tz>,
    /// `zone = "project"`: it is the project's, which [`crate::project`] puts in.
    pub in_project_zone: bool,
    /// Texts that mean nothing, beside the empty one.
    pub nothing: Vec<String>,
    /// Columns of any of its files that never land, by heading or name, `*` standing for any text: see [`Source::never_lands`].
    pub never: Vec<String>,
    /// What an empty boolean means: false, or nothing.
    pub empty_is_false: bool,
    /// How `02/03/2026` is read in a column that does not say it itself, where no other column of the file does; without it, that is an error.
    pub date_order: Option<DateOrder>,
    /// How `1.234` is read in a column that does not say it itself; without it, that is an error.
    pub decimal: Option<DecimalMark>,
    /// Words of its own that mean true or false, beside those that everybody uses.
    pub booleans: Vec<(String, bool)>,
    pub set: Option<SetName>,
    pub stamps: Option<Stamps>,
    /// What stands before an id in some of its exports only, and is taken off: `zcrm_`. With it no id is a Salesforce one.
    pub id_prefix: Option<String>,
    /// Its files are views that people chose: several of one day stand beside each other.
    pub views: bool,
    /// Its files land and fill no table of the lake, as it says itself.
    pub unmapped: bool,
    /// Headings of which each of its files has at least one, `*` standing for any text; where none is named, they are not asked for.
    pub marks: Vec<String>,
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
    /// An id of the CRM: a GUID in small letters and without braces; any other without its source's `id_prefix`; where there is none, 15
    /// characters of Salesforce become 18.
    Id,
    Integer,
    /// Up to 14 digits before the point, more is a reject; and 4 behind it, more is rounded.
    Decimal,
    Date,
    /// The day of a date that may tell an hour too, as the wall clock had it.
    Day,
    Instant,
    Boolean,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    pub name: String,
    pub kind: Kind,
    /// The zone of its timestamps that carry none, where it is not the source's: a connector's table beside an export.
    pub zone: Option<Tz>,
    /// `zone = "project"`, as for a source.
    pub in_project_zone: bool,
    /// Columns that never land, beside those of the source.
    pub never: Vec<String>,
    /// Whether the file's stem must be the object's name.
    pub named: bool,
    /// Headings of which a file under any name has one, where the source's signature is there: what this object alone has.
    pub tells: Vec<String>,
    /// Other stems of its files: `*` stands for any text, `{part}` for the number of a part.
    pub files: Vec<String>,
    /// Stems, written so too, of files that together are the whole object.
    pub whole_files: Vec<String>,
    /// The columns whose values together name a row. One that a file lacks is no part of its keys; where it lacks them all, all its columns
    /// together name a row.
    pub key: Vec<String>,
    /// Columns that name a row of a file without the key, as people know it: those of them that the file has, if no two of its rows are
    /// alike in them.
    pub stand_in: Vec<String>,
    /// The column of the newest system stamp: decides between two rows of one key, and dates a file that nothing else dates.
    pub newest: Option<String>,
    /// Columns with days on which something ended: where a file tells no time of a change, they date it too.
    pub ended: Vec<String>,
    /// Columns without which the file is refused.
    pub needs: Vec<String>,
    /// At least one of these must be there.
    pub needs_any: Vec<String>,
    pub columns: Vec<(String, ColumnType)>,
    /// What may stand before a heading: `Deal - `.
    pub prefixes: Vec<String>,
    /// Other headings of columns, as pages and reports of the CRM label them: (label, column).
    pub labels: Vec<(String, String)>,
    /// Columns that are rows in truth, one relation for each entry.
    pub wide: Vec<Wide>,
    /// Every file of it is a whole one.
    pub complete: bool,
    /// The inputs it brings up to date, beside [`Input::Records`], which every object with stamps feeds.
    pub feeds: Vec<Input>,
}

/// Columns whose headings differ from firm to firm, `Date entered "Proposal (Sales)"`: they become the rows of a relation of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct Wide {
    /// What the relation is called behind its object's: `entered` of `landing.hubspot_deals_entered`.
    pub name: String,
    /// Headings with one `*`, which stands for the name of a row.
    pub headings: Vec<String>,
    pub kind: ColumnType,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// The lake's table it fills.
    pub table: String,
    pub sql: String,
    pub file: PathBuf,
}

impl Object {
    /// The relation and the name of the row that a heading stands for: `Date entered "Won (Sales)"` is `Won (Sales)` of `entered`.
    pub fn wide_of<'a>(&'a self, heading: &'a str) -> Option<(&'a Wide, &'a str)> {
        let row = |wide: &'a Wide| {
            let name = wide.headings.iter().find_map(|pattern| {
                let (before, after) = pattern.split_once('*')?;
                strip(heading, before, after).filter(|name| !name.is_empty())
            })?;
            Some((wide, name))
        };
        self.wide.iter().find_map(row)
    }

    /// Whether a file of this stem is one of the object's by name, as which part, and whether it belongs to a whole.
    pub fn named_by(&self, stem: &str) -> Option<Named> {
        let fits = |patterns: &[String]| patterns.iter().find_map(|pattern| part_of(pattern, stem));
        let whole = fits(&self.whole_files).map(|part| Named { part, whole: true });
        let own = || self.named && self.name.eq_ignore_ascii_case(stem);
        let plain = || fits(&self.files).or_else(|| own().then_some(0)).map(|part| Named { part, whole: false });
        whole.or_else(plain)
    }
}

/// The declared columns of an object by the headings that files have for them. Case, blanks and punctuation do not matter:
/// `Deal Owner`, `deal_owner` and `Deal owner*` are one.
pub struct Headings<'o> {
    columns: HashMap<String, &'o str>,
    prefixes: &'o [String],
}

impl<'o> Headings<'o> {
    /// The column that a heading stands for, as it is or without a prefix. A column's own name comes before a label.
    pub fn column(&self, heading: &str) -> Option<&'o str> {
        let known = |heading: &str| self.columns.get(&folded(heading)).copied();
        let bare = || self.prefixes.iter().find_map(|prefix| strip(heading, prefix, ""));
        known(heading).or_else(|| known(bare()?))
    }
}

/// What a file's name tells of an object that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// 0 where the name has no number of a part.
    pub part: u32,
    pub whole: bool,
}

impl Source {
    /// The type of `column` in `object`: its own, else the source's, else text.
    pub fn column_type(&self, object: &Object, column: &str) -> ColumnType {
        let found = object.columns.iter().chain(&self.columns).find(|(name, _)| name.eq_ignore_ascii_case(column));
        found.map_or(ColumnType::Text, |(_, kind)| *kind)
    }

    /// Whether a heading of an object's files stands for a column that never lands: pay, the subject of a mail, the text of a note. The
    /// heading is judged as it is, without a prefix, and by the column that it stands for.
    pub fn never_lands(&self, object: &Object, heading: &str) -> bool {
        let patterns: Vec<String> = self.never.iter().chain(&object.never).map(|word| folded_pattern(word)).collect();
        if patterns.is_empty() {
            return false;
        }
        let bare = object.prefixes.iter().find_map(|prefix| strip(heading, prefix, ""));
        let words = [Some(heading), bare, self.headings(object).column(heading)];
        words.into_iter().flatten().any(|word| patterns.iter().any(|pattern| like(pattern, &folded(word))))
    }

    /// What `zone = "project"` means, here and at its objects.
    pub fn put_project_zone(&mut self, zone: Tz) {
        if self.in_project_zone {
            self.zone = Some(zone);
        }
        for object in self.objects.iter_mut().chain(&mut self.other).filter(|object| object.in_project_zone) {
            object.zone = Some(zone);
        }
    }

    /// The zone of timestamps in an object's files that carry none.
    pub fn zone_of(&self, object: &Object) -> Option<Tz> {
        object.zone.or(self.zone)
    }

    /// Whether a header could be one of this source's, by its marks.
    pub fn is_marked(&self, header: &[String]) -> bool {
        self.marks.is_empty() || header.iter().any(|word| self.marks.iter().any(|mark| like(mark, word)))
    }

    /// Whether it is about any file with common words, and not about those of one tool: it knows no file by sight.
    pub fn is_general(&self) -> bool {
        self.marks.is_empty() && self.signature.is_empty() && self.set.is_none()
    }

    /// What headings of an object's files stand for. The object's own words come before the source's.
    pub fn headings<'o>(&'o self, object: &'o Object) -> Headings<'o> {
        let typed = |columns: &'o [(String, ColumnType)]| columns.iter().map(|(column, _)| column);
        let needed = object.key.iter().chain(&object.stand_in).chain(&object.needs).chain(&object.needs_any);
        let own = typed(&object.columns).chain(needed).map(|column| (column, column));
        let labels = object.labels.iter().map(|(label, column)| (label, column));
        let shared = typed(&self.columns).map(|column| (column, column));
        let mut columns = HashMap::new();
        for (heading, column) in own.chain(labels).chain(shared) {
            columns.entry(folded(heading)).or_insert(column.as_str());
        }
        Headings { columns, prefixes: &object.prefixes }
    }

    /// `salesforce_opportunity`: the table below `landing.` for an object; letters, digits and `_` only.
    pub fn landing_name(&self, object: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let word: String = object.to_lowercase().chars().map(plain).collect();
        format!("{}_{word}", self.name)
    }

    /// Whether rows of `object` are stamps of work.
    pub fn stamps_of(&self, object: &str) -> Option<&Stamps> {
        self.stamps.as_ref().filter(|stamps| !stamps.except.iter().any(|pattern| like(pattern, object)))
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_set_name_gives_organisation_and_part() {
        let set = SetName { pattern: "WE_{org}_{part}.ZIP".into(), complete: true, decimal: None };
        assert_eq!(set.read("WE_00D4J000000CuzUUAS_12.zip"), Some(("00D4J000000CuzUUAS".into(), 12)));
        assert_eq!(set.read("WE_00D4J000000CuzUUAS.zip"), None);
        assert_eq!(set.read("é.zip"), None);
    }

    fn source(toml: &str) -> Source {
        let text = format!("title = \"T\"\n[columns]\nModified_Time = \"instant\"\n[object.deals]\n{toml}");
        read_source(Path::new("queries/sources/t/source.toml"), &text).expect("it is right")
    }

    fn object(toml: &str) -> Object {
        source(toml).objects[0].clone()
    }

    #[test]
    fn a_heading_stands_for_its_column_however_it_is_written() {
        let source = source(
            "prefixes = [\"Deal - \"]\n[object.deals.columns]\nvalue = \"decimal\"\nadd_time = \"instant\"\n\
             [object.deals.labels]\n\"Deal created\" = \"add_time\"\n\"Obchod - Hodnota\" = \"value\"\n",
        );
        let headings = source.headings(&source.objects[0]);
        for (heading, column) in [
            ("Modified Time", "Modified_Time"),
            ("Deal - Value", "value"),
            ("deal - value*", "value"),
            ("Value", "value"),
            ("VALUE:", "value"),
            ("Obchod - hodnota", "value"),
            ("Deal - Deal created", "add_time"),
            ("Add time", "add_time"),
        ] {
            assert_eq!(headings.column(heading), Some(column), "{heading}");
        }
        for other in ["Deal - Colour", "Organization - Value", "-", ""] {
            assert_eq!(headings.column(other), None, "{other}");
        }
    }

    #[test]
    fn what_never_lands_is_known_by_heading_prefix_and_column() {
        let source = read_source(
            "queries/sources/crm/source.toml".as_ref(),
            "title = \"CRM\"\nnever = [\"Salary*\"]\n[object.notes]\nnever = [\"hs_note_body\"]\nprefixes = [\"Note - \"]\n\
             [object.notes.labels]\n\"Text\" = \"hs_note_body\"\n[object.deals]\n",
        );
        let source = source.expect("right");
        let (notes, deals) = (&source.objects[0], &source.objects[1]);
        for heading in ["salary", "Salary (EUR)", "SALARY_2026", "hs_note_body", "Text", "Note - Text", "note - salary"]
        {
            assert!(source.never_lands(notes, heading), "{heading}");
        }
        for heading in ["Base salary", "Texts", "body", ""] {
            assert!(!source.never_lands(notes, heading), "{heading}");
        }
        assert!(source.never_lands(deals, "Salary") && !source.never_lands(deals, "Text"));
    }

    #[test]
    fn what_names_a_row_must_land() {
        let told = |toml: &str| {
            let text = format!("title = \"CRM\"\n{toml}");
            let problems = read_source("queries/sources/crm/source.toml".as_ref(), &text).expect_err("a mistake");
            problems.iter().map(|problem| problem.what.clone()).collect::<Vec<_>>()
        };
        let kept_away = "\"never\" keeps away \"Id\", by which rows of deals are told apart";
        assert_eq!(told("never = [\"I*\"]\n[object.deals]\nkey = [\"Id\"]\n"), [kept_away]);
        assert_eq!(told("[object.deals]\nkey = [\"Id\"]\nnever = [\"id\"]\n"), [kept_away]);
        let by_label = "[object.deals]\nkey = [\"Id\"]\nnever = [\"*record*\"]\n[object.deals.labels]\n\"Record number\" = \"Id\"\n";
        let kept_away = "\"never\" keeps away \"Record number\", by which rows of deals are told apart";
        assert_eq!(told(by_label), [kept_away]);
        assert_eq!(told("never = [\"*\"]\n"), ["\"never\" cannot hold \"*\""]);
        assert_eq!(told("[object.deals]\nzone = \"Utopia\"\n"), ["no time zone is called \"Utopia\""]);
    }

    #[test]
    fn an_object_may_be_in_another_zone() {
        let text = "title = \"CRM\"\nzone = \"Europe/Paris\"\n[object.a]\nzone = \"UTC\"\n[object.b]\nzone = \"project\"\n[object.c]\n";
        let mut source = read_source("queries/sources/crm/source.toml".as_ref(), text).expect("right");
        source.put_project_zone(chrono_tz::Asia::Tokyo);
        let zones: Vec<_> =
            source.objects.iter().map(|object| source.zone_of(object).map(|zone| zone.name())).collect();
        assert_eq!(zones, [Some("UTC"), Some("Asia/Tokyo"), Some("Europe/Paris")]);
    }

    #[test]
    fn a_heading_of_a_wide_table_is_a_row_of_a_long_one() {
        let deals = object(
            "[object.deals.wide.entered]\nheadings = ['Date entered \"*\"', \"hs_v2_date_entered_*\"]\ntype = \"instant\"\n",
        );
        let row = |heading| deals.wide_of(heading).map(|(wide, name)| (wide.name.clone(), name.to_string()));
        let entered = |name: &str| Some(("entered".to_string(), name.to_string()));
        assert_eq!(row("Date entered \"Closed Won (Sales Pipeline)\""), entered("Closed Won (Sales Pipeline)"));
        assert_eq!(row("HS_V2_DATE_ENTERED_closedwon"), entered("closedwon"));
        assert_eq!(row("Date entered current stage"), None);
        assert_eq!(row("Date entered \""), None);
    }

    #[test]
    fn a_stem_names_an_object_and_its_part() {
        let deals = object("files = [\"deals-*-{part}\", \"Potentials\"]\nwhole_files = [\"Deals_{part}\"]\n");
        let named = |stem| deals.named_by(stem).map(|named| (named.part, named.whole));
        assert_eq!(named("Deals_002"), Some((2, true)));
        assert_eq!(named("deals"), Some((0, false)));
        assert_eq!(named("POTENTIALS"), Some((0, false)));
        assert_eq!(named("deals-1234567-3"), Some((3, false)));
        assert_eq!(named("deals_x"), None);
        assert_eq!(named("my deals"), None);
    }
}
