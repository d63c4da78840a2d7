//! The columns of the plain objects, and the words in them. Texts follow from a record's number and version alone.

use anyhow::Result;

use super::export::write_stamps;
use super::firm::{COMPANY_HEADS, company_name, person_name, plain};
use super::records::{Object, Record};
use super::sheet::{Prefix, Sheet};

pub(super) fn header(object: Object) -> &'static [&'static str] {
    match object {
        Object::Account => &[
            "Id",
            "IsDeleted",
            "Name",
            "Industry",
            "BillingCity",
            "Phone",
            "Description",
            "OwnerId",
            "CreatedDate",
            "CreatedById",
            "LastModifiedDate",
            "LastModifiedById",
            "SystemModstamp",
        ],
        Object::Contact => &[
            "Id",
            "IsDeleted",
            "AccountId",
            "LastName",
            "FirstName",
            "Salutation",
            "Email",
            "Title",
            "OwnerId",
            "CreatedDate",
            "CreatedById",
            "LastModifiedDate",
            "LastModifiedById",
            "SystemModstamp",
        ],
        Object::Lead => &[
            "Id",
            "IsDeleted",
            "LastName",
            "FirstName",
            "Company",
            "Email",
            "Status",
            "IsConverted",
            "OwnerId",
            "CreatedDate",
            "CreatedById",
            "LastModifiedDate",
            "LastModifiedById",
            "SystemModstamp",
        ],
        Object::Task => &[
            "Id",
            "WhoId",
            "WhatId",
            "Subject",
            "ActivityDate",
            "Status",
            "Priority",
            "OwnerId",
            "Description",
            "Type",
            "IsDeleted",
            "AccountId",
            "IsClosed",
            "CreatedDate",
            "CreatedById",
            "LastModifiedDate",
            "LastModifiedById",
            "SystemModstamp",
            "CompletedDateTime",
        ],
        Object::Event => &[
            "Id",
            "WhoId",
            "WhatId",
            "Subject",
            "ActivityDateTime",
            "ActivityDate",
            "DurationInMinutes",
            "OwnerId",
            "Type",
            "IsDeleted",
            "IsChild",
            "IsRecurrence",
            "CreatedDate",
            "CreatedById",
            "LastModifiedDate",
            "LastModifiedById",
            "SystemModstamp",
        ],
        Object::Campaign => &[
            "Id",
            "IsDeleted",
            "Name",
            "Type",
            "Status",
            "StartDate",
            "Description",
            "OwnerId",
            "CreatedDate",
            "CreatedById",
            "LastModifiedDate",
            "LastModifiedById",
            "SystemModstamp",
        ],
        Object::Engagement => &[
            "Id",
            "OwnerId",
            "IsDeleted",
            "Name",
            "Opportunity__c",
            "Start__c",
            "Fee__c",
            "Status__c",
            "CreatedDate",
            "CreatedById",
            "LastModifiedDate",
            "LastModifiedById",
            "SystemModstamp",
        ],
    }
}

/// Writes one row of a plain object.
pub(super) fn write_record(sheet: &mut Sheet, object: Object, number: u32, record: &Record) -> Result<()> {
    match object {
        Object::Account => write_account(sheet, number, record),
        Object::Contact => write_contact(sheet, number, record),
        Object::Lead => write_lead(sheet, number, record),
        Object::Task => write_task(sheet, number, record),
        Object::Event => write_event(sheet, number, record),
        Object::Campaign => write_campaign(sheet, number, record),
        Object::Engagement => write_engagement(sheet, number, record),
    }
    if object == Object::Task {
        sheet.instant(record.done);
    }
    sheet.end_row()
}

fn write_account(sheet: &mut Sheet, number: u32, record: &Record) {
    sheet.id(Prefix::Account, number);
    sheet.flag(record.deleted);
    sheet.text(&company_name(number));
    sheet.text(["Industry", "Finance", "Retail", "Energy", "Public sector"][number as usize % 5]);
    sheet.text(["Berlin", "Paris", "London", "New York", "Köln", "Genève", "Łódź"][number as usize % 7]);
    sheet.text(&format!("+49 30 555 {:04}", (number * 37 + u32::from(record.version)) % 10_000));
    sheet.text(note(number));
    close_record(sheet, record);
}

fn write_contact(sheet: &mut Sheet, number: u32, record: &Record) {
    let (first, last) = person_name(number + 300);
    sheet.id(Prefix::Contact, number);
    sheet.flag(record.deleted);
    sheet.id(Prefix::Account, record.about);
    sheet.text(last);
    // Every ninth contact lacks the first name and every second one the salutation: letters to them cannot greet.
    sheet.text(if number % 9 == 4 { "" } else { first });
    sheet.text(["Ms.", "Mr.", "", ""][number as usize % 4]);
    sheet.text(&if number % 11 == 6 { String::new() } else { contact_address(number, first, last, record.version) });
    sheet.text(["CFO", "Head of Procurement", "", "Geschäftsführer", "Board member"][number as usize % 5]);
    close_record(sheet, record);
}

fn contact_address(number: u32, first: &str, last: &str, version: u8) -> String {
    let digit = if version == 0 { String::new() } else { version.to_string() };
    let host = plain(COMPANY_HEADS[number as usize % COMPANY_HEADS.len()]);
    format!("{}.{}{digit}@{host}.example", plain(first), plain(last))
}

fn write_lead(sheet: &mut Sheet, number: u32, record: &Record) {
    let (first, last) = person_name(number + 1_100);
    sheet.id(Prefix::Lead, number);
    sheet.flag(record.deleted);
    sheet.text(last);
    sheet.text(first);
    sheet.text(&company_name(number + 200));
    sheet.text(&contact_address(number, first, last, 0));
    sheet.text(["Open", "Contacted", "Qualified", "Unqualified"][usize::from(record.version) % 4]);
    sheet.flag(false);
    close_record(sheet, record);
}

fn write_task(sheet: &mut Sheet, number: u32, record: &Record) {
    const SUBJECTS: [&str; 7] = [
        "Call",
        "Send proposal",
        "Follow up",
        "Call back: budget",
        "Prepare meeting",
        "Thank-you note",
        "E-mail: next steps",
    ];
    let done = record.done > 0;
    sheet.id(Prefix::Task, number);
    write_parents(sheet, record);
    sheet.text(SUBJECTS[number as usize % SUBJECTS.len()]);
    sheet.date(Some(record.day));
    sheet.text(if done { "Completed" } else { "Not Started" });
    sheet.text("Normal");
    sheet.id(Prefix::User, record.owner + 1);
    sheet.text(if record.version > 0 { next_step(record.version) } else { note(number) });
    sheet.text(if number.is_multiple_of(3) { "Call" } else { "Other" });
    sheet.flag(record.deleted);
    sheet.id(Prefix::Account, record.about);
    sheet.flag(done);
    write_stamps(sheet, record.created, record.modified);
}

fn write_event(sheet: &mut Sheet, number: u32, record: &Record) {
    sheet.id(Prefix::Event, number);
    write_parents(sheet, record);
    sheet.text(["Client meeting", "Pitch", "Review", "Lunch"][number as usize % 4]);
    sheet.instant(i64::from(record.day) * super::calendar::DAY + 9 * 3_600 + i64::from(number % 14) * 1_800);
    sheet.date(Some(record.day));
    sheet.number(if number % 4 == 3 { 90 } else { 60 });
    sheet.id(Prefix::User, record.owner + 1);
    sheet.text("Meeting");
    sheet.flag(record.deleted);
    sheet.flag(false);
    sheet.flag(false);
    write_stamps(sheet, record.created, record.modified);
}

/// WhoId and WhatId.
fn write_parents(sheet: &mut Sheet, record: &Record) {
    sheet.id(Prefix::Contact, record.with);
    sheet.id(Prefix::Account, record.about);
}

fn write_campaign(sheet: &mut Sheet, number: u32, record: &Record) {
    const NAMES: [&str; 4] = ["Newsletter “Nordlicht”", "Breakfast Paris", "Energy study", "Alumni evening"];
    sheet.id(Prefix::Campaign, number);
    sheet.flag(record.deleted);
    sheet.text(NAMES[(number as usize - 1) % NAMES.len()]);
    sheet.text(if number.is_multiple_of(2) { "Event" } else { "Mailing" });
    sheet.text("In Progress");
    sheet.date(Some(record.day));
    sheet.text(next_step(record.version));
    close_record(sheet, record);
}

fn write_engagement(sheet: &mut Sheet, number: u32, record: &Record) {
    sheet.id(Prefix::Engagement, number);
    sheet.id(Prefix::User, record.owner + 1);
    sheet.flag(record.deleted);
    sheet.text(&format!("E-{number:05}"));
    sheet.id(Prefix::Opportunity, record.about);
    sheet.date(Some(record.day));
    sheet.money(Some(i64::from(number % 40 + 4) * 250_000));
    sheet.text(["Planned", "Running", "Closed"][usize::from(record.version) % 3]);
    write_stamps(sheet, record.created, record.modified);
}

/// OwnerId and the stamps.
fn close_record(sheet: &mut Sheet, record: &Record) {
    sheet.id(Prefix::User, record.owner + 1);
    write_stamps(sheet, record.created, record.modified);
}

pub(super) fn deal_name(number: u32, account: u32) -> String {
    const TOPICS: [&str; 8] = [
        "strategy review",
        "carve-out",
        "target model",
        "due diligence",
        "pricing",
        "post-merger",
        "CRM rollout",
        "Überleitung",
    ];
    format!("{} – {}", company_name(account), TOPICS[number as usize % TOPICS.len()])
}

/// What is written into a description; most are empty, a few run over several lines.
pub(super) fn note(number: u32) -> &'static str {
    match number % 40 {
        3 => "Budget approx. €40k,\nsays the \"client\".\n\nCall again in May.",
        17 => "Wünscht Rückruf; prefers e-mail",
        31 => "Déjeuner offert, it’s a good lead",
        _ => "",
    }
}

pub(super) fn next_step(step: u8) -> &'static str {
    const STEPS: [&str; 8] = [
        "",
        "Call the client",
        "Send the proposal",
        "Meet the board",
        "Agree the fee",
        "Wait for budget",
        "Check references",
        "Draft contract",
    ];
    STEPS[usize::from(step) % STEPS.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_has_its_stamps() {
        for object in Object::ALL {
            let columns = header(object);
            assert!(columns.contains(&"CreatedById") && columns.contains(&"LastModifiedDate"));
        }
    }
}
