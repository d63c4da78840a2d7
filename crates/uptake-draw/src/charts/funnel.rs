//! A funnel: how many entered each stage, how many went on, and the share between. The weakest step is named.

use super::bar::FEW;
use super::frame::{Frame, frame};
use super::members::{self, Drawn};
use super::names::Names;
use super::reading::Drawing;
use super::rows::{Asked, Rows};
use super::{Chart, Format, Picture, summary};
use crate::scale::Linear;
use crate::svg::{Anchor, path, rect, text, through};
use crate::text::{Weight, ellipsized, width_px};
use crate::theme::{Paint, Size, Theme};
use uptake_spec::kpi::Unit;
use uptake_spec::{Problem, Range, Table};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Funnel {
    /// From the first on.
    stages: Vec<Stage>,
    period: Option<String>,
    /// Of what was counted; a share's numerators are.
    counted: Format,
}

#[derive(Debug, Clone, PartialEq)]
struct Stage {
    name: String,
    entered: Option<f64>,
    /// Where the data tells it; else those who entered the next stage.
    advanced: Option<f64>,
}

/// A share's denominator entered and its numerator advanced; a number or an amount entered.
///
/// # Errors
/// Not exactly one column names the stages, the unit is no share and does not add up, or something is negative.
pub(super) fn fit(rows: &Rows, asked: &Asked) -> Result<Funnel, Problem> {
    rows.want_columns(
        asked,
        1..=1,
        "a funnel",
        "its stages are one column; filter to one grade or office instead of \"by\"",
    )?;
    let share = match asked.format.unit {
        Unit::Share => true,
        Unit::Count | Unit::Money => false,
        Unit::Rate | Unit::Days => {
            let what = "a funnel counts those who enter each stage, and a rate counts nobody";
            return Err(asked.refuse(what, "use a KPI that counts, or type = \"bar\""));
        }
    };
    let newest = rows.newest();
    let crossed = newest.map_or(vec![], |stop| rows.crossed(stop));
    let stage = |(name, cells): (&String, &Vec<Option<super::rows::Cell>>)| {
        let cell = cells[0];
        let parts = cell.and_then(|cell| cell.parts);
        let entered = if share { parts.map(|(_, whole)| whole) } else { cell.and_then(|cell| cell.value) };
        Stage { name: name.clone(), entered, advanced: parts.map(|(part, _)| part).filter(|_| share) }
    };
    let stages: Vec<Stage> = rows.columns[0].members.iter().zip(&crossed).map(stage).collect();
    if rows.columns[0].members.is_empty() || stages.iter().any(|stage| stage.entered.is_some()) || !share {
        let unit = if share { Unit::Count } else { asked.format.unit };
        return Funnel { stages, period: rows.words_of(newest), counted: Format { unit, ..asked.format.clone() } }
            .checked(asked);
    }
    Err(asked.refuse("a funnel of shares needs numerator and denominator of each stage", "use type = \"bar\""))
}

/// `x` names the stages and `y` counts those who entered; a column `advanced`, where there is one, those who went on.
///
/// # Errors
/// The block names a `series`, or something is negative.
pub(super) fn fit_query(table: &Table, columns: &Drawn, asked: &Asked) -> Result<Funnel, Problem> {
    if columns.series.is_some() {
        return Err(asked.refuse("a funnel has one row of stages and no series", "leave the line out"));
    }
    let number = |row, column: &str| table.value(row, column).number().filter(|n| n.is_finite());
    let stage = |row| Stage {
        name: members::name(table.value(row, &columns.x), &asked.format.locale),
        entered: number(row, &columns.y),
        advanced: number(row, "advanced"),
    };
    let stages = (0..table.rows()).map(stage).collect();
    Funnel { stages, period: None, counted: asked.format.clone() }.checked(asked)
}

impl Funnel {
    fn checked(self, asked: &Asked) -> Result<Funnel, Problem> {
        match self.stages.iter().find(|stage| [stage.entered, stage.advanced].iter().flatten().any(|n| *n < 0.0)) {
            Some(stage) => {
                let what = format!("a funnel counts, and \"{}\" is negative", stage.name);
                Err(asked.refuse(what, "use type = \"waterfall\" for what comes and goes"))
            }
            None => Ok(self),
        }
    }

    /// Those of stage `at` that went on; of the last stage only where the data tells it.
    fn advanced(&self, at: usize) -> Option<f64> {
        self.stages[at].advanced.or_else(|| self.stages.get(at + 1)?.entered)
    }

    /// Above 1 where more entered the next stage than this one.
    fn conversion(&self, at: usize) -> Option<f64> {
        let entered = self.stages[at].entered.filter(|entered| *entered > 0.0)?;
        self.advanced(at).map(|advanced| advanced / entered)
    }

    /// The stage that the smallest share leaves; `None` if there is nothing to compare.
    fn weakest(&self) -> Option<usize> {
        let known = (0..self.stages.len()).filter_map(|at| self.conversion(at).map(|share| (at, share)));
        let known: Vec<(usize, f64)> =
            known.filter(|(at, _)| self.stages[*at].entered.is_some_and(|n| n >= FEW)).collect();
        let least = known.iter().min_by(|a, b| a.1.total_cmp(&b.1)).filter(|_| known.len() > 1)?;
        (known.iter().filter(|(_, share)| *share == least.1).count() == 1).then_some(least.0)
    }

    /// `62 %`, or `7 of 12` where they are few.
    fn share(&self, at: usize) -> Option<String> {
        let (entered, advanced) = self.stages[at].entered.zip(self.advanced(at))?;
        let words = &self.counted.locale;
        let few = self.counted.unit == Unit::Count && entered < FEW;
        if few { Some(words.of(advanced, entered)) } else { self.conversion(at).map(|share| words.percent(share, 0)) }
    }
}

impl Picture for Funnel {
    fn subtitle(&self, format: &Format, range: Option<Range>) -> Vec<String> {
        let told = self.stages.iter().any(|stage| stage.advanced.is_some());
        let dark = if told { format.locale.strong_went_on } else { "" };
        let what = format!("{}{dark}", (format.locale.entered_each_stage)(&self.counted.unit_word()));
        std::iter::once(what).chain(self.period.clone().or(range.map(|range| format.locale.range(range)))).collect()
    }

    fn summary(&self, format: &Format) -> String {
        let known: Vec<&Stage> = self.stages.iter().filter(|stage| stage.entered.is_some()).collect();
        let (Some(first), Some(last)) = (known.first(), known.last()) else { return format.locale.no_data.into() };
        let words = &format.locale;
        let figure = |stage: &Stage| self.counted.figure(stage.entered.unwrap_or(0.0));
        let weakest = self.weakest().and_then(|at| Some((self.share(at)?, &self.stages[at].name)));
        let weakest =
            weakest.map(|(share, name)| format!("{}{}", words.semicolon, (words.weakest_step_is)(name, &share)));
        let [first, last] = [first, last].map(|stage| (words.in_stage)(&figure(stage), &stage.name));
        let told = format!("{first}, {last}{}", weakest.unwrap_or_default());
        summary::of_period(self.period.as_deref(), &told, format)
    }

    fn draw(&self, chart: &Chart, size: Size, theme: &Theme) -> Drawing {
        let frame = frame(chart, size, theme);
        let empty = self.stages.iter().all(|stage| stage.entered.is_none());
        if empty { frame.finish_empty(chart) } else { draw(chart, self, frame) }
    }

    fn members(&self) -> Vec<Vec<String>> {
        self.stages.iter().map(|stage| vec![stage.name.clone()]).collect()
    }
}

fn draw(chart: &Chart, funnel: &Funnel, mut frame: Frame) -> Drawing {
    let (canvas, theme) = (frame.canvas, frame.theme);
    let size = canvas.text;
    let names = Names::of(funnel.stages.iter().map(|stage| stage.name.as_str()), &canvas);
    let words = &chart.format.locale;
    let label = |stage: &Stage| stage.entered.map_or(words.nothing.into(), |n| funnel.counted.short(n));
    let labels_px =
        funnel.stages.iter().map(|stage| width_px(&label(stage), size, Weight::SemiBold)).fold(0.0, f64::max);
    let left = canvas.margin + names.px + size * 0.8;
    let most = funnel.stages.iter().flat_map(|stage| [stage.entered, stage.advanced]).flatten().fold(0.0, f64::max);
    let scale = Linear::bare(0.0, most, (left, canvas.right() - labels_px - size * 0.6));
    let bar_px = (size * 2.2).max(size * (0.6 + 1.15 * names.most_lines() as f64));
    let between_px = size * 1.9;
    let told = funnel.stages.iter().any(|stage| stage.advanced.is_some());
    let mut y = frame.top;
    for (at, stage) in funnel.stages.iter().enumerate() {
        let middle = y + bar_px / 2.0;
        names.write(&mut frame, at, canvas.margin + names.px, middle, Anchor::End, Paint::Ink);
        let end = scale.at(stage.entered.unwrap_or(0.0));
        let said = words.told(&stage.name, &(words.entered)(&label(stage)));
        let whole = rect(left, y, end - left, bar_px)
            .fill(theme, if told { Paint::Heat(2) } else { Paint::Series(0) })
            .told(&said);
        let whole = frame.linked(&[&stage.name], whole);
        frame.marks.push(whole);
        if let Some(advanced) = stage.advanced {
            frame.marks.push(rect(left, y, scale.at(advanced) - left, bar_px).fill(theme, Paint::Series(0)));
        }
        let set = text(end + size * 0.5, middle + size * 0.35, size, Anchor::Start, &label(stage)).semi_bold();
        frame.marks.push(set.fill(theme, if stage.entered.is_some() { Paint::Ink } else { Paint::Quiet }));
        y += bar_px;
        if let Some(share) = funnel.share(at) {
            step(&mut frame, funnel, at, &share, (left, y + between_px / 2.0));
            y += between_px;
        } else {
            y += size * 0.6;
        }
    }
    frame.finish(chart, y + canvas.margin)
}

/// A small arrow down and the share that went on.
fn step(frame: &mut Frame, funnel: &Funnel, at: usize, share: &str, (left, middle): (f64, f64)) {
    let (canvas, theme, size) = (frame.canvas, frame.theme, frame.canvas.text);
    let (x, half) = (left + size * 0.5, size * 0.32);
    let arrow = through(&[(x - half, middle - half * 0.7), (x + half, middle - half * 0.7), (x, middle + half)]);
    let words = &funnel.counted.locale;
    let weakest = funnel.weakest() == Some(at);
    let paint = if weakest { Paint::Ink } else { Paint::Quiet };
    frame.marks.push(path(format!("{arrow}Z")).fill(theme, paint));
    let base = middle + size * 0.35;
    let from = left + size * 1.2;
    frame.marks.push(text(from, base, size, Anchor::Start, share).semi_bold().fill(theme, Paint::Ink));
    let words = if weakest { words.went_on_weakest } else { words.went_on };
    let from = from + width_px(share, size, Weight::SemiBold) + size * 0.35;
    let words = ellipsized(words, canvas.right() - from, size, Weight::Regular);
    frame.marks.push(text(from, base, size, Anchor::Start, &words).fill(theme, paint));
}
