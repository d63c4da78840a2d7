//! A table as its reader sees it: headings, texts, which columns are numbers. For the page and for paper alike.

use crate::charts::members::{PLAIN, distinct, name};
use crate::charts::{Format, Stop, remarks};
use crate::text::{Weight, width_px};
use crate::words::Words;
use uptake_spec::dashboard::Show;
use uptake_spec::project::Remark;
use uptake_spec::table::Data;
use uptake_spec::{Table, Value};

/// Texts in rows under headings; every row has one cell a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    pub headings: Vec<Heading>,
    pub rows: Vec<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    pub name: String,
    /// Numbers are set flush right.
    pub number: bool,
    /// No cell below it is long: days, periods and short names are not broken.
    pub one_line: bool,
}

/// A further column of a table, by the text of the period or day that a row begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Beside {
    pub heading: String,
    pub number: bool,
    /// The period's text, and what stands beside it.
    pub cells: Vec<(String, String)>,
}

impl Beside {
    /// What happened, at the stops in which it did; nothing where nothing did.
    pub fn remarks(remarks: &[Remark], stops: &[Stop], format: &Format, are_periods: bool) -> Option<Beside> {
        let cell = |remark: &Remark| {
            let stop = &stops[remarks::stop_of(stops, remark.d)?];
            Some((stop.label(format, are_periods), remarks::told(remark, &format.locale)))
        };
        let mut cells: Vec<(String, String)> = vec![];
        for (label, words) in remarks.iter().filter_map(cell) {
            match cells.iter_mut().find(|(known, _)| *known == label) {
                Some((_, told)) => *told = format!("{told}{}{words}", format.locale.semicolon),
                None => cells.push((label, words)),
            }
        }
        let beside = Beside { heading: format.locale.happened.into(), number: false, cells };
        (!beside.cells.is_empty()).then_some(beside)
    }
}

/// In letters: `W 30 Nov 2026 (running)` is not long.
const LONG: usize = 24;

impl Grid {
    fn new(mut headings: Vec<Heading>, rows: Vec<Vec<String>>) -> Grid {
        for (at, heading) in headings.iter_mut().enumerate() {
            heading.one_line = rows.iter().all(|row| row[at].chars().count() <= LONG);
        }
        Grid { headings, rows }
    }

    /// With further columns.
    pub(crate) fn with(self, beside: &[Beside]) -> Grid {
        let Grid { mut headings, mut rows } = self;
        for column in beside {
            headings.push(Heading { name: column.heading.clone(), number: column.number, one_line: true });
            for row in &mut rows {
                // A running period says so behind its name.
                let is_of = |label: &str| {
                    row.iter().any(|cell| {
                        cell.strip_prefix(label).is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
                    })
                };
                let cell = column.cells.iter().find(|(label, _)| is_of(label)).map(|(_, words)| words.clone());
                row.push(cell.unwrap_or_else(|| if column.number { "–".into() } else { String::new() }));
            }
        }
        Grid::new(headings, rows)
    }

    /// How wide the table wants to be where nothing is broken: with texts of `size` and `between` behind each column.
    pub fn width(&self, size: f64, between: f64) -> f64 {
        let column = |(at, heading): (usize, &Heading)| {
            let cells = self.rows.iter().map(|row| width_px(&row[at], size, Weight::Regular));
            cells.fold(width_px(&heading.name, size, Weight::SemiBold), f64::max) + between
        };
        self.headings.iter().enumerate().map(column).sum()
    }
}

/// The table of an answer for reading: periods named, values in their unit, "k of n" beside them.
///
/// A table without `period_start` is shown as it is. The running period says so.
pub fn grid(table: &Table, format: Option<&Format>, words: &Words) -> Grid {
    match format {
        Some(format) if table.column("period_start").is_some() => of_answer(table, format),
        _ => of_rows(table, format, words),
    }
}

/// More members than this stay below each other.
const MOST_ACROSS: usize = 12;

/// As [`grid`], but an answer that is cut has a column for each member of its last cut: shorter, and easier to compare.
pub fn crossed(table: &Table, format: &Format) -> Grid {
    let members: Vec<&str> = members(table).collect();
    match members.split_last() {
        Some((across, down)) if table.column("period_start").is_some() => {
            let names = distinct(table, across, &format.locale);
            if names.len() > MOST_ACROSS {
                grid(table, Some(format), &format.locale)
            } else {
                pivot(table, down, across, names, format)
            }
        }
        _ => grid(table, Some(format), &format.locale),
    }
}

fn members(table: &Table) -> impl Iterator<Item = &str> {
    table.columns().iter().map(|c| c.name.as_str()).filter(|name| !PLAIN.contains(name))
}

fn heading(name: &str, number: bool, words: &Words) -> Heading {
    Heading { name: words.heading(name), number, one_line: true }
}

fn period_heading(format: &Format) -> Heading {
    heading(format.grain.word(), false, &format.locale)
}

fn period(table: &Table, row: usize, format: &Format) -> String {
    let Value::Date(day) = table.value(row, "period_start") else { return format.locale.nothing.into() };
    let is_newest = || (0..table.rows()).all(|other| day_of(table, other) <= Some(day));
    let more = match table.value(row, "complete") {
        Value::Boolean(false) if is_newest() => format.locale.running_short,
        Value::Boolean(false) => format.locale.incomplete, // the data begins in it, or after it
        _ => "",
    };
    format!("{}{more}", format.period(day))
}

fn day_of(table: &Table, row: usize) -> Option<chrono::NaiveDate> {
    match table.value(row, "period_start") {
        Value::Date(day) => Some(day),
        _ => None,
    }
}

/// A difference of shares is in points.
fn value(table: &Table, row: usize, column: &str, format: &Format) -> String {
    let is_difference =
        || members(table).any(|by| format.of_member(&name(table.value(row, by), &format.locale)).points);
    match table.value(row, column) {
        Value::Nothing => "–".into(),
        value if format.points || !format.differences.is_empty() && is_difference() => {
            format.locale.change(value.number().unwrap_or(f64::NAN), format.unit, Show::Usual)
        }
        value => format.locale.show(value, format.unit, Show::Usual),
    }
}

fn of_answer(table: &Table, format: &Format) -> Grid {
    let parts: Vec<&str> = ["numerator", "denominator"].into_iter().filter(|part| has_any(table, part)).collect();
    let mut headings = vec![period_heading(format)];
    headings.extend(members(table).map(|name| heading(name, false, &format.locale)));
    headings.push(heading("value", true, &format.locale));
    headings.extend(parts.iter().map(|part| heading(part_in_words(part, format), true, &format.locale)));
    let read = |row| {
        let mut cells = vec![period(table, row, format)];
        cells.extend(members(table).map(|column| name(table.value(row, column), &format.locale)));
        cells.push(value(table, row, "value", format));
        cells.extend(parts.iter().map(|part| plain(table.value(row, part), &format.locale)));
        cells
    };
    Grid::new(headings, (0..table.rows()).map(read).collect())
}

/// One row a period and member of `down`, one column a member of `across`.
fn pivot(table: &Table, down: &[&str], across: &str, names: Vec<String>, format: &Format) -> Grid {
    let mut headings = vec![period_heading(format)];
    headings.extend(down.iter().map(|name| heading(name, false, &format.locale)));
    headings.extend(names.iter().map(|name| Heading { name: name.clone(), number: true, one_line: true }));
    let mut rows: Vec<(Vec<Value>, Vec<String>)> = vec![];
    for row in 0..table.rows() {
        let key = || std::iter::once("period_start").chain(down.iter().copied()).map(|name| table.value(row, name));
        if rows.last().is_none_or(|(last, _)| !last.iter().copied().eq(key())) {
            let mut cells = vec![period(table, row, format)];
            cells.extend(down.iter().map(|column| name(table.value(row, column), &format.locale)));
            cells.extend(std::iter::repeat_n("–".to_string(), names.len()));
            rows.push((key().collect(), cells));
        }
        let member = name(table.value(row, across), &format.locale);
        let at = names.iter().position(|name| *name == member).expect("the members were read from these rows");
        rows.last_mut().expect("a row was begun").1[1 + down.len() + at] = value(table, row, "value", format);
    }
    Grid::new(headings, rows.into_iter().map(|(_, cells)| cells).collect())
}

fn of_rows(table: &Table, format: Option<&Format>, words: &Words) -> Grid {
    let numeric = |data: &Data| matches!(data, Data::Integer(_) | Data::Decimal(_) | Data::Float(_));
    let headings = table.columns().iter().map(|c| heading(&c.name, numeric(&c.data), words)).collect();
    let cell = |name: &str, value: Value| match (value, format) {
        (Value::Nothing, _) => "–".into(),
        (value, Some(format)) if name == "value" => format.locale.show(value, format.unit, Show::Usual),
        (value, _) if name == "share" || name.ends_with("_share") => match value.number() {
            Some(share) => words.percent(share, 1),
            None => plain(value, words),
        },
        (value, _) => plain(value, words),
    };
    let read = |row| table.columns().iter().zip(table.row(row)).map(|(c, value)| cell(&c.name, value)).collect();
    Grid::new(headings, (0..table.rows()).map(read).collect())
}

/// A number without a unit: grouped, with at most two decimals.
fn plain(value: Value, words: &Words) -> String {
    match (value, value.number()) {
        (Value::Nothing, _) => "–".into(),
        (_, Some(n)) => words.trimmed(n, 2),
        (Value::Date(day), None) => words.date(day),
        (Value::Instant(at), None) => words.instant(at),
        (Value::Boolean(yes), None) => words.yes_no[usize::from(!yes)].into(),
        (Value::Text(text), None) => text.into(),
        (value, None) => value.to_string(),
    }
}

/// What the KPI says it counts.
fn part_in_words<'a>(part: &str, format: &'a Format) -> &'a str {
    match part {
        "numerator" => format.parts.numerator.as_deref().unwrap_or(format.locale.counted),
        _ => format.parts.denominator.as_deref().unwrap_or(format.locale.of_how_many),
    }
}

fn has_any(table: &Table, column: &str) -> bool {
    (0..table.rows()).any(|row| table.value(row, column) != Value::Nothing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uptake_spec::kpi::Unit;
    use uptake_spec::table::Column;
    use uptake_spec::{Grain, table};

    fn two_weeks_of_two_grades() -> Table {
        let days = ["2026-10-05", "2026-10-05", "2026-10-12"].map(|d| Some(d.parse().expect("a date")));
        let column = |name: &str, data| Column { name: name.into(), data };
        let text = |v: [&str; 3]| table::Data::Text(v.map(|t| Some(t.to_string())).to_vec());
        Table::new(vec![
            column("period_start", Data::Date(days.to_vec())),
            column("grade", text(["Associate", "Partner", "Partner"])),
            column("value", Data::Float(vec![Some(0.5), None, Some(0.75)])),
            column("complete", Data::Boolean(vec![Some(true), Some(true), Some(false)])),
        ])
        .expect("equal lengths")
    }

    #[test]
    fn an_answer_is_crossed_by_its_members() {
        let format =
            Format::new(Unit::Share, Grain::Week, &crate::words::Locale::new(uptake_spec::Language::English, "EUR"));
        let grid = crossed(&two_weeks_of_two_grades(), &format);
        let names: Vec<&str> = grid.headings.iter().map(|h| h.name.as_str()).collect();
        assert_eq!(names, ["Week", "Associate", "Partner"]);
        assert_eq!(grid.rows[0], ["W 5 Oct 2026", "50.0\u{202f}%", "–"]);
        assert_eq!(grid.rows[1], ["W 12 Oct 2026 (running)", "–", "75.0\u{202f}%"]);
    }

    #[test]
    fn two_cuts_stand_down_and_across() {
        let texts = |names: [&str; 3]| Data::Text(names.map(|name| Some(name.to_string())).to_vec());
        let day = Some("2026-10-05".parse().expect("a date"));
        let table = Table::new(vec![
            Column { name: "period_start".into(), data: Data::Date(vec![day; 3]) },
            Column { name: "office".into(), data: texts(["Berlin", "Berlin", "Paris"]) },
            Column { name: "stage".into(), data: texts(["Lead", "Won", "Won"]) },
            Column { name: "value".into(), data: Data::Integer(vec![Some(4), Some(1), Some(2)]) },
        ]);
        let format =
            Format::new(Unit::Count, Grain::Week, &crate::words::Locale::new(uptake_spec::Language::English, "EUR"));
        let grid = crossed(&table.expect("equal lengths"), &format);
        let names: Vec<&str> = grid.headings.iter().map(|h| h.name.as_str()).collect();
        assert_eq!(names, ["Week", "Office", "Lead", "Won"]);
        assert_eq!(grid.rows, [["W 5 Oct 2026", "Berlin", "4", "1"], ["W 5 Oct 2026", "Paris", "–", "2"]]);
    }
}
