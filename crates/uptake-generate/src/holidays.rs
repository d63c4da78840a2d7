//! The days off of `holidays.csv`: the list that a generated project carries is the one the truth counts by.

use std::collections::{HashMap, HashSet};

use super::calendar::{Day, Period, day_of, weekday};

/// The file as it stands in the repository.
pub const HOLIDAYS: &str = include_str!("../../../holidays.csv");

/// The calendar of those whose country is not known.
pub(super) const DEFAULT: &str = "default";

pub(super) struct Holidays {
    /// The calendars in which a day is off.
    days: HashMap<Day, Vec<&'static str>>,
    calendars: usize,
}

impl Holidays {
    pub(super) fn new() -> Holidays {
        let mut days: HashMap<Day, Vec<&str>> = HashMap::new();
        let rows: Vec<_> = HOLIDAYS.lines().skip(1).filter_map(read_row).collect();
        rows.iter().for_each(|(calendar, day)| days.entry(*day).or_default().push(calendar));
        let calendars: HashSet<&str> = rows.iter().map(|(calendar, _)| *calendar).collect();
        Holidays { days, calendars: calendars.len() }
    }

    pub(super) fn is_off(&self, calendar: &str, day: Day) -> bool {
        self.days.get(&day).is_some_and(|calendars| calendars.contains(&calendar))
    }

    /// Whether every calendar has the same working days between Monday and Friday.
    pub(super) fn agree_on(&self, week: Period) -> bool {
        let weekdays = (week.first..=week.last).filter(|day| weekday(*day) < 5);
        weekdays.filter_map(|day| self.days.get(&day)).all(|calendars| calendars.len() == self.calendars)
    }
}

fn read_row(line: &'static str) -> Option<(&'static str, Day)> {
    let mut fields = line.split(',');
    let (calendar, date) = (fields.next()?, fields.next()?);
    let mut parts = date.split('-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    Some((calendar, day_of(year, month, day)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read() {
        let holidays = Holidays::new();
        let (labour_day, new_year) = (day_of(2026, 5, 1), day_of(2026, 1, 1));
        assert!(holidays.is_off("DE", labour_day) && holidays.is_off("FR", labour_day));
        assert!(!holidays.is_off("US", labour_day));
        let week = |day| super::super::calendar::Grain::Week.period_of(day);
        assert!(!holidays.agree_on(week(labour_day)));
        assert!(holidays.agree_on(week(new_year)), "New Year's Day is off everywhere");
    }
}
