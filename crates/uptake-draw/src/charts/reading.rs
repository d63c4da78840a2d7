//! What a picture along the time says at each of its stops, for readers who point at it. The picture itself stays as it is.

use super::Format;
use super::control::Judged;
use super::members;
use super::remarks;
use super::stops::Stop;
use crate::svg::Svg;
use crate::theme::Paint;
use crate::words::{Words, sentence};
use uptake_spec::project::Remark;

/// A picture, and where its stops lie on it if it goes along the time.
pub(crate) struct Drawing {
    pub svg: Svg,
    pub along: Option<Along>,
}

/// In canvas units.
pub(crate) struct Along {
    pub top: f64,
    pub bottom: f64,
    /// One a stop.
    pub xs: Vec<f64>,
}

/// The words of all stops.
pub(crate) struct Reading {
    stops: Vec<String>,
    series: Vec<Told>,
}

struct Told {
    name: String,
    paint: Paint,
    /// One a stop.
    values: Vec<String>,
}

impl Reading {
    pub(super) fn of(stops: &[Stop], format: &Format) -> Reading {
        let running = format.locale.running[format.grain as usize];
        let words = |(at, stop): (usize, &Stop)| {
            let state = match stop.complete {
                true => "",
                false if at + 1 == stops.len() => running,
                false => format.locale.incomplete,
            };
            sentence(&stop.words) + state
        };
        Reading { stops: stops.iter().enumerate().map(words).collect(), series: vec![] }
    }

    /// With a series in the colour it has on the picture, `at` being its place there.
    pub(super) fn with_member(self, name: &str, at: usize, values: &[Option<f64>], format: &Format) -> Reading {
        self.with(name, members::paint(name, at), values, format)
    }

    /// A series without a name is called as in the table beside the picture.
    pub(super) fn with(mut self, name: &str, paint: Paint, values: &[Option<f64>], format: &Format) -> Reading {
        let format = format.of_member(name);
        let values = values.iter().map(|value| value.map_or("–".into(), |value| format.figure(value))).collect();
        let name = if name.is_empty() { format.locale.value } else { name };
        self.series.push(Told { name: name.into(), paint, values });
        self
    }

    /// With the limits that hold at each stop.
    pub(super) fn with_normal(mut self, judged: &Judged, stops: &[Stop], format: &Format) -> Reading {
        let limits = |stop: &Stop| {
            let step = stop.day.and_then(|day| judged.at(day));
            step.map_or("–".into(), |step| {
                format.locale.from_to(&format.figure(step.lower), &format.figure(step.upper))
            })
        };
        let values: Vec<String> = stops.iter().map(limits).collect();
        if !judged.limits.is_empty() {
            self.series.push(Told { name: format.locale.normal_heading.into(), paint: Paint::Band, values });
        }
        self
    }

    /// With what happened; empty at the stops at which nothing did.
    pub(super) fn with_happened(mut self, happened: &[Remark], stops: &[Stop], words: &Words) -> Reading {
        let told = |at: usize| {
            let then = happened.iter().filter(|remark| remarks::stop_of(stops, remark.d) == Some(at));
            then.map(|remark| remarks::told(remark, words)).collect::<Vec<_>>().join(words.semicolon)
        };
        let values: Vec<String> = (0..stops.len()).map(told).collect();
        if values.iter().any(|told| !told.is_empty()) {
            self.series.push(Told { name: words.happened.into(), paint: Paint::Quiet, values });
        }
        self
    }

    /// As the page's script reads it: a line of the series, each with the word of its colour before it, then a line a stop;
    /// cells are parted by tabs.
    pub(crate) fn written(&self) -> String {
        let plain = |text: &str| text.replace(char::is_control, " ");
        let head: Vec<String> =
            self.series.iter().map(|told| format!("{} {}", told.paint.word(), plain(&told.name))).collect();
        let line = |(at, words): (usize, &String)| {
            let values = self.series.iter().map(|told| plain(&told.values[at]));
            std::iter::once(plain(words)).chain(values).collect::<Vec<_>>().join("\t")
        };
        let lines = self.stops.iter().enumerate().map(line);
        std::iter::once(head.join("\t")).chain(lines).collect::<Vec<_>>().join("\n")
    }
}

impl Along {
    /// Top, bottom and every stop from left to right, in canvas units, to a tenth: `24 301 48.3 80.5`.
    pub(crate) fn written(&self) -> String {
        let all = [self.top, self.bottom].into_iter().chain(self.xs.iter().copied());
        all.map(|n| crate::svg::short((n * 10.0).round() / 10.0)).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Locale;
    use uptake_spec::kpi::Unit;
    use uptake_spec::{Grain, Language};

    fn stop(day: Option<chrono::NaiveDate>, words: &str, complete: bool) -> Stop {
        let (tick, year) = (String::new(), String::new());
        Stop { day, part_of_day: 0.0, tick, year, words: words.into(), complete }
    }

    #[test]
    fn a_stop_is_a_line_and_no_name_breaks_it() {
        let stops = [stop(None, "the week of 5 Oct 2026", true), stop(None, "the week of 12 Oct 2026", false)];
        let format = Format::new(Unit::Count, Grain::Week, &Locale::new(Language::English, "EUR"));
        let reading = Reading::of(&stops, &format)
            .with_member("Partner\tand\nmore", 0, &[Some(3.0), None], &format)
            .with("", Paint::Target, &[Some(1200.0), Some(4.0)], &format);
        let expected = "s1 Partner and more\ttarget Value\n\
                        The week of 5 Oct 2026\t3\t1,200\n\
                        The week of 12 Oct 2026 (running week)\t–\t4";
        assert_eq!(reading.written(), expected);
    }

    #[test]
    fn a_difference_is_told_in_points_and_what_happened_beside_its_week() {
        let day = |day| chrono::NaiveDate::from_ymd_opt(2026, 10, day);
        let stops = [stop(day(12), "", false), stop(day(5), "", false)]; // a query's, the newest first
        let format = Format {
            differences: vec!["gap".into()],
            ..Format::new(Unit::Share, Grain::Week, &Locale::new(Language::English, "EUR"))
        };
        let happened = [Remark { d: day(7).expect("a day"), text: "Training".into() }];
        let told = Reading::of(&stops, &format)
            .with("gap", Paint::Ink, &[None, Some(-0.04)], &format)
            .with_happened(&happened, &stops, &format.locale)
            .written();
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[0], "ink gap\tquiet What happened");
        assert_eq!(lines[1], " (incomplete)\t–\t", "only the last one runs");
        assert!(lines[2].contains("points") && lines[2].ends_with("\t7 Oct 2026: Training"), "{told}");
    }

    #[test]
    fn places_are_short() {
        assert_eq!(Along { top: 24.0, bottom: 301.0, xs: vec![48.251, 80.5] }.written(), "24 301 48.3 80.5");
    }
}
