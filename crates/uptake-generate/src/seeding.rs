//! What was brought over from the old system before the first day: accounts, contacts, leads and old deals.

use super::calendar::{DAY, Day, Instant};
use super::deals::{Deal, migrated_terms};
use super::records::{Object, Stamp};
use super::world::World;

impl World {
    /// Fills the CRM of a firm of so many people; the robot has done it, in the weeks before the first day.
    pub(super) fn seed(&mut self, people: u32) {
        let plan = [
            (Object::Account, 16 + people),
            (Object::Contact, 24 + people * 2),
            (Object::Lead, 6 + people / 8),
            (Object::Campaign, 4),
            (Object::CampaignMember, 8 + people / 4),
        ];
        for (object, count) in plan {
            for number in 0..count {
                let by = self.night_before(60 - (number % 20) as Day);
                let (about, with) = match object {
                    Object::Contact => (number % (16 + people) + 1, 0),
                    Object::CampaignMember => (number % 4 + 1, number + 1),
                    _ => (0, 0),
                };
                self.records.add(object, by, about, with, self.span.start - 30);
            }
        }
        for _ in 0..8 + people / 12 {
            let by = self.night_before(40);
            self.repeat_contact(by);
        }
        for _ in 0..people {
            self.migrate_deal();
        }
    }

    fn night_before(&mut self, days: Day) -> Stamp {
        let second = i64::from(self.dice.below(7_200));
        Stamp::new(self.firm.robot, Instant::from(self.span.start - days) * DAY + 3_600 + second)
    }

    /// An old deal: it has no history rows, and of one in five not even the day of its last stage.
    fn migrate_deal(&mut self) {
        let terms = migrated_terms(self.span.start, &mut self.dice);
        let age = self.dice.between(60, 560);
        let created = self.night_before(age);
        let account = self.dice.below(self.records.count(Object::Account)) + 1;
        let in_dollars = self.dice.chance(60);
        let mut deal = Deal::new(account, created, terms, in_dollars);
        deal.modified = self.night_before(20);
        deal.migrated = true;
        deal.hides_stage_change = self.dice.chance(200);
        deal.stage_changed = if deal.hides_stage_change || terms.stage == 0 { 0 } else { deal.modified.at() };
        deal.owner = self.old_seller();
        let (owner, open) = (deal.owner, terms.is_open());
        let number = self.deals.add(deal);
        if !open {
            self.closed.push(number);
        } else if owner != self.firm.robot {
            let person = self.firm.users[owner as usize].person;
            self.firm.people[person].deals.push(number);
        }
    }

    /// Somebody who sold before the first day, or now and then the robot.
    fn old_seller(&mut self) -> u32 {
        if self.dice.chance(50) || self.firm.sellers.is_empty() {
            return self.firm.robot;
        }
        let before = self.span.start;
        let tries: Vec<u32> = (0..8).map(|_| self.dice.pick(&self.firm.sellers)).collect();
        let old = tries.into_iter().find(|user| self.firm.users[*user as usize].created_on < before);
        old.unwrap_or(self.firm.robot)
    }
}
