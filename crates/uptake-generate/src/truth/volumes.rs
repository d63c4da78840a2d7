//! What people enter: records created and activities, by the day on which they did it.

use std::collections::HashMap;

use super::super::activities::{Activity, DATE_OF_SERIES, FORMS, INVITATION, SERIES};
use super::super::calendar::{AS_OF, DAY, Day, Grain, Instant};
use super::super::deals::{Deals, Presence};
use super::super::people::Firm;
use super::super::records::{Object, Record, Records, Stamp};
use super::{Cell, Subject, Tally};

/// More rows than this of one object by one creator in an hour of UTC are an import.
const MOST_BY_HAND: u32 = 50;
/// What was deleted sooner nets out.
const NETS_OUT: Instant = 7 * DAY;

const CREATED: [Object; 4] = [Object::Contact, Object::Account, Object::Lead, Object::Case];

/// A record's birth, as the exports show it.
struct Birth {
    by: Stamp,
    deleted_at: Option<Instant>,
}

impl Tally {
    /// Adds up what was entered, once the last export is out.
    pub(in super::super) fn count_volumes(&mut self, firm: &Firm, records: &Records, deals: &Deals) {
        for object in CREATED {
            self.count_births(firm, records.all(object).iter().filter_map(birth_of_record));
        }
        self.count_births(firm, births_of_deals(deals));
        for task in records.all(Object::Task).iter().filter(|task| task.seen && !task.deleted) {
            self.count_task(firm, task);
        }
        for event in records.all(Object::Event).iter().filter(|event| event.seen && !event.deleted) {
            self.count_event(firm, event);
        }
    }

    fn count_births(&mut self, firm: &Firm, births: impl Iterator<Item = Birth>) {
        let births: Vec<Birth> = births.filter(|birth| firm.users[birth.by.user as usize].is_human()).collect();
        let hours = hours_of(&births);
        for birth in births.iter().filter(|birth| hours[&hour_of(birth.by)] <= MOST_BY_HAND) {
            self.add_act(Subject::RecordsGross, firm, birth.by);
            if !nets_out(birth) {
                self.add_act(Subject::RecordsNet, firm, birth.by);
            }
        }
    }

    fn count_task(&mut self, firm: &Firm, task: &Record) {
        let activity = FORMS[usize::from(task.sort)].is;
        self.count_added(firm, task.created, activity);
        // Whether something to do has happened is open; a call or an e-mail has once it is written down.
        if activity != Activity::Task {
            self.count_happened(activity, firm.local_day(task.owner, task.done));
        }
    }

    fn count_event(&mut self, firm: &Firm, event: &Record) {
        if !matches!(event.sort, DATE_OF_SERIES | INVITATION) {
            self.count_added(firm, event.created, Activity::Meeting);
        }
        if !matches!(event.sort, SERIES | INVITATION) {
            self.count_happened(Activity::Meeting, event.day);
        }
    }

    fn count_added(&mut self, firm: &Firm, by: Stamp, activity: Activity) {
        if !firm.users[by.user as usize].is_human() {
            return;
        }
        self.add_act(Subject::ActivitiesAdded, firm, by);
        if let Some(week) = self.whole_period(Grain::Week, firm.local_day(by.user, by.at())) {
            self.add_to(Subject::ActivitiesAddedByType, Grain::Week, week, activity.word(), Cell::counts(1, 0));
        }
    }

    fn count_happened(&mut self, activity: Activity, day: Day) {
        if let Some(week) = self.whole_period(Grain::Week, day).filter(|_| day <= AS_OF) {
            self.add_to(Subject::ActivitiesHappened, Grain::Week, week, activity.word(), Cell::counts(1, 0));
        }
    }

    /// Adds one to a volume, under the attributes of its maker on that day.
    fn add_act(&mut self, subject: Subject, firm: &Firm, by: Stamp) {
        let day = firm.local_day(by.user, by.at());
        let who = firm.attributes(firm.users[by.user as usize].person, day);
        for grain in [Grain::Week, Grain::Month] {
            if let Some(start) = self.whole_period(grain, day) {
                self.add(subject, grain, start, &who, Cell::counts(1, 0));
            }
        }
    }
}

fn birth_of_record(record: &Record) -> Option<Birth> {
    let deleted_at = record.deleted.then(|| record.modified.at());
    record.seen.then_some(Birth { by: record.created, deleted_at })
}

fn births_of_deals(deals: &Deals) -> impl Iterator<Item = Birth> {
    let seen = deals.list.iter().filter(|deal| !deal.shown.owners.is_empty());
    seen.map(|deal| Birth {
        by: deal.created,
        deleted_at: (deal.presence != Presence::Here).then(|| deal.modified.at()),
    })
}

fn hour_of(by: Stamp) -> (u32, Instant) {
    (by.user, by.at() / 3_600)
}

fn hours_of(births: &[Birth]) -> HashMap<(u32, Instant), u32> {
    let mut hours = HashMap::new();
    births.iter().for_each(|birth| *hours.entry(hour_of(birth.by)).or_default() += 1);
    hours
}

fn nets_out(birth: &Birth) -> bool {
    birth.deleted_at.is_some_and(|deleted| deleted - birth.by.at() < NETS_OUT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_old_record_no_longer_nets_out() {
        let by = Stamp::new(1, 1_000);
        let deleted = |after| nets_out(&Birth { by, deleted_at: Some(1_000 + after) });
        assert!(deleted(NETS_OUT - 1) && !deleted(NETS_OUT));
        assert!(!nets_out(&Birth { by, deleted_at: None }));
    }

    #[test]
    fn an_hour_is_one_creators_and_ends_on_the_clock() {
        let birth = |user, at| Birth { by: Stamp::new(user, at), deleted_at: None };
        let hours = hours_of(&[birth(1, 3_599), birth(1, 3_600), birth(1, 7_199), birth(2, 3_600)]);
        assert_eq!([hours[&(1, 0)], hours[&(1, 1)], hours[&(2, 1)]], [1, 2, 1]);
    }

    /// One person in one week: 51 leads in an hour, 50 contacts in the next, a contact deleted after six days, one after
    /// sixteen, and one that no export has shown.
    #[test]
    fn imports_and_mistakes_of_one_week() {
        let start = super::super::super::calendar::start_of(12);
        let noon = Instant::from(start) * DAY + DAY / 2;
        let (firm, mut records, mut tally) = (Firm::tiny(1), Records::default(), Tally::new(start, 1));
        let mut add = |object, at, lived: Option<Instant>, seen| {
            let number = records.add(object, Stamp::new(0, at), 0, 0, start);
            let record = records.get_mut(object, number);
            record.seen = seen;
            if let Some(lived) = lived {
                (record.deleted, record.modified) = (true, Stamp::new(0, at + lived));
            }
        };
        (0..51).for_each(|row| add(Object::Lead, noon + row, None, true));
        (0..50).for_each(|row| add(Object::Contact, noon + 3_600 + row, None, true));
        add(Object::Contact, noon + 7_200, Some(6 * DAY), true);
        add(Object::Contact, noon + 7_200, Some(16 * DAY), true);
        add(Object::Contact, noon + 7_200, Some(DAY), false);
        tally.count_volumes(&firm, &records, &Deals::default());
        assert_eq!(tally.rows_of(Subject::RecordsGross, Grain::Week), [(start, "", Cell::counts(52, 0))]);
        assert_eq!(tally.rows_of(Subject::RecordsNet, Grain::Week), [(start, "", Cell::counts(51, 0))]);
    }

    /// A series of two dates in the second week, a meeting with a guest, a call, and a task that was deleted.
    #[test]
    fn a_series_is_added_once_and_happens_on_each_date() {
        let start = super::super::super::calendar::start_of(12);
        let by = Stamp::new(0, Instant::from(start) * DAY + DAY / 2);
        let (firm, mut records, mut tally) = (Firm::tiny(1), Records::default(), Tally::new(start, 1));
        let plan = [(SERIES, 7), (DATE_OF_SERIES, 7), (DATE_OF_SERIES, 14), (0, 0), (INVITATION, 0)];
        for (sort, days) in plan {
            let number = records.add(Object::Event, by, 0, 0, start + days);
            let event = records.get_mut(Object::Event, number);
            (event.sort, event.seen) = (sort, true);
        }
        for (sort, deleted) in [(1, false), (0, true)] {
            let number = records.add(Object::Task, by, 0, 0, start);
            let task = records.get_mut(Object::Task, number);
            (task.sort, task.seen, task.done, task.deleted) = (sort, true, by.at(), deleted);
        }
        tally.count_volumes(&firm, &records, &Deals::default());
        let one = |week: Day, member, count| (start + 7 * week, member, Cell::counts(count, 0));
        assert_eq!(
            tally.rows_of(Subject::ActivitiesAddedByType, Grain::Week),
            [one(0, "call", 1), one(0, "meeting", 2)]
        );
        assert_eq!(
            tally.rows_of(Subject::ActivitiesHappened, Grain::Week),
            [one(0, "call", 1), one(0, "meeting", 1), one(1, "meeting", 1), one(2, "meeting", 1)]
        );
    }
}
