//! Everything that is the case, and what a person's act changes in it.

use anyhow::Result;

use super::calendar::{Day, Instant, weekday};
use super::deals::{Deals, Presence};
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
    /// How many contacts have been entered again.
    pub repeats: usize,
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
        if weekday(self.today(at)) == 6 {
            return self.work_on_sunday(person, by);
        }
        if self.dice.chance(300) && self.correct_mistake(person, by) {
            return;
        }
        if seller && self.dice.chance(250) && self.take_out_of_bin(by) {
            return;
        }
        if seller && self.dice.chance(16) && self.reopen(by) {
            return;
        }
        let client_facing = DEPARTMENTS[self.firm.people[person].department].client_facing;
        let weights: [u32; 13] = match (seller, client_facing) {
            (true, _) => [11, 9, 6, 60, 7, 3, 4, 2, 2, 0, 2, 2, 0],
            (false, true) => [25, 25, 14, 0, 0, 7, 14, 5, 4, 0, 6, 5, 0],
            (false, false) => [22, 22, 4, 0, 0, 10, 20, 2, 14, 6, 0, 4, 5],
        };
        match self.dice.weighted(&weights) {
            0 => self.add_task(person, by),
            1 => self.complete_task(person, by),
            2 => self.add_event(by),
            3 => self.turn_deal(person, by),
            4 => self.add_deal(person, by),
            5 => self.add_contact(person, by),
            6 => self.edit(Object::Contact, 400, by),
            7 => self.edit(Object::Account, 400, by),
            8 => self.add_or_edit(Object::Lead, person, by),
            9 => self.edit(Object::Campaign, 10, by),
            10 => self.add_or_edit(Object::Engagement, person, by),
            11 => self.add_or_close_case(person, by),
            _ => self.add_member(by),
        }
    }

    /// On Sundays nobody sells, and nothing is made that could be deleted: a record's age in days, and the time since a deal
    /// was touched, are then the same by dates and by instants.
    fn work_on_sunday(&mut self, person: usize, by: Stamp) {
        match self.dice.weighted(&[3, 2, 2]) {
            0 => self.add_task(person, by),
            1 => self.complete_task(person, by),
            _ => self.edit(Object::Account, 400, by),
        }
    }

    pub(super) fn any(&mut self, object: Object) -> u32 {
        self.dice.below(self.records.count(object)) + 1
    }

    pub(super) fn touch(&mut self, object: Object, number: u32, by: Stamp) {
        let record = self.records.get_mut(object, number);
        let (created, before) = (record.created, record.modified);
        record.modified = by;
        self.count_overwritten(created, before);
    }

    pub(super) fn count_overwritten(&mut self, created: Stamp, before: Stamp) {
        let unseen = before.at() > self.last_export && before != created;
        let human = self.firm.users[before.user as usize].is_human();
        self.tally.lost.modifications_overwritten += u64::from(unseen && human);
    }

    /// A leaver's desk is cleared: most deals go to others, the rest keeps its owner; open tasks stay open for ever.
    pub(super) fn clear_desk(&mut self, user: u32, at: Instant) {
        let person = self.firm.users[user as usize].person;
        let today = self.today(at);
        let by = Stamp::new(self.firm.robot, at);
        self.firm.people[person].tasks.clear();
        self.firm.people[person].mistakes.clear();
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
