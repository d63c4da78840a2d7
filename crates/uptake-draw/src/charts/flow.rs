//! Moves from one stage to another: bands from the left to the right, as thick as what moved; what went back has its own colour.

use super::ends::{self, End, Key};
use super::frame::{Frame, frame};
use super::reading::Drawing;
use super::rows::{Asked, Rows};
use super::{Chart, Format, Picture, summary};
use crate::labels::apart;
use crate::svg::{Anchor, path, rect, short, text};
use crate::text::{Weight, ellipsized, width_px};
use crate::theme::{Paint, Size, Theme};
use crate::words::Words;
use uptake_spec::kpi::Unit;
use uptake_spec::{Problem, Range};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flow {
    /// Of both sides, in the data's order.
    stages: Vec<String>,
    moves: Vec<Move>,
    period: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
struct Move {
    from: usize,
    to: usize,
    value: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    On,
    Back,
    Stay,
}

/// # Errors
/// Not exactly two columns name the stages, the unit does not add up, or something is negative.
pub(super) fn fit(rows: &Rows, asked: &Asked) -> Result<Flow, Problem> {
    rows.want_columns(asked, 2..=2, "a flow", "one column names where from, the next where to")?;
    if !matches!(asked.format.unit, Unit::Count | Unit::Money) {
        let what = "a flow adds up what moved, and these values do not add up";
        return Err(asked.refuse(what, "use type = \"heatmap\""));
    }
    if rows.cells.iter().any(|cell| cell.value.is_some_and(|value| value < 0.0)) {
        return Err(asked.refuse("a flow cannot show negative values", "use type = \"heatmap\""));
    }
    let newest = rows.newest();
    let [from, to] = [0, 1].map(|at| &rows.columns[at].members);
    let stages: Vec<String> = from.iter().chain(to.iter().filter(|name| !from.contains(name))).cloned().collect();
    let place = |name: &String| stages.iter().position(|stage| stage == name).unwrap_or(0);
    let cells = rows.cells.iter().filter(|cell| Some(cell.stop) == newest);
    let moves = cells.filter_map(|cell| {
        let value = cell.value.filter(|value| *value > 0.0)?;
        Some(Move { from: place(&from[cell.members[0]]), to: place(&to[cell.members[1]]), value })
    });
    Ok(Flow { moves: moves.collect(), stages, period: rows.words_of(newest) })
}

impl Move {
    fn way(&self) -> Way {
        match self.from.cmp(&self.to) {
            std::cmp::Ordering::Less => Way::On,
            std::cmp::Ordering::Equal => Way::Stay,
            std::cmp::Ordering::Greater => Way::Back,
        }
    }
}

impl Way {
    fn paint(self) -> Paint {
        match self {
            Way::On => Paint::Series(0),
            Way::Back => Paint::Series(1),
            Way::Stay => Paint::Muted,
        }
    }

    fn word(self, words: &Words) -> &'static str {
        match self {
            Way::On => words.to_later,
            Way::Back => words.to_earlier,
            Way::Stay => words.stayed,
        }
    }
}

impl Flow {
    fn sum(&self, way: Way) -> f64 {
        self.moves.iter().filter(|m| m.way() == way).map(|m| m.value).sum()
    }

    fn ways(&self) -> Vec<Way> {
        [Way::On, Way::Stay, Way::Back].into_iter().filter(|way| self.sum(*way) > 0.0).collect()
    }
}

impl Picture for Flow {
    fn subtitle(&self, format: &Format, range: Option<Range>) -> Vec<String> {
        let what = (format.locale.that_moved)(&format.unit_word());
        std::iter::once(what).chain(self.period.clone().or(range.map(|range| format.locale.range(range)))).collect()
    }

    fn summary(&self, format: &Format) -> String {
        let Some(most) = self.moves.iter().max_by(|a, b| a.value.total_cmp(&b.value)) else {
            return format.locale.no_data.into();
        };
        let ways: Vec<String> = self
            .ways()
            .into_iter()
            .map(|way| format!("{} {}", format.figure(self.sum(way)), way.word(&format.locale)))
            .collect();
        let (from, to) = (&self.stages[most.from], &self.stages[most.to]);
        let most = (format.locale.most_moved)(&format.figure(most.value), from, to);
        let told = format!("{}{}{most}", ways.join(", "), format.locale.semicolon);
        summary::of_period(self.period.as_deref(), &told, format)
    }

    fn draw(&self, chart: &Chart, size: Size, theme: &Theme) -> Drawing {
        let frame = frame(chart, size, theme);
        if self.moves.is_empty() { frame.finish_empty(chart) } else { draw(chart, self, frame) }
    }

    fn members(&self) -> Vec<Vec<String>> {
        self.moves.iter().map(|m| vec![self.stages[m.from].clone(), self.stages[m.to].clone()]).collect()
    }
}

/// One side of the picture: its stages with their whole and where they stand.
struct Side {
    /// Stage, whole, top.
    stages: Vec<(usize, f64, f64)>,
}

impl Side {
    fn of(flow: &Flow, read: fn(&Move) -> usize) -> Vec<(usize, f64)> {
        let whole = |stage: usize| flow.moves.iter().filter(|m| read(m) == stage).map(|m| m.value).sum::<f64>();
        (0..flow.stages.len()).map(|stage| (stage, whole(stage))).filter(|(_, whole)| *whole > 0.0).collect()
    }

    fn placed(wholes: Vec<(usize, f64)>, top: f64, px_each: f64, gap: f64) -> Side {
        let mut y = top;
        let place = |(stage, whole): (usize, f64)| {
            let at = y;
            y += whole * px_each + gap;
            (stage, whole, at)
        };
        Side { stages: wholes.into_iter().map(place).collect() }
    }

    fn top(&self, stage: usize) -> f64 {
        self.stages.iter().find(|(known, ..)| *known == stage).map_or(0.0, |(.., top)| *top)
    }
}

fn draw(chart: &Chart, flow: &Flow, mut frame: Frame) -> Drawing {
    let (canvas, theme, format) = (frame.canvas, frame.theme, &chart.format);
    let size = canvas.text;
    let ways = flow.ways();
    if ways.len() > 1 {
        let end = |way: &Way| End {
            name: way.word(&format.locale).into(),
            value: format.short(flow.sum(*way)),
            height: 0.0,
            key: Key::Swatch(way.paint()),
        };
        let keys: Vec<End> = ways.iter().map(end).collect();
        ends::legend(&mut frame, &keys);
    }
    let sides = [Side::of(flow, |m| m.from), Side::of(flow, |m| m.to)];
    let most = sides.iter().map(Vec::len).max().unwrap_or(1) as f64;
    let gap = size * 0.9;
    let bottom = frame.bottom(canvas.margin).max(frame.top + most * size * 2.0);
    let whole: f64 = flow.moves.iter().map(|m| m.value).sum();
    let px_each = (bottom - frame.top - (most - 1.0) * gap) / whole;
    let top = frame.top;
    let [from, to] = sides.map(|side| Side::placed(side, top, px_each, gap));
    let room = canvas.room() * if canvas.is_narrow() { 0.3 } else { 0.24 };
    let node_px = size * 0.55;
    let names_px = [&from, &to].map(|side| names_width(flow, side, format, size).min(room));
    let left = canvas.margin + names_px[0] + size * 0.5;
    let right = canvas.right() - names_px[1] - size * 0.5;
    bands(&mut frame, flow, [&from, &to], [left + node_px, right - node_px], px_each, format);
    for (side, x, anchor, names_px) in
        [(&from, left, Anchor::End, names_px[0]), (&to, right - node_px, Anchor::Start, names_px[1])]
    {
        for (_, whole, top) in &side.stages {
            frame.marks.push(rect(x, *top, node_px, whole * px_each).fill(theme, Paint::Quiet));
        }
        let label_x = if anchor == Anchor::End { x - size * 0.5 } else { x + node_px + size * 0.5 };
        names(&mut frame, flow, side, (label_x, anchor, names_px), px_each, bottom, format);
    }
    frame.finish(chart, bottom + canvas.margin)
}

fn names_width(flow: &Flow, side: &Side, format: &Format, size: f64) -> f64 {
    let wide = |(stage, whole, _): &(usize, f64, f64)| {
        let value = width_px(&format.short(*whole), size, Weight::SemiBold);
        width_px(&flow.stages[*stage], size, Weight::Regular) + size * 0.4 + value
    };
    side.stages.iter().map(wide).fold(0.0, f64::max)
}

/// Each stage's name and whole beside it, moved apart where stages are thin.
fn names(
    frame: &mut Frame,
    flow: &Flow,
    side: &Side,
    at: (f64, Anchor, f64),
    px_each: f64,
    bottom: f64,
    format: &Format,
) {
    let (theme, size) = (frame.theme, frame.canvas.text);
    let (x, anchor, room) = at;
    let wanted: Vec<f64> = side.stages.iter().map(|(_, whole, top)| top + whole * px_each / 2.0).collect();
    let placed = apart(&wanted, size * 1.25, frame.top, bottom).unwrap_or(wanted);
    for ((stage, whole, _), y) in side.stages.iter().zip(placed) {
        let value = format.short(*whole);
        let value_px = width_px(&value, size, Weight::SemiBold);
        let whole_name = &flow.stages[*stage];
        let name = ellipsized(whole_name, room - value_px - size * 0.4, size, Weight::Regular);
        let name_px = width_px(&name, size, Weight::Regular);
        let base = y + size * 0.35;
        let (name_x, value_x) = match anchor {
            Anchor::End => (x - value_px - size * 0.4 - name_px, x - value_px),
            _ => (x, x + name_px + size * 0.4),
        };
        let set = text(name_x, base, size, Anchor::Start, &name).fill(theme, Paint::Ink);
        frame.marks.push(set.with_title(&name, whole_name));
        frame.marks.push(text(value_x, base, size, Anchor::Start, &value).semi_bold().fill(theme, Paint::Ink));
    }
}

/// The bands; at each stage they lie in the order of the stages they lead to, so that they cross as little as they can.
fn bands(frame: &mut Frame, flow: &Flow, sides: [&Side; 2], [left, right]: [f64; 2], px_each: f64, format: &Format) {
    let mut order: Vec<&Move> = flow.moves.iter().collect();
    order.sort_by_key(|m| (m.from, m.to));
    let mut used = [vec![0.0; flow.stages.len()], vec![0.0; flow.stages.len()]];
    for m in order {
        let thick = m.value * px_each;
        let y1 = sides[0].top(m.from) + used[0][m.from];
        let y2 = sides[1].top(m.to) + used[1][m.to];
        used[0][m.from] += thick;
        used[1][m.to] += thick;
        let middle = (left + right) / 2.0;
        let s = short;
        let d = format!(
            "M{} {}C{} {} {} {} {} {}V{}C{} {} {} {} {} {}Z",
            s(left),
            s(y1),
            s(middle),
            s(y1),
            s(middle),
            s(y2),
            s(right),
            s(y2),
            s(y2 + thick),
            s(middle),
            s(y2 + thick),
            s(middle),
            s(y1 + thick),
            s(left),
            s(y1 + thick)
        );
        let (from, to) = (&flow.stages[m.from], &flow.stages[m.to]);
        let told = format.locale.told(&(format.locale.stage_to_stage)(from, to), &format.figure(m.value));
        let opacity = if m.way() == Way::On { "0.4" } else { "0.7" };
        let band = path(d).fill(frame.theme, m.way().paint()).set("fill-opacity", opacity).told(&told);
        let band = frame.linked(&[from, to], band);
        frame.marks.push(band);
    }
}
