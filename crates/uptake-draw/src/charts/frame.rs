//! What every chart shares: title and subtitle on top, the room below, the words where there is nothing to draw.

use super::{Chart, Format};
use crate::svg::{Anchor, Element, Svg, rect, text, whole};
use crate::text::{Weight, wrapped};
use crate::theme::{Canvas, Paint, Size, Theme};
use crate::words;
use uptake_spec::kpi::Unit;

/// A canvas with its title drawn, and the room left below.
pub(super) struct Frame<'a> {
    pub canvas: Canvas,
    pub theme: &'a Theme,
    /// Where the plot may begin.
    pub top: f64,
    pub marks: Vec<Element>,
}

pub(super) fn frame<'a>(chart: &Chart, size: Size, theme: &'a Theme) -> Frame<'a> {
    let canvas = size.canvas();
    let room = canvas.width - 2.0 * canvas.margin;
    let mut marks = vec![];
    let mut base = canvas.margin;
    for part in wrapped(&chart.title, room, 2, canvas.title, Weight::SemiBold) {
        base += canvas.title * 1.25;
        let set = text(canvas.margin, base, canvas.title, Anchor::Start, &part).semi_bold().fill(theme, Paint::Ink);
        marks.push(set.with_title(if part.ends_with('…') { "" } else { &chart.title }, &chart.title));
    }
    for part in wrapped(&chart.subtitle, room, 3, canvas.text, Weight::Regular) {
        base += canvas.text * 1.45;
        marks.push(text(canvas.margin, base, canvas.text, Anchor::Start, &part).fill(theme, Paint::Quiet));
    }
    Frame { canvas, theme, top: base + canvas.text * 1.3, marks }
}

impl Frame<'_> {
    /// The whole picture, `height` high.
    pub fn finish(self, chart: &Chart, height: f64) -> Svg {
        let description = format!("{} {}", chart.alt, chart.summary);
        whole((self.canvas.width, height), self.theme, &chart.title, description.trim(), self.marks)
    }

    /// The picture of an answer without values: a quiet plate with one sentence.
    pub fn finish_empty(mut self, chart: &Chart) -> Svg {
        let Canvas { width, margin, text: size, .. } = self.canvas;
        let plate = 6.0 * size;
        self.marks
            .push(rect(margin, self.top, width - 2.0 * margin, plate).at("rx", 4.0).fill(self.theme, Paint::Wash));
        let said = text(width / 2.0, self.top + plate / 2.0 + size * 0.35, size, Anchor::Middle, super::summary::EMPTY);
        self.marks.push(said.fill(self.theme, Paint::Quiet));
        let height = self.top + plate + margin;
        self.finish(chart, height)
    }
}

/// The smallest step of an axis: people and deals have no halves.
pub(super) fn smallest_step(unit: Unit) -> f64 {
    if unit == Unit::Count { 1.0 } else { 1e-4 }
}

/// A top no value should pass: everybody.
pub(super) fn highest(unit: Unit) -> Option<f64> {
    (unit == Unit::Share).then_some(1.0)
}

/// A tick's label, with as many decimals as the step between ticks needs.
pub(super) fn tick_label(value: f64, step: f64, format: &Format) -> String {
    let decimals = |step: f64| (0..4).find(|d| (step * 10_f64.powi(*d)).fract().abs() < 1e-6).unwrap_or(3) as u8;
    match format.unit {
        Unit::Share => words::percent(value, decimals(step * 100.0)),
        Unit::Money => words::tick_money(value, &format.currency),
        _ if step >= 1000.0 => words::compact_to(value, 2),
        _ => words::number(value, decimals(step)),
    }
}
