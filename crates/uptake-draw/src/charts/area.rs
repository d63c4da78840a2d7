//! Areas stacked over time: how a whole grew and of what. Gaps stay gaps, the running period is pale.

use super::axes::{stop_axis, value_axis};
use super::columns::{MOST_SERIES, paint};
use super::ends::{self, End, Key};
use super::frame::{Frame, frame};
use super::reading::{Along, Drawing, Reading};
use super::rows::{Asked, Rows};
use super::stops::Stop;
use super::{Chart, Format, Picture, remarks, summary};
use crate::scale::{Linear, places};
use crate::svg::{line, path, rect, through};
use crate::theme::{Paint, Size, Theme};
use uptake_spec::project::Remark;
use uptake_spec::{Problem, Range};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Area {
    pub(super) stops: Vec<Stop>,
    /// From the bottom up.
    layers: Vec<Layer>,
    /// The last layer is what the smallest make together.
    others: bool,
    pub(super) periods: bool,
    /// What stands as lines through the plot.
    pub(super) happened: Vec<Remark>,
}

#[derive(Debug, Clone, PartialEq)]
struct Layer {
    /// Empty if it is the only one.
    name: String,
    /// One a stop.
    values: Vec<Option<f64>>,
}

/// # Errors
/// More than one column names members, the values do not add up, some are negative, or there is no time to go along.
pub(super) fn fit(rows: &Rows, asked: &Asked) -> Result<Area, Problem> {
    rows.want_columns(asked, 0..=1, "an area", "keep one of them, or use type = \"stacked\"")?;
    rows.want_sums(asked, "an area")?;
    if rows.stops.iter().any(|stop| stop.day.is_none()) {
        return Err(
            asked.refuse("an area goes along the time, and \"x\" is no column of dates", "use type = \"stacked\"")
        );
    }
    if rows.cells.iter().any(|cell| cell.value.is_some_and(|value| value < 0.0)) {
        return Err(asked.refuse("an area cannot show negative values", "use type = \"stacked\" or \"line\""));
    }
    let names = rows.columns.first().map_or(vec![String::new()], |column| column.members.clone());
    let layers: Vec<Layer> =
        names.into_iter().zip(rows.series()).map(|(name, values)| Layer { name, values }).collect();
    Ok(Area {
        stops: rows.stops.clone(),
        others: layers.len() > MOST_SERIES,
        layers: folded(layers, asked.format),
        periods: rows.periods,
        happened: vec![],
    })
}

/// With more than [`MOST_SERIES`] layers the smallest become one.
fn folded(layers: Vec<Layer>, format: &Format) -> Vec<Layer> {
    if layers.len() <= MOST_SERIES {
        return layers;
    }
    let size = |layer: &Layer| layer.values.iter().flatten().sum::<f64>();
    let mut sizes: Vec<f64> = layers.iter().map(size).collect();
    sizes.sort_by(|a, b| b.total_cmp(a));
    let least = sizes[MOST_SERIES - 2];
    let (mut kept, mut rest): (Vec<Layer>, Vec<Layer>) = layers.into_iter().partition(|layer| size(layer) >= least);
    rest.extend(kept.split_off(kept.len().min(MOST_SERIES - 1)));
    let sum = |at: usize| {
        rest.iter().filter_map(|layer| layer.values[at]).fold(None, |sum, value| Some(sum.unwrap_or(0.0) + value))
    };
    let values = (0..rest[0].values.len()).map(sum).collect();
    kept.push(Layer { name: (format.locale.others)(rest.len()), values });
    kept
}

impl Area {
    fn paint(&self, at: usize) -> Paint {
        paint(&self.layers[at].name, at, self.others && at + 1 == self.layers.len())
    }

    /// The whole at a stop; `None` where nothing is known.
    fn total(&self, stop: usize) -> Option<f64> {
        let known = self.layers.iter().filter_map(|layer| layer.values[stop]);
        known.fold(None, |sum, value| Some(sum.unwrap_or(0.0) + value))
    }

    /// Where layer `at` begins and ends at a stop; a layer without a value there is flat.
    fn between(&self, at: usize, stop: usize) -> (f64, f64) {
        let below = self.layers[..at].iter().filter_map(|layer| layer.values[stop]).sum::<f64>();
        (below, below + self.layers[at].values[stop].unwrap_or(0.0))
    }

    fn newest(&self) -> Option<usize> {
        (0..self.stops.len()).rev().find(|stop| self.stops[*stop].complete && self.total(*stop).is_some())
    }

    /// Stretches of stops with values.
    fn stretches(&self) -> Vec<Vec<usize>> {
        let stops: Vec<usize> = (0..self.stops.len()).collect();
        let runs = stops.split(|stop| self.total(*stop).is_none());
        runs.filter(|run| !run.is_empty()).map(<[usize]>::to_vec).collect()
    }

    /// From the top down.
    fn ends(&self, format: &Format) -> Vec<End> {
        let Some(newest) = self.newest() else { return vec![] };
        let end = |at: usize| {
            let (from, to) = self.between(at, newest);
            let name = self.layers[at].name.clone();
            let value = format.short(to - from);
            End { key: Key::Swatch(self.paint(at)), name, value, height: (from + to) / 2.0 }
        };
        match self.layers.len() {
            1 if self.layers[0].name.is_empty() => {
                vec![End { name: self.stops[newest].tick.clone(), ..end(0) }]
            }
            count => (0..count).rev().map(end).collect(),
        }
    }
}

impl Area {
    fn of_values(&self, format: &Format) -> String {
        let Some(newest) = self.newest() else { return format.locale.no_data.into() };
        let named =
            self.layers.iter().filter_map(|layer| layer.values[newest].map(|value| (layer.name.clone(), value)));
        let total = (format.locale.so_much_in_all)(&format.figure(self.total(newest).unwrap_or(0.0)));
        let parts = if self.layers.len() > 1 {
            format!(", {}", summary::extremes(named.collect(), format))
        } else {
            String::new()
        };
        summary::of_period(Some(&self.stops[newest].words), &format!("{total}{parts}"), format)
    }
}

impl Picture for Area {
    fn subtitle(&self, format: &Format, range: Option<Range>) -> Vec<String> {
        let stacked = if self.layers.len() > 1 { format.locale.stacked } else { "" };
        let per = format!("{}{stacked}", format.unit_per_grain());
        let mut parts = vec![if self.periods { per } else { format.unit_word() }];
        parts.extend(range.map(|range| format.locale.range(range)));
        if self.stops.iter().any(|stop| !stop.complete) {
            parts.push(format.locale.pale[format.grain as usize].into());
        }
        parts
    }

    fn summary(&self, format: &Format) -> String {
        let happened = remarks::summary(&self.happened, &self.stops, &format.locale);
        format!("{}{happened}", self.of_values(format))
    }

    fn draw(&self, chart: &Chart, size: Size, theme: &Theme) -> Drawing {
        draw(chart, self, frame(chart, size, theme))
    }

    fn reading(&self, format: &Format) -> Option<Reading> {
        let layers = self.layers.iter().enumerate().rev();
        let told = layers.fold(Reading::of(&self.stops, format), |told, (at, layer)| {
            told.with(&layer.name, self.paint(at), &layer.values, format)
        });
        let totals: Vec<Option<f64>> = (0..self.stops.len()).map(|stop| self.total(stop)).collect();
        let told =
            if self.layers.len() > 1 { told.with(format.locale.in_all, Paint::Ink, &totals, format) } else { told };
        Some(told.with_happened(&self.happened, &self.stops, &format.locale))
    }

    fn members(&self) -> Vec<Vec<String>> {
        self.layers.iter().filter(|layer| !layer.name.is_empty()).map(|layer| vec![layer.name.clone()]).collect()
    }
}

fn draw(chart: &Chart, area: &Area, mut frame: Frame) -> Drawing {
    let stretches = area.stretches();
    if stretches.is_empty() {
        return frame.finish_empty(chart);
    }
    let (canvas, format) = (frame.canvas, &chart.format);
    let ends = area.ends(format);
    let beside_px = ends::room_beside(&ends, &canvas);
    if beside_px.is_none() {
        ends::legend(&mut frame, &ends);
    }
    let foot = canvas.text * 2.6 + canvas.margin;
    let bottom = frame.bottom(foot);
    let totals = (0..area.stops.len()).filter_map(|stop| area.total(stop));
    let scale = Linear::around_zero(totals, 5, format.smallest_step(), format.highest());
    let top = frame.top + canvas.text * 0.5 + remarks::strip_px(&area.happened, &canvas);
    let scale = scale.onto(bottom, top);
    let right = canvas.right() - beside_px.unwrap_or(canvas.text);
    let left = value_axis(&mut frame, &scale, format, right);
    let moments: Vec<_> = area.stops.iter().map(Stop::moment).collect();
    let xs = places(&moments, left, right);
    for stretch in &stretches {
        for at in 0..area.layers.len() {
            draw_layer(&mut frame, area, at, stretch, &xs, &scale);
        }
    }
    frame.marks.push(line(left, bottom, right, bottom).stroke(frame.theme, Paint::Axis, canvas.hair()));
    stop_axis(&mut frame, &area.stops, &xs, bottom);
    remarks::draw(&mut frame, &area.happened, &area.stops, &xs, (top, bottom), &format.locale);
    if beside_px.is_some() {
        ends::beside(&mut frame, &ends, &scale, right, bottom);
    }
    frame.along = Some(Along { top, bottom, xs });
    frame.finish(chart, bottom + foot)
}

/// One layer over one stretch: whole up to the newest complete stop, pale from there.
fn draw_layer(frame: &mut Frame, area: &Area, at: usize, stretch: &[usize], xs: &[f64], scale: &Linear) {
    let (theme, canvas) = (frame.theme, frame.canvas);
    let name = &area.layers[at].name;
    let paint = area.paint(at);
    let whole = stretch.iter().take_while(|stop| area.stops[**stop].complete).count();
    let pale = &stretch[whole.saturating_sub(1)..];
    for (part, opacity) in [(&stretch[..whole], None), (pale, Some("0.4"))] {
        let edge = |read: fn((f64, f64)) -> f64| {
            part.iter().map(move |stop| (xs[*stop], scale.at(read(area.between(at, *stop)))))
        };
        let mark = match part {
            [] => continue,
            [_] if opacity.is_some() && whole > 0 => continue,
            [alone] => {
                let (from, to) = area.between(at, *alone);
                let half = canvas.stroke * 1.5;
                rect(xs[*alone] - half, scale.at(to), 2.0 * half, scale.at(from) - scale.at(to))
            }
            _ => {
                let lower: Vec<(f64, f64)> = edge(|(from, _)| from).collect();
                let around: Vec<(f64, f64)> = edge(|(_, to)| to).chain(lower.into_iter().rev()).collect();
                path(format!("{}Z", through(&around)))
            }
        };
        let filled = mark.fill(theme, paint).stroke(theme, Paint::Paper, canvas.hair());
        let filled = opacity.map_or(filled.clone(), |opacity| filled.set("fill-opacity", opacity));
        let filled = if name.is_empty() { filled } else { filled.told(name) };
        let linked = frame.linked(&[name], filled);
        frame.marks.push(linked);
    }
}
