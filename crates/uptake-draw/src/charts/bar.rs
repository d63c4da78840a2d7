//! Horizontal bars: one a member, the largest on top unless the members have an order of their own.

use super::frame::{Frame, frame};
use super::members::{self, Drawn};
use super::names::Names;
use super::reading::Drawing;
use super::rows::Asked;
use super::{Chart, Facts, Format, Picture, summary, target_on};
use crate::scale::Linear;
use crate::svg::{Anchor, Element, line, path, short, text};
use crate::text::{Weight, ellipsized, width_px};
use crate::theme::{Paint, Size, Theme};
use crate::words::is_no_member;
use uptake_spec::kpi::Unit;
use uptake_spec::{Problem, Range, Table, Value};

/// More bars than this are a table.
const MOST: usize = 30;
/// Below so many people a share is told as "7 of 12".
pub(crate) const FEW: f64 = 20.0;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bars {
    /// From top to bottom.
    pub bars: Vec<Bar>,
    /// `the week of 12 Oct 2026`; `None` for a query's rows.
    pub period: Option<String>,
    pub target: Option<f64>,
    /// Members left out because there were too many.
    pub more: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bar {
    pub name: String,
    pub value: Option<f64>,
    /// Numerator and denominator of a share of few.
    few: Option<(f64, f64)>,
}

/// # Errors
/// Not exactly one column names members.
pub(super) fn fit_answer(facts: &Facts, format: &Format, members: &[String]) -> Result<Bars, Problem> {
    let [column] = members else {
        let what = match members {
            [] => "bars need exactly one \"by\", and this block has none".to_string(),
            many => format!("bars need exactly one \"by\", and this block is cut by {}", many.join(" and ")),
        };
        let hint = if members.is_empty() {
            "add a line such as by = \"grade\""
        } else {
            "keep one of them, or use a table block"
        };
        return Err(Problem::new(facts.kind_place.clone(), what, hint));
    };
    let table = &facts.answer.table;
    let newest = newest_period(table);
    let rows = (0..table.rows()).filter(|row| newest.is_some() && date(table, *row) == newest);
    let read = |row| Bar {
        name: members::name(table.value(row, column), &format.locale),
        value: table.value(row, "value").number().filter(|n| n.is_finite()),
        few: few(table, row, facts.answer.unit),
    };
    let every = members::distinct(table, column, &format.locale);
    let mut bars: Vec<Bar> = rows.map(read).collect();
    if members::is_alphabetical(&every) {
        bars.sort_by(largest_first);
        // So few have no place among the others.
        bars.sort_by_key(|bar| bar.few.is_some());
    }
    bars.sort_by_key(|bar| is_no_member(&bar.name));
    let target = newest.filter(|_| facts.target).and_then(|day| target_on(&facts.answer.targets, day));
    let period = newest.map(|day| format.period_in_words(day));
    Ok(Bars { bars, period, target, more: 0 }.cut())
}

/// # Errors
/// The block names a `series`.
pub(super) fn fit_query(table: &Table, columns: &Drawn, asked: &Asked) -> Result<Bars, Problem> {
    if let Some(series) = &columns.series {
        let what = format!("bars cannot be split by series = \"{series}\" yet");
        return Err(asked.refuse(what, "leave the line out, or use type = \"line\""));
    }
    let read = |row| Bar {
        name: members::name(table.value(row, &columns.x), &asked.format.locale),
        value: table.value(row, &columns.y).number().filter(|n| n.is_finite()),
        few: None,
    };
    let bars = (0..table.rows()).map(read).collect();
    Ok(Bars { bars, period: None, target: None, more: 0 }.cut())
}

/// The newest complete period; the running one only where there is no other.
fn newest_period(table: &Table) -> Option<chrono::NaiveDate> {
    let complete = (0..table.rows()).filter(|row| table.value(*row, "complete") == Value::Boolean(true));
    complete
        .filter_map(|row| date(table, row))
        .max()
        .or_else(|| (0..table.rows()).filter_map(|row| date(table, row)).max())
}

fn date(table: &Table, row: usize) -> Option<chrono::NaiveDate> {
    match table.value(row, "period_start") {
        Value::Date(day) => Some(day),
        _ => None,
    }
}

fn few(table: &Table, row: usize, unit: Unit) -> Option<(f64, f64)> {
    let part = table.value(row, "numerator").number()?;
    let whole = table.value(row, "denominator").number()?;
    is_few(part, whole, table.value(row, "value").number(), unit).then_some((part, whole))
}

/// Whether `value` is the share of so few that it must be told as "k of n"; a share of money or of days is not.
pub(crate) fn is_few(part: f64, whole: f64, value: Option<f64>, unit: Unit) -> bool {
    let is_count = part.fract() == 0.0 && whole.fract() == 0.0 && whole > 0.0;
    let is_quotient = value.is_some_and(|value| (value - part / whole).abs() < 1e-6);
    unit == Unit::Share && is_count && is_quotient && whole < FEW
}

fn largest_first(a: &Bar, b: &Bar) -> std::cmp::Ordering {
    let value = |bar: &Bar| bar.value.unwrap_or(f64::NEG_INFINITY);
    value(b).total_cmp(&value(a)).then_with(|| a.name.cmp(&b.name))
}

impl Bars {
    fn cut(mut self) -> Bars {
        if self.bars.len() > MOST {
            self.more = self.bars.len() - (MOST - 1);
            self.bars.truncate(MOST - 1);
        }
        self
    }

    fn scale(&self, format: &Format) -> Linear {
        let values = self.bars.iter().filter_map(|bar| bar.value).chain(self.target);
        Linear::around_zero(values, 4, format.smallest_step(), format.highest())
    }
}

impl Bar {
    fn label(&self, format: &Format) -> String {
        match (self.value, self.few) {
            (None, _) => format.locale.nothing.into(),
            (Some(_), Some((part, whole))) => format.locale.of(part, whole),
            (Some(value), None) => format.short(value),
        }
    }
}

impl Picture for Bars {
    fn subtitle(&self, format: &Format, range: Option<Range>) -> Vec<String> {
        let mut parts = vec![format.unit_word()];
        parts.extend(self.period.clone().or(range.map(|range| format.locale.range(range))));
        if self.more > 0 {
            parts.push((format.locale.first_of)(self.bars.len(), self.more));
        }
        parts
    }

    fn summary(&self, format: &Format) -> String {
        summary::of_bars(self, format)
    }

    fn draw(&self, chart: &Chart, size: Size, theme: &Theme) -> Drawing {
        draw(chart, self, size, theme)
    }

    fn members(&self) -> Vec<Vec<String>> {
        self.bars.iter().map(|bar| vec![bar.name.clone()]).collect()
    }
}

fn draw(chart: &Chart, bars: &Bars, size: Size, theme: &Theme) -> Drawing {
    let mut frame = frame(chart, size, theme);
    if bars.bars.iter().all(|bar| bar.value.is_none()) {
        return frame.finish_empty(chart);
    }
    let rows = Rows::of(bars, &frame, &chart.format);
    let mut labels = vec![];
    let foot = frame.top + if bars.target.is_some() { frame.canvas.text * 1.4 } else { 0.0 };
    let mut y = foot;
    for (at, bar) in bars.bars.iter().enumerate() {
        labels.push(draw_bar(&mut frame, &rows, bar, at, y, &chart.format));
        y += rows.height;
    }
    let zero = rows.scale.at(0.0);
    frame.marks.push(line(zero, foot, zero, y).stroke(theme, Paint::Axis, frame.canvas.text / 12.0));
    if let Some(target) = bars.target {
        draw_target(&mut frame, &rows.scale, target, foot, y, &chart.format);
    }
    // Last, so that a target's line passes behind them.
    frame.marks.extend(labels);
    let height = y + frame.canvas.margin;
    frame.finish(chart, height)
}

/// How the rows of the picture are laid out.
struct Rows {
    names: Names,
    height: f64,
    scale: Linear,
}

impl Rows {
    fn of(bars: &Bars, frame: &Frame, format: &Format) -> Rows {
        let canvas = frame.canvas;
        let size = canvas.text;
        let names = Names::of(bars.bars.iter().map(|bar| bar.name.as_str()), &canvas);
        let labels_px =
            bars.bars.iter().map(|bar| width_px(&bar.label(format), size, Weight::SemiBold)).fold(0.0, f64::max);
        let scale = bars.scale(format);
        // Negative bars carry their label on the left, so both sides then keep room for one.
        let low = bars.bars.iter().filter_map(|bar| bar.value).fold(0.0, f64::min);
        let first = canvas.margin + names.px + size * 0.8 + if low < 0.0 { labels_px + size * 0.5 } else { 0.0 };
        let last = canvas.width - canvas.margin - labels_px - size * 0.6;
        let high = bars.bars.iter().filter_map(|bar| bar.value).chain(bars.target).fold(0.0, f64::max);
        // Bars have labels instead of an axis, so the longest may use all the room.
        let tight = if high > low { Linear { from: low, to: high, ..scale } } else { scale };
        let lines = names.most_lines() as f64;
        Rows { names, height: size * (1.1 + 1.15 * lines), scale: tight.onto(first, last) }
    }
}

/// Draws name and bar; gives the label for later.
fn draw_bar(frame: &mut Frame, rows: &Rows, bar: &Bar, at: usize, y: f64, format: &Format) -> Element {
    let (canvas, theme) = (frame.canvas, frame.theme);
    let size = canvas.text;
    let middle = y + rows.height / 2.0;
    let ink = if is_no_member(&bar.name) { Paint::Quiet } else { Paint::Ink };
    rows.names.write(frame, at, canvas.margin + rows.names.px, middle, Anchor::End, ink);
    let (zero, end) = (rows.scale.at(0.0), rows.scale.at(bar.value.unwrap_or(0.0)));
    let thick = (size * 1.3).min(rows.height * 0.72);
    if (end - zero).abs() > 0.005 {
        let drawn = path(rounded(zero, end, middle - thick / 2.0, thick)).fill(theme, members::paint(&bar.name, 0));
        frame.marks.push(frame.linked(&[&bar.name], drawn));
    }
    let (x, anchor) = if end < zero { (end - size * 0.5, Anchor::End) } else { (end + size * 0.5, Anchor::Start) };
    let paint = if bar.value.is_some() { ink } else { Paint::Quiet };
    let label = text(x, middle + size * 0.35, size, anchor, &bar.label(format)).semi_bold().fill(theme, paint);
    label.rimmed(theme, size * 0.25)
}

/// A bar from `zero` to `end` whose far corners are rounded.
pub(super) fn rounded(zero: f64, end: f64, top: f64, thick: f64) -> String {
    let r = (thick * 0.18).min((end - zero).abs()) * (end - zero).signum();
    let (s, bottom) = (short, top + thick);
    let down = r.abs();
    format!(
        "M{} {}H{}Q{} {} {} {}V{}Q{} {} {} {}H{}Z",
        s(zero),
        s(top),
        s(end - r),
        s(end),
        s(top),
        s(end),
        s(top + down),
        s(bottom - down),
        s(end),
        s(bottom),
        s(end - r),
        s(bottom),
        s(zero)
    )
}

fn draw_target(frame: &mut Frame, scale: &Linear, target: f64, top: f64, bottom: f64, format: &Format) {
    let (canvas, theme) = (frame.canvas, frame.theme);
    let x = scale.at(target);
    let dash = format!("{} {}", short(canvas.stroke), short(canvas.stroke * 1.6));
    frame
        .marks
        .push(line(x, top, x, bottom).stroke(theme, Paint::Target, canvas.stroke * 0.7).set("stroke-dasharray", dash));
    let said =
        ellipsized(&(format.locale.target_of)(&format.short(target)), canvas.width / 2.0, canvas.text, Weight::Regular);
    let half = width_px(&said, canvas.text, Weight::Regular) / 2.0;
    let at = x.min(canvas.width - canvas.margin - half);
    frame.marks.push(text(at, top - canvas.text * 0.4, canvas.text, Anchor::Middle, &said).fill(theme, Paint::Quiet));
}
