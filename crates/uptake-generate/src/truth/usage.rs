//! People: who worked, who logged in, who never did, who keeps the habit, and who leads by example.

use super::super::calendar::{AS_OF, Day, Grain, Instant, Period, weekday};
use super::super::firm::{GRADES, OFFICES};
use super::super::holidays::{DEFAULT, Holidays};
use super::super::people::{Attributes, Firm, NOBODY};
use super::{Cell, Subject, Tally};

/// People are new for so long: they have no dormancy and no habit yet.
const NEW_DAYS: Day = 14;
/// The log tells who is dormant once it is so long.
const KNOWN_AFTER_DAYS: Day = 28;
/// The denominators of a week's rates are 1 to 5; all of them divide this.
const SIXTIETHS: i128 = 60;

/// Who of the leaders and who of the others worked.
#[derive(Default)]
struct Example {
    leaders: Cell,
    others: Cell,
}

/// People by state, in the order of `STATES`.
type States = [i64; 7];

const STATES: [&str; 7] = ["new", "never", "active", "slipping", "lapsed", "dormant", "not invited"];
const NEVER: usize = 1;
const DORMANT: usize = 5;
const NOT_INVITED: usize = 6;

impl Tally {
    /// A human's counted log row; the rows of a person come in order.
    pub(in super::super) fn login_row(&mut self, person: usize, at: Instant, day: Day) {
        let starts = at - self.last_row[person] > 900;
        self.last_row[person] = at;
        if let (true, Some(index)) = (starts, self.index(day)) {
            self.logins[person * self.days + index] += 1;
        }
    }

    /// A human's stamp, now visible in an export.
    pub(in super::super) fn work(&mut self, person: usize, day: Day) {
        if let Some(index) = self.index(day) {
            self.work[person * self.words + index / 64] |= 1 << (index % 64);
        }
    }

    fn index(&self, day: Day) -> Option<usize> {
        (self.start..=AS_OF).contains(&day).then(|| (day - self.start) as usize)
    }

    fn worked_on(&self, person: usize, day: Day) -> bool {
        let day = (day - self.start) as usize;
        self.work[person * self.words + day / 64] >> (day % 64) & 1 == 1
    }

    fn logins(&self, person: usize, period: Period) -> &[u8] {
        let from = person * self.days + (period.first - self.start) as usize;
        let to = person * self.days + (period.last - self.start) as usize;
        &self.logins[from..=to]
    }

    /// Adds up everything about people, once the last export is out.
    pub(in super::super) fn count_people(&mut self, firm: &Firm) {
        let holidays = Holidays::new();
        let mut last_logins = vec![Day::MIN; firm.people.len()];
        for week in self.weeks() {
            self.count_period(firm, Grain::Week, week);
            self.count_habits(firm, week, &holidays);
            self.count_states(firm, week, &mut last_logins);
        }
        for month in Grain::Month.periods(self.start, AS_OF) {
            self.count_period(firm, Grain::Month, month);
        }
    }

    fn count_period(&mut self, firm: &Firm, grain: Grain, period: Period) {
        let mut example = Example::default();
        for person in 0..firm.people.len() {
            let eligible = firm.is_eligible(person, period.last);
            let logins = self.logins(person, period).iter().map(|count| i64::from(*count)).sum::<i64>();
            if !eligible && logins == 0 {
                continue;
            }
            let who = firm.attributes(person, period.last);
            if logins > 0 {
                self.add(Subject::LoginsByPerson, grain, period.first, &who, Cell::counts(logins, 1));
            }
            if eligible {
                let worked = (period.first..=period.last).any(|day| self.worked_on(person, day));
                self.count_eligible(grain, period.first, &who, (worked, logins > 0));
                example.count(&who, worked);
            }
        }
        self.add_example(grain, period, &example);
    }

    fn count_eligible(&mut self, grain: Grain, start: Day, who: &Attributes, (worked, logged_in): (bool, bool)) {
        self.add(Subject::ActiveByWork, grain, start, who, Cell::counts(i64::from(worked), 1));
        self.add(Subject::ActiveByLogin, grain, start, who, Cell::counts(i64::from(logged_in), 1));
        for volume in [Subject::RecordsNet, Subject::RecordsGross, Subject::ActivitiesAdded] {
            self.add(volume, grain, start, who, Cell::counts(0, 1));
        }
    }

    fn add_example(&mut self, grain: Grain, period: Period, example: &Example) {
        for (state, cell) in [("leaders", example.leaders), ("others", example.others)] {
            if cell.denominator > 0 {
                self.add_to(Subject::Leadership, grain, period.first, state, cell);
            }
        }
        self.add_to(Subject::LeadershipGap, grain, period.first, "gap", example.gap());
    }

    fn count_states(&mut self, firm: &Firm, week: Period, last_logins: &mut [Day]) {
        let mut states = States::default();
        for person in 0..firm.people.len() {
            if let Some(back) = self.logins(person, week).iter().rev().position(|count| *count > 0) {
                last_logins[person] = week.last - back as Day;
            }
            let since = firm.user_since(person);
            if firm.is_eligible(person, week.last) {
                states[state(since.map_or(0, |since| week.last - since), last_logins[person], week.last)] += 1;
            } else if since.is_none_or(|since| since > week.last) && firm.is_client_facing(person, week.last) {
                states[NOT_INVITED] += 1;
            }
        }
        if week.first >= self.start + KNOWN_AFTER_DAYS {
            self.add_states(week, &states);
        }
    }

    fn add_states(&mut self, week: Period, states: &States) {
        let eligible = states[..NOT_INVITED].iter().sum();
        let mut add = |state, count, of| {
            self.add_to(Subject::NeverOrDormant, Grain::Week, week.first, state, Cell::counts(count, of));
        };
        for (at, count) in states.iter().enumerate().filter(|(_, count)| **count > 0) {
            // Who was never invited stands apart, and is in no denominator.
            add(STATES[at], *count, if at == NOT_INVITED { 0 } else { eligible });
        }
        add("never+dormant", states[NEVER] + states[DORMANT], eligible);
    }

    fn count_habits(&mut self, firm: &Firm, week: Period, holidays: &Holidays) {
        let agreed = holidays.agree_on(week);
        for person in 0..firm.people.len() {
            let ramped = firm.user_since(person).is_some_and(|since| week.last - since >= NEW_DAYS);
            if !ramped || !firm.is_eligible(person, week.last) {
                continue;
            }
            // Where calendars differ, only Berlin's is the firm's as well: in other offices it is open which one counts.
            let berlin = firm.attributes(person, week.last).office == OFFICES[0].name;
            let who = [agreed.then_some(NOBODY), berlin.then_some(Attributes { office: OFFICES[0].name, ..NOBODY })];
            let week_kept = self.week_kept(firm, person, week, holidays);
            for (index, who) in who.into_iter().enumerate().filter_map(|(index, who)| Some((index, who?))) {
                self.add_habit(index == 1, week.first, &who, week_kept);
            }
        }
    }

    /// Adds to the series by office, or to those of the whole firm.
    fn add_habit(&mut self, by_office: bool, start: Day, who: &Attributes, (kept, available): (i64, i64)) {
        let by = if by_office { super::By::Office } else { super::By::All };
        let counted = available > 0;
        let share = Cell::counts(i64::from(counted && kept * 5 >= available * 4), 1);
        let sixtieths = if counted { SIXTIETHS * i128::from(kept) / i128::from(available) } else { 0 };
        let whole = if counted { SIXTIETHS } else { 0 };
        let mean = Cell { money: sixtieths, whole, ..Cell::counts(kept, available) };
        for (subject, cell) in [(Subject::HabitShare, share), (Subject::HabitMean, mean)] {
            for place in &self.places[subject as usize] {
                let one = &mut self.series[*place];
                if let Some(member) = one.by.member(who).filter(|_| one.by == by) {
                    one.cell(start, member).add(cell);
                }
            }
        }
    }

    /// Kept and available working days of a week; both nought for a week without any work, which is taken for leave.
    fn week_kept(&self, firm: &Firm, person: usize, week: Period, holidays: &Holidays) -> (i64, i64) {
        let worked = |day: &Day| self.worked_on(person, *day);
        if !(week.first..=week.last).any(|day| worked(&day)) {
            return (0, 0);
        }
        let available = (week.first..=week.last).filter(|day| is_available(firm, person, *day, holidays));
        let days: Vec<Day> = available.collect();
        (days.iter().filter(|day| worked(day)).count() as i64, days.len() as i64)
    }
}

/// Monday to Friday, or to Thursday, without the holidays of the person's country.
fn is_available(firm: &Firm, person: usize, day: Day, holidays: &Holidays) -> bool {
    let line = firm.roster_line(person, day);
    let last_weekday = match line {
        Some(_) if firm.people[person].work_days == "Mon-Thu" => 3,
        _ => 4,
    };
    let calendar = line.map_or(DEFAULT, |line| OFFICES[line.office].calendar);
    weekday(day) <= last_weekday && !holidays.is_off(calendar, day)
}

/// The state of somebody eligible: how long they have been there, when they logged in last.
fn state(days_there: Day, last_login: Day, day: Day) -> usize {
    match day.saturating_sub(last_login) {
        _ if days_there < NEW_DAYS => 0,
        _ if last_login == Day::MIN => NEVER,
        ..=7 => 2,
        8..=14 => 3,
        15..=28 => 4,
        _ => DORMANT,
    }
}

impl Example {
    fn count(&mut self, who: &Attributes, worked: bool) {
        let leads = GRADES[..2].contains(&who.grade);
        let side = if leads { &mut self.leaders } else { &mut self.others };
        side.add(Cell::counts(i64::from(worked), 1));
    }

    /// The leaders' rate less the others', as one fraction.
    fn gap(&self) -> Cell {
        let (leaders, others) = (self.leaders, self.others);
        let cross = |a: i64, b: i64| i128::from(a) * i128::from(b);
        let money = cross(leaders.numerator, others.denominator) - cross(others.numerator, leaders.denominator);
        Cell { money, whole: cross(leaders.denominator, others.denominator), ..Cell::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_change_on_the_days_named() {
        let of =
            |days_there, ago: Option<Day>| STATES[state(days_there, ago.map_or(Day::MIN, |ago| 1_000 - ago), 1_000)];
        assert_eq!(of(13, None), "new");
        assert_eq!(of(14, None), "never");
        assert_eq!([0, 7, 8, 14].map(|ago| of(400, Some(ago))), ["active", "active", "slipping", "slipping"]);
        assert_eq!([15, 28, 29].map(|ago| of(400, Some(ago))), ["lapsed", "lapsed", "dormant"]);
    }

    #[test]
    fn the_gap_is_one_rate_less_the_other() {
        let mut example = Example::default();
        let who = |grade| Attributes { grade, ..NOBODY };
        for (grade, worked) in [
            ("Partner", true),
            ("Director", false),
            ("Analyst", true),
            ("Analyst", true),
            ("(none)", true),
            ("Analyst", false),
        ] {
            example.count(&who(grade), worked);
        }
        let gap = example.gap();
        assert_eq!((gap.money, gap.whole), (4 - 6, 8), "1 of 2 less 3 of 4 is a quarter below nought");
    }

    /// Three people. In the fifth week one works Monday to Thursday, one on Tuesday; the third never did anything.
    #[test]
    fn three_people_in_one_week() {
        let start = super::super::super::calendar::start_of(12);
        let monday = start + 28;
        let firm = Firm::tiny(3);
        let mut tally = Tally::new(start, 3);
        (0..4).for_each(|day| tally.work(0, monday + day));
        tally.work(1, monday + 1);
        let noon = |day: Day| Instant::from(day) * 86_400 + 43_200;
        tally.login_row(1, noon(start), start);
        tally.login_row(0, noon(monday), monday);
        tally.login_row(0, noon(monday) + 900, monday);
        tally.login_row(0, noon(monday) + 1_801, monday);
        tally.count_people(&firm);
        let of = |subject| {
            let rows = tally.rows_of(subject, Grain::Week).into_iter();
            rows.filter(|(start, ..)| *start == monday).map(|(_, member, cell)| (member, cell)).collect::<Vec<_>>()
        };
        assert_eq!(of(Subject::ActiveByWork), [("", Cell::counts(2, 3))]);
        assert_eq!(of(Subject::LoginsByPerson), [("", Cell::counts(2, 1))], "900 seconds later is the same login");
        assert_eq!(of(Subject::HabitShare), [("", Cell::counts(1, 3))], "4 of 5 days are 80 %");
        let mean = Cell { money: 48 + 12, whole: 120, ..Cell::counts(5, 10) };
        assert_eq!(of(Subject::HabitMean), [("", mean)], "4/5 and 1/5 are 1/2 on average");
        assert_eq!(of(Subject::Leadership), [("leaders", Cell::counts(1, 1)), ("others", Cell::counts(1, 2))]);
        let states = ["active", "dormant", "never"].map(|state| (state, Cell::counts(1, 3)));
        assert_eq!(of(Subject::NeverOrDormant), [&states[..], &[("never+dormant", Cell::counts(2, 3))]].concat());
    }

    /// Somebody in Berlin has one working day less where a holiday is; nobody has any on a weekend.
    #[test]
    fn holidays_are_not_available() {
        let firm = Firm::tiny(1);
        let labour_day = super::super::super::calendar::day_of(2026, 5, 1);
        let days = (labour_day - 4..labour_day + 3).filter(|day| is_available(&firm, 0, *day, &Holidays::new()));
        assert_eq!(days.count(), 4);
    }
}
