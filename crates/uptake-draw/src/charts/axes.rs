//! Axes: values at the left with their grid, stops or numbers below.

use super::Format;
use super::frame::Frame;
use super::stops::Stop;
use crate::scale::Linear;
use crate::svg::{Anchor, line, text};
use crate::text::{Weight, ellipsized, width_px};
use crate::theme::Paint;

/// Draws grid and values; gives where the plot begins.
pub(super) fn value_axis(frame: &mut Frame, scale: &Linear, format: &Format, right: f64) -> f64 {
    let (size, theme) = (frame.canvas.text, frame.theme);
    let labels: Vec<String> = scale.ticks.iter().map(|tick| format.tick_label(*tick, scale.step)).collect();
    let widest = labels.iter().map(|label| width_px(label, size, Weight::Regular)).fold(0.0, f64::max);
    let left = frame.canvas.margin + widest + size * 0.6;
    for (tick, label) in scale.ticks.iter().zip(&labels) {
        let y = scale.at(*tick);
        let paint = if tick.abs() < scale.step / 2.0 { Paint::Axis } else { Paint::Grid };
        frame.marks.push(line(left, y, right, y).stroke(theme, paint, frame.canvas.hair()));
        let x = left - size * 0.5;
        frame.marks.push(text(x, y + size * 0.35, size, Anchor::End, label).fill(theme, Paint::Quiet));
    }
    left
}

/// Writes as many stops below the axis as fit, the first of each year with the year.
pub(super) fn stop_axis(frame: &mut Frame, stops: &[Stop], xs: &[f64], bottom: f64) {
    let (size, theme, canvas) = (frame.canvas.text, frame.theme, frame.canvas);
    let room = canvas.width / 6.0;
    let labels: Vec<String> = stops.iter().map(|stop| ellipsized(&stop.tick, room, size, Weight::Regular)).collect();
    let widest = labels.iter().map(|label| width_px(label, size, Weight::Regular)).fold(0.0, f64::max) + size * 1.6;
    let apart = if xs.len() > 1 { (xs[xs.len() - 1] - xs[0]) / (xs.len() - 1) as f64 } else { widest };
    let every = (widest / apart.max(0.01)).ceil().max(1.0) as usize;
    let (mut year, mut last) = ("", f64::NEG_INFINITY);
    for (at, label) in labels.iter().enumerate().step_by(every) {
        // Moments may lie close together.
        if xs[at] - last < widest * 0.7 {
            continue;
        }
        last = xs[at];
        let x = xs[at].min(canvas.right() - widest / 2.0 + size * 0.8);
        frame.marks.push(line(xs[at], bottom, xs[at], bottom + size * 0.3).stroke(theme, Paint::Axis, canvas.hair()));
        let base = bottom + size * 1.4;
        let set = text(x, base, size, Anchor::Middle, label).fill(theme, Paint::Quiet);
        frame.marks.push(set.with_title(label, &stops[at].tick));
        if stops[at].year != year {
            year = &stops[at].year;
            frame.marks.push(text(x, base + size * 1.25, size, Anchor::Middle, year).fill(theme, Paint::Quiet));
        }
    }
}

/// Writes the values of `scale` below the plot where they do not meet, and what they are under them.
pub(super) fn number_axis(frame: &mut Frame, scale: &Linear, format: &Format, bottom: f64, what: &str) {
    let (size, theme, canvas) = (frame.canvas.text, frame.theme, frame.canvas);
    let labels: Vec<String> = scale.ticks.iter().map(|tick| format.tick_label(*tick, scale.step)).collect();
    let widest = labels.iter().map(|label| width_px(label, size, Weight::Regular)).fold(0.0, f64::max) + size;
    let apart = (scale.px.1 - scale.px.0) / (labels.len().max(2) - 1) as f64;
    let every = (widest / apart.max(0.01)).ceil().max(1.0) as usize;
    for (tick, label) in scale.ticks.iter().zip(&labels).step_by(every) {
        let x = scale.at(*tick);
        frame.marks.push(line(x, bottom, x, bottom + size * 0.3).stroke(theme, Paint::Axis, canvas.hair()));
        // At the ends a long label would be cut by the edge of the picture.
        let half = width_px(label, size, Weight::Regular) / 2.0;
        let x = x.min(canvas.width - half).max(half);
        frame.marks.push(text(x, bottom + size * 1.4, size, Anchor::Middle, label).fill(theme, Paint::Quiet));
    }
    let said = ellipsized(what, canvas.room(), size, Weight::Regular);
    let x = (scale.px.0 + scale.px.1) / 2.0;
    let half = width_px(&said, size, Weight::Regular) / 2.0;
    let x = x.min(canvas.right() - half).max(canvas.margin + half);
    frame.marks.push(text(x, bottom + size * 2.8, size, Anchor::Middle, &said).fill(theme, Paint::Quiet));
}
