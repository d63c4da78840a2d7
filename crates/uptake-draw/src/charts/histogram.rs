//! How many have how much: values in bins of equal width, or bins that the KPI gives.

use super::axes::{number_axis, stop_axis, value_axis};
use super::frame::{Frame, frame};
use super::members::{self, Drawn};
use super::reading::Drawing;
use super::rows::{Asked, Rows};
use super::stops::Stop;
use super::{Chart, Format, Picture, summary};
use crate::scale::{Linear, round_step};
use crate::svg::{Anchor, line, rect, text};
use crate::text::{Weight, width_px};
use crate::theme::{Paint, Size, Theme};
use crate::words::Half;
use uptake_spec::kpi::Unit;
use uptake_spec::{Problem, Range, Table};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Histogram {
    bins: Vec<Bin>,
    /// Of values in bins of our own.
    values: Option<Values>,
    period: Option<String>,
    /// What is counted: `people`, or the KPI's own unit.
    counted: Format,
    /// What one value is: `office`, `row`.
    each: String,
}

#[derive(Debug, Clone, PartialEq)]
struct Bin {
    /// `0`, `5 to 9`; empty for bins of our own, which have edges.
    name: String,
    height: f64,
}

#[derive(Debug, Clone, PartialEq)]
struct Values {
    count: usize,
    median: f64,
    first: f64,
    width: f64,
}

/// # Errors
/// Not exactly one column names members or bins.
pub(super) fn fit(rows: &Rows, asked: &Asked) -> Result<Histogram, Problem> {
    rows.want_columns(asked, 1..=1, "a histogram", "by names what is counted, as by = \"office\"")?;
    let newest = rows.newest();
    let (column, period) = (&rows.columns[0], rows.words_of(newest));
    let values = newest.map_or(vec![], |stop| rows.crossed(stop));
    let values = values.iter().map(|cells| cells[0].and_then(|cell| cell.value));
    if column.split {
        let named = column.members.iter().zip(values);
        let bins = named.map(|(name, value)| Bin { name: name.clone(), height: value.unwrap_or(0.0) });
        let bins = if newest.is_some() { bins.collect() } else { vec![] };
        return Ok(Histogram { bins, values: None, period, counted: asked.format.clone(), each: column.name.clone() });
    }
    Ok(Histogram { period, ..binned(values.flatten().collect(), asked.format, &column.name) })
}

/// The values of a query's column, each row one.
pub(super) fn of_values(table: &Table, columns: &Drawn, format: &Format) -> Histogram {
    let values = (0..table.rows()).filter_map(|row| table.value(row, &columns.y).number()).filter(|n| n.is_finite());
    binned(values.collect(), format, "row")
}

/// Bins of one round width, about as many as the root of the values.
fn binned(mut values: Vec<f64>, format: &Format, each: &str) -> Histogram {
    let counted = Format { unit: Unit::Count, ..format.clone() };
    values.sort_by(f64::total_cmp);
    let (Some(low), Some(high)) = (values.first().copied(), values.last().copied()) else {
        return Histogram { bins: vec![], values: None, period: None, counted, each: each.into() };
    };
    let about = (values.len() as f64).sqrt().clamp(5.0, 20.0);
    let width = if high > low { round_step((high - low) / about) } else { high.abs().max(1.0) };
    // No half records.
    let width = if format.unit == Unit::Count { width.floor().max(1.0) } else { width };
    let first = (low / width + 1e-9).floor() * width;
    let count = (((high - first) / width + 1e-9).floor() as usize + 1).min(60);
    let mut bins = vec![Bin { name: String::new(), height: 0.0 }; count];
    for value in &values {
        let at = ((value - first) / width + 1e-9).floor() as usize;
        bins[at.min(count - 1)].height += 1.0;
    }
    let half = values.len() / 2;
    let median = if values.len() % 2 == 1 { values[half] } else { (values[half - 1] + values[half]) / 2.0 };
    let values = Values { count: values.len(), median, first, width };
    Histogram { bins, values: Some(values), period: None, counted, each: each.into() }
}

impl Histogram {
    fn is_empty(&self) -> bool {
        self.bins.is_empty()
    }

    /// `office`.
    fn each(&self, format: &Format) -> String {
        format.locale.within(&format.locale.heading(&self.each))
    }
}

impl Picture for Histogram {
    fn subtitle(&self, format: &Format, range: Option<Range>) -> Vec<String> {
        let what = match &self.values {
            Some(values) => (format.locale.of_values)(&format.unit_word(), values.count, &self.each(format)),
            None => (format.locale.by)(&format.unit_word(), &self.each(format)),
        };
        std::iter::once(what).chain(self.period.clone().or(range.map(|range| format.locale.range(range)))).collect()
    }

    fn summary(&self, format: &Format) -> String {
        let Some(fullest) = self.bins.iter().enumerate().max_by(|a, b| a.1.height.total_cmp(&b.1.height)) else {
            return format.locale.no_data.into();
        };
        let (at, bin) = fullest;
        let told = match &self.values {
            Some(values) => {
                let from = values.first + at as f64 * values.width;
                let (from, to) = (format.figure(from), format.figure(from + values.width));
                let median = format.figure(values.median);
                let each = self.each(format);
                let most = bin.height.to_string();
                let (count, each, median, most) = (values.count, each.as_str(), median.as_str(), most.as_str());
                (format.locale.half_have)(&Half { count, each, median, most, from: &from, to: &to })
            }
            None => (format.locale.most_at)(&bin.name, &self.counted.figure(bin.height)),
        };
        summary::of_period(self.period.as_deref(), &told, format)
    }

    fn draw(&self, chart: &Chart, size: Size, theme: &Theme) -> Drawing {
        let frame = frame(chart, size, theme);
        if self.is_empty() { frame.finish_empty(chart) } else { draw(chart, self, frame) }
    }

    fn members(&self) -> Vec<Vec<String>> {
        self.bins.iter().filter(|bin| !bin.name.is_empty()).map(|bin| vec![bin.name.clone()]).collect()
    }
}

fn draw(chart: &Chart, histogram: &Histogram, mut frame: Frame) -> Drawing {
    let (canvas, theme) = (frame.canvas, frame.theme);
    let size = canvas.text;
    let foot = size * 1.8 + canvas.margin;
    let bottom = frame.bottom(foot);
    let heights = histogram.bins.iter().map(|bin| bin.height);
    let counted = &histogram.counted;
    let scale = Linear::around_zero(heights, 4, counted.smallest_step(), counted.highest());
    let over = if histogram.values.is_some() { size * 2.6 } else { size * 1.2 };
    let scale = scale.onto(bottom, frame.top + over);
    let right = canvas.right() - size;
    let left = value_axis(&mut frame, &scale, counted, right);
    let step = (right - left) / histogram.bins.len() as f64;
    let widest = histogram.bins.iter().map(|bin| width_px(&counted.short(bin.height), size, Weight::SemiBold));
    let labelled = widest.fold(0.0, f64::max) < step * 0.95;
    if let Some(values) = &histogram.values {
        // Behind the bars, which it would cross.
        let x = left + (values.median - values.first) / values.width * step;
        median_line(&mut frame, x, bottom, &(chart.format.locale.median)(&chart.format.short(values.median)));
    }
    for (at, bin) in histogram.bins.iter().enumerate() {
        let (x, top) = (left + at as f64 * step, scale.at(bin.height));
        let told = counted.locale.told(&bin_name(histogram, at, &chart.format), &counted.figure(bin.height));
        let paint = members::paint(&bin.name, 0);
        let bar = rect(x + step * 0.02, top, step * 0.96, bottom - top).fill(theme, paint).told(&told);
        let bar = frame.linked(&[&bin.name], bar);
        frame.marks.push(bar);
        if labelled && bin.height != 0.0 {
            let label = counted.short(bin.height);
            let set = text(x + step / 2.0, top - size * 0.4, size, Anchor::Middle, &label).semi_bold();
            frame.marks.push(set.fill(theme, Paint::Ink).rimmed(theme, size * 0.25));
        }
    }
    frame.marks.push(line(left, bottom, right, bottom).stroke(theme, Paint::Axis, canvas.hair()));
    match &histogram.values {
        Some(values) => {
            let last = values.first + histogram.bins.len() as f64 * values.width;
            let ticks = (0..=histogram.bins.len()).map(|at| values.first + at as f64 * values.width).collect();
            let across = Linear { from: values.first, to: last, px: (left, right), ticks, step: values.width };
            number_axis(&mut frame, &across, &chart.format, bottom, "");
        }
        None => {
            let xs: Vec<f64> = (0..histogram.bins.len()).map(|at| left + (at as f64 + 0.5) * step).collect();
            let stop = |bin: &Bin| Stop {
                day: None,
                tick: bin.name.clone(),
                part_of_day: 0.0,
                year: String::new(),
                words: bin.name.clone(),
                complete: true,
            };
            let stops: Vec<Stop> = histogram.bins.iter().map(stop).collect();
            stop_axis(&mut frame, &stops, &xs, bottom);
        }
    }
    frame.finish(chart, bottom + foot)
}

fn median_line(frame: &mut Frame, x: f64, bottom: f64, said: &str) {
    let (canvas, theme, size) = (frame.canvas, frame.theme, frame.canvas.text);
    let top = frame.top + size * 0.2;
    let rule = line(x, top + size * 0.4, x, bottom).stroke(theme, Paint::Target, canvas.stroke * 0.7);
    frame.marks.push(rule.set("stroke-dasharray", super::line::dash(canvas.stroke, 1.0, 1.6)));
    let half = width_px(said, size, Weight::SemiBold) / 2.0;
    let at = x.min(canvas.right() - half).max(canvas.margin + half);
    let set = text(at, top, size, Anchor::Middle, said).semi_bold().fill(theme, Paint::Ink);
    frame.marks.push(set.rimmed(theme, size * 0.25));
}

fn bin_name(histogram: &Histogram, at: usize, format: &Format) -> String {
    let Some(values) = &histogram.values else { return histogram.bins[at].name.clone() };
    let from = values.first + at as f64 * values.width;
    (format.locale.to_below)(&format.figure(from), &format.figure(from + values.width))
}
