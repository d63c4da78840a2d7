//! Persons and their user rows: who somebody is on a date, and since when and until when the CRM shows them active.

use super::calendar::{Day, Instant, Zone};
use super::firm::{DEPARTMENTS, GRADES, NONE, OFFICES};
use super::habits::Habit;
use super::records::Object;

/// The four columns by which people are grouped.
#[derive(Clone, Copy)]
pub(super) struct Attributes {
    pub grade: &'static str,
    pub department: &'static str,
    pub office: &'static str,
    pub location: &'static str,
}

pub(super) const NOBODY: Attributes = Attributes { grade: NONE, department: NONE, office: NONE, location: NONE };

/// One line of the roster. `to` is the last day on which it holds.
pub(super) struct RosterRow {
    pub from: Day,
    pub to: Option<Day>,
    pub grade: usize,
    pub office: usize,
    pub location: usize,
}

impl RosterRow {
    fn holds_on(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// A human being, or what stands behind a robot's or a portal's user row.
pub(super) struct Person {
    pub first: &'static str,
    pub last: &'static str,
    pub email: String,
    pub employee_number: String,
    pub department: usize,
    pub work_days: &'static str,
    pub manager: Option<usize>,
    /// Dated lines, oldest first; empty for those whom only the CRM knows.
    pub roster: Vec<RosterRow>,
    pub users: Vec<u32>,
    pub habit: Habit,
    /// First and last day on which this person acts.
    pub works: (Day, Day),
    pub leaves: bool,
    /// People who move house keep their weekends, so that no act falls between two zones.
    pub moves: bool,
    /// Whether this person owns deals.
    pub sells: bool,
    /// Open deals and open tasks, by number.
    pub deals: Vec<u32>,
    pub tasks: Vec<u32>,
    /// Records that should not have been made, and will be deleted.
    pub mistakes: Vec<(Object, u32)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Human,
    Robot,
    /// Not a Standard user; the word is its UserType.
    Other(&'static str),
}

/// One user row of the CRM.
pub(super) struct User {
    pub person: usize,
    pub kind: Kind,
    pub username: String,
    pub email: String,
    pub employee_number: String,
    pub title: &'static str,
    pub department: &'static str,
    pub division: &'static str,
    pub city: &'static str,
    /// Since when which zone stands in the row, oldest first.
    pub zones: Vec<(Day, usize)>,
    pub created: Instant,
    pub created_on: Day,
    pub deactivated: Option<Instant>,
    pub modified: Instant,
    pub last_login: Instant,
    /// The last local day on which the exports show a sign of this user: a login row or a stamp.
    pub last_sign: Day,
    /// The last day on which the exports show this user active; None while they do.
    pub until: Option<Day>,
    pub exported: bool,
}

impl User {
    pub(super) fn is_human(&self) -> bool {
        self.kind == Kind::Human
    }

    pub(super) fn is_active_at(&self, at: Instant) -> bool {
        self.created <= at && self.deactivated.is_none_or(|end| at < end)
    }

    /// Active on a day as far as the exports tell.
    fn shows_active_on(&self, day: Day) -> bool {
        self.is_human() && self.created_on <= day && self.until.is_none_or(|until| day <= until)
    }

    fn zone_on(&self, day: Day) -> usize {
        self.zones.iter().rev().find(|(from, _)| *from <= day).map_or(self.zones[0].1, |(_, zone)| *zone)
    }
}

/// All persons and users, and the zones they live in.
pub(super) struct Firm {
    pub people: Vec<Person>,
    pub users: Vec<User>,
    pub zones: Vec<Zone>,
    /// Humans with a grade at which deals are owned, by user number.
    pub sellers: Vec<u32>,
    /// The zone of each user who has lived in one only; see `settle`.
    pub homes: Vec<Option<u8>>,
    pub robot: u32,
}

impl Firm {
    /// Whether a person counts in a share of people on a day.
    pub(super) fn is_eligible(&self, person: usize, day: Day) -> bool {
        self.people[person].users.iter().any(|user| self.users[*user as usize].shows_active_on(day))
    }

    /// The first day of a person's first user row; None for those who have none.
    pub(super) fn user_since(&self, person: usize) -> Option<Day> {
        let users = self.people[person].users.iter().map(|user| &self.users[*user as usize]);
        users.filter(|user| user.is_human()).map(|user| user.created_on).min()
    }

    /// The line of the roster that holds for a person on a day.
    pub(super) fn roster_line(&self, person: usize, day: Day) -> Option<&RosterRow> {
        self.people[person].roster.iter().find(|row| row.holds_on(day))
    }

    /// Whether the roster says on a day that this person meets clients.
    pub(super) fn is_client_facing(&self, person: usize, day: Day) -> bool {
        DEPARTMENTS[self.people[person].department].client_facing && self.roster_line(person, day).is_some()
    }

    /// Attributes on a day; of those who are not active then, on their last active day before.
    pub(super) fn attributes(&self, person: usize, day: Day) -> Attributes {
        let rows = self.people[person].users.iter().map(|user| &self.users[*user as usize]);
        let last_active = rows
            .filter(|user| user.is_human() && user.created_on <= day)
            .map(|user| user.until.map_or(day, |until| until.min(day)))
            .max();
        let day = last_active.unwrap_or(day);
        let someone = &self.people[person];
        if someone.roster.is_empty() {
            return someone.users.first().map_or(NOBODY, |user| self.users[*user as usize].own_attributes());
        }
        self.roster_line(person, day).map_or(NOBODY, |row| Attributes {
            grade: GRADES[row.grade],
            department: DEPARTMENTS[someone.department].name,
            office: OFFICES[row.office].name,
            location: OFFICES[row.office].locations[row.location],
        })
    }

    /// Attributes of a deal's owner; a robot has none.
    pub(super) fn owner_attributes(&self, user: u32, day: Day) -> Attributes {
        let owner = &self.users[user as usize];
        if owner.is_human() { self.attributes(owner.person, day) } else { NOBODY }
    }

    /// Notes who never moves, once everybody is there: most are asked for their zone at every act.
    pub(super) fn settle(&mut self) {
        let home = |user: &User| {
            let place = user.zones[0].1;
            let stays =
                user.zones.len() == 1 && self.people[user.person].roster.iter().all(|line| line.office == place);
            stays.then_some(place as u8)
        };
        self.homes = self.users.iter().map(home).collect();
    }

    /// The zone in which a user's person lives at an instant: the roster's, else the user row's.
    pub(super) fn zone(&self, user: u32, at: Instant) -> &Zone {
        if let Some(Some(home)) = self.homes.get(user as usize) {
            return &self.zones[usize::from(*home)];
        }
        let row = &self.users[user as usize];
        let day = at.div_euclid(super::calendar::DAY) as Day;
        let place = self.people[row.person].roster.iter().find(|line| line.holds_on(day));
        &self.zones[place.map_or_else(|| row.zone_on(day), |line| line.office)]
    }

    pub(super) fn local_day(&self, user: u32, at: Instant) -> Day {
        self.zone(user, at).local_day(at)
    }
}

impl User {
    pub(super) fn zone_at(&self, at: Instant) -> usize {
        self.zone_on(at.div_euclid(super::calendar::DAY) as Day)
    }

    fn own_attributes(&self) -> Attributes {
        let or_none = |text: &'static str| if text.is_empty() { NONE } else { text };
        Attributes {
            grade: or_none(self.title),
            department: or_none(self.department),
            office: or_none(self.division),
            location: or_none(self.city),
        }
    }
}

#[cfg(test)]
impl Firm {
    /// So many analysts in Berlin, each with one user, who have been there for years; the first is a partner instead.
    pub(super) fn tiny(people: usize) -> Firm {
        let since = super::calendar::day_of(2020, 1, 1);
        let mut firm = Firm {
            people: vec![],
            users: vec![],
            zones: vec![Zone::new("Europe/Berlin")],
            sellers: vec![],
            homes: vec![],
            robot: 0,
        };
        for person in 0..people {
            let line =
                RosterRow { from: since, to: None, grade: if person == 0 { 0 } else { 4 }, office: 0, location: 0 };
            firm.people.push(Person {
                roster: vec![line],
                users: vec![person as u32],
                ..super::founding::blank_person("Anna", "Adler", since)
            });
            let user = super::founding::blank_user(&firm, person, Kind::Human, since, 0);
            firm.users.push(user);
        }
        firm
    }
}
