//! A calendar: one cell a day, weeks across, weekdays down; a phone gets the weeks in bands below each other.

use super::frame::{Frame, frame};
use super::matrix::{Heat, hatch};
use super::reading::Drawing;
use super::rows::{Asked, Rows};
use super::{Chart, Format, Picture, summary};
use crate::svg::{Anchor, element, path, rect, text, through};
use crate::text::{Weight, width_px};
use crate::theme::{Paint, Size, Theme};
use chrono::{Datelike, Days, NaiveDate};
use uptake_spec::{Grain, Problem, Range};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Calendar {
    /// In order, none left out from the first to the last.
    days: Vec<Day>,
}

#[derive(Debug, Clone, PartialEq)]
struct Day {
    day: NaiveDate,
    value: Option<f64>,
    complete: bool,
}

/// More days than this are not read any more.
const MOST: u64 = 2 * 366;

/// # Errors
/// The periods are no days, or a column names members.
pub(super) fn fit(rows: &Rows, asked: &Asked) -> Result<Calendar, Problem> {
    if asked.format.grain != Grain::Day && rows.periods {
        let what = format!("a calendar shows days, and this block asks by {}", asked.format.grain.word());
        return Err(asked.refuse(what, "write grain = \"day\""));
    }
    if !rows.periods && rows.stops.iter().any(|stop| stop.day.is_none()) {
        return Err(asked.refuse("a calendar shows days, and \"x\" is no column of dates", "name one with x = \"…\""));
    }
    rows.want_columns(asked, 0..=0, "a calendar", "filter to one of them instead")?;
    let values = rows.series();
    let known: Vec<Day> = rows
        .stops
        .iter()
        .zip(values.first().into_iter().flatten())
        .filter_map(|(stop, value)| Some(Day { day: stop.day?, value: *value, complete: stop.complete }))
        .collect();
    let (Some(first), Some(last)) = (known.iter().map(|d| d.day).min(), known.iter().map(|d| d.day).max()) else {
        return Ok(Calendar { days: vec![] });
    };
    let first = first.max(last - Days::new(MOST));
    let day = |day: NaiveDate| {
        known.iter().find(|known| known.day == day).cloned().unwrap_or(Day { day, value: None, complete: true })
    };
    Ok(Calendar { days: first.iter_days().take_while(|day| *day <= last).map(day).collect() })
}

impl Calendar {
    fn values(&self) -> impl Iterator<Item = (NaiveDate, f64)> {
        self.days.iter().filter_map(|day| day.value.map(|value| (day.day, value)))
    }
}

impl Picture for Calendar {
    fn subtitle(&self, format: &Format, range: Option<Range>) -> Vec<String> {
        let running = self.days.iter().any(|day| !day.complete).then(|| format.locale.framed_running.to_string());
        std::iter::once((format.locale.per)(&format.unit_word(), format.locale.grain(Grain::Day)))
            .chain(range.map(|range| format.locale.range(range)))
            .chain(running)
            .collect()
    }

    fn summary(&self, format: &Format) -> String {
        let known: Vec<(String, f64)> = self.values().map(|(day, value)| (format.locale.date(day), value)).collect();
        if known.is_empty() {
            return format.locale.no_data.into();
        }
        let weekend =
            self.values().filter(|(day, value)| day.weekday().number_from_monday() > 5 && *value > 0.0).count();
        let weekend = match weekend {
            0 => String::new(),
            days => format!("{}{}", format.locale.semicolon, (format.locale.weekend_days)(days)),
        };
        let told = (format.locale.of_days)(&summary::extremes(known, format));
        summary::of_period(None, &format!("{told}{weekend}"), format)
    }

    fn draw(&self, chart: &Chart, size: Size, theme: &Theme) -> Drawing {
        let mut frame = frame(chart, size, theme);
        let Some(heat) = Heat::of(self.values().map(|(_, value)| value)) else { return frame.finish_empty(chart) };
        let y = draw(&mut frame, self, &heat, &chart.format);
        let missing = self.days.iter().any(|day| day.value.is_none());
        let end = heat.key(&mut frame, &chart.format, y, missing.then_some(chart.format.locale.no_value));
        let height = end + frame.canvas.margin;
        frame.finish(chart, height)
    }
}

fn monday(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.weekday().num_days_from_monday()))
}

fn draw(frame: &mut Frame, calendar: &Calendar, heat: &Heat, format: &Format) -> f64 {
    let (canvas, theme, size) = (frame.canvas, frame.theme, frame.canvas.text);
    let first = monday(calendar.days[0].day);
    let week = |day: NaiveDate| ((monday(day) - first).num_days() / 7) as usize;
    let weeks = week(calendar.days[calendar.days.len() - 1].day) + 1;
    let weekday_px = width_px(format.locale.weekdays[2], size, Weight::Regular) + size * 0.5;
    let left = canvas.margin + weekday_px;
    let room = canvas.right() - left;
    // A cell is at least as large as a finger can tell from its neighbour.
    let a_band = ((room / (size * 1.15)).floor() as usize).clamp(1, weeks);
    let bands = weeks.div_ceil(a_band);
    let a_band = weeks.div_ceil(bands);
    let cell = (room / a_band as f64).min(size * 2.6);
    let band_px = 7.0 * cell + size * 2.4;
    for band in 0..bands {
        let top = frame.top + band as f64 * band_px + size * 1.5;
        for (at, name) in [0, 2, 4, 6].map(|at| (at, format.locale.weekdays[at])) {
            let base = top + (at as f64 + 0.5) * cell + size * 0.35;
            frame.marks.push(text(left - size * 0.5, base, size, Anchor::End, name).fill(theme, Paint::Quiet));
        }
    }
    let mut fences = vec![];
    let mut last_label = (usize::MAX, 0.0);
    for day in &calendar.days {
        let week = week(day.day);
        let (band, across) = (week / a_band, week % a_band);
        let top = frame.top + band as f64 * band_px + size * 1.5;
        let (x, y) = (left + across as f64 * cell, top + f64::from(day.day.weekday().num_days_from_monday()) * cell);
        draw_day(frame, day, heat, format, [x, y, cell]);
        // A month is named above the week that holds its first day, where the name before leaves room.
        if day.day.day() != 1 && *day != calendar.days[0] {
            continue;
        }
        let with_year = day.day.month() == 1 || *day == calendar.days[0];
        let name = if with_year { format.locale.month(day.day) } else { format.locale.month_alone(day.day).into() };
        if (last_label.0 != band || x > last_label.1) && x + width_px(&name, size, Weight::Regular) <= canvas.right() {
            frame.marks.push(text(x, top - size * 0.5, size, Anchor::Start, &name).fill(theme, Paint::Quiet));
            last_label = (band, x + width_px(&name, size, Weight::Regular) + size * 0.4);
        }
        if day.day.day() == 1 && *day != calendar.days[0] && (across > 0 || y > top) {
            // Between two months: down the week before, across, and down the week of the first.
            let fence = [(x + cell, top), (x + cell, y), (x, y), (x, top + 7.0 * cell)];
            let fence = if y > top { &fence[..] } else { &fence[2..] };
            fences.push(path(through(fence)).unfilled().stroke(theme, Paint::Quiet, canvas.hair() * 1.2));
        }
    }
    frame.marks.extend(fences);
    frame.top + bands as f64 * band_px + size * 0.2
}

fn draw_day(frame: &mut Frame, day: &Day, heat: &Heat, format: &Format, [x, y, cell]: [f64; 3]) {
    let (theme, canvas) = (frame.theme, frame.canvas);
    let gap = (cell * 0.07).min(1.0);
    let (x, y, side) = (x + gap, y + gap, cell - 2.0 * gap);
    let value = day.value.map_or(format.locale.nothing.into(), |value| format.figure(value));
    let told = format!(
        "{} {}",
        format.locale.weekday(day.day.weekday()),
        format.locale.told(&format.locale.date(day.day), &value)
    );
    let plate = match day.value {
        Some(value) => vec![rect(x, y, side, side).fill(theme, Paint::Heat(heat.step(value)))],
        None => hatch(frame, x, y, side, side),
    };
    let mut mark = element("g").told(&told).with_all(plate);
    if !day.complete {
        let inset = canvas.hair();
        let edge = rect(x + inset, y + inset, side - 2.0 * inset, side - 2.0 * inset);
        mark = mark.with(edge.unfilled().stroke(theme, Paint::Ink, canvas.hair() * 1.6));
    }
    frame.marks.push(mark);
}
