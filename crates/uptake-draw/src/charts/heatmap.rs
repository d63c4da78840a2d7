//! A heatmap of two columns, as grade × office: the newest complete period, and in each cell the change from the one before.

use super::bar::is_few;
use super::frame::frame;
use super::matrix::{Heat, Matrix, Spot};
use super::reading::Drawing;
use super::rows::{Asked, Cell, Rows};
use super::{Chart, Format, Picture, summary};
use crate::theme::{Size, Theme};
use uptake_spec::{Problem, Range};

/// More cells on a side than this are a table.
const MOST: usize = 40;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Heatmap {
    rows: Vec<String>,
    columns: Vec<String>,
    /// By row and column; `None` where there is nobody.
    cells: Vec<Vec<Option<Warm>>>,
    /// The columns of the data are the rows of the picture.
    turned: bool,
    period: Option<String>,
    /// There is a period before to compare with.
    compared: bool,
    left_out: usize,
}

#[derive(Debug, Clone, PartialEq)]
struct Warm {
    value: Option<f64>,
    few: Option<(f64, f64)>,
    delta: Option<f64>,
}

/// # Errors
/// Not exactly two columns name members.
pub(super) fn fit(rows: &Rows, asked: &Asked) -> Result<Heatmap, Problem> {
    rows.want_columns(asked, 2..=2, "a heatmap", "write by = [\"grade\", \"office\"], or use type = \"bar\" for one")?;
    let newest = rows.newest();
    let now = newest.map_or(vec![], |stop| rows.crossed(stop));
    let before = newest.and_then(|stop| stop.checked_sub(1)).filter(|_| rows.periods).map(|stop| rows.crossed(stop));
    let warm = |row: usize, column: usize, cell: Cell| {
        let few = cell.parts.filter(|(part, whole)| is_few(*part, *whole, cell.value, asked.format.unit));
        let earlier = before.as_ref().and_then(|before| before[row][column]?.value);
        // A change among few is noise.
        let delta = cell.value.zip(earlier).map(|(now, then)| now - then).filter(|_| few.is_none());
        Warm { value: cell.value, few, delta }
    };
    let line = |row: usize, cells: &[Option<Cell>]| -> Vec<Option<Warm>> {
        cells.iter().enumerate().map(|(column, cell)| cell.map(|cell| warm(row, column, cell))).collect()
    };
    let cells: Vec<Vec<Option<Warm>>> = now.iter().enumerate().map(|(row, cells)| line(row, cells)).collect();
    let [first, second] = [0, 1].map(|at| rows.columns[at].members.clone());
    let compared = before.is_some();
    let heatmap = Heatmap {
        rows: first,
        columns: second,
        cells,
        turned: false,
        period: rows.words_of(newest),
        compared,
        left_out: 0,
    };
    Ok(heatmap.without_empty().upright().cut())
}

impl Heatmap {
    /// Members that only other periods have.
    fn without_empty(mut self) -> Heatmap {
        let keep: Vec<bool> = self.cells.iter().map(|cells| cells.iter().any(Option::is_some)).collect();
        let kept = |at: usize| keep.get(at).copied().unwrap_or(false);
        self.rows = self.rows.into_iter().enumerate().filter(|(at, _)| kept(*at)).map(|(_, name)| name).collect();
        self.cells.retain(|cells| cells.iter().any(Option::is_some));
        let used: Vec<bool> =
            (0..self.columns.len()).map(|at| self.cells.iter().any(|cells| cells[at].is_some())).collect();
        let mut at = 0..;
        self.columns.retain(|_| used[at.next().unwrap_or(0)]);
        for cells in &mut self.cells {
            let mut at = 0..;
            cells.retain(|_| used[at.next().unwrap_or(0)]);
        }
        self
    }

    /// The longer side goes down, for a page is longer than wide.
    fn upright(self) -> Heatmap {
        if self.columns.len() <= self.rows.len() {
            return self;
        }
        let turn = |column: usize| self.cells.iter().map(|cells| cells[column].clone()).collect();
        let cells = (0..self.columns.len()).map(turn).collect();
        Heatmap { rows: self.columns, columns: self.rows, cells, turned: true, ..self }
    }

    fn cut(mut self) -> Heatmap {
        self.left_out = self.rows.len().saturating_sub(MOST);
        self.rows.truncate(MOST);
        self.cells.truncate(MOST);
        self
    }

    fn known(&self) -> impl Iterator<Item = (usize, usize, &Warm, f64)> {
        let cells = self.cells.iter().enumerate().flat_map(|(row, cells)| {
            cells.iter().enumerate().filter_map(move |(column, cell)| cell.as_ref().map(|cell| (row, column, cell)))
        });
        cells.filter_map(|(row, column, cell)| cell.value.map(|value| (row, column, cell, value)))
    }

    fn name(&self, row: usize, column: usize) -> String {
        self.members_of(row, column).join(", ")
    }

    /// In the order of the data's columns.
    fn members_of(&self, row: usize, column: usize) -> Vec<String> {
        let (row, column) = (self.rows[row].clone(), self.columns[column].clone());
        if self.turned { vec![column, row] } else { vec![row, column] }
    }

    fn matrix(&self, format: &Format) -> Matrix {
        let words = &format.locale;
        let spot = |row: usize, column: usize, cell: &Option<Warm>| {
            let (name, members) = (self.name(row, column), self.members_of(row, column));
            let Some(cell) = cell else {
                return Some(Spot {
                    value: None,
                    lines: vec![words.none.into()],
                    told: words.told(&name, words.none),
                    members,
                });
            };
            let few = cell.few.map(|(part, whole)| words.of(part, whole));
            let value = match (cell.value, few) {
                (None, _) => words.nothing.into(),
                (Some(_), Some(few)) => few,
                (Some(value), None) => format.short(value),
            };
            let change = cell.delta.map(|delta| format.short_change(delta));
            let told = match &change {
                Some(change) => words.told(&name, &format!("{value}, {change}")),
                None => words.told(&name, &value),
            };
            let change = change.map(|change| change.replace(words.points_short, ""));
            // "10" above "of 12": as narrow as the shares around it.
            let (value, rest) = match (value.split_once(' '), self.compared) {
                (Some((part, whole)), true) if cell.few.is_some() => (part.to_string(), Some(whole.to_string())),
                _ => (value, change),
            };
            let lines = std::iter::once(value).chain(rest).collect();
            Some(Spot { value: cell.value, lines, told, members })
        };
        let line = |(row, cells): (usize, &Vec<Option<Warm>>)| {
            cells.iter().enumerate().map(|(column, cell)| spot(row, column, cell)).collect()
        };
        let spots = self.cells.iter().enumerate().map(line).collect();
        Matrix { rows: self.rows.clone(), heads: self.columns.clone(), spots }
    }
}

impl Picture for Heatmap {
    fn subtitle(&self, format: &Format, range: Option<Range>) -> Vec<String> {
        let mut parts = vec![format.unit_word()];
        parts.extend(self.period.clone().or(range.map(|range| format.locale.range(range))));
        if self.compared {
            let points = if format.unit == uptake_spec::kpi::Unit::Share { format.locale.below_in_points } else { "" };
            parts.push(format!("{}{points}", format.locale.below_change[format.grain as usize]));
        }
        if self.left_out > 0 {
            parts.push((format.locale.first_of)(MOST, self.left_out));
        }
        parts
    }

    fn summary(&self, format: &Format) -> String {
        let known: Vec<(String, f64)> =
            self.known().map(|(row, column, _, value)| (self.name(row, column), value)).collect();
        if known.is_empty() {
            return format.locale.no_data.into();
        }
        let deltas = self.known().filter_map(|(row, column, cell, _)| Some((row, column, cell.delta?)));
        let fell = deltas.min_by(|a, b| a.2.total_cmp(&b.2)).filter(|(.., delta)| *delta < 0.0);
        let fell = fell.map_or(String::new(), |(row, column, delta)| {
            let told = (format.locale.fell_most)(&self.name(row, column), &format.short_change(delta));
            format!("{}{told}", format.locale.semicolon)
        });
        let told = format!("{}{fell}", summary::extremes(known, format));
        summary::of_period(self.period.as_deref(), &told, format)
    }

    fn draw(&self, chart: &Chart, size: Size, theme: &Theme) -> Drawing {
        let mut frame = frame(chart, size, theme);
        let Some(heat) = Heat::of(self.known().map(|(.., value)| value)) else { return frame.finish_empty(chart) };
        let y = self.matrix(&chart.format).draw(&mut frame, &heat);
        let missing = self.cells.iter().flatten().any(|cell| cell.as_ref().is_none_or(|cell| cell.value.is_none()));
        let end = heat.key(&mut frame, &chart.format, y, missing.then_some(chart.format.locale.no_value));
        let height = end + frame.canvas.margin;
        frame.finish(chart, height)
    }

    fn members(&self) -> Vec<Vec<String>> {
        let row = |row: usize| (0..self.columns.len()).map(move |column| (row, column));
        (0..self.rows.len()).flat_map(row).map(|(row, column)| self.members_of(row, column)).collect()
    }
}
