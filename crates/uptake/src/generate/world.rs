//! Everything that is the case, and what a person's act changes in it.

use anyhow::Result;

use super::calendar::{DAY, Day, Instant};
use super::deals::{self, Deal, Deals, Presence, Turn};
use super::firm::{BERLIN, DEPARTMENTS};
use super::founding::Span;
use super::logins::{Flavour, Log, LoginRow};
use super::people::Firm;
use super::random::Dice;
use super::records::{Object, Records, Stamp};
use super::sheet::Folder;
use super::truth::Tally;

pub(super) struct World {
    pub firm: Firm,
    pub records: Records,
    pub deals: Deals,
    pub log: Log,
    pub folder: Folder,
    pub tally: Tally,
    pub dice: Dice,
    pub span: Span,
    /// Whole exports let deleted rows vanish; exports of changes have to say that they are deleted.
    pub whole_exports: bool,
    /// When the last export was made; nought before the first.
    pub last_export: Instant,
    /// Closed deals, and deals in the bin that somebody will take out again.
    pub closed: Vec<u32>,
    pub missed: Vec<u32>,
}

impl World {
    pub(super) fn today(&self, at: Instant) -> Day {
        self.firm.zones[BERLIN].local_day(at)
    }

    /// A row in the login log.
    pub(super) fn log_in(&mut self, user: u32, at: Instant, flavour: Flavour) -> Result<()> {
        let day = self.firm.local_day(user, at);
        let row = &mut self.firm.users[user as usize];
        row.last_sign = row.last_sign.max(day);
        if flavour != Flavour::BadPassword {
            row.last_login = at;
        }
        if row.is_human() && flavour.counts() {
            self.tally.login_row(row.person, at, day);
        }
        self.log.add(LoginRow { at, user, flavour }, &self.firm, &mut self.folder)
    }

    /// One act of work of a person; which one depends on their department and on what lies on their desk.
    pub(super) fn work(&mut self, user: u32, at: Instant) {
        let by = Stamp::new(user, at);
        let person = self.firm.users[user as usize].person;
        let seller = self.firm.people[person].sells;
        if seller && self.dice.chance(250) && self.take_out_of_bin(by) {
            return;
        }
        if seller && self.dice.chance(16) && self.reopen(by) {
            return;
        }
        let client_facing = DEPARTMENTS[self.firm.people[person].department].client_facing;
        let weights: [u32; 11] = match (seller, client_facing) {
            (true, _) => [11, 9, 6, 60, 7, 3, 4, 2, 2, 0, 2],
            (false, true) => [25, 25, 14, 0, 0, 7, 14, 5, 4, 0, 6],
            (false, false) => [22, 22, 4, 0, 0, 10, 20, 2, 14, 6, 0],
        };
        match self.dice.weighted(&weights) {
            0 => self.add_task(person, by),
            1 => self.complete_task(person, by),
            2 => self.add_event(by),
            3 => self.turn_deal(person, by),
            4 => self.add_deal(person, by),
            5 => self.add_contact(by),
            6 => self.edit(Object::Contact, 400, by),
            7 => self.edit(Object::Account, 400, by),
            8 => self.add_or_edit(Object::Lead, by),
            9 => self.edit(Object::Campaign, 10, by),
            _ => self.add_or_edit(Object::Engagement, by),
        }
    }

    fn any(&mut self, object: Object) -> u32 {
        self.dice.below(self.records.count(object)) + 1
    }

    fn add_task(&mut self, person: usize, by: Stamp) {
        let (account, contact) = (self.any(Object::Account), self.any(Object::Contact));
        let logged_call = self.dice.chance(350);
        let due = self.today(by.at()) + if logged_call { 0 } else { self.dice.between(0, 21) };
        let task = self.records.add(Object::Task, by, account, contact, due);
        if logged_call {
            self.records.get_mut(Object::Task, task).done = by.at();
            return;
        }
        let desk = &mut self.firm.people[person].tasks;
        desk.push(task);
        // Who has more than 25 open tasks forgets the oldest.
        if desk.len() > 25 {
            desk.remove(0);
        }
    }

    fn complete_task(&mut self, person: usize, by: Stamp) {
        let desk = if self.dice.chance(100) { self.colleague(by).unwrap_or(person) } else { person };
        let count = self.firm.people[desk].tasks.len() as u32;
        if count == 0 {
            return self.add_task(person, by);
        }
        let task = self.firm.people[desk].tasks.swap_remove(self.dice.below(count) as usize);
        if self.dice.chance(60) {
            self.records.get_mut(Object::Task, task).deleted = true;
            let created = self.records.get_mut(Object::Task, task).created;
            self.tally.lost.records_never_exported += u64::from(created.at() > self.last_export);
        } else {
            self.records.get_mut(Object::Task, task).done = by.at();
        }
        self.touch(Object::Task, task, by);
    }

    /// Somebody still at work whose open tasks are all for today's taking.
    fn colleague(&mut self, by: Stamp) -> Option<usize> {
        let index = self.dice.below(self.firm.people.len() as u32) as usize;
        let day = (by.at() / DAY) as Day;
        let weekday = super::calendar::weekday(day) < 5;
        let person = &self.firm.people[index];
        (weekday && !person.tasks.is_empty() && day < person.works.1).then_some(index)
    }

    fn add_event(&mut self, by: Stamp) {
        let (account, contact) = (self.any(Object::Account), self.any(Object::Contact));
        let day = self.today(by.at()) + self.dice.between(-3, 14);
        self.records.add(Object::Event, by, account, contact, day);
    }

    fn add_contact(&mut self, by: Stamp) {
        let day = self.today(by.at());
        if self.dice.chance(120) {
            self.records.add(Object::Account, by, 0, 0, day);
        } else {
            let account = self.any(Object::Account);
            self.records.add(Object::Contact, by, account, 0, day);
        }
    }

    fn add_or_edit(&mut self, object: Object, by: Stamp) {
        let day = self.today(by.at());
        if self.records.count(object) > 0 && self.dice.chance(400) {
            return self.edit(object, 60, by);
        }
        let about = if object == Object::Engagement { self.dice.below(self.deals.list.len() as u32) + 1 } else { 0 };
        self.records.add(object, by, about, 0, day);
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

    fn touch(&mut self, object: Object, number: u32, by: Stamp) {
        let record = self.records.get_mut(object, number);
        let (created, before) = (record.created, record.modified);
        record.modified = by;
        self.count_overwritten(created, before);
    }

    fn count_overwritten(&mut self, created: Stamp, before: Stamp) {
        let unseen = before.at() > self.last_export && before != created;
        let human = self.firm.users[before.user as usize].is_human();
        self.tally.lost.modifications_overwritten += u64::from(unseen && human);
    }

    fn touch_deal(&mut self, number: u32, by: Stamp) {
        let deal = self.deals.get_mut(number);
        let (created, before) = (deal.created, deal.modified);
        deal.modified = by;
        self.count_overwritten(created, before);
    }

    fn add_deal(&mut self, person: usize, by: Stamp) {
        let today = self.today(by.at());
        let terms = deals::first_terms(today, &mut self.dice);
        let account = self.any(Object::Account);
        let in_dollars = self.dice.chance(60);
        let number = self.deals.add(Deal::new(account, by, terms, in_dollars));
        self.firm.people[person].deals.push(number);
    }

    fn turn_deal(&mut self, person: usize, by: Stamp) {
        let count = self.firm.people[person].deals.len() as u32;
        if count == 0 {
            return self.add_deal(person, by);
        }
        let today = self.today(by.at());
        let place = self.deal_at_hand(person, count, today);
        let number = self.firm.people[person].deals[place];
        let deal = self.deals.get(number);
        let turn = match deal.came_back {
            true => Turn::Text,
            false => deals::next_turn(deal.terms, today, &mut self.dice),
        };
        match turn {
            Turn::Terms(terms) => self.deals.change(number, by, terms),
            Turn::Twice(first, second) => {
                self.deals.change(number, by, first);
                self.deals.change(number, by, second);
            }
            Turn::Text => self.write_next_step(number),
            Turn::HandOver => self.hand_over(number, today),
            Turn::Delete => self.delete_deal(number),
        }
        self.touch_deal(number, by);
        let deal = self.deals.get(number);
        if deal.presence == Presence::Here && !deal.terms.is_open() {
            self.closed.push(number);
        }
        let stays = deal.presence == Presence::Here && deal.terms.is_open();
        if !stays || self.firm.users[deal.owner as usize].person != person {
            self.firm.people[person].deals.swap_remove(place);
        }
    }

    /// Where on the desk the next deal lies: of two at random the one whose close date has passed.
    fn deal_at_hand(&mut self, person: usize, count: u32, today: Day) -> usize {
        let places = [self.dice.below(count) as usize, self.dice.below(count) as usize];
        let lapsed = |place: &&usize| self.deals.get(self.firm.people[person].deals[**place]).terms.close < today;
        *places.iter().find(lapsed).unwrap_or(&places[0])
    }

    fn write_next_step(&mut self, number: u32) {
        let step = self.dice.below(40) as u8 + 1;
        self.deals.get_mut(number).next_step = step;
    }

    /// Gives a deal to another seller whose user row is older than the deal, so that the exports never show an owner
    /// from before their time. Finds nobody now and then; then the deal stays.
    fn hand_over(&mut self, number: u32, today: Day) {
        let deal = self.deals.get(number);
        let born = ((deal.created.at() / DAY) as Day).max(self.span.start);
        let giver = self.firm.users[deal.owner as usize].person;
        for _ in 0..8 {
            let user = self.dice.pick(&self.firm.sellers);
            let row = &self.firm.users[user as usize];
            let stays = self.firm.people[row.person].works.1 > today + 1;
            if row.created_on < born && stays && row.person != giver {
                self.firm.people[row.person].deals.push(number);
                let deal = self.deals.get_mut(number);
                deal.owner = user;
                deal.unseen_owners += 1;
                return;
            }
        }
    }

    fn delete_deal(&mut self, number: u32) {
        let seen = !self.deals.get(number).shown_owners.is_empty();
        let to_bin = seen && (!self.whole_exports || self.dice.chance(600));
        let comes_back = to_bin && self.dice.chance(500);
        let deal = self.deals.get_mut(number);
        deal.presence = if to_bin { Presence::Binned } else { Presence::Gone };
        deal.comes_back = comes_back;
        self.tally.lost.deals_never_exported += u64::from(!seen);
        if comes_back {
            self.missed.push(number);
        }
    }

    /// Takes out a deal that an export has shown in the bin.
    fn take_out_of_bin(&mut self, by: Stamp) -> bool {
        let last_export = self.last_export;
        let shown = |number: &u32| self.deals.get(*number).modified.at() < last_export;
        let Some(place) = self.missed.iter().position(shown) else { return false };
        let number = self.missed.remove(place);
        let deal = self.deals.get_mut(number);
        deal.presence = Presence::Here;
        deal.came_back = true;
        let person = self.firm.users[deal.owner as usize].person;
        self.firm.people[person].deals.push(number);
        self.touch_deal(number, by);
        true
    }

    fn reopen(&mut self, by: Stamp) -> bool {
        if self.closed.is_empty() {
            return false;
        }
        let place = self.dice.below(self.closed.len() as u32) as usize;
        let number = self.closed.swap_remove(place);
        let today = self.today(by.at());
        let deal = self.deals.get(number);
        let owner = &self.firm.users[deal.owner as usize];
        let person = owner.person;
        let at_work = owner.is_human() && self.firm.people[person].works.1 > today;
        let terms = deals::reopened(deal.terms, today, &mut self.dice);
        self.deals.change(number, by, terms);
        self.touch_deal(number, by);
        if at_work {
            self.firm.people[person].deals.push(number);
        }
        true
    }

    /// A leaver's desk is cleared: most deals go to others, the rest keeps its owner; open tasks stay open for ever.
    pub(super) fn clear_desk(&mut self, user: u32, at: Instant) {
        let person = self.firm.users[user as usize].person;
        let today = self.today(at);
        let by = Stamp::new(self.firm.robot, at);
        self.firm.people[person].tasks.clear();
        for number in std::mem::take(&mut self.firm.people[person].deals) {
            if self.dice.chance(600) && !self.deals.get(number).came_back {
                self.hand_over(number, today);
                self.touch_deal(number, by);
            }
        }
    }

    /// What the integration does every night: a login, and edits that overwrite the stamps of others.
    pub(super) fn run_robot(&mut self, from: Instant) -> Result<()> {
        let mut at = from + i64::from(self.dice.below(600));
        let day = self.today(at);
        self.log_in(self.firm.robot, at, Flavour::Robot)?;
        let edits = 1 + self.firm.people.len() as u32 / 40;
        for _ in 0..edits {
            at += i64::from(self.dice.below(40)) * i64::from(edits < 60);
            let by = Stamp::new(self.firm.robot, at);
            match self.dice.weighted(&[4, 2, 3, 2]) {
                0 => self.edit(Object::Contact, 800, by),
                1 => self.edit(Object::Account, 800, by),
                2 => self.edit(Object::Task, 60, by),
                _ => self.nudge_deal(by),
            }
        }
        if self.dice.chance(60) {
            self.records.add(Object::Lead, Stamp::new(self.firm.robot, at), 0, 0, day);
        }
        Ok(())
    }

    fn nudge_deal(&mut self, by: Stamp) {
        let number = self.dice.below(self.deals.list.len() as u32) + 1;
        if self.deals.get(number).presence == Presence::Here {
            self.write_next_step(number);
            self.touch_deal(number, by);
        }
    }
}
