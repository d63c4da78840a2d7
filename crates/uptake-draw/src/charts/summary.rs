//! One sentence a picture, made from its numbers: for screen readers, mails, and readers in a hurry.

use super::Format;
use super::bar::Bars;
use super::line::{Lines, Series};
use crate::words::sentence;
use uptake_spec::dashboard::Show;

pub(super) fn of_lines(lines: &Lines, format: &Format) -> String {
    match &lines.series[..] {
        _ if lines.is_empty() => format.locale.no_data.into(),
        [one] => of_one_line(lines, one, format),
        _ => of_many_lines(lines, format),
    }
}

fn of_one_line(lines: &Lines, series: &Series, format: &Format) -> String {
    let Some((stop, value)) = lines.newest(series) else {
        return format.locale.no_complete_period.into();
    };
    let figure = |n| format.figure(n);
    let before = stop.checked_sub(1).and_then(|before| series.values[before]);
    let change = before.map_or(String::new(), |before| {
        let told = match format.locale.change(value - before, format.unit, Show::Usual) {
            same if !same.starts_with(['+', '−']) => (format.locale.unchanged_from)(&figure(before)),
            change => (format.locale.against_before)(&change, &figure(before)),
        };
        format!(", {told}")
    });
    let complete = series.values.iter().zip(&lines.stops).filter(|(_, stop)| stop.complete);
    let known: Vec<f64> = complete.filter_map(|(value, _)| *value).collect();
    let (low, high) = known.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
    let ranged = match known.len() {
        0..=2 => String::new(),
        count => {
            let told = (format.locale.lowest_highest)(&figure(low), &figure(high), count, stops_word(lines, format));
            format!("{}{told}", format.locale.semicolon)
        }
    };
    of_period(Some(&lines.stops[stop].words), &format!("{}{change}{ranged}", figure(value)), format)
}

fn of_many_lines(lines: &Lines, format: &Format) -> String {
    let Some(stop) = lines.series.iter().filter_map(|s| lines.newest(s)).map(|(stop, _)| stop).max() else {
        return format.locale.no_complete_period.into();
    };
    let at_stop = |s: &Series| s.values[stop].map(|value| (s.name.clone(), value));
    let told = extremes(lines.series.iter().filter_map(at_stop).collect(), format);
    of_period(Some(&lines.stops[stop].words), &told, format)
}

pub(super) fn of_bars(bars: &Bars, format: &Format) -> String {
    let known: Vec<(String, f64)> =
        bars.bars.iter().filter_map(|bar| bar.value.map(|v| (bar.name.clone(), v))).collect();
    if known.is_empty() {
        return format.locale.no_data.into();
    }
    of_period(bars.period.as_deref(), &extremes(known, format), format)
}

/// `Partner highest with 81.0 %, Associate lowest with 42.0 %, of 5`.
pub(super) fn extremes(mut known: Vec<(String, f64)>, format: &Format) -> String {
    known.sort_by(|a, b| b.1.total_cmp(&a.1));
    let figure = |name: &str, n: f64| format.of_member(name).figure(n);
    match &known[..] {
        [] => format.locale.no_data.trim_end_matches('.').into(),
        [(name, value)] => format!("{name} {}", figure(name, *value)).trim_start().into(),
        [(name, top), .., (_, low)] if top == low => (format.locale.all_at)(known.len(), &figure(name, *top)),
        [(first, top), .., (last, low)] => {
            let (top, low) = (figure(first, *top), figure(last, *low));
            (format.locale.highest_lowest)([first, &top], [last, &low], known.len())
        }
    }
}

/// The unit, and which members are told in another: `Percent per week, gap in points`.
pub(super) fn unit(unit: String, others: Option<String>) -> String {
    others.map_or(unit.clone(), |others| format!("{unit}, {others}"))
}

/// `The week of 12 Oct 2026: …`, or the words alone where there is no period.
pub(super) fn of_period(period: Option<&str>, told: &str, format: &Format) -> String {
    period.map_or(format!("{}.", sentence(told)), |period| format!("{}.", format.locale.told(&sentence(period), told)))
}

fn stops_word(lines: &Lines, format: &Format) -> &'static str {
    if lines.periods { format.locale.among[format.grain as usize] } else { format.locale.values }
}
