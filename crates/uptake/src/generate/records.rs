//! The plain records: tasks, events, contacts, accounts, leads, campaigns and engagements, and the stamps on them.

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
}

impl Object {
    pub(super) const ALL: [Object; 7] = [
        Object::Account,
        Object::Contact,
        Object::Lead,
        Object::Task,
        Object::Event,
        Object::Campaign,
        Object::Engagement,
    ];
}

/// One record of one of the plain objects; its columns follow from its number, its parents and its version.
pub(super) struct Record {
    pub owner: u32,
    /// Number of the account or deal it belongs to, from 1; 0 for none.
    pub about: u32,
    /// Number of the contact it concerns, from 1; 0 for none.
    pub with: u32,
    pub created: Stamp,
    pub modified: Stamp,
    /// Due date, date of the meeting or begin.
    pub day: Day,
    /// When a task was completed; 0 while it is open.
    pub done: Instant,
    /// How often a text has been changed.
    pub version: u8,
    pub deleted: bool,
}

/// All plain records, by object.
#[derive(Default)]
pub(super) struct Records {
    lists: [Vec<Record>; 7],
}

impl Records {
    pub(super) fn all(&self, object: Object) -> &[Record] {
        &self.lists[object as usize]
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
        list.push(Record {
            owner: created.user,
            about,
            with,
            created,
            modified: created,
            day,
            done: 0,
            version: 0,
            deleted: false,
        });
        list.len() as u32
    }
}
