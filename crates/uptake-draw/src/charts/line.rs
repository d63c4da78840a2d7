//! Lines over time: gaps stay gaps, the running period is dashed, names stand at the line ends where they fit.

use super::axes::{stop_axis, value_axis};
use super::control::{self, Judged};
use super::ends::{self, End, Key};
use super::frame::frame;
use super::members::{self, Drawn};
use super::reading::{Along, Drawing, Reading};
use super::stops::{self, Stop};
use super::{Chart, Facts, Format, Picture, remarks, summary, target_on};
use crate::grid::Beside;
use crate::scale::{Linear, places};
use crate::svg::{Element, dot, path, through};
use crate::theme::{Paint, Size, Theme};
use crate::words::{Words, sentence};
use uptake_spec::dashboard::Show;
use uptake_spec::project::Remark;
use uptake_spec::{Problem, Range, Table};

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
    /// What happened, where nothing is judged; see [`Lines::mark`].
    pub marks: Vec<Remark>,
    /// Of a line that is alone the values a year before, one a stop; empty where nobody asked.
    pub before: Vec<Option<f64>>,
    /// What is normal, behind a line that is alone; see [`Chart::judged`].
    pub judged: Option<Judged>,
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
pub(super) fn fit_answer(facts: &Facts, format: &Format, members: &[String]) -> Result<Lines, Problem> {
    if let [first, second, ..] = members {
        let what = format!("a line cannot be cut by {first} and by {second} at once");
        return Err(Problem::new(facts.kind_place.clone(), what, "keep one of them, or use a table block"));
    }
    let table = &facts.answer.table;
    let stops = stops::of_answer(table, format);
    // A split with one member needs no name.
    let is_alone = |names: &[String]| facts.answer.by.is_empty() && names.len() < 2;
    let column = members.first().filter(|column| !is_alone(&members::distinct(table, column, &format.locale)));
    let names = column.map_or(vec![String::new()], |column| members::distinct(table, column, &format.locale));
    let place = |row| stops::place(&stops, table, row);
    let series = read_series(table, &names, column.map(String::as_str), "value", stops.len(), place, &format.locale);
    let targets = match facts.target {
        true => stops.iter().map(|stop| target_on(&facts.answer.targets, stop.day?)).collect(),
        false => vec![],
    };
    Ok(Lines { targets, periods: true, ..Lines::of(stops, series) }.without_the_smallest())
}

pub(super) fn fit_query(table: &Table, columns: &Drawn, words: &Words) -> Lines {
    let stops = stops::of_query(table, &columns.x, words);
    let names = columns.series.as_ref().map_or(vec![String::new()], |column| members::distinct(table, column, words));
    let place = |row| stops.iter().position(|stop| stop.words == members::name(table.value(row, &columns.x), words));
    let series = read_series(table, &names, columns.series.as_deref(), &columns.y, stops.len(), place, words);
    Lines::of(stops, series).without_the_smallest()
}

pub(super) fn read_series(
    table: &Table,
    names: &[String],
    by: Option<&str>,
    value: &str,
    stops: usize,
    place: impl Fn(usize) -> Option<usize>,
    words: &Words,
) -> Vec<Series> {
    let mut series: Vec<Series> =
        names.iter().map(|name| Series { name: name.clone(), values: vec![None; stops] }).collect();
    for row in 0..table.rows() {
        let member = by.map_or(String::new(), |column| members::name(table.value(row, column), words));
        let found = series.iter_mut().find(|s| s.name == member);
        if let (Some(series), Some(stop)) = (found, place(row)) {
            series.values[stop] = table.value(row, value).number().filter(|n| n.is_finite());
        }
    }
    series
}

impl Lines {
    fn of(stops: Vec<Stop>, series: Vec<Series>) -> Lines {
        Lines { stops, series, targets: vec![], more: 0, periods: false, marks: vec![], before: vec![], judged: None }
    }

    /// Adds what happened; what stands there already is not told twice.
    pub fn mark(&mut self, remarks: &[Remark]) {
        let told = self.judged.as_mut().map_or(&mut self.marks, |judged| &mut judged.remarks);
        for remark in remarks {
            if !told.contains(remark) {
                told.push(remark.clone());
            }
        }
        told.sort_by_key(|remark| remark.d);
    }

    /// What stands as lines through the plot.
    pub fn happened(&self) -> &[Remark] {
        self.judged.as_ref().map_or(&self.marks, |judged| &judged.remarks)
    }

    pub fn beside(&self, format: &Format) -> Vec<Beside> {
        let before = self.stops.iter().zip(&self.before);
        let cells =
            before.filter_map(|(stop, value)| Some((stop.label(format, self.periods), format.figure((*value)?))));
        let before = Beside { heading: name_before(format), number: true, cells: cells.collect() };
        let mut beside = if self.before.is_empty() { vec![] } else { vec![before] };
        beside.extend(Beside::remarks(self.happened(), &self.stops, format, self.periods));
        beside
    }

    /// The value of the newest complete stop a year before it.
    fn newest_before(&self) -> Option<f64> {
        let (stop, _) = self.newest(self.series.first()?)?;
        self.before.get(stop).copied().flatten()
    }

    /// ` 52 weeks before: 61.0 %, +3.2 points since.`
    fn told_before(&self, format: &Format) -> String {
        if self.before.is_empty() {
            return String::new();
        }
        let name = name_before(format);
        let newest = self.series.first().and_then(|series| self.newest(series));
        match newest.zip(self.newest_before()) {
            Some(((_, now), then)) => {
                let change = format.locale.change(now - then, format.unit, Show::Usual);
                format!(" {}", (format.locale.then_and_since)(&name, &format.figure(then), &change))
            }
            None => format!(" {}.", format.locale.told(&name, format.locale.nothing)),
        }
    }

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

    /// With the limits of a line that is alone.
    fn judged(&self) -> Option<&Judged> {
        self.judged.as_ref().filter(|_| self.series.len() == 1)
    }

    fn scale(&self, format: &Format, about: usize) -> Linear {
        let values = self.series.iter().flat_map(|s| s.values.iter().flatten());
        let limits = self.judged().into_iter().flat_map(Judged::reach);
        let all =
            values.chain(self.targets.iter().flatten()).chain(self.before.iter().flatten()).copied().chain(limits);
        Linear::around_zero(all, about, format.smallest_step(), format.highest())
    }

    /// Who is who, and the newest target. A line that is alone and has no target needs no name: its value stands at its mark.
    fn ends(&self, format: &Format) -> Vec<End> {
        let end = |(at, series): (usize, &Series)| {
            let newest = self.newest(series);
            let height = newest.map(|(_, value)| value).or_else(|| series.values.iter().rev().find_map(|v| *v))?;
            let value = newest.map(|(_, value)| format.of_member(&series.name).short(value)).unwrap_or_default();
            let tick = || newest.map(|(stop, _)| self.stops[stop].tick.clone()).unwrap_or_default();
            let name = if series.name.is_empty() { tick() } else { series.name.clone() };
            Some(End { name, value, height, key: Key::Mark(at, members::paint(&series.name, at)) })
        };
        let target = self.targets.iter().rev().find_map(|target| *target);
        if self.is_alone() && target.is_none() && self.before.is_empty() {
            return vec![];
        }
        let mut ends: Vec<End> = self.series.iter().enumerate().filter_map(end).collect();
        ends.extend(self.newest_before().map(|before| End {
            name: name_before(format),
            value: format.short(before),
            height: before,
            key: Key::Before,
        }));
        ends.extend(target.map(|target| End {
            name: format.locale.target.into(),
            value: format.short(target),
            height: target,
            key: Key::Target,
        }));
        ends
    }

    fn is_alone(&self) -> bool {
        matches!(&self.series[..], [one] if one.name.is_empty())
    }
}

/// `52 weeks before`, as a heading.
fn name_before(format: &Format) -> String {
    sentence(format.locale.year_before(format.grain).name)
}

impl Picture for Lines {
    fn subtitle(&self, format: &Format, range: Option<Range>) -> Vec<String> {
        let unit = if self.periods { format.unit_per_grain() } else { format.unit_word() };
        let unit = summary::unit(unit, format.told_in_points(self.series.iter().map(|series| series.name.as_str())));
        let mut parts = vec![unit];
        parts.extend(range.map(|range| format.locale.range(range)));
        if self.stops.iter().any(|stop| !stop.complete) {
            parts.push(format.locale.dashed[format.grain as usize].into());
        }
        if !self.before.is_empty() {
            parts.push((format.locale.grey)(format.locale.year_before(format.grain).name));
        }
        parts.extend(self.judged().map(|judged| judged.told(format)));
        if self.more > 0 {
            parts.push((format.locale.largest_of)(self.series.len(), self.more));
        }
        parts
    }

    fn summary(&self, format: &Format) -> String {
        let judged = match self.judged() {
            Some(judged) => judged.summary(self, &format.locale),
            None => remarks::summary(self.happened(), &self.stops, &format.locale),
        };
        format!("{}{}{judged}", summary::of_lines(self, format), self.told_before(format))
    }

    fn draw(&self, chart: &Chart, size: Size, theme: &Theme) -> Drawing {
        draw(chart, self, size, theme)
    }

    fn reading(&self, format: &Format) -> Option<Reading> {
        let series = self.series.iter().enumerate();
        let told = series.fold(Reading::of(&self.stops, format), |told, (at, series)| {
            told.with_member(&series.name, at, &series.values, format)
        });
        let told = match self.targets.is_empty() {
            true => told,
            false => told.with(format.locale.target, Paint::Target, &self.targets, format),
        };
        let told = match self.before.is_empty() {
            true => told,
            false => told.with(&name_before(format), Paint::Muted, &self.before, format),
        };
        let told = match self.judged() {
            None => told,
            Some(judged) => told.with_normal(judged, &self.stops, format),
        };
        Some(told.with_happened(self.happened(), &self.stops, &format.locale))
    }

    fn members(&self) -> Vec<Vec<String>> {
        self.series.iter().filter(|s| !s.name.is_empty()).map(|s| vec![s.name.clone()]).collect()
    }
}

fn draw(chart: &Chart, lines: &Lines, size: Size, theme: &Theme) -> Drawing {
    let mut frame = frame(chart, size, theme);
    if lines.is_empty() {
        return frame.finish_empty(chart);
    }
    let canvas = frame.canvas;
    let ends = lines.ends(&chart.format);
    let beside_px = ends::room_beside(&ends, &canvas);
    if beside_px.is_none() {
        ends::legend(&mut frame, &ends);
    }
    let foot = canvas.text * 2.6 + canvas.margin;
    let bottom = frame.bottom(foot);
    let happened = lines.happened();
    let top = frame.top + canvas.text * 0.5 + remarks::strip_px(happened, &canvas);
    let scale = lines.scale(&chart.format, 5).onto(bottom, top);
    let right = canvas.right() - beside_px.unwrap_or(canvas.text);
    // The band lies behind the grid, whose place is known only once its values are written.
    let behind = frame.marks.len();
    let left = value_axis(&mut frame, &scale, &chart.format, right);
    let moments: Vec<Option<f64>> = lines.stops.iter().map(Stop::moment).collect();
    let xs = places(&moments, left + canvas.text * 0.6, right);
    if let Some(judged) = lines.judged() {
        let band = control::band(judged, &lines.stops, &xs, &scale, theme, &canvas);
        frame.marks.splice(behind..behind, band);
    }
    stop_axis(&mut frame, &lines.stops, &xs, bottom);
    remarks::draw(&mut frame, happened, &lines.stops, &xs, (top, bottom), &chart.format.locale);
    frame.marks.extend(line_before(lines, &xs, &scale, theme, canvas.stroke));
    frame.marks.extend(target_line(lines, &xs, &scale, theme, canvas.stroke));
    for (at, series) in lines.series.iter().enumerate() {
        let drawn = series_lines(lines, series, &xs, &scale, theme, at, canvas.stroke);
        for mark in drawn {
            let mark = frame.linked(&[&series.name], mark);
            frame.marks.push(mark);
        }
    }
    for (at, series) in lines.series.iter().enumerate() {
        let paint = members::paint(&series.name, at);
        frame.marks.extend(
            lines.newest(series).map(|(stop, value)| ends::mark(xs[stop], scale.at(value), at, paint, &canvas, theme)),
        );
    }
    if let Some(judged) = lines.judged() {
        control::signals(&mut frame, judged, lines, &xs, &scale, top, &chart.format.locale);
    }
    if beside_px.is_some() {
        ends::beside(&mut frame, &ends, &scale, right, bottom);
    }
    let newest = lines.series.first().and_then(|series| Some((series, lines.newest(series)?)));
    if let (true, Some((series, (stop, value)))) = (ends.is_empty(), newest) {
        let before = stop.checked_sub(1).and_then(|before| series.values[before]).map(|value| scale.at(value));
        ends::alone(&mut frame, &chart.format.short(value), (xs[stop], scale.at(value)), before, bottom);
    }
    frame.along = Some(Along { top, bottom, xs });
    frame.finish(chart, bottom + foot)
}

/// The year before, thin and grey; a value without neighbours is a dot.
fn line_before(lines: &Lines, xs: &[f64], scale: &Linear, theme: &Theme, stroke: f64) -> Vec<Element> {
    let points: Vec<Option<(f64, f64)>> =
        lines.before.iter().zip(xs).map(|(value, x)| value.map(|value| (*x, scale.at(value)))).collect();
    let drawn = |run: &[Option<(f64, f64)>]| {
        let run: Vec<(f64, f64)> = run.iter().flatten().copied().collect();
        match run[..] {
            [] => None,
            [(x, y)] => Some(dot(x, y, stroke * 0.8).fill(theme, Paint::Muted)),
            _ => Some(joined(&run, theme, Paint::Muted, stroke * 0.7)),
        }
    };
    points.split(Option::is_none).filter_map(drawn).collect()
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

pub(super) fn dash(stroke: f64, on: f64, off: f64) -> String {
    format!("{} {}", crate::svg::short(stroke * on), crate::svg::short(stroke * off))
}

/// The unbroken runs of one series: solid through complete periods, dashed into a running one; a value alone is a dot.
pub(super) fn series_lines(
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
    let paint = members::paint(&series.name, at);
    let mut end_run = |run: &mut Vec<(f64, f64)>| {
        match run[..] {
            [] => (),
            [(x, y)] => drawn.push(dot(x, y, stroke).fill(theme, paint)),
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
        let ring = dot(point.0, point.1, stroke * 1.1);
        dashed.push(ring.fill(theme, Paint::Paper).stroke(theme, paint, stroke * 0.6));
    }
    end_run(&mut run);
    drawn.into_iter().chain(dashed).collect()
}

pub(super) fn joined(points: &[(f64, f64)], theme: &Theme, paint: Paint, stroke: f64) -> Element {
    path(through(points))
        .unfilled()
        .stroke(theme, paint, stroke)
        .set("stroke-linejoin", "round")
        .set("stroke-linecap", "round")
}
