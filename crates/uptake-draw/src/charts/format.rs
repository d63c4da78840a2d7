//! What numbers and periods of a picture or a table need to be written.

use crate::words::Locale;
use chrono::{Datelike, NaiveDate};
use uptake_spec::dashboard::Show;
use uptake_spec::kpi::{Parts, Unit};
use uptake_spec::{Answer, Grain};

/// What numbers of a picture or a table need to be written: `68 %` or `€1.2M`, `W 12 Oct 2026` or `Oct 2026`.
#[derive(Debug, Clone, PartialEq)]
pub struct Format {
    pub unit: Unit,
    pub grain: Grain,
    /// In which language, and which currency.
    pub locale: Locale,
    /// Month, 1 to 12: quarters are numbered from it. A quarter that does not fit it is told by its months.
    pub fiscal_year_start: u32,
    /// What numerator and denominator count, for the headings of a table.
    pub parts: Parts,
    /// Members that are differences of others: of shares they are told in points.
    pub differences: Vec<String>,
    /// All numbers are such differences.
    pub points: bool,
}

impl Format {
    /// With the calendar's quarters; see [`Format::fiscal`].
    pub fn of(answer: &Answer, locale: &Locale) -> Format {
        let differences = answer.split.iter().flat_map(|split| &split.differences).map(|one| one.name.clone());
        Format {
            parts: answer.parts.clone(),
            differences: differences.collect(),
            ..Format::new(answer.unit, answer.grain, locale)
        }
    }

    /// For numbers that no KPI tells.
    pub fn new(unit: Unit, grain: Grain, locale: &Locale) -> Format {
        Format {
            unit,
            grain,
            locale: locale.clone(),
            fiscal_year_start: 1,
            parts: Parts::default(),
            differences: vec![],
            points: false,
        }
    }

    /// For the numbers of one member: those of a difference of shares are points.
    pub(crate) fn of_member(&self, member: &str) -> Format {
        let is_difference = self.unit == Unit::Share && self.differences.iter().any(|name| name == member);
        Format { points: self.points || is_difference, ..self.clone() }
    }

    /// For a picture of these members alone.
    pub(crate) fn of_members<'a>(&self, members: impl IntoIterator<Item = &'a str>) -> Format {
        let mut members = members.into_iter().peekable();
        let some = members.peek().is_some();
        let all = some && members.all(|member| self.of_member(member).points);
        Format { points: self.points || all, ..self.clone() }
    }

    /// The members of these that are told in points, as a subtitle says it: `gap in points`.
    pub(crate) fn told_in_points<'a>(&self, members: impl IntoIterator<Item = &'a str>) -> Option<String> {
        let told: Vec<&str> = members.into_iter().filter(|member| self.of_member(member).points).collect();
        (!self.points && !told.is_empty()).then(|| (self.locale.told_in_points)(&told.join(", ")))
    }

    /// With quarters of a fiscal year that begins in `month`, 1 to 12: `Q4 FY 2027`, the year being that in which it ends.
    pub fn fiscal(self, month: u32) -> Format {
        Format { fiscal_year_start: month.clamp(1, 12), ..self }
    }

    /// A period on its own: `12 Oct 2026`, `W 12 Oct 2026`, `Oct 2026`, `Q4 2026`, `Q4 FY 2027`.
    pub fn period(&self, start: NaiveDate) -> String {
        match self.numbered_quarter(start) {
            Some(quarter) => format!("{quarter} {}", self.year(start)),
            None => self.locale.period(start, self.grain),
        }
    }

    /// A period within a sentence: `the week of 12 Oct 2026`, `October 2026`.
    pub fn period_in_words(&self, start: NaiveDate) -> String {
        match self.grain {
            Grain::Quarter => self.period(start),
            grain => self.locale.period_in_words(start, grain),
        }
    }

    /// A period below an axis: `12 Oct`, `Oct`, `Q4`, `Feb–Apr`.
    pub(crate) fn tick(&self, start: NaiveDate) -> String {
        self.numbered_quarter(start).unwrap_or_else(|| self.locale.tick(start, self.grain))
    }

    /// What stands below the first tick of a year: `2026`, `FY 2027`.
    pub(crate) fn year(&self, start: NaiveDate) -> String {
        if self.grain == Grain::Week {
            return self.locale.week(start).year.to_string();
        }
        if self.numbered_quarter(start).is_none() || self.fiscal_year_start == 1 {
            return start.year().to_string();
        }
        format!("{}{}", self.locale.fiscal_year, start.year() + i32::from(start.month() >= self.fiscal_year_start))
    }

    fn numbered_quarter(&self, start: NaiveDate) -> Option<String> {
        let months_in = (start.month() + 12 - self.fiscal_year_start) % 12;
        (self.grain == Grain::Quarter && months_in.is_multiple_of(3))
            .then(|| format!("{}{}", self.locale.quarter, months_in / 3 + 1))
    }

    /// `Percent`, `EUR`, `Number`: what one reads on the axis. The currency's own code says more than its sign.
    pub(crate) fn unit_word(&self) -> String {
        match self.unit {
            Unit::Share if self.points => self.locale.in_points.into(),
            Unit::Share => self.locale.in_percent.into(),
            Unit::Money => self.locale.currency.clone(),
            Unit::Count => self.locale.number_unit.into(),
            Unit::Rate => self.locale.rate_unit.into(),
            Unit::Days => self.locale.days_unit.into(),
        }
    }

    /// What numbers along the periods are of: `Percent per week`.
    pub(crate) fn unit_per_grain(&self) -> String {
        (self.locale.per)(&self.unit_word(), self.locale.grain(self.grain))
    }

    /// As a label wants it: `68 %`, `€1.2M`.
    pub(crate) fn short(&self, n: f64) -> String {
        if self.points { self.locale.in_points_short(n, 1) } else { self.locale.short(n, self.unit) }
    }

    /// As a sentence wants it: `68.4 %`, `€1,240,000`.
    pub(crate) fn figure(&self, n: f64) -> String {
        match self.points {
            true => self.locale.change(n, self.unit, Show::Usual),
            false => self.locale.figure(n, self.unit),
        }
    }

    /// A change as short as a label wants it: `+3.2 pts`, `−€1.2M`.
    pub(crate) fn short_change(&self, delta: f64) -> String {
        let size = match self.unit {
            Unit::Share => self.locale.in_points_short(delta.abs(), 1),
            _ => self.short(delta.abs()),
        };
        match size.contains(|c: char| ('1'..='9').contains(&c)) {
            false => "±0".into(),
            true => format!("{}{size}", if delta < 0.0 { "−" } else { "+" }),
        }
    }

    /// The smallest step of an axis: people and deals have no halves.
    pub(crate) fn smallest_step(&self) -> f64 {
        if self.unit == Unit::Count { 1.0 } else { 1e-4 }
    }

    /// A top no value should pass: everybody.
    pub(crate) fn highest(&self) -> Option<f64> {
        (self.unit == Unit::Share && !self.points).then_some(1.0)
    }

    /// A tick's label, with as many decimals as the step between ticks needs.
    pub(crate) fn tick_label(&self, value: f64, step: f64) -> String {
        let decimals = |step: f64| (0..4).find(|d| (step * 10_f64.powi(*d)).fract().abs() < 1e-6).unwrap_or(3) as u8;
        match self.unit {
            // No share is below zero: there an axis tells a difference.
            Unit::Share if self.points || value < -step / 2.0 => {
                self.locale.in_points_short(value, decimals(step * 100.0))
            }
            Unit::Share => self.locale.percent(value, decimals(step * 100.0)),
            Unit::Money => self.locale.tick_money(value),
            _ if step >= 1000.0 => self.locale.compact_to(value, 2),
            _ => self.locale.number(value, decimals(step)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(start: &str, fiscal_year_start: u32, tick: &str, period: &str) {
        let start = start.parse().expect("a date");
        let format = Format::new(Unit::Money, Grain::Quarter, &Locale::new(uptake_spec::Language::English, "EUR"))
            .fiscal(fiscal_year_start);
        assert_eq!((format.tick(start).as_str(), format.period(start).as_str()), (tick, period));
    }

    #[test]
    fn quarters_are_numbered_by_the_fiscal_year_in_which_they_end() {
        check("2026-01-01", 1, "Q1", "Q1 2026");
        check("2026-01-01", 4, "Q4", "Q4 FY 2026");
        check("2026-04-01", 4, "Q1", "Q1 FY 2027");
        check("2026-11-01", 2, "Q4", "Q4 FY 2027");
        check("2026-11-01", 1, "Nov–Jan", "Nov–Jan 2026/27"); // whose year begins in February, as nobody has told
    }

    #[test]
    fn a_change_is_short() {
        let format = |unit| Format::new(unit, Grain::Week, &Locale::new(uptake_spec::Language::English, "EUR"));
        assert_eq!(format(Unit::Share).short_change(0.032), "+3.2 pts");
        assert_eq!(format(Unit::Money).short_change(-1_240_000.0), "−€1.2M");
        assert_eq!(format(Unit::Count).short_change(0.2), "±0");
    }
}
