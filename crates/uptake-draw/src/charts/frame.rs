//! What every chart shares: title and subtitle on top, the room below, the words where there is nothing to draw.

use super::Chart;
use super::reading::{Along, Drawing};
use crate::svg::{Anchor, Element, link, rect, text, whole};
use crate::text::{Weight, wrapped};
use crate::theme::{Canvas, Paint, Size, Theme};

/// A canvas with its title drawn, and the room left below.
pub(super) struct Frame<'a> {
    pub canvas: Canvas,
    pub theme: &'a Theme,
    /// Where the plot may begin.
    pub top: f64,
    pub marks: Vec<Element>,
    /// Where the stops of a picture along the time lie.
    pub along: Option<Along>,
    links: &'a [(Vec<String>, String)],
}

pub(super) fn frame<'a>(chart: &'a Chart, size: Size, theme: &'a Theme) -> Frame<'a> {
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
    Frame { canvas, theme, top: base + canvas.text * 1.3, marks, along: None, links: &chart.links }
}

impl Frame<'_> {
    /// The mark as a link, where its members lead somewhere.
    pub fn linked(&self, members: &[&str], mark: Element) -> Element {
        let found = self.links.iter().find(|(known, _)| known.iter().map(String::as_str).eq(members.iter().copied()));
        found.map_or(mark.clone(), |(_, href)| link(href, mark))
    }

    /// Where a plot ends above its axis: at the canvas's height, unless too little would remain of the plot.
    pub fn bottom(&self, foot: f64) -> f64 {
        let least_plot = self.canvas.width.min(900.0) * if self.canvas.is_narrow() { 0.5 } else { 0.33 };
        (self.canvas.height - foot).max(self.top + least_plot)
    }

    /// The whole picture, `height` high.
    pub fn finish(self, chart: &Chart, height: f64) -> Drawing {
        let description = format!("{} {}", chart.alt, chart.summary);
        let svg = whole((self.canvas.width, height), self.theme, &chart.title, description.trim(), self.marks);
        Drawing { svg, along: self.along }
    }

    /// The picture of an answer without values: a quiet plate with one sentence.
    pub fn finish_empty(mut self, chart: &Chart) -> Drawing {
        let Canvas { width, margin, text: size, .. } = self.canvas;
        let plate = 6.0 * size;
        self.marks
            .push(rect(margin, self.top, width - 2.0 * margin, plate).at("rx", 4.0).fill(self.theme, Paint::Wash));
        let said = text(width / 2.0, self.top + plate / 2.0 + size * 0.35, size, Anchor::Middle, chart.nothing());
        self.marks.push(said.fill(self.theme, Paint::Quiet));
        let height = self.top + plate + margin;
        self.finish(chart, height)
    }
}
