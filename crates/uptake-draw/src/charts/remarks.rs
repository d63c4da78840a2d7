//! What happened on a day: a thin line through the plot, and its words above.

use super::frame::Frame;
use super::stops::Stop;
use crate::labels::Taken;
use crate::svg::{Anchor, line, text};
use crate::text::{Weight, ellipsized, width_px};
use crate::theme::{Canvas, Paint};
use crate::words::Words;
use chrono::NaiveDate;
use uptake_spec::project::Remark;

/// The room that the words want above the plot.
pub(super) fn strip_px(remarks: &[Remark], canvas: &Canvas) -> f64 {
    if remarks.is_empty() { 0.0 } else { canvas.text * 1.6 }
}

/// Draws them through a plot from `top` to `bottom`. Words that would cover others are left to the line's own title.
pub(super) fn draw(
    frame: &mut Frame,
    remarks: &[Remark],
    stops: &[Stop],
    xs: &[f64],
    (top, bottom): (f64, f64),
    words: &Words,
) {
    let (size, theme, canvas) = (frame.canvas.text, frame.theme, frame.canvas);
    let mut taken = Taken::default();
    for remark in remarks {
        let Some(at) = stop_of(stops, remark.d) else { continue };
        let (x, told) = (xs[at], told(remark, words));
        let through = line(x, top - size * 0.4, x, bottom).stroke(theme, Paint::Quiet, canvas.hair());
        frame.marks.push(through.set("stroke-dasharray", super::line::dash(canvas.stroke, 0.5, 1.2)).told(&told));
        let said = ellipsized(&remark.text, canvas.room() / 2.0, size, Weight::Regular);
        let wide = width_px(&said, size, Weight::Regular);
        let left = (x - wide / 2.0).min(canvas.right() - wide).max(canvas.margin);
        if taken.is_free(left - size * 0.5, top - size * 1.6, wide + size, size) {
            taken.keep(left, top - size * 1.6, wide, size);
            let set = text(left, top - size * 0.75, size, Anchor::Start, &said).fill(theme, Paint::Quiet);
            frame.marks.push(set.with_title(&said, &told));
        }
    }
}

/// ` On 25 May 2026: Relaunch.`
pub(super) fn summary(remarks: &[Remark], stops: &[Stop], words: &Words) -> String {
    let shown = remarks.iter().filter(|remark| stop_of(stops, remark.d).is_some());
    shown.map(|remark| (words.on_day)(&told(remark, words))).collect()
}

pub(crate) fn told(remark: &Remark, words: &Words) -> String {
    words.told(&words.date(remark.d), remark.text.trim_end_matches('.'))
}

/// The latest stop that begins by `day`; whoever hands remarks in knows where the last one ends.
pub(crate) fn stop_of(stops: &[Stop], day: NaiveDate) -> Option<usize> {
    let begun = |at: &usize| stops[*at].day.filter(|start| *start <= day);
    (0..stops.len()).filter(|at| begun(at).is_some()).max_by_key(begun)
}
