//! A waterfall: what was there at the start, what came and went, what is there at the end. The bars must add up.

use super::frame::{Frame, frame};
use super::names::Names;
use super::reading::Drawing;
use super::rows::{Asked, Cell, Rows};
use super::{Chart, Format, Picture, summary};
use crate::scale::Linear;
use crate::svg::{Anchor, line, path, rect, text, through};
use crate::text::{Weight, width_px};
use crate::theme::{Paint, Size, Theme};
use uptake_spec::kpi::Unit;
use uptake_spec::{Problem, Range};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Waterfall {
    steps: Vec<Step>,
    period: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
struct Step {
    name: String,
    /// The name as the data has it.
    member: String,
    from: f64,
    to: f64,
    /// A level rather than a change: the start and the end.
    level: bool,
}

/// The first member is the start if it is called so, the last the end; all others are changes with their sign.
///
/// # Errors
/// Not exactly one column names the bars, they are of a unit that cannot be added, or do not add up to the end.
pub(super) fn fit(rows: &Rows, asked: &Asked) -> Result<Waterfall, Problem> {
    rows.want_columns(
        asked,
        1..=1,
        "a waterfall",
        "its bars are one column; filter to one grade or office instead of \"by\"",
    )?;
    if !matches!(asked.format.unit, Unit::Count | Unit::Money) {
        let what = "a waterfall adds its bars up, and these values do not add up";
        return Err(asked.refuse(what, "use a KPI that counts or sums money, or type = \"bar\""));
    }
    let newest = rows.newest();
    let crossed: Vec<Vec<Option<Cell>>> = newest.map_or(vec![], |stop| rows.crossed(stop));
    let values = crossed.iter().map(|cells| cells[0].and_then(|cell| cell.value));
    let named: Vec<(String, f64)> =
        rows.columns[0].members.iter().cloned().zip(values).filter_map(|(name, value)| Some((name, value?))).collect();
    Ok(Waterfall { steps: steps(&named, asked)?, period: rows.words_of(newest) })
}

fn steps(named: &[(String, f64)], asked: &Asked) -> Result<Vec<Step>, Problem> {
    let is = |name: &str, word: &str| name.to_lowercase().split(|c: char| !c.is_alphanumeric()).next() == Some(word);
    let mut level = 0.0;
    let mut steps = vec![];
    let last = named.len().saturating_sub(1);
    for (at, (name, value)) in named.iter().enumerate() {
        let (name, member) = (asked.format.locale.heading(name), name.clone());
        if at == 0 && is(&name, "start") {
            level = *value;
            steps.push(Step { name, member, from: 0.0, to: level, level: true });
            continue;
        }
        if at == last && is(&name, "end") {
            // Cents may be lost on the way, not more.
            let size = named.iter().map(|(_, value)| value.abs()).fold(1.0, f64::max);
            if (level - value).abs() > size * 1e-6 + 0.01 {
                let figure = |n| asked.format.figure(n);
                let what = format!(
                    "the bars of this waterfall make {}, but \"{name}\" says {}",
                    figure(level),
                    figure(*value)
                );
                return Err(asked.refuse(what, "a bar is missing or has the wrong sign; what goes is negative"));
            }
            steps.push(Step { name, member, from: 0.0, to: *value, level: true });
            continue;
        }
        steps.push(Step { name, member, from: level, to: level + value, level: false });
        level += value;
    }
    Ok(steps)
}

impl Waterfall {
    fn label(&self, step: &Step, format: &Format) -> String {
        if step.level { format.short(step.to) } else { format.short_change(step.to - step.from) }
    }

    fn changes(&self) -> impl Iterator<Item = (String, f64)> {
        self.steps.iter().filter(|step| !step.level).map(|step| (step.name.clone(), step.to - step.from))
    }
}

impl Picture for Waterfall {
    fn subtitle(&self, format: &Format, range: Option<Range>) -> Vec<String> {
        std::iter::once(format.unit_word())
            .chain(self.period.clone().or(range.map(|range| format.locale.range(range))))
            .collect()
    }

    fn summary(&self, format: &Format) -> String {
        let (Some(first), Some(last)) = (self.steps.first(), self.steps.last()) else {
            return format.locale.no_data.into();
        };
        let most = |sign: f64| {
            let found = self
                .changes()
                .filter(|(_, delta)| delta * sign > 0.0)
                .max_by(|a, b| (a.1 * sign).total_cmp(&(b.1 * sign)));
            found.map(|(name, delta)| format!("{name} {}", format.short_change(delta)))
        };
        let told: Vec<String> = [most(1.0), most(-1.0)].into_iter().flatten().collect();
        let start = if first.level { first.to } else { 0.0 };
        let words = &format.locale;
        let moved = match &told[..] {
            [] => String::new(),
            moves => format!("{}{}", words.semicolon, (words.largest_moves)(&moves.join(", "))),
        };
        let told = format!("{}{moved}", (words.moved_from_to)(&format.figure(start), &format.figure(last.to)));
        summary::of_period(self.period.as_deref(), &told, format)
    }

    fn draw(&self, chart: &Chart, size: Size, theme: &Theme) -> Drawing {
        let frame = frame(chart, size, theme);
        match self.steps.is_empty() {
            true => frame.finish_empty(chart),
            false => draw(chart, self, frame),
        }
    }

    fn members(&self) -> Vec<Vec<String>> {
        self.steps.iter().map(|step| vec![step.member.clone()]).collect()
    }
}

/// Bars lie, so that their names can be read on a phone; time runs downwards.
fn draw(chart: &Chart, waterfall: &Waterfall, mut frame: Frame) -> Drawing {
    let (canvas, theme, format) = (frame.canvas, frame.theme, &chart.format);
    let size = canvas.text;
    let names = Names::of(waterfall.steps.iter().map(|step| step.name.as_str()), &canvas);
    let labels = waterfall.steps.iter().map(|step| width_px(&waterfall.label(step, format), size, Weight::SemiBold));
    let labels_px = labels.fold(0.0, f64::max) + size * 0.5;
    let ends = waterfall.steps.iter().flat_map(|step| [step.from, step.to]);
    let (low, high) = ends.fold((0.0_f64, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
    let left = canvas.margin + names.px + size * 0.8 + if low < 0.0 { labels_px } else { 0.0 };
    let scale = Linear::bare(low, high, (left, canvas.right() - labels_px));
    let height = size * (1.0 + 1.15 * names.most_lines() as f64);
    let thick = size * 1.35;
    let (top, mut y) = (frame.top, frame.top);
    for (at, step) in waterfall.steps.iter().enumerate() {
        let middle = y + height / 2.0;
        names.write(&mut frame, at, canvas.margin + names.px, middle, Anchor::End, Paint::Ink);
        let (from, to) = (scale.at(step.from), scale.at(step.to));
        let (up, down) = (step.to > step.from, step.to < step.from);
        let said = format.locale.told(&step.name, &waterfall.label(step, format));
        let body = match (step.level, up, down) {
            (true, ..) => rect(from.min(to), middle - thick / 2.0, (to - from).abs(), thick).fill(theme, Paint::Muted),
            (_, true, _) => pointed(from, to, middle, thick).fill(theme, Paint::Series(0)),
            (_, _, true) => pointed(from, to, middle, thick).fill(theme, Paint::Series(1)),
            _ => line(from, middle - thick / 2.0, from, middle + thick / 2.0).stroke(
                theme,
                Paint::Axis,
                canvas.hair() * 2.0,
            ),
        };
        if at + 1 < waterfall.steps.len() {
            let thread = line(to, middle, to, middle + height - thick / 2.0);
            frame.marks.push(thread.stroke(theme, Paint::Axis, canvas.hair()));
        }
        let mark = frame.linked(&[&step.member], body.told(&said));
        frame.marks.push(mark);
        let (x, anchor) = match down && !step.level && from.min(to) - labels_px >= left {
            true => (to - size * 0.5, Anchor::End),
            false => (from.max(to) + size * 0.5, Anchor::Start),
        };
        let set = text(x, middle + size * 0.35, size, anchor, &waterfall.label(step, format)).semi_bold();
        frame.marks.push(set.fill(theme, Paint::Ink).rimmed(theme, size * 0.25));
        y += height;
    }
    let zero = scale.at(0.0);
    frame.marks.push(line(zero, top, zero, y).stroke(theme, Paint::Axis, canvas.hair()));
    frame.finish(chart, y + canvas.margin)
}

/// A bar with a tip, so that the way it goes can be seen without its colour.
fn pointed(from: f64, to: f64, middle: f64, thick: f64) -> crate::svg::Element {
    let half = thick / 2.0;
    let tip = (half * 0.7).min((to - from).abs()) * (to - from).signum();
    let around = [
        (from, middle - half),
        (to - tip, middle - half),
        (to, middle),
        (to - tip, middle + half),
        (from, middle + half),
    ];
    path(format!("{}Z", through(&around)))
}
