//! The record exports: which objects are written, into which file, and every object's columns.

use anyhow::Result;

use super::calendar::{DAY, Day, Instant, civil, date_text};
use super::deals::{Deal, Move, Presence, STAGES, WON};
use super::people::User;
use super::plain_columns::{header, write_record};
use super::records::{Object, Stamp};
use super::sheet::{Prefix, Sheet, id_text, organisation_id};
use super::world::World;

/// Objects of the CRM that this firm does not use; each zip holds their header line.
const UNUSED: [&str; 5] = ["Asset", "CampaignMember", "Case", "Contract", "Product2"];

const USER: [&str; 22] = [
    "Id",
    "Username",
    "LastName",
    "FirstName",
    "Division",
    "Department",
    "Title",
    "City",
    "Email",
    "IsActive",
    "TimeZoneSidKey",
    "UserRoleId",
    "LocaleSidKey",
    "ProfileId",
    "UserType",
    "EmployeeNumber",
    "ManagerId",
    "LastLoginDate",
    "CreatedDate",
    "CreatedById",
    "LastModifiedDate",
    "SystemModstamp",
];

const DEAL: [&str; 25] = [
    "Id",
    "IsDeleted",
    "AccountId",
    "Name",
    "Description",
    "StageName",
    "StageSortOrder",
    "Amount",
    "Probability",
    "CloseDate",
    "Type",
    "NextStep",
    "IsClosed",
    "IsWon",
    "ForecastCategory",
    "CurrencyIsoCode",
    "OwnerId",
    "CreatedDate",
    "CreatedById",
    "LastModifiedDate",
    "LastModifiedById",
    "SystemModstamp",
    "LastStageChangeDate",
    "FiscalYear",
    "FiscalQuarter",
];

const HISTORY: [&str; 16] = [
    "Id",
    "OpportunityId",
    "CreatedById",
    "CreatedDate",
    "StageName",
    "Amount",
    "CloseDate",
    "Probability",
    "ForecastCategory",
    "FromOpportunityStageName",
    "CurrencyIsoCode",
    "ValidThroughDate",
    "SystemModstamp",
    "IsDeleted",
    "PrevAmount",
    "PrevCloseDate",
];

/// The tables with rows, in the order of writing; those from `Opportunity` on go into the second part of a set of two.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    User,
    Role,
    Plain(Object),
    Deal,
    History,
}

const TABLES: [(&str, Table); 11] = [
    ("User", Table::User),
    ("UserRole", Table::Role),
    ("Account", Table::Plain(Object::Account)),
    ("Contact", Table::Plain(Object::Contact)),
    ("Lead", Table::Plain(Object::Lead)),
    ("Campaign", Table::Plain(Object::Campaign)),
    ("Opportunity", Table::Deal),
    ("OpportunityHistory", Table::History),
    ("Task", Table::Plain(Object::Task)),
    ("Event", Table::Plain(Object::Event)),
    ("Engagement__c", Table::Plain(Object::Engagement)),
];
const SECOND_PART: usize = 6;

impl World {
    /// Writes the whole of every object, as one zip or as a set of two.
    pub(super) fn write_zips(&mut self, sunday: Day, at: Instant) -> Result<()> {
        let two_parts = (sunday / 7) % 3 == 0;
        let cut = if two_parts { SECOND_PART } else { TABLES.len() };
        let parts = [&TABLES[..cut], &TABLES[cut..]];
        for (index, tables) in parts.iter().enumerate().filter(|(_, tables)| !tables.is_empty()) {
            let date = date_text(sunday);
            let path = format!("exports/salesforce/{date}/WE_{}_{}.ZIP", organisation_id(), index + 1);
            let mut zip = self.folder.zip(&path, sunday)?;
            for (name, table) in *tables {
                zip.begin(&format!("{name}.csv"), self.columns(*table))?;
                self.write_table(&mut zip, *table, at)?;
            }
            if index == 0 {
                for name in UNUSED {
                    let columns = ["Id", "IsDeleted", "CreatedDate", "CreatedById", "SystemModstamp"];
                    zip.begin(&format!("{name}.csv"), &columns)?;
                }
                let brochure = id_text(Prefix::Content, 1);
                zip.attach(
                    &format!("ContentVersion/{}", String::from_utf8_lossy(&brochure)),
                    b"%PDF-1.4\n\x00\x01\x02\n%%EOF\n",
                )?;
            }
            zip.finish(&mut self.folder)?;
        }
        Ok(())
    }

    /// Writes what has changed since the last export, one file an object; the first holds everything.
    pub(super) fn write_changes(&mut self, sunday: Day, at: Instant) -> Result<()> {
        for (name, table) in TABLES {
            let path = format!("exports/salesforce/{}/{name}.csv", date_text(sunday));
            let mut sheet = self.folder.plain_sheet(&path, self.columns(table))?;
            self.write_table(&mut sheet, table, at)?;
            sheet.finish(&mut self.folder)?;
        }
        Ok(())
    }

    fn columns(&self, table: Table) -> &'static [&'static str] {
        match table {
            Table::User => &USER,
            Table::Role => &["Id", "Name", "ParentRoleId", "RollupDescription", "PortalType"],
            Table::Plain(object) => header(object),
            Table::Deal => &DEAL,
            Table::History => &HISTORY,
        }
    }

    fn write_table(&self, sheet: &mut Sheet, table: Table, at: Instant) -> Result<()> {
        match table {
            Table::User => self.write_users(sheet, at),
            Table::Role => self.write_roles(sheet),
            Table::Plain(object) => self.write_plain(sheet, object),
            Table::Deal => self.write_deals(sheet),
            Table::History => self.write_history(sheet),
        }
    }

    /// Whether a row last changed then belongs into the export being written.
    fn is_due(&self, changed: Instant) -> bool {
        self.whole_exports || changed > self.last_export
    }

    fn write_plain(&self, sheet: &mut Sheet, object: Object) -> Result<()> {
        for (index, record) in self.records.all(object).iter().enumerate() {
            if !self.is_absent(index as u32 + 1, record) && self.is_due(record.modified.at()) {
                write_record(sheet, object, index as u32 + 1, record)?;
            }
        }
        Ok(())
    }

    fn write_users(&self, sheet: &mut Sheet, at: Instant) -> Result<()> {
        for (index, user) in self.firm.users.iter().enumerate().filter(|(_, user)| user.created <= at) {
            let modified = user_modified(user, at);
            if self.is_due(modified.max(user.last_login)) {
                self.write_user(sheet, index as u32 + 1, user, modified, at)?;
            }
        }
        Ok(())
    }

    fn write_user(&self, sheet: &mut Sheet, number: u32, user: &User, modified: Instant, at: Instant) -> Result<()> {
        let person = &self.firm.people[user.person];
        let zone = user.zone_at(at);
        sheet.id(Prefix::User, number);
        sheet.text(&user.username);
        sheet.text(person.last);
        sheet.text(person.first);
        sheet.text(user.division);
        sheet.text(user.department);
        sheet.text(user.title);
        sheet.text(user.city);
        sheet.text(&user.email);
        sheet.flag(user.is_active_at(at));
        sheet.text(self.firm.zones[zone].name);
        match person.roster.last() {
            Some(row) => sheet.id(Prefix::Role, row.grade as u32 + 1),
            None => sheet.no_id(),
        }
        sheet.text(["de_DE_EURO", "fr_FR_EURO", "en_GB", "en_US"][zone]);
        sheet.id(Prefix::Profile, u32::from(!user.is_human()) + 1);
        sheet.text(user.kind.user_type());
        sheet.text(&user.employee_number);
        match person.manager.and_then(|manager| self.firm.people[manager].users.first()) {
            Some(manager) => sheet.id(Prefix::User, manager + 1),
            None => sheet.no_id(),
        }
        sheet.instant(user.last_login);
        sheet.instant(user.created);
        sheet.id(Prefix::User, self.firm.robot + 1);
        sheet.instant(modified);
        sheet.instant(modified);
        sheet.end_row()
    }

    fn write_roles(&self, sheet: &mut Sheet) -> Result<()> {
        let grades = if self.is_due(1) { &super::firm::GRADES[..] } else { &[] };
        for (index, grade) in grades.iter().enumerate() {
            sheet.id(Prefix::Role, index as u32 + 1);
            sheet.text(grade);
            match index {
                0 => sheet.no_id(),
                _ => sheet.id(Prefix::Role, index as u32),
            }
            sheet.text(grade);
            sheet.text("None");
            sheet.end_row()?;
        }
        Ok(())
    }

    fn write_deals(&self, sheet: &mut Sheet) -> Result<()> {
        for (index, deal) in self.deals.list.iter().enumerate() {
            if deal.presence != Presence::Gone && self.is_due(deal.modified.at()) {
                write_deal(sheet, index as u32 + 1, deal)?;
            }
        }
        Ok(())
    }

    /// History goes with its deal: of a deal in the bin no row is written.
    fn write_history(&self, sheet: &mut Sheet) -> Result<()> {
        for (index, row) in self.deals.moves.iter().enumerate() {
            let deal = self.deals.get(row.deal);
            let next = self.deals.get_move(row.after).map_or(0, |after| after.by.at());
            let returned = deal.came_back && deal.modified.at() > self.last_export;
            if deal.presence == Presence::Here && (returned || self.is_due(row.by.at().max(next))) {
                let before = self.deals.get_move(row.before);
                write_move(sheet, index as u32 + 1, row, before, next, deal.in_dollars)?;
            }
        }
        Ok(())
    }
}

/// A user row changes when it is made, when its person moves and when it is deactivated.
fn user_modified(user: &User, at: Instant) -> Instant {
    let moved = user.zones.iter().skip(1).map(|(day, _)| Instant::from(*day) * DAY).filter(|moved| *moved <= at).max();
    let ended = user.deactivated.filter(|end| *end <= at);
    user.modified.max(moved.unwrap_or(0)).max(ended.unwrap_or(0))
}

fn write_deal(sheet: &mut Sheet, number: u32, deal: &Deal) -> Result<()> {
    let stage = &STAGES[usize::from(deal.terms.stage)];
    let (year, month, _) = civil(deal.terms.close);
    sheet.id(Prefix::Opportunity, number);
    sheet.flag(deal.presence == Presence::Binned);
    sheet.id(Prefix::Account, deal.account);
    sheet.text(&super::plain_columns::deal_name(number, deal.account));
    sheet.text(super::plain_columns::note(number));
    sheet.text(stage.name);
    sheet.number(i64::from(deal.terms.stage) + 1);
    sheet.money(deal.terms.amount);
    sheet.number(i64::from(deal.terms.probability));
    sheet.date(Some(deal.terms.close));
    sheet.text(if number.is_multiple_of(3) { "New client" } else { "Existing client" });
    sheet.text(super::plain_columns::next_step(deal.next_step));
    sheet.flag(!deal.terms.is_open());
    sheet.flag(deal.terms.stage == WON);
    sheet.text(stage.forecast);
    sheet.text(currency(deal.in_dollars));
    sheet.id(Prefix::User, deal.owner + 1);
    write_stamps(sheet, deal.created, deal.modified);
    sheet.instant(deal.stage_changed);
    sheet.number(i64::from(year));
    sheet.number(i64::from((month - 1) / 3 + 1));
    sheet.end_row()
}

fn write_move(
    sheet: &mut Sheet,
    number: u32,
    row: &Move,
    before: Option<&Move>,
    next: Instant,
    in_dollars: bool,
) -> Result<()> {
    let stage = &STAGES[usize::from(row.terms.stage)];
    sheet.id(Prefix::History, number);
    sheet.id(Prefix::Opportunity, row.deal);
    sheet.id(Prefix::User, row.by.user + 1);
    sheet.instant(row.by.at());
    sheet.text(stage.name);
    sheet.money(row.terms.amount);
    sheet.date(Some(row.terms.close));
    sheet.number(i64::from(row.terms.probability));
    sheet.text(stage.forecast);
    sheet.text(before.map_or("", |before| STAGES[usize::from(before.terms.stage)].name));
    sheet.text(currency(in_dollars));
    sheet.instant(next);
    sheet.instant(row.by.at());
    sheet.flag(false);
    sheet.money(before.and_then(|before| before.terms.amount));
    sheet.date(before.map(|before| before.terms.close));
    sheet.end_row()
}

fn currency(in_dollars: bool) -> &'static str {
    if in_dollars { "USD" } else { "EUR" }
}

/// CreatedDate, CreatedById, LastModifiedDate, LastModifiedById, SystemModstamp.
pub(super) fn write_stamps(sheet: &mut Sheet, created: Stamp, modified: Stamp) {
    sheet.instant(created.at());
    sheet.id(Prefix::User, created.user + 1);
    sheet.instant(modified.at());
    sheet.id(Prefix::User, modified.user + 1);
    sheet.instant(modified.at());
}
