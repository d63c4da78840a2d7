//! What sellers do: deals begin, turn, change hands, are deleted, come back and are opened again.

use super::calendar::{DAY, Day, Grain};
use super::deals::{self, Deal, Presence, Turn};
use super::recording::{LONG_AGO, is_of_clear_age};
use super::records::{Object, Stamp};
use super::world::World;

/// A deal stays no longer in the bin and comes back.
const IN_BIN_DAYS: i64 = 60;

impl World {
    pub(super) fn touch_deal(&mut self, number: u32, by: Stamp) {
        let deal = self.deals.get_mut(number);
        let (created, before) = (deal.created, deal.modified);
        deal.modified = by;
        self.count_overwritten(created, before);
    }

    pub(super) fn add_deal(&mut self, person: usize, by: Stamp) {
        let today = self.today(by.at());
        let terms = deals::first_terms(today, &mut self.dice);
        let account = self.any(Object::Account);
        let in_dollars = self.dice.chance(60);
        let number = self.deals.add(Deal::new(account, by, terms, in_dollars));
        self.firm.people[person].deals.push(number);
    }

    pub(super) fn turn_deal(&mut self, person: usize, by: Stamp) {
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
            Turn::Delete if self.may_delete_deal(number, by) => self.delete_deal(number, by),
            Turn::Delete => self.write_next_step(number),
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

    pub(super) fn write_next_step(&mut self, number: u32) {
        let step = self.dice.below(40) as u8 + 1;
        self.deals.get_mut(number).next_step = step;
    }

    /// Gives a deal to another seller whose user row is older than the deal, so that the exports never show an owner
    /// from before their time. Finds nobody now and then; then the deal stays.
    pub(super) fn hand_over(&mut self, number: u32, today: Day) {
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

    /// A deal without history whose stage has moved unseen stays, so that no move is first seen in the bin.
    fn may_delete_deal(&self, number: u32, by: Stamp) -> bool {
        let deal = self.deals.get(number);
        let moved_unseen = deal.migrated && deal.unseen_stages > 0;
        !moved_unseen && is_of_clear_age(deal.created.at(), by.at())
    }

    fn delete_deal(&mut self, number: u32, by: Stamp) {
        let today = self.today(by.at());
        let deal = self.deals.get(number);
        let (seen, close) = (!deal.shown.owners.is_empty(), deal.terms.close);
        let old = by.at() - deal.created.at() >= LONG_AGO;
        let to_bin = seen && (!self.whole_exports || self.dice.chance(600));
        let comes_back = to_bin && old && is_of_another_quarter(close, today) && self.dice.chance(800);
        let deal = self.deals.get_mut(number);
        deal.presence = if to_bin { Presence::Binned } else { Presence::Gone };
        deal.comes_back = comes_back;
        self.tally.lost.deals_never_exported += u64::from(!seen);
        if comes_back {
            self.missed.push(number);
        }
    }

    /// Takes out a deal that an export has shown in the bin, and not too long ago.
    pub(super) fn take_out_of_bin(&mut self, by: Stamp) -> bool {
        let last_export = self.last_export;
        let shown = |number: &u32| {
            let binned = self.deals.get(*number).modified.at();
            binned < last_export && by.at() - binned < IN_BIN_DAYS * DAY
        };
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

    pub(super) fn reopen(&mut self, by: Stamp) -> bool {
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
}

/// Whether a deal due on `close` stays out of the quarter's funnel in every week in which it can come back from the bin:
/// the catalogue has no bar for that.
fn is_of_another_quarter(close: Day, today: Day) -> bool {
    let quarter = |day| Grain::Quarter.period_of(day).first;
    quarter(close) < quarter(today) || quarter(close) > quarter(today + IN_BIN_DAYS as Day + 10)
}
