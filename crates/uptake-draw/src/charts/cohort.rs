//! Cohorts: those who began together, row by row, and what became of them period by period.

use super::bar::is_few;
use super::frame::frame;
use super::matrix::{Heat, Matrix, Spot};
use super::reading::Drawing;
use super::rows::{Asked, Cell, Rows};
use super::stops::Stop;
use super::{Chart, Format, Picture, summary};
use crate::theme::{Size, Theme};
use uptake_spec::{Grain, Problem, Range};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cohort {
    cohorts: Vec<Group>,
    /// Periods after the beginning, as the data names them: `0`, `1`, `week 12`.
    ages: Vec<String>,
    /// What an age is: `week`.
    age_word: String,
}

#[derive(Debug, Clone, PartialEq)]
struct Group {
    name: String,
    /// One an age; `None` where its time has not come.
    cells: Vec<Option<Cell>>,
}

/// One column names the ages and the periods are the cohorts, or the first of two columns is.
///
/// # Errors
/// Not one or two columns name members, or the last of them is not numbered.
pub(super) fn fit(rows: &Rows, asked: &Asked) -> Result<Cohort, Problem> {
    let hint = "the last column says how many periods after the beginning, as series = \"week\"";
    rows.want_columns(asked, 1..=2, "a cohort heatmap", hint)?;
    let last = &rows.columns[rows.columns.len() - 1];
    if let Some(odd) = last.members.iter().find(|name| number(name).is_none()) {
        let what = format!("the columns of a cohort heatmap are numbered periods, and {} has \"{odd}\"", last.name);
        return Err(asked.refuse(what, hint));
    }
    let mut order: Vec<usize> = (0..last.members.len()).collect();
    order.sort_by_key(|at| number(&last.members[*at]));
    let cohorts = if rows.columns.len() == 1 { by_stop(rows, &order, asked.format) } else { by_member(rows, &order) };
    let ages = order.iter().map(|at| last.members[*at].clone()).collect();
    Ok(Cohort { cohorts, ages, age_word: asked.format.locale.within(&asked.format.locale.heading(&last.name)) })
}

/// `12` of `week 12`.
fn number(name: &str) -> Option<i64> {
    name.rsplit(' ').next()?.parse().ok()
}

fn by_stop(rows: &Rows, order: &[usize], format: &Format) -> Vec<Group> {
    let group = |stop: usize| {
        let crossed = rows.crossed(stop);
        let Stop { day, words, tick, .. } = &rows.stops[stop];
        let name = match day {
            Some(day) if rows.periods && format.grain == Grain::Week => format.locale.week(*day).short,
            _ if rows.periods => words.clone(),
            _ => tick.clone(),
        };
        Group { name, cells: order.iter().map(|at| crossed[*at][0]).collect() }
    };
    (0..rows.stops.len()).map(group).filter(|group| group.cells.iter().any(Option::is_some)).collect()
}

fn by_member(rows: &Rows, order: &[usize]) -> Vec<Group> {
    let Some(newest) = rows.newest() else { return vec![] };
    let crossed = rows.crossed(newest);
    let group = |(name, cells): (&String, &Vec<Option<Cell>>)| Group {
        name: name.clone(),
        cells: order.iter().map(|at| cells[*at]).collect(),
    };
    rows.columns[0].members.iter().zip(&crossed).map(group).collect()
}

impl Cohort {
    fn values(&self) -> impl Iterator<Item = f64> {
        self.cohorts.iter().flat_map(|group| group.cells.iter().flatten().filter_map(|cell| cell.value))
    }

    /// Free where its time has not come, hatched where it has come and there is no value.
    fn matrix(&self, format: &Format) -> Matrix {
        let words = &format.locale;
        let spot = |group: &Group, at: usize| {
            let cell = group.cells[at]?;
            let few = cell.parts.filter(|(part, whole)| is_few(*part, *whole, cell.value, format.unit));
            let value = cell.value.map_or(words.nothing.into(), |value| format.short(value));
            let size =
                few.or(cell.parts).map_or(String::new(), |(part, whole)| format!(" ({})", words.of(part, whole)));
            let told =
                words.told(&format!("{}, {} {}", group.name, self.age_word, self.ages[at]), &format!("{value}{size}"));
            let lines = vec![value.replace(words.percent, "")];
            Some(Spot { value: cell.value, lines, told, members: vec![group.name.clone(), self.ages[at].clone()] })
        };
        let line = |group: &Group| (0..self.ages.len()).map(|at| spot(group, at)).collect();
        let size = |group: &Group| group.cells.iter().flatten().find_map(|cell| cell.parts).map(|(_, whole)| whole);
        let name = |group: &Group| match size(group) {
            Some(whole) => format!("{} · {}", group.name, words.number(whole, 0)),
            None => group.name.clone(),
        };
        Matrix {
            rows: self.cohorts.iter().map(name).collect(),
            heads: self.ages.iter().map(|age| number(age).map_or(age.clone(), |n| n.to_string())).collect(),
            spots: self.cohorts.iter().map(line).collect(),
        }
    }
}

impl Picture for Cohort {
    fn subtitle(&self, format: &Format, range: Option<Range>) -> Vec<String> {
        let mut parts = vec![(format.locale.after_the_beginning)(&format.unit_word(), &self.age_word)];
        parts.extend(range.map(|range| format.locale.range(range)));
        if self.cohorts.iter().any(|group| group.cells.iter().flatten().any(|cell| cell.parts.is_some())) {
            parts.push(format.locale.beside_its_size.into());
        }
        parts.push(format.locale.still_to_come.into());
        parts
    }

    /// The oldest cohort's way, and the newest age that at least half of the cohorts have reached.
    fn summary(&self, format: &Format) -> String {
        let reached =
            |at: usize| self.cohorts.iter().filter_map(|g| g.cells[at]?.value.map(|v| (g.name.clone(), v))).collect();
        let half = self.cohorts.len().div_ceil(2);
        let found = (0..self.ages.len())
            .rev()
            .map(|at| (at, reached(at)))
            .find(|(_, known): &(usize, Vec<_>)| known.len() >= half.max(1));
        let Some((at, known)) = found else { return format.locale.no_data.into() };
        let age = format!("{} {}", self.age_word, number(&self.ages[at]).unwrap_or(0));
        summary::of_period(Some(&age), &summary::extremes(known, format), format)
    }

    fn draw(&self, chart: &Chart, size: Size, theme: &Theme) -> Drawing {
        let mut frame = frame(chart, size, theme);
        let Some(heat) = Heat::of(self.values()) else { return frame.finish_empty(chart) };
        let y = self.matrix(&chart.format).draw(&mut frame, &heat);
        let missing = self.cohorts.iter().flat_map(|group| &group.cells).flatten().any(|cell| cell.value.is_none());
        let end = heat.key(&mut frame, &chart.format, y, missing.then_some(chart.format.locale.no_value));
        let height = end + frame.canvas.margin;
        frame.finish(chart, height)
    }
}
