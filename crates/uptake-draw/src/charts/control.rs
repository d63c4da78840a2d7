//! The XmR chart: one series, its centre and limits, and the points that are not normal. The band also lies behind lines.

use super::axes::{stop_axis, value_axis};
use super::ends::{self, End, Key};
use super::frame::{Frame, frame};
use super::line::{self, Lines};
use super::members::Drawn;
use super::reading::{Along, Drawing, Reading};
use super::remarks;
use super::rows::Asked;
use super::stops::Stop;
use super::{Chart, Facts, Format, Picture};
use crate::labels::Taken;
use crate::scale::{Linear, places};
use crate::svg::{Anchor, Element, dot, path, rect, text, through};
use crate::text::{Weight, width_px};
use crate::theme::{Canvas, Paint, Size, Theme};
use crate::words::{Words, sentence};
use chrono::NaiveDate;
use uptake_spec::project::Remark;
use uptake_spec::{Problem, Range, Table};

/// What is normal for the series of a chart, and which of its periods are not; for [`Chart::judged`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judged {
    /// In the order of time; empty while it is too early to say.
    pub limits: Vec<LimitStep>,
    /// Of the periods that are quiet or break a rule; all others may be left out.
    pub points: Vec<JudgedPoint>,
    /// What happened within the days of the chart, in the order of time.
    pub remarks: Vec<Remark>,
}

/// The limits that hold from the period that begins on `from` until the next begin; the first also before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LimitStep {
    pub from: NaiveDate,
    pub centre: f64,
    pub lower: f64,
    pub upper: f64,
    /// Of so few periods that they may still move: drawn dashed.
    pub provisional: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JudgedPoint {
    /// First day of its period.
    pub start: NaiveDate,
    /// Shown hollow, never judged.
    pub quiet: bool,
    pub signal: Option<Signal>,
}

/// The rule that a point breaks; on which side it does, its value says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Outside the limits.
    Outside,
    /// One of a run on one side of the centre.
    Run,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Control(pub Lines);

/// # Errors
/// A column names members.
pub(super) fn fit(facts: &Facts, format: &Format, members: &[String]) -> Result<Control, Problem> {
    if let Some(column) = members.first() {
        let what = format!("a control chart judges one series, and this block is cut by {column}");
        return Err(Problem::new(
            facts.kind_place.clone(),
            what,
            "leave \"by\" out and filter, or use type = \"line\"",
        ));
    }
    Ok(Control(line::fit_answer(facts, format, members)?))
}

/// # Errors
/// The block names a `series`.
pub(super) fn fit_query(table: &Table, columns: &Drawn, asked: &Asked) -> Result<Control, Problem> {
    match &columns.series {
        Some(series) => {
            let what = format!("a control chart judges one series, and this block is split by series = \"{series}\"");
            Err(asked.refuse(what, "leave the line out, or use type = \"line\""))
        }
        None => Ok(Control(line::fit_query(table, columns, &asked.format.locale))),
    }
}

impl Judged {
    /// Without the limits that hold at none of the stops.
    pub(super) fn within(mut self, stops: &[Stop]) -> Judged {
        let days: Vec<NaiveDate> = stops.iter().filter_map(|stop| stop.day).collect();
        let kept: Vec<LimitStep> =
            self.limits.iter().filter(|step| days.iter().any(|day| self.at(*day) == Some(step))).copied().collect();
        self.limits = kept;
        self
    }

    pub(super) fn at(&self, day: NaiveDate) -> Option<&LimitStep> {
        self.limits.iter().rev().find(|step| step.from <= day).or(self.limits.first())
    }

    fn point(&self, stop: &Stop) -> Option<&JudgedPoint> {
        self.points.iter().find(|point| Some(point.start) == stop.day)
    }

    /// What the axis must hold.
    pub(super) fn reach(&self) -> impl Iterator<Item = f64> {
        self.limits.iter().flat_map(|step| [step.lower, step.upper])
    }

    /// How to read the marks.
    pub(super) fn told(&self, format: &Format) -> String {
        let Some(last) = self.limits.last() else { return format.locale.too_early.into() };
        let words = &format.locale;
        let band = (words.band)(&format.short(last.lower), &format.short(last.upper));
        let provisional = if last.provisional { words.provisional } else { "" };
        let is_quiet = self.points.iter().any(|point| point.quiet);
        let quiet = if is_quiet { words.hollow[format.grain as usize] } else { "" };
        format!("{band}{provisional}{quiet}")
    }

    /// ` Outside what is normal: the week of 5 Oct 2026 (below).`
    pub(super) fn summary(&self, lines: &Lines, words: &Words) -> String {
        format!(" {}{}", self.verdicts(lines, words), remarks::summary(&self.remarks, &lines.stops, words))
    }

    fn verdicts(&self, lines: &Lines, words: &Words) -> String {
        if self.limits.is_empty() {
            return format!("{}.", sentence(words.too_early));
        }
        let told: Vec<String> = self
            .groups(lines)
            .into_iter()
            .map(|group| {
                let first = &lines.stops[group.stops[0]].words;
                let which = match group.stops.len() {
                    1 => first.clone(),
                    many => (words.many_from)(&many.to_string(), first),
                };
                format!("{which} ({})", group.side(words))
            })
            .collect();
        words.not_normal(&told)
    }

    /// Neighbours that break the same rule on the same side.
    fn groups(&self, lines: &Lines) -> Vec<Group> {
        let mut groups: Vec<Group> = vec![];
        let Some(series) = lines.series.first() else { return groups };
        for (at, (stop, value)) in lines.stops.iter().zip(&series.values).enumerate() {
            let Some((signal, value)) = self.point(stop).and_then(|point| point.signal).zip(*value) else { continue };
            let above = stop.day.and_then(|day| self.at(day)).is_some_and(|step| value > step.centre);
            let last = groups
                .last_mut()
                .filter(|g| (g.signal, g.above) == (signal, above) && g.stops.last() == Some(&(at - 1)));
            match last {
                Some(group) => group.stops.push(at),
                None => groups.push(Group { signal, above, stops: vec![at] }),
            }
        }
        groups
    }
}

struct Group {
    signal: Signal,
    above: bool,
    stops: Vec<usize>,
}

impl Group {
    fn side(&self, words: &Words) -> &'static str {
        words.above_below[usize::from(!self.above)]
    }

    fn told(&self, words: &Words) -> String {
        let side = self.side(words);
        match self.signal {
            Signal::Outside => side.into(),
            // Where the picture begins within a run, it does not show how long that is.
            Signal::Run if self.stops.first() == Some(&0) => (words.a_run)(side),
            Signal::Run => (words.in_a_row)(&self.stops.len().to_string(), side),
        }
    }
}

/// The band of what is normal with its edges, dashed where it is provisional, and the centre.
pub(super) fn band(
    judged: &Judged,
    stops: &[Stop],
    xs: &[f64],
    scale: &Linear,
    theme: &Theme,
    canvas: &Canvas,
) -> Vec<Element> {
    let mut drawn = vec![];
    let held: Vec<Option<&LimitStep>> = stops.iter().map(|stop| stop.day.and_then(|day| judged.at(day))).collect();
    let mut first = 0;
    for same in held.chunk_by(|a, b| a == b) {
        let last = first + same.len() - 1;
        let from = if first == 0 { xs[0] } else { (xs[first - 1] + xs[first]) / 2.0 };
        let to = if last + 1 == xs.len() { xs[last] } else { (xs[last] + xs[last + 1]) / 2.0 };
        first = last + 1;
        let Some(step) = same[0] else { continue };
        let (top, bottom, centre) = (scale.at(step.upper), scale.at(step.lower), scale.at(step.centre));
        drawn.push(rect(from, top, to - from, bottom - top).fill(theme, Paint::Band));
        for y in [top, bottom] {
            let edge = path(through(&[(from, y), (to, y)])).stroke(theme, Paint::Axis, canvas.hair());
            drawn.push(if step.provisional {
                edge.set("stroke-dasharray", line::dash(canvas.stroke, 1.6, 1.6))
            } else {
                edge
            });
        }
        drawn.push(path(through(&[(from, centre), (to, centre)])).stroke(theme, Paint::Axis, canvas.hair() * 1.6));
    }
    drawn
}

/// Marks what is not normal by shape and word, and makes quiet periods hollow.
pub(super) fn signals(
    frame: &mut Frame,
    judged: &Judged,
    lines: &Lines,
    xs: &[f64],
    scale: &Linear,
    top: f64,
    words: &Words,
) {
    let (canvas, theme) = (frame.canvas, frame.theme);
    let Some(series) = lines.series.first() else { return };
    let at = |stop: usize| series.values[stop].map(|value| (xs[stop], scale.at(value)));
    for (stop, point) in lines.stops.iter().enumerate().filter_map(|(at, stop)| judged.point(stop).map(|p| (at, p))) {
        if let Some((x, y)) = at(stop).filter(|_| point.quiet) {
            let ring = dot(x, y, canvas.stroke * 1.3).fill(theme, Paint::Paper);
            frame.marks.push(ring.stroke(theme, Paint::Series(0), canvas.stroke * 0.6));
        }
    }
    let mut taken = Taken::default();
    if !judged.remarks.is_empty() {
        taken.keep(0.0, 0.0, canvas.width, top - canvas.text * 0.5); // the words of the remarks
    }
    let left = xs.first().map_or(canvas.margin, |x| x - canvas.text * 0.4); // further left stand the words of the axis
    let points: Vec<(f64, f64)> = (0..xs.len()).filter_map(at).collect();
    for pair in points.windows(2) {
        let steps = ((pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1) / 4.0).ceil().max(1.0);
        for step in 0..=steps as usize {
            let along = step as f64 / steps;
            let (x, y) = (pair[0].0 + along * (pair[1].0 - pair[0].0), pair[0].1 + along * (pair[1].1 - pair[0].1));
            taken.keep(x - 1.0, y - 1.0, 2.0, 2.0);
        }
    }
    for group in judged.groups(lines) {
        let marked: Vec<(f64, f64)> = group.stops.iter().filter_map(|stop| at(*stop)).collect();
        for (x, y) in &marked {
            frame.marks.push(signal_mark(*x, *y, &group, &canvas, theme));
        }
        let words = group.told(words);
        let (wide, high) = (width_px(&words, canvas.text, Weight::SemiBold), canvas.text);
        // From the middle of a run outwards.
        let mut order: Vec<usize> = (0..marked.len()).collect();
        order.sort_by_key(|at| (2 * at + 1).abs_diff(marked.len()));
        let spots = order.into_iter().flat_map(|at| {
            let (x, y) = marked[at];
            let (over, under) = (y - high * 0.8 - high, y + high * 0.8);
            let near = if group.above { [over, under] } else { [under, over] };
            near.map(|top| ((x - wide / 2.0).min(canvas.right() - wide).max(left), top))
        });
        if let Some((x, top)) = spots.into_iter().find(|(x, top)| taken.is_free(*x, *top, wide, high)) {
            taken.keep(x, top, wide, high);
            let set = text(x, top + high * 0.82, canvas.text, Anchor::Start, &words).semi_bold();
            frame.marks.push(set.fill(theme, Paint::Ink).rimmed(theme, canvas.text * 0.25));
        }
    }
}

/// A triangle that points away from the centre for what is outside, a square for a run.
fn signal_mark(x: f64, y: f64, group: &Group, canvas: &Canvas, theme: &Theme) -> Element {
    let r = canvas.stroke * 2.4;
    let up = if group.above { -1.0 } else { 1.0 };
    let corners = match group.signal {
        Signal::Outside => vec![(0.0, 1.35 * up), (1.25, -0.9 * up), (-1.25, -0.9 * up)],
        Signal::Run => vec![(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)],
    };
    let points: Vec<(f64, f64)> = corners.iter().map(|(dx, dy)| (x + dx * r, y + dy * r)).collect();
    let shape = path(format!("{}Z", through(&points))).fill(theme, Paint::Series(1));
    shape.stroke(theme, Paint::Paper, canvas.stroke * 0.5)
}

impl Picture for Control {
    fn subtitle(&self, format: &Format, range: Option<Range>) -> Vec<String> {
        self.0.subtitle(format, range)
    }

    fn summary(&self, format: &Format) -> String {
        self.0.summary(format)
    }

    fn draw(&self, chart: &Chart, size: Size, theme: &Theme) -> Drawing {
        draw(chart, &self.0, size, theme)
    }

    fn reading(&self, format: &Format) -> Option<Reading> {
        self.0.reading(format)
    }
}

fn draw(chart: &Chart, lines: &Lines, size: Size, theme: &Theme) -> Drawing {
    let mut frame = frame(chart, size, theme);
    if lines.is_empty() {
        return frame.finish_empty(chart);
    }
    let (canvas, format) = (frame.canvas, &chart.format);
    let none = Judged::default();
    let judged = lines.judged.as_ref().unwrap_or(&none);
    let ends = limit_names(judged, format);
    let beside_px = ends::room_beside(&ends, &canvas);
    if beside_px.is_none() {
        ends::legend(&mut frame, &ends);
    }
    let foot = canvas.text * 2.6 + canvas.margin;
    let bottom = frame.bottom(foot);
    let values = lines.series.iter().flat_map(|s| s.values.iter().flatten()).copied().chain(judged.reach());
    let scale = Linear::around(values, 5, format.smallest_step(), format.highest());
    let top = frame.top + canvas.text * 0.5 + remarks::strip_px(lines.happened(), &canvas);
    let scale = scale.onto(bottom, top);
    let right = canvas.right() - beside_px.unwrap_or(canvas.text);
    let behind = frame.marks.len();
    let left = value_axis(&mut frame, &scale, format, right);
    let moments: Vec<Option<f64>> = lines.stops.iter().map(Stop::moment).collect();
    let xs = places(&moments, left + canvas.text * 0.6, right);
    frame.marks.splice(behind..behind, band(judged, &lines.stops, &xs, &scale, theme, &canvas));
    stop_axis(&mut frame, &lines.stops, &xs, bottom);
    remarks::draw(&mut frame, lines.happened(), &lines.stops, &xs, (top, bottom), &format.locale);
    for series in &lines.series {
        frame.marks.extend(line::series_lines(lines, series, &xs, &scale, theme, 0, canvas.stroke * 0.6));
        let complete = series.values.iter().enumerate().filter(|(at, _)| lines.stops[*at].complete);
        for (at, value) in complete.filter_map(|(at, value)| value.map(|value| (at, value))) {
            let told = format.locale.told(&lines.stops[at].words, &format.figure(value));
            frame
                .marks
                .push(dot(xs[at], scale.at(value), canvas.stroke * 1.25).fill(theme, Paint::Series(0)).told(&told));
        }
    }
    signals(&mut frame, judged, lines, &xs, &scale, top, &format.locale);
    if beside_px.is_some() {
        ends::beside(&mut frame, &ends, &scale, right, bottom);
    }
    frame.along = Some(Along { top, bottom, xs });
    frame.finish(chart, bottom + foot)
}

/// The newest limits, from top to bottom.
fn limit_names(judged: &Judged, format: &Format) -> Vec<End> {
    let Some(last) = judged.limits.last() else { return vec![] };
    let words = &format.locale;
    let limits = [(words.upper_limit, last.upper), (words.centre, last.centre), (words.lower_limit, last.lower)];
    let end =
        |(name, height): (&str, f64)| End { name: name.into(), value: format.short(height), height, key: Key::Limit };
    limits.map(end).into()
}
