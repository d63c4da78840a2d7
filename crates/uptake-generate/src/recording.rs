//! What people enter besides deals: tasks, meetings, contacts, leads, cases and campaign members; and what they delete.

use super::activities::{DATE_OF_SERIES, FORMS, INVITATION, SERIES};
use super::calendar::{DAY, Day, Instant, weekday};
use super::contacts::{DOOMED, ORIGINAL, can_be_repeated, entries, shares_company};
use super::records::{Object, Stamp};
use super::world::World;

/// What is deleted is either deleted well within the seven days in which it nets out, or after so long that every export
/// of those days has shown it.
const SOON: Instant = 6 * DAY + DAY / 2;
pub(super) const LONG_AGO: Instant = 15 * DAY;

/// Whether a deletion now nets out, or does not, however it is seen: by its stamp or by the last export with the record.
pub(super) fn is_of_clear_age(created: Instant, now: Instant) -> bool {
    !(SOON..LONG_AGO).contains(&(now - created))
}

impl World {
    pub(super) fn add_task(&mut self, person: usize, by: Stamp) {
        if self.dice.chance(350) {
            return self.log_activity(by);
        }
        let (account, contact) = (self.any(Object::Account), self.any(Object::Contact));
        let due = self.today(by.at()) + self.dice.between(0, 21);
        let task = self.records.add(Object::Task, by, account, contact, due);
        let desk = &mut self.firm.people[person].tasks;
        desk.push(task);
        // Who has more than 25 open tasks forgets the oldest.
        if desk.len() > 25 {
            desk.remove(0);
        }
    }

    /// A call or an e-mail, written down when it is over.
    fn log_activity(&mut self, by: Stamp) {
        let (account, contact) = (self.any(Object::Account), self.any(Object::Contact));
        let day = self.today(by.at());
        let sort = self.dice.weighted(&[0, 40, 10, 10, 15, 15, 10]);
        debug_assert!(sort < FORMS.len(), "each weight stands for a form");
        let number = self.records.add(Object::Task, by, account, contact, day);
        let task = self.records.get_mut(Object::Task, number);
        (task.sort, task.done) = (sort as u8, by.at());
    }

    pub(super) fn complete_task(&mut self, person: usize, by: Stamp) {
        let desk = if self.dice.chance(100) { self.colleague(by).unwrap_or(person) } else { person };
        let count = self.firm.people[desk].tasks.len() as u32;
        if count == 0 {
            return self.add_task(person, by);
        }
        let task = self.firm.people[desk].tasks.swap_remove(self.dice.below(count) as usize);
        if self.dice.chance(60) {
            self.delete(Object::Task, task, by);
        } else {
            self.records.get_mut(Object::Task, task).done = by.at();
            self.touch(Object::Task, task, by);
        }
    }

    fn delete(&mut self, object: Object, number: u32, by: Stamp) {
        let record = self.records.get_mut(object, number);
        record.deleted = true;
        self.tally.lost.records_never_exported += u64::from(!record.seen);
        self.touch(object, number, by);
    }

    /// Somebody still at work whose open tasks are all for today's taking.
    fn colleague(&mut self, by: Stamp) -> Option<usize> {
        let index = self.dice.below(self.firm.people.len() as u32) as usize;
        let day = (by.at() / DAY) as Day;
        let person = &self.firm.people[index];
        (weekday(day) < 5 && !person.tasks.is_empty() && day < person.works.1).then_some(index)
    }

    /// A meeting; now and then with colleagues, or one of a weekly series.
    pub(super) fn add_event(&mut self, by: Stamp) {
        let (account, contact) = (self.any(Object::Account), self.any(Object::Contact));
        let day = self.today(by.at()) + self.dice.between(-3, 14);
        let number = self.records.add(Object::Event, by, account, contact, day);
        if self.dice.chance(35) {
            self.records.get_mut(Object::Event, number).sort = SERIES;
            for week in 0..self.dice.between(3, 6) {
                self.repeat_event(number, DATE_OF_SERIES, day + 7 * week, by.user, by);
            }
        } else if self.dice.chance(90) {
            for _ in 0..self.dice.between(1, 2) {
                let guest = self.guest(day, by.user);
                self.repeat_event(number, INVITATION, day, guest, by);
            }
        }
    }

    fn repeat_event(&mut self, number: u32, sort: u8, day: Day, owner: u32, by: Stamp) {
        let first = self.records.get(Object::Event, number);
        let (account, contact) = (first.about, first.with);
        let copy = self.records.add(Object::Event, by, account, contact, day);
        let copy = self.records.get_mut(Object::Event, copy);
        (copy.repeats, copy.sort, copy.owner) = (number, sort, owner);
    }

    /// A colleague whose user row is there already, else the host.
    fn guest(&mut self, day: Day, host: u32) -> u32 {
        if self.firm.sellers.is_empty() {
            return host;
        }
        let guest = self.dice.pick(&self.firm.sellers);
        if self.firm.users[guest as usize].created_on < day - 20 { guest } else { host }
    }

    pub(super) fn add_contact(&mut self, person: usize, by: Stamp) {
        let day = self.today(by.at());
        match self.dice.weighted(&[12, 9, 79]) {
            0 => {
                self.records.add(Object::Account, by, 0, 0, day);
            }
            1 => self.repeat_contact(by),
            _ => {
                let account = self.any(Object::Account);
                let number = self.records.add(Object::Contact, by, account, 0, day);
                self.may_be_mistaken(Object::Contact, number, person);
            }
        }
    }

    /// Enters somebody again who is there already.
    pub(super) fn repeat_contact(&mut self, by: Stamp) {
        let day = self.today(by.at());
        let tries: Vec<u32> = (0..20).map(|_| self.any(Object::Contact)).collect();
        let fits = |number: &u32| can_be_repeated(*number, self.records.get(Object::Contact, *number));
        let Some(original) = tries.into_iter().find(fits) else { return };
        self.records.get_mut(Object::Contact, original).sort = ORIGINAL;
        let company = self.records.get(Object::Contact, original).about;
        let another = company % self.records.count(Object::Account) + 1;
        for sort in entries(self.repeats) {
            let about = if shares_company(*sort) { company } else { another };
            let number = self.records.add(Object::Contact, by, about, 0, day);
            let contact = self.records.get_mut(Object::Contact, number);
            (contact.repeats, contact.sort) = (original, *sort);
        }
        self.repeats += 1;
    }

    pub(super) fn add_or_edit(&mut self, object: Object, person: usize, by: Stamp) {
        let day = self.today(by.at());
        if self.records.count(object) > 0 && self.dice.chance(400) {
            return self.edit(object, 60, by);
        }
        let about = if object == Object::Engagement { self.dice.below(self.deals.list.len() as u32) + 1 } else { 0 };
        let number = self.records.add(object, by, about, 0, day);
        if object == Object::Lead {
            self.may_be_mistaken(object, number, person);
        }
    }

    pub(super) fn add_or_close_case(&mut self, person: usize, by: Stamp) {
        let count = self.records.count(Object::Case);
        if count > 0 && self.dice.chance(450) {
            let number = count - self.dice.below(count.min(12));
            let case = self.records.get_mut(Object::Case, number);
            if case.done == 0 && !case.deleted {
                case.done = by.at();
                return self.touch(Object::Case, number, by);
            }
        }
        let (account, contact) = (self.any(Object::Account), self.any(Object::Contact));
        let day = self.today(by.at());
        let number = self.records.add(Object::Case, by, account, contact, day);
        self.may_be_mistaken(Object::Case, number, person);
    }

    pub(super) fn add_member(&mut self, by: Stamp) {
        let (campaign, contact) = (self.any(Object::Campaign), self.any(Object::Contact));
        let day = self.today(by.at());
        self.records.add(Object::CampaignMember, by, campaign, contact, day);
    }

    /// One new record in twelve will be deleted again.
    fn may_be_mistaken(&mut self, object: Object, number: u32, person: usize) {
        if self.dice.chance(80) {
            self.records.get_mut(object, number).sort = DOOMED;
            self.firm.people[person].mistakes.push((object, number));
        }
    }

    /// Deletes a record that should not have been made. False where there is none, or none of an age that can be told.
    pub(super) fn correct_mistake(&mut self, person: usize, by: Stamp) -> bool {
        let clear = |(object, number): &(Object, u32)| {
            is_of_clear_age(self.records.get(*object, *number).created.at(), by.at())
        };
        let Some(place) = self.firm.people[person].mistakes.iter().position(clear) else { return false };
        let (object, number) = self.firm.people[person].mistakes.swap_remove(place);
        self.delete(object, number, by);
        true
    }

    /// Changes a text of one of the newest `among` records.
    pub(super) fn edit(&mut self, object: Object, among: u32, by: Stamp) {
        let count = self.records.count(object);
        if count == 0 {
            return;
        }
        let number = count - self.dice.below(among.min(count));
        let record = self.records.get_mut(object, number);
        if !record.deleted {
            record.version = record.version.wrapping_add(1);
            self.touch(object, number, by);
        }
    }

    /// Brings in so many rows of a file at four a minute, and notes a call afterwards. The rows stay within an hour.
    pub(super) fn import(&mut self, user: u32, at: Instant, object: Object, rows: u32) {
        let day = self.today(at);
        for row in 0..rows {
            let by = Stamp::new(user, at + i64::from(row) * 15);
            let account = if object == Object::Contact { self.any(Object::Account) } else { 0 };
            self.records.add(object, by, account, 0, day);
        }
        self.log_activity(Stamp::new(user, at + 2_400));
    }
}
