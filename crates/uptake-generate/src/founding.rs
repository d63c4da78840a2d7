//! Who works at the firm: everyone is decided before the first day, the planted cases first.

use super::Order;
use super::calendar::{AS_OF, Day, Zone, civil, monday_of, weekday};
use super::firm::{
    ANALYST, BERLIN, DEPARTMENTS, DOMAIN, GRADE_WEIGHTS, MANAGER, NEW_YORK, OFFICES, PARTNER, person_name, plain,
};
use super::habits::{Habit, HabitKind};
use super::people::{Firm, Kind, Person, RosterRow, User};
use super::random::Dice;

const NOON: i64 = 12 * 3_600;

/// Numbers of the people with a story; `sample-data/README.md` tells it.
pub(super) mod planted {
    pub const IMPORTS: usize = 0;
    pub const NEVER_LOGS_IN: usize = 1;
    pub const TWO_USERS: usize = 2;
    pub const NO_USER: usize = 3;
    pub const BY_NUMBER_ONLY: usize = 4;
    pub const BY_EMAIL_ONLY: usize = 5;
    pub const BY_USERNAME_ONLY: usize = 6;
    pub const LATE_ON_ROSTER: usize = 7;
    pub const MOVES_HOUSE: usize = 8;
    pub const LEFT_BEFORE_FIRST_EXPORT: usize = 9;
    pub const DEACTIVATED_LATE: usize = 10;
    pub const NIGHT_OWL: usize = 11;
    pub const COUNT: usize = 12;
}

/// What founding needs to know about the time simulated.
pub(super) struct Span {
    pub start: Day,
    pub first_export: Day,
    pub relaunch: Day,
}

/// Everyone who works at the firm between start and end.
pub(super) fn found(order: &Order, span: &Span, dice: &mut Dice) -> Firm {
    let zones = OFFICES.iter().map(|office| Zone::new(office.zone)).collect();
    let mut firm =
        Firm { people: Vec::new(), users: Vec::new(), zones, sellers: Vec::new(), homes: Vec::new(), robot: 0 };
    add_robot(&mut firm, span.start);
    for number in 0..order.people {
        hire(&mut firm, number, span, dice);
    }
    for stranger in 0..3 + order.people / 200 {
        add_person_without_roster(&mut firm, stranger, span, dice);
    }
    for outsider in 0..4 + order.people / 100 {
        add_outsider(&mut firm, outsider, span);
    }
    firm.people.iter_mut().for_each(|person| person.sells = sells(person));
    firm.settle();
    firm.sellers = firm.people.iter().filter(|p| p.sells).flat_map(|p| p.users.first().copied()).collect();
    firm
}

fn sells(person: &Person) -> bool {
    DEPARTMENTS[person.department].client_facing
        && person.roster.first().is_some_and(|row| row.grade <= MANAGER)
        && person.habit.kind != HabitKind::Never
}

fn add_robot(firm: &mut Firm, start: Day) {
    let mut user = blank_user(firm, firm.people.len(), Kind::Robot, start - 900, BERLIN);
    user.username = format!("integration@{DOMAIN}");
    user.email = user.username.clone();
    firm.robot = firm.users.len() as u32;
    let mut person = blank_person("Northlight", "Integration", start);
    person.users.push(firm.robot);
    firm.people.push(person);
    firm.users.push(user);
}

/// The firm's persons on the roster stand behind the robot, so person `number` is `firm.people[number + 1]`.
fn hire(firm: &mut Firm, number: usize, span: &Span, dice: &mut Dice) {
    let grade = match number {
        planted::IMPORTS | planted::NEVER_LOGS_IN => PARTNER,
        planted::TWO_USERS | planted::NIGHT_OWL | planted::LEFT_BEFORE_FIRST_EXPORT | planted::DEACTIVATED_LATE => {
            MANAGER
        }
        planted::NO_USER => ANALYST,
        _ => dice.weighted(&GRADE_WEIGHTS),
    };
    let office = match number {
        planted::MOVES_HOUSE => NEW_YORK,
        planted::NIGHT_OWL | planted::LATE_ON_ROSTER => BERLIN,
        _ => dice.weighted(&OFFICES.map(|office| office.weight)),
    };
    let (first, last) = person_name(number as u32);
    let mut person = blank_person(first, last, span.start);
    person.email = address(first, last, number);
    person.employee_number = format!("N{}", 10_001 + number * 7);
    person.department =
        if number < planted::COUNT { number % 4 } else { dice.weighted(&DEPARTMENTS.map(|d| d.weight)) };
    person.work_days = if grade != PARTNER && dice.chance(80) { "Mon-Thu" } else { "Mon-Fri" };
    person.manager = manager_of(firm, grade, dice);

    let joined = joining_day(number, span, dice);
    let leaving = leaving_day(number, joined, span, dice);
    let created_on = joined.unwrap_or_else(|| workday(span.start - dice.between(30, 400)));
    person.leaves = leaving.is_some();
    person.works = (span.start.max(created_on + 1), leaving.unwrap_or(AS_OF));
    let tenure = Tenure { number, created_on, joined: joined.is_some(), leaving };
    person.roster = career(&tenure, grade, office, span, dice);
    person.moves = person.roster.iter().any(|row| row.office != office);
    person.habit = match number {
        planted::NEVER_LOGS_IN | planted::NO_USER => Habit::never(),
        _ => Habit::draw(grade, span.start, span.relaunch, dice),
    };
    let told = number < planted::COUNT && person.habit.kind != HabitKind::Never;
    if person.leaves || told {
        person.habit = Habit::steady(dice);
    }
    let settled = !person.leaves && !person.moves && office != NEW_YORK;
    if office == NEW_YORK && !person.leaves && dice.chance(400) {
        // Evenings in New York are the next day, and now and then the next month, in Berlin.
        person.habit.minute = dice.between(1_060, 1_100);
    }
    person.habit.night_owl = settled && (number == planted::NIGHT_OWL || dice.chance(20));
    if person.habit.night_owl {
        person.habit.records = 200;
    }
    let index = firm.people.len();
    firm.people.push(person);
    if number != planted::NO_USER {
        add_users(firm, index, number, created_on, leaving, dice);
    }
}

fn manager_of(firm: &Firm, grade: usize, dice: &mut Dice) -> Option<usize> {
    let hired = firm.people.len();
    let above = |index: &usize| firm.people[*index].roster.first().is_some_and(|row| row.grade < grade);
    let tries: Vec<usize> = (0..8).map(|_| dice.below(hired as u32) as usize).collect();
    tries.into_iter().find(above).or((hired > 1).then_some(1))
}

/// A Monday in whose week no month ends, so that the day of joining and the first export agree on every month.
fn joining_day(number: usize, span: &Span, dice: &mut Dice) -> Option<Day> {
    if number < planted::COUNT || !dice.chance(170) {
        return None;
    }
    let monday = monday_of(dice.between(span.start + 7, AS_OF - 14));
    let one_month = civil(monday).1 == civil(monday + 6).1;
    one_month.then_some(monday)
}

fn leaving_day(number: usize, joined: Option<Day>, span: &Span, dice: &mut Dice) -> Option<Day> {
    let friday = |day: Day| monday_of(day) + 4;
    match number {
        planted::LEFT_BEFORE_FIRST_EXPORT if span.first_export > span.start + 70 => {
            return Some(friday(span.first_export - 40));
        }
        planted::DEACTIVATED_LATE if span.first_export + 30 < AS_OF => {
            return Some(friday((span.first_export + AS_OF) / 2));
        }
        0..planted::COUNT => return None,
        _ => {}
    }
    let earliest = joined.unwrap_or(span.start) + 30;
    if earliest + 14 > AS_OF || !dice.chance(130) {
        return None;
    }
    Some(friday(dice.between(earliest, AS_OF - 7)))
}

/// When somebody came, and when they go.
struct Tenure {
    number: usize,
    created_on: Day,
    joined: bool,
    leaving: Option<Day>,
}

/// The dated lines of the roster: one, or more where a grade or the office changes.
fn career(tenure: &Tenure, grade: usize, office: usize, span: &Span, dice: &mut Dice) -> Vec<RosterRow> {
    let Tenure { number, created_on, joined, leaving } = *tenure;
    let hired = if joined { created_on } else { created_on - dice.between(0, 2_500) };
    let last_day = leaving.unwrap_or(AS_OF);
    let location = dice.below(OFFICES[office].locations.len() as u32) as usize;
    let from = if number == planted::LATE_ON_ROSTER { span.start + 100.min((AS_OF - span.start) / 2) } else { hired };
    let mut rows = vec![RosterRow { from, to: leaving, grade, office, location }];
    let room = (from.max(span.start) + 20, last_day - 20);
    if room.0 >= room.1 {
        return rows;
    }
    if number == planted::MOVES_HOUSE || (number >= planted::COUNT && dice.chance(40)) {
        let office = if number == planted::MOVES_HOUSE { BERLIN } else { (office + 1) % OFFICES.len() };
        let day = monday_of(dice.between(room.0, room.1));
        split(&mut rows, day, |row| (row.office, row.location) = (office, 0));
    }
    if grade != PARTNER && (number == planted::TWO_USERS || dice.chance(140)) {
        let day = dice.between(room.0, room.1);
        split(&mut rows, day, |row| row.grade -= 1);
    } else if !joined && grade < ANALYST && from + 400 < span.start && dice.chance(300) {
        let day = dice.between(from + 30, span.start - 1);
        let now = rows[0].grade;
        split(&mut rows, day, |row| row.grade = now);
        rows[0].grade = now + 1;
    }
    rows
}

/// Cuts the line that holds on `day` in two and changes it and all later ones.
fn split(rows: &mut Vec<RosterRow>, day: Day, change: impl Fn(&mut RosterRow)) {
    let Some(at) = rows.iter().rposition(|row| row.from < day) else { return };
    let old = &mut rows[at];
    let new = RosterRow { from: day, to: old.to, grade: old.grade, office: old.office, location: old.location };
    old.to = Some(day - 1);
    rows.insert(at + 1, new);
    rows[at + 1..].iter_mut().for_each(change);
}

fn add_users(firm: &mut Firm, index: usize, number: usize, created_on: Day, leaving: Option<Day>, dice: &mut Dice) {
    let office = firm.people[index].roster[0].office;
    let mut user = blank_user(firm, index, Kind::Human, created_on, office);
    let person = &firm.people[index];
    let stale_title = person.roster.last().is_some_and(|_| dice.chance(200));
    user.title = if stale_title { "Associate" } else { "" };
    user.username = person.email.clone();
    user.email = person.email.clone();
    user.employee_number = if dice.chance(150) { String::new() } else { person.employee_number.clone() };
    match number {
        planted::BY_NUMBER_ONLY => {
            user.email = format!("{}.maiden{number}@{DOMAIN}", plain(person.first));
            user.username = user.email.clone();
            user.employee_number = person.employee_number.clone();
        }
        planted::BY_EMAIL_ONLY => {
            user.email = person.email.to_uppercase();
            user.username = format!("{}.{number}@crm.{DOMAIN}", plain(person.last));
            user.employee_number = String::new();
        }
        planted::BY_USERNAME_ONLY => {
            user.email = format!("desk{number}@{DOMAIN}");
            user.employee_number = String::new();
        }
        _ => {}
    }
    user.zones = vec![(Day::MIN, office)];
    user.zones
        .extend(person.roster.windows(2).filter(|w| w[0].office != w[1].office).map(|w| (w[1].from, w[1].office)));
    if let Some(day) = leaving {
        let late = if number == planted::DEACTIVATED_LATE { 10 } else { dice.pick(&[0, 0, 3, 4, 5, 6, 12]) };
        user.deactivated = Some(firm.zones[office].at(day + late, 20 * 3_600 + 1_800));
    }
    push_user(firm, index, user);
    if number == planted::TWO_USERS {
        let mut second = blank_user(firm, index, Kind::Human, created_on + 7, office);
        second.email = firm.people[index].email.clone();
        second.username = format!("admin.{}", second.email);
        push_user(firm, index, second);
    }
}

fn add_person_without_roster(firm: &mut Firm, stranger: usize, span: &Span, dice: &mut Dice) {
    let (first, last) = person_name(1_500 + stranger as u32);
    let mut person = blank_person(first, last, span.start);
    person.habit = Habit::steady(dice);
    let index = firm.people.len();
    let mut user = blank_user(firm, index, Kind::Human, workday(span.start - 45), BERLIN);
    user.username = format!("{}.{}.ext{stranger}@{DOMAIN}", plain(first), plain(last));
    user.email = user.username.clone();
    if stranger.is_multiple_of(2) {
        (user.title, user.department, user.division, user.city) = ("Contractor", "Technology", "Berlin", "Potsdam");
    }
    firm.people.push(person);
    push_user(firm, index, user);
}

fn add_outsider(firm: &mut Firm, outsider: usize, span: &Span) {
    let (first, last) = person_name(1_700 + outsider as u32);
    let mut person = blank_person(first, last, span.start);
    person.habit = Habit::never();
    let kind = ["PowerCustomerSuccess", "LicenseManager", "CsnOnly", "AutomatedProcess"][outsider % 4];
    let index = firm.people.len();
    let mut user = blank_user(firm, index, Kind::Other(kind), workday(span.start - 200), BERLIN);
    user.username = format!("{}.{}{outsider}@clients.example", plain(first), plain(last));
    user.email = user.username.clone();
    firm.people.push(person);
    push_user(firm, index, user);
}

fn push_user(firm: &mut Firm, person: usize, user: User) {
    firm.people[person].users.push(firm.users.len() as u32);
    firm.users.push(user);
}

pub(super) fn blank_person(first: &'static str, last: &'static str, start: Day) -> Person {
    Person {
        first,
        last,
        email: String::new(),
        employee_number: String::new(),
        department: 0,
        work_days: "Mon-Fri",
        manager: None,
        roster: Vec::new(),
        users: Vec::new(),
        habit: Habit::never(),
        works: (start, AS_OF),
        leaves: false,
        moves: false,
        sells: false,
        deals: Vec::new(),
        tasks: Vec::new(),
        mistakes: Vec::new(),
    }
}

pub(super) fn blank_user(firm: &Firm, person: usize, kind: Kind, created_on: Day, zone: usize) -> User {
    let created = firm.zones[zone].at(created_on, NOON);
    User {
        person,
        kind,
        username: String::new(),
        email: String::new(),
        employee_number: String::new(),
        title: "",
        department: "",
        division: "",
        city: "",
        zones: vec![(Day::MIN, zone)],
        created,
        created_on,
        deactivated: None,
        modified: created,
        last_login: 0,
        last_sign: Day::MIN,
        until: None,
        exported: false,
    }
}

/// The same day, or the Friday before a weekend.
fn workday(day: Day) -> Day {
    day - (weekday(day) as Day - 4).max(0)
}

fn address(first: &str, last: &str, number: usize) -> String {
    let again = number / 1_927;
    let digit = if again == 0 { String::new() } else { (again + 1).to_string() };
    format!("{}.{}{digit}@{DOMAIN}", plain(first), plain(last))
}
