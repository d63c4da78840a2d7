//! The columns of the plain objects, and the words in them. Texts follow from a record's number and version alone.

use anyhow::Result;

use super::activities::{DATE_OF_SERIES, FORMS, INVITATION, SERIES};
use super::calendar::DAY;
use super::contacts::card;
use super::export::write_stamps;
use super::firm::{COMPANY_HEADS, company_name, person_name, plain};
use super::records::{Object, Record, Stamp};
use super::sheet::{Prefix, Sheet};

/// Writes the header line of a plain object.
pub(super) fn write_head(sheet: &mut Sheet, object: Object) -> Result<()> {
    let nobody = [Record::new(Stamp::new(0, 0), 1, 1, 0)];
    sheet.head(|sheet| write_record(sheet, object, &nobody, 1))
}

/// Writes the row of a plain object's n-th record.
pub(super) fn write_record(sheet: &mut Sheet, object: Object, all: &[Record], number: u32) -> Result<()> {
    let record = &all[number as usize - 1];
    match object {
        Object::Account => write_account(sheet, number, record),
        Object::Contact => write_contact(sheet, all, number, record),
        Object::Lead => write_lead(sheet, number, record),
        Object::Task => write_task(sheet, number, record),
        Object::Event => write_event(sheet, number, record),
        Object::Campaign => write_campaign(sheet, number, record),
        Object::Engagement => write_engagement(sheet, number, record),
        Object::Case => write_case(sheet, number, record),
        Object::CampaignMember => write_member(sheet, number, record),
    }
    sheet.end_row()
}

fn write_account(sheet: &mut Sheet, number: u32, record: &Record) {
    let place = number as usize;
    sheet.id("Id", Prefix::Account, number);
    sheet.flag("IsDeleted", record.deleted);
    sheet.text("Name", &company_name(number));
    sheet.text("Industry", ["Industry", "Finance", "Retail", "Energy", "Public sector"][place % 5]);
    sheet.text("BillingCity", ["Berlin", "Paris", "London", "New York", "Köln", "Genève", "Łódź"][place % 7]);
    sheet.text("Phone", &format!("+49 30 555 {:04}", (number * 37 + u32::from(record.version)) % 10_000));
    sheet.text("Description", note(number));
    close_record(sheet, record);
}

fn write_contact(sheet: &mut Sheet, all: &[Record], number: u32, record: &Record) {
    let card = card(all, number);
    sheet.id("Id", Prefix::Contact, number);
    sheet.flag("IsDeleted", record.deleted);
    sheet.no_id("MasterRecordId");
    sheet.id("AccountId", Prefix::Account, record.about);
    sheet.text("LastName", &card.last);
    sheet.text("FirstName", &card.first);
    sheet.text("Salutation", ["Ms.", "Mr.", "", ""][number as usize % 4]);
    sheet.text("MailingStreet", &card.street);
    sheet.text("MailingCity", card.city);
    sheet.text("MailingPostalCode", &card.postcode);
    sheet.text("MailingCountry", card.country);
    sheet.text("Phone", &card.phone);
    sheet.text("Email", &card.email);
    let titles = ["CFO", "Head of Procurement", "", "Geschäftsführer", "Board member"];
    sheet.text("Title", titles[number as usize % titles.len()]);
    sheet.text("Description", next_step(record.version));
    sheet.flag("HasOptedOutOfEmail", card.opted_out);
    close_record(sheet, record);
}

fn write_lead(sheet: &mut Sheet, number: u32, record: &Record) {
    let (first, last) = person_name(number + 1_100);
    let host = plain(COMPANY_HEADS[number as usize % COMPANY_HEADS.len()]);
    sheet.id("Id", Prefix::Lead, number);
    sheet.flag("IsDeleted", record.deleted);
    sheet.text("LastName", last);
    sheet.text("FirstName", first);
    sheet.text("Company", &company_name(number + 200));
    sheet.text("Email", &format!("{}.{}@{host}.example", plain(first), plain(last)));
    sheet.text("Status", ["Open", "Contacted", "Qualified", "Unqualified"][usize::from(record.version) % 4]);
    sheet.flag("IsConverted", false);
    sheet.date("ConvertedDate", None);
    sheet.no_id("ConvertedAccountId");
    sheet.no_id("ConvertedContactId");
    sheet.no_id("ConvertedOpportunityId");
    close_record(sheet, record);
}

fn write_task(sheet: &mut Sheet, number: u32, record: &Record) {
    let form = &FORMS[usize::from(record.sort)];
    let done = record.done > 0;
    sheet.id("Id", Prefix::Task, number);
    write_parents(sheet, record);
    sheet.text("Subject", form.subjects[number as usize % form.subjects.len()]);
    sheet.date("ActivityDate", Some(record.day));
    sheet.text("Status", if done { "Completed" } else { "Not Started" });
    sheet.text("Priority", "Normal");
    sheet.id("OwnerId", Prefix::User, record.owner + 1);
    sheet.text("Description", if record.version > 0 { next_step(record.version) } else { note(number) });
    sheet.text("Type", form.kind);
    sheet.flag("IsDeleted", record.deleted);
    sheet.id("AccountId", Prefix::Account, record.about);
    sheet.flag("IsClosed", done);
    write_stamps(sheet, record.created, record.modified);
    sheet.flag("IsArchived", false);
    sheet.field("CallDurationInSeconds", |out| {
        if form.has_duration {
            out.extend_from_slice(["240", "600", "95"][number as usize % 3].as_bytes());
        }
    });
    sheet.text("CallType", form.call_type);
    sheet.text("CallDisposition", "");
    sheet.instant("ReminderDateTime", 0);
    sheet.no_id("RecurrenceActivityId");
    sheet.flag("IsRecurrence", false);
    sheet.instant("CompletedDateTime", record.done);
    sheet.text("TaskSubtype", form.subtype);
}

fn write_event(sheet: &mut Sheet, number: u32, record: &Record) {
    // Meetings of one series are at one hour.
    let hour = i64::from(if record.repeats > 0 { record.repeats } else { number } % 14);
    sheet.id("Id", Prefix::Event, number);
    write_parents(sheet, record);
    sheet.text("Subject", ["Client meeting", "Pitch", "Review", "Lunch"][number as usize % 4]);
    sheet.text("Location", "");
    sheet.flag("IsAllDayEvent", false);
    sheet.instant("ActivityDateTime", i64::from(record.day) * DAY + 9 * 3_600 + hour * 1_800);
    sheet.date("ActivityDate", Some(record.day));
    sheet.number("DurationInMinutes", if number % 4 == 3 { 90 } else { 60 });
    sheet.id("AccountId", Prefix::Account, record.about);
    sheet.id("OwnerId", Prefix::User, record.owner + 1);
    sheet.text("Type", "Meeting");
    sheet.flag("IsPrivate", false);
    sheet.text("ShowAs", "Busy");
    sheet.flag("IsDeleted", record.deleted);
    sheet.flag("IsChild", record.sort == INVITATION);
    sheet.flag("IsGroupEvent", record.sort == INVITATION);
    sheet.text("GroupEventType", if record.sort == INVITATION { "1" } else { "0" });
    write_stamps(sheet, record.created, record.modified);
    sheet.flag("IsArchived", false);
    match record.sort {
        SERIES => sheet.id("RecurrenceActivityId", Prefix::Event, number),
        DATE_OF_SERIES => sheet.id("RecurrenceActivityId", Prefix::Event, record.repeats),
        _ => sheet.no_id("RecurrenceActivityId"),
    }
    sheet.flag("IsRecurrence", record.sort == SERIES);
    sheet.text("RecurrenceType", if record.sort == SERIES { "RecursWeekly" } else { "" });
}

/// WhoId and WhatId.
fn write_parents(sheet: &mut Sheet, record: &Record) {
    sheet.id("WhoId", Prefix::Contact, record.with);
    sheet.id("WhatId", Prefix::Account, record.about);
}

fn write_campaign(sheet: &mut Sheet, number: u32, record: &Record) {
    const NAMES: [&str; 4] = ["Newsletter “Nordlicht”", "Breakfast Paris", "Energy study", "Alumni evening"];
    sheet.id("Id", Prefix::Campaign, number);
    sheet.flag("IsDeleted", record.deleted);
    sheet.text("Name", NAMES[(number as usize - 1) % NAMES.len()]);
    sheet.text("Type", if number.is_multiple_of(2) { "Event" } else { "Mailing" });
    sheet.text("Status", "In Progress");
    sheet.date("StartDate", Some(record.day));
    sheet.text("Description", next_step(record.version));
    close_record(sheet, record);
}

fn write_engagement(sheet: &mut Sheet, number: u32, record: &Record) {
    sheet.id("Id", Prefix::Engagement, number);
    sheet.id("OwnerId", Prefix::User, record.owner + 1);
    sheet.flag("IsDeleted", record.deleted);
    sheet.text("Name", &format!("E-{number:05}"));
    sheet.id("Opportunity__c", Prefix::Opportunity, record.about);
    sheet.date("Start__c", Some(record.day));
    sheet.money("Fee__c", Some(i64::from(number % 40 + 4) * 250_000));
    sheet.text("Status__c", ["Planned", "Running", "Closed"][usize::from(record.version) % 3]);
    write_stamps(sheet, record.created, record.modified);
}

fn write_case(sheet: &mut Sheet, number: u32, record: &Record) {
    let closed = record.done > 0;
    sheet.id("Id", Prefix::Case, number);
    sheet.flag("IsDeleted", record.deleted);
    sheet.text("CaseNumber", &format!("{number:08}"));
    sheet.id("ContactId", Prefix::Contact, record.with);
    sheet.id("AccountId", Prefix::Account, record.about);
    sheet.text("Type", ["Question", "Complaint", "Request"][number as usize % 3]);
    sheet.text("Status", if closed { "Closed" } else { "Working" });
    sheet.text("Reason", "");
    sheet.text("Origin", ["Phone", "Email"][number as usize % 2]);
    sheet.text("Subject", ["Invoice", "Access to the data room", "Date of the report"][number as usize % 3]);
    sheet.text("Priority", "Medium");
    sheet.flag("IsClosed", closed);
    sheet.instant("ClosedDate", record.done);
    sheet.flag("IsEscalated", false);
    sheet.id("OwnerId", Prefix::User, record.owner + 1);
    sheet.flag("IsClosedOnCreate", false);
    write_stamps(sheet, record.created, record.modified);
    sheet.instant("SlaStartDate", 0);
    sheet.instant("SlaExitDate", 0);
}

fn write_member(sheet: &mut Sheet, number: u32, record: &Record) {
    let responded = number.is_multiple_of(7);
    sheet.id("Id", Prefix::CampaignMember, number);
    sheet.flag("IsDeleted", record.deleted);
    sheet.id("CampaignId", Prefix::Campaign, record.about);
    sheet.no_id("LeadId");
    sheet.id("ContactId", Prefix::Contact, record.with);
    sheet.text("Status", if responded { "Responded" } else { "Sent" });
    sheet.flag("HasResponded", responded);
    sheet.flag("IsPrimary", true);
    write_stamps(sheet, record.created, record.modified);
    sheet.date("FirstRespondedDate", responded.then_some(record.day));
}

/// OwnerId and the stamps.
fn close_record(sheet: &mut Sheet, record: &Record) {
    sheet.id("OwnerId", Prefix::User, record.owner + 1);
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
