//! The text of a new `source.toml`: each guess a line, with why beside it, and what else it could be below it.

use super::fill::{Taken, in_comment, lands_as};
use super::guess::Guess;
use super::profile::{Column, Profile, snake};
use super::typing::{Said, number};
use crate::landing::dates::Order;
use crate::landing::numbers::Mark;
use std::collections::BTreeMap;
use toml::Value;
use uptake_spec::source::ColumnType;

/// One kind of file of the source.
#[derive(Debug, Clone)]
pub struct Table<'a> {
    pub taken: Taken<'a>,
    /// The object's name.
    pub object: String,
    /// All files of it that were looked at; the first is the one that was taken.
    pub like: Vec<&'a Profile>,
    pub key: Key,
    /// The part whose newest day dates a file, with why.
    pub newest: Option<(String, String)>,
    /// What it could be instead.
    pub or: Option<&'a Guess>,
}

/// What names a row.
#[derive(Debug, Clone, Default)]
pub struct Key {
    pub columns: Vec<String>,
    pub why: String,
}

/// The text, and what a person must decide before the files land.
pub fn text(name: &str, tables: &[Table]) -> (String, Vec<String>) {
    let mut lines = vec![];
    let mut decide = vec![];
    lines.push(
        "# What `uptake init --from` took these files for. Each line says why; correct what is wrong.".to_string(),
    );
    for profile in tables.iter().flat_map(|table| &table.like) {
        lines.push(format!("#   {}: {} rows", in_comment(&profile.file), number(profile.rows)));
    }
    lines.push("# `uptake check` finds mistakes, `uptake load --dry-run FILE` says what would land.".into());
    lines.push(String::new());
    lines.push(format!("title = {}", quoted(name)));
    zone(tables, &mut lines);
    nothing(tables, &mut lines);
    date_order(tables, &mut lines, &mut decide);
    decimal(tables, &mut lines, &mut decide);
    if tables.iter().any(|table| !table.taken.guess.kind.event) {
        lines.push("views = true  # a list may be a part of all: several of one day stand beside each other, and what one lacks is not gone".into());
    }
    let marks: Vec<String> = marks(tables).iter().map(|mark| quoted(mark)).collect();
    lines.push(format!(
        "marks = [{}]  # a file that is not called as these is known by such a heading, and by `needs` below",
        marks.join(", ")
    ));
    if tables.iter().all(|table| table.taken.guess.kind.tables.is_empty()) {
        lines.push("unmapped = true  # its files land whole, and fill no table of the lake: take this line away with the first TABLE.sql beside it".into());
    }
    tables.iter().for_each(|table| object(table, &mut lines));
    (lines.join("\n") + "\n", decide)
}

/// The columns that a table's queries compute with, with their parts.
fn parts<'a>(table: &Table<'a>) -> Vec<(&'static str, &'a Column)> {
    let taken = table.taken;
    taken.guess.roles.iter().map(|(role, pick)| (role, &taken.profile.columns[pick.column])).collect()
}

/// The columns that land as moments, of a part or of what could play one.
fn instants<'a>(table: &Table<'a>) -> Vec<&'a Column> {
    let taken = table.taken;
    taken.profile.columns.iter().filter(|c| taken.landing(c).1 == ColumnType::Instant).collect()
}

fn zone(tables: &[Table], lines: &mut Vec<String>) {
    let naive: Vec<&Column> = tables.iter().flat_map(instants).filter(|c| c.typed.needs_zone).collect();
    let (ours, utc) = ("zone = \"project\"", "zone = \"UTC\"");
    if let Some(column) = naive.iter().find(|c| c.tally.jumped > 0) {
        lines.push(format!(
            "{utc}  # {} times of \"{}\" are on no clock of the firm's zone, which jumped over them ({}): they are another zone's, and UTC has them all",
            number(column.tally.jumped),
            in_comment(&column.heading),
            in_comment(&column.tally.first_jumped)
        ));
        lines.push(format!(
            "# {ours}  # if they are the firm's own nevertheless: they are then read as if the clock had not jumped yet"
        ));
    } else if let Some(column) = naive.iter().find(|c| c.means("utc")) {
        lines.push(format!("{utc}  # the heading \"{}\" says so", in_comment(&column.heading)));
    } else if let Some(column) = naive.first() {
        lines.push(format!(
            "{ours}  # the times of \"{}\" say no zone ({}): read as the firm's own, `time_zone` of uptake.toml",
            in_comment(&column.heading),
            in_comment(&column.tally.example)
        ));
        lines.push(format!("# {utc}  # if the tool writes them so, as many do"));
    } else {
        lines
            .push(format!("{ours}  # no time of these files is without a zone; should one come, it is the firm's own"));
    }
}

fn nothing(tables: &[Table], lines: &mut Vec<String>) {
    let mut words: BTreeMap<&str, u64> = BTreeMap::new();
    let mut junk = vec![];
    for table in tables {
        for profile in &table.like {
            for column in &profile.columns {
                column.tally.nothing.iter().for_each(|(word, count)| *words.entry(word).or_default() += count);
            }
        }
        for (_, column) in parts(table).into_iter().filter(|(role, c)| lands_as(role, c) != ColumnType::Text) {
            junk.extend(column.typed.junk.iter().map(|word| (word.as_str(), column)));
        }
    }
    junk.retain(|(word, _)| !words.contains_key(word));
    if words.is_empty() && junk.is_empty() {
        return;
    }
    let mut why: Vec<String> =
        words.iter().map(|(word, count)| format!("{} in {} cells", in_comment(word), number(*count))).collect();
    why.extend(junk.iter().map(|(word, c)| {
        format!("\"{}\" is the only kind of cell in \"{}\" that does not fit", in_comment(word), in_comment(&c.heading))
    }));
    let all: Vec<String> = words.keys().copied().chain(junk.iter().map(|(word, _)| *word)).map(quoted).collect();
    lines.push(format!("nothing = [{}]  # cells that mean nothing: {}", all.join(", "), why.join("; ")));
}

/// What is said once for the whole source, where a column of a part does not say it itself.
fn date_order(tables: &[Table], lines: &mut Vec<String>, decide: &mut Vec<String>) {
    let word = |order: &Order| if *order == Order::Dmy { "dmy" } else { "mdy" };
    let told = told(tables, |role, c| lands_as(role, c) != ColumnType::Text, |c| &c.typed.order);
    say(told, "date_order", ["dmy", "mdy"], word, lines, decide);
}

fn decimal(tables: &[Table], lines: &mut Vec<String>, decide: &mut Vec<String>) {
    let word = |mark: &Mark| if *mark == Mark::Point { "point" } else { "comma" };
    let told = told(tables, |role, c| lands_as(role, c) == ColumnType::Decimal, |c| &c.typed.mark);
    say(told, "decimal", ["point", "comma"], word, lines, decide);
}

/// What columns say, with the column; and those that must be said.
struct Told<'a, T> {
    says: Vec<(&'a Column, &'a T, &'a str)>,
    open: Vec<(&'a Column, &'a str)>,
    /// Some column says both.
    is_torn: bool,
}

fn told<'a, T: 'a>(
    tables: &[Table<'a>],
    computes: impl Fn(&str, &Column) -> bool,
    said: impl Fn(&'a Column) -> &'a Said<T>,
) -> Told<'a, T> {
    let mut told = Told { says: vec![], open: vec![], is_torn: false };
    for table in tables {
        let roles = &table.taken.guess.roles;
        for profile in &table.like {
            let of_part: Vec<&Column> = roles
                .iter()
                .filter_map(|(role, pick)| profile.columns.get(pick.column).filter(|c| computes(role, c)))
                .collect();
            let before = told.says.len();
            for column in &profile.columns {
                if let Said::Says(what, why) = said(column) {
                    told.says.push((column, what, why));
                }
            }
            let file_says = told.says.len() > before;
            for column in of_part {
                match said(column) {
                    Said::Both(why) if !file_says => told.open.push((column, why)),
                    Said::Torn(why) => {
                        told.is_torn = true;
                        told.open.push((column, why))
                    }
                    _ => {}
                }
            }
        }
    }
    told
}

fn say<T: PartialEq>(
    mut told: Told<T>,
    key: &str,
    words: [&str; 2],
    word: impl Fn(&T) -> &'static str,
    lines: &mut Vec<String>,
    decide: &mut Vec<String>,
) {
    // What one file leaves open, the others of the same delivery say, if they all say the same.
    let settled = told.says.first().is_some_and(|(_, first, _)| told.says.iter().all(|(_, other, _)| other == first));
    if settled && !told.is_torn {
        told.open.clear();
    }
    for (column, why) in &told.open {
        let what = format!("\"{}\": {}", in_comment(&column.heading), in_comment(why));
        lines.push(format!(
            "# DECIDE {what}. Take the # from one of these two lines; until then `load` refuses the file."
        ));
        decide.push(format!("{key} of {what}"));
    }
    if !told.open.is_empty() {
        lines.extend(words.map(|word| format!("# {key} = \"{word}\"")));
        return;
    }
    let Some((column, first, why)) = told.says.first() else { return };
    if told.says.iter().any(|(_, other, _)| other != first) {
        let all: Vec<String> =
            told.says.iter().map(|(c, what, _)| format!("\"{}\" {}", in_comment(&c.heading), word(what))).collect();
        lines.push(format!("# {key} = \"{}\"  # each column says its own: {}", word(first), all.join(", ")));
        return;
    }
    lines.push(format!(
        "{key} = \"{}\"  # \"{}\": {}; for later files that do not say it",
        word(first),
        in_comment(&column.heading),
        in_comment(why)
    ));
    let other = words.iter().find(|other| **other != word(first)).copied().unwrap_or_default();
    lines.push(format!("# {key} = \"{other}\""));
}

/// Headings that mark files like these: those of the parts, which common tables hardly have together.
fn marks(tables: &[Table]) -> Vec<String> {
    let mut marks: Vec<String> = vec![];
    for table in tables {
        let parts = parts(table);
        let of_parts = parts.iter().map(|(_, column)| &column.heading);
        let others = table.taken.profile.columns.iter().filter(|c| c.name.is_some()).map(|c| &c.heading);
        let own: Vec<&String> = of_parts.chain(others).take(6).collect();
        own.into_iter().for_each(|mark| {
            if !marks.contains(mark) {
                marks.push(mark.clone())
            }
        });
    }
    marks
}

fn object(table: &Table, lines: &mut Vec<String>) {
    let Taken { profile, guess, .. } = table.taken;
    let kind = guess.kind;
    lines.push(String::new());
    lines.push(format!("# {}: {}", in_comment(&profile.file), kind.is));
    if let Some(or) = table.or {
        lines.push(format!(
            "# It could also be {}: then its queries are those called *.sql.off, and it feeds {:?}.",
            or.kind.is, or.kind.feeds
        ));
    }
    if kind.tables.is_empty() {
        lines.push("# Nothing in it is known. It lands whole, one row a row, and fills no table. To map it: a file TABLE.sql beside this one, called after a".into());
        lines.push(format!(
            "# table of queries/lake.toml, with a SELECT FROM landing.{}; `uptake tables` lists its columns.",
            table.taken.relation
        ));
    }
    lines.push(format!("[object.{}]", key(&table.object)));
    lines.push("named = false  # known by its columns too, whatever it is called".into());
    let files: Vec<String> = stems(table).iter().map(|stem| quoted(&format!("{stem}*"))).collect();
    lines.push(format!("files = [{}]", files.join(", ")));
    match kind.event {
        true => {
            lines.push("kind = \"event\"  # a row happened once and is never gone, whatever later files lack".into());
            lines.push("# kind = \"record\"  # if a row may change".into());
        }
        false => lines
            .push("# complete = true  # if each file is the whole list: what a later one lacks is then gone".into()),
    }
    let feeds: Vec<String> = kind
        .feeds
        .iter()
        .filter(|feed| **feed != "records" || guess.roles.has("person"))
        .map(|feed| quoted(feed))
        .collect();
    if !feeds.is_empty() {
        lines.push(format!("feeds = [{}]  # what pages no longer call \"not loaded\"", feeds.join(", ")));
    }
    let columns: Vec<String> = table.key.columns.iter().map(|column| quoted(column)).collect();
    let declared = format!("key = [{}]  # {}", columns.join(", "), in_comment(&table.key.why));
    // What happened may happen twice in the same minute; a record does not.
    if kind.event && columns.len() > 1 {
        lines.push(
            "key = []  # no column by itself names a row: all together do, and of rows alike in all, each counts"
                .into(),
        );
        lines.push(format!("# {declared}: if a later file may tell of these rows with other columns"));
    } else {
        lines.push(declared);
    }
    newest(table, lines);
    needs(table, lines);
    lines.push(String::new());
    lines.push(format!(
        "[object.{}.columns]  # a cell that its type cannot read rejects its row; `text` takes all",
        key(&table.object)
    ));
    profile.columns.iter().for_each(|c| column(table, c, lines));
    lines.push(String::new());
    lines.push(format!(
        "[object.{}.labels]  # other headings of these columns in later files: \"Owner name\" = \"owner\"",
        key(&table.object)
    ));
}

fn newest(table: &Table, lines: &mut Vec<String>) {
    match &table.newest {
        Some((column, why)) => lines.push(format!("newest = {}  # {}", quoted(column), in_comment(why))),
        None => lines.push("# newest = \"…\"  # no column tells when a row was written: `load` takes the day from the file's name or folder, or --snapshot DATE".into()),
    }
    for role in ["changed", "end", "begin", "at"] {
        let other = table.taken.column(role).filter(|c| c.typed.is_time()).and_then(|c| c.name.as_ref());
        if let Some(other) = other.filter(|other| table.newest.as_ref().is_none_or(|(newest, _)| newest != *other)) {
            lines.push(format!("# newest = {}", quoted(other)));
        }
    }
}

fn stems(table: &Table) -> Vec<String> {
    let mut stems: Vec<String> = vec![];
    for profile in &table.like {
        if !stems.contains(&profile.stem) && !profile.stem.is_empty() {
            stems.push(profile.stem.clone());
        }
    }
    stems
}

/// The columns of the parts that each file of the kind has; where it has no such parts, its first two.
fn needs(table: &Table, lines: &mut Vec<String>) {
    let kind = table.taken.guess.kind;
    let column = |role: &&str| table.taken.column(role).and_then(|c| c.name.as_deref()).map(quoted);
    let mut all: Vec<String> = kind.needs.iter().filter_map(column).collect();
    let any: Vec<String> = kind.needs_any.iter().filter_map(column).collect();
    if all.is_empty() && any.is_empty() {
        all = table.taken.profile.columns.iter().filter_map(|c| c.name.as_deref().map(quoted)).take(2).collect();
    }
    if !all.is_empty() {
        lines.push(format!("needs = [{}]  # columns that no file of this kind lacks", all.join(", ")));
    }
    if !any.is_empty() {
        lines.push(format!("needs_any = [{}]  # and at least one of these", any.join(", ")));
    }
}

fn column(table: &Table, c: &Column, lines: &mut Vec<String>) {
    let Some(name) = &c.name else {
        let heading = if c.heading.is_empty() { "a column without a heading" } else { &c.heading };
        lines.push(format!(
            "# {}: lands as text under its own words; it has no heading of its own",
            in_comment(heading)
        ));
        return;
    };
    let (role, kind) = table.taken.landing(c);
    let part = match role {
        Some(role) => format!("the part \"{role}\""),
        None if kind == ColumnType::Text => "no query reads it".into(),
        None => "no query reads it; it could be meant, see \"or this\" there".into(),
    };
    lines.push(format!("{} = \"{}\"  # {part}; {}", key(name), word(kind), in_comment(&c.typed.why)));
    let mut others = vec![];
    if c.typed.kind != kind {
        others.push((c.typed.kind, "what its values are, to compute with it".to_string()));
    } else if kind != ColumnType::Text {
        others.push((ColumnType::Text, "to reject no row".to_string()));
    }
    others.extend(c.typed.or.clone().filter(|(or, _)| *or != kind && *or != c.typed.kind));
    for (kind, why) in others {
        lines.push(format!("# {} = \"{}\"  # {}", key(name), word(kind), in_comment(&why)));
    }
}

fn word(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text => "text",
        ColumnType::Id => "id",
        ColumnType::Integer => "integer",
        ColumnType::Decimal => "decimal",
        ColumnType::Date => "date",
        ColumnType::Day => "day",
        ColumnType::Instant => "instant",
        ColumnType::Boolean => "boolean",
    }
}

/// A name as a key of TOML.
fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if bare { name.to_string() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    let text = Value::String(text.to_string()).to_string();
    // A text of several lines would end the comment behind it.
    if text.contains('\n') { Value::String(snake(&text)).to_string() } else { text }
}
