//! Contacts that a letter cannot greet, and contacts that are there twice, as an export shows them.

use super::super::calendar::{Grain, Period};
use super::super::contacts::{is_duplicate, is_mailable, is_unfit_to_greet};
use super::super::people::NOBODY;
use super::super::records::Record;
use super::{Cell, Subject, Tally};

impl Tally {
    pub(in super::super) fn count_contacts(&mut self, week: Period, contacts: &[Record]) {
        let (mut greetings, mut duplicates) = (Cell::default(), Cell::default());
        for (index, record) in contacts.iter().enumerate().filter(|(_, record)| !record.deleted) {
            let number = index as u32 + 1;
            let mailable = is_mailable(number, record);
            greetings.add(Cell::counts(i64::from(mailable && is_unfit_to_greet(number, record)), i64::from(mailable)));
            // Who is repeated is never deleted, so each duplicate makes one cluster less than there are records.
            duplicates.add(Cell::counts(i64::from(is_duplicate(record)), 1));
        }
        self.add(Subject::Greetings, Grain::Week, week.first, &NOBODY, greetings);
        self.add(Subject::Duplicates, Grain::Week, week.first, &NOBODY, duplicates);
    }
}
