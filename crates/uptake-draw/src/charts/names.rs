//! Names at the left of rows: broken into lines, flush right, whole on pointing where they were cut.

use super::frame::Frame;
use crate::svg::{Anchor, text};
use crate::text::{Weight, width_px, wrapped};
use crate::theme::{Canvas, Paint};

/// Names laid out for one canvas.
pub(super) struct Names {
    whole: Vec<String>,
    lines: Vec<Vec<String>>,
    /// The widest line.
    pub px: f64,
    size: f64,
}

impl Names {
    /// At most a third of the canvas, more on a phone, whose names then take three lines.
    pub fn of<'a>(names: impl Iterator<Item = &'a str>, canvas: &Canvas) -> Names {
        let (share, most_lines) = if canvas.is_narrow() { (0.4, 3) } else { (0.34, 2) };
        Names::within(names, canvas.room() * share, most_lines, canvas.text)
    }

    pub fn within<'a>(names: impl Iterator<Item = &'a str>, room: f64, most_lines: usize, size: f64) -> Names {
        let whole: Vec<String> = names.map(String::from).collect();
        let lines: Vec<Vec<String>> =
            whole.iter().map(|name| wrapped(name, room, most_lines, size, Weight::Regular)).collect();
        let px = lines.iter().flatten().map(|line| width_px(line, size, Weight::Regular)).fold(0.0, f64::max);
        Names { whole, lines, px, size }
    }

    /// Lines of the name with the most.
    pub fn most_lines(&self) -> usize {
        self.lines.iter().map(Vec::len).max().unwrap_or(1)
    }

    /// Writes name `at` around the height `middle`, from or up to `x` as the anchor says.
    pub fn write(&self, frame: &mut Frame, at: usize, x: f64, middle: f64, anchor: Anchor, paint: Paint) {
        let (size, lines) = (self.size, &self.lines[at]);
        let first = middle + size * 0.35 - lines.len().saturating_sub(1) as f64 * size * 0.575;
        for (row, part) in lines.iter().enumerate() {
            let whole = if part.ends_with('…') { &self.whole[at] } else { part };
            let set = text(x, first + row as f64 * size * 1.15, size, anchor, part).fill(frame.theme, paint);
            frame.marks.push(set.with_title(part, whole));
        }
    }
}
