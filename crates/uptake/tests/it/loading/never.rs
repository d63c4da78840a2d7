//! What must never land: pay, the subjects of mails, the texts of notes. It is dropped before anything is written, and in no table there is.

use super::lake::{Own, counts};
use crate::story;
use libtest_mimic::Trial;
use std::fs;

pub fn stories() -> Vec<Trial> {
    vec![
        story("a column that never lands is in no table, no reject and no note of drift", kept_away),
        story("a comma too many moves nothing that never lands to where it would", moved_by_a_comma),
        story("what landed before a column was kept away stays, and is not missed", kept_away_later),
        story("the program's own sources keep pay, subjects of mails and texts of notes away", by_the_program),
        story("an object's own zone comes before its source's", an_objects_zone),
    ]
}

const STAFF: &str = "title = \"Staff\"\nzone = \"UTC\"\nunmapped = true\nmarks = [\"staff_no\"]\n";
const OBJECT: &str = "[object.staff]\nfiles = [\"list\", \"back\"]\nkey = [\"staff_no\"]\nneeds = [\"staff_no\", \"hired\"]\n\
                      [object.staff.columns]\nstaff_no = \"text\"\nhired = \"day\"\n";

fn described(own: &Own, toml: &str) {
    let folder = own.project().join("queries/sources/staff");
    fs::create_dir_all(&folder).expect("made");
    fs::write(folder.join("source.toml"), toml).expect("written");
}

/// One good row, one with a wrong day, one with a cell too few, one whose quote stands in the midst of a cell, and one that comes twice.
fn kept_away() {
    let own = Own::new("kept-away");
    described(&own, &format!("{STAFF}never = [\"Salary*\", \"note body\"]\n{OBJECT}"));
    let text = "staff_no,hired,Salary (EUR),Note Body,team\n\
                1,2026-01-05,EUR99001,hush one,North\n2,soon,EUR99002,\"hush, two\",South\n3,2026-01-07,EUR99003,hush three\n\
                4,2026-01-08,EUR99004,\"hush\" four,East\n5,2026-01-09,EUR99005,hush five,East\n5,2026-01-09,EUR99006,hush six,West\n";
    let file = own.file("2026-03-01/list.csv", text);
    let dry = own.run(&["load", "--dry-run", &file]).ended(0);
    let ran = own.run(&["load", &file]).ended(0);
    assert_eq!(super::lake::counted(&ran), counts(2, 4, 0));
    assert!(ran.err.contains("left out, as its source says: \"Salary (EUR)\", \"Note Body\""), "{}", ran.err);
    let landed = own.ask("SELECT * FROM landing.staff_staff ORDER BY staff_no");
    assert!(landed.contains("North") && !landed.to_lowercase().contains("salary"), "{landed}");
    let rejects = own.ask("SELECT line, \"column\", reason, raw FROM rejects ORDER BY line");
    assert!(rejects.contains("2,soon,,,South") && rejects.contains("5,2026-01-09,,,East"), "{rejects}");
    assert_eq!(rejects.matches("the row is not kept: it may hold what never lands").count(), 2, "{rejects}");
    // The next export without them lacks nothing, and one with other pay brings nothing new.
    let less = own.file("2026-03-08/list.csv", "staff_no,hired,team\n1,2026-01-05,North\n");
    let told = own.run(&["load", &less]).ended(0).err;
    assert!(!told.contains("no longer there") && told.contains("1 duplicate"), "{told}");
    let raised = own.file("2026-03-15/list.csv", "staff_no,hired,Salary (EUR),team\n1,2026-01-05,EUR99009,North\n");
    let told = own.run(&["load", &raised]).ended(0).err;
    assert!(!told.contains("new:") && told.contains("1 duplicate"), "{told}");
    let out = own.dir.join("back.csv").to_string_lossy().into_owned();
    let written = own.run(&["rejects", "--out", &out]).ended(0).err;
    assert!(written.contains("2 rows not kept whole"), "{written}");
    let back = fs::read_to_string(&out).expect("written");
    fs::write(&out, back.replace("soon", "2026-01-06")).expect("corrected");
    let corrected = own.run(&["load", &out]).ended(0);
    assert_eq!(super::lake::counted(&corrected), counts(2, 0, 0), "the corrected day, and what was told twice");
    let everything =
        ["landing.staff_staff", "rejects", "loads"].map(|table| own.ask(&format!("SELECT * FROM {table}")));
    let texts = [landed, rejects, back, dry.out, dry.err, ran.out, ran.err, everything.concat()];
    for text in texts {
        assert!(!["hush", "EUR99"].iter().any(|secret| text.contains(secret)), "{text}");
    }
}

fn moved_by_a_comma() {
    let own = Own::new("moved-by-a-comma");
    described(&own, &format!("{STAFF}never = [\"Salary*\"]\n{OBJECT}"));
    let text = "staff_no,hired,team,Salary (EUR),,,\n\
                1,2026-01-05,North,EUR99001,,,\n2,2026-01-05,Oslo, Norway,EUR99002,,\n3,soon,Oslo, Norway,EUR99003,x,\n";
    assert_eq!(own.load(&[&own.file("2026-03-01/list.csv", text)]), counts(1, 2, 0));
    let everything =
        ["landing.staff_staff", "rejects", "loads"].map(|table| own.ask(&format!("SELECT * FROM {table}"))).concat();
    assert!(everything.contains("North") && !everything.contains("EUR99"), "{everything}");
}

fn kept_away_later() {
    let own = Own::new("kept-away-later");
    described(&own, &format!("{STAFF}{OBJECT}"));
    let export = |day: &str, pay: &str| {
        own.file(&format!("{day}/list.csv"), format!("staff_no,hired,salary,team\n1,2026-01-05,{pay},North\n"))
    };
    assert_eq!(own.load(&[&export("2026-03-01", "70")]), counts(1, 0, 0));
    described(&own, &format!("{STAFF}never = [\"SALARY\"]\n{OBJECT}"));
    let told = own.run(&["load", &export("2026-03-08", "80")]).ended(0).err;
    assert!(told.contains("left out, as its source says: \"salary\"") && !told.contains("no longer there"), "{told}");
    let pay = "SELECT first_seen, salary FROM landing.staff_staff ORDER BY 1";
    assert_eq!(own.ask(pay), "first_seen,salary 2026-03-01,70 2026-03-08,");
    described(&own, &format!("{STAFF}never = [\"staff*\", \"*\"]\n{OBJECT}"));
    let told = own.run(&["check"]).ended(1).out;
    for words in ["\"never\" keeps away \"staff_no\", by which rows of staff", "\"never\" cannot hold \"*\"", "hint"] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

fn by_the_program() {
    let own = Own::new("kept-away-by-the-program");
    let files = [
        (
            "roster.csv",
            "employee_number,email,grade,Base Salary,Termination Reason\n1,a@x.example,Partner,hush,hush\n",
            "hr_roster",
        ),
        (
            "absences.csv",
            "employee_number,absent_from,absent_to,Absence Type,Reason\n1,2026-02-02,2026-02-03,hush,hush\n",
            "hr_absences",
        ),
        (
            "mails.csv",
            "message_id,sender,recipient,sent_at,Subject,Body preview\n1,a@x.example,b@y.example,2026-02-02 09:00,hush,hush\n",
            "plain_mail_log",
        ),
        (
            "meetings.csv",
            "organizer,starts_at,attendees,Subject\na@x.example,2026-02-02 09:00,b@y.example,hush\n",
            "plain_calendar_log",
        ),
        ("notes.csv", "Record ID,Note body,Activity date\n7,hush,2026-02-02 09:00\n", "hubspot_notes"),
        (
            "emails.csv",
            "Record ID,Email subject,Email direction,Activity date\n8,hush,EMAIL,2026-02-02 09:00\n",
            "hubspot_emails",
        ),
        (
            "Task.csv",
            "Id,OwnerId,CreatedDate,Subject,Description\n00T000000000001AAA,,2026-02-02 09:00:00,Email: x,hush\n",
            "salesforce_task",
        ),
        (
            "EmailMessage.csv",
            "Id,CreatedDate,Subject,TextBody,HtmlBody\n02s000000000001AAA,2026-02-02 09:00:00,hush,hush,hush\n",
            "salesforce_emailmessage",
        ),
    ];
    for (name, text, table) in files {
        let ran = own.run(&["load", "--snapshot", "2026-03-01", &own.file(name, text)]).ended(0);
        assert!(
            ran.err.contains("left out, as its source says") && ran.out.contains(&format!("landing.{table}\"")),
            "{name}: {}{}",
            ran.err,
            ran.out
        );
    }
    for (_, _, table) in files {
        let landed = own.ask(&format!("SELECT * FROM landing.{table}"));
        assert!(landed.contains("2026-03-01") && !landed.contains("hush"), "{table}: {landed}");
    }
}

fn an_objects_zone() {
    let own = Own::new("an-objects-zone");
    let object = |name: &str, column: &str, zone: &str| {
        format!(
            "[object.{name}]\nnamed = false\nkey = [\"{column}\"]\nneeds = [\"{column}\", \"at\"]\n{zone}[object.{name}.columns]\n{column} = \"text\"\nat = \"instant\"\n"
        )
    };
    let source = |zone: &str| {
        format!(
            "title = \"Staff\"\nzone = \"Europe/Paris\"\nunmapped = true\nmarks = [\"page_no\", \"api_no\"]\n{}{}",
            object("page", "page_no", ""),
            object("api", "api_no", zone)
        )
    };
    described(&own, &source("zone = \"UTC\"\n"));
    for (name, column) in [("page.csv", "page_no"), ("api.csv", "api_no")] {
        let file = own.file(name, format!("{column},at\n1,2026-02-02 09:00:00\n"));
        assert_eq!(own.load(&["--snapshot", "2026-03-01", &file]), counts(1, 0, 0));
    }
    assert_eq!(own.ask("SELECT at FROM landing.staff_page"), "at 2026-02-02T08:00:00Z");
    assert_eq!(own.ask("SELECT at FROM landing.staff_api"), "at 2026-02-02T09:00:00Z");
    described(&own, &source("zone = \"Mars\"\n"));
    let told = own.run(&["check"]).ended(1).out;
    assert!(told.contains("no time zone is called \"Mars\"\n  hint: use an IANA name"), "{told}");
}
