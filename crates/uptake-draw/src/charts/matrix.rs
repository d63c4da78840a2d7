//! Cells in rows and columns, coloured by their value: what heatmaps, calendars and cohorts share.

use super::Format;
use super::frame::Frame;
use super::names::Names;
use crate::scale::round_step;
use crate::svg::{Anchor, Element, path, rect, text};
use crate::text::{Weight, width_px};
use crate::theme::{HEATS, Paint};

/// Bins of one round width, each with its colour: of the ramp's ends the first and the last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heat {
    low: f64,
    width: f64,
    bins: usize,
}

/// A place of the matrix.
pub(super) struct Spot {
    /// What colours it; `None` is hatched.
    pub value: Option<f64>,
    /// Read in it, from the top; what does not fit is left out from the end.
    pub lines: Vec<String>,
    /// Read by pointing at it.
    pub told: String,
    pub members: Vec<String>,
}

/// Rows of spots under heads; `None` stays free.
pub(super) struct Matrix {
    pub rows: Vec<String>,
    pub heads: Vec<String>,
    pub spots: Vec<Vec<Option<Spot>>>,
}

impl Heat {
    pub fn of(values: impl Iterator<Item = f64>) -> Option<Heat> {
        let (low, high) = values.fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
        if low > high {
            return None;
        }
        let smallest = (high.abs().max(low.abs()) * 1e-3).max(1e-9);
        let width = round_step(((high - low) / HEATS as f64).max(smallest));
        let low = (low / width + 1e-9).floor() * width;
        let bins = (((high - low) / width - 1e-9).ceil().max(1.0) as usize).min(HEATS + 1);
        Some(Heat { low, width, bins })
    }

    /// The step of the ramp, 0 to 6.
    pub fn step(&self, value: f64) -> usize {
        let bin = (((value - self.low) / self.width + 1e-9) as usize).min(self.bins - 1);
        if self.bins == 1 { HEATS / 2 } else { (bin * (HEATS - 1) + (self.bins - 1) / 2) / (self.bins - 1) }
    }

    /// Draws the colours from the least to the most with the values between them, and what hatched means, from `y` on; gives where it ends.
    pub fn key(&self, frame: &mut Frame, format: &Format, y: f64, hatched: Option<&str>) -> f64 {
        let (size, theme, canvas) = (frame.canvas.text, frame.theme, frame.canvas);
        let edge = |bin: usize| format.tick_label(self.low + bin as f64 * self.width, self.width);
        let widest = (0..=self.bins).map(|bin| width_px(&edge(bin), size, Weight::Regular)).fold(0.0, f64::max);
        let wide = (widest + size * 0.7).min((canvas.room() - widest) / self.bins as f64);
        // Where edges do not fit beside each other, only the first and the last are told.
        let every = if wide < widest + size * 0.3 { self.bins } else { 1 };
        let left = canvas.margin + width_px(&edge(0), size, Weight::Regular) / 2.0;
        for bin in 0..self.bins {
            let middle = self.low + (bin as f64 + 0.5) * self.width;
            let plate = rect(left + bin as f64 * wide, y, wide, size * 0.8);
            frame.marks.push(plate.fill(theme, Paint::Heat(self.step(middle))));
        }
        for bin in (0..=self.bins).step_by(every) {
            let set = text(left + bin as f64 * wide, y + size * 1.9, size, Anchor::Middle, &edge(bin));
            frame.marks.push(set.fill(theme, Paint::Quiet));
        }
        let end = y + size * 2.2;
        let Some(words) = hatched else { return end };
        let said_px = size * 1.8 + width_px(words, size, Weight::Regular);
        let beside = left + self.bins as f64 * wide + widest / 2.0 + size * 1.5;
        let (x, y, end) = if beside + said_px <= canvas.right() {
            (beside, y, end)
        } else {
            (canvas.margin, end + size * 0.4, end + size * 1.6)
        };
        frame.marks.extend(hatch(frame, x, y, size * 1.4, size * 0.9));
        frame.marks.push(text(x + size * 1.8, y + size * 0.8, size, Anchor::Start, words).fill(theme, Paint::Quiet));
        end
    }
}

/// A plate with slanting lines: no colour of the scale could be taken for it.
pub(super) fn hatch(frame: &Frame, x: f64, y: f64, width: f64, height: f64) -> Vec<Element> {
    let (theme, canvas) = (frame.theme, frame.canvas);
    let gap = canvas.text * 0.55;
    let mut d = String::new();
    let mut along = gap;
    while along < width + height {
        // From the upper edge or the right one, down to the left edge or the lower one.
        let (x1, y1) = if along <= width { (x + along, y) } else { (x + width, y + along - width) };
        let (x2, y2) = if along <= height { (x, y + along) } else { (x + along - height, y + height) };
        d += &crate::svg::through(&[(x1, y1), (x2, y2)]);
        along += gap;
    }
    let plate = rect(x, y, width, height).fill(theme, Paint::Wash);
    vec![plate, path(d).unfilled().stroke(theme, Paint::Grid, canvas.hair() * 1.4)]
}

impl Matrix {
    /// Draws it from `frame.top` on, in as many bands below each other as its columns need; gives where it ends.
    pub fn draw(&self, frame: &mut Frame, heat: &Heat) -> f64 {
        let canvas = frame.canvas;
        let size = canvas.text;
        let names = Names::within(self.rows.iter().map(String::as_str), canvas.room() * 0.3, 2, size);
        let left = canvas.margin + names.px + size * 0.6;
        let widest = self.spots.iter().flatten().flatten().filter_map(|spot| spot.lines.first());
        let widest = widest.map(|line| width_px(line, size, Weight::SemiBold)).fold(size * 1.6, f64::max) + size * 0.6;
        let room = canvas.right() - left;
        let fit = ((room / widest).floor() as usize).max(1);
        let bands = self.heads.len().div_ceil(fit).max(1);
        let a_band = self.heads.len().div_ceil(bands).max(1);
        let wide = (room / a_band as f64).min(size * 13.0);
        let lines = self.spots.iter().flatten().flatten().map(|spot| spot.lines.len()).max().unwrap_or(1);
        let high = (size * (1.0 + 1.2 * lines as f64)).max(size * 0.8 + size * 1.15 * names.most_lines() as f64);
        let mut y = frame.top;
        for band in 0..bands {
            let columns = band * a_band..((band + 1) * a_band).min(self.heads.len());
            let heads = self.heads[columns.clone()].iter().map(String::as_str);
            let small = if wide < size * 6.0 { size * 0.85 } else { size };
            let heads = Names::within(heads, wide - size * 0.15, 3, small);
            let heads_px = heads.most_lines() as f64 * size * 1.15;
            for at in 0..columns.len() {
                let x = left + (at as f64 + 0.5) * wide;
                heads.write(frame, at, x, y + heads_px / 2.0, Anchor::Middle, Paint::Quiet);
            }
            y += heads_px + size * 0.4;
            for (row, spots) in self.spots.iter().enumerate() {
                if bands > 1 && spots[columns.clone()].iter().all(Option::is_none) {
                    continue;
                }
                names.write(frame, row, canvas.margin + names.px, y + high / 2.0, Anchor::End, Paint::Ink);
                for (at, spot) in spots[columns.clone()].iter().enumerate() {
                    if let Some(spot) = spot {
                        let x = left + at as f64 * wide;
                        draw_spot(frame, spot, heat, [x, y, wide, high]);
                    }
                }
                y += high;
            }
            y += size;
        }
        y - size * 0.3
    }
}

/// The plate, its texts as far as they fit, and what is told by pointing.
pub(super) fn draw_spot(frame: &mut Frame, spot: &Spot, heat: &Heat, [x, y, wide, high]: [f64; 4]) {
    let (size, theme) = (frame.canvas.text, frame.theme);
    let gap = (size * 0.08).min(wide * 0.06);
    let (x, y, wide, high) = (x + gap, y + gap, wide - 2.0 * gap, high - 2.0 * gap);
    let step = spot.value.map(|value| heat.step(value));
    let plate: Vec<Element> = match step {
        Some(step) => vec![rect(x, y, wide, high).fill(theme, Paint::Heat(step))],
        None => hatch(frame, x, y, wide, high),
    };
    let mut group = crate::svg::element("g").told(&spot.told).with_all(plate);
    let paint = step.map_or(Paint::Quiet, Paint::on_heat);
    let first = y + high / 2.0 + size * 0.35 - spot.lines.len().saturating_sub(1) as f64 * size * 0.6;
    for (row, words) in spot.lines.iter().enumerate() {
        let (px, weight) = if row == 0 { (size, Weight::SemiBold) } else { (size * 0.9, Weight::Regular) };
        if width_px(words, px, weight) > wide {
            continue;
        }
        let set = text(x + wide / 2.0, first + row as f64 * size * 1.2, px, Anchor::Middle, words).fill(theme, paint);
        group = group.with(if row == 0 { set.semi_bold() } else { set });
    }
    let members: Vec<&str> = spot.members.iter().map(String::as_str).collect();
    let mark = frame.linked(&members, group);
    frame.marks.push(mark);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heat_has_round_edges_and_uses_the_whole_ramp() {
        let heat = Heat::of([0.18, 0.9].into_iter()).expect("there are values");
        assert_eq!((heat.low, heat.width, heat.bins), (0.0, 0.2, 5));
        assert_eq!([0.0, 0.19, 0.2, 0.9].map(|value| heat.step(value)), [0, 0, 2, 6]);
        let same = Heat::of([5.0, 5.0].into_iter()).expect("there are values");
        assert_eq!((same.bins, same.step(5.0)), (1, 3));
        assert!(Heat::of(std::iter::empty()).is_none());
    }
}
