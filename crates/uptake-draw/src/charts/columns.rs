//! Bars of several series, stacked or side by side: upright along the time, lying by member.

use super::axes::{stop_axis, value_axis};
use super::bar::rounded;
use super::ends::{self, End, Key};
use super::frame::{Frame, frame};
use super::members;
use super::names::Names;
use super::reading::{Along, Drawing, Reading};
use super::rows::{Asked, Rows};
use super::stops::Stop;
use super::{Chart, Format, Picture, summary};
use crate::scale::Linear;
use crate::svg::{Anchor, Element, line, path, rect, text};
use crate::text::{Weight, width_px};
use crate::theme::{Paint, Size, Theme};
use crate::words::is_no_member;
use uptake_spec::{Problem, Range};

/// More series than this cannot be told apart.
pub(super) const MOST_SERIES: usize = 8;
/// More groups by member than this are a table.
const MOST_GROUPS: usize = 24;
/// What is less is written as 0, and a bar without a height is none.
const LEAST_PX: f64 = 0.005;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Stacked,
    Grouped,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Columns {
    way: Way,
    /// One name, maybe empty, a series.
    series: Vec<String>,
    groups: Vec<Group>,
    /// Upright bars; empty if the groups are members.
    stops: Vec<Stop>,
    /// `the week of 12 Oct 2026`, of groups that are members.
    period: Option<String>,
    /// Told at the end of the subtitle.
    left_out: Option<String>,
    /// The last series is what the smallest make together.
    others: bool,
    periods: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Group {
    name: String,
    /// One a series.
    values: Vec<Option<f64>>,
    complete: bool,
}

/// # Errors
/// More than two columns name members, or values are to be stacked that do not add up.
pub(super) fn fit(rows: &Rows, asked: &Asked, way: Way) -> Result<Columns, Problem> {
    let dated = !rows.periods && rows.stops.iter().all(|stop| stop.day.is_some());
    let hint = "keep by = \"…\" short, or use a table block";
    let noun = if way == Way::Stacked { "a stacked bar" } else { "a grouped bar" };
    rows.want_columns(asked, 0..=2, noun, hint)?;
    if way == Way::Stacked {
        rows.want_sums(asked, "a stacked bar")?;
    }
    let upright = rows.columns.len() < 2 && (rows.periods || dated);
    let columns = if upright { along_the_time(rows, way) } else { by_member(rows, way, asked.format) };
    Ok(columns.with_few_series(asked.format))
}

fn along_the_time(rows: &Rows, way: Way) -> Columns {
    let series = rows.columns.first().map_or(vec![String::new()], |column| column.members.clone());
    let values = rows.series();
    let group = |(at, stop): (usize, &Stop)| Group {
        name: stop.words.clone(),
        values: values.iter().map(|values| values[at]).collect(),
        complete: stop.complete,
    };
    let groups = rows.stops.iter().enumerate().map(group).collect();
    Columns {
        way,
        series,
        groups,
        stops: rows.stops.clone(),
        period: None,
        left_out: None,
        others: false,
        periods: rows.periods,
    }
}

fn by_member(rows: &Rows, way: Way, format: &Format) -> Columns {
    let newest = rows.newest();
    let crossed = newest.map_or(vec![], |stop| rows.crossed(stop));
    let series = rows.columns.get(1).map_or(vec![String::new()], |column| column.members.clone());
    let names = rows.columns.first().map_or(&[][..], |column| &column.members);
    let group = |(name, cells): (&String, &Vec<Option<super::rows::Cell>>)| Group {
        name: name.clone(),
        values: cells.iter().map(|cell| cell.and_then(|cell| cell.value)).collect(),
        complete: true,
    };
    let mut groups: Vec<Group> = names.iter().zip(&crossed).map(group).collect();
    groups.retain(|group| group.values.iter().any(Option::is_some));
    if members::is_alphabetical(names) && rows.periods {
        groups.sort_by(|a, b| b.rank(way).total_cmp(&a.rank(way)));
    }
    groups.sort_by_key(|group| is_no_member(&group.name));
    let more = groups.len().saturating_sub(MOST_GROUPS);
    groups.truncate(MOST_GROUPS);
    let left_out = (more > 0).then(|| (format.locale.first_of)(MOST_GROUPS, more));
    Columns {
        way,
        series,
        groups,
        stops: vec![],
        period: rows.words_of(newest),
        left_out,
        others: false,
        periods: rows.periods,
    }
}

impl Group {
    fn total(&self) -> f64 {
        self.values.iter().flatten().sum()
    }

    fn rank(&self, way: Way) -> f64 {
        match way {
            Way::Stacked => self.total(),
            Way::Grouped => self.values.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max),
        }
    }
}

impl Columns {
    /// What is stacked adds up, so the smallest become one "others"; what stands side by side does not, and they are left out.
    fn with_few_series(mut self, format: &Format) -> Columns {
        if self.series.len() <= MOST_SERIES {
            return self;
        }
        let size = |at: usize| self.groups.iter().filter_map(|group| group.values[at]).map(f64::abs).sum::<f64>();
        let mut order: Vec<usize> = (0..self.series.len()).collect();
        order.sort_by(|a, b| size(*b).total_cmp(&size(*a)).then(a.cmp(b)));
        let mut kept = order[..MOST_SERIES - 1].to_vec();
        kept.sort_unstable();
        let folded = self.series.len() - kept.len();
        let others = |values: &[Option<f64>]| {
            let rest = values.iter().enumerate().filter(|(at, _)| !kept.contains(at)).filter_map(|(_, value)| *value);
            rest.fold(None, |sum, value| Some(sum.unwrap_or(0.0) + value))
        };
        for group in &mut self.groups {
            let rest = others(&group.values);
            group.values = kept.iter().map(|at| group.values[*at]).collect();
            group.values.extend((self.way == Way::Stacked).then_some(rest));
        }
        self.series = kept.iter().map(|at| self.series[*at].clone()).collect();
        match self.way {
            Way::Stacked => {
                self.series.push((format.locale.others)(folded));
                self.others = true;
            }
            Way::Grouped => self.left_out = Some((format.locale.largest_of)(kept.len(), folded)),
        }
        self
    }

    fn paint(&self, series: usize) -> Paint {
        paint(&self.series[series], series, self.others && series + 1 == self.series.len())
    }

    /// The lower and the upper end of each group.
    fn reach(&self) -> impl Iterator<Item = f64> {
        let ends = |group| self.bars(group).into_iter().flat_map(|(_, from, to, _)| [from, to]);
        self.groups.iter().flat_map(ends)
    }

    /// Each bar of a group: its series, from and to in the chart's unit, and its slot among `slots`.
    fn bars(&self, group: &Group) -> Vec<(usize, f64, f64, usize)> {
        let (mut up, mut down) = (0.0, 0.0);
        let mut bars = vec![];
        for (at, value) in group.values.iter().enumerate().filter_map(|(at, value)| value.map(|value| (at, value))) {
            match self.way {
                Way::Grouped => bars.push((at, 0.0, value, at)),
                Way::Stacked => {
                    let from = if value < 0.0 { &mut down } else { &mut up };
                    bars.push((at, *from, *from + value, 0));
                    *from += value;
                }
            }
        }
        bars
    }

    fn slots(&self) -> usize {
        if self.way == Way::Stacked { 1 } else { self.series.len() }
    }

    fn is_empty(&self) -> bool {
        self.groups.iter().all(|group| group.values.iter().all(Option::is_none))
    }

    fn newest(&self) -> Option<&Group> {
        let known = |group: &&Group| group.values.iter().any(Option::is_some);
        self.groups.iter().rev().filter(known).find(|group| group.complete)
    }

    /// One a series: in an upright stack at the middle of its newest part.
    fn ends(&self, format: &Format) -> Vec<End> {
        if self.series.len() == 1 && self.series[0].is_empty() {
            return vec![];
        }
        let newest = self.newest().filter(|_| !self.stops.is_empty());
        let bars = newest.map_or(vec![], |group| self.bars(group));
        let end = |(at, name): (usize, &String)| {
            let found = bars.iter().find(|(series, ..)| *series == at);
            End {
                name: name.clone(),
                value: found.map_or(String::new(), |(_, from, to, _)| format.of_member(name).short(to - from)),
                height: found.map_or(0.0, |(_, from, to, _)| (from + to) / 2.0),
                key: Key::Swatch(self.paint(at)),
            }
        };
        self.series.iter().enumerate().map(end).collect()
    }
}

/// The colour of a part of a sum; those without a name of their own are muted.
pub(super) fn paint(name: &str, at: usize, is_others: bool) -> Paint {
    if is_others { Paint::Muted } else { members::paint(name, at) }
}

impl Picture for Columns {
    fn subtitle(&self, format: &Format, range: Option<Range>) -> Vec<String> {
        let upright = !self.stops.is_empty() && self.periods;
        let mut parts = vec![if upright { format.unit_per_grain() } else { format.unit_word() }];
        parts.extend(self.period.clone().or(range.map(|range| format.locale.range(range))));
        if self.groups.iter().any(|group| !group.complete) {
            parts.push(format.locale.pale[format.grain as usize].into());
        }
        parts.extend(self.left_out.clone());
        parts
    }

    fn summary(&self, format: &Format) -> String {
        let group = if self.stops.is_empty() { None } else { self.newest() };
        match (group, self.way) {
            _ if self.is_empty() => format.locale.no_data.into(),
            (Some(group), way) => {
                let named = self.series.iter().cloned().zip(group.values.iter().copied());
                let known = named.filter_map(|(name, value)| value.map(|value| (name, value))).collect();
                let total = match way {
                    Way::Stacked if self.series.len() > 1 => {
                        format!("{}, ", (format.locale.so_much_in_all)(&format.figure(group.total())))
                    }
                    _ => String::new(),
                };
                let told = format!("{total}{}", summary::extremes(known, format));
                summary::of_period(Some(&group.name), &told, format)
            }
            (None, Way::Stacked) => {
                let totals = self.groups.iter().map(|group| (group.name.clone(), group.total())).collect();
                summary::of_period(self.period.as_deref(), &summary::extremes(totals, format), format)
            }
            (None, Way::Grouped) => {
                let bar = |group: &Group, at: usize| {
                    let name = [&group.name, &self.series[at]].map(String::as_str).join(", ");
                    group.values[at].map(|value| (name.trim_end_matches(", ").to_string(), value))
                };
                let every =
                    self.groups.iter().flat_map(|group| (0..self.series.len()).filter_map(move |at| bar(group, at)));
                summary::of_period(self.period.as_deref(), &summary::extremes(every.collect(), format), format)
            }
        }
    }

    fn draw(&self, chart: &Chart, size: Size, theme: &Theme) -> Drawing {
        let frame = frame(chart, size, theme);
        match self.stops.is_empty() {
            _ if self.is_empty() => frame.finish_empty(chart),
            true => draw_lying(chart, self, frame),
            false => draw_upright(chart, self, frame),
        }
    }

    fn reading(&self, format: &Format) -> Option<Reading> {
        if self.stops.is_empty() {
            return None;
        }
        // As the picture is read: what is stacked from the top down.
        let mut order: Vec<usize> = (0..self.series.len()).collect();
        if self.way == Way::Stacked {
            order.reverse();
        }
        let values = |at: usize| self.groups.iter().map(|group| group.values[at]).collect::<Vec<_>>();
        let told = order.into_iter().fold(Reading::of(&self.stops, format), |told, at| {
            told.with(&self.series[at], self.paint(at), &values(at), format)
        });
        let known = |group: &Group| group.values.iter().any(Option::is_some).then(|| group.total());
        let totals: Vec<Option<f64>> = self.groups.iter().map(known).collect();
        let adds_up = self.way == Way::Stacked && self.series.len() > 1;
        Some(if adds_up { told.with(format.locale.in_all, Paint::Ink, &totals, format) } else { told })
    }

    fn members(&self) -> Vec<Vec<String>> {
        let named = |name: &String| (!name.is_empty()).then(|| name.clone());
        if !self.stops.is_empty() {
            return self.series.iter().filter_map(named).map(|name| vec![name]).collect();
        }
        let every = |group: &Group| -> Vec<Vec<String>> {
            self.series.iter().map(|name| std::iter::once(group.name.clone()).chain(named(name)).collect()).collect()
        };
        self.groups.iter().flat_map(every).collect()
    }
}

fn draw_upright(chart: &Chart, columns: &Columns, mut frame: Frame) -> Drawing {
    let (canvas, theme, format) = (frame.canvas, frame.theme, &chart.format);
    let size = canvas.text;
    let ends = columns.ends(format);
    let beside_px = ends::room_beside(&ends, &canvas).filter(|_| columns.way == Way::Stacked);
    if beside_px.is_none() {
        ends::legend(&mut frame, &ends);
    }
    let foot = size * 2.6 + canvas.margin;
    let bottom = frame.bottom(foot);
    let scale = Linear::around_zero(columns.reach(), 5, format.smallest_step(), format.highest());
    let scale = scale.onto(bottom, frame.top + size * 1.2);
    let right = canvas.right() - beside_px.unwrap_or(0.0);
    let left = value_axis(&mut frame, &scale, format, right);
    let step = (right - left) / columns.groups.len() as f64;
    let xs: Vec<f64> = (0..columns.groups.len()).map(|at| left + (at as f64 + 0.5) * step).collect();
    let slots = columns.slots() as f64;
    let thick = (step * 0.76 / slots).min(size * 4.0);
    for (group, x) in columns.groups.iter().zip(&xs) {
        for (series, from, to, slot) in columns.bars(group) {
            let first = x + (slot as f64 - slots / 2.0) * thick;
            let (top, low) = (scale.at(from.max(to)), scale.at(from.min(to)));
            let gap = if slots > 1.0 { (thick * 0.08).min(1.0) } else { 0.0 };
            let bar = rect(first + gap, top, thick - 2.0 * gap, low - top);
            if low - top > LEAST_PX {
                push_bar(&mut frame, columns, bar, group, series, to - from, format);
            }
        }
    }
    let totals = columns.way == Way::Stacked || slots == 1.0;
    let labels: Vec<String> = columns.groups.iter().map(|group| format.short(group.total())).collect();
    let widest = labels.iter().map(|label| width_px(label, size, Weight::SemiBold)).fold(0.0, f64::max);
    if totals && widest < step * 0.95 {
        for ((group, x), label) in columns.groups.iter().zip(&xs).zip(&labels) {
            let top = columns.bars(group).iter().map(|(_, from, to, _)| from.max(*to)).fold(0.0, f64::max);
            let paint = if group.complete { Paint::Ink } else { Paint::Quiet };
            let set = text(*x, scale.at(top) - size * 0.4, size, Anchor::Middle, label).semi_bold();
            frame.marks.extend(group.values.iter().any(Option::is_some).then(|| set.fill(theme, paint)));
        }
    }
    let zero = scale.at(0.0);
    frame.marks.push(line(left, zero, right, zero).stroke(theme, Paint::Axis, canvas.hair()));
    stop_axis(&mut frame, &columns.stops, &xs, bottom);
    if beside_px.is_some() {
        ends::beside(&mut frame, &ends, &scale, right, bottom);
    }
    frame.along = Some(Along { top: frame.top + size * 1.2, bottom, xs });
    frame.finish(chart, bottom + foot)
}

fn draw_lying(chart: &Chart, columns: &Columns, mut frame: Frame) -> Drawing {
    let (canvas, theme, format) = (frame.canvas, frame.theme, &chart.format);
    let size = canvas.text;
    ends::legend(&mut frame, &columns.ends(format));
    let names = Names::of(columns.groups.iter().map(|group| group.name.as_str()), &canvas);
    let slots = columns.slots();
    let label = |series: usize, value: f64| format.of_member(&columns.series[series]).short(value);
    let every = columns.groups.iter().flat_map(|group| columns.bars(group));
    let every = every.map(|(series, from, to, _)| label(series, to - from));
    let labels = every.chain(columns.groups.iter().map(|group| format.short(group.total())));
    let labels_px = labels.map(|label| width_px(&label, size, Weight::SemiBold)).fold(0.0, f64::max);
    let (from, to) = columns.reach().fold((0.0_f64, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
    let low = if from < 0.0 { labels_px + size * 0.5 } else { 0.0 };
    let px = (canvas.margin + names.px + size * 0.8 + low, canvas.right() - labels_px - size * 0.6);
    let scale = Linear::bare(from, to, px);
    let thick = if slots == 1 { size * 1.5 } else { size * 1.25 };
    let height = (slots as f64 * thick + size * 0.9).max(size * (1.1 + 1.15 * names.most_lines() as f64));
    let (top, mut y) = (frame.top, frame.top);
    for (at, group) in columns.groups.iter().enumerate() {
        let middle = y + height / 2.0;
        let ink = if is_no_member(&group.name) { Paint::Quiet } else { Paint::Ink };
        names.write(&mut frame, at, canvas.margin + names.px, middle, Anchor::End, ink);
        let begin = middle - slots as f64 * thick / 2.0;
        for (series, from, to, slot) in columns.bars(group) {
            let above = begin + slot as f64 * thick;
            let (start, end) = (scale.at(from), scale.at(to));
            let bar = match columns.way {
                Way::Stacked => rect(start.min(end), above, (end - start).abs(), thick),
                Way::Grouped => path(rounded(start, end, above + thick * 0.06, thick * 0.88)),
            };
            if (end - start).abs() > LEAST_PX {
                push_bar(&mut frame, columns, bar, group, series, to - from, format);
            }
            if columns.way == Way::Grouped {
                let set = end_label(&scale, to, above + thick / 2.0, size, &label(series, to - from));
                frame.marks.push(set.fill(theme, Paint::Ink));
            }
        }
        if columns.way == Way::Stacked {
            let end = columns.bars(group).iter().map(|(_, from, to, _)| from.max(*to)).fold(0.0, f64::max);
            let set = end_label(&scale, end, middle, size, &format.short(group.total()));
            frame.marks.push(set.semi_bold().fill(theme, ink));
        }
        y += height;
    }
    let zero = scale.at(0.0);
    frame.marks.push(line(zero, top, zero, y).stroke(theme, Paint::Axis, canvas.hair()));
    frame.finish(chart, y + canvas.margin)
}

fn end_label(scale: &Linear, value: f64, middle: f64, size: f64, label: &str) -> Element {
    let away = if value < 0.0 { -size * 0.4 } else { size * 0.4 };
    let anchor = if value < 0.0 { Anchor::End } else { Anchor::Start };
    text(scale.at(value) + away, middle + size * 0.35, size, anchor, label)
}

/// The bar in its colour, pale where the period still runs, with its words and its link.
fn push_bar(
    frame: &mut Frame,
    columns: &Columns,
    bar: Element,
    group: &Group,
    series: usize,
    value: f64,
    format: &Format,
) {
    let name = &columns.series[series];
    let said = [group.name.as_str(), name].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    let paint = columns.paint(series);
    let filled = bar.fill(frame.theme, paint).stroke(frame.theme, Paint::Paper, frame.canvas.hair() * 0.8);
    let filled = if group.complete { filled } else { filled.set("fill-opacity", "0.4") };
    let told = filled.told(&format.locale.told(&said, &format.of_member(name).figure(value)));
    let members: Vec<&str> = match columns.stops.is_empty() {
        true => [group.name.as_str(), name].into_iter().filter(|part| !part.is_empty()).collect(),
        false => vec![name],
    };
    let mark = frame.linked(&members, told);
    frame.marks.push(mark);
}
