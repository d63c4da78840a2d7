//! The roster that the people department hands over: a dated line for each post somebody has held.

use anyhow::{Context, Result};

use super::calendar::date_text;
use super::firm::{DEPARTMENTS, GRADES, OFFICES};
use super::people::{Firm, Person, RosterRow};
use super::sheet::Folder;

/// Writes `exports/hr/roster.csv`, in UTF-8.
pub(super) fn write(firm: &Firm, folder: &mut Folder) -> Result<()> {
    let mut csv = csv::WriterBuilder::new().from_writer(Vec::new());
    let mut rows = 0;
    for person in &firm.people {
        for row in &person.roster {
            let fields = fields(firm, person, row);
            if rows == 0 {
                csv.write_record(fields.iter().map(|(name, _)| name))?;
            }
            csv.write_record(fields.iter().map(|(_, value)| value))?;
            rows += 1;
        }
    }
    let bytes = csv.into_inner().context("could not put the roster together")?;
    folder.write("exports/hr/roster.csv", &bytes, rows)
}

/// The columns of one line, each with its name.
fn fields(firm: &Firm, person: &Person, row: &RosterRow) -> [(&'static str, String); 17] {
    let department = &DEPARTMENTS[person.department];
    let office = &OFFICES[row.office];
    let manager = person.manager.map_or("", |manager| &firm.people[manager].email);
    [
        ("employee_number", person.employee_number.clone()),
        ("email", person.email.clone()),
        ("name", format!("{} {}", person.first, person.last)),
        ("grade", GRADES[row.grade].to_owned()),
        ("job_family", department.family.to_owned()),
        ("department", department.name.to_owned()),
        ("office", office.name.to_owned()),
        ("location", office.locations[row.location].to_owned()),
        ("country", office.country.to_owned()),
        ("manager_email", manager.to_owned()),
        ("time_zone", office.zone.to_owned()),
        ("work_days", person.work_days.to_owned()),
        ("fte", if person.work_days == "Mon-Fri" { "1.0" } else { "0.8" }.to_owned()),
        ("is_client_facing", department.client_facing.to_string()),
        ("is_leader", (row.grade <= 1).to_string()),
        ("valid_from", date_text(row.from)),
        ("valid_to", row.to.map_or(String::new(), date_text)),
    ]
}
