//! The plain records: tasks, events, contacts, accounts, leads, cases, campaigns and their members, engagements; and the
//! stamps on them.

use super::calendar::{Day, Instant};

/// Who did something, and when.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub user: u32,
    at: u32,
}

impl Stamp {
    pub(super) fn new(user: u32, at: Instant) -> Stamp {
        Stamp { user, at: u32::try_from(at).expect("the simulation lies between 1970 and 2106") }
    }

    pub(super) fn at(self) -> Instant {
        Instant::from(self.at)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Object {
    Account,
    Contact,
    Lead,
    Task,
    Event,
    Campaign,
    Engagement,
    Case,
    CampaignMember,
}

impl Object {
    pub(super) const ALL: [Object; 9] = [
        Object::Account,
        Object::Contact,
        Object::Lead,
        Object::Task,
        Object::Event,
        Object::Campaign,
        Object::Engagement,
        Object::Case,
        Object::CampaignMember,
    ];
}

/// One record of one of the plain objects; its columns follow from its number, its parents and its version.
pub(super) struct Record {
    pub owner: u32,
    /// Number of the account, deal or campaign it belongs to, from 1; 0 for none.
    pub about: u32,
    /// Number of the contact it concerns, from 1; 0 for none.
    pub with: u32,
    pub created: Stamp,
    pub modified: Stamp,
    /// Due date, date of the meeting or begin.
    pub day: Day,
    /// When a task was completed or a case closed; 0 while it is open.
    pub done: Instant,
    /// Number of the record of the same object that it repeats: a contact's twin, a meeting's series or parent; 0 for none.
    pub repeats: u32,
    /// What sort of task, event or contact it is: an index into the lists of `activities.rs` and `contacts.rs`.
    pub sort: u8,
    /// How often a text has been changed.
    pub version: u8,
    pub deleted: bool,
    /// Whether an export has shown it.
    pub seen: bool,
    /// The completion that an export has shown; 0 for none.
    pub seen_done: Instant,
}

impl Record {
    pub(super) fn new(created: Stamp, about: u32, with: u32, day: Day) -> Record {
        Record {
            owner: created.user,
            about,
            with,
            created,
            modified: created,
            day,
            done: 0,
            repeats: 0,
            sort: 0,
            version: 0,
            deleted: false,
            seen: false,
            seen_done: 0,
        }
    }
}

/// All plain records, by object.
#[derive(Default)]
pub(super) struct Records {
    lists: [Vec<Record>; Object::ALL.len()],
}

impl Records {
    pub(super) fn all(&self, object: Object) -> &[Record] {
        &self.lists[object as usize]
    }

    pub(super) fn get(&self, object: Object, number: u32) -> &Record {
        &self.lists[object as usize][number as usize - 1]
    }

    pub(super) fn get_mut(&mut self, object: Object, number: u32) -> &mut Record {
        &mut self.lists[object as usize][number as usize - 1]
    }

    pub(super) fn count(&self, object: Object) -> u32 {
        self.lists[object as usize].len() as u32
    }

    /// Adds a record and gives its number, from 1.
    pub(super) fn add(&mut self, object: Object, created: Stamp, about: u32, with: u32, day: Day) -> u32 {
        let list = &mut self.lists[object as usize];
        list.push(Record::new(created, about, with, day));
        list.len() as u32
    }
}
