//! The days off of `holidays.csv`: the list that a generated project carries is the one the truth counts by.

use super::calendar::{Day, Period, day_of, weekday};

/// The file as it stands in the repository.
pub const HOLIDAYS: &str = include_str!("../../../../holidays.csv");

/// The calendar of those whose country is not known.
pub(super) const DEFAULT: &str = "default";

pub(super) struct Holidays {
    rows: Vec<(&'static str, Day)>,
    calendars: Vec<&'static str>,
}

impl Holidays {
    pub(super) fn new() -> Holidays {
        let rows: Vec<_> = HOLIDAYS.lines().skip(1).filter_map(read_row).collect();
        let mut calendars: Vec<&str> = rows.iter().map(|(calendar, _)| *calendar).collect();
        calendars.sort_unstable();
        calendars.dedup();
        Holidays { rows, calendars }
    }

    pub(super) fn is_off(&self, calendar: &str, day: Day) -> bool {
        self.rows.contains(&(calendar, day))
    }

    /// Whether every calendar has the same working days between Monday and Friday.
    pub(super) fn agree_on(&self, week: Period) -> bool {
        (week.first..=week.last).filter(|day| weekday(*day) < 5).all(|day| {
            let off = self.calendars.iter().filter(|calendar| self.is_off(calendar, day)).count();
            off == 0 || off == self.calendars.len()
        })
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
