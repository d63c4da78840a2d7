//! When people log in and how much they record: the plan of one person's day.

use super::calendar::{Day, Instant, civil, weekday};
use super::firm::{MANAGER, OFFICES, PARTNER};
use super::logins::Flavour;
use super::people::{Firm, Person};
use super::random::{Dice, trait_of};
use super::records::Object;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum HabitKind {
    Daily,
    Steady,
    Weekly,
    Lapsing,
    LogsInOnly,
    Late,
    Never,
}

/// How somebody uses the CRM.
#[derive(Clone, Copy)]
pub(super) struct Habit {
    pub kind: HabitKind,
    /// The first day of the other mood: when a lapsing user stops, when a late one begins.
    pub turns: Day,
    /// Records touched on a day of use, in percent.
    pub records: u32,
    pub on_the_road: bool,
    pub uses_single_sign_on: bool,
    /// Works on Mondays just after midnight, when it is still Sunday in UTC.
    pub night_owl: bool,
    /// Usual minute of the first login after midnight.
    pub minute: i32,
}

impl Habit {
    pub(super) fn never() -> Habit {
        let kind = HabitKind::Never;
        Habit {
            kind,
            turns: 0,
            records: 0,
            on_the_road: false,
            uses_single_sign_on: false,
            night_owl: false,
            minute: 600,
        }
    }

    pub(super) fn steady(dice: &mut Dice) -> Habit {
        Habit {
            kind: HabitKind::Steady,
            turns: 0,
            records: 80,
            on_the_road: dice.chance(250),
            uses_single_sign_on: dice.chance(600),
            night_owl: false,
            minute: dice.between(480, 620),
        }
    }

    pub(super) fn draw(grade: usize, start: Day, relaunch: Day, dice: &mut Dice) -> Habit {
        use HabitKind::{Daily, Lapsing, Late, LogsInOnly, Steady, Weekly};
        let weights = if grade == PARTNER { [10, 25, 30, 13, 12, 10] } else { [24, 34, 14, 11, 9, 8] };
        let kind = [Daily, Steady, Weekly, Lapsing, LogsInOnly, Late][dice.weighted(&weights)];
        let turns = match kind {
            Lapsing => dice.between(start + 20, relaunch.max(start + 21)),
            _ => relaunch,
        };
        let records = match kind {
            LogsInOnly => 0,
            _ if grade <= MANAGER => dice.between(80, 150) as u32,
            _ => dice.between(45, 105) as u32,
        };
        Habit { kind, turns, records, ..Habit::steady(dice) }
    }

    /// In how many of 1000 ordinary working days this person opens the CRM.
    fn presence(&self, day: Day) -> u32 {
        match self.kind {
            HabitKind::Daily => 930,
            HabitKind::Steady => 560,
            HabitKind::Weekly => 210,
            HabitKind::Lapsing if day < self.turns => 600,
            HabitKind::Lapsing => 12,
            HabitKind::LogsInOnly => 330,
            HabitKind::Late if day < self.turns => 25,
            HabitKind::Late => 520,
            HabitKind::Never => 0,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Login(Flavour),
    Record,
    /// Rows brought in from a file.
    Import(Object, u32),
    /// A leaver's deals go to others.
    HandOver,
    /// The integration's nightly run.
    Robot,
}

/// Something a user does at an instant.
#[derive(Clone, Copy)]
pub(super) struct Act {
    pub at: Instant,
    pub user: u32,
    pub what: What,
}

/// Adds what one person does on one local day; all but night owls act between 7:00 and 20:00 of their own clock.
pub(super) fn plan_day(firm: &Firm, index: usize, day: Day, relaunch: Day, dice: &mut Dice, acts: &mut Vec<Act>) {
    let person = &firm.people[index];
    if person.habit.kind == HabitKind::Never || day < person.works.0 || day > person.works.1 {
        return;
    }
    let goes_today = person.leaves && day == person.works.1;
    if !goes_today && !dice.chance(presence_on(person, index, day, relaunch)) {
        return;
    }
    let user = if person.users.len() > 1 && dice.chance(250) { person.users[1] } else { person.users[0] };
    let clock = Clock::of(firm, person, user, day);
    let usual = i64::from(person.habit.minute + dice.between(-45, 60)) * 60 + i64::from(dice.below(60));
    let first = clock.fit(if clock.is_night() { usual / 30 } else { usual });
    plan_logins(person, user, first, &clock, dice, acts);
    let share = person.habit.records * dice.below(201) / 100;
    let count = share / 100 + u32::from(dice.chance(share % 100 * 10));
    for _ in 0..count {
        let at = clock.fit(first - clock.midnight + 60 + i64::from(dice.below(28_000)));
        acts.push(Act { at, user, what: What::Record });
    }
    if goes_today {
        acts.push(Act { at: clock.fit(18 * 3_600), user, what: What::HandOver });
    }
}

/// A working day's clock: the instant of midnight, and between which seconds after it anything is done.
struct Clock {
    midnight: Instant,
    opens: i64,
    closes: i64,
}

impl Clock {
    fn of(firm: &Firm, person: &Person, user: u32, day: Day) -> Clock {
        let office = person.roster.iter().rfind(|row| row.from <= day).map(|row| row.office);
        let zone = &firm.zones[office.unwrap_or_else(|| firm.users[user as usize].zones[0].1)];
        let midnight = zone.at(day, 12 * 3_600) - 12 * 3_600;
        let (opens, closes) = match weekday(day) {
            0 if person.habit.night_owl => (10 * 60, 50 * 60),
            0..5 => (7 * 3_600, 19 * 3_600 + 1_800),
            _ => (9 * 3_600, 14 * 3_600),
        };
        Clock { midnight, opens, closes }
    }

    fn is_night(&self) -> bool {
        self.closes < 3_600
    }

    /// The instant of a second of the day, moved into opening hours.
    fn fit(&self, second: i64) -> Instant {
        self.midnight + second.clamp(self.opens, self.closes)
    }
}

fn plan_logins(person: &Person, user: u32, first: Instant, clock: &Clock, dice: &mut Dice, acts: &mut Vec<Act>) {
    let mut log = |user: u32, at: Instant, flavour| {
        acts.push(Act { at: at.min(clock.midnight + clock.closes), user, what: What::Login(flavour) })
    };
    // One in twenty days of work is done in a session that never ended, and now and then nobody gets in at all.
    if !person.leaves && dice.chance(50) {
        return;
    }
    if !person.leaves && dice.chance(20) {
        return log(user, first, Flavour::BadPassword);
    }
    let sessions = 1 + i64::from(dice.chance(260)) + i64::from(dice.chance(90));
    for session in 0..sessions {
        let at = first + session * i64::from(dice.between(3_000, 14_000));
        let mobile = person.habit.on_the_road && dice.chance(400);
        let flavour = match (mobile, person.habit.uses_single_sign_on) {
            (true, _) => {
                if person.habit.minute % 2 == 0 {
                    Flavour::Ios
                } else {
                    Flavour::Android
                }
            }
            (false, true) => Flavour::SingleSignOn,
            (false, false) => Flavour::Browser,
        };
        if dice.chance(40) {
            log(user, at - 25, Flavour::BadPassword);
        }
        log(user, at, flavour);
        if dice.chance(170) {
            let gap = dice.pick(&[3, 40, 300, 620, 899, 900, 901]);
            let other = if person.users.len() > 1 { person.users[0] } else { user };
            log(other, at + gap, Flavour::Browser);
        }
    }
    if person.habit.on_the_road && dice.chance(250) {
        log(user, first + 7_000, Flavour::TokenRefresh);
    }
    if dice.chance(20) {
        log(user, first + 9_000, Flavour::Connector);
    }
}

/// In how many of 1000 such days this person opens the CRM: habit, season, holidays, leave and the relaunch.
fn presence_on(person: &Person, index: usize, day: Day, relaunch: Day) -> u32 {
    let (_, month, date) = civil(day);
    let by_day = if person.habit.night_owl && weekday(day) != 0 { 5 } else { 1 };
    let usual = person.habit.presence(day) / by_day;
    if weekday(day) >= 5 {
        return if person.moves { 0 } else { usual / 120 };
    }
    let office = person.roster.last().map_or(0, |row| row.office);
    let off = OFFICES[office].holidays.contains(&(month, date)) || (weekday(day) == 4 && person.work_days == "Mon-Thu");
    if off {
        return usual / 40;
    }
    let christmas = (month == 12 && date >= 22) || (month == 1 && date <= 4);
    let away = if christmas {
        820
    } else if month == 8 {
        340
    } else {
        80
    };
    let week = (day - weekday(day) as Day) as u64;
    if trait_of(index as u64 * 10_000 + week, 77, 1_000) < away {
        return usual / 60;
    }
    let lift = if day < relaunch {
        82
    } else if day < relaunch + 42 {
        128
    } else {
        116
    };
    (usual * lift / 100).min(970)
}
