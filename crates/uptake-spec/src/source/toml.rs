//! From the text of a source.toml to a [`Source`].

use super::words::folded;
use super::{ColumnType, DateOrder, DecimalMark, Kind, Object, SetName, Source, Stamps, Wide};
use crate::fields::{Fields, Piece, words};
use crate::kpi::Input;
use crate::problem::Problem;
use chrono_tz::Tz;
use std::path::Path;

const KINDS: [(&str, Kind); 2] = [("record", Kind::Record), ("event", Kind::Event)];
const TYPES: [(&str, ColumnType); 8] = [
    ("text", ColumnType::Text),
    ("id", ColumnType::Id),
    ("integer", ColumnType::Integer),
    ("decimal", ColumnType::Decimal),
    ("date", ColumnType::Date),
    ("day", ColumnType::Day),
    ("instant", ColumnType::Instant),
    ("boolean", ColumnType::Boolean),
];

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

/// A zone, and whether it is to be the project's.
fn read_zone(f: &Fields) -> (Option<Tz>, bool) {
    let Some(word) = f.text("zone") else { return (None, false) };
    if word == "project" {
        return (None, true);
    }
    let zone = word.parse().ok();
    if zone.is_none() {
        let hint = "use an IANA name such as \"UTC\", or \"project\"";
        f.object("zone", format!("no time zone is called \"{word}\""), hint);
    }
    (zone, false)
}

/// Columns that never land. What would keep away every column is a mistake.
fn read_never(f: &Fields) -> Vec<String> {
    let never = f.texts("never").unwrap_or_default();
    for word in never.iter().filter(|word| folded(word).is_empty()) {
        f.object("never", format!("\"never\" cannot hold \"{word}\""), "name columns: \"Salary\", \"*body*\"");
    }
    never
}

/// What names a row and dates it must land.
fn check_never(source: &Source, f: &Fields) {
    for object in source.objects.iter().chain(&source.other) {
        let telling: Vec<&String> = object.key.iter().chain(&object.stand_in).chain(&object.newest).collect();
        let labels = object.labels.iter().filter(|(_, column)| telling.contains(&column)).map(|(label, _)| label);
        for heading in telling.iter().copied().chain(labels) {
            if source.never_lands(object, heading) {
                let what =
                    format!("\"never\" keeps away \"{heading}\", by which rows of {} are told apart", object.name);
                f.object("never", what, "name the columns more closely, or take it out of the object's keys");
            }
        }
    }
}

fn read(name: &str, file: &Path, f: &Fields) -> Option<Source> {
    let (zone, in_project_zone) = read_zone(f);
    let source = Source {
        name: name.into(),
        title: f.needed("title")?,
        zone,
        in_project_zone,
        nothing: f.texts("nothing").unwrap_or_default(),
        never: read_never(f),
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
        id_prefix: f.text("id_prefix"),
        views: f.flag("views").unwrap_or(false),
        unmapped: f.flag("unmapped").unwrap_or(false),
        marks: f.texts("marks").unwrap_or_default(),
        signature: f.texts("signature").unwrap_or_default(),
        other: f.table("other", |f| read_object("", f)),
        objects: f.named("object", read_object),
        columns: read_columns(f),
        mappings: vec![],
        file: file.into(),
    };
    check_never(&source, f);
    Some(source)
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
    let (zone, in_project_zone) = read_zone(f);
    Some(Object {
        name: name.into(),
        zone,
        in_project_zone,
        never: read_never(f),
        kind: f.one_of("kind", &KINDS).unwrap_or(Kind::Record),
        named: f.flag("named").unwrap_or(true),
        tells: f.texts("tells").unwrap_or_default(),
        files: f.texts("files").unwrap_or_default(),
        whole_files: f.texts("whole_files").unwrap_or_default(),
        key: f.texts("key").unwrap_or_default(),
        stand_in: f.texts("stand_in").unwrap_or_default(),
        newest: f.text("newest"),
        ended: f.texts("ended").unwrap_or_default(),
        needs: f.texts("needs").unwrap_or_default(),
        needs_any: f.texts("needs_any").unwrap_or_default(),
        complete: f.flag("complete").unwrap_or(false),
        feeds: words(f, "feeds", Input::ALL),
        columns: read_columns(f),
        prefixes: f.texts("prefixes").unwrap_or_default(),
        labels: f.pairs("labels"),
        wide: f.named("wide", read_wide),
    })
}

fn read_wide(name: &str, f: &Fields) -> Option<Wide> {
    let headings = f.texts("headings").unwrap_or_default();
    let kind = f.one_of("type", &TYPES).unwrap_or(ColumnType::Text);
    if headings.is_empty() || headings.iter().any(|heading| heading.matches('*').count() != 1) {
        f.object(
            "headings",
            "\"headings\" wants headings with one * each".to_string(),
            "the * stands for the name of a row",
        );
        return None;
    }
    Some(Wide { name: name.into(), headings, kind })
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
