//! Lines over time: gaps stay gaps, the running period is dashed, names stand at the line ends where they fit.

mod ends;

use self::ends::End;
use super::frame::{Frame, frame, highest, smallest_step, tick_label};
use super::members::{self, Cut, Drawn};
use super::{Chart, Facts, Format};
use crate::scale::{Linear, places};
use crate::svg::{Anchor, Element, Svg, line, path, text, through};
use crate::text::{Weight, width_px};
use crate::theme::{Paint, Size, Theme};
use crate::words;
use chrono::{Days, Months, NaiveDate};
use uptake_spec::answer::TargetStep;
use uptake_spec::{Grain, Problem, Range, Table, Value};

/// The most lines in one picture: with more, a reader cannot tell them apart.
const MOST: usize = 8;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lines {
    pub stops: Vec<Stop>,
    pub series: Vec<Series>,
    /// In force at each stop; empty without targets.
    pub targets: Vec<Option<f64>>,
    /// Series left out because there were too many.
    pub more: usize,
    /// The stops are periods of the answer, not rows of a query.
    pub periods: bool,
}

/// A place along the axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stop {
    pub day: Option<NaiveDate>,
    /// As the axis writes it.
    pub tick: String,
    /// As a sentence writes it.
    pub words: String,
    pub complete: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Series {
    /// Empty if it is the only one.
    pub name: String,
    /// One a stop.
    pub values: Vec<Option<f64>>,
}

/// # Errors
/// More than one column names members.
pub(super) fn fit_answer(facts: &Facts, format: &Format, cut: &Cut) -> Result<Lines, Problem> {
    let members = &cut.members[..];
    if let [first, second, ..] = members {
        let what = format!("a line cannot be cut by {first} and by {second} at once");
        return Err(Problem::new(facts.kind_place.clone(), what, "keep one of them, or use a table block"));
    }
    let table = &cut.table;
    let starts = every_start(table, format.grain);
    let running: Vec<Value> = rows_where(table, |row| table.value(row, "complete") == Value::Boolean(false))
        .map(|row| table.value(row, "period_start"))
        .collect();
    let stop = |day: &NaiveDate| Stop {
        day: Some(*day),
        tick: words::tick(*day, format.grain),
        words: words::period_in_words(*day, format.grain),
        complete: !running.contains(&Value::Date(*day)),
    };
    let stops: Vec<Stop> = starts.iter().map(stop).collect();
    // A split with one member needs no name.
    let is_alone = |names: &[String]| facts.answer.by.is_empty() && names.len() < 2;
    let column = members.first().filter(|column| !is_alone(&members::distinct(table, column)));
    let names = column.map_or(vec![String::new()], |column| members::distinct(table, column));
    let place = |row| starts.iter().position(|day| table.value(row, "period_start") == Value::Date(*day));
    let series = read_series(table, &names, column.map(String::as_str), "value", stops.len(), place);
    let targets = match facts.target {
        true => starts.iter().map(|day| in_force(&facts.answer.targets, *day)).collect(),
        false => vec![],
    };
    Ok(Lines { stops, series, targets, more: 0, periods: true }.without_the_smallest())
}

pub(super) fn fit_query(table: &Table, columns: &Drawn) -> Lines {
    let marks = members::distinct(table, &columns.x);
    let day = |mark: &str| {
        rows_where(table, |row| members::name(table.value(row, &columns.x)) == mark).find_map(|row| {
            match table.value(row, &columns.x) {
                Value::Date(day) => Some(day),
                _ => None,
            }
        })
    };
    let stop = |mark: &String| {
        let day = day(mark);
        Stop { day, tick: day.map_or(mark.clone(), words::day_month), words: mark.clone(), complete: true }
    };
    let stops: Vec<Stop> = marks.iter().map(stop).collect();
    let names = columns.series.as_ref().map_or(vec![String::new()], |column| members::distinct(table, column));
    let place = |row| marks.iter().position(|mark| *mark == members::name(table.value(row, &columns.x)));
    let series = read_series(table, &names, columns.series.as_deref(), &columns.y, stops.len(), place);
    Lines { stops, series, targets: vec![], more: 0, periods: false }.without_the_smallest()
}

/// Every period from the first to the last of the table, also those in which nobody has a row.
fn every_start(table: &Table, grain: Grain) -> Vec<NaiveDate> {
    let mut days: Vec<NaiveDate> = (0..table.rows())
        .filter_map(|row| match table.value(row, "period_start") {
            Value::Date(day) => Some(day),
            _ => None,
        })
        .collect();
    days.sort();
    days.dedup();
    let mut every: Vec<NaiveDate> = vec![];
    for day in days {
        while let Some(next) = every.last().map(|last| after(*last, grain)).filter(|next| *next < day) {
            every.push(next);
        }
        every.push(day);
    }
    every
}

fn after(day: NaiveDate, grain: Grain) -> NaiveDate {
    match grain {
        Grain::Day => day + Days::new(1),
        Grain::Week => day + Days::new(7),
        Grain::Month => day + Months::new(1),
        Grain::Quarter => day + Months::new(3),
    }
}

fn rows_where(table: &Table, keep: impl Fn(usize) -> bool) -> impl Iterator<Item = usize> {
    (0..table.rows()).filter(move |row| keep(*row))
}

fn read_series(
    table: &Table,
    names: &[String],
    by: Option<&str>,
    value: &str,
    stops: usize,
    place: impl Fn(usize) -> Option<usize>,
) -> Vec<Series> {
    let mut series: Vec<Series> =
        names.iter().map(|name| Series { name: name.clone(), values: vec![None; stops] }).collect();
    for row in 0..table.rows() {
        let member = by.map_or(String::new(), |column| members::name(table.value(row, column)));
        let found = series.iter_mut().find(|s| s.name == member);
        if let (Some(series), Some(stop)) = (found, place(row)) {
            series.values[stop] = table.value(row, value).number().filter(|n| n.is_finite());
        }
    }
    series
}

fn in_force(targets: &[TargetStep], day: NaiveDate) -> Option<f64> {
    let holds = |step: &&TargetStep| step.from <= day && step.to.is_none_or(|to| day <= to);
    // The step that begins last wins where two overlap.
    targets.iter().filter(holds).max_by_key(|step| step.from).map(|step| step.target)
}

impl Lines {
    /// With more than [`MOST`] series the largest by their newest value stay, one fewer, so that "and 3 more" is true.
    fn without_the_smallest(mut self) -> Lines {
        if self.series.len() <= MOST {
            return self;
        }
        let newest: Vec<f64> =
            self.series.iter().map(|s| self.newest(s).map_or(f64::MIN, |(_, value)| value)).collect();
        let mut order: Vec<usize> = (0..self.series.len()).collect();
        order.sort_by(|a, b| newest[*b].total_cmp(&newest[*a]).then(a.cmp(b)));
        let kept = &order[..MOST - 1];
        self.more = self.series.len() - kept.len();
        let all = std::mem::take(&mut self.series).into_iter().enumerate();
        self.series = all.filter(|(at, _)| kept.contains(at)).map(|(_, series)| series).collect();
        self
    }

    /// The newest value of a complete period, with its stop.
    pub fn newest(&self, series: &Series) -> Option<(usize, f64)> {
        let values = series.values.iter().enumerate().rev();
        values.filter(|(at, _)| self.stops[*at].complete).find_map(|(at, value)| value.map(|value| (at, value)))
    }

    pub fn is_empty(&self) -> bool {
        self.series.iter().all(|series| series.values.iter().all(Option::is_none))
    }

    pub fn subtitle(&self, format: &Format, range: Option<Range>) -> Vec<String> {
        let per = format!("{} per {}", format.unit_word(), format.grain.word());
        let unit = if self.periods { per } else { format.unit_word() };
        let mut parts = vec![unit];
        parts.extend(range.map(words::range));
        if self.stops.iter().any(|stop| !stop.complete) {
            parts.push(format!("dashed: the running {}", format.grain.word()));
        }
        if self.more > 0 {
            parts.push(format!("the {} largest, and {} more not drawn", self.series.len(), self.more));
        }
        parts
    }

    fn scale(&self, format: &Format, about: usize) -> Linear {
        let values = self.series.iter().flat_map(|s| s.values.iter().flatten());
        let all = values.chain(self.targets.iter().flatten()).copied();
        Linear::around_zero(all, about, smallest_step(format.unit), highest(format.unit))
    }
}

pub(super) fn draw(chart: &Chart, lines: &Lines, size: Size, theme: &Theme) -> Svg {
    let mut frame = frame(chart, size, theme);
    if lines.is_empty() {
        return frame.finish_empty(chart);
    }
    let canvas = frame.canvas;
    // A line that is alone needs no name: its value stands at its mark.
    let (alone, ends): (Vec<End>, Vec<End>) = ends::of(lines, &chart.format).into_iter().partition(End::is_alone);
    let beside_px = ends::room_beside(&ends, &canvas);
    if beside_px.is_none() {
        ends::legend(&mut frame, &ends);
    }
    let foot = canvas.text * 2.6 + canvas.margin;
    let least_plot = if canvas.is_narrow() { canvas.width * 0.5 } else { canvas.width * 0.33 };
    let bottom = (canvas.height - foot).max(frame.top + least_plot);
    let scale = lines.scale(&chart.format, 5).onto(bottom, frame.top + canvas.text * 0.5);
    let right = canvas.width - canvas.margin - beside_px.unwrap_or(canvas.text);
    let left = value_axis(&mut frame, &scale, &chart.format, right);
    let days: Vec<Option<NaiveDate>> = lines.stops.iter().map(|stop| stop.day).collect();
    let xs = places(&days, left + canvas.text * 0.6, right);
    stop_axis(&mut frame, lines, &xs, bottom);
    frame.marks.extend(target_line(lines, &xs, &scale, theme, canvas.stroke));
    for (at, series) in lines.series.iter().enumerate() {
        frame.marks.extend(series_lines(lines, series, &xs, &scale, theme, at, canvas.stroke));
    }
    for (at, series) in lines.series.iter().enumerate() {
        frame.marks.extend(
            lines.newest(series).map(|(stop, value)| ends::mark(xs[stop], scale.at(value), at, &canvas, theme)),
        );
    }
    if beside_px.is_some() {
        ends::beside(&mut frame, &ends, &scale, right, bottom);
    }
    let newest = lines.series.first().and_then(|series| lines.newest(series));
    if let (Some(end), Some((stop, value))) = (alone.first(), newest) {
        ends::above(&mut frame, end, xs[stop], scale.at(value));
    }
    frame.finish(chart, bottom + foot)
}

/// Draws grid and values; gives where the plot begins.
fn value_axis(frame: &mut Frame, scale: &Linear, format: &Format, right: f64) -> f64 {
    let (size, theme) = (frame.canvas.text, frame.theme);
    let labels: Vec<String> = scale.ticks.iter().map(|tick| tick_label(*tick, scale.step, format)).collect();
    let widest = labels.iter().map(|label| width_px(label, size, Weight::Regular)).fold(0.0, f64::max);
    let left = frame.canvas.margin + widest + size * 0.6;
    for (tick, label) in scale.ticks.iter().zip(&labels) {
        let y = scale.at(*tick);
        let paint = if tick.abs() < scale.step / 2.0 { Paint::Axis } else { Paint::Grid };
        frame.marks.push(line(left, y, right, y).stroke(theme, paint, size / 12.0));
        let x = left - size * 0.5;
        frame.marks.push(text(x, y + size * 0.35, size, Anchor::End, label).fill(theme, Paint::Quiet));
    }
    left
}

/// Writes as many stops below the axis as fit, the first of each year with the year.
fn stop_axis(frame: &mut Frame, lines: &Lines, xs: &[f64], bottom: f64) {
    let (size, theme) = (frame.canvas.text, frame.theme);
    let room = frame.canvas.width / 6.0;
    let labels: Vec<String> =
        lines.stops.iter().map(|stop| crate::text::ellipsized(&stop.tick, room, size, Weight::Regular)).collect();
    let widest = labels.iter().map(|label| width_px(label, size, Weight::Regular)).fold(0.0, f64::max) + size * 1.6;
    let apart = if xs.len() > 1 { (xs[xs.len() - 1] - xs[0]) / (xs.len() - 1) as f64 } else { widest };
    let every = (widest / apart.max(0.01)).ceil().max(1.0) as usize;
    let mut year = None;
    for (at, label) in labels.iter().enumerate().step_by(every) {
        let x = xs[at].min(frame.canvas.width - frame.canvas.margin - widest / 2.0 + size * 0.8);
        frame.marks.push(line(xs[at], bottom, xs[at], bottom + size * 0.3).stroke(theme, Paint::Axis, size / 12.0));
        let base = bottom + size * 1.4;
        frame.marks.push(
            text(x, base, size, Anchor::Middle, label)
                .fill(theme, Paint::Quiet)
                .with_title(label, &lines.stops[at].tick),
        );
        let this = lines.stops[at].day.map(|day| day.format("%Y").to_string());
        if this != year {
            let shown = this.clone().unwrap_or_default();
            frame.marks.push(text(x, base + size * 1.25, size, Anchor::Middle, &shown).fill(theme, Paint::Quiet));
            year = this;
        }
    }
}

/// A dashed staircase: each stop has its target half the way to its neighbours.
fn target_line(lines: &Lines, xs: &[f64], scale: &Linear, theme: &Theme, stroke: f64) -> Vec<Element> {
    let mut runs: Vec<Vec<(f64, f64)>> = vec![];
    let mut open = false;
    let last = xs.len().saturating_sub(1);
    for (at, target) in lines.targets.iter().enumerate() {
        let Some(target) = target else {
            open = false;
            continue;
        };
        let from = if at == 0 { xs[0] } else { (xs[at - 1] + xs[at]) / 2.0 };
        let to = if at == last { xs[last] } else { (xs[at] + xs[at + 1]) / 2.0 };
        if !open {
            runs.push(vec![]);
        }
        let run = runs.last_mut().expect("a run was opened");
        let y = scale.at(*target);
        // A level stretch is two points, however many stops it passes.
        match run.last_mut() {
            Some(end) if end.1 == y => end.0 = to,
            _ => run.extend([(from, y), (to, y)]),
        }
        open = true;
    }
    let drawn = |run: Vec<(f64, f64)>| {
        path(through(&run))
            .unfilled()
            .stroke(theme, Paint::Target, stroke * 0.7)
            .set("stroke-dasharray", dash(stroke, 1.0, 1.6))
    };
    runs.into_iter().map(drawn).collect()
}

fn dash(stroke: f64, on: f64, off: f64) -> String {
    format!("{} {}", crate::svg::short(stroke * on), crate::svg::short(stroke * off))
}

/// The unbroken runs of one series: solid through complete periods, dashed into a running one; a value alone is a dot.
fn series_lines(
    lines: &Lines,
    series: &Series,
    xs: &[f64],
    scale: &Linear,
    theme: &Theme,
    at: usize,
    stroke: f64,
) -> Vec<Element> {
    let mut drawn = vec![];
    let mut run: Vec<(f64, f64)> = vec![];
    let paint = Paint::Series(at);
    let mut end_run = |run: &mut Vec<(f64, f64)>| {
        match run[..] {
            [] => (),
            [(x, y)] => {
                drawn.push(crate::svg::element("circle").at("cx", x).at("cy", y).at("r", stroke).fill(theme, paint))
            }
            _ => drawn.push(joined(run, theme, paint, stroke)),
        }
        run.clear();
    };
    let mut dashed = vec![];
    for (stop, value) in series.values.iter().enumerate() {
        let Some(value) = value else {
            end_run(&mut run);
            continue;
        };
        let point = (xs[stop], scale.at(*value));
        if lines.stops[stop].complete {
            run.push(point);
            continue;
        }
        let from = run.last().copied().filter(|_| stop > 0 && series.values[stop - 1].is_some());
        end_run(&mut run);
        dashed.extend(
            from.map(|from| {
                joined(&[from, point], theme, paint, stroke).set("stroke-dasharray", dash(stroke, 2.2, 1.8))
            }),
        );
        let ring = crate::svg::element("circle").at("cx", point.0).at("cy", point.1).at("r", stroke * 1.1);
        dashed.push(ring.fill(theme, Paint::Paper).stroke(theme, paint, stroke * 0.6));
    }
    end_run(&mut run);
    drawn.into_iter().chain(dashed).collect()
}

fn joined(points: &[(f64, f64)], theme: &Theme, paint: Paint, stroke: f64) -> Element {
    path(through(points))
        .unfilled()
        .stroke(theme, paint, stroke)
        .set("stroke-linejoin", "round")
        .set("stroke-linecap", "round")
}
