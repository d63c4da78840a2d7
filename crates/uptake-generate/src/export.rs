//! The record exports: which objects are written, into which file, and every object's columns.

use anyhow::Result;

use super::calendar::{DAY, Day, Instant, civil, date_text};
use super::deals::{Deal, Move, Presence, STAGES, Terms, WON};
use super::people::User;
use super::plain_columns::{write_head, write_record};
use super::records::{Object, Stamp};
use super::sheet::{Prefix, Sheet, id_text, organisation_id};
use super::world::World;

/// Objects of the CRM that this firm does not use; each zip holds their header line.
const UNUSED: [&str; 3] = ["Asset", "Contract", "Product2"];

/// The tables with rows, in the order of writing; those from `Opportunity` on go into the second part of a set of two.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    User,
    Role,
    Plain(Object),
    Deal,
    History,
}

const TABLES: [(&str, Table); 13] = [
    ("User", Table::User),
    ("UserRole", Table::Role),
    ("Account", Table::Plain(Object::Account)),
    ("Contact", Table::Plain(Object::Contact)),
    ("Lead", Table::Plain(Object::Lead)),
    ("Campaign", Table::Plain(Object::Campaign)),
    ("CampaignMember", Table::Plain(Object::CampaignMember)),
    ("Case", Table::Plain(Object::Case)),
    ("Opportunity", Table::Deal),
    ("OpportunityHistory", Table::History),
    ("Task", Table::Plain(Object::Task)),
    ("Event", Table::Plain(Object::Event)),
    ("Engagement__c", Table::Plain(Object::Engagement)),
];
const SECOND_PART: usize = 8;

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
                zip.begin(&format!("{name}.csv"))?;
                self.write_head(&mut zip, *table, at)?;
                self.write_table(&mut zip, *table, at)?;
            }
            if index == 0 {
                for name in UNUSED {
                    zip.begin(&format!("{name}.csv"))?;
                    zip.head(write_unused)?;
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
            let mut sheet = self.folder.plain_sheet(&path)?;
            self.write_head(&mut sheet, table, at)?;
            self.write_table(&mut sheet, table, at)?;
            sheet.finish(&mut self.folder)?;
        }
        Ok(())
    }

    fn write_head(&self, sheet: &mut Sheet, table: Table, at: Instant) -> Result<()> {
        let nobody = Stamp::new(0, 0);
        let terms = Terms { stage: 0, amount: None, probability: 0, close: 0 };
        match table {
            Table::User => sheet.head(|sheet| self.write_user(sheet, 1, &self.firm.users[0], 0, at)),
            Table::Role => sheet.head(|sheet| write_role(sheet, 0, "")),
            Table::Plain(object) => write_head(sheet, object),
            Table::Deal => sheet.head(|sheet| write_deal(sheet, 1, &Deal::new(1, nobody, terms, false))),
            Table::History => {
                let row = Move { deal: 1, by: nobody, terms, before: 0, after: 0, shown: false };
                sheet.head(|sheet| write_move(sheet, 1, &row, None, 0, false))
            }
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
        let all = self.records.all(object);
        for (index, record) in all.iter().enumerate() {
            if !self.is_absent(index as u32 + 1, record) && self.is_due(record.modified.at()) {
                write_record(sheet, object, all, index as u32 + 1)?;
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
        sheet.id("Id", Prefix::User, number);
        sheet.text("Username", &user.username);
        sheet.text("LastName", person.last);
        sheet.text("FirstName", person.first);
        sheet.text("Division", user.division);
        sheet.text("Department", user.department);
        sheet.text("Title", user.title);
        sheet.text("City", user.city);
        sheet.text("Email", &user.email);
        sheet.flag("IsActive", user.is_active_at(at));
        sheet.text("TimeZoneSidKey", self.firm.zones[zone].name);
        match person.roster.last() {
            Some(row) => sheet.id("UserRoleId", Prefix::Role, row.grade as u32 + 1),
            None => sheet.no_id("UserRoleId"),
        }
        sheet.text("LocaleSidKey", ["de_DE_EURO", "fr_FR_EURO", "en_GB", "en_US"][zone]);
        sheet.id("ProfileId", Prefix::Profile, u32::from(!user.is_human()) + 1);
        sheet.text("UserType", user.kind.user_type());
        sheet.text("EmployeeNumber", &user.employee_number);
        match person.manager.and_then(|manager| self.firm.people[manager].users.first()) {
            Some(manager) => sheet.id("ManagerId", Prefix::User, manager + 1),
            None => sheet.no_id("ManagerId"),
        }
        sheet.instant("LastLoginDate", user.last_login);
        sheet.instant("CreatedDate", user.created);
        sheet.id("CreatedById", Prefix::User, self.firm.robot + 1);
        sheet.instant("LastModifiedDate", modified);
        sheet.instant("SystemModstamp", modified);
        sheet.end_row()
    }

    fn write_roles(&self, sheet: &mut Sheet) -> Result<()> {
        let grades = if self.is_due(1) { &super::firm::GRADES[..] } else { &[] };
        for (index, grade) in grades.iter().enumerate() {
            write_role(sheet, index as u32, grade)?;
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

fn write_unused(sheet: &mut Sheet) -> Result<()> {
    ["Id", "IsDeleted", "CreatedDate", "CreatedById", "SystemModstamp"].iter().for_each(|name| sheet.text(name, ""));
    sheet.end_row()
}

fn write_role(sheet: &mut Sheet, index: u32, grade: &str) -> Result<()> {
    sheet.id("Id", Prefix::Role, index + 1);
    sheet.text("Name", grade);
    match index {
        0 => sheet.no_id("ParentRoleId"),
        _ => sheet.id("ParentRoleId", Prefix::Role, index),
    }
    sheet.text("RollupDescription", grade);
    sheet.text("PortalType", "None");
    sheet.end_row()
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
    sheet.id("Id", Prefix::Opportunity, number);
    sheet.flag("IsDeleted", deal.presence == Presence::Binned);
    sheet.id("AccountId", Prefix::Account, deal.account);
    sheet.text("Name", &super::plain_columns::deal_name(number, deal.account));
    sheet.text("Description", super::plain_columns::note(number));
    sheet.text("StageName", stage.name);
    sheet.number("StageSortOrder", i64::from(deal.terms.stage) + 1);
    sheet.money("Amount", deal.terms.amount);
    sheet.number("Probability", i64::from(deal.terms.probability));
    sheet.date("CloseDate", Some(deal.terms.close));
    sheet.text("Type", if number.is_multiple_of(3) { "New client" } else { "Existing client" });
    sheet.text("NextStep", super::plain_columns::next_step(deal.next_step));
    sheet.flag("IsClosed", !deal.terms.is_open());
    sheet.flag("IsWon", deal.terms.stage == WON);
    sheet.text("ForecastCategory", stage.forecast);
    sheet.text("ForecastCategoryName", stage.forecast);
    sheet.text("CurrencyIsoCode", currency(deal.in_dollars));
    sheet.id("OwnerId", Prefix::User, deal.owner + 1);
    write_stamps(sheet, deal.created, deal.modified);
    sheet.instant("LastStageChangeDate", deal.stage_changed);
    sheet.number("FiscalYear", i64::from(year));
    sheet.number("FiscalQuarter", i64::from((month - 1) / 3 + 1));
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
    sheet.id("Id", Prefix::History, number);
    sheet.id("OpportunityId", Prefix::Opportunity, row.deal);
    sheet.id("CreatedById", Prefix::User, row.by.user + 1);
    sheet.instant("CreatedDate", row.by.at());
    sheet.text("StageName", stage.name);
    sheet.money("Amount", row.terms.amount);
    sheet.date("CloseDate", Some(row.terms.close));
    sheet.number("Probability", i64::from(row.terms.probability));
    sheet.text("ForecastCategory", stage.forecast);
    sheet.text("FromOpportunityStageName", before.map_or("", |before| STAGES[usize::from(before.terms.stage)].name));
    sheet.text("CurrencyIsoCode", currency(in_dollars));
    sheet.instant("ValidThroughDate", next);
    sheet.instant("SystemModstamp", row.by.at());
    sheet.flag("IsDeleted", false);
    sheet.money("PrevAmount", before.and_then(|before| before.terms.amount));
    sheet.date("PrevCloseDate", before.map(|before| before.terms.close));
    sheet.end_row()
}

fn currency(in_dollars: bool) -> &'static str {
    if in_dollars { "USD" } else { "EUR" }
}

/// CreatedDate, CreatedById, LastModifiedDate, LastModifiedById, SystemModstamp.
pub(super) fn write_stamps(sheet: &mut Sheet, created: Stamp, modified: Stamp) {
    sheet.instant("CreatedDate", created.at());
    sheet.id("CreatedById", Prefix::User, created.user + 1);
    sheet.instant("LastModifiedDate", modified.at());
    sheet.id("LastModifiedById", Prefix::User, modified.user + 1);
    sheet.instant("SystemModstamp", modified.at());
}
