//! The login log: its rows, and the files it is handed over in.

use std::io::Write;

use anyhow::Result;

use super::calendar::{AS_OF, Day, Grain, Instant, date_text};
use super::people::{Firm, Kind};
use super::random::trait_of;
use super::sheet::{Folder, Prefix, Sheet};

/// How somebody came in; the log's columns follow from it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    Browser,
    SingleSignOn,
    Ios,
    Android,
    TokenRefresh,
    Connector,
    BadPassword,
    Robot,
    DataLoader,
}

/// LoginType, LoginSubType, Application, Browser, Platform, Status.
type Columns = [&'static str; 6];

impl Flavour {
    /// Whether a human's row of this flavour is a login: successful, interactive, no token refresh.
    pub(super) fn counts(self) -> bool {
        matches!(self, Flavour::Browser | Flavour::SingleSignOn | Flavour::Ios | Flavour::Android)
    }

    fn columns(self) -> Columns {
        match self {
            Flavour::Browser => ["Application", "", "Browser", "Chrome 129", "Windows 11", "Success"],
            Flavour::SingleSignOn => ["SAML", "", "Browser", "Edge 129", "Windows 11", "Success"],
            Flavour::Ios => ["Remote Access 2.0", "", "Salesforce for iOS", "Mobile Safari", "iPhone", "Success"],
            Flavour::Android => {
                ["Remote Access 2.0", "", "Salesforce for Android", "Chrome Mobile", "Android", "Success"]
            }
            Flavour::TokenRefresh => {
                ["Remote Access 2.0", "OauthRefreshToken", "Salesforce for iOS", "Mobile Safari", "iPhone", "Success"]
            }
            Flavour::Connector => ["Remote Access 2.0", "", "Power BI Connector", "Unknown", "Unknown", "Success"],
            Flavour::BadPassword => ["Application", "", "Browser", "Chrome 129", "Windows 11", "Invalid Password"],
            Flavour::Robot => ["OtherApi", "", "Northlight Integration", "Unknown", "Unknown", "Success"],
            Flavour::DataLoader => ["Partner", "", "Dataloader Partner", "Unknown", "Unknown", "Success"],
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct LoginRow {
    pub at: Instant,
    pub user: u32,
    pub flavour: Flavour,
}

/// Where the rows go: kept for files that overlap, or written month by month as they happen.
pub(super) enum Log {
    Kept(Vec<LoginRow>),
    Monthly { month_ends: Vec<Day>, open: Option<Sheet>, written: u32 },
}

impl Log {
    pub(super) fn kept() -> Log {
        Log::Kept(Vec::new())
    }

    /// Monthly files from the month of `start` to the end; the first and the last may be cut.
    pub(super) fn monthly(start: Day) -> Log {
        let months = Grain::Month.periods(start - 31, AS_OF + 31);
        let mut month_ends: Vec<Day> = months.iter().map(|m| m.last.min(AS_OF)).filter(|d| *d >= start).collect();
        month_ends.dedup();
        month_ends.reverse();
        Log::Monthly { month_ends, open: None, written: 0 }
    }

    /// Takes the next row; rows come in the order of their instants.
    pub(super) fn add(&mut self, row: LoginRow, firm: &Firm, folder: &mut Folder) -> Result<()> {
        match self {
            Log::Kept(rows) => rows.push(row),
            Log::Monthly { month_ends, open, written } => {
                let day = row.at.div_euclid(super::calendar::DAY) as Day;
                while month_ends.last().is_some_and(|end| *end < day) {
                    month_ends.pop();
                    if let Some(sheet) = open.take() {
                        sheet.finish(folder)?;
                    }
                }
                if open.is_none() {
                    let end = month_ends.last().copied().unwrap_or(AS_OF);
                    let path = format!("exports/salesforce/logins/{}/LoginHistory.csv", date_text(end));
                    let sheet = open.insert(folder.plain_sheet(&path)?);
                    sheet.head(|sheet| write_row(sheet, 1, &row, firm))?;
                }
                *written += 1;
                if let Some(sheet) = open {
                    write_row(sheet, *written, &row, firm)?;
                }
            }
        }
        Ok(())
    }

    /// Writes what is kept: files of six months each, 20 weeks apart, the last on the last day.
    pub(super) fn finish(self, firm: &Firm, start: Day, folder: &mut Folder) -> Result<()> {
        let rows = match self {
            Log::Monthly { open, .. } => return open.map_or(Ok(()), |sheet| sheet.finish(folder)),
            Log::Kept(rows) => rows,
        };
        let mut end = AS_OF;
        loop {
            let from = end - 181;
            let path = format!("exports/salesforce/logins/{}/LoginHistory.zip", date_text(end));
            let mut sheet = folder.zip(&path, end)?;
            sheet.begin("LoginHistory.csv")?;
            sheet.head(|sheet| write_row(sheet, 1, &LoginRow { at: 0, user: 0, flavour: Flavour::Browser }, firm))?;
            for (index, row) in rows.iter().enumerate() {
                let day = row.at.div_euclid(super::calendar::DAY) as Day;
                if (from..=end).contains(&day) {
                    write_row(&mut sheet, index as u32 + 1, row, firm)?;
                }
            }
            sheet.finish(folder)?;
            // The first Monday begins on a Sunday in UTC.
            if from < start {
                return Ok(());
            }
            end -= 140;
        }
    }
}

fn write_row(sheet: &mut Sheet, number: u32, row: &LoginRow, firm: &Firm) -> Result<()> {
    let [login_type, sub_type, application, browser, platform, status] = row.flavour.columns();
    sheet.id("Id", Prefix::Login, number);
    sheet.id("UserId", Prefix::User, row.user + 1);
    sheet.api_instant("LoginTime", row.at);
    sheet.text("LoginType", login_type);
    sheet.text("LoginSubType", sub_type);
    write_address(sheet, row);
    sheet.text("Browser", browser);
    sheet.text("Platform", platform);
    sheet.text("Application", application);
    sheet.text("Status", status);
    let zone = firm.users[row.user as usize].zones[0].1;
    sheet.text("CountryIso", ["DE", "FR", "GB", "US"][zone]);
    sheet.end_row()
}

/// Addresses of the three nets that are kept for documentation.
fn write_address(sheet: &mut Sheet, row: &LoginRow) {
    let net = match row.flavour {
        Flavour::Ios | Flavour::Android | Flavour::TokenRefresh => "203.0.113.",
        Flavour::Robot | Flavour::DataLoader | Flavour::Connector => "192.0.2.",
        _ => "198.51.100.",
    };
    let host = trait_of(u64::from(row.user), 5, 250) + 2;
    sheet.field("SourceIp", |out| {
        write!(out, "{net}{host}").expect("a Vec takes every byte");
    });
}

impl Kind {
    /// The CRM's word for the licence.
    pub(super) fn user_type(self) -> &'static str {
        match self {
            Kind::Human | Kind::Robot => "Standard",
            Kind::Other(name) => name,
        }
    }
}
