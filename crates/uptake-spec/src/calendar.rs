//! The project's calendar: weeks, fiscal quarters, holidays. Pure arithmetic on dates.

use crate::params::{Grain, Range};
use crate::settings::Settings;
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use std::collections::BTreeSet;

/// One day off. The rows of `holidays.csv`: calendar_id, d, name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holiday {
    /// [`Calendar::PROJECT`], or a country's or office's own calendar.
    pub calendar_id: String,
    pub d: NaiveDate,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    week_start: Weekday,
    /// Month, 1 to 12.
    fiscal_year_start: u32,
    /// Days off in the project's own calendar.
    days_off: BTreeSet<NaiveDate>,
}

impl Calendar {
    /// The calendar_id in `holidays.csv` of the firm as a whole.
    pub const PROJECT: &str = "default";
    /// The years a question may reach. Data may hold other days; they are counted, as far as there are dates at all.
    pub const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

    /// # Errors
    /// What is wrong with the day, and the way out: it lies in no year of [`Calendar::YEARS`].
    pub fn check(day: NaiveDate) -> Result<(), (String, String)> {
        if Calendar::YEARS.contains(&day.year()) {
            return Ok(());
        }
        let (first, last) = (Calendar::YEARS.start(), Calendar::YEARS.end());
        Err((format!("{day} is too far away"), format!("the calendar has the years {first} to {last}")))
    }

    pub fn new(settings: &Settings, holidays: &[Holiday]) -> Calendar {
        let ours = holidays.iter().filter(|h| h.calendar_id == Calendar::PROJECT);
        Calendar {
            week_start: settings.week_start,
            fiscal_year_start: settings.fiscal_year_start,
            days_off: ours.map(|h| h.d).collect(),
        }
    }

    /// The first day of the period that holds `day`.
    pub fn start_of(&self, day: NaiveDate, grain: Grain) -> NaiveDate {
        match grain {
            Grain::Day => day,
            Grain::Week => earlier(day, u64::from(day.weekday().days_since(self.week_start))),
            Grain::Month => first_of_month(day),
            Grain::Quarter => {
                let into = (day.month0() + 12 - (self.fiscal_year_start - 1)) % 3;
                months_earlier(first_of_month(day), into)
            }
        }
    }

    /// The whole period that holds `day`.
    pub fn period_of(&self, day: NaiveDate, grain: Grain) -> Range {
        let end = self.next(day, grain).map_or(NaiveDate::MAX, |next| earlier(next, 1));
        Range::new(self.start_of(day, grain), end).expect("a period has at least one day")
    }

    /// The first day of the period after the one that holds `day`; `None` at the end of time.
    pub fn next(&self, day: NaiveDate, grain: Grain) -> Option<NaiveDate> {
        let start = self.start_of(day, grain);
        match grain {
            Grain::Day => start.succ_opt(),
            // Where dates begin, a week may be cut.
            Grain::Week => {
                start.checked_add_days(Days::new(7 - u64::from(start.weekday().days_since(self.week_start))))
            }
            Grain::Month => start.checked_add_months(Months::new(1)),
            Grain::Quarter => start.checked_add_months(Months::new(3)),
        }
    }

    /// Every whole period that touches `range`, in order.
    pub fn periods(&self, range: Range, grain: Grain) -> Vec<Range> {
        let mut periods = vec![self.period_of(range.from(), grain)];
        while let Some(last) = periods.last().filter(|last| last.to() < range.to()) {
            let next = last.to().succ_opt().expect("the range goes on behind this day");
            periods.push(self.period_of(next, grain));
        }
        periods
    }

    /// The first day of the period `count` periods before the one that holds `day`.
    pub fn back(&self, day: NaiveDate, grain: Grain, count: u32) -> NaiveDate {
        let start = self.start_of(day, grain);
        match grain {
            Grain::Day => earlier(start, u64::from(count)),
            Grain::Week => earlier(start, 7 * u64::from(count)),
            Grain::Month => months_earlier(start, count),
            Grain::Quarter => months_earlier(start, count.saturating_mul(3)),
        }
    }

    /// The first day of the same period a year before: 52 weeks, so that weekdays meet, or twelve months.
    pub fn year_before(&self, day: NaiveDate, grain: Grain) -> NaiveDate {
        let count = match grain {
            Grain::Day => 364,
            Grain::Week => 52,
            Grain::Month => 12,
            Grain::Quarter => 4,
        };
        self.back(day, grain, count)
    }

    /// Monday to Friday, and no day off of the firm.
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !self.days_off.contains(&day)
    }

    /// Working days from `from` to `to`, both inclusive; 0 if `to` is earlier.
    pub fn working_days(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        let days = (to - from).num_days() + 1;
        if days <= 0 {
            return 0;
        }
        let is_weekday = |day: NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        // Every seven days have five weekdays, wherever they begin.
        let rest = from.iter_days().take((days % 7) as usize).filter(|day| is_weekday(*day)).count() as i64;
        let off = self.days_off.range(from..=to).filter(|day| is_weekday(**day)).count() as i64;
        days / 7 * 5 + rest - off
    }

    /// Whether data that is whole through `through` covers `period`: up to its last working day,
    /// or its last day where it has none.
    pub fn is_complete(&self, period: Range, through: NaiveDate) -> bool {
        let days = || period.from().iter_days().take_while(|day| *day <= period.to());
        through >= days().filter(|day| self.is_working_day(*day)).last().unwrap_or(period.to())
    }

    /// `2026-Q3`, by the fiscal year's own numbering: the year in which it ends.
    pub fn fiscal_quarter(&self, day: NaiveDate) -> String {
        let months_in = (day.month() + 12 - self.fiscal_year_start) % 12;
        let year = day.year() + i32::from(self.fiscal_year_start > 1 && day.month() >= self.fiscal_year_start);
        format!("{year}-Q{}", months_in / 3 + 1)
    }
}

/// The first of all dates where there is none so early.
fn earlier(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
}

fn months_earlier(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_sub_months(Months::new(months)).unwrap_or(NaiveDate::MIN)
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).expect("every month has a first")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn calendar(fiscal_year_start: u32, days_off: &[&str]) -> Calendar {
        Calendar { week_start: Weekday::Mon, fiscal_year_start, days_off: days_off.iter().map(|d| day(d)).collect() }
    }

    #[test]
    fn weeks_begin_on_monday_across_the_year() {
        let week = calendar(1, &[]).period_of(day("2027-01-01"), Grain::Week);
        assert_eq!((week.from(), week.to()), (day("2026-12-28"), day("2027-01-03")));
        assert_eq!(calendar(1, &[]).next(day("2027-01-03"), Grain::Week), Some(day("2027-01-04")));
    }

    #[test]
    fn quarters_follow_the_fiscal_year() {
        let april = calendar(4, &[]);
        let quarter = april.period_of(day("2026-02-10"), Grain::Quarter);
        assert_eq!((quarter.from(), quarter.to()), (day("2026-01-01"), day("2026-03-31")));
        assert_eq!(april.next(day("2026-02-10"), Grain::Quarter), Some(day("2026-04-01")));
        assert_eq!(april.fiscal_quarter(day("2026-02-10")), "2026-Q4");
        assert_eq!(april.fiscal_quarter(day("2026-04-01")), "2027-Q1");
        let february = calendar(2, &[]).period_of(day("2026-01-31"), Grain::Quarter);
        assert_eq!((february.from(), february.to()), (day("2025-11-01"), day("2026-01-31")));
    }

    #[test]
    fn a_week_is_whole_on_its_last_working_day() {
        let good_friday = calendar(1, &["2026-04-03"]);
        let week = good_friday.period_of(day("2026-04-01"), Grain::Week);
        assert!(!good_friday.is_complete(week, day("2026-04-01")));
        assert!(good_friday.is_complete(week, day("2026-04-02"))); // Thursday, since Friday is off
        assert_eq!(good_friday.working_days(day("2026-03-30"), day("2026-04-05")), 4);
    }

    #[test]
    fn a_cut_range_is_widened_to_whole_periods() {
        let range = Range::new(day("2026-01-31"), day("2026-03-01")).expect("in order");
        let months: Vec<_> = calendar(1, &[]).periods(range, Grain::Month).iter().map(Range::from).collect();
        assert_eq!(months, [day("2026-01-01"), day("2026-02-01"), day("2026-03-01")]);
    }

    #[test]
    fn working_days_are_counted_without_walking_through_them() {
        let march = calendar(1, &["2026-03-04", "2026-03-07"]); // a Wednesday; a Saturday, off anyway
        assert_eq!(march.working_days(day("2026-03-02"), day("2026-03-08")), 4);
        assert_eq!(march.working_days(day("2026-03-01"), day("2026-03-31")), 21); // 22 weekdays less one
        assert_eq!(march.working_days(day("2026-03-07"), day("2026-03-08")), 0);
        assert_eq!(march.working_days(day("2026-03-05"), day("2026-03-04")), 0);
        assert!(march.working_days(NaiveDate::MIN, NaiveDate::MAX) > 100_000_000);
    }

    #[test]
    fn questions_stay_within_three_centuries() {
        assert_eq!(Calendar::check(day("1900-01-01")), Ok(()));
        assert_eq!(Calendar::check(day("2200-12-31")), Ok(()));
        let (what, hint) = Calendar::check(NaiveDate::MIN).expect_err("it is too far away");
        assert_eq!(
            (what.as_str(), hint.as_str()),
            ("-262143-01-01 is too far away", "the calendar has the years 1900 to 2200")
        );
    }

    proptest::proptest! {
        /// Any date there is, most of them near the ends: its period holds it, and nothing panics.
        #[test]
        fn no_date_panics(at in 0_u64..=191_500_000, back in 0_u32.., fiscal in 1_u32..=12) {
            let from_end = |days: u64| NaiveDate::MAX.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN);
            let april = calendar(fiscal, &["2026-04-03"]);
            for date in [from_end(at), from_end(at % 500), NaiveDate::MIN + Days::new(at % 500)] {
                for (_, grain) in Grain::ALL {
                    let period = april.period_of(date, grain);
                    proptest::prop_assert!(period.from() <= date && date <= period.to(), "{date} {grain:?}");
                    proptest::prop_assert!(april.back(date, grain, back) <= date);
                    let _ = april.is_complete(period, date);
                }
                let _ = (april.fiscal_quarter(date), april.is_working_day(date), april.working_days(date, NaiveDate::MAX));
            }
        }
    }
}
