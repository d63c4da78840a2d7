//! Points of two numbers each; as a quadrant with both medians and how many lie in each corner.

use super::axes::{number_axis, value_axis};
use super::frame::{Frame, frame};
use super::members::{self, Drawn};
use super::reading::Drawing;
use super::rows::{Asked, Rows};
use super::{Chart, Format, Picture, summary};
use crate::labels::Taken;
use crate::scale::Linear;
use crate::svg::{Anchor, dot, line, text};
use crate::text::{Weight, ellipsized, width_px};
use crate::theme::{Canvas, Paint, Size, Theme};
use crate::words::{is_no_member, sentence};
use uptake_spec::kpi::Unit;
use uptake_spec::{Problem, Range, Table};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scatter {
    points: Vec<Point>,
    across: Axis,
    up: Axis,
    /// With medians and corners.
    quadrant: bool,
    period: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
struct Point {
    /// Empty if the rows have no names.
    name: String,
    x: f64,
    y: f64,
}

#[derive(Debug, Clone, PartialEq)]
struct Axis {
    /// What stands along it.
    word: String,
    format: Format,
}

/// Each member of a column is a point: across its denominator and up its value, or the two members of a second column.
///
/// # Errors
/// There are not two numbers a member.
pub(super) fn fit(rows: &Rows, asked: &Asked) -> Result<Scatter, Problem> {
    let hint = "by names the points, as by = \"office\"";
    rows.want_columns(asked, 1..=2, "a scatter", hint)?;
    let newest = rows.newest();
    let crossed = newest.map_or(vec![], |stop| rows.crossed(stop));
    let names = &rows.columns[0].members;
    let axis = |word: &str, unit| Axis {
        word: sentence(&word.replace('_', " ")),
        format: Format { unit, ..asked.format.clone() },
    };
    let unit = asked.format.unit;
    let (across, up) = match rows.columns.get(1).map(|column| &column.members[..]) {
        None => (axis(asked.format.locale.of_how_many, Unit::Count), axis(&asked.format.unit_word(), unit)),
        Some([first, second]) => (axis(first, unit), axis(second, unit)),
        Some([]) => (axis("", unit), axis("", unit)),
        Some(many) => {
            let what = format!(
                "a scatter sets two members against each other, and {} has {}",
                rows.columns[1].name,
                many.len()
            );
            return Err(asked.refuse(what, "leave it out, or use type = \"heatmap\""));
        }
    };
    let point = |(name, cells): (&String, &Vec<Option<super::rows::Cell>>)| {
        let (x, y) = match rows.columns.len() {
            1 => (cells[0]?.parts?.1, cells[0]?.value?),
            _ => (cells.first()?.as_ref()?.value?, cells.get(1)?.as_ref()?.value?),
        };
        Some(Point { name: name.clone(), x, y })
    };
    let points: Vec<Point> = names.iter().zip(&crossed).filter_map(point).collect();
    if points.is_empty() && crossed.iter().flatten().flatten().any(|cell| cell.value.is_some()) {
        let what = "a scatter needs two numbers a point, and this KPI has no denominators";
        return Err(asked.refuse(what, "use a query with x = \"…\" and y = \"…\", or type = \"bar\""));
    }
    Ok(Scatter { points, across, up, quadrant: asked.kind == "quadrant", period: rows.words_of(newest) })
}

/// # Errors
/// `x` is no column of numbers.
pub(super) fn fit_query(table: &Table, columns: &Drawn, asked: &Asked) -> Result<Scatter, Problem> {
    let number = |row, column: &str| table.value(row, column).number().filter(|n| n.is_finite());
    let known = table.column(&columns.x).expect("x was found among the columns");
    if !members::is_number(&known.data) {
        let what = format!("a scatter needs numbers along both axes, and x = \"{}\" has none", columns.x);
        return Err(asked.refuse(what, "name one with x = \"…\", and the points' names with series = \"…\""));
    }
    let name = |row| {
        columns
            .series
            .as_ref()
            .map_or(String::new(), |column| members::name(table.value(row, column), &asked.format.locale))
    };
    let point = |row| Some(Point { name: name(row), x: number(row, &columns.x)?, y: number(row, &columns.y)? });
    let points = (0..table.rows()).filter_map(point).collect();
    let axis = |column: &str, unit| Axis {
        word: asked.format.locale.heading(column),
        format: Format { unit, ..asked.format.clone() },
    };
    let across = axis(&columns.x, members::unit_of(&columns.x, &known.data));
    Ok(Scatter { points, across, up: axis(&columns.y, columns.unit), quadrant: asked.kind == "quadrant", period: None })
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => None,
        count if count % 2 == 1 => Some(values[half]),
        _ => Some((values[half - 1] + values[half]) / 2.0),
    }
}

impl Scatter {
    fn medians(&self) -> Option<(f64, f64)> {
        median(self.points.iter().map(|p| p.x)).zip(median(self.points.iter().map(|p| p.y)))
    }

    /// How many points lie at or above both medians, …, as `(right, upper)`.
    fn corner(&self, right: bool, upper: bool) -> usize {
        let Some((x, y)) = self.medians() else { return 0 };
        self.points.iter().filter(|p| (p.x >= x, p.y >= y) == (right, upper)).count()
    }
}

impl Picture for Scatter {
    fn subtitle(&self, format: &Format, range: Option<Range>) -> Vec<String> {
        let words = &format.locale;
        let mut parts = vec![(words.up_across)(&words.within(&self.up.word), &words.within(&self.across.word))];
        parts.extend(self.period.clone().or(range.map(|range| format.locale.range(range))));
        if self.quadrant {
            parts.push(words.dashed_medians.into());
        }
        parts
    }

    fn summary(&self, format: &Format) -> String {
        let (Some((x, y)), count) = (self.medians(), self.points.len()) else { return format.locale.no_data.into() };
        let words = &format.locale;
        let middle = (words.of_points)(count, &self.up.format.figure(y), &self.across.format.figure(x));
        let corners = match self.quadrant {
            true => {
                let corners = [(true, true), (false, true), (true, false), (false, false)];
                let told = (words.corners)(corners.map(|(right, upper)| self.corner(right, upper)));
                format!("{}{told}", words.semicolon)
            }
            false => String::new(),
        };
        summary::of_period(self.period.as_deref(), &format!("{middle}{corners}"), format)
    }

    fn draw(&self, chart: &Chart, size: Size, theme: &Theme) -> Drawing {
        let frame = frame(chart, size, theme);
        if self.points.is_empty() { frame.finish_empty(chart) } else { draw(chart, self, frame) }
    }

    fn members(&self) -> Vec<Vec<String>> {
        self.points.iter().filter(|point| !point.name.is_empty()).map(|point| vec![point.name.clone()]).collect()
    }
}

fn draw(chart: &Chart, scatter: &Scatter, mut frame: Frame) -> Drawing {
    let (canvas, theme) = (frame.canvas, frame.theme);
    let size = canvas.text;
    let foot = size * 3.4 + canvas.margin;
    let bottom = frame.bottom(foot);
    let axis = |values: Vec<f64>, axis: &Axis| {
        Linear::around(values.into_iter(), 5, axis.format.smallest_step(), axis.format.highest())
    };
    let up = axis(scatter.points.iter().map(|p| p.y).collect(), &scatter.up).onto(bottom, frame.top + size * 0.5);
    let right = canvas.right() - size;
    let left = value_axis(&mut frame, &up, &scatter.up.format, right) + size * 0.6;
    let across = axis(scatter.points.iter().map(|p| p.x).collect(), &scatter.across).onto(left, right);
    for tick in &across.ticks {
        let x = across.at(*tick);
        frame.marks.push(line(x, up.px.1, x, bottom).stroke(theme, Paint::Grid, canvas.hair()));
    }
    number_axis(&mut frame, &across, &scatter.across.format, bottom, &scatter.across.word);
    let mut taken = Taken::default();
    if let (true, Some(medians)) = (scatter.quadrant, scatter.medians()) {
        corners(&mut frame, scatter, medians, &across, &up, &mut taken);
    }
    let r = canvas.stroke * if scatter.points.len() > 80 { 1.5 } else { 2.2 };
    let places: Vec<(f64, f64)> = scatter.points.iter().map(|p| (across.at(p.x), up.at(p.y))).collect();
    for (point, (x, y)) in scatter.points.iter().zip(&places) {
        let values = format!("{}, {}", scatter.across.format.figure(point.x), scatter.up.format.figure(point.y));
        let told = if point.name.is_empty() { values } else { scatter.up.format.locale.told(&point.name, &values) };
        let paint = members::paint(&point.name, 0);
        let mark = dot(*x, *y, r).fill(theme, paint).stroke(theme, Paint::Paper, canvas.hair()).told(&told);
        let mark = frame.linked(&[&point.name], mark.set("fill-opacity", "0.85"));
        frame.marks.push(mark);
        taken.keep(x - r, y - r, 2.0 * r, 2.0 * r);
    }
    names(&mut frame, scatter, &places, r, (left, bottom), &mut taken);
    frame.finish(chart, bottom + foot)
}

/// The medians' lines, and how many lie in each corner.
fn corners(frame: &mut Frame, scatter: &Scatter, (x, y): (f64, f64), across: &Linear, up: &Linear, taken: &mut Taken) {
    let (canvas, theme, size) = (frame.canvas, frame.theme, frame.canvas.text);
    let dash = super::line::dash(canvas.stroke, 1.0, 1.6);
    let (left, right, top, bottom) = (across.px.0, across.px.1, up.px.1, up.px.0);
    for drawn in [line(across.at(x), top, across.at(x), bottom), line(left, up.at(y), right, up.at(y))] {
        frame.marks.push(drawn.stroke(theme, Paint::Target, canvas.stroke * 0.6).set("stroke-dasharray", dash.clone()));
    }
    for (is_right, is_upper) in [(false, false), (false, true), (true, false), (true, true)] {
        let said = scatter.up.format.locale.of(scatter.corner(is_right, is_upper) as f64, scatter.points.len() as f64);
        let wide = width_px(&said, size, Weight::SemiBold);
        let x = if is_right { right - wide - size * 0.4 } else { left + size * 0.4 };
        let base = if is_upper { top + size * 1.2 } else { bottom - size * 0.6 };
        let set = text(x, base, size, Anchor::Start, &said).semi_bold().fill(theme, Paint::Quiet);
        frame.marks.push(set.rimmed(theme, size * 0.25));
        taken.keep(x, base - size, wide, size * 1.2);
    }
}

/// Names the points beside them, those far from the middle first, as long as there is room.
fn names(frame: &mut Frame, scatter: &Scatter, places: &[(f64, f64)], r: f64, corner: (f64, f64), taken: &mut Taken) {
    let (canvas, theme, size) = (frame.canvas, frame.theme, frame.canvas.text);
    let middle = |read: fn(&(f64, f64)) -> f64| median(places.iter().map(read)).unwrap_or(0.0);
    let (mx, my) = (middle(|p| p.0), middle(|p| p.1));
    let mut order: Vec<usize> = (0..places.len()).filter(|at| !scatter.points[*at].name.is_empty()).collect();
    let away = |at: &usize| (places[*at].0 - mx).powi(2) + (places[*at].1 - my).powi(2);
    order.sort_by(|a, b| away(b).total_cmp(&away(a)).then(a.cmp(b)));
    let mut left = most_names(&canvas);
    for at in order {
        if left == 0 {
            break;
        }
        let name = ellipsized(&scatter.points[at].name, canvas.width * 0.28, size, Weight::Regular);
        let ((x, y), wide) = (places[at], width_px(&name, size, Weight::Regular));
        let spots = [
            (x + r * 1.5, y - size * 0.55),
            (x - r * 1.5 - wide, y - size * 0.55),
            (x - wide / 2.0, y - r * 1.3 - size * 1.1),
            (x - wide / 2.0, y + r * 1.3),
        ];
        let inside = |(x, top): &(f64, f64)| {
            *x >= corner.0 && x + wide <= canvas.right() && *top >= frame.top && top + size <= corner.1
        };
        let free = spots.into_iter().filter(inside).find(|(x, top)| taken.is_free(*x, *top, wide, size * 1.1));
        if let Some((x, top)) = free {
            left -= 1;
            taken.keep(x, top, wide, size * 1.1);
            let paint = if is_no_member(&scatter.points[at].name) { Paint::Quiet } else { Paint::Ink };
            let set = text(x, top + size * 0.9, size, Anchor::Start, &name).fill(theme, paint);
            frame.marks.push(set.rimmed(theme, size * 0.2).with_title(&name, &scatter.points[at].name));
        }
    }
}

fn most_names(canvas: &Canvas) -> usize {
    if canvas.is_narrow() { 10 } else { 30 }
}
