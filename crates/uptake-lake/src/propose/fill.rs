//! From a template and the parts that columns play to a query, with the reason beside each line.

use super::blocks;
use super::guess::Guess;
use super::profile::{Column, Profile};
use super::roles::Pick;
use std::collections::HashSet;
use uptake_spec::source::ColumnType;

/// A file with what it was taken for, and what it is called in the lake.
#[derive(Debug, Clone, Copy)]
pub struct Taken<'a> {
    pub source: &'a str,
    pub relation: &'a str,
    pub profile: &'a Profile,
    pub guess: &'a Guess,
}

/// Parts whose days, moments and numbers the queries compute with; the columns of all others are texts.
const TIMES: [&str; 4] = ["at", "begin", "end", "changed"];

/// The type by which the column of a part lands.
pub fn lands_as(role: &str, column: &Column) -> ColumnType {
    match role {
        role if TIMES.contains(&role) && column.typed.is_time() => column.typed.kind,
        "amount" if column.typed.is_number() => ColumnType::Decimal,
        _ => ColumnType::Text,
    }
}

impl<'a> Taken<'a> {
    pub fn column(&self, role: &str) -> Option<&'a Column> {
        self.guess.roles.column(self.profile, role)
    }

    /// The first of `id|name` that a column plays.
    fn pick(&self, roles: &str) -> Option<(&'static str, &'a Pick)> {
        roles.split('|').find_map(|role| self.guess.roles.iter().find(|(known, _)| *known == role))
    }

    /// The query of a template.
    pub fn fill(&self, template: &str) -> String {
        let mut told = HashSet::new();
        let mut query = String::new();
        for line in template.lines() {
            let bare = line.trim_start();
            let indent = &line[..line.len() - bare.len()];
            match bare.strip_prefix("{{").and_then(|block| block.strip_suffix("}}")) {
                Some(block) => blocks::lines(self, block).iter().for_each(|line| push(&mut query, indent, line)),
                None => self.line(line, &mut told, &mut query),
            }
        }
        query
    }

    /// A line with its columns put in; where it first fills a column of the lake, with the reason, and with what else could be meant below it.
    fn line(&self, line: &str, told: &mut HashSet<String>, query: &mut String) {
        // What a `deal_log` tells of is a deal.
        let thing = self.guess.kind.object.trim_end_matches("_log");
        let plain =
            line.replace("{source}", self.source).replace("{relation}", self.relation).replace("{thing}", thing);
        let parts = parts(&plain);
        let filled = |other: Option<&Column>| {
            parts.iter().fold(plain.clone(), |line, (whole, roles, form)| {
                line.replace(whole, &self.expression(roles, form, other))
            })
        };
        let fills = line.contains(" AS ") && !parts.is_empty();
        let roles: Vec<&str> = parts.iter().map(|(_, roles, _)| roles.as_str()).collect();
        if !fills || roles.iter().all(|roles| told.contains(*roles)) {
            push(query, "", &filled(None));
            return;
        }
        told.extend(roles.iter().map(|roles| roles.to_string()));
        let notes: Vec<String> = roles.iter().map(|roles| self.why(roles)).collect();
        push(query, "", &format!("{}  -- {}", filled(None), notes.join("; ")));
        let [only] = roles[..] else { return };
        for other in self.pick(only).map(|(_, pick)| &pick.others[..]).unwrap_or_default() {
            let column = &self.profile.columns[*other];
            let indent = &line[..line.len() - line.trim_start().len()];
            let instead = filled(Some(column));
            push(query, indent, &format!("-- {}  -- or this: {}", instead.trim_start(), about(column)));
        }
    }

    fn why(&self, roles: &str) -> String {
        match self.pick(roles) {
            Some((_, pick)) => {
                let column = &self.profile.columns[pick.column];
                format!("\"{}\", {}", in_comment(&column.heading), pick.why)
            }
            None => format!("no column looks like it ({})", roles.replace('|', " or ")),
        }
    }

    /// The column of a part in SQL, as text, day, instant or whatever is asked for; `other` stands in for it.
    pub fn expression(&self, roles: &str, form: &str, other: Option<&Column>) -> String {
        let picked = self.pick(roles);
        if form == "full" {
            return self.full_name();
        }
        let Some((role, pick)) = picked else {
            return if form == "id" { "_key".into() } else { nothing(form).into() };
        };
        let column = other.unwrap_or(&self.profile.columns[pick.column]);
        let kind = if other.is_some() { ColumnType::Text } else { lands_as(role, column) };
        let name = quoted(column);
        let text = if kind == ColumnType::Text { format!("trim({name})") } else { format!("CAST({name} AS TEXT)") };
        match (form, kind) {
            ("text", _) => text,
            ("user", _) => format!("lower({text})"),
            ("upper", _) => format!("upper({text})"),
            ("id", _) => format!("coalesce({text}, _key)"),
            ("number", _) if column.means("id") => text,
            ("number", _) => nothing("text").into(),
            ("day", ColumnType::Instant) => format!("local_date({name}, project_zone())"),
            ("day", ColumnType::Text) => format!("TRY_CAST({name} AS DATE)"),
            ("instant", ColumnType::Day | ColumnType::Date) => self.at_clock(role, &name),
            ("instant", ColumnType::Text) => format!("start_of_day(TRY_CAST({name} AS DATE), project_zone())"),
            ("decimal", ColumnType::Text) => format!("TRY_CAST({name} AS DECIMAL(18, 4))"),
            ("share", _) => {
                let number = format!("TRY_CAST(replace({text}, '%', '') AS DOUBLE)");
                let whole = column.tally.values.keys().any(|value| above_one(value));
                if whole { format!("{number} / 100") } else { number }
            }
            _ => name,
        }
    }

    /// A day with the time of day that stands in a column beside it.
    fn at_clock(&self, role: &str, name: &str) -> String {
        match self.column("clock").filter(|_| role == "at") {
            Some(clock) => format!("at_clock({name}, {}, project_zone())", quoted(clock)),
            None => format!("start_of_day({name}, project_zone())"),
        }
    }

    /// A name that may stand in two columns.
    fn full_name(&self) -> String {
        match (self.column("name"), self.column("first"), self.column("last")) {
            (Some(name), ..) => format!("trim({})", quoted(name)),
            (None, Some(first), Some(last)) => {
                format!("trim(concat_ws(' ', trim({}), trim({})))", quoted(first), quoted(last))
            }
            (None, _, Some(last)) => format!("trim({})", quoted(last)),
            _ => nothing("text").into(),
        }
    }
}

/// Whether a probability is written as 40 or 40%, and not as 0.4.
fn above_one(value: &str) -> bool {
    value.ends_with('%') || value.replace(',', ".").parse().is_ok_and(|number: f64| number > 1.0)
}

/// A part that no column plays.
fn nothing(form: &str) -> &'static str {
    match form {
        "day" => "CAST(NULL AS DATE)",
        "instant" => "start_of_day(CAST(NULL AS DATE), project_zone())",
        "decimal" => "CAST(NULL AS DECIMAL(18, 4))",
        "share" => "CAST(NULL AS DOUBLE)",
        _ => "CAST(NULL AS TEXT)",
    }
}

/// `{end:day}` of a line: as it stands there, the part, the form.
fn parts(line: &str) -> Vec<(String, String, String)> {
    let mut parts = vec![];
    for piece in line.split('{').skip(1) {
        if let Some((inside, _)) = piece.split_once('}')
            && let Some((roles, form)) = inside.split_once(':')
        {
            parts.push((format!("{{{inside}}}"), roles.to_string(), form.to_string()));
        }
    }
    parts
}

pub fn quoted(column: &Column) -> String {
    format!("\"{}\"", column.name.as_deref().unwrap_or_default())
}

pub fn about(column: &Column) -> String {
    format!("\"{}\": {}", in_comment(&column.heading), in_comment(&column.typed.why))
}

/// A text as it may stand behind `--` and `#`: in one line.
pub fn in_comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn push(query: &mut String, indent: &str, line: &str) {
    query.push_str(indent);
    query.push_str(line);
    query.push('\n');
}
