//! A table to look at: members down, their newest periods across, with a small line and, where there is a target, a light.

use super::bar::is_few;
use super::frame::{Frame, frame};
use super::members::{self, Drawn};
use super::reading::Drawing;
use super::rows::{Asked, Cell, Rows};
use super::{Chart, Facts, Format, Picture, summary, target_on};
use crate::svg::{Anchor, Element, dot, line, path, rect, text, through};
use crate::text::{Weight, ellipsized, width_px};
use crate::theme::{Canvas, Paint, Size, Theme};
use crate::words::{Words, is_no_member};
use uptake_spec::kpi::Better;
use uptake_spec::{Problem, Range, Table};

/// More rows than this are a table of the page.
const MOST: usize = 40;
/// A value misses its target by less than this share of it: near.
const NEAR: f64 = 0.1;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scorecard {
    rows: Vec<Row>,
    /// Above the values: periods, or the members of a second column.
    heads: Vec<String>,
    /// The heads are periods: rows have a small line, a change and maybe a light.
    over_time: bool,
    target: Option<(f64, Better)>,
    period: Option<String>,
    more: usize,
}

#[derive(Debug, Clone, PartialEq)]
struct Row {
    name: String,
    /// One a head, oldest first.
    values: Vec<Option<f64>>,
    /// Of the newest value, where it is of few.
    few: Option<(f64, f64)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Light {
    Met,
    Near,
    Missed,
}

/// # Errors
/// More than two columns name members.
pub(super) fn fit_answer(facts: &Facts, format: &Format, members: &[String]) -> Result<Scorecard, Problem> {
    let rows = Rows::of_answer(facts.answer, members, format);
    let asked = Asked { kind: facts.kind, place: facts.kind_place, format };
    rows.want_columns(&asked, 0..=2, "a scorecard", "keep two of them, or use a table block")?;
    let day = rows.newest().and_then(|stop| rows.stops[stop].day).filter(|_| facts.target);
    let target = day.and_then(|day| target_on(&facts.answer.targets, day));
    let target = target.zip(Some(facts.answer.better)).filter(|(_, better)| *better != Better::Neither);
    let name = if rows.columns.is_empty() { facts.answer.title.as_str() } else { "" };
    Ok(of_rows(&rows, target, name, format))
}

/// `x` names the rows, or with dates the periods; `series` the columns, or with dates the rows.
pub(super) fn fit_query(table: &Table, columns: &Drawn, format: &Format) -> Scorecard {
    let name = format.locale.heading(&columns.y);
    of_rows(&Rows::of_query(table, columns, &format.locale), None, &name, format)
}

fn of_rows(rows: &Rows, target: Option<(f64, Better)>, alone: &str, format: &Format) -> Scorecard {
    let newest = rows.newest();
    let names = rows.columns.first().map_or(vec![alone.to_string()], |column| column.members.clone());
    let few = |cell: Option<Cell>| {
        let Cell { value, parts, .. } = cell?;
        parts.filter(|(part, whole)| is_few(*part, *whole, value, format.unit))
    };
    let crossed = newest.map_or(vec![], |stop| rows.crossed(stop));
    let over_time = rows.columns.len() < 2 && rows.stops.iter().all(|stop| stop.day.is_some());
    let (heads, values): (Vec<String>, Vec<Vec<Option<f64>>>) = if over_time {
        let kept: Vec<usize> =
            (0..rows.stops.len()).filter(|stop| newest.is_some_and(|newest| *stop <= newest)).collect();
        let series = rows.series();
        let values = series.iter().map(|values| kept.iter().map(|stop| values[*stop]).collect()).collect();
        (kept.iter().map(|stop| rows.stops[*stop].tick.clone()).collect(), values)
    } else {
        let heads = rows.columns.get(1).map_or(vec![String::new()], |column| column.members.clone());
        let values =
            crossed.iter().map(|cells| cells.iter().map(|cell| cell.and_then(|c| c.value)).collect()).collect();
        (heads, values)
    };
    let alphabetical = members::is_alphabetical(&names) && over_time;
    let mut found: Vec<Row> = vec![];
    for ((name, values), cells) in names.into_iter().zip(values).zip(&crossed) {
        found.push(Row { name, values, few: few(cells[0]).filter(|_| over_time) });
    }
    found.retain(|row| row.values.iter().any(Option::is_some));
    if alphabetical {
        let rank = |row: &Row| row.values.last().copied().flatten().unwrap_or(f64::NEG_INFINITY);
        found.sort_by(|a, b| rank(b).total_cmp(&rank(a)).then_with(|| a.name.cmp(&b.name)));
        // So few have no place among the others.
        found.sort_by_key(|row| row.few.is_some());
    }
    found.sort_by_key(|row| is_no_member(&row.name));
    let more = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    Scorecard {
        rows: found,
        heads,
        over_time,
        target: target.filter(|_| over_time),
        period: rows.words_of(newest),
        more,
    }
}

impl Row {
    fn newest(&self) -> Option<f64> {
        self.values.last().copied().flatten()
    }

    fn delta(&self) -> Option<f64> {
        let before = self.values.len().checked_sub(2).and_then(|at| self.values[at]);
        // A change among few is noise.
        self.newest().zip(before).map(|(now, then)| now - then).filter(|_| self.few.is_none())
    }
}

impl Light {
    fn of(value: f64, (target, better): (f64, Better)) -> Light {
        let missed_by = if better == Better::Down { value - target } else { target - value };
        match missed_by {
            by if by <= 0.0 => Light::Met,
            by if by <= NEAR * target.abs() => Light::Near,
            _ => Light::Missed,
        }
    }

    fn word(self, words: &Words) -> &'static str {
        match self {
            Light::Met => words.met,
            Light::Near => words.near,
            Light::Missed => words.missed,
        }
    }

    /// A disc, a triangle, a cross: they differ without their colours.
    fn mark(self, x: f64, y: f64, r: f64, theme: &Theme) -> Element {
        match self {
            Light::Met => dot(x, y, r).fill(theme, Paint::Good),
            Light::Near => {
                let corners = [(x, y - r * 1.1), (x + r * 1.1, y + r * 0.9), (x - r * 1.1, y + r * 0.9)];
                path(format!("{}Z", through(&corners))).fill(theme, Paint::Series(1))
            }
            Light::Missed => {
                let cross =
                    [through(&[(x - r, y - r), (x + r, y + r)]), through(&[(x - r, y + r), (x + r, y - r)])].concat();
                path(cross).unfilled().stroke(theme, Paint::Bad, r * 0.7)
            }
        }
    }
}

impl Scorecard {
    fn told_in_points(&self, format: &Format) -> Option<String> {
        format
            .told_in_points(self.rows.iter().map(|row| row.name.as_str()).chain(self.heads.iter().map(String::as_str)))
    }

    fn light(&self, row: &Row) -> Option<Light> {
        let value = row.newest().filter(|_| row.few.is_none())?;
        self.target.map(|target| Light::of(value, target))
    }
}

impl Picture for Scorecard {
    fn subtitle(&self, format: &Format, range: Option<Range>) -> Vec<String> {
        let mut parts = vec![summary::unit(format.unit_word(), self.told_in_points(format))];
        parts.extend(self.period.clone().or(range.map(|range| format.locale.range(range))));
        parts.extend(self.target.map(|(target, better)| {
            let told = if better == Better::Down { format.locale.at_most } else { format.locale.at_least };
            told(&format.short(target))
        }));
        if self.more > 0 {
            parts.push((format.locale.first_of)(MOST, self.more));
        }
        parts
    }

    fn summary(&self, format: &Format) -> String {
        let known: Vec<(String, f64)> = match self.over_time {
            true => self.rows.iter().filter_map(|row| Some((row.name.clone(), row.newest()?))).collect(),
            false => {
                let cell = |row: &Row, at: usize| {
                    Some(([&row.name, &self.heads[at]].map(String::as_str).join(", "), row.values[at]?))
                };
                self.rows.iter().flat_map(|row| (0..self.heads.len()).filter_map(move |at| cell(row, at))).collect()
            }
        };
        if known.is_empty() {
            return format.locale.no_data.into();
        }
        let words = &format.locale;
        let lights: Vec<Light> = self.rows.iter().filter_map(|row| self.light(row)).collect();
        let met = lights.iter().filter(|light| **light == Light::Met).count();
        let met = match self.target {
            Some(_) => {
                let told = (words.met_the_target)(&words.of(met as f64, lights.len() as f64));
                format!("{}{told}", words.semicolon)
            }
            None => String::new(),
        };
        summary::of_period(self.period.as_deref(), &format!("{}{met}", summary::extremes(known, format)), format)
    }

    fn draw(&self, chart: &Chart, size: Size, theme: &Theme) -> Drawing {
        let frame = frame(chart, size, theme);
        match self.rows.is_empty() {
            true => frame.finish_empty(chart),
            false => draw(chart, self, frame),
        }
    }

    fn members(&self) -> Vec<Vec<String>> {
        self.rows.iter().map(|row| vec![row.name.clone()]).collect()
    }
}

/// Where each part of a row stands.
struct Layout {
    names_px: f64,
    /// From and to of the small lines; nothing without time.
    spark: Option<(f64, f64)>,
    /// Which values are written, and each one's right edge.
    values: Vec<(usize, f64)>,
    change: Option<f64>,
    light: Option<f64>,
}

impl Layout {
    fn of(card: &Scorecard, canvas: &Canvas, format: &Format) -> Layout {
        let size = canvas.text;
        let words = &format.locale;
        let label = |row: &Row, at: usize| label(card, row, at, format);
        let widest = |at: usize| {
            let head = width_px(&card.heads[at], size, Weight::Regular);
            let cells = card.rows.iter().map(|row| width_px(&label(row, at), size, Weight::SemiBold));
            cells.fold(head, f64::max).min(canvas.room() * 0.25) + size * 1.3
        };
        let longest = card.rows.iter().map(|row| width_px(&row.name, size, Weight::Regular)).fold(0.0, f64::max);
        let names_px = longest.min(canvas.room() * if canvas.is_narrow() { 0.34 } else { 0.3 });
        let mut right = canvas.right();
        let light = card.target.map(|_| {
            right -= [words.met, words.near, words.missed]
                .map(|word| width_px(word, size, Weight::Regular))
                .into_iter()
                .fold(0.0, f64::max)
                + size * 2.7;
            right + size * 1.4
        });
        let change = card.over_time.then(|| {
            let deltas = card.rows.iter().filter_map(Row::delta).map(|delta| format.short_change(delta));
            let wide = deltas
                .map(|words| width_px(&words, size, Weight::Regular))
                .fold(width_px(words.change, size, Weight::Regular), f64::max);
            let at = right;
            right -= wide + size * 1.2;
            at
        });
        let spark_px = if card.over_time { canvas.room() * if canvas.is_narrow() { 0.14 } else { 0.2 } } else { 0.0 };
        let left = canvas.margin + names_px + size + if spark_px > 0.0 { spark_px + size } else { 0.0 };
        let most = match canvas.width {
            _ if !card.over_time => usize::MAX,
            wide if wide > 800.0 => 8,
            _ if canvas.is_narrow() => 1,
            _ => 4,
        };
        let mut values = vec![];
        // A table over time keeps its newest values, one of members its first.
        let order: Vec<usize> =
            if card.over_time { (0..card.heads.len()).rev().collect() } else { (0..card.heads.len()).collect() };
        let mut room = right - left;
        for at in order.into_iter().take(most) {
            if room < widest(at) && !values.is_empty() {
                break;
            }
            room -= widest(at);
            values.push((at, widest(at)));
        }
        values.sort_by_key(|(at, _)| *at);
        let mut edge = right;
        let mut placed: Vec<(usize, f64)> = values
            .into_iter()
            .rev()
            .map(|(at, wide)| {
                let here = edge;
                edge -= wide;
                (at, here)
            })
            .collect();
        placed.reverse();
        let spark = card.over_time.then(|| {
            (canvas.margin + names_px + size, (canvas.margin + names_px + size + spark_px).min(edge - size * 0.4))
        });
        Layout { names_px, spark: spark.filter(|(from, to)| to - from > size), values: placed, change, light }
    }
}

fn label(card: &Scorecard, row: &Row, at: usize, format: &Format) -> String {
    match (row.values[at], row.few) {
        (None, _) => "–".into(),
        (Some(_), Some((part, whole))) if card.over_time && at + 1 == row.values.len() => format.locale.of(part, whole),
        (Some(value), _) => format.of_member(if card.over_time { &row.name } else { &card.heads[at] }).short(value),
    }
}

fn draw(chart: &Chart, card: &Scorecard, mut frame: Frame) -> Drawing {
    let (canvas, theme, format) = (frame.canvas, frame.theme, &chart.format);
    let size = canvas.text;
    let layout = Layout::of(card, &canvas, format);
    let row_px = size * 2.2;
    let mut y = frame.top;
    let head = |x: f64, words: &str, anchor| text(x, y + size * 0.4, size, anchor, words).fill(theme, Paint::Quiet);
    let mut heads: Vec<Element> = layout
        .values
        .iter()
        .map(|(at, x)| {
            head(*x, &ellipsized(&card.heads[*at], canvas.room() * 0.25, size, Weight::Regular), Anchor::End)
        })
        .collect();
    heads.extend(layout.change.map(|x| head(x, format.locale.change, Anchor::End)));
    heads.extend(layout.light.map(|x| head(x, format.locale.target_heading, Anchor::Start)));
    frame.marks.extend(heads);
    y += size * 1.0;
    frame.marks.push(line(canvas.margin, y, canvas.right(), y).stroke(theme, Paint::Axis, canvas.hair()));
    for row in &card.rows {
        draw_row(&mut frame, card, row, &layout, y + row_px / 2.0, format);
        y += row_px;
        frame.marks.push(line(canvas.margin, y, canvas.right(), y).stroke(theme, Paint::Grid, canvas.hair()));
    }
    let dropped = card.heads.len() - layout.values.len();
    if !card.over_time && dropped > 0 {
        let said = (format.locale.more_columns)(dropped);
        y += size * 1.5;
        frame.marks.push(text(canvas.margin, y, size, Anchor::Start, &said).fill(theme, Paint::Quiet));
    }
    frame.finish(chart, y + canvas.margin)
}

fn draw_row(frame: &mut Frame, card: &Scorecard, row: &Row, layout: &Layout, middle: f64, format: &Format) {
    let (canvas, theme, size) = (frame.canvas, frame.theme, frame.canvas.text);
    let base = middle + size * 0.35;
    let ink = if is_no_member(&row.name) { Paint::Quiet } else { Paint::Ink };
    let name = ellipsized(&row.name, layout.names_px, size, Weight::Regular);
    let set = text(canvas.margin, base, size, Anchor::Start, &name).fill(theme, ink).with_title(&name, &row.name);
    let set = frame.linked(&[&row.name], set);
    frame.marks.push(set);
    if let Some(across) = layout.spark {
        frame.marks.extend(spark(card, row, across, middle, &canvas, theme));
    }
    for (at, x) in &layout.values {
        let set = text(*x, base, size, Anchor::End, &label(card, row, *at, format));
        let newest = !card.over_time || at + 1 == row.values.len();
        let set = if newest && card.over_time { set.semi_bold() } else { set };
        frame.marks.push(set.fill(theme, if newest && row.values[*at].is_some() { ink } else { Paint::Quiet }));
    }
    if let (Some(x), Some(delta)) = (layout.change, row.delta()) {
        frame.marks.push(text(x, base, size, Anchor::End, &format.short_change(delta)).fill(theme, Paint::Quiet));
    }
    if let (Some(x), Some(light)) = (layout.light, card.light(row)) {
        frame.marks.push(light.mark(x + size * 0.45, middle, size * 0.38, theme));
        frame
            .marks
            .push(text(x + size * 1.3, base, size, Anchor::Start, light.word(&format.locale)).fill(theme, Paint::Ink));
    }
}

/// All periods as a small line, each row on its own scale: a shape. The target, where there is one, is a hair.
fn spark(
    card: &Scorecard,
    row: &Row,
    (left, right): (f64, f64),
    middle: f64,
    canvas: &Canvas,
    theme: &Theme,
) -> Vec<Element> {
    let known = row.values.iter().flatten().copied();
    if known.clone().count() < 2 {
        return vec![];
    }
    let (low, high) = known.fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
    let half = canvas.text * 0.7;
    let y = |value: f64| if high > low { middle + half - (value - low) / (high - low) * 2.0 * half } else { middle };
    let step = (right - left) / (row.values.len() - 1) as f64;
    let points: Vec<Option<(f64, f64)>> = row
        .values
        .iter()
        .enumerate()
        .map(|(at, value)| value.map(|value| (left + at as f64 * step, y(value))))
        .collect();
    let mut drawn = vec![];
    let paint = members::paint(&row.name, 0);
    if let Some((target, _)) = card.target.filter(|(target, _)| (low..=high).contains(target)) {
        drawn.push(rect(left, y(target) - canvas.hair() / 2.0, right - left, canvas.hair()).fill(theme, Paint::Axis));
    }
    for run in points.split(Option::is_none).map(|run| run.iter().flatten().copied().collect::<Vec<_>>()) {
        let thin =
            || path(through(&run)).unfilled().stroke(theme, paint, canvas.stroke * 0.7).set("stroke-linejoin", "round");
        drawn.extend((run.len() > 1).then(thin));
    }
    if let Some((x, y)) = points.last().copied().flatten() {
        drawn.push(dot(x, y, canvas.stroke * 1.1).fill(theme, paint));
    }
    drawn
}
