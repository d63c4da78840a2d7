//! Days, zones and periods. A day is a number, days since 1970-01-01; an instant is seconds since then, UTC.

use chrono::{NaiveDate, Offset, TimeZone};
use chrono_tz::Tz;

/// Days since 1970-01-01.
pub(super) type Day = i32;
/// Seconds since 1970-01-01T00:00:00Z.
pub(super) type Instant = i64;

/// 2026-10-25, the Sunday on which every simulation ends, and on which Berlin leaves summer time.
pub(super) const AS_OF: Day = 20_751;
pub(super) const DAY: i64 = 86_400;

/// Year, month, day of a day number.
pub(super) fn civil(day: Day) -> (i32, u32, u32) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day_of_month = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    (year, month as u32, day_of_month as u32)
}

/// The day number of a calendar date; the day of the month may run over its end.
pub(super) fn day_of(year: i32, month: u32, day: u32) -> Day {
    let first = NaiveDate::from_ymd_opt(year, month, 1).expect("months are 1 to 12 and years are near");
    first.to_epoch_days() + day as Day - 1
}

/// 0 Monday to 6 Sunday.
pub(super) fn weekday(day: Day) -> u32 {
    (day + 3).rem_euclid(7) as u32
}

pub(super) fn monday_of(day: Day) -> Day {
    day - weekday(day) as Day
}

/// The Monday of the week that lies `months` months before the end.
pub(super) fn start_of(months: usize) -> Day {
    let (year, month, day) = civil(AS_OF + 1);
    let back = year * 12 + month as i32 - 1 - months as i32;
    monday_of(day_of(back.div_euclid(12), back.rem_euclid(12) as u32 + 1, day))
}

pub(super) fn date_text(day: Day) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// What a period is as long as.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grain {
    Week,
    Month,
    Quarter,
}

/// A closed range of days.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub first: Day,
    pub last: Day,
}

impl Period {
    pub(super) fn contains(self, day: Day) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

impl Grain {
    pub(super) fn name(self) -> &'static str {
        match self {
            Grain::Week => "week",
            Grain::Month => "month",
            Grain::Quarter => "quarter",
        }
    }

    /// All periods that lie wholly between two days, in order.
    pub(super) fn periods(self, first: Day, last: Day) -> Vec<Period> {
        let mut periods = Vec::new();
        let mut start = self.start_containing(first);
        while start <= last {
            let next = self.start_containing(start + self.longest());
            if start >= first && next - 1 <= last {
                periods.push(Period { first: start, last: next - 1 });
            }
            start = next;
        }
        periods
    }

    /// The period in which a day lies.
    pub(super) fn period_of(self, day: Day) -> Period {
        let first = self.start_containing(day);
        Period { first, last: self.start_containing(first + self.longest()) - 1 }
    }

    fn start_containing(self, day: Day) -> Day {
        let (year, month, _) = civil(day);
        match self {
            Grain::Week => monday_of(day),
            Grain::Month => day_of(year, month, 1),
            Grain::Quarter => day_of(year, (month - 1) / 3 * 3 + 1, 1),
        }
    }

    /// Days that lead from a start into the next period and never over it.
    fn longest(self) -> Day {
        match self {
            Grain::Week => 7,
            Grain::Month => 31,
            Grain::Quarter => 92,
        }
    }
}

/// A time zone with its changes of offset between 2015 and 2027 looked up once.
pub(super) struct Zone {
    pub name: &'static str,
    /// From when which offset holds, seconds east of UTC.
    shifts: Vec<(Instant, i64)>,
}

impl Zone {
    pub(super) fn new(name: &'static str) -> Zone {
        let tz: Tz = name.parse().expect("the simulation names zones of the tz database only");
        let offset_at = |at: Instant| {
            let utc = chrono::DateTime::from_timestamp(at, 0).expect("instants are near").naive_utc();
            i64::from(tz.offset_from_utc_datetime(&utc).fix().local_minus_utc())
        };
        let first = i64::from(day_of(2015, 1, 1)) * DAY;
        let last = i64::from(day_of(2027, 1, 1)) * DAY;
        let mut shifts = vec![(Instant::MIN, offset_at(first))];
        for at in (first..last).step_by(DAY as usize) {
            if offset_at(at + DAY) == offset_at(at) {
                continue;
            }
            let change = (at..=at + DAY).step_by(900).find(|t| offset_at(*t) != offset_at(at));
            let change = change.expect("the offset changes within this day");
            shifts.push((change, offset_at(change)));
        }
        Zone { name, shifts }
    }

    /// Seconds east of UTC at an instant.
    fn offset(&self, at: Instant) -> i64 {
        let index = self.shifts.partition_point(|(from, _)| *from <= at);
        self.shifts[index - 1].1
    }

    /// The date on this zone's wall calendar.
    pub(super) fn local_day(&self, at: Instant) -> Day {
        (at + self.offset(at)).div_euclid(DAY) as Day
    }

    /// The instant of a wall clock time, in seconds after midnight; hours that change twice a year are not asked for.
    pub(super) fn at(&self, day: Day, second: i64) -> Instant {
        let local = i64::from(day) * DAY + second;
        let guess = local - self.offset(local);
        local - self.offset(guess)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_the_sunday_named() {
        assert_eq!(date_text(AS_OF), "2026-10-25");
        assert_eq!(weekday(AS_OF), 6);
        assert_eq!(date_text(start_of(12)), "2025-10-20");
    }

    #[test]
    fn berlin_leaves_summer_time_on_the_last_day() {
        let berlin = Zone::new("Europe/Berlin");
        let midnight = i64::from(AS_OF) * DAY;
        assert_eq!(berlin.at(AS_OF, 0), midnight - 7_200);
        assert_eq!(berlin.at(AS_OF, 22 * 3_600), midnight + 21 * 3_600);
        assert_eq!(berlin.local_day(midnight - 1), AS_OF);
    }

    #[test]
    fn only_whole_periods_count() {
        let start = start_of(12);
        assert_eq!(Grain::Week.periods(start, AS_OF).len(), 53);
        let months = Grain::Month.periods(start, AS_OF);
        assert_eq!((months.len(), date_text(months[0].first)), (11, "2025-11-01".to_owned()));
        assert_eq!(Grain::Quarter.periods(start, AS_OF).len(), 3);
    }
}
