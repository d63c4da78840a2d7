//! Which columns of a table are drawn: along the axis, as value, as one line or bar each.

use crate::theme::Paint;
use crate::words::{Words, is_no_member};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use uptake_spec::kpi::Unit;
use uptake_spec::problem::did_you_mean;
use uptake_spec::table::Data;
use uptake_spec::{Answer, Place, Problem, Table, Value};

/// The columns every answer has; all others name members: grades, offices, states.
pub(crate) const PLAIN: [&str; 6] = ["period_start", "period_end", "value", "numerator", "denominator", "complete"];
/// What a missing member is called in the data.
pub(crate) const NO_MEMBER: &str = "(none)";

/// What of an answer can be drawn, and the columns that name its members.
pub(crate) struct Cut<'a> {
    pub answer: Cow<'a, Answer>,
    pub members: Vec<String>,
    /// The one member of the split that is drawn, where others were left out.
    pub only: Option<String>,
}

/// An answer without `by` is cut by its split; one with `by` tells the split's headline only, where there is one.
pub(crate) fn of_answer<'a>(answer: &'a Answer, words: &Words) -> Cut<'a> {
    let whole = |members| Cut { answer: Cow::Borrowed(answer), members, only: None };
    let Some(split) = &answer.split else { return whole(answer.by.clone()) };
    let Some(told) = split.headline.as_ref().filter(|_| !answer.by.is_empty()) else {
        return whole(answer.by.iter().chain([&split.column]).cloned().collect());
    };
    let is_told = |row: &usize| name(answer.table.value(*row, &split.column), words) == *told;
    let rows: Vec<usize> = (0..answer.table.rows()).filter(is_told).collect();
    let others = rows.len() < answer.table.rows();
    Cut {
        answer: Cow::Owned(Answer { table: answer.table.picked(&rows), ..answer.clone() }),
        members: answer.by.clone(),
        only: others.then(|| told.clone()),
    }
}

/// A member's name as it is read.
pub(crate) fn name(value: Value, words: &Words) -> String {
    match value {
        Value::Nothing | Value::Text("" | NO_MEMBER) => words.no_member.into(),
        Value::Date(day) => words.date(day),
        Value::Instant(at) => words.instant(at),
        other => other.to_string(),
    }
}

/// The distinct members of `column` in the table's own order, those without a name last.
///
/// A period or a group may lack members, so that the order is that of all of them together: a member stands before another if any
/// group says so. Where every group is sorted by the alphabet, so is the whole.
pub(crate) fn distinct(table: &Table, column: &str, words: &Words) -> Vec<String> {
    let runs = runs(table, column, words);
    let mut names: Vec<&String> = vec![];
    let mut place: HashMap<&str, usize> = HashMap::new();
    for member in runs.iter().flatten() {
        place.entry(member).or_insert_with(|| {
            names.push(member);
            names.len() - 1
        });
    }
    let mut after: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); names.len()];
    for pair in runs.iter().flat_map(|run| run.windows(2)).filter(|pair| pair[0] != pair[1]) {
        after[place[pair[1].as_str()]].insert(place[pair[0].as_str()]);
    }
    let mut found: Vec<String> = in_order(after).into_iter().map(|at| names[at].clone()).collect();
    found.retain(|member| !is_no_member(member));
    let lower = |members: &[String]| -> Vec<String> {
        members.iter().filter(|m| !is_no_member(m)).map(|m| m.to_lowercase()).collect()
    };
    if runs.iter().any(|run| run.len() > 1) && runs.iter().all(|run| lower(run).is_sorted()) {
        found.sort_by_key(|member| member.to_lowercase());
    }
    found.extend(place.contains_key(words.no_member).then(|| words.no_member.to_string()));
    found
}

/// Each place behind all it stands `after`, else in order of first appearance; groups that contradict each other do not count.
fn in_order(mut after: Vec<BTreeSet<usize>>) -> Vec<usize> {
    let mut left: BTreeSet<usize> = (0..after.len()).collect();
    let mut order = vec![];
    while let Some(first) = left.first().copied() {
        let next = left.iter().copied().find(|at| after[*at].is_empty()).unwrap_or(first);
        left.remove(&next);
        for before in &mut after {
            before.remove(&next);
        }
        order.push(next);
    }
    order
}

/// The members of `column` row by row; a new run begins where a column before it changes.
fn runs(table: &Table, column: &str, words: &Words) -> Vec<Vec<String>> {
    let before: Vec<&str> = table.columns().iter().map(|c| c.name.as_str()).take_while(|c| *c != column).collect();
    let mut runs: Vec<Vec<String>> = vec![];
    for row in 0..table.rows() {
        let same = row > 0 && before.iter().all(|name| table.value(row, name) == table.value(row - 1, name));
        if !same {
            runs.push(vec![]);
        }
        let member = name(table.value(row, column), words);
        runs.last_mut().expect("a run was begun").push(member);
    }
    runs
}

/// Whether members come by the alphabet, so that they may be sorted by value; grades from junior to partner may not.
pub(crate) fn is_alphabetical(members: &[String]) -> bool {
    let named: Vec<String> = members.iter().filter(|m| !is_no_member(m)).map(|m| m.to_lowercase()).collect();
    named.is_sorted() || members.is_sorted()
}

/// The colour of the series `at`; those without a name are muted.
pub(crate) fn paint(name: &str, at: usize) -> Paint {
    if is_no_member(name) { Paint::Muted } else { Paint::Series(at) }
}

/// The columns of a query that are drawn.
pub(crate) struct Drawn {
    pub x: String,
    pub y: String,
    pub series: Option<String>,
    pub unit: Unit,
}

/// Checks the columns a block names against those a query gives, and finds those it does not name.
pub(crate) fn of_query(
    table: &Table,
    place: &Place,
    x: Option<&str>,
    y: Option<&str>,
    series: Option<&str>,
) -> Result<Drawn, Problem> {
    for (key, asked) in [("x", x), ("y", y), ("series", series)] {
        if let Some(column) = asked.filter(|column| table.column(column).is_none()) {
            return Err(missing(table, place, key, column));
        }
    }
    let x = x.unwrap_or(&table.columns()[0].name).to_string();
    let numbers =
        || table.columns().iter().filter(|c| is_number(&c.data) && c.name != x && Some(c.name.as_str()) != series);
    let Some(y) = y.or_else(|| numbers().next().map(|c| c.name.as_str())) else {
        let hint = format!("it has {}; name one with y = \"…\"", names(table));
        return Err(Problem::new(place.clone(), "the query gives no column of numbers to draw", hint));
    };
    let data = &table.column(y).expect("y was found among the columns").data;
    if !is_number(data) {
        let what = format!("y = \"{y}\" is no column of numbers");
        return Err(Problem::new(place.clone(), what, format!("the query gives {}", names(table))));
    }
    Ok(Drawn { x, y: y.into(), series: series.map(String::from), unit: unit_of(y, data) })
}

fn missing(table: &Table, place: &Place, key: &str, column: &str) -> Problem {
    let known = table.columns().iter().map(|c| c.name.as_str());
    let near = did_you_mean(column, known);
    let what = format!("{key} = \"{column}\" is no column of the query, which gives {}", names(table));
    Problem::new(place.clone(), what, if near.starts_with("did") { near } else { String::new() })
}

fn names(table: &Table) -> String {
    table.columns().iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ")
}

pub(crate) fn is_number(data: &Data) -> bool {
    matches!(data, Data::Integer(_) | Data::Decimal(_) | Data::Float(_))
}

pub(crate) fn unit_of(name: &str, data: &Data) -> Unit {
    match data {
        _ if name == "share" || name.ends_with("_share") => Unit::Share,
        Data::Integer(_) => Unit::Count,
        _ => Unit::Rate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uptake_spec::Column;

    fn check(rows: &[(&str, &str)], expected: &[&str]) {
        let data = |read: fn(&(&str, &str)) -> String| Data::Text(rows.iter().map(|row| Some(read(row))).collect());
        let column = |name: &str, data| Column { name: name.into(), data };
        let columns = vec![column("week", data(|row| row.0.into())), column("member", data(|row| row.1.into()))];
        assert_eq!(distinct(&Table::new(columns).expect("equal lengths"), "member", &crate::words::ENGLISH), expected);
    }

    #[test]
    fn members_keep_their_order_though_a_week_lacks_some() {
        let (one, two) = ("1 Jun", "8 Jun");
        check(
            &[(one, "Junior"), (one, "Boss"), (two, "Intern"), (two, "Junior"), (two, "Senior"), (two, "Boss")],
            &["Intern", "Junior", "Senior", "Boss"],
        );
        check(&[(one, "Berlin"), (one, "Rome"), (two, "Milan")], &["Berlin", "Milan", "Rome"]);
        let stages = [
            ("a", "Won"),
            ("a", "Lost"),
            ("b", "Proposal"),
            ("b", "Won"),
            ("c", "Lead"),
            ("c", "Proposal"),
            ("c", "Lost"),
        ];
        check(&stages, &["Lead", "Proposal", "Won", "Lost"]);
        check(&[(one, ""), (one, "Rome"), (two, "Rome")], &["Rome", "(none)"]);
    }
}
