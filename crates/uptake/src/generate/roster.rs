//! The roster that the people department hands over: a dated line for each post somebody has held.

use anyhow::{Context, Result};

use super::calendar::date_text;
use super::firm::{DEPARTMENTS, GRADES, OFFICES};
use super::people::{Firm, Person, RosterRow};
use super::sheet::Folder;

const HEADER: [&str; 17] = [
    "employee_number",
    "email",
    "name",
    "grade",
    "job_family",
    "department",
    "office",
    "location",
    "country",
    "manager_email",
    "time_zone",
    "work_days",
    "fte",
    "is_client_facing",
    "is_leader",
    "valid_from",
    "valid_to",
];

/// Writes `exports/hr/roster.csv`, in UTF-8.
pub(super) fn write(firm: &Firm, folder: &mut Folder) -> Result<()> {
    let mut csv = csv::WriterBuilder::new().from_writer(Vec::new());
    csv.write_record(HEADER)?;
    let mut rows = 0;
    for person in &firm.people {
        for row in &person.roster {
            csv.write_record(fields(firm, person, row))?;
            rows += 1;
        }
    }
    let bytes = csv.into_inner().context("could not put the roster together")?;
    folder.write("exports/hr/roster.csv", &bytes, rows)
}

fn fields(firm: &Firm, person: &Person, row: &RosterRow) -> [String; 17] {
    let department = &DEPARTMENTS[person.department];
    let office = &OFFICES[row.office];
    let manager = person.manager.map_or("", |manager| &firm.people[manager].email);
    [
        person.employee_number.clone(),
        person.email.clone(),
        format!("{} {}", person.first, person.last),
        GRADES[row.grade].to_owned(),
        department.family.to_owned(),
        department.name.to_owned(),
        office.name.to_owned(),
        office.locations[row.location].to_owned(),
        office.country.to_owned(),
        manager.to_owned(),
        office.zone.to_owned(),
        person.work_days.to_owned(),
        if person.work_days == "Mon-Fri" { "1.0" } else { "0.8" }.to_owned(),
        department.client_facing.to_string(),
        (row.grade <= 1).to_string(),
        date_text(row.from),
        row.to.map_or(String::new(), date_text),
    ]
}
