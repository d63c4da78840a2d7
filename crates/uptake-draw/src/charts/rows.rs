//! An answer's or a query's numbers in one shape: by stop and by member of up to two columns.

use super::Format;
use super::members::{self, Drawn};
use super::stops::{self, Stop};
use crate::words::Words;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use uptake_spec::kpi::Unit;
use uptake_spec::{Answer, Data, Place, Problem, Table};

#[derive(Debug, Clone)]
pub(super) struct Rows {
    /// An answer's periods or a query's dates; a single one without a day where a query has none.
    pub stops: Vec<Stop>,
    pub columns: Vec<Dimension>,
    pub cells: Vec<Cell>,
    /// From an answer: the stops are periods.
    pub periods: bool,
}

/// A column that names members.
#[derive(Debug, Clone)]
pub(super) struct Dimension {
    pub name: String,
    pub members: Vec<String>,
    /// The KPI's own parts (stages, states), which a reader did not ask for by `by`.
    pub split: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    pub stop: usize,
    /// One for each column, at most two; 0 where there is no column.
    pub members: [usize; 2],
    pub value: Option<f64>,
    /// Numerator and denominator.
    pub parts: Option<(f64, f64)>,
}

/// What a block asks for, beside its data.
pub(super) struct Asked<'a> {
    pub kind: &'a str,
    pub place: &'a Place,
    pub format: &'a Format,
}

impl Asked<'_> {
    pub fn refuse(&self, what: impl Into<String>, hint: impl Into<String>) -> Problem {
        Problem::new(self.place.clone(), what, hint)
    }
}

impl Rows {
    pub fn of_answer(answer: &Answer, members: &[String], format: &Format) -> Rows {
        let table = &answer.table;
        let dimension = |name: &String| Dimension {
            members: members::distinct(table, name, &format.locale),
            split: !answer.by.contains(name),
            name: name.clone(),
        };
        let columns: Vec<Dimension> = members.iter().map(dimension).collect();
        let stops = stops::of_answer(table, format);
        let place = |row| stops::place(&stops, table, row);
        let cells = cells(table, &columns, "value", place, &format.locale);
        Rows { stops, columns, cells, periods: true }
    }

    /// Dates of `x` become stops, all else members.
    pub fn of_query(table: &Table, drawn: &Drawn, words: &Words) -> Rows {
        let mut stops = stops::of_query(table, &drawn.x, words);
        let is_date =
            table.column(&drawn.x).is_some_and(|column| matches!(column.data, Data::Date(_) | Data::Instant(_)));
        let dated = is_date && stops.iter().all(|stop| stop.day.is_some());
        let named = (!dated).then_some(&drawn.x).into_iter().chain(&drawn.series);
        let dimension = |name: &String| Dimension {
            name: name.clone(),
            members: members::distinct(table, name, words),
            split: true,
        };
        let columns: Vec<Dimension> = named.map(dimension).collect();
        let name = |row| members::name(table.value(row, &drawn.x), words);
        let place = |row: usize| if dated { stops.iter().position(|stop| stop.words == name(row)) } else { Some(0) };
        let cells = cells(table, &columns, &drawn.y, place, words);
        if !dated {
            stops = vec![Stop {
                day: None,
                part_of_day: 0.0,
                tick: String::new(),
                year: String::new(),
                words: String::new(),
                complete: true,
            }];
        }
        Rows { stops, columns, cells, periods: false }
    }

    /// # Errors
    /// The data has too few or too many columns that name members.
    pub fn want_columns(
        &self,
        asked: &Asked,
        wanted: RangeInclusive<usize>,
        noun: &str,
        hint: &str,
    ) -> Result<(), Problem> {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        if wanted.contains(&names.len()) {
            return Ok(());
        }
        let has = match names[..] {
            [] => "has none".into(),
            _ => format!("is cut by {}", names.join(" and ")),
        };
        let wants = match (*wanted.start(), *wanted.end()) {
            (0, _) => "at most one column to group by".into(),
            (1, 1) => "exactly one column to group by".into(),
            (2, 2) => "two columns to group by".into(),
            (from, to) => format!("{from} to {to} columns to group by"),
        };
        Err(asked.refuse(format!("{noun} needs {wants}, and this block {has}"), hint))
    }

    /// # Errors
    /// The values cannot be added up over the last column: shares, rates and days, but for shares of one whole.
    pub fn want_sums(&self, asked: &Asked, noun: &str) -> Result<(), Problem> {
        let parts_of_one = || {
            let last = self.columns.len().saturating_sub(1);
            let mut sums = std::collections::BTreeMap::new();
            for cell in &self.cells {
                let others = (cell.stop, if last == 1 { cell.members[0] } else { 0 });
                *sums.entry(others).or_insert(0.0) += cell.value.unwrap_or(0.0);
            }
            self.columns.last().is_some_and(|column| column.split) && sums.values().all(|sum| *sum < 1.0005)
        };
        let what = match asked.format.unit {
            Unit::Count | Unit::Money => return Ok(()),
            _ if self.columns.is_empty() => return Ok(()),
            Unit::Share if parts_of_one() => return Ok(()),
            Unit::Share => "shares",
            Unit::Rate => "rates",
            Unit::Days => "days",
        };
        let what = format!("{noun} adds values up, and {what} of different members do not add up");
        Err(asked.refuse(what, "use type = \"grouped\" or \"line\", which stand side by side"))
    }

    /// The newest complete stop with a value; the running one only where there is no other.
    pub fn newest(&self) -> Option<usize> {
        let known =
            || self.cells.iter().filter(|cell| cell.value.is_some() || cell.parts.is_some()).map(|cell| cell.stop);
        known().filter(|stop| self.stops[*stop].complete).max().or_else(|| known().max())
    }

    /// `the week of 12 Oct 2026`; `None` for a query's rows.
    pub fn words_of(&self, stop: Option<usize>) -> Option<String> {
        stop.filter(|_| self.periods).map(|stop| self.stops[stop].words.clone())
    }

    /// The cells of one stop, by the member of the first column and that of the second.
    pub fn crossed(&self, stop: usize) -> Vec<Vec<Option<Cell>>> {
        let count = |column: usize| self.columns.get(column).map_or(1, |c| c.members.len());
        let mut crossed = vec![vec![None; count(1)]; count(0)];
        for cell in self.cells.iter().filter(|cell| cell.stop == stop) {
            crossed[cell.members[0]][cell.members[1]] = Some(*cell);
        }
        crossed
    }

    /// By member of the first column, the value at each stop.
    pub fn series(&self) -> Vec<Vec<Option<f64>>> {
        let count = self.columns.first().map_or(1, |column| column.members.len());
        let mut series = vec![vec![None; self.stops.len()]; count];
        for cell in &self.cells {
            series[cell.members[0]][cell.stop] = cell.value;
        }
        series
    }
}

fn cells(
    table: &Table,
    columns: &[Dimension],
    value: &str,
    place: impl Fn(usize) -> Option<usize>,
    words: &Words,
) -> Vec<Cell> {
    let finite = |row, column: &str| table.value(row, column).number().filter(|n| n.is_finite());
    let place_of = |column: &Dimension| -> HashMap<String, usize> {
        column.members.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect()
    };
    let known: Vec<HashMap<String, usize>> = columns.iter().map(place_of).collect();
    let member = |row, at: usize| {
        let Some(column) = columns.get(at) else { return 0 };
        known[at][&members::name(table.value(row, &column.name), words)]
    };
    let read = |row| {
        Some(Cell {
            stop: place(row)?,
            members: [member(row, 0), member(row, 1)],
            value: finite(row, value),
            parts: finite(row, "numerator").zip(finite(row, "denominator")),
        })
    };
    (0..table.rows()).filter_map(read).collect()
}
