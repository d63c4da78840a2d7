//! From a template and the parts that columns play to a query, with the reason beside each line.

use super::blocks;
use super::guess::Guess;
use super::profile::{Column, Profile};
use super::roles::Pick;
use super::typing::Said;
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
const TIMES: [&str; 7] = ["at", "begin", "end", "planned", "won_on", "lost_on", "changed"];
const NUMBERS: [&str; 3] = ["amount", "estimate", "probability"];

/// Parts that are another one's beside it: what it is while something is open, or was when it ended.
const BESIDE: [(&str, &str); 4] = [("amount", "estimate"), ("end", "planned"), ("end", "won_on"), ("end", "lost_on")];

/// The type by which the column of a part lands.
pub fn lands_as(role: &str, column: &Column) -> ColumnType {
    match role {
        role if TIMES.contains(&role) && column.typed.is_time() => column.typed.kind,
        role if NUMBERS.contains(&role) && column.typed.is_number() => ColumnType::Decimal,
        _ => ColumnType::Text,
    }
}

/// The type by which a column lands that could play a part instead: its own, where nobody has to decide how its cells are read.
fn could_land_as(role: &str, column: &Column, all: &[Column]) -> ColumnType {
    let order = is_settled(&column.typed.order, all.iter().map(|c| &c.typed.order));
    let mark = is_settled(&column.typed.mark, all.iter().map(|c| &c.typed.mark));
    if order && mark && column.typed.junk.is_empty() { lands_as(role, column) } else { ColumnType::Text }
}

/// Whether a column can be read in one way only, by itself or by what the others of its file say.
fn is_settled<'s, T: PartialEq + 's>(own: &Said<T>, all: impl Iterator<Item = &'s Said<T>>) -> bool {
    let says: Vec<&T> = all.filter_map(|said| if let Said::Says(what, _) = said { Some(what) } else { None }).collect();
    match own {
        Said::Nothing | Said::Says(..) => true,
        Said::Both(_) => !says.is_empty() && says.iter().all(|what| *what == says[0]),
        Said::Torn(_) => false,
    }
}

impl<'a> Taken<'a> {
    pub fn column(&self, role: &str) -> Option<&'a Column> {
        self.guess.roles.column(self.profile, role)
    }

    /// The type by which a column lands, with the part that it plays or could play.
    pub fn landing(&self, column: &Column) -> (Option<&'static str>, ColumnType) {
        let own = self.guess.roles.iter().find(|(_, pick)| pick.column == column.at);
        let others = || self.guess.roles.iter().filter(|(_, pick)| pick.others.contains(&column.at));
        let all = &self.profile.columns;
        match own {
            Some((role, _)) => (Some(role), lands_as(role, column)),
            None => {
                let typed =
                    others().map(|(role, _)| could_land_as(role, column, all)).find(|kind| *kind != ColumnType::Text);
                (None, typed.unwrap_or(ColumnType::Text))
            }
        }
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
            push(
                query,
                indent,
                &format!("-- {}  -- or this{}: {}", instead.trim_start(), self.once(only, column), about(column)),
            );
        }
    }

    /// What has to be said first, where a column that could play a part lands as text, and the part is none.
    fn once(&self, roles: &str, column: &Column) -> String {
        let Some((role, _)) = self.pick(roles) else { return String::new() };
        let is_text = self.landing(column).1 == ColumnType::Text;
        match role {
            role if is_text && TIMES.contains(&role) => ", once source.toml lets it land as a day".into(),
            role if is_text && NUMBERS.contains(&role) => ", once source.toml lets it land as decimal".into(),
            _ => String::new(),
        }
    }

    fn why(&self, roles: &str) -> String {
        let told =
            |pick: &Pick| format!("\"{}\", {}", in_comment(&self.profile.columns[pick.column].heading), pick.why);
        let own = match self.pick(roles) {
            Some((_, pick)) => told(pick),
            None => format!("no column looks like it ({})", roles.replace('|', " or ")),
        };
        let beside = BESIDE.iter().filter(|(role, _)| *role == roles);
        let beside = beside.filter_map(|(_, other)| self.guess.roles.get(other)).map(told);
        std::iter::once(own).chain(beside).collect::<Vec<_>>().join("; ")
    }

    /// The column of a part in SQL, as text, day, instant or whatever is asked for; `other` stands in for it.
    pub fn expression(&self, roles: &str, form: &str, other: Option<&Column>) -> String {
        let picked = self.pick(roles);
        match (form, other) {
            ("full", _) => return self.full_name(),
            ("closing", None) => return self.closing(),
            ("settled", None) => return self.settled(),
            _ => {}
        }
        let Some((role, pick)) = picked else {
            return if form == "id" { "_key".into() } else { nothing(form).into() };
        };
        let column = other.unwrap_or(&self.profile.columns[pick.column]);
        let kind = self.landing(column).1;
        let name = quoted(column);
        let text = if kind == ColumnType::Text { format!("trim({name})") } else { format!("CAST({name} AS TEXT)") };
        match (form, kind) {
            ("text", _) => text,
            ("user", _) => format!("lower({text})"),
            ("upper", _) => format!("upper({text})"),
            ("id", _) => format!("coalesce({text}, _key)"),
            ("number", _) if column.means("id") => text,
            ("number", _) => nothing("text").into(),
            ("day" | "closing", ColumnType::Instant) => format!("local_date({name}, project_zone())"),
            ("instant", ColumnType::Day | ColumnType::Date | ColumnType::Text) => self.at_clock(role, &name),
            ("share", _) => {
                let number = format!("CAST({name} AS DOUBLE)");
                let whole = column.tally.values.keys().any(|value| above_one(value));
                if whole { format!("{number} / 100") } else { number }
            }
            _ => name,
        }
    }

    /// The day on which a deal ended, or is to end while it is open.
    fn closing(&self) -> String {
        let of = |role: &str| self.guess.roles.has(role).then(|| self.expression(role, "day", None));
        let end = of("end").unwrap_or_else(|| nothing("day").into());
        let or_end = |day: Option<String>| day.map_or(end.clone(), |day| format!("coalesce({day}, {end})"));
        match (of("planned"), of("won_on"), of("lost_on")) {
            (Some(planned), ..) => while_open(&planned, &end),
            (None, None, None) => end,
            (None, won, lost) => format!(
                "CASE _outcome WHEN 'won' THEN {} WHEN 'lost' THEN {} ELSE {end} END",
                or_end(won),
                or_end(lost)
            ),
        }
    }

    /// What a deal brought, or is to bring while it is open.
    fn settled(&self) -> String {
        let amount = self.expression("amount", "decimal", None);
        match self.guess.roles.has("estimate") {
            true => while_open(&self.expression("estimate", "decimal", None), &amount),
            false => amount,
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

/// What holds while a deal is open, and what does once it has ended, where that is known.
fn while_open(open: &str, ended: &str) -> String {
    format!("CASE _outcome WHEN 'open' THEN {open} ELSE coalesce({ended}, {open}) END")
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
