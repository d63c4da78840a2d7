//! Who is who: names and newest values beside the line ends, or as a legend where they do not fit.

use super::frame::Frame;
use crate::labels::apart;
use crate::scale::Linear;
use crate::svg::{Anchor, Element, dot, line, path, rect, short, text};
use crate::text::{Weight, ellipsized, width_px};
use crate::theme::{Canvas, Paint, Theme};

/// The name and the newest value of one line, layer or colour.
pub(super) struct End {
    pub name: String,
    pub value: String,
    /// In the chart's unit: where the label wants to stand.
    pub height: f64,
    pub key: Key,
}

/// The small picture before a name.
#[derive(Clone, Copy)]
pub(super) enum Key {
    /// The mark of a line's end; a different shape for each.
    Mark(usize, Paint),
    Swatch(Paint),
    /// A dashed line.
    Target,
    /// A thin grey line.
    Before,
    /// A thin line.
    Limit,
}

/// The room that labels beside the plot take; `None` if they would take too much of a narrow picture, or too many stand in it.
pub(super) fn room_beside(ends: &[End], canvas: &Canvas) -> Option<f64> {
    if ends.is_empty() {
        return Some(canvas.text * 1.2);
    }
    let longest = ends.iter().map(|end| end.width(canvas.text)).fold(0.0, f64::max) + canvas.text * 2.2;
    let most = canvas.width * 0.3;
    let rows_px = ends.len() as f64 * canvas.text * 1.3;
    if longest > most && canvas.is_narrow() || rows_px > canvas.height * 0.55 {
        return None;
    }
    Some(longest.min(most))
}

/// Writes the labels at the right of the plot, parted where they would cover each other.
pub(super) fn beside(frame: &mut Frame, ends: &[End], scale: &Linear, right: f64, bottom: f64) {
    let (size, theme) = (frame.canvas.text, frame.theme);
    let wanted: Vec<f64> = ends.iter().map(|end| scale.at(end.height)).collect();
    let top = frame.top;
    let placed = apart(&wanted, size * 1.3, top, bottom).unwrap_or(wanted.clone());
    let from = right + size * 1.9;
    let room = frame.canvas.width - frame.canvas.margin - from;
    for (end, (y, wanted)) in ends.iter().zip(placed.into_iter().zip(wanted)) {
        let key = right + size * 1.25;
        // A thin leader says which end a moved label belongs to.
        if (y - wanted).abs() > size * 0.5 {
            frame.marks.push(line(right + size * 0.35, wanted, key - size * 0.45, y).stroke(
                theme,
                Paint::Axis,
                size / 16.0,
            ));
        }
        frame.marks.push(end.key(key, y, &frame.canvas, theme));
        frame.marks.extend(end.label(from, y + size * 0.35, room, size, theme));
    }
}

/// Writes the value of a line that is alone above its mark, or beneath it where the line comes from `before`, higher up, and there is room
/// over `bottom`.
pub(super) fn alone(frame: &mut Frame, value: &str, (x, y): (f64, f64), before: Option<f64>, bottom: f64) {
    let (size, theme, canvas) = (frame.canvas.text, frame.theme, frame.canvas);
    let half = width_px(value, size, Weight::SemiBold) / 2.0;
    let at = x.min(canvas.width - canvas.margin - half);
    let (over, under) = (y - canvas.stroke * 1.9 - size * 0.5, y + canvas.stroke * 1.9 + size * 1.1);
    let falls = before.is_some_and(|before| before < y - size * 0.3);
    let base = if falls && under + size * 0.3 < bottom { under } else { over };
    let set = text(at, base, size, Anchor::Middle, value).semi_bold();
    frame.marks.push(set.fill(theme, Paint::Ink).rimmed(theme, size * 0.25));
}

/// Writes the labels as rows between title and plot, and moves the plot down.
pub(super) fn legend(frame: &mut Frame, ends: &[End]) {
    let (size, theme, canvas) = (frame.canvas.text, frame.theme, frame.canvas);
    let right = canvas.width - canvas.margin;
    let most = (right - canvas.margin) - size * 1.4;
    let (mut x, mut base) = (canvas.margin, frame.top + size * 0.5);
    for end in ends {
        let wide = end.width(size).min(most) + size * 1.4;
        if x > canvas.margin && x + wide > right {
            x = canvas.margin;
            base += size * 1.5;
        }
        frame.marks.push(end.key(x + size * 0.4, base - size * 0.35, &canvas, theme));
        frame.marks.extend(end.label(x + size * 1.1, base, most, size, theme));
        x += wide + size * 0.9;
    }
    frame.top = base + size * 1.2;
}

/// The shape at a line's end: a different one for each of the eight series, so that grey prints can be read.
pub(super) fn mark(x: f64, y: f64, series: usize, paint: Paint, canvas: &Canvas, theme: &Theme) -> Element {
    let r = canvas.stroke * 1.9;
    let corners: &[(f64, f64)] = match series % 8 {
        0 => return dot(x, y, r).fill(theme, paint).stroke(theme, Paint::Paper, canvas.stroke * 0.4),
        1 => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        2 => &[(0.0, -1.2), (1.15, 0.85), (-1.15, 0.85)],
        3 => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
        4 => &[(0.0, 1.2), (1.15, -0.85), (-1.15, -0.85)],
        5 => &[(-1.2, 0.0), (0.85, -1.15), (0.85, 1.15)],
        6 => &[(1.2, 0.0), (-0.85, -1.15), (-0.85, 1.15)],
        _ => &[
            (-0.4, -1.2),
            (0.4, -1.2),
            (0.4, -0.4),
            (1.2, -0.4),
            (1.2, 0.4),
            (0.4, 0.4),
            (0.4, 1.2),
            (-0.4, 1.2),
            (-0.4, 0.4),
            (-1.2, 0.4),
            (-1.2, -0.4),
            (-0.4, -0.4),
        ],
    };
    let points: Vec<(f64, f64)> = corners.iter().map(|(dx, dy)| (x + dx * r, y + dy * r)).collect();
    path(format!("{}Z", crate::svg::through(&points))).fill(theme, paint).stroke(
        theme,
        Paint::Paper,
        canvas.stroke * 0.4,
    )
}

impl End {
    fn width(&self, size: f64) -> f64 {
        let between = if self.name.is_empty() || self.value.is_empty() { 0.0 } else { size * 0.4 };
        width_px(&self.name, size, Weight::Regular) + between + width_px(&self.value, size, Weight::SemiBold)
    }

    fn key(&self, x: f64, y: f64, canvas: &Canvas, theme: &Theme) -> Element {
        let half = canvas.text * 0.45;
        match self.key {
            Key::Mark(series, paint) => mark(x, y, series, paint, canvas, theme),
            Key::Swatch(paint) => {
                let side = half * 1.7;
                rect(x - side / 2.0, y - side / 2.0, side, side).at("rx", half * 0.3).fill(theme, paint)
            }
            Key::Target => {
                let dash = format!("{} {}", short(canvas.stroke), short(canvas.stroke));
                let thin = line(x - half, y, x + half, y).stroke(theme, Paint::Target, canvas.stroke * 0.7);
                thin.set("stroke-dasharray", dash)
            }
            Key::Before => line(x - half, y, x + half * 0.8, y).stroke(theme, Paint::Muted, canvas.stroke * 0.7),
            Key::Limit => line(x - half, y, x + half * 0.8, y).stroke(theme, Paint::Quiet, canvas.stroke * 0.5),
        }
    }

    /// The name, cut where there is no room, and the value in semi-bold behind it.
    fn label(&self, x: f64, base: f64, room: f64, size: f64, theme: &Theme) -> Vec<Element> {
        let value_px = width_px(&self.value, size, Weight::SemiBold);
        let between = if self.name.is_empty() { 0.0 } else { size * 0.4 };
        let name = ellipsized(&self.name, room - value_px - between, size, Weight::Regular);
        let name_px = width_px(&name, size, Weight::Regular);
        let mut set = vec![];
        if !name.is_empty() && !self.name.is_empty() {
            set.push(text(x, base, size, Anchor::Start, &name).fill(theme, Paint::Ink).with_title(&name, &self.name));
        }
        if !self.value.is_empty() {
            let at = if self.name.is_empty() { x } else { x + name_px + between };
            set.push(text(at, base, size, Anchor::Start, &self.value).semi_bold().fill(theme, Paint::Ink));
        }
        set
    }
}
